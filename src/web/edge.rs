//! The outermost layer: the language in the address, the headers of every response, refusals as pages.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_LANGUAGE, RETRY_AFTER, VARY};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};

use super::address::Address;
use super::error::ToldAsPage;
use super::error_page::error_page;
use super::headers::{harden, is_page};

/// The longest address, in bytes.
const ADDRESS_LENGTH_MAX: usize = 4096;

/// Wraps all routes: strips the language from the address before routing, and finishes every response.
///
/// It must stand outside the router, because a layer inside one runs after the route has been chosen.
pub fn wrap(routes: Router) -> Router {
    Router::new().fallback_service(routes).layer(from_fn(finish))
}

async fn finish(mut request: Request, next: Next) -> Response {
    // Pages repeat their address in each language; nobody needs one this long.
    if request.uri().path_and_query().is_some_and(|path| path.as_str().len() > ADDRESS_LENGTH_MAX) {
        return StatusCode::URI_TOO_LONG.into_response();
    }
    let address = Address::of(request.uri(), request.headers());
    if let Ok(path) = address.path.parse::<PathAndQuery>() {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(path);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request.extensions_mut().insert(address.clone());
    let mut response = next.run(request).await;
    if response.extensions().get::<ToldAsPage>().is_some() {
        let page = error_page(response.status(), &address);
        let refused = std::mem::replace(&mut response, page);
        for name in [ALLOW, RETRY_AFTER] {
            if let Some(value) = refused.headers().get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    harden(&mut response);
    if is_page(&response) {
        response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(address.language.tag()));
        response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language"));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT_LANGUAGE;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::web::{PageError, method_not_allowed, not_found};

    async fn ask(address: &str, accept: &str) -> (StatusCode, HeaderMap, String) {
        let routes = Router::new()
            .route(
                "/where/{x}",
                get(|address: Address| async move { format!("{} {}", address.language.tag(), address.path) }),
            )
            .route("/broken", get(|| async { PageError::internal(std::io::Error::other("disk")) }))
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(not_found);
        let request = Request::get(address).header(ACCEPT_LANGUAGE, accept).body(Body::empty()).unwrap();
        let response = wrap(routes).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_route_is_found_under_every_language_and_under_none() {
        assert_eq!(ask("/cs/where/1?a=b", "en").await.2, "cs /where/1?a=b");
        assert_eq!(ask("/where/1", "en").await.2, "en /where/1");
        assert_eq!(ask("/where/1", "fr").await.2, "vi /where/1");
    }

    #[tokio::test]
    async fn an_address_that_leads_nowhere_gets_a_page_in_the_readers_language() {
        let (status, headers, body) = ask("/nowhere", "cs").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body.contains("Stránka nenalezena"), "{body}");
        assert_eq!(headers[CONTENT_LANGUAGE], "cs");
        assert_eq!(headers[VARY], "Accept-Language");
        assert!(headers.contains_key("content-security-policy"));
    }

    #[tokio::test]
    async fn an_endless_address_is_not_repeated() {
        let address = |length: usize| format!("/en/where/{}", "x".repeat(length - "/en/where/".len()));
        assert_eq!(ask(&address(ADDRESS_LENGTH_MAX), "en").await.0, StatusCode::OK);
        let (status, _, body) = ask(&address(ADDRESS_LENGTH_MAX + 1), "en").await;
        assert_eq!((status, body.as_str()), (StatusCode::URI_TOO_LONG, ""));
    }

    #[tokio::test]
    async fn a_failure_has_an_empty_body() {
        let (status, _, body) = ask("/en/broken", "").await;
        assert_eq!((status, body.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, ""));
    }
}

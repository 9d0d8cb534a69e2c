//! Scripts: built from `frontend/src`, embedded, and served under an address that changes with their content.
//!
//! One hash stands for all scripts, since they load each other. A page of an older version may ask for scripts that are
//! no longer here: it is told so, and its form works without.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// The scripts by their names.
const SCRIPTS: [(&str, &str); 8] = [
    ("form.js", include_str!("../../frontend/dist/form.js")),
    ("keys.js", include_str!("../../frontend/dist/keys.js")),
    ("kiosk.js", include_str!("../../frontend/dist/kiosk.js")),
    ("list.js", include_str!("../../frontend/dist/list.js")),
    ("offline.js", include_str!("../../frontend/dist/offline.js")),
    ("outbox.js", include_str!("../../frontend/dist/outbox.js")),
    ("sound.js", include_str!("../../frontend/dist/sound.js")),
    ("work.js", include_str!("../../frontend/dist/work.js")),
];
const WORKER: &str = include_str!("../../frontend/dist/worker.js");
/// Takes the worker back from phones that have it.
const WORKER_OFF: &str = include_str!("../../frontend/dist/worker-off.js");

/// How many hexadecimal digits of the hash stand in an address.
const HASH_DIGITS: usize = 16;

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for (name, text) in SCRIPTS {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    format!("{:x}", hasher.finalize())[..HASH_DIGITS].to_owned()
});

/// The scripts as Brotli packs them best, which takes too long to be done for each request: a tenth less to carry.
static PACKED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| SCRIPTS.iter().map(|(_, text)| pack(text)).collect());

fn pack(text: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut text.as_bytes(), &mut packed, &brotli::enc::BrotliEncoderParams::default())
        .expect("writing to memory does not fail");
    packed
}

/// The address of the script that a page for citizens loads.
pub(super) fn form_script() -> String {
    format!("/assets/{}/form.js", *HASH)
}

/// The addresses of the scripts. With `offline` phones may put the form aside for use without a network; without, the
/// service worker that they ask for takes back what they have put aside.
pub fn assets<S: Clone + Send + Sync + 'static>(offline: bool) -> Router<S> {
    let worker = if offline { WORKER } else { WORKER_OFF };
    Router::new()
        .route("/assets/{hash}/{name}", get(send_script))
        .route("/sw.js", get(move || async move { script(worker, "no-cache") }))
}

async fn send_script(path: Option<Path<(String, String)>>, headers: HeaderMap) -> Response {
    let found = path.and_then(|Path((hash, name))| {
        let at = SCRIPTS.iter().position(|(known, _)| *known == name)?;
        (hash == *HASH).then_some(at)
    });
    let Some(at) = found else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = script(SCRIPTS[at].1, "public, max-age=31536000, immutable");
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    if accepted.split(',').any(|encoding| encoding.trim() == "br") {
        *response.body_mut() = PACKED[at].clone().into();
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

fn script(text: &'static str, caching: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static(caching)),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, offline: bool) -> (StatusCode, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (parts, body) = assets::<()>(offline).oneshot(request).await.unwrap().into_parts();
        let caching = parts.headers.get(CACHE_CONTROL).map(|value| value.to_str().unwrap().to_owned());
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (parts.status, caching.unwrap_or_default(), text)
    }

    #[tokio::test]
    async fn a_script_is_found_under_its_own_hash_only_and_kept_for_good() {
        let (status, caching, text) = ask(&form_script(), true).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, SCRIPTS[0].1));
        assert!(caching.contains("immutable"), "{caching}");
        for path in ["/assets/0123456789abcdef/form.js".to_owned(), form_script().replace("form.js", "none.js")] {
            assert_eq!(ask(&path, true).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn who_takes_brotli_gets_the_same_script_in_less() {
        let request = Request::get(form_script()).header(ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap();
        let (parts, body) = assets::<()>(true).oneshot(request).await.unwrap().into_parts();
        assert_eq!(parts.headers[CONTENT_ENCODING], "br");
        let packed = body.collect().await.unwrap().to_bytes();
        let mut text = Vec::new();
        brotli::BrotliDecompress(&mut packed.as_ref(), &mut text).unwrap();
        assert_eq!(text, SCRIPTS[0].1.as_bytes());
        assert!(packed.len() * 2 < text.len());
    }

    #[tokio::test]
    async fn the_worker_is_asked_for_anew_each_time_and_can_be_taken_back() {
        for (offline, expected) in [(true, WORKER), (false, WORKER_OFF)] {
            let (status, caching, text) = ask("/sw.js", offline).await;
            assert_eq!((status, caching.as_str(), text.as_str()), (StatusCode::OK, "no-cache", expected));
        }
        assert!(WORKER_OFF.contains("unregister") && !WORKER_OFF.contains("indexedDB"));
    }
}

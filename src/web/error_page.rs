//! The page for a refusal, in the reader's language.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Address, Page, Style, render};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    advice: String,
}

/// The page for a refusal with this status.
pub(super) fn error_page(status: StatusCode, address: &Address) -> Response {
    let language = address.language;
    let told = |status: u16| {
        let key = format!("error-{status}");
        language.find(&key).zip(language.find(&format!("{key}.advice")))
    };
    let Some((title, advice)) = told(status.as_u16()).or_else(|| told(400)) else { return status.into_response() };
    let template = ErrorPage { page: Page::new(address, title, Style::Form), advice };
    render(status, &template).unwrap_or_else(|_| status.into_response())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use axum::body::to_bytes;

    use super::*;
    use crate::web::Language;

    /// Every status that a page refuses with, and one that has no words of its own.
    const STATUSES: [u16; 14] = [400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 503];

    #[tokio::test]
    async fn every_refusal_says_in_each_language_what_happened_and_what_to_do() {
        for language in Language::all() {
            let address = Address { language, path: "/x".to_owned() };
            let mut titles = HashSet::new();
            for status in STATUSES {
                let response = error_page(StatusCode::from_u16(status).unwrap(), &address);
                assert_eq!(response.status().as_u16(), status);
                let html = to_bytes(response.into_body(), 1 << 20).await.unwrap();
                let html = String::from_utf8(html.to_vec()).unwrap();
                assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())), "{status}: {html}");
                assert_eq!(
                    (html.matches("<h1>").count(), html.matches("<p class=\"lead\">").count()),
                    (1, 1),
                    "{status}"
                );
                assert!(!html.contains("error-") && !html.contains("<p class=\"lead\"></p>"), "{status}: {html}");
                titles.insert(html.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0.to_owned());
            }
            assert!(titles.len() >= 10, "most refusals have words of their own: {titles:?}");
        }
    }
}

//! The page for a refusal, in the reader's language.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Page, Place, Style, render};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    advice: String,
}

/// The page for a refusal with this status.
pub(super) fn error_page(status: StatusCode, place: &Place) -> Response {
    let language = place.language;
    let told = |status: u16| {
        let key = format!("error-{status}");
        language.find(&key).zip(language.find(&format!("{key}.advice")))
    };
    let Some((title, advice)) = told(status.as_u16()).or_else(|| told(400)) else { return status.into_response() };
    let template = ErrorPage { page: Page::new(place, title, Style::Form), advice };
    render(status, &template).unwrap_or_else(|_| status.into_response())
}

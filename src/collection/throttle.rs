//! How codes and answers are held up: a person never notices, a flood does.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use crate::survey::CodeRefusal;
use crate::web::{PageError, Sender, Wait};

/// Counts a try of a code as it was typed. What is counted is a hash: nothing of the code is remembered.
pub(super) fn count_try(sender: &Sender, typed: &str) -> Result<(), Wait> {
    let bare: String = typed.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
    sender.count_try(blake3::hash(bare.as_bytes()).as_bytes())
}

/// The page that says when to come back.
pub(super) fn show_wait(wait: Wait) -> Response {
    let mut response = PageError::Refused(StatusCode::TOO_MANY_REQUESTS).into_response();
    response.headers_mut().insert(RETRY_AFTER, wait.retry_after());
    response
}

/// Counts a code that was refused, if it looks like a guess: a code that this installation never made.
pub(super) fn count_refusal(sender: &Sender, refusal: CodeRefusal) -> Result<(), Wait> {
    if refusal == CodeRefusal::Unknown { sender.count_guess() } else { Ok(()) }
}

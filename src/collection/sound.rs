//! Recordings as they are played. An address is the hash of its sound, so what was loaded once is good for ever.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, RANGE};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::WithRejection;
use http_range_header::parse_range_header;

use crate::pipeline::Platform;
use crate::web::{ForPage, PageError};

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The address of a recording.
pub(super) fn sound_path(hash: &str) -> String {
    format!("/sound/{hash}")
}

/// Sends a recording, or the part of it that was asked for: some phones play nothing that they cannot ask for in parts.
pub(super) async fn send(
    State(platform): State<Platform>,
    WithRejection(Path(hash), _): ForPage<Path<String>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let (kind, sound) = platform.recordings().sound(&hash).await?;
    let wanted = headers.get(RANGE).and_then(|value| value.to_str().ok()).map(parse_range_header);
    let length = sound.len();
    let at = |position: &u64| usize::try_from(*position).unwrap_or(length);
    let fixed = [
        (CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (CACHE_CONTROL, FOR_GOOD),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    ];
    // What is no range at all is passed over, and several at once are more than anybody who plays asks for.
    let Some(Ok(ranges)) = wanted else { return Ok((fixed, sound).into_response()) };
    match ranges.validate(length as u64).as_deref() {
        Ok([range]) => {
            let told = format!("bytes {}-{}/{length}", range.start(), range.end());
            let part = sound.get(at(range.start())..=at(range.end())).unwrap_or_default().to_vec();
            Ok((StatusCode::PARTIAL_CONTENT, fixed, [(CONTENT_RANGE, told)], part).into_response())
        }
        Ok(_) => Ok((fixed, sound).into_response()),
        Err(_) => {
            let told = [(CONTENT_RANGE, format!("bytes */{length}"))];
            Ok((StatusCode::RANGE_NOT_SATISFIABLE, told).into_response())
        }
    }
}

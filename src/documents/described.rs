//! What the routes have in common, as the description tells it: parameters, and what comes in place of an answer.

#![expect(dead_code, reason = "these types only describe; `Wanted`, `Problem` and axum's `Path` do what they say")]

use utoipa::{IntoParams, IntoResponses};

use super::answer::Problem;

/// The wave, in the address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfWave {
    /// The wave's code
    #[param(example = "laocai-2023")]
    wave: String,
}

/// The format, as a parameter.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InFormat {
    /// `json` or `csv`; else `Accept` decides
    format: Option<String>,
}

/// In place of a list.
#[derive(IntoResponses)]
pub enum NoList {
    /// Not changed since the entity tag in `If-None-Match`
    #[response(status = 304)]
    NotChanged,
    /// A parameter is not valid
    #[response(status = 400, content_type = "application/problem+json")]
    NotValid(Problem),
    /// No such format
    #[response(status = 406, content_type = "application/problem+json")]
    NoSuchFormat(Problem),
}

/// In place of a wave.
#[derive(IntoResponses)]
pub enum NoWave {
    /// Not changed since the entity tag in `If-None-Match`
    #[response(status = 304)]
    NotChanged,
    /// The address or a parameter is not valid
    #[response(status = 400, content_type = "application/problem+json")]
    NotValid(Problem),
    /// No such wave
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// No such format
    #[response(status = 406, content_type = "application/problem+json")]
    NoSuchFormat(Problem),
}

/// In place of results.
#[derive(IntoResponses)]
pub enum NoResults {
    /// Not changed since the entity tag in `If-None-Match`
    #[response(status = 304)]
    NotChanged,
    /// The address or a parameter is not valid
    #[response(status = 400, content_type = "application/problem+json")]
    NotValid(Problem),
    /// Not released yet
    #[response(status = 403, content_type = "application/problem+json")]
    NotReleased(Problem),
    /// No such wave or unit
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// No such format
    #[response(status = 406, content_type = "application/problem+json")]
    NoSuchFormat(Problem),
}

//! Why a program got no answer: one shape for every refusal.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::WithRejection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::entrance::Unrecognised;
use crate::foundation::{Finding, Findings, MaybeMissing};
use crate::pipeline::PipelineError;
use crate::web::RETRY_AFTER_SECONDS;

/// What a route takes from a request; a refusal is a [`Problem`].
pub type ForProgram<E> = WithRejection<E, Problem>;

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// The reason, for programs: `not_found`, `not_released`, `unknown_format`, …
    #[schema(example = "not_found")]
    code: &'static str,
    /// The reason and how to go on.
    message: String,
    /// What is wrong with the request, where that can be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<ProblemFinding>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct ProblemFinding {
    /// Where it is.
    path: String,
    /// What it is, for programs.
    code: &'static str,
    /// What it is and how to mend it.
    message: String,
}

impl Problem {
    /// With its status, its name for programs, and what to do about it.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status: status.as_u16(), code, message: message.into(), findings: Vec::new() }
    }

    /// The address or its parameters are not valid.
    #[must_use]
    pub fn bad_request(findings: Findings) -> Self {
        let finding = |Finding { path, code, message }: Finding| ProblemFinding { path, code, message };
        let findings = findings.0.into_iter().map(finding).collect();
        Self { findings, ..Self::new(StatusCode::BAD_REQUEST, "bad_request", "the request is not valid") }
    }

    fn not_released() -> Self {
        let message = "the results are not released yet; the administrator's token shows them before the release";
        Self::new(StatusCode::FORBIDDEN, "not_released", message)
    }

    /// Something failed on our side; it stands in the log, and nothing is told.
    pub fn internal(error: impl std::error::Error) -> Self {
        tracing::error!(error = %error, "an answer of the result API failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "")
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "bad_request", rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), "bad_request", rejection.body_text())
    }
}

impl From<PipelineError> for Problem {
    fn from(error: PipelineError) -> Self {
        match error {
            _ if error.is_missing() => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            _ if error.is_refused() => Self::not_released(),
            _ if error.is_outage() => {
                tracing::error!(error = %error, "an answer of the result API failed");
                let message = "the database does not answer; try again in a moment";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
            }
            _ => Self::internal(error),
        }
    }
}

impl From<Unrecognised> for Problem {
    fn from(Unrecognised(error): Unrecognised) -> Self {
        error.into()
    }
}

impl IntoResponse for Problem {
    /// A failure on our side has an empty body.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return status.into_response();
        }
        let mut response = match serde_json::to_vec(&self) {
            Ok(body) => (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response(),
            Err(_) => status.into_response(),
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

/// The fallback for addresses of the API that lead nowhere.
pub async fn no_such_address() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "there is no such address; see /api").into_response()
}

/// The fallback for methods that an address of the API does not take.
pub async fn no_such_method() -> Response {
    let message = "this address does not take that method; see /api";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).into_response()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_problem_is_json_and_a_failure_says_nothing() {
        let body = |problem: Problem| async {
            let response = problem.into_response();
            let kind = response.headers().get(CONTENT_TYPE).cloned();
            (kind, response.into_body().collect().await.unwrap().to_bytes())
        };
        let (kind, text) = body(Problem::not_released()).await;
        assert_eq!(kind.unwrap(), "application/problem+json");
        assert!(text.starts_with(b"{\"status\":403,\"code\":\"not_released\""));
        let (_, text) = body(Problem::internal(std::io::Error::other("disk"))).await;
        assert!(text.is_empty());
    }
}

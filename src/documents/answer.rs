//! What all answers of the API share: the format that was asked for, entity tags, problems.

use axum::extract::FromRequestParts;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::WithRejection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::entrance::Unrecognised;
use crate::foundation::{Finding, Findings, MaybeMissing, write_csv};
use crate::pipeline::PipelineError;
use crate::survey::{Wave, WaveState};
use crate::web::RETRY_AFTER_SECONDS;

/// What a route takes from a request; a refusal is a [`Problem`].
pub type ForProgram<E> = WithRejection<E, Problem>;

/// The formats of the result API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

impl Format {
    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

/// What a client asked for beside the thing itself: `?format=` decides, else `Accept`, else JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    format: Format,
    /// Whether a parameter says so.
    is_asked: bool,
    known_tags: Option<String>,
}

impl Wanted {
    /// The format as a parameter names it, if one does.
    #[must_use]
    pub fn asked_format(&self) -> Option<&'static str> {
        let name = match self.format {
            Format::Json => "json",
            Format::Csv => "csv",
        };
        self.is_asked.then_some(name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let parameter = query.split('&').find_map(|pair| pair.strip_prefix("format="));
        let format = match parameter {
            Some("json") => Format::Json,
            Some("csv") => Format::Csv,
            Some(_) => {
                let finding = Finding::new("format", "unknown_format", "write format=json or format=csv");
                return Err(Problem::bad_request(finding.into()));
            }
            None => accepted_format(&parts.headers)?,
        };
        let known_tags = parts.headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).map(str::to_owned);
        Ok(Self { format, is_asked: parameter.is_some(), known_tags })
    }
}

fn accepted_format(headers: &HeaderMap) -> Result<Format, Problem> {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    if accepted.trim().is_empty() {
        return Ok(Format::Json);
    }
    let mut best = (None, 0.0);
    for range in accepted.split(',').take(32) {
        let mut parts = range.split(';').map(str::trim);
        let format = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/json" | "application/*" | "*/*" => Format::Json,
            "text/csv" | "text/*" => Format::Csv,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f64>().ok());
        if let Some(quality) = quality.filter(|quality| *quality > best.1) {
            best = (Some(format), quality);
        }
    }
    best.0.ok_or_else(|| {
        let message = "the result API answers with application/json or text/csv";
        Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message)
    })
}

/// Who may keep an answer, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Who asked, and asks again each time.
    Private,
    /// Anybody, who asks again each time.
    Public,
    /// Anybody, for a minute: what was released does not change, and a correction shows soon.
    Published,
}

impl Caching {
    /// That of results: published once the wave is released.
    #[must_use]
    pub fn of_results(wave: &Wave) -> Self {
        if wave.state == WaveState::Released { Self::Published } else { Self::Private }
    }

    /// Of what changes: whether others may see it.
    #[must_use]
    pub fn of_changing(is_public: bool) -> Self {
        if is_public { Self::Public } else { Self::Private }
    }

    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Private => "private, no-cache",
            Self::Public => "no-cache",
            Self::Published => "public, max-age=60",
        })
    }
}

/// An answer: `document` as JSON, or its `rows` as CSV.
pub fn answer<D: Serialize, R: Serialize + Default>(
    wanted: &Wanted,
    caching: Caching,
    document: &D,
    rows: impl IntoIterator<Item = R>,
) -> Result<Response, Problem> {
    let body = match wanted.format {
        Format::Json => serde_json::to_vec(document).map_err(Problem::internal)?,
        Format::Csv => {
            let mut body = Vec::new();
            write_csv(&mut body, rows).map_err(Problem::internal)?;
            body
        }
    };
    let tag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
    let is_known = wanted.known_tags.as_deref().is_some_and(|known| {
        known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    });
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, wanted.format.content_type())], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::from_str(&tag).map_err(Problem::internal)?);
    headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
    headers.insert(CACHE_CONTROL, caching.header());
    Ok(response)
}

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
    use axum::http::Request;
    use http_body_util::BodyExt;

    use super::*;

    async fn wanted(uri: &str, accept: &str) -> Result<Format, u16> {
        let mut parts = Request::get(uri).header(ACCEPT, accept).body(()).unwrap().into_parts().0;
        Wanted::from_request_parts(&mut parts, &()).await.map(|wanted| wanted.format).map_err(|problem| problem.status)
    }

    #[tokio::test]
    async fn the_format_is_the_parameter_else_the_best_accepted_else_json() {
        let cases = [
            ("/", "", Ok(Format::Json)),
            ("/", "*/*", Ok(Format::Json)),
            ("/", "text/html,application/xhtml+xml,*/*;q=0.8", Ok(Format::Json)),
            ("/", "text/csv", Ok(Format::Csv)),
            ("/", "application/json;q=0.4, text/csv;q=0.5", Ok(Format::Csv)),
            ("/", "text/html", Err(406)),
            ("/", "text/csv;q=0", Err(406)),
            ("/?format=csv", "application/json", Ok(Format::Csv)),
            ("/?page=2&format=json", "text/csv", Ok(Format::Json)),
            ("/?format=xml", "*/*", Err(400)),
        ];
        for (uri, accept, expected) in cases {
            assert_eq!(wanted(uri, accept).await, expected, "{uri} {accept}");
        }
    }

    #[tokio::test]
    async fn a_client_that_knows_the_content_gets_304_and_no_body() {
        let asking = |known_tags: Option<String>| Wanted { format: Format::Json, is_asked: false, known_tags };
        let sent = |wanted: &Wanted| answer(wanted, Caching::Public, &[1, 2], [0]).unwrap();
        let first = sent(&asking(None));
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let again = sent(&asking(Some(known)));
            assert_eq!((again.status(), &again.headers()[ETAG]), (StatusCode::NOT_MODIFIED, &first.headers()[ETAG]));
            assert!(again.into_body().collect().await.unwrap().to_bytes().is_empty());
        }
        assert_eq!(sent(&asking(Some("\"other\"".to_owned()))).status(), StatusCode::OK);
    }

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

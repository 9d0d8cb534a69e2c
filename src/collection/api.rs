//! `POST /api/v1/waves/{wave}/responses`: one submission in, one durable acknowledgement out.
//!
//! Nothing about the sender is read, kept or logged on this route, except a token where one is shown.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::throttle::{count_refusal, count_try};
use crate::accounts::Actor;
use crate::entrance::{Shown, Unrecognised, Visitor};
use crate::foundation::{Finding, UniqueJson};
use crate::pipeline::{PipelineError, Platform, SubmitError};
use crate::survey::{Field, Wave, WaveState};
use crate::validation::Submission;
use crate::web::{Sender, Wait};

/// The largest submission, in bytes.
const SUBMISSION_BYTES_MAX: usize = 64 * 1024;
/// When a client may try again after storage could not keep up.
const RETRY_AFTER_SECONDS: &str = "2";

/// The route and its description.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new().routes(routes!(submit_response)).layer(DefaultBodyLimit::max(SUBMISSION_BYTES_MAX))
}

/// A submission that is durably kept.
#[derive(Debug, Serialize, ToSchema)]
struct AcceptedBody {
    /// The id that was sent.
    id: Uuid,
    /// The receipt: 20 characters in groups of four, for `/receipt`.
    #[schema(example = "7K3M-9QXA-22PV-0TDE-HH4C")]
    receipt: String,
}

/// One thing that is wrong with a submission.
#[derive(Debug, Serialize, ToSchema)]
struct FindingBody {
    /// Where it is.
    #[schema(example = "answers.q07")]
    path: String,
    /// What it is, for programs.
    #[schema(example = "out_of_range")]
    code: &'static str,
    /// What it is and how to mend it.
    #[schema(example = "6 is not between 1 and 5")]
    message: String,
}

impl From<Finding> for FindingBody {
    fn from(Finding { path, code, message }: Finding) -> Self {
        Self { path, code, message }
    }
}

/// Why a submission was refused for a reason other than its content.
#[derive(Debug, Serialize, ToSchema)]
struct RefusalBody {
    /// The reason, for programs: `not_open`, `conflict`, `not_found`, …
    #[schema(example = "not_open")]
    code: &'static str,
    /// The reason and how to go on.
    message: String,
    /// Where the wave stands, when that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    state: Option<WaveState>,
    /// When the wave takes answers, when that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<FieldBody>,
}

/// When a wave takes answers.
#[derive(Debug, Serialize, ToSchema)]
struct FieldBody {
    /// First day on which an answer may be given.
    opens: chrono::NaiveDate,
    /// Last day on which an answer may be given.
    closes: chrono::NaiveDate,
    /// Last day on which an answer may arrive.
    accepts_until: chrono::NaiveDate,
}

impl From<Field> for FieldBody {
    fn from(field: Field) -> Self {
        Self { opens: field.opens, closes: field.closes, accepts_until: field.accepts_until() }
    }
}

/// Submit a response.
///
/// Answered after the response is durable. Sending the same again is harmless: it is answered 200 with the same body.
/// `design` (stratum, PSU, weight) is taken only with the administrator's token. With `code`, that of an invitation, the
/// answer takes stratum, PSU and weight over from the invitation, whose unit it must rate, and spends the code: a code takes
/// one answer. A repeat of an answer that is kept needs the code no more.
#[utoipa::path(
    post,
    path = "/waves/{wave}/responses",
    tag = "intake",
    params(("wave" = String, Path, description = "The wave's code")),
    request_body(
        content = serde_json::Value,
        content_type = "application/json",
        example = json!({
            "id": "0b6d3c1e-8f0a-4c57-9a55-1f6f2f0c9a11", "unit": "082", "mode": "web", "language": "vi",
            "answered_on": "2024-11-20", "answers": {"q01": 5, "q02": null}, "respondent": {"sex": "F"}
        })
    ),
    responses(
        (status = 201, description = "Durably kept", body = AcceptedBody),
        (status = 200, description = "The same had been kept before", body = AcceptedBody),
        (status = 400, description = "The body is not JSON, or names a key twice in one object", body = RefusalBody),
        (status = 401, description = "The token is neither the administrator's nor the code of a device or collector", body = RefusalBody),
        (
            status = 403,
            description = "The wave is answered by invitation (`invitation_needed`), or the code is not taken: `code_spent`, \
                           `code_unknown`, `code_foreign` (of another wave), `code_revoked`, `code_reserved` (a reserve that was \
                           not released), `code_other_unit`",
            body = RefusalBody
        ),
        (status = 404, description = "No such wave", body = RefusalBody),
        (status = 409, description = "The wave is not open, or the id was used with other content", body = RefusalBody),
        (status = 413, description = "The body is larger than 64 KiB", body = RefusalBody),
        (status = 415, description = "The body is not declared as application/json", body = RefusalBody),
        (status = 422, description = "The submission is not valid: every finding", body = [FindingBody]),
        (status = 429, description = "Too many answers or wrong codes from one network; nothing was kept, try again after `Retry-After`", body = RefusalBody),
        (status = 503, description = "Storage cannot keep up; nothing was kept, try again", body = RefusalBody),
    )
)]
async fn submit_response(
    visitor: Result<Visitor, Unrecognised>,
    code: Result<Path<String>, PathRejection>,
    sender: Sender,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Visitor { platform, shown } = match visitor {
        Ok(visitor) => visitor,
        Err(Unrecognised(error)) => return refuse_pipeline(&error),
    };
    if let Some(refusal) = refuse_unknown(shown, &sender) {
        return refusal;
    }
    let Path(code) = match code {
        Ok(code) => code,
        Err(rejection) => return refuse(rejection.status(), "bad_request", rejection.body_text()),
    };
    let wave = match platform.waves().find(&code).await {
        Ok(wave) => wave,
        Err(error) => return refuse_pipeline(&error),
    };
    if !is_json(&headers) || is_packed(&headers) {
        let message = "send the submission as Content-Type: application/json, in UTF-8 and not compressed";
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("a submission has at most {SUBMISSION_BYTES_MAX} bytes");
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message);
        }
        Err(rejection) => return refuse(rejection.status(), "unreadable", "the body did not arrive whole"),
    };
    let submission = match serde_json::from_slice(&body) {
        Ok(UniqueJson(document)) => Submission::from_json(&document, &wave),
        // The only error that is not about how it is written.
        Err(error) if error.is_data() => return refuse(StatusCode::BAD_REQUEST, "duplicate", error.to_string()),
        Err(error) => return refuse(StatusCode::BAD_REQUEST, "not_json", format!("the body is not JSON: {error}")),
    };
    // Whoever is invited is not held up by what others send over the open link.
    let counted = match &submission.code {
        Some(typed) => count_try(&sender, &typed.0),
        None if *platform.actor() == Actor::Anonymous => sender.count_answer(),
        None => Ok(()),
    };
    if let Err(wait) = counted {
        return too_many(wait);
    }
    match platform.intake().submit(&wave, submission).await {
        Ok(accepted) => {
            let status = if accepted.repeated { StatusCode::OK } else { StatusCode::CREATED };
            (status, Json(AcceptedBody { id: accepted.id, receipt: accepted.receipt })).into_response()
        }
        Err(SubmitError::Code(refusal)) if let Err(wait) = count_refusal(&sender, refusal) => too_many(wait),
        Err(error) => refuse_submission(error, &wave),
    }
}

/// The refusal of whoever shows something that nobody has. It is counted: here, too, guessing is slowed.
fn refuse_unknown(shown: Shown, sender: &Sender) -> Option<Response> {
    let message = match shown {
        Shown::Fine => return None,
        Shown::Unknown => "this is neither the administrator's token nor the code of a device or collector",
        Shown::Unreadable => "send the token as Authorization: Bearer TOKEN, or nothing to answer as anybody",
    };
    let refused = || refuse(StatusCode::UNAUTHORIZED, "unauthorized", message);
    Some(sender.count_guess().map_or_else(too_many, |()| refused()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn is_packed(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn refuse_submission(error: SubmitError, wave: &Wave) -> Response {
    match error {
        SubmitError::Invalid(findings) => {
            let findings: Vec<FindingBody> = findings.0.into_iter().map(FindingBody::from).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, Json(findings)).into_response()
        }
        SubmitError::NotOpen => {
            let field = wave.plan.field;
            let message = format!("answers are taken from {} to {}", field.opens, field.closes);
            let (state, field) = (Some(wave.state), Some(field.into()));
            (StatusCode::CONFLICT, Json(RefusalBody { code: "not_open", message, state, field })).into_response()
        }
        SubmitError::InvitationNeeded => {
            refuse(StatusCode::FORBIDDEN, "invitation_needed", "this survey is answered by invitation only")
        }
        SubmitError::Code(refusal) => refuse(StatusCode::FORBIDDEN, refusal.as_str(), refusal.to_string()),
        SubmitError::Conflict => {
            let message = "another response has this id; if this is a new one, send it with a new id";
            refuse(StatusCode::CONFLICT, "conflict", message)
        }
        SubmitError::Overloaded | SubmitError::Storage(_) => come_back(),
        SubmitError::Pipeline(error) => refuse_pipeline(&error),
    }
}

fn refuse_pipeline(error: &PipelineError) -> Response {
    match error {
        PipelineError::NotFound { .. } => refuse(StatusCode::NOT_FOUND, "not_found", error.to_string()),
        PipelineError::Storage(_) => {
            tracing::error!(%error, "a submission could not be looked at");
            come_back()
        }
        _ => {
            tracing::error!(%error, "a submission failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn come_back() -> Response {
    let message = "nothing was kept; send the same again in a moment";
    let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
    response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static(RETRY_AFTER_SECONDS));
    response
}

fn too_many(wait: Wait) -> Response {
    let message = "too many answers or wrong codes came from this network; nothing was kept, send the same again later";
    let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "too_many", message);
    response.headers_mut().insert(RETRY_AFTER, wait.retry_after());
    response
}

fn refuse(status: StatusCode, code: &'static str, message: impl Into<String>) -> Response {
    (status, Json(RefusalBody { code, message: message.into(), state: None, field: None })).into_response()
}

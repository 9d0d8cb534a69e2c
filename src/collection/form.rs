//! The addresses of the form. Each handler looks the wave up, lets [`proceed`] decide, and shows the outcome.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use axum_extra::extract::WithRejection;
use rand::rngs::SysRng;
use serde::Deserialize;
use uuid::Uuid;

use super::answers::Typed;
use super::journey::{Action, Draft, Outcome, Step, proceed, step_with};
use super::pages::{
    show_busy, show_by_invitation, show_choice, show_conflict, show_invitation, show_not_open, show_step, show_thanks,
    unkept,
};
use super::throttle::count_try;
use super::whole::{Offline, show_whole};
use crate::pipeline::{Platform, SubmitError};
use crate::survey::{Mode, OpenAnswers, TypedCode, Wave, WaveState};
use crate::web::{Address, ForPage, PageError, Sender, Wait, draw_id};

/// The most fields of a form.
const FIELDS_MAX: usize = 1000;
/// After how many seconds a busy server is worth another try.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("10");

pub(super) type Answered = Result<Response, PageError>;

/// The wave, if the web may know of it.
pub(super) async fn public_wave(platform: &Platform, code: &str) -> Result<Arc<Wave>, PageError> {
    let wave = platform.waves().find(code).await?;
    let is_public = wave.state != WaveState::Draft && wave.plan.modes.contains(&Mode::Web);
    if is_public { Ok(wave) } else { Err(PageError::NotFound) }
}

/// The page that says when answers are taken, if none are taken today.
pub(super) fn not_open(platform: &Platform, address: &Address, wave: &Wave, late: StatusCode) -> Option<Answered> {
    let today = platform.clock().today();
    let early = wave.state == WaveState::Open && today < wave.plan.field.opens;
    let status = if early { StatusCode::OK } else { late };
    (!wave.accepts_on(today)).then(|| show_not_open(address, wave, status, early))
}

pub(super) async fn choose_unit(
    State(platform): State<Platform>,
    address: Address,
    WithRejection(Path(wave), _): ForPage<Path<String>>,
) -> Answered {
    let wave = public_wave(&platform, &wave).await?;
    if let Some(answer) = not_open(&platform, &address, &wave, StatusCode::GONE) {
        return answer;
    }
    match wave.plan.open_link.answers {
        OpenAnswers::Refused => show_by_invitation(&address, &wave, StatusCode::OK),
        OpenAnswers::Apart | OpenAnswers::Counted => show_choice(&address, &wave),
    }
}

/// What a form may be asked for.
#[derive(Deserialize)]
pub(super) struct Opening {
    /// All questions on one page, for the script.
    #[serde(default)]
    all: String,
}

pub(super) async fn open_form(
    State(platform): State<Platform>,
    address: Address,
    WithRejection(Path((wave, unit)), _): ForPage<Path<(String, String)>>,
    WithRejection(Query(opening), _): ForPage<Query<Opening>>,
    Extension(offline): Extension<Offline>,
) -> Answered {
    let wave = public_wave(&platform, &wave).await?;
    if let Some(answer) = not_open(&platform, &address, &wave, StatusCode::GONE) {
        return answer;
    }
    // Who comes with a code has begun at it, and the script then asks for all questions.
    if wave.plan.open_link.answers == OpenAnswers::Refused && opening.all.is_empty() {
        return show_by_invitation(&address, &wave, StatusCode::OK);
    }
    let draft = draft(&platform, &address, &wave, &unit, &[])?;
    if !opening.all.is_empty() {
        return show_whole(&address, &draft, minutes_ahead(&platform), offline);
    }
    show_step(&address, &draft, Step::Questions(0), &[], false)
}

pub(super) async fn continue_form(
    State(platform): State<Platform>,
    address: Address,
    sender: Sender,
    WithRejection(Path((wave, unit)), _): ForPage<Path<(String, String)>>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answered {
    let wave = public_wave(&platform, &wave).await?;
    let Form(fields) = form?;
    if let Some(answer) = not_open(&platform, &address, &wave, StatusCode::CONFLICT) {
        return answer;
    }
    let draft = draft(&platform, &address, &wave, &unit, &fields)?;
    answer_form(&platform, &address, &sender, &draft, &fields).await
}

/// How many minutes the wave's clock is ahead of UTC.
pub(super) fn minutes_ahead(platform: &Platform) -> i32 {
    platform.clock().now().offset().local_minus_utc() / 60
}

/// Shows the next step of a form, or sends it.
pub(super) async fn answer_form(
    platform: &Platform,
    address: &Address,
    sender: &Sender,
    draft: &Draft<'_>,
    fields: &[(String, String)],
) -> Answered {
    if fields.len() > FIELDS_MAX {
        return Err(PageError::Refused(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let step = Step::from_name(field(fields, "step"));
    let action = Action::from_name(field(fields, "action"));
    let answer = match proceed(draft, step, action) {
        Outcome::Show(step, findings) => {
            let stays_changing = !field(fields, "changing").is_empty();
            let changing = matches!(action, Action::Change(_) | Action::Send) || stays_changing;
            show_step(address, draft, step, &findings, changing)
        }
        Outcome::Submit if let Err(wait) = count(sender, draft) => {
            ask_again(address, draft, StatusCode::TOO_MANY_REQUESTS, wait.retry_after())
        }
        Outcome::Submit => submit(platform, address, draft).await,
    };
    answer.map(unkept)
}

/// Counts a try of a code, or an answer over the open link, that is about to be sent.
fn count(sender: &Sender, draft: &Draft<'_>) -> Result<(), Wait> {
    match &draft.code {
        Some(code) => count_try(sender, &code.0),
        None if draft.device.is_none() => sender.count_answer(),
        None => Ok(()),
    }
}

/// What travelled with the form, or the start of a new one with an identifier of its own.
pub(super) fn draft<'w>(
    platform: &Platform,
    address: &Address,
    wave: &'w Wave,
    unit: &str,
    fields: &[(String, String)],
) -> Result<Draft<'w>, PageError> {
    let unit = wave.unit(unit).ok_or(PageError::NotFound)?;
    let id = match Uuid::parse_str(field(fields, "id")) {
        Ok(id) if !id.is_nil() => id,
        _ => draw_id(&mut SysRng).map_err(PageError::internal)?,
    };
    let typed = Typed::from_fields(fields, &wave.questionnaire);
    let code =
        Some(field(fields, "code").trim()).filter(|code| !code.is_empty()).map(|code| TypedCode(code.to_owned()));
    let work = field(fields, "work").parse().ok();
    Ok(Draft {
        work,
        wave,
        unit,
        id,
        code,
        device: None,
        typed,
        language: address.language.tag(),
        today: platform.clock().today(),
    })
}

pub(super) fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}

/// Sends the answers. What was sent before is answered as the first time, so a double click does no harm.
async fn submit(platform: &Platform, address: &Address, draft: &Draft<'_>) -> Answered {
    match platform.intake().submit(draft.wave, draft.submission()).await {
        Ok(accepted) => {
            let at = match &draft.device {
                Some(_) => draft.address(),
                None => format!("/s/{}", draft.wave.plan.code),
            };
            let thanks = format!("{at}/thanks?receipt={}", accepted.receipt);
            Ok(Redirect::to(&address.language.path(&thanks)).into_response())
        }
        Err(SubmitError::Invalid(findings)) => {
            let (step, findings) = step_with(draft.wave, findings.0);
            show_step(address, draft, step, &findings, true)
        }
        Err(SubmitError::NotOpen) => show_not_open(address, draft.wave, StatusCode::CONFLICT, false),
        Err(SubmitError::InvitationNeeded) => show_by_invitation(address, draft.wave, StatusCode::FORBIDDEN),
        Err(SubmitError::Conflict) => show_conflict(address, draft.wave, draft.unit),
        Err(SubmitError::Code(refusal)) => {
            let typed = draft.code.as_ref().map_or("", |code| &code.0);
            show_invitation(address, draft.wave, typed, Some(refusal))
        }
        Err(SubmitError::Overloaded | SubmitError::Storage(_)) => {
            ask_again(address, draft, StatusCode::SERVICE_UNAVAILABLE, RETRY_SECONDS)
        }
        Err(SubmitError::Pipeline(error)) => Err(error.into()),
    }
}

/// An empty page would lose the answers, so even a failure shows them again, ready to be sent once more.
fn ask_again(address: &Address, draft: &Draft<'_>, status: StatusCode, retry_after: HeaderValue) -> Answered {
    let mut response = show_busy(address, draft, status)?;
    response.headers_mut().insert(RETRY_AFTER, retry_after);
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Thanks {
    #[serde(default)]
    receipt: String,
}

pub(super) async fn give_thanks(
    State(platform): State<Platform>,
    address: Address,
    WithRejection(Path(wave), _): ForPage<Path<String>>,
    WithRejection(Query(thanks), _): ForPage<Query<Thanks>>,
) -> Answered {
    let wave = public_wave(&platform, &wave).await?;
    let received = platform.intake().find_receipt(&thanks.receipt).await?;
    if received.is_none_or(|received| received.plan.code != wave.plan.code) {
        return Err(PageError::NotFound);
    }
    show_thanks(&address, &wave, thanks.receipt).map(unkept)
}

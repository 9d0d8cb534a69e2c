//! The form on a device at an office: one visitor after another, each finding nothing of the one before.
//!
//! The address holds the code of the device (`plumbline access grant kiosk`). With script it asks one question a screen, clears
//! itself when nobody touches it, and sends by itself; without, it is the form as everywhere.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::form::{Answered, answer_form, draft, minutes_ahead, not_open};
use super::journey::{Device, Draft};
use super::pages::{page, unkept};
use super::throttle::show_wait;
use super::whole::{Offline, show_whole};
use crate::pipeline::Platform;
use crate::survey::{AccessKind, Wave};
use crate::web::{ForPage, PageError, Place, Sender, Taken, render};

#[derive(Template)]
#[template(path = "form/kiosk_thanks.html")]
struct KioskThanksPage {
    page: crate::web::Page,
    receipt: String,
    next: String,
}

/// The device with this code and its wave; a page that says so where there is none. Only codes that are none are counted: a good one
/// comes with every page of every visitor.
async fn device(platform: &Platform, sender: &Sender, code: &str) -> Result<(Device, std::sync::Arc<Wave>), Response> {
    match platform.find_access(code).await.map_err(|error| PageError::from(error).into_response())? {
        Some((access, wave)) if access.kind == AccessKind::Kiosk => {
            Ok((Device { code: code.to_owned(), access }, wave))
        }
        _ => Err(sender.count_guess().map_or_else(show_wait, |()| PageError::NotFound.into_response())),
    }
}

/// A form for the next visitor, with what was typed so far.
fn draft_on<'w>(
    platform: &Platform,
    place: &Place,
    wave: &'w Wave,
    device: Device,
    fields: &[(String, String)],
) -> Result<Draft<'w>, PageError> {
    let unit = device.access.unit.clone().ok_or(PageError::NotFound)?;
    let draft = draft(platform, place, wave, unit.as_str(), fields)?;
    Ok(Draft { device: Some(device), code: None, ..draft })
}

/// All questions, ready for the next visitor.
pub(super) async fn open(
    State(platform): State<Platform>,
    place: Place,
    sender: Sender,
    axum::Extension(offline): axum::Extension<Offline>,
    Taken(Path(code), ..): ForPage<Path<String>>,
) -> Answered {
    let (device, wave) = match device(&platform, &sender, &code).await {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    if let Some(answer) = not_open(&platform, &place, &wave, StatusCode::GONE) {
        return answer;
    }
    let draft = draft_on(&platform, &place, &wave, device, &[])?;
    show_whole(&place, &draft, minutes_ahead(&platform), offline).map(unkept)
}

/// Goes on in the form, as without script.
pub(super) async fn go_on(
    State(platform): State<Platform>,
    place: Place,
    sender: Sender,
    Taken(Path(code), ..): ForPage<Path<String>>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answered {
    let (device, wave) = match device(&platform, &sender, &code).await {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let Form(fields) = form?;
    if let Some(answer) = not_open(&platform, &place, &wave, StatusCode::CONFLICT) {
        return answer;
    }
    let draft = draft_on(&platform, &place, &wave, device, &fields)?;
    answer_form(&platform, &place, &sender, &draft, &fields).await
}

#[derive(Deserialize)]
pub(super) struct Thanks {
    #[serde(default)]
    receipt: String,
}

/// Thanks, and the way to the next visitor.
pub(super) async fn give_thanks(
    State(platform): State<Platform>,
    place: Place,
    sender: Sender,
    Taken(Path(code), ..): ForPage<Path<String>>,
    Taken(Query(thanks), ..): ForPage<Query<Thanks>>,
) -> Answered {
    let (_, wave) = match device(&platform, &sender, &code).await {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let received = platform.find_receipt(&thanks.receipt).await?;
    if received.is_none_or(|received| received.plan.code != wave.plan.code) {
        return Err(PageError::NotFound);
    }
    let template = KioskThanksPage {
        page: page(&place, &wave, place.language.t("thanks-title")),
        receipt: thanks.receipt,
        next: format!("/k/{code}"),
    };
    render(StatusCode::OK, &template).map(unkept)
}

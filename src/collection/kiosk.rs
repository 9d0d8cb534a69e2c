//! The form on a device at an office: one visitor after another, each finding nothing of the one before.
//!
//! The address holds the code of the device (`plumbline access grant kiosk`). With script it asks one question a screen, clears
//! itself when nobody touches it, and sends by itself; without, it is the form as everywhere.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::WithRejection;
use serde::Deserialize;

use super::form::{Answered, answer_form, draft, minutes_ahead, not_open};
use super::journey::{Device, Draft};
use super::pages::{page, unkept};
use super::throttle::show_wait;
use super::whole::{Offline, show_whole};
use crate::accounts::Actor;
use crate::pipeline::Platform;
use crate::survey::Wave;
use crate::web::{Address, ForPage, PageError, Sender, render};

#[derive(Template)]
#[template(path = "form/kiosk_thanks.html")]
struct KioskThanksPage {
    page: crate::web::Page,
    receipt: String,
    next: String,
}

/// The device with this code, its wave, and the platform on its behalf; a page that says so where there is none. Only invalid codes
/// are counted: a good one comes with every page of every visitor.
async fn device(platform: &Platform, sender: &Sender, code: &str) -> Result<(Platform, Device, Arc<Wave>), Response> {
    let failed = |error| PageError::from(error).into_response();
    let Some(platform) = platform.recognise(code).await.map_err(failed)? else { return Err(refuse(sender)) };
    let Actor::Device(access) = platform.actor().clone() else { return Err(refuse(sender)) };
    let wave = platform.waves().find(access.wave.as_str()).await.map_err(failed)?;
    Ok((platform, Device { code: code.to_owned(), access }, wave))
}

fn refuse(sender: &Sender) -> Response {
    sender.count_guess().map_or_else(show_wait, |()| PageError::NotFound.into_response())
}

/// A form for the next visitor, with what was typed so far.
fn draft_on<'w>(
    platform: &Platform,
    address: &Address,
    wave: &'w Wave,
    device: Device,
    fields: &[(String, String)],
) -> Result<Draft<'w>, PageError> {
    let unit = device.access.unit.clone().ok_or(PageError::NotFound)?;
    let draft = draft(platform, address, wave, unit.as_str(), fields)?;
    Ok(Draft { device: Some(device), code: None, ..draft })
}

/// All questions, ready for the next visitor.
pub(super) async fn open(
    State(platform): State<Platform>,
    address: Address,
    sender: Sender,
    axum::Extension(offline): axum::Extension<Offline>,
    WithRejection(Path(code), _): ForPage<Path<String>>,
) -> Answered {
    let (platform, device, wave) = match device(&platform, &sender, &code).await {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    if let Some(answer) = not_open(&platform, &address, &wave, StatusCode::GONE) {
        return answer;
    }
    let draft = draft_on(&platform, &address, &wave, device, &[])?;
    show_whole(&address, &draft, minutes_ahead(&platform), offline).map(unkept)
}

/// Goes on in the form, as without script.
pub(super) async fn go_on(
    State(platform): State<Platform>,
    address: Address,
    sender: Sender,
    WithRejection(Path(code), _): ForPage<Path<String>>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answered {
    let (platform, device, wave) = match device(&platform, &sender, &code).await {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let Form(fields) = form?;
    if let Some(answer) = not_open(&platform, &address, &wave, StatusCode::CONFLICT) {
        return answer;
    }
    let draft = draft_on(&platform, &address, &wave, device, &fields)?;
    answer_form(&platform, &address, &sender, &draft, &fields).await
}

#[derive(Deserialize)]
pub(super) struct Thanks {
    #[serde(default)]
    receipt: String,
}

/// Thanks, and the way to the next visitor.
pub(super) async fn give_thanks(
    State(platform): State<Platform>,
    address: Address,
    sender: Sender,
    WithRejection(Path(code), _): ForPage<Path<String>>,
    WithRejection(Query(thanks), _): ForPage<Query<Thanks>>,
) -> Answered {
    let (platform, _, wave) = match device(&platform, &sender, &code).await {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let received = platform.intake().find_receipt(&thanks.receipt).await?;
    if received.is_none_or(|received| received.plan.code != wave.plan.code) {
        return Err(PageError::NotFound);
    }
    let template = KioskThanksPage {
        page: page(&address, &wave, address.language.t("thanks-title")),
        receipt: thanks.receipt,
        next: format!("/k/{code}"),
    };
    render(StatusCode::OK, &template).map(unkept)
}

//! The routes of the office.

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::WithRejection;
use serde::Deserialize;

use super::fieldwork_page::{FieldworkPage, FieldworkView};
use super::jobs_page::{JobRow, JobsPage};
use crate::accounts::{Permission, Scope};
use crate::entrance::Visitor;
use crate::jobs::JobId;
use crate::pipeline::{HeldTraces, Platform};
use crate::web::{Address, AskedList, ForPage, Language, Page, PageError, Style, render};

/// The pages `/office/{wave}` (`?unit=CODE` shows the days of one unit, `?q=` and `?page=` a part of many units) and `/jobs`, for the
/// administrator alone.
pub fn pages() -> Router<Platform> {
    Router::new()
        .route("/office/{wave}", get(show_fieldwork))
        .route("/jobs", get(show_jobs))
        .route("/jobs/{id}/cancel", post(cancel_job))
}

#[derive(Deserialize)]
struct Shown {
    unit: Option<String>,
}

async fn show_fieldwork(
    WithRejection(Visitor { platform, .. }, _): ForPage<Visitor>,
    WithRejection(Path(code), _): ForPage<Path<String>>,
    WithRejection(Query(shown), _): ForPage<Query<Shown>>,
    WithRejection(Query(list), _): ForPage<Query<AskedList>>,
    address: Address,
) -> Result<Response, PageError> {
    platform.demand(Permission::UseOffice, &Scope::default())?;
    let wave = platform.waves().find(&code).await?;
    let (fieldwork, as_of) = platform.monitor().fieldwork(&wave).await?;
    let find = |unit: &String| wave.units.position(unit).and_then(|address| fieldwork.units.get(address));
    let unit = shown.unit.as_ref().map(|unit| find(unit).ok_or(PageError::NotFound)).transpose()?;
    let title = address.language.t("fieldwork-title");
    let page = Page::new(&address, title, Style::Site).with_synthetic(wave.plan.synthetic);
    let mut view = FieldworkView::new(&wave, (&fieldwork, as_of), (unit, &list), address.language)?;
    view.held = platform.held_traces().map(|held| held_words(&held, address.language));
    render(StatusCode::OK, &FieldworkPage { page, view })
}

fn held_words(held: &HeldTraces, language: Language) -> String {
    let minutes = language.format_count(held.held_for.as_secs().div_ceil(60));
    let names = held.names();
    let facts = [("minutes", minutes.into()), ("who", names.clone().into())];
    language.t_with(if names.is_empty() { "fieldwork-held-by-somebody" } else { "fieldwork-held" }, facts)
}

async fn show_jobs(
    WithRejection(Visitor { platform, .. }, _): ForPage<Visitor>,
    address: Address,
) -> Result<Response, PageError> {
    platform.demand(Permission::UseOffice, &Scope::default())?;
    let jobs = platform.jobs().latest().await?;
    let jobs = jobs.iter().map(|job| JobRow::new(job, address.language)).collect();
    let page = Page::new(&address, address.language.t("jobs-title"), Style::Site);
    render(StatusCode::OK, &JobsPage { page, jobs })
}

/// The cookie of the administrator is sent by no other site, so a form elsewhere cancels nothing.
async fn cancel_job(
    WithRejection(Visitor { platform, .. }, _): ForPage<Visitor>,
    WithRejection(Path(id), _): ForPage<Path<i32>>,
    address: Address,
) -> Result<Response, PageError> {
    platform.demand(Permission::UseOffice, &Scope::default())?;
    platform.jobs().cancel(JobId(id)).await?;
    Ok(Redirect::to(&address.language.path("/jobs")).into_response())
}

//! The routes of the office.

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum_extra::extract::WithRejection;
use serde::Deserialize;

use super::fieldwork_page::{FieldworkPage, FieldworkView};
use crate::accounts::{Permission, Scope};
use crate::entrance::Visitor;
use crate::pipeline::Platform;
use crate::web::{AskedList, ForPage, Page, PageError, Place, Style, render};

/// The page `/office/{wave}`, for the administrator alone; `?unit=CODE` shows the days of one unit,
/// `?q=` and `?page=` a part of many units.
pub fn pages() -> Router<Platform> {
    Router::new().route("/office/{wave}", get(show_fieldwork))
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
    place: Place,
) -> Result<Response, PageError> {
    platform.demand(Permission::UseOffice, &Scope::default())?;
    let wave = platform.waves().find(&code).await?;
    let (fieldwork, as_of) = platform.monitor().fieldwork(&wave).await?;
    let find = |unit: &String| wave.units.position(unit).and_then(|place| fieldwork.units.get(place));
    let unit = shown.unit.as_ref().map(|unit| find(unit).ok_or(PageError::NotFound)).transpose()?;
    let title = place.language.t("fieldwork-title");
    let page = Page::new(&place, title, Style::Site).with_synthetic(wave.plan.synthetic);
    let view = FieldworkView::new(&wave, (&fieldwork, as_of), (unit, &list), place.language)?;
    render(StatusCode::OK, &FieldworkPage { page, view })
}

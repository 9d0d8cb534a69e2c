//! The routes of the office.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::fieldwork_page::{FieldworkPage, FieldworkView};
use crate::pipeline::Platform;
use crate::web::{AskedList, Credential, ForPage, Page, PageError, Place, Style, Taken, render};

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
    State(platform): State<Platform>,
    Taken(Path(code), ..): ForPage<Path<String>>,
    Taken(Query(shown), ..): ForPage<Query<Shown>>,
    Taken(Query(list), ..): ForPage<Query<AskedList>>,
    credential: Credential,
    place: Place,
) -> Result<Response, PageError> {
    if !credential.token().is_some_and(|token| platform.is_administrator(token)) {
        return Err(PageError::Unauthorised);
    }
    let wave = platform.wave(&code).await?;
    let (fieldwork, as_of) = platform.fieldwork(&wave).await?;
    let find = |unit: &String| wave.units.position(unit).and_then(|place| fieldwork.units.get(place));
    let unit = shown.unit.as_ref().map(|unit| find(unit).ok_or(PageError::NotFound)).transpose()?;
    let title = place.language.t("fieldwork-title");
    let page = Page::new(&place, title, Style::Site).with_synthetic(wave.plan.synthetic);
    let view = FieldworkView::new(&wave, (&fieldwork, as_of), (unit, &list), place.language)?;
    render(StatusCode::OK, &FieldworkPage { page, view })
}

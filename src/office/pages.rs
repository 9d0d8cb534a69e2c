//! The routes of the office.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::fieldwork_page::{FieldworkPage, FieldworkView};
use crate::pipeline::{PipelineError, Platform};
use crate::web::{Credential, Page, PageError, Place, Style, render};

/// The page `/office/{wave}`, for the administrator alone.
pub fn pages() -> Router<Platform> {
    Router::new().route("/office/{wave}", get(show_fieldwork))
}

fn refused(error: PipelineError) -> PageError {
    match error {
        PipelineError::NotFound { .. } => PageError::NotFound,
        #[expect(unreachable_patterns, reason = "use cases will fail in further ways")]
        other => PageError::internal(other),
    }
}

async fn show_fieldwork(
    State(platform): State<Platform>,
    Path(code): Path<String>,
    credential: Credential,
    place: Place,
) -> Result<Response, PageError> {
    if !credential.passes(|token| platform.is_administrator(token)) {
        return Err(PageError::Unauthorised);
    }
    let wave = platform.wave(&code).await.map_err(refused)?;
    let fieldwork = platform.fieldwork(&wave).await.map_err(refused)?;
    let title = place.language.t("fieldwork-title");
    let page = Page::new(&place, title, Style::Site).with_synthetic(wave.plan.synthetic);
    render(StatusCode::OK, &FieldworkPage { page, view: FieldworkView::new(&wave, &fieldwork, place.language) })
}

//! The fieldwork for programs: the numbers of the page, as a document and as a table.

use axum::extract::{Path, Query};
use axum::response::Response;
use axum_extra::extract::WithRejection;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::fieldwork_document::{FieldworkColumns, FieldworkDocument};
use crate::documents::{
    Caching, ForProgram, InFormat, NoResults, OfWave, Problem, UnitPaging, Wanted, answer, describe_table, with_links,
};
use crate::entrance::Visitor;
use crate::pipeline::Platform;
use crate::survey::WaveState;

/// The route under `/api/v1` and its description.
pub fn api_routes() -> OpenApiRouter<Platform> {
    let mut routes = OpenApiRouter::new().routes(routes!(get_fieldwork));
    describe_table::<FieldworkColumns<'_>>(routes.get_openapi_mut(), "/waves/{wave}/fieldwork");
    routes
}

/// Get the state of a wave's fieldwork.
///
/// Counts and precision, never a score; all units together first. Before the release with the administrator's token
/// only, because precision hints at scores. The table has a column for each mode and leaves out the days; what
/// came over the open link is kept apart and in no other count.
#[utoipa::path(
    get,
    path = "/waves/{wave}/fieldwork",
    tag = "fieldwork",
    params(OfWave, UnitPaging, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The fieldwork", body = FieldworkDocument),
        NoResults,
    )
)]
async fn get_fieldwork(
    WithRejection(Visitor { platform, .. }, _): ForProgram<Visitor>,
    WithRejection(Path(code), _): ForProgram<Path<String>>,
    WithRejection(Query(paging), _): ForProgram<Query<UnitPaging>>,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = platform.waves().find(&code).await?;
    let (fieldwork, _) = platform.monitor().fieldwork(&wave).await?;
    let page = paging.cut(&wave, 0..wave.units.len())?;
    let document = FieldworkDocument::new(&wave, &fieldwork, &page);
    let caching = Caching::of_changing(wave.state == WaveState::Released);
    let answer = answer(&wanted, caching, &document, document.dataset())?;
    Ok(with_links(&page, answer, (&code, "/fieldwork"), &wanted, (None, None)))
}

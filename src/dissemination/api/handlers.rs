//! The routes of the result API: look up, decide who may see it, answer.

use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::LINK;
use axum::response::Response;
use axum_extra::extract::WithRejection;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::published::PublishedAnswers;
use super::asked_document::AskedDocument;
use super::open_link_document::{OpenLinkDocument, OpenLinkEstimate};
use super::ranking_documents::{RankingColumns, RankingDocument, ranked_positions};
use super::release_documents::{AskedRelease, ReleaseColumns, ReleaseNumbers, ReleasesDocument};
use super::result_documents::{ResultsDocument, UnitDocument};
use super::rows::EstimateColumns;
use super::wave_documents::{MeasuredUnitRow, WaveDocument, WaveList, WaveRow, WaveSummary};
use crate::accounts::Actor;
use crate::documents::{
    Caching, ForProgram, InFormat, NoList, NoResults, NoWave, OfWave, Paging, Problem, UnitPaging, Wanted, answer,
    describe_table, links, with_links,
};
use crate::entrance::Visitor;
use crate::foundation::Finding;
use crate::pipeline::{LeftOut, Platform, ShownRanking, Standings};
use crate::survey::{RankSetChoice, Wave, WaveState};

/// The routes under `/api/v1` and their descriptions.
pub fn api_routes() -> OpenApiRouter<Platform> {
    let mut routes = OpenApiRouter::new()
        .routes(routes!(list_waves))
        .routes(routes!(get_wave))
        .routes(routes!(get_results))
        .routes(routes!(get_ranking))
        .routes(routes!(get_unit))
        .routes(routes!(get_open_link))
        .routes(routes!(list_releases));
    let description = routes.get_openapi_mut();
    describe_table::<WaveRow>(description, "/waves");
    describe_table::<MeasuredUnitRow>(description, "/waves/{wave}");
    describe_table::<EstimateColumns<'_>>(description, "/waves/{wave}/results");
    describe_table::<RankingColumns<'_>>(description, "/waves/{wave}/ranking");
    describe_table::<EstimateColumns<'_>>(description, "/waves/{wave}/units/{unit}");
    describe_table::<OpenLinkEstimate>(description, "/waves/{wave}/open-link");
    describe_table::<ReleaseColumns<'_>>(description, "/waves/{wave}/releases");
    routes.layer(Extension(PublishedAnswers::default()))
}

/// List the waves.
///
/// The latest field first. Drafts are listed for the administrator only. The `Link` header leads to the other pages.
#[utoipa::path(
    get,
    path = "/waves",
    tag = "results",
    params(Paging, InFormat),
    responses(
        (status = 200, description = "One page of the list", body = WaveList),
        NoList,
    )
)]
async fn list_waves(
    WithRejection(Visitor { platform, .. }, _): ForProgram<Visitor>,
    WithRejection(Query(paging), _): ForProgram<Query<Paging>>,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let (page, per_page) = paging.checked()?;
    let listed = platform.waves().all().await?;
    let of_page = || listed.iter().skip((page - 1) * per_page).take(per_page);
    let items = of_page().map(|wave| WaveSummary::new(wave)).collect();
    let document = WaveList { items, page, per_page, total: listed.len() };
    let mut response = answer(
        &wanted,
        Caching::of_changing(*platform.actor() == Actor::Anonymous),
        &document,
        WaveRow::dataset(of_page().map(AsRef::as_ref)),
    )?;
    if let Some(links) = links("/api/v1/waves?", page, per_page, listed.len()) {
        response.headers_mut().insert(LINK, links);
    }
    Ok(response)
}

fn not_found(what: &str, code: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", format!("there is no {what} {code:?}"))
}

/// Get a wave.
///
/// What is asked, of whom, when and how. Lists of units come in pages of 200 unless `per_page` says otherwise, and `q` finds some of
/// them by name or code: here, and in results, rankings and fieldwork. The table has a row for each measured unit.
#[utoipa::path(
    get,
    path = "/waves/{wave}",
    tag = "results",
    params(OfWave, UnitPaging, InFormat),
    responses(
        (status = 200, description = "The wave", body = WaveDocument),
        NoWave,
    )
)]
async fn get_wave(
    WithRejection(Visitor { platform, .. }, _): ForProgram<Visitor>,
    WithRejection(Path(code), _): ForProgram<Path<String>>,
    WithRejection(Query(paging), _): ForProgram<Query<UnitPaging>>,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = platform.waves().find(&code).await?;
    let page = paging.cut(&wave, 0..wave.units.len())?;
    let document = WaveDocument::new(&wave, &page);
    let answer = answer(&wanted, Caching::of_changing(wave.state != WaveState::Draft), &document, document.dataset())?;
    Ok(with_links(&page, answer, (&code, ""), &wanted, (None, None)))
}

/// Get all estimates of a wave.
///
/// One row an estimate, for all units together and for each. Before the release with the administrator's token only.
#[utoipa::path(
    get,
    path = "/waves/{wave}/results",
    tag = "results",
    params(OfWave, AskedRelease, UnitPaging, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The estimates", body = ResultsDocument),
        NoResults,
    )
)]
async fn get_results(
    WithRejection(Path(code), _): ForProgram<Path<String>>,
    WithRejection(Query(paging), _): ForProgram<Query<UnitPaging>>,
    WithRejection(Query(AskedRelease { release }), _): ForProgram<Query<AskedRelease>>,
    asked: AskedDocument,
) -> Result<Response, Problem> {
    let make = async |wave: &Wave, standings: &Standings, wanted: &Wanted| {
        let page = paging.cut(wave, 0..wave.units.len())?;
        let mut document = ResultsDocument::new(wave, &standings.results, &page);
        document.release = ReleaseNumbers::of(standings);
        let answer = answer(wanted, Caching::of_results(wave), &document, document.dataset())?;
        Ok(with_links(&page, answer, (&code, "/results"), wanted, (None, release)))
    };
    asked.answer(&code, release, make).await
}

/// Which rank sets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AskedSets {
    /// How rank sets are made: `holm` or `simultaneous`; without it the official way of the wave's plan
    #[param(example = "holm")]
    rank_sets: Option<String>,
}

impl AskedSets {
    /// The ranking that is asked for. Where simultaneous sets are asked for by name and were left out, there is none.
    async fn ranking(&self, standings: &Standings) -> Result<ShownRanking, Problem> {
        let named = |name: &String| {
            let message = "write rank_sets=holm or rank_sets=simultaneous";
            let finding = || Finding::new("rank_sets", "unknown_rank_sets", message);
            RankSetChoice::from_name(name).ok_or_else(|| Problem::bad_request(finding().into()))
        };
        let asked = self.rank_sets.as_ref().map(named).transpose()?;
        let chosen = standings.ranking(asked).await?;
        match (asked, chosen.left_out) {
            (Some(_), Some(reason)) => {
                let message = match reason {
                    LeftOut::ManyUnits { .. } => format!("there are no such rank sets: {reason}; leave rank_sets out"),
                    _ => format!("there are no simultaneous rank sets: {reason}; write rank_sets=holm"),
                };
                Err(Problem::new(StatusCode::NOT_FOUND, reason.as_str(), message))
            }
            _ => Ok(chosen),
        }
    }
}

/// Get the ranking of a wave's units.
///
/// Best first, with rank sets and tiers; withheld units last. Simulated sets come with their draws, seed and critical value. Before the release with the administrator's token only.
/// Which units one cannot be told apart from stands in its own document; here is how many.
#[utoipa::path(
    get,
    path = "/waves/{wave}/ranking",
    tag = "results",
    params(OfWave, AskedSets, AskedRelease, UnitPaging, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The ranking", body = RankingDocument),
        NoResults,
    )
)]
async fn get_ranking(
    WithRejection(Path(code), _): ForProgram<Path<String>>,
    WithRejection(Query(sets), _): ForProgram<Query<AskedSets>>,
    WithRejection(Query(paging), _): ForProgram<Query<UnitPaging>>,
    WithRejection(Query(AskedRelease { release }), _): ForProgram<Query<AskedRelease>>,
    asked: AskedDocument,
) -> Result<Response, Problem> {
    let make = async |wave: &Wave, standings: &Standings, wanted: &Wanted| {
        let chosen = sets.ranking(standings).await?;
        let page = paging.cut(wave, ranked_positions(wave, &chosen.ranking))?;
        let mut document = RankingDocument::new(wave, &standings.results, &chosen, &page);
        document.release = ReleaseNumbers::of(standings);
        let dataset = document.dataset(&standings.results.headline);
        let answer = answer(wanted, Caching::of_results(wave), &document, dataset)?;
        Ok(with_links(&page, answer, (&code, "/ranking"), wanted, (sets.rank_sets.as_deref(), release)))
    };
    asked.answer(&code, release, make).await
}

/// Get the results of one unit.
///
/// Its rank, how it differs from the units ranked next to it, its estimates, and the shares of the five ratings of each item. Before the release with the
/// administrator's token only.
#[utoipa::path(
    get,
    path = "/waves/{wave}/units/{unit}",
    tag = "results",
    params(OfWave, ("unit" = String, Path, description = "The unit's code", example = "085"), AskedSets, AskedRelease, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The unit's results", body = UnitDocument),
        NoResults,
    )
)]
async fn get_unit(
    WithRejection(Path((code, unit)), _): ForProgram<Path<(String, String)>>,
    WithRejection(Query(sets), _): ForProgram<Query<AskedSets>>,
    WithRejection(Query(AskedRelease { release }), _): ForProgram<Query<AskedRelease>>,
    asked: AskedDocument,
) -> Result<Response, Problem> {
    let make = async |wave: &Wave, standings: &Standings, wanted: &Wanted| {
        let measured = wave.unit(&unit).ok_or_else(|| not_found("unit", &unit))?.code();
        let chosen = sets.ranking(standings).await?;
        let results = &standings.results;
        let of_unit = wave.units.position(&unit).and_then(|position| results.units.get(position));
        let of_unit = of_unit.ok_or_else(|| not_found("unit", &unit))?;
        let mut document = UnitDocument::new(wave, results, &chosen, measured, of_unit);
        document.release = ReleaseNumbers::of(standings);
        answer(wanted, Caching::of_results(wave), &document, document.dataset())
    };
    asked.answer(&code, release, make).await
}

/// Get what came over the open link.
///
/// Whoever answers by an open link chose to; these answers are no part of the results unless `counted` says so, and have no
/// precision. Before the release with the administrator's token only.
#[utoipa::path(
    get,
    path = "/waves/{wave}/open-link",
    tag = "results",
    params(OfWave, AskedRelease, UnitPaging, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The estimates, without any precision", body = OpenLinkDocument),
        NoResults,
    )
)]
async fn get_open_link(
    WithRejection(Path(code), _): ForProgram<Path<String>>,
    WithRejection(Query(paging), _): ForProgram<Query<UnitPaging>>,
    WithRejection(Query(AskedRelease { release }), _): ForProgram<Query<AskedRelease>>,
    asked: AskedDocument,
) -> Result<Response, Problem> {
    let make = async |wave: &Wave, standings: &Standings, wanted: &Wanted| {
        let page = paging.cut(wave, 0..wave.units.len())?;
        let mut document = OpenLinkDocument::new(wave, &standings.results, &page);
        document.release = ReleaseNumbers::of(standings);
        let answer = answer(wanted, Caching::of_results(wave), &document, document.dataset())?;
        Ok(with_links(&page, answer, (&code, "/open-link"), wanted, (None, release)))
    };
    asked.answer(&code, release, make).await
}

/// List the releases of a wave.
///
/// What was published is never changed; a correction is a further release and says why. Results, rankings and units are of the
/// latest one unless `release` names another. Before the release with the administrator's token only: the list is then empty.
#[utoipa::path(
    get,
    path = "/waves/{wave}/releases",
    tag = "results",
    params(OfWave, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The releases", body = ReleasesDocument),
        NoResults,
    )
)]
async fn list_releases(
    WithRejection(Visitor { platform, .. }, _): ForProgram<Visitor>,
    WithRejection(Path(code), _): ForProgram<Path<String>>,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = platform.waves().find(&code).await?;
    let releases = platform.results().releases(&wave).await?;
    let document = ReleasesDocument::new(&wave, &releases);
    answer(&wanted, Caching::of_results(&wave), &document, document.dataset())
}

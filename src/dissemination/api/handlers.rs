//! The routes of the result API: look up, decide who may see it, answer.

use axum::extract::{Path, Query, State};
use axum::http::header::LINK;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Problem, Wanted, answer};
use super::described::{InFormat, NoList, NoResults, NoWave, OfWave};
use super::fieldwork_document::FieldworkDocument;
use super::result_documents::{RankingDocument, ResultsDocument, UnitDocument};
use super::rows::UnitEstimate;
use super::wave_documents::{WaveDocument, WaveList, WaveRow, WaveSummary};
use crate::dissemination::{is_administrator, may_see_results};
use crate::foundation::Findings;
use crate::pipeline::{Platform, Standings};
use crate::survey::{Wave, WaveState};
use crate::web::{Credential, Taken};

/// What a route takes from a request; a refusal is a [`Problem`].
type ForProgram<E> = Taken<E, Problem>;

/// The routes under `/api/v1` and their descriptions.
pub fn api_routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(list_waves))
        .routes(routes!(get_wave))
        .routes(routes!(get_results))
        .routes(routes!(get_ranking))
        .routes(routes!(get_unit))
        .routes(routes!(get_fieldwork))
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Paging {
    /// The page, from 1.
    #[param(value_type = Option<usize>, minimum = 1, default = 1)]
    page: Option<String>,
    /// How many items a page holds, 1 to 100.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 100, default = 20)]
    per_page: Option<String>,
}

impl Paging {
    const PER_PAGE_DEFAULT: usize = 20;
    const PER_PAGE_MAX: usize = 100;
    /// Far beyond any list; a limit so that the arithmetic cannot overflow.
    const PAGE_MAX: usize = 1_000_000;

    /// Page and page size, checked.
    fn checked(&self) -> Result<(usize, usize), Problem> {
        let mut findings = Findings::default();
        let mut number = |name: &str, text: &Option<String>, default: usize, max: usize| match text {
            None => default,
            Some(text) => {
                let number = text.parse().ok().filter(|number| (1..=max).contains(number));
                number.unwrap_or_else(|| {
                    findings.push(name, "out_of_range", format!("{name} is a whole number from 1 to {max}"));
                    default
                })
            }
        };
        let page = number("page", &self.page, 1, Self::PAGE_MAX);
        let per_page = number("per_page", &self.per_page, Self::PER_PAGE_DEFAULT, Self::PER_PAGE_MAX);
        findings.into_result((page, per_page)).map_err(Problem::bad_request)
    }
}

/// The `Link` header of a page of a list.
fn links(page: usize, per_page: usize, total: usize) -> Option<HeaderValue> {
    let last = total.div_ceil(per_page).max(1);
    let link = |page: usize, rel: &str| format!("</api/v1/waves?page={page}&per_page={per_page}>; rel=\"{rel}\"");
    let mut links = vec![link(1, "first"), link(last, "last")];
    if page > 1 {
        links.push(link((page - 1).min(last), "prev"));
    }
    if page < last {
        links.push(link(page + 1, "next"));
    }
    HeaderValue::from_str(&links.join(", ")).ok()
}

/// List the waves.
///
/// The latest field first. Drafts are listed for the administrator only. The `Link` header leads to the other pages.
/// CSV columns: `code`, `state`, `title` (Vietnamese), `opens`, `closes`, `accepts_until`, `method`, `synthetic`.
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
    State(platform): State<Platform>,
    Taken(Query(paging), ..): ForProgram<Query<Paging>>,
    credential: Credential,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let (page, per_page) = paging.checked()?;
    let sees_drafts = is_administrator(&platform, &credential);
    let waves = platform.waves().await?;
    let listed: Vec<_> = waves.iter().filter(|wave| sees_drafts || wave.state != WaveState::Draft).collect();
    let of_page = || listed.iter().skip((page - 1) * per_page).take(per_page);
    let items = of_page().map(|wave| WaveSummary::new(wave)).collect();
    let document = WaveList { items, page, per_page, total: listed.len() };
    let mut response = answer(&wanted, !sees_drafts, &document, of_page().map(|wave| WaveRow::new(wave)))?;
    if let Some(links) = links(page, per_page, listed.len()) {
        response.headers_mut().insert(LINK, links);
    }
    Ok(response)
}

/// The wave, if this bearer may know of it.
async fn known_wave(platform: &Platform, code: &str, credential: &Credential) -> Result<std::sync::Arc<Wave>, Problem> {
    let wave = platform.wave(code).await?;
    if wave.state == WaveState::Draft && !is_administrator(platform, credential) {
        return Err(not_found("wave", code));
    }
    Ok(wave)
}

/// The wave, if this bearer may see its results.
async fn visible_wave(
    platform: &Platform,
    code: &str,
    credential: &Credential,
) -> Result<std::sync::Arc<Wave>, Problem> {
    let wave = known_wave(platform, code, credential).await?;
    if may_see_results(platform, &wave, credential) { Ok(wave) } else { Err(Problem::not_released()) }
}

fn not_found(what: &str, code: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", format!("there is no {what} {code:?}"))
}

/// Get a wave.
///
/// What is asked, of whom, when and how. CSV: one row for each measured unit with `unit`, `name` (Vietnamese), `target`.
#[utoipa::path(
    get,
    path = "/waves/{wave}",
    tag = "results",
    params(OfWave, InFormat),
    responses(
        (status = 200, description = "The wave", body = WaveDocument),
        NoWave,
    )
)]
async fn get_wave(
    State(platform): State<Platform>,
    Taken(Path(code), ..): ForProgram<Path<String>>,
    credential: Credential,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = known_wave(&platform, &code, &credential).await?;
    let document = WaveDocument::new(&wave);
    answer(&wanted, wave.state != WaveState::Draft, &document, document.rows())
}

/// Get all estimates of a wave.
///
/// One row an estimate, for all units together and for each. Before the release with the administrator's token only.
/// CSV columns: `unit`, `statistic`, `item`, `n`, `estimate`, `se`, `df`, `ci_low`, `ci_high`, `deff`, `n_eff`.
#[utoipa::path(
    get,
    path = "/waves/{wave}/results",
    tag = "results",
    params(OfWave, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The estimates", body = ResultsDocument),
        NoResults,
    )
)]
async fn get_results(
    State(platform): State<Platform>,
    Taken(Path(code), ..): ForProgram<Path<String>>,
    credential: Credential,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = visible_wave(&platform, &code, &credential).await?;
    let results = platform.results(&wave).await?;
    let document = ResultsDocument::new(&wave, &results);
    answer(&wanted, wave.state == WaveState::Released, &document, document.rows.iter().map(UnitEstimate::columns))
}

/// Get the ranking of a wave's units.
///
/// Best first, with rank sets and tiers; withheld units last. Before the release with the administrator's token only.
/// CSV columns: those of `rows` with `indistinct_from` last, its codes parted by spaces.
#[utoipa::path(
    get,
    path = "/waves/{wave}/ranking",
    tag = "results",
    params(OfWave, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The ranking", body = RankingDocument),
        NoResults,
    )
)]
async fn get_ranking(
    State(platform): State<Platform>,
    Taken(Path(code), ..): ForProgram<Path<String>>,
    credential: Credential,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = visible_wave(&platform, &code, &credential).await?;
    let Standings { results, ranking } = platform.standings(&wave).await?;
    let document = RankingDocument::new(&wave, &results, &ranking);
    answer(&wanted, wave.state == WaveState::Released, &document, document.rows())
}

/// Get the results of one unit.
///
/// Its place in the ranking, its estimates, and the shares of the five ratings of each item. Before the release with the
/// administrator's token only. The CSV has the columns of `rows`.
#[utoipa::path(
    get,
    path = "/waves/{wave}/units/{unit}",
    tag = "results",
    params(OfWave, ("unit" = String, Path, description = "The unit's code", example = "085"), InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The unit's results", body = UnitDocument),
        NoResults,
    )
)]
async fn get_unit(
    State(platform): State<Platform>,
    Taken(Path((code, unit)), ..): ForProgram<Path<(String, String)>>,
    credential: Credential,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = visible_wave(&platform, &code, &credential).await?;
    let measured = wave.unit(&unit).ok_or_else(|| not_found("unit", &unit))?.code();
    let Standings { results, ranking } = platform.standings(&wave).await?;
    let of_unit = results.units.iter().find(|found| found.unit.as_ref() == Some(measured));
    let of_unit = of_unit.ok_or_else(|| not_found("unit", &unit))?;
    let document = UnitDocument::new(&wave, &results, &ranking, measured, of_unit);
    answer(&wanted, wave.state == WaveState::Released, &document, document.rows.iter().map(UnitEstimate::columns))
}

/// Get the state of a wave's fieldwork.
///
/// Counts and precision, never a score; all units together first. Before the release with the administrator's token
/// only, because precision hints at scores. The CSV has a column for each mode and leaves out the days: `unit`,
/// `answered`, `target`, `expected_by_today`, `share`, `margin`, `deff`, `more_needed`, `web`, `kiosk`, `interviewer`,
/// `telephone`, `paper`.
#[utoipa::path(
    get,
    path = "/waves/{wave}/fieldwork",
    tag = "fieldwork",
    params(OfWave, InFormat),
    security((), ("administrator" = [])),
    responses(
        (status = 200, description = "The fieldwork", body = FieldworkDocument),
        NoResults,
    )
)]
async fn get_fieldwork(
    State(platform): State<Platform>,
    Taken(Path(code), ..): ForProgram<Path<String>>,
    credential: Credential,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let wave = visible_wave(&platform, &code, &credential).await?;
    let fieldwork = platform.fieldwork(&wave).await?;
    let document = FieldworkDocument::new(&wave, &fieldwork);
    answer(&wanted, wave.state == WaveState::Released, &document, document.rows())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_up_to_its_limits_and_not_past_them() {
        let paging = |page: &str, per_page: &str| {
            Paging { page: Some(page.to_owned()), per_page: Some(per_page.to_owned()) }.checked().ok()
        };
        let cases = [
            ("1", "100", Some((1, 100))),
            ("1", "101", None),
            ("0", "1", None),
            ("1000000", "1", Some((1_000_000, 1))),
            ("1000001", "1", None),
            ("x", "1", None),
            ("-1", "1", None),
        ];
        for (page, per_page, expected) in cases {
            assert_eq!(paging(page, per_page), expected, "{page} {per_page}");
        }
        assert_eq!(Paging { page: None, per_page: None }.checked().ok(), Some((1, 20)));
    }

    #[test]
    fn a_page_links_to_its_neighbours() {
        let relations = |page| {
            let links = links(page, 2, 5).unwrap();
            let links = links.to_str().unwrap().to_owned();
            links.split(", ").map(|link| link.replace("</api/v1/waves?", "")).collect::<Vec<_>>().join(" ")
        };
        assert!(relations(2).ends_with("page=1&per_page=2>; rel=\"prev\" page=3&per_page=2>; rel=\"next\""));
        assert!(!relations(3).contains("next") && !relations(1).contains("prev"));
        assert!(
            relations(9).contains("page=3&per_page=2>; rel=\"prev\""),
            "a page past the end leads back to the last"
        );
    }
}

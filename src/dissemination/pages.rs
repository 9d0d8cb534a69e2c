//! The routes of the pages of results: look up, decide who may see it, show it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::published::{Address, PublishedPages};
use super::ranking_page::{RankingPage, RankingView};
use super::sets_view::AskedSets;
use super::unit_page::{UnitPage, UnitView};
use super::waves_page::{NotReleasedPage, WaveCard, WavesPage};
use super::{is_administrator, may_see_results};
use crate::pipeline::{Platform, Standings};
use crate::survey::Wave;
use crate::web::{AskedList, Credential, ForPage, Page, PageError, Place, Style, Taken, render};

/// The pages `/`, `/r/{wave}` and `/r/{wave}/{unit}`.
pub fn pages() -> Router<Platform> {
    Router::new()
        .route("/", get(show_waves))
        .route("/r/{wave}", get(show_ranking))
        .route("/r/{wave}/{unit}", get(show_unit))
        .layer(Extension(PublishedPages::default()))
}

async fn show_waves(
    State(platform): State<Platform>,
    credential: Credential,
    place: Place,
) -> Result<Response, PageError> {
    let waves = platform.waves().await?;
    let today = platform.clock().today();
    let is_administrator = is_administrator(&platform, &credential);
    let cards = waves.iter().filter_map(|wave| WaveCard::new(wave, today, is_administrator, place.language)).collect();
    let synthetic = !waves.is_empty() && waves.iter().all(|wave| wave.plan.synthetic);
    let page = Page::new(&place, place.language.t("waves-title"), Style::Site).with_synthetic(synthetic);
    render(StatusCode::OK, &WavesPage { page, waves: cards })
}

/// The wave and its standings if the bearer may see them, else the page that says why not.
async fn visible_standings(
    platform: &Platform,
    code: &str,
    credential: &Credential,
    place: &Place,
) -> Result<(Arc<Wave>, Standings), PageError> {
    let wave = platform.wave(code).await?;
    if may_see_results(platform, &wave, credential) {
        let standings = platform.standings(&wave).await?;
        return Ok((wave, standings));
    }
    let title = place.language.t("not-released-title");
    let page = Page::new(place, title, Style::Site).with_synthetic(wave.plan.synthetic);
    let today = platform.clock().today();
    let told = render(StatusCode::FORBIDDEN, &NotReleasedPage::new(&wave, today, page))?;
    Err(PageError::Told(Box::new(told)))
}

/// What every page of results is made of.
struct Asked {
    platform: Platform,
    place: Place,
    credential: Credential,
    headers: HeaderMap,
    pages: PublishedPages,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked
where
    Platform: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            platform: Platform::from_ref(state),
            place: Place::from_request_parts(parts, state).await?,
            credential: Credential::from_request_parts(parts, state).await?,
            headers: parts.headers.clone(),
            pages: parts.extensions.get::<PublishedPages>().cloned().unwrap_or_default(),
        })
    }
}

impl Asked {
    /// Shows a page of results to who may see it: a released one as it was first made. Only a list `has_pages`.
    async fn show(
        self,
        code: &str,
        has_pages: bool,
        make: impl AsyncFnOnce(&Place, Arc<Wave>, Standings) -> Result<Response, PageError>,
    ) -> Result<Response, PageError> {
        let Self { platform, place, credential, headers, pages } = self;
        let (wave, standings) = visible_standings(&platform, code, &credential, &place).await?;
        // Addresses with anything else behind them are as many as somebody likes, and are not worth keeping.
        let is_usual = place.path.split_once('?').is_none_or(|(_, query)| AskedSets::is_link(query, has_pages));
        let Some(release) = standings.release.clone().filter(|_| is_usual) else {
            return make(&place, wave, standings).await;
        };
        let address = Address { release, language: place.language.tag(), path: place.path.clone() };
        if let Some(kept) = pages.find(&address, &headers) {
            return Ok(kept);
        }
        let page = make(&place, wave, standings).await?;
        Ok(pages.keep(address, page, &headers).await)
    }
}

async fn show_ranking(
    Taken(Path(code), ..): ForPage<Path<String>>,
    Taken(Query(sets), ..): ForPage<Query<AskedSets>>,
    Taken(Query(list), ..): ForPage<Query<AskedList>>,
    asked: Asked,
) -> Result<Response, PageError> {
    let make = async |place: &Place, wave: Arc<Wave>, standings: Standings| {
        let chosen = standings.ranking(sets.checked()?).await?;
        let title = wave.plan.title.get(place.language.tag());
        let page = Page::new(place, title, Style::Site).with_synthetic(wave.plan.synthetic);
        let view = RankingView::new(&wave, &standings.results, &chosen, &list, place.language)?;
        render(StatusCode::OK, &RankingPage { page, view })
    };
    asked.show(&code, true, make).await
}

async fn show_unit(
    Taken(Path((code, unit)), ..): ForPage<Path<(String, String)>>,
    Taken(Query(sets), ..): ForPage<Query<AskedSets>>,
    asked: Asked,
) -> Result<Response, PageError> {
    let make = async |place: &Place, wave: Arc<Wave>, standings: Standings| {
        let chosen = standings.ranking(sets.checked()?).await?;
        let results = &standings.results;
        let measured = wave.unit(&unit).ok_or(PageError::NotFound)?;
        let of_unit = wave.units.position(&unit).and_then(|position| results.units.get(position));
        let of_unit = of_unit.ok_or(PageError::NotFound)?;
        let title = format!("{} · {}", measured.name(place.language.tag()), wave.plan.title.get(place.language.tag()));
        let page = Page::new(place, title, Style::Site).with_synthetic(wave.plan.synthetic);
        let view = UnitView::new(&wave, results, &chosen, of_unit, place.language);
        render(StatusCode::OK, &UnitPage { page, view })
    };
    asked.show(&code, false, make).await
}

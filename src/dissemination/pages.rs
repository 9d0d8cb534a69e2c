//! The routes of the pages of results: look up, decide who may see it, show it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use axum_extra::extract::WithRejection;

use super::asked::AskedResults;
use super::published::{AnswerKey, PublishedAnswers, Reader};
use super::ranking_page::{RankingPage, RankingView};
use super::release_view::ShownRelease;
use super::unit_page::{UnitPage, UnitView};
use super::waves_page::{CardRights, NotReleasedPage, WaveCard, WavesPage};
use crate::accounts::{Permission, Scope};
use crate::entrance::Visitor;
use crate::pipeline::{Platform, Standings};
use crate::release::Published;
use crate::survey::Wave;
use crate::web::{Address, AskedList, ForPage, Page, PageError, Style, render};

/// The pages `/`, `/r/{wave}` and `/r/{wave}/{unit}`.
pub fn pages() -> Router<Platform> {
    Router::new()
        .route("/", get(show_waves))
        .route("/r/{wave}", get(show_ranking))
        .route("/r/{wave}/{unit}", get(show_unit))
        .layer(Extension(PublishedAnswers::default()))
}

async fn show_waves(
    WithRejection(Visitor { platform, .. }, _): ForPage<Visitor>,
    address: Address,
) -> Result<Response, PageError> {
    let waves = platform.waves().all().await?;
    let today = platform.clock().today();
    let card = |wave: &Arc<Wave>| {
        let of_wave = Scope::of(wave);
        let rights = CardRights {
            sees_results: platform.may(Permission::SeeResults, &of_wave),
            uses_office: platform.may(Permission::UseOffice, &of_wave),
        };
        WaveCard::new(wave, today, rights, address.language)
    };
    let cards = waves.iter().map(card).collect();
    let synthetic = !waves.is_empty() && waves.iter().all(|wave| wave.plan.synthetic);
    let page = Page::new(&address, address.language.t("waves-title"), Style::Site).with_synthetic(synthetic);
    render(StatusCode::OK, &WavesPage { page, waves: cards })
}

/// The wave and its standings if the bearer may see them, else the page that says why not.
async fn visible_standings(
    platform: &Platform,
    code: &str,
    release: Option<i32>,
    address: &Address,
) -> Result<(Arc<Wave>, Standings), PageError> {
    let wave = platform.waves().find(code).await?;
    if platform.may(Permission::SeeResults, &Scope::of(&wave)) {
        let standings = platform.results().standings_of(&wave, release).await?;
        return Ok((wave, standings));
    }
    let title = address.language.t("not-released-title");
    let page = Page::new(address, title, Style::Site).with_synthetic(wave.plan.synthetic);
    let today = platform.clock().today();
    let told = render(StatusCode::FORBIDDEN, &NotReleasedPage::new(&wave, today, page))?;
    Err(PageError::Told(Box::new(told)))
}

/// What every page of results is made of.
struct Asked {
    platform: Platform,
    address: Address,
    reader: Reader,
}

impl FromRequestParts<Platform> for Asked {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, PageError> {
        let Ok(address) = Address::from_request_parts(parts, platform).await;
        let Ok(reader) = Reader::from_request_parts(parts, platform).await;
        Ok(Self { platform: Visitor::from_request_parts(parts, platform).await?.platform, address, reader })
    }
}

impl Asked {
    /// Shows a page of results to who may see it: a released one as it was first made, of the latest release unless another is
    /// asked for. Only a list `has_pages`.
    async fn show(
        self,
        code: &str,
        (release, has_pages): (Option<i32>, bool),
        make: impl AsyncFnOnce(&Address, Arc<Wave>, Standings) -> Result<Response, PageError>,
    ) -> Result<Response, PageError> {
        let Self { platform, address, reader } = self;
        let (wave, standings) = visible_standings(&platform, code, release, &address).await?;
        // Addresses with anything else behind them are as many as somebody likes, and are not worth keeping.
        let is_usual = address.path.split_once('?').is_none_or(|(_, query)| AskedResults::is_link(query, has_pages));
        let Some(release) = standings.release.as_ref().map(Published::key).filter(|_| is_usual) else {
            return make(&address, wave, standings).await;
        };
        let key = AnswerKey { release, form: address.language.tag(), path: address.path.clone() };
        reader.answer(key, async || make(&address, wave, standings).await).await
    }
}

async fn show_ranking(
    WithRejection(Path(code), _): ForPage<Path<String>>,
    WithRejection(Query(asked), _): ForPage<Query<AskedResults>>,
    WithRejection(Query(list), _): ForPage<Query<AskedList>>,
    page: Asked,
) -> Result<Response, PageError> {
    let make = async |address: &Address, wave: Arc<Wave>, standings: Standings| {
        let chosen = standings.ranking(asked.sets()?).await?;
        let title = wave.plan.title.get(address.language.tag());
        let page = Page::new(address, title, Style::Site).with_synthetic(wave.plan.synthetic);
        let shown = ShownRelease { published: standings.release.as_ref(), asked: asked.release };
        let view = RankingView::new(&wave, &standings.results, (&chosen, shown), &list, address.language)?;
        render(StatusCode::OK, &RankingPage { page, view })
    };
    page.show(&code, (asked.release, true), make).await
}

async fn show_unit(
    WithRejection(Path((code, unit)), _): ForPage<Path<(String, String)>>,
    WithRejection(Query(asked), _): ForPage<Query<AskedResults>>,
    page: Asked,
) -> Result<Response, PageError> {
    let make = async |address: &Address, wave: Arc<Wave>, standings: Standings| {
        let chosen = standings.ranking(asked.sets()?).await?;
        let results = &standings.results;
        let measured = wave.unit(&unit).ok_or(PageError::NotFound)?;
        let of_unit = wave.units.position(&unit).and_then(|position| results.units.get(position));
        let of_unit = of_unit.ok_or(PageError::NotFound)?;
        let title =
            format!("{} · {}", measured.name(address.language.tag()), wave.plan.title.get(address.language.tag()));
        let page = Page::new(address, title, Style::Site).with_synthetic(wave.plan.synthetic);
        let shown = ShownRelease { published: standings.release.as_ref(), asked: asked.release };
        let view = UnitView::new(&wave, results, (&chosen, shown), of_unit, address.language);
        render(StatusCode::OK, &UnitPage { page, view })
    };
    page.show(&code, (asked.release, false), make).await
}

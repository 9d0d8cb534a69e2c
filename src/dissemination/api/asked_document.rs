//! What every document of results is asked with, and the ones that are kept of what was released.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::response::Response;

use super::super::asked::plain_number;
use super::super::published::{AnswerKey, Reader};
use crate::documents::{Format, Problem, UnitPaging, Wanted};
use crate::entrance::Visitor;
use crate::pipeline::{Platform, Standings};
use crate::release::Published;
use crate::survey::{RankSetChoice, Wave};

/// A document of results, as it is asked for.
pub(super) struct AskedDocument {
    platform: Platform,
    wanted: Wanted,
    /// Path and query.
    path: String,
    reader: Reader,
}

impl FromRequestParts<Platform> for AskedDocument {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let Ok(reader) = Reader::from_request_parts(parts, platform).await;
        Ok(Self {
            platform: Visitor::from_request_parts(parts, platform).await?.platform,
            wanted: Wanted::from_request_parts(parts, platform).await?,
            path: parts.uri.path_and_query().map_or("/", PathAndQuery::as_str).to_owned(),
            reader,
        })
    }
}

impl AskedDocument {
    /// Answers whoever may see the results: what was released as it was first made, of the latest release unless another one is asked
    /// for.
    pub(super) async fn answer(
        self,
        code: &str,
        release: Option<i32>,
        make: impl AsyncFnOnce(&Wave, &Standings, &Wanted) -> Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let Self { platform, wanted, path, reader } = self;
        let wave = platform.waves().find(code).await?;
        let standings = platform.results().standings_of(&wave, release).await?;
        let released = standings.release.as_ref().map(Published::key);
        let Some(release) = released.filter(|_| is_usual(&path, wave.units.len())) else {
            return make(&wave, &standings, &wanted).await;
        };
        let (key, wanted) = (AnswerKey { release, form: wanted.format().name(), path }, wanted.whole());
        reader.answer(key, async || make(&wave, &standings, &wanted).await).await
    }
}

/// Whether the address is one of the few that name a document, and is written as links write it; of those that look for something,
/// cut lists in another way, or go past their end, there are as many as somebody likes.
fn is_usual(path: &str, units: usize) -> bool {
    let pages = units.div_ceil(UnitPaging::PER_PAGE_DEFAULT).max(1);
    let is_good = |pair: &str| match pair.split_once('=') {
        Some(("format", name)) => Format::named(name).is_some(),
        Some(("rank_sets", name)) => RankSetChoice::from_name(name).is_some(),
        Some(("release", number)) => plain_number(number).is_some(),
        Some(("page", number)) => plain_number(number).is_some_and(|page| page <= pages),
        Some(("per_page", number)) => plain_number(number) == Some(UnitPaging::PER_PAGE_DEFAULT),
        _ => false,
    };
    path.split_once('?').is_none_or(|(_, query)| query.split('&').all(is_good))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_kept_by_what_names_one_and_not_by_what_looks_for_some() {
        let good = ["", "?rank_sets=holm&release=1&format=csv", "?format=json&page=3&per_page=200", "?release=12"];
        for query in good {
            assert!(is_usual(&format!("/waves/w/results{query}"), 401), "{query}");
        }
        let others = [
            "?",
            "?q=ba",
            "?page",
            "?x=1",
            "?page=0",
            "?page=4",
            "?page=02",
            "?page=1&per_page=7",
            "?release=01",
            "?release=%31",
            "?rank_sets=kww",
            "?format=xml",
            "?release=1&",
        ];
        for query in others {
            assert!(!is_usual(&format!("/waves/w/results{query}"), 401), "{query}");
        }
        assert!(is_usual("/waves/w/results?page=1", 0), "even an empty list has a page");
    }
}

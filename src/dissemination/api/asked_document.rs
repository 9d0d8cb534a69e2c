//! What every document of results is asked with, and the ones that are kept of what was released.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::response::Response;

use super::super::published::{AnswerKey, PublishedAnswers};
use crate::documents::{Problem, Wanted};
use crate::entrance::Visitor;
use crate::pipeline::{Platform, Standings};
use crate::release::Published;
use crate::survey::Wave;

/// The parameters of the documents that are kept; with any other, such as a search, there are as many as somebody likes.
const KEPT_PARAMETERS: [&str; 4] = ["format", "page", "rank_sets", "release"];

/// A document of results, as it is asked for.
pub(super) struct AskedDocument {
    platform: Platform,
    wanted: Wanted,
    headers: HeaderMap,
    /// Path and query.
    path: String,
    kept: PublishedAnswers,
}

impl FromRequestParts<Platform> for AskedDocument {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        Ok(Self {
            platform: Visitor::from_request_parts(parts, platform).await?.platform,
            wanted: Wanted::from_request_parts(parts, platform).await?,
            headers: parts.headers.clone(),
            path: parts.uri.path_and_query().map_or("/", PathAndQuery::as_str).to_owned(),
            kept: parts.extensions.get::<PublishedAnswers>().cloned().unwrap_or_default(),
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
        let Self { platform, wanted, headers, path, kept } = self;
        let wave = platform.waves().find(code).await?;
        let standings = platform.results().standings_of(&wave, release).await?;
        let released = standings.release.as_ref().map(Published::key).filter(|_| is_kept(&path));
        let Some(release) = released else { return make(&wave, &standings, &wanted).await };
        let key = AnswerKey { release, form: wanted.format().name(), path };
        if let Some(document) = kept.find(&key, &headers) {
            return Ok(document);
        }
        let document = make(&wave, &standings, &wanted).await?;
        Ok(kept.keep(key, document, &headers).await)
    }
}

fn is_kept(path: &str) -> bool {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let is_known = |pair: &str| pair.split_once('=').is_some_and(|(name, _)| KEPT_PARAMETERS.contains(&name));
    query.split('&').filter(|pair| !pair.is_empty()).all(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_kept_by_what_names_one_and_not_by_what_looks_for_some() {
        for path in
            ["/waves/w/results", "/waves/w/results?", "/waves/w/ranking?rank_sets=holm&release=1&page=2&format=csv"]
        {
            assert!(is_kept(path), "{path}");
        }
        for path in ["/waves/w/results?q=ba", "/waves/w/results?page=1&per_page=7", "/waves/w/results?page", "/w?x=1"] {
            assert!(!is_kept(path), "{path}");
        }
    }
}

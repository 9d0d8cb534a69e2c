//! What of a wave's results a page is asked for: by which rank sets, of which release.

use axum::http::StatusCode;
use serde::Deserialize;

use crate::survey::RankSetChoice;
use crate::web::{AskedList, PageError};

/// `?sets=holm` or `?sets=simultaneous`, and `?release=1`; the official sets and the latest release without them.
#[derive(Debug, Deserialize)]
pub(super) struct AskedResults {
    sets: Option<String>,
    pub(super) release: Option<i32>,
}

impl AskedResults {
    /// Whether a query is one that pages themselves lead to, and not one that looks for something. Only a list `has_pages`.
    pub(super) fn is_link(query: &str, has_pages: bool) -> bool {
        let is_sets = |name: &str| RankSetChoice::from_name(name).is_some();
        let is_release = |number: &str| plain_number(number).is_some();
        let is_page = |page: &str| has_pages && AskedList::is_page(page);
        // Each at most once, in the order in which pages write them.
        let mut rank_before = 0;
        query.split('&').all(|part| {
            let (rank, is_good) = match part.split_once('=') {
                Some(("sets", name)) => (1, is_sets(name)),
                Some(("release", number)) => (2, is_release(number)),
                Some(("page", page)) => (3, is_page(page)),
                _ => return false,
            };
            is_good && std::mem::replace(&mut rank_before, rank) < rank
        })
    }

    /// The rank sets that are asked for; a name that none have is a request that cannot be read.
    pub(super) fn sets(&self) -> Result<Option<RankSetChoice>, PageError> {
        let refused = PageError::Refused(StatusCode::BAD_REQUEST);
        self.sets.as_deref().map(|name| RankSetChoice::from_name(name).ok_or(refused)).transpose()
    }
}

/// A number from 1, written as links write it and in no other way: each address stands for itself.
pub(super) fn plain_number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number: &usize| *number > 0 && number.to_string() == text)
}

/// What leads from a page to another one that shows the same: nothing of it where that is what comes unasked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    /// The rank sets.
    pub(super) sets: Option<&'static str>,
    /// The release.
    pub(super) release: Option<i32>,
}

impl Kept {
    /// The parameters with their values.
    pub(super) fn pairs(self) -> Vec<(&'static str, String)> {
        let sets = self.sets.map(|name| ("sets", name.to_owned()));
        sets.into_iter().chain(self.release()).collect()
    }

    fn release(self) -> Option<(&'static str, String)> {
        Some(("release", self.release?.to_string()))
    }

    /// The query of a page, with its question mark; empty where nothing need be said.
    pub(super) fn query(self) -> String {
        let pairs: Vec<String> = self.pairs().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// What follows the first parameter of an address of the API: of the ranking, whose rank sets have another name there, or of others.
    pub(super) fn api_query(self, is_ranking: bool) -> String {
        let sets = self.sets.filter(|_| is_ranking).map(|name| ("rank_sets", name.to_owned()));
        let pairs = sets.into_iter().chain(self.release()).map(|(name, value)| format!("&{name}={value}"));
        pairs.collect::<Vec<_>>().concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_list_are_links_and_what_is_looked_for_is_not() {
        let links = ["sets=holm", "release=2", "page=2", "sets=simultaneous&page=17", "sets=holm&release=1&page=3"];
        assert!(links.into_iter().all(|query| AskedResults::is_link(query, true)));
        assert_eq!(links.map(|query| AskedResults::is_link(query, false)), [true, true, false, false, false]);
        let others = [
            "",
            "q=a",
            "page=1",
            "page=02",
            "page=2&sets=holm",
            "sets=kww",
            "sets=holm&page=2&q=a",
            "page=2&x",
            "release=01",
            "release=0",
            "release=-1",
            "release=x",
            "release=1&release=2",
            "release=1&sets=holm",
        ];
        assert!(!others.into_iter().any(|query| AskedResults::is_link(query, true)));
    }

    #[test]
    fn only_the_names_of_rank_sets_are_taken() {
        let asked = |sets: Option<&str>| AskedResults { sets: sets.map(str::to_owned), release: None }.sets().ok();
        assert_eq!(asked(None), Some(None));
        assert_eq!(asked(Some("holm")), Some(Some(RankSetChoice::Holm)));
        assert_eq!(asked(Some("simultaneous")), Some(Some(RankSetChoice::Simultaneous)));
        for unknown in ["", "Holm", "kww", "holm "] {
            assert_eq!(asked(Some(unknown)), None, "{unknown:?}");
        }
    }

    #[test]
    fn a_page_leads_to_others_that_show_the_same() {
        let kept = |sets, release| {
            let kept = Kept { sets, release };
            [kept.query(), kept.api_query(true), kept.api_query(false)]
        };
        assert_eq!(kept(None, None), ["", "", ""]);
        assert_eq!(kept(Some("holm"), None), ["?sets=holm", "&rank_sets=holm", ""]);
        assert_eq!(kept(None, Some(1)), ["?release=1", "&release=1", "&release=1"]);
        let both = ["?sets=holm&release=1", "&rank_sets=holm&release=1", "&release=1"];
        assert_eq!(kept(Some("holm"), Some(1)), both);
        assert!(AskedResults::is_link(both[0].trim_start_matches('?'), false));
    }
}

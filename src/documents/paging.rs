//! Lists come in pages.

use std::collections::HashSet;

use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use super::wanted::Wanted;
use crate::foundation::Findings;
use crate::survey::Wave;
use crate::web::AskedList;

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The page, from 1.
    #[param(value_type = Option<usize>, minimum = 1, default = 1)]
    page: Option<String>,
    /// How many items a page holds, 1 to 100.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 100, default = 20)]
    per_page: Option<String>,
}

/// Far beyond any list; a limit so that the arithmetic cannot overflow.
const PAGE_MAX: usize = 1_000_000;

/// A parameter that is a whole number from 1 on.
fn number(findings: &mut Findings, (name, text): (&str, Option<&String>), default: usize, max: usize) -> usize {
    let Some(text) = text else { return default };
    let number = text.parse().ok().filter(|number| (1..=max).contains(number));
    number.unwrap_or_else(|| {
        findings.push(name, "out_of_range", format!("{name} is a whole number from 1 to {max}"));
        default
    })
}

impl Paging {
    const PER_PAGE_DEFAULT: usize = 20;
    const PER_PAGE_MAX: usize = 100;

    /// Page and page size, checked.
    pub fn checked(&self) -> Result<(usize, usize), Problem> {
        let mut findings = Findings::default();
        let page = number(&mut findings, ("page", self.page.as_ref()), 1, PAGE_MAX);
        let per_page = ("per_page", self.per_page.as_ref());
        let per_page = number(&mut findings, per_page, Self::PER_PAGE_DEFAULT, Self::PER_PAGE_MAX);
        findings.into_result((page, per_page)).map_err(Problem::bad_request)
    }
}

/// The units of a page, as the links on pages of results ask for them.
pub const UNITS_PER_FILE: usize = 1_000;

/// Which units of a wave.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnitPaging {
    /// The page, from 1.
    #[param(value_type = Option<usize>, minimum = 1, default = 1)]
    page: Option<String>,
    /// How many units a page holds, 1 to 1,000.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1000, default = 200)]
    per_page: Option<String>,
    /// Only units whose code, or name in any language, holds this text; case and diacritics do not matter.
    #[param(max_length = 64, example = "bac ha")]
    q: Option<String>,
}

impl UnitPaging {
    /// How many a page holds where nothing is said.
    pub const PER_PAGE_DEFAULT: usize = AskedList::WHOLE_MAX;

    /// The `all` units of a list, told by their positions in the plan's order, cut to the page that is asked for.
    pub fn cut(&self, wave: &Wave, all: impl IntoIterator<Item = usize>) -> Result<UnitPage, Problem> {
        let mut findings = Findings::default();
        let page = number(&mut findings, ("page", self.page.as_ref()), 1, PAGE_MAX);
        let per_page = ("per_page", self.per_page.as_ref());
        let per_page = number(&mut findings, per_page, Self::PER_PAGE_DEFAULT, UNITS_PER_FILE);
        let sought = self.q.as_deref().map(str::trim).filter(|sought| !sought.is_empty());
        if sought.is_some_and(|sought| sought.chars().count() > AskedList::SOUGHT_MAX) {
            findings.push("q", "too_long", format!("q has at most {} characters", AskedList::SOUGHT_MAX));
        }
        findings.into_result(()).map_err(Problem::bad_request)?;
        let found: Option<HashSet<usize>> = sought.map(|sought| wave.units.like(sought).collect());
        let of_all: Vec<usize> =
            all.into_iter().filter(|position| found.as_ref().is_none_or(|found| found.contains(position))).collect();
        let positions = of_all.iter().skip((page - 1) * per_page).take(per_page).copied().collect();
        let has_overall = page == 1 && sought.is_none();
        let shown = UnitPageDocument { page, per_page, total: of_all.len() };
        Ok(UnitPage { shown, positions, has_overall, sought: sought.map(str::to_owned) })
    }
}

/// The units of one page.
#[derive(Debug)]
pub struct UnitPage {
    /// What the document says of it.
    pub shown: UnitPageDocument,
    /// Their positions in the plan's order.
    pub positions: Vec<usize>,
    /// Whether what is said of all units together stands before them: on the first page of all units.
    pub has_overall: bool,
    sought: Option<String>,
}

/// Which units a document holds.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct UnitPageDocument {
    /// The number of this page of units, from 1. The `Link` header leads to the other pages.
    page: usize,
    /// How many units a page holds at most.
    per_page: usize,
    /// How many units there are, or were found.
    total: usize,
}

impl UnitPage {
    /// Adds the `Link` header to an answer; `path` is the address with what else was asked for.
    fn with_links(&self, mut answer: Response, path: &str, others: &[(&str, Option<&str>)]) -> Response {
        let mut pairs: Vec<(&str, &str)> = others.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        pairs.extend(self.sought.as_deref().map(|sought| ("q", sought)));
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        let path = format!("/api/v1{path}?{query}{}", if query.is_empty() { "" } else { "&" });
        let UnitPageDocument { page, per_page, total } = self.shown;
        if let Some(links) = links(&path, page, per_page, total) {
            answer.headers_mut().append(LINK, links);
        }
        answer
    }
}

/// An answer with links to the other pages of its units, which ask for the same format, rank sets and release.
#[must_use]
pub fn with_links(
    page: &UnitPage,
    answer: Response,
    (wave, below): (&str, &str),
    wanted: &Wanted,
    (sets, release): (Option<&str>, Option<i32>),
) -> Response {
    let release = release.map(|number| number.to_string());
    let others = [("rank_sets", sets), ("release", release.as_deref()), ("format", wanted.asked_format())];
    page.with_links(answer, &format!("/waves/{wave}{below}"), &others)
}

/// The `Link` header of a page of the list at this address, which ends where the first parameter goes.
#[must_use]
pub fn links(path: &str, page: usize, per_page: usize, total: usize) -> Option<HeaderValue> {
    let last = total.div_ceil(per_page).max(1);
    let link = |page: usize, rel: &str| format!("<{path}page={page}&per_page={per_page}>; rel=\"{rel}\"");
    let mut links = vec![link(1, "first"), link(last, "last")];
    if page > 1 {
        links.push(link((page - 1).min(last), "prev"));
    }
    if page < last {
        links.push(link(page + 1, "next"));
    }
    HeaderValue::from_str(&links.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;
    use crate::survey::WaveState;
    use crate::survey::sample::wave;

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
            let links = links("/api/v1/waves?", page, 2, 5).unwrap();
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

    #[test]
    fn units_are_cut_and_found_and_the_links_keep_what_was_asked_for() {
        let wave = wave(WaveState::Released);
        let asked = |page: &str, per_page: &str, q: Option<&str>| UnitPaging {
            page: Some(page.to_owned()),
            per_page: Some(per_page.to_owned()),
            q: q.map(str::to_owned),
        };
        let positions = |asked: UnitPaging| asked.cut(&wave, 0..9).map(|page| (page.positions, page.has_overall)).ok();
        assert_eq!(positions(UnitPaging::default()), Some(((0..9).collect(), true)));
        assert_eq!(positions(asked("2", "4", None)), Some((vec![4, 5, 6, 7], false)));
        assert_eq!(positions(asked("1", "1000", Some("BAC HA"))), Some((vec![4], false)));
        assert_eq!(positions(asked("9", "4", None)), Some((vec![], false)));
        assert!(["1001", "0", "x"].into_iter().all(|per_page| positions(asked("1", per_page, None)).is_none()));
        assert!(positions(asked("1", "1", Some(&"x".repeat(65)))).is_none());
        let found = asked("1", "2", Some("08")).cut(&wave, 0..9).unwrap();
        let answer =
            found.with_links(().into_response(), "/waves/w/ranking", &[("rank_sets", Some("holm")), ("format", None)]);
        let links = answer.headers()[LINK].to_str().unwrap();
        let next = "</api/v1/waves/w/ranking?rank_sets=holm&q=08&page=2&per_page=2>; rel=\"next\"";
        assert!(links.ends_with(next), "{links}");
    }
}

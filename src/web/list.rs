//! Long lists: a page of them at a time, and those that are looked for; links and a form, no script.

use axum::http::StatusCode;
use serde::Deserialize;

use super::{Language, PageError};

/// `?q=` looks for something, `?page=` is the page, from 1.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AskedList {
    q: Option<String>,
    page: Option<String>,
}

impl AskedList {
    /// Lists of more entries come in pages.
    pub const WHOLE_MAX: usize = 200;
    /// The entries of a page: as many as a chart beside them can show.
    pub const PER_PAGE: usize = 100;
    /// The longest text that is looked for, in characters.
    pub const SOUGHT_MAX: usize = 64;

    /// What is looked for; nothing where all is wanted. A text that is too long cannot be read.
    pub fn sought(&self) -> Result<Option<&str>, PageError> {
        let sought = self.q.as_deref().map(str::trim).filter(|sought| !sought.is_empty());
        match sought.filter(|sought| sought.chars().count() > Self::SOUGHT_MAX) {
            Some(_) => Err(PageError::Refused(StatusCode::BAD_REQUEST)),
            None => Ok(sought),
        }
    }

    /// Whether it stands for a page after the first one, written as links write it, and for nothing else.
    #[must_use]
    pub fn is_page(number: &str) -> bool {
        number.parse().is_ok_and(|page: usize| page > 1 && page.to_string() == number)
    }

    /// The page that is asked for of the `found` entries of a list, and what leads to the others. A page that is not there is
    /// not found. `kept` are the other parameters of the address, as names and values.
    pub fn cut<T>(
        &self,
        (all, found): (usize, Vec<T>),
        kept: &[(&'static str, String)],
        language: Language,
    ) -> Result<(Vec<T>, ListView), PageError> {
        let sought = self.sought()?;
        let asked = self.page.as_deref().map(|page| page.parse::<usize>().ok().filter(|page| *page > 0));
        let page = asked.map_or(Ok(1), |page| page.ok_or(PageError::Refused(StatusCode::BAD_REQUEST)))?;
        let is_long = all > Self::WHOLE_MAX;
        let per_page = if is_long { Self::PER_PAGE } else { Self::WHOLE_MAX };
        let (total, pages) = (found.len(), found.len().div_ceil(per_page).max(1));
        if page > pages {
            return Err(PageError::NotFound);
        }
        let first = (page - 1) * per_page;
        let items: Vec<T> = found.into_iter().skip(first).take(per_page).collect();
        let count = |count: usize| language.format_count(count as u64).into();
        let arguments = [
            ("first", count(first + 1)),
            ("last", count(first + items.len())),
            ("found", count(total)),
            ("number", total.into()),
            ("all", count(all)),
        ];
        let key = if sought.is_some() { "list-found" } else { "list-range" };
        let link_to = |sought: Option<&str>, to: usize| {
            let mut pairs: Vec<(&str, String)> = kept.to_vec();
            pairs.extend(sought.map(|sought| ("q", sought.to_owned())));
            pairs.extend((to > 1).then(|| ("page", to.to_string())));
            format!("?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
        };
        let link = |to: usize| link_to(sought, to);
        let of_pages = [("page", count(page)), ("pages", count(pages))];
        let view = ListView {
            is_long,
            kept: kept.to_vec(),
            sought: sought.unwrap_or_default().to_owned(),
            all: link_to(None, 1),
            here: if page > 1 || sought.is_some() { link(page) } else { String::new() },
            range: language.t_with(key, arguments),
            position: language.t_with("list-page", of_pages),
            previous: (page > 1).then(|| link(page - 1)),
            next: (page < pages).then(|| link(page + 1)),
            first: (page > 2).then(|| link(1)),
            last: (page + 1 < pages).then(|| link(pages)),
        };
        Ok((items, view))
    }
}

/// What a page says of its place in a list, in the reader's language; `list_search.html` and `list_pages.html` show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListView {
    /// Whether there is more than a page shows, so that a form and links are wanted.
    pub is_long: bool,
    /// Other parameters of the address, which the form hands on.
    pub kept: Vec<(&'static str, String)>,
    /// What was looked for.
    pub sought: String,
    /// Leads to the whole list.
    pub all: String,
    here: String,
    /// Which entries are shown, of how many.
    pub range: String,
    /// Which page it is, of how many.
    pub position: String,
    /// Leads to the page before.
    pub previous: Option<String>,
    /// Leads to the page after.
    pub next: Option<String>,
    /// Leads to the first page, where that is not the one before.
    pub first: Option<String>,
    /// Leads to the last page, where that is not the one after.
    pub last: Option<String>,
}

impl ListView {
    /// The parameters of this part of the list; empty for its beginning.
    #[must_use]
    pub fn here(&self) -> String {
        self.here.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(all: usize, found: usize, q: Option<&str>, page: Option<&str>) -> Result<(Vec<usize>, ListView), PageError> {
        let asked = AskedList { q: q.map(str::to_owned), page: page.map(str::to_owned) };
        asked.cut((all, (0..found).collect()), &[("sets", "holm".to_owned())], Language::English)
    }

    #[test]
    fn a_list_of_200_is_whole_and_a_longer_one_comes_in_hundreds() {
        let (items, view) = cut(200, 200, None, None).unwrap();
        assert_eq!((items.len(), view.is_long, view.next), (200, false, None));
        let (items, view) = cut(250, 250, None, Some("3")).unwrap();
        assert_eq!((items.first(), items.len(), view.is_long), (Some(&200), 50, true));
        assert_eq!((view.previous.as_deref(), view.next.as_deref()), (Some("?sets=holm&page=2"), None));
        assert_eq!((view.first.as_deref(), view.last), (Some("?sets=holm"), None));
        assert_eq!(view.range, "201–250 of 250");
    }

    #[test]
    fn what_is_looked_for_stays_on_the_way_through_the_pages() {
        let (items, view) = cut(10_000, 301, Some(" Hà & "), None).unwrap();
        assert_eq!((items.len(), view.sought.as_str()), (100, "Hà &"));
        assert_eq!(view.next.unwrap(), "?sets=holm&q=H%C3%A0+%26&page=2");
        assert_eq!(view.last.unwrap(), "?sets=holm&q=H%C3%A0+%26&page=4");
        let (items, view) = cut(10_000, 0, Some("zz"), None).unwrap();
        assert!(items.is_empty() && view.range.contains("0 of 10,000"), "{}", view.range);
    }

    #[test]
    fn a_page_that_is_not_there_or_cannot_be_read_is_refused() {
        let status = |q: Option<&str>, page: &str| match cut(250, 250, q, Some(page)) {
            Ok(_) => 200,
            Err(PageError::NotFound) => 404,
            Err(_) => 400,
        };
        let found: Vec<_> = ["3", "4", "0", "-1", "x", "99999999999999999999"].map(|page| status(None, page)).to_vec();
        assert_eq!(found, [200, 404, 400, 400, 400, 400]);
        assert_eq!(status(Some(&"x".repeat(64)), "1"), 200);
        assert_eq!(status(Some(&"x".repeat(65)), "1"), 400);
        assert!(AskedList::is_page("2") && !["1", "02", "x", "", "+2"].into_iter().any(AskedList::is_page));
    }
}

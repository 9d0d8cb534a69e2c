//! Lists come in pages.

use axum::http::HeaderValue;
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::Problem;
use crate::foundation::Findings;

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
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
    pub(super) fn checked(&self) -> Result<(usize, usize), Problem> {
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
pub(super) fn links(page: usize, per_page: usize, total: usize) -> Option<HeaderValue> {
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

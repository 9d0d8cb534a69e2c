//! Where a reader is: the language, and the address without it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Uri};

use super::Language;

/// The reader's language and address. Handlers take it as an extractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The language of the address, else the one negotiated.
    pub language: Language,
    /// Path and query without the language.
    pub path: String,
}

impl Address {
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        if let Some((language, path)) = split_language(path) {
            return Self { language, path };
        }
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self { language: Language::negotiate(accepted), path: path.to_owned() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self::of(&parts.uri, &parts.headers)))
    }
}

/// `/en/s/w?x=1` is English and `/s/w?x=1`; `/english` has no language.
fn split_language(path: &str) -> Option<(Language, String)> {
    let rest = path.strip_prefix('/')?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (tag, rest) = rest.split_at(end);
    let language = Language::from_tag(tag)?;
    Some((language, if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_taken_from_the_first_segment_only() {
        let cases = [
            ("/en/s/w?x=1", Some(("en", "/s/w?x=1"))),
            ("/vi", Some(("vi", "/"))),
            ("/cs/", Some(("cs", "/"))),
            ("/cs?x=1", Some(("cs", "/?x=1"))),
            ("/en/en", Some(("en", "/en"))),
            ("/english", None),
            ("/EN/s", None),
            ("/s/en", None),
            ("/", None),
        ];
        for (path, expected) in cases {
            let found = split_language(path);
            assert_eq!(found.as_ref().map(|(language, rest)| (language.tag(), rest.as_str())), expected, "{path}");
        }
    }
}

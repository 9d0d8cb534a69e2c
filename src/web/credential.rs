//! What a visitor shows to be recognised as the administrator.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;

/// The token that a request carries, in `Authorization: Bearer TOKEN` or in the cookie [`Credential::COOKIE`]. Handlers
/// take it as an extractor and ask the platform whether it is good.
#[derive(Clone)]
pub struct Credential(Option<String>);

impl Credential {
    /// The cookie that a one-time link sets.
    pub const COOKIE: &'static str = "plumbline_admin";
    /// Longer tokens are not looked at.
    const LENGTH_MAX: usize = 256;

    fn of(headers: &HeaderMap) -> Self {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = bearer.or_else(|| cookie(headers, Self::COOKIE));
        Self(token.filter(|token| !token.is_empty() && token.len() <= Self::LENGTH_MAX).map(str::to_owned))
    }

    /// The token; nothing where none is shown.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

impl<S: Send + Sync> FromRequestParts<S> for Credential {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_token_is_found_in_the_header_or_in_the_cookie() {
        let long = format!("Bearer {}", "a".repeat(257));
        let longest = format!("Bearer {}", "a".repeat(256));
        let cases = [
            (AUTHORIZATION, "Bearer abc", Some("abc")),
            (AUTHORIZATION, "bearer abc", Some("abc")),
            (AUTHORIZATION, "Basic abc", None),
            (AUTHORIZATION, "Bearer ", None),
            (AUTHORIZATION, &longest, Some(&longest[7..])),
            (AUTHORIZATION, &long, None),
            (COOKIE, "a=b; plumbline_admin=abc", Some("abc")),
            (COOKIE, "xplumbline_admin=abc", None),
        ];
        for (name, value, token) in cases {
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
            assert_eq!(Credential::of(&headers).token(), token, "{value}");
        }
    }
}

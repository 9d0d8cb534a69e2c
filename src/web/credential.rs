//! What a visitor shows to be recognised as the administrator.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

/// The token that a request carries, in `Authorization: Bearer TOKEN` or in the cookie [`Credential::COOKIE`].
/// Whose it is, the entrance asks.
#[derive(Clone)]
pub struct Credential {
    token: Option<String>,
    is_unreadable: bool,
}

/// What browsers send by themselves to whoever protects a whole site. It is not meant for us.
const OF_OTHERS: [&str; 4] = ["basic", "digest", "negotiate", "ntlm"];

impl Credential {
    /// The cookie that a one-time link sets.
    pub const COOKIE: &'static str = "plumbline_admin";
    /// Longer tokens are not looked at.
    const LENGTH_MAX: usize = 256;

    /// What these headers show.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let is_token = |token: &&str| !token.is_empty() && token.len() <= Self::LENGTH_MAX;
        let authorization = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
        let (scheme, bearer) = authorization
            .map_or(("", None), |value| value.split_once(' ').map_or((value, None), |(s, t)| (s, Some(t))));
        let bearer = bearer.filter(|_| scheme.eq_ignore_ascii_case("bearer")).map(str::trim).filter(is_token);
        let is_ours = authorization.is_some() && !OF_OTHERS.iter().any(|other| scheme.eq_ignore_ascii_case(other));
        let kept = || cookie(headers, Self::COOKIE).filter(|token| is_token(&token.as_str()));
        let token = bearer.map(str::to_owned).or_else(kept);
        Self { token, is_unreadable: is_ours && bearer.is_none() }
    }

    /// Whether a token was sent that cannot be one. Who sent it meant to be somebody, and is not to be taken for nobody.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// The token; nothing where none is shown.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned())
}

/// A cookie that browsers keep until they close, and show to this site alone.
#[must_use]
pub fn session_cookie(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Strict).build()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE;

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

    #[test]
    fn who_sends_what_cannot_be_a_token_is_not_taken_for_nobody() {
        let long = format!("Bearer {}", "a".repeat(257));
        for (value, is_unreadable) in [
            (b"Bearer abc".as_slice(), false),
            ("Bearer abcé".as_bytes(), true),
            (b"Bearer", true),
            (b"Bearer  ", true),
            (b"Token abc", true),
            (long.as_bytes(), true),
            (b"Basic YTpi", false),
            (b"Negotiate YTpi", false),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap())]);
            assert_eq!(Credential::of(&headers).is_unreadable(), is_unreadable, "{value:?}");
        }
        assert!(!Credential::of(&HeaderMap::new()).is_unreadable());
    }
}

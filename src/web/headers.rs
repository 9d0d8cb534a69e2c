//! Security headers: nothing is allowed but our own page, its two style sheets by hash, our own scripts, and forms and
//! requests to ourselves.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::Style;

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |style: Style| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(style.css())));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src {} {}; connect-src 'self'; worker-src 'self'; img-src 'self' data:; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        hash(Style::Form),
        hash(Style::Site)
    );
    HeaderValue::from_str(&policy).expect("a policy of ASCII words and base64 is a header value")
});

const FIXED: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Whether the response is a page.
pub(super) fn is_page<B>(response: &Response<B>) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Adds the headers that every response carries; what a handler has set stays.
pub(super) fn harden<B>(response: &mut Response<B>) {
    let page = is_page(response);
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if page {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| POLICY.clone());
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_starts_from_nothing_and_names_each_style_sheet_by_its_hash() {
        let policy = POLICY.to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'sha256-"), "{policy}");
        assert_eq!(policy.matches("'sha256-").count(), 2);
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn a_header_that_a_handler_has_set_stays() {
        let mut response = Response::new(());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        harden(&mut response);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(response.headers().contains_key(CONTENT_SECURITY_POLICY));
    }
}

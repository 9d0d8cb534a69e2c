//! Pages of released waves: made once, kept packed, and told apart by what they say.
//!
//! What was released never changes, so neither do its pages: a reader gets the bytes that the first one got, from memory,
//! whatever the database does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Bytes, to_bytes};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// What pages may take of the memory, in bytes; of more, those are made again that were not asked for of late.
const BYTES_MAX: usize = 64 << 20;
/// For how long others may keep a page without asking, in seconds: a correction shows after this time.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");
/// How hard Brotli packs, of 11: a page is packed once.
const QUALITY: i32 = 9;

/// The pages that were made, by release and address.
#[derive(Clone, Default)]
pub(super) struct PublishedPages(Arc<Mutex<Kept>>);

/// Two generations: once the young ones have half of the memory, the old ones go and the young ones are old.
#[derive(Default)]
struct Kept {
    young: HashMap<PageKey, Arc<KeptPage>>,
    old: HashMap<PageKey, Arc<KeptPage>>,
    /// What the young ones take.
    bytes: usize,
}

impl Kept {
    fn find(&mut self, key: &PageKey) -> Option<Arc<KeptPage>> {
        if let Some(page) = self.young.get(key) {
            return Some(Arc::clone(page));
        }
        let (key, page) = self.old.remove_entry(key)?;
        self.add(key, Arc::clone(&page));
        Some(page)
    }

    fn add(&mut self, key: PageKey, page: Arc<KeptPage>) {
        let bytes = page.packed.len();
        if self.bytes + bytes > BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        if self.young.insert(key, page).is_none() {
            self.bytes += bytes;
        }
    }
}

/// Which page of which release.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PageKey {
    /// The key of the release.
    pub(super) release: String,
    /// The language.
    pub(super) language: &'static str,
    /// Path and query without the language.
    pub(super) path: String,
}

/// A page, packed; it is unpacked for the few who do not take it so.
struct KeptPage {
    tag: String,
    packed: Bytes,
}

impl PublishedPages {
    /// The page at an address, if it was made.
    pub(super) fn find(&self, key: &PageKey, asked: &HeaderMap) -> Option<Response> {
        let page = self.0.lock().unwrap_or_else(PoisonError::into_inner).find(key);
        page.map(|page| page.answer(asked))
    }

    /// Keeps a page that was just made, and answers with it. What is no page is handed on.
    pub(super) async fn keep(&self, key: PageKey, made: Response, asked: &HeaderMap) -> Response {
        if made.status() != StatusCode::OK {
            return made;
        }
        let (parts, body) = made.into_parts();
        let Ok(plain) = to_bytes(body, BYTES_MAX).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let Some(packed) = pack(&plain) else { return Response::from_parts(parts, plain.into()) };
        let tag = blake3::hash(&plain).to_hex()[..32].to_owned();
        let page = Arc::new(KeptPage { tag, packed });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(key, Arc::clone(&page));
        page.answer(asked)
    }
}

impl KeptPage {
    /// The page in the encoding that is taken, or that the reader has it. The two encodings have a tag each.
    fn answer(&self, asked: &HeaderMap) -> Response {
        let is_packed = takes_brotli(asked);
        let tag = format!("\"{}{}\"", self.tag, if is_packed { "-br" } else { "" });
        let known = asked.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
        let is_known = known.split(',').map(str::trim).any(|known| known == tag || known == "*");
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let body = if is_packed { Some(self.packed.clone()) } else { unpack(&self.packed) };
            let Some(body) = body else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
            ([(CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
        };
        let headers = response.headers_mut();
        if is_packed && !is_known {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        headers.insert(CACHE_CONTROL, CACHE);
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        response
    }
}

fn pack(plain: &[u8]) -> Option<Bytes> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &parameters).ok()?;
    Some(packed.into())
}

fn unpack(packed: &[u8]) -> Option<Bytes> {
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &*packed, &mut plain).ok()?;
    Some(plain.into())
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_refused = |q: &str| q.strip_prefix("q=").is_some_and(|q| q.parse().is_ok_and(|q: f64| q <= 0.0));
        parts.next() == Some("br") && !parts.any(is_refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(headers: &[(axum::http::HeaderName, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn key(path: &str) -> PageKey {
        PageKey { release: "r".into(), language: "en", path: path.to_owned() }
    }

    async fn body(response: Response) -> Bytes {
        to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn a_page_is_kept_packed_and_plain_and_is_not_sent_to_who_has_it() {
        let pages = PublishedPages::default();
        let page = "<p>first of nine</p>".repeat(100);
        let packing = asking(&[(ACCEPT_ENCODING, "gzip, br")]);
        let made = pages.keep(key("/r/w"), page.clone().into_response(), &packing).await;
        assert_eq!(made.status(), StatusCode::OK);
        assert_eq!(made.headers()[CONTENT_ENCODING], "br");
        let tag = made.headers()[ETAG].to_str().unwrap().to_owned();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut body(made).await.as_ref(), &mut unpacked).unwrap();
        assert_eq!(unpacked, page.as_bytes());

        let plain = pages.find(&key("/r/w"), &asking(&[(ACCEPT_ENCODING, "br;q=0")])).unwrap();
        assert_ne!(plain.headers()[ETAG], tag.as_str());
        assert_eq!(body(plain).await, page.as_bytes());

        let mut knowing = packing.clone();
        knowing.insert(IF_NONE_MATCH, HeaderValue::from_str(&tag).unwrap());
        let known = pages.find(&key("/r/w"), &knowing).unwrap();
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(known.headers()[CACHE_CONTROL], CACHE);
        assert!(pages.find(&key("/r/x"), &knowing).is_none());
    }

    #[tokio::test]
    async fn what_is_no_page_is_not_kept_and_memory_has_an_end() {
        let pages = PublishedPages::default();
        let refused = pages.keep(key("/r/x"), StatusCode::NOT_FOUND.into_response(), &HeaderMap::new()).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND);
        assert!(pages.find(&key("/r/x"), &HeaderMap::new()).is_none());
        let mut kept = Kept::default();
        let large = || Arc::new(KeptPage { tag: String::new(), packed: vec![0; BYTES_MAX / 4].into() });
        for path in ["/1", "/2", "/3", "/4"] {
            // The first one is asked for all the time.
            assert_eq!(kept.find(&key("/1")).is_some(), path != "/1");
            kept.add(key(path), large());
            assert!(kept.young.len() + kept.old.len() <= 4);
        }
        let found = ["/1", "/2", "/4"].map(|path| kept.find(&key(path)).is_some());
        assert_eq!(found, [true, false, true]);
    }
}

//! Pages and documents of released waves: made once, kept packed, and told apart by what they say.
//!
//! What was released never changes, so neither does what is said of it: a reader gets the bytes that the first one got, from memory,
//! whatever the database does.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Bytes, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::documents::is_known;

/// What answers may take of the memory, in bytes; of more, those are made again that were not asked for of late.
const BYTES_MAX: usize = 32 << 20;
/// For how long others may keep an answer without asking, in seconds: a correction shows after this time.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");
/// How hard Brotli packs, of 11: an answer is packed once.
const QUALITY: i32 = 9;
/// Which headers of an answer are kept with it.
const KEPT_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, LINK, VARY];

/// The answers that were made, by release and address.
#[derive(Clone, Default)]
pub(super) struct PublishedAnswers(Arc<Mutex<Kept>>);

/// Two generations: once the young ones have half of the memory, the old ones go and the young ones are old.
#[derive(Default)]
struct Kept {
    young: HashMap<AnswerKey, Arc<KeptAnswer>>,
    old: HashMap<AnswerKey, Arc<KeptAnswer>>,
    /// What the young ones take.
    bytes: usize,
}

impl Kept {
    fn find(&mut self, key: &AnswerKey) -> Option<Arc<KeptAnswer>> {
        if let Some(answer) = self.young.get(key) {
            return Some(Arc::clone(answer));
        }
        let (key, answer) = self.old.remove_entry(key)?;
        self.add(key, Arc::clone(&answer));
        Some(answer)
    }

    fn add(&mut self, key: AnswerKey, answer: Arc<KeptAnswer>) {
        let bytes = answer.body.bytes();
        if self.bytes + bytes > BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        if self.young.insert(key, answer).is_none() {
            self.bytes += bytes;
        }
    }
}

/// Which answer of which release.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct AnswerKey {
    /// The key of the release.
    pub(super) release: String,
    /// The language of a page, the format of a document.
    pub(super) form: &'static str,
    /// Path and query without the language.
    pub(super) path: String,
}

/// An answer as it was first made.
struct KeptAnswer {
    tag: String,
    headers: HeaderMap,
    body: KeptBody,
}

/// What an answer says.
enum KeptBody {
    /// Packed both ways that clients take; for the few who take neither, one of them is unpacked.
    Packed { brotli: Bytes, gzip: Bytes },
    /// What packing makes hardly smaller, such as Parquet, which is packed already.
    AsItIs(Bytes),
}

impl PublishedAnswers {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever asks for what was published: the answers that there are, and which of their encodings they take.
pub(super) struct Reader {
    answers: PublishedAnswers,
    asked: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let answers = parts.extensions.get::<PublishedAnswers>().cloned().unwrap_or_default();
        Ok(Self { answers, asked: parts.headers.clone() })
    }
}

impl Reader {
    /// What an address is answered with: what was made first, or what is made now, and kept if it is good. `make` makes the whole,
    /// whatever the reader already has of it.
    pub(super) async fn answer<E>(
        &self,
        key: AnswerKey,
        make: impl AsyncFnOnce() -> Result<Response, E>,
    ) -> Result<Response, E> {
        let kept = self.answers.kept().find(&key);
        if let Some(answer) = kept {
            return Ok(answer.to(&self.asked));
        }
        let answer = match KeptAnswer::of(make().await?).await {
            Ok(answer) => Arc::new(answer),
            Err(other) => return Ok(*other),
        };
        self.answers.kept().add(key, Arc::clone(&answer));
        Ok(answer.to(&self.asked))
    }
}

impl KeptAnswer {
    /// An answer that was just made, packed; one that is no good comes back as it is.
    async fn of(made: Response) -> Result<Self, Box<Response>> {
        if made.status() != StatusCode::OK {
            return Err(Box::new(made));
        }
        let fault = || Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        let (parts, body) = made.into_parts();
        let plain = to_bytes(body, BYTES_MAX).await.map_err(|_| fault())?;
        let tag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(|tag| tag.trim_matches('"').to_owned());
        let tag = tag.unwrap_or_else(|| blake3::hash(&plain).to_hex()[..32].to_owned());
        let kept = |(name, _): &(&HeaderName, &HeaderValue)| KEPT_HEADERS.contains(name);
        let headers = parts.headers.iter().filter(kept).map(|(name, value)| (name.clone(), value.clone())).collect();
        // Packing a long document takes a processor for a while.
        let body = tokio::task::spawn_blocking(move || KeptBody::of(plain)).await.map_err(|_| fault())?;
        Ok(Self { tag, headers, body })
    }

    /// The answer in the encoding that is taken, or that the reader has it. Each encoding has a tag of its own.
    fn to(&self, asked: &HeaderMap) -> Response {
        let Some((encoding, body)) = self.body.encoded(asked) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let tag = encoding.map_or_else(|| format!("\"{}\"", self.tag), |name| format!("\"{}-{name}\"", self.tag));
        let known = asked.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
        let is_known = is_known(known, &tag);
        let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body.into()) };
        let headers = response.headers_mut();
        headers.extend(self.headers.clone());
        if let (Some(encoding), false) = (encoding, is_known) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        headers.insert(CACHE_CONTROL, CACHE);
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
        response
    }
}

impl KeptBody {
    fn of(plain: Bytes) -> Self {
        let packed = pack(&plain).filter(|(brotli, _)| brotli.len() < plain.len() / 10 * 9);
        packed.map_or(Self::AsItIs(plain), |(brotli, gzip)| Self::Packed { brotli, gzip })
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Packed { brotli, gzip } => brotli.len() + gzip.len(),
            Self::AsItIs(plain) => plain.len(),
        }
    }

    /// The bytes to send, and how they are packed; nothing where they cannot be unpacked.
    fn encoded(&self, asked: &HeaderMap) -> Option<(Option<&'static str>, Bytes)> {
        Some(match self {
            Self::AsItIs(plain) => (None, plain.clone()),
            Self::Packed { brotli, .. } if takes("br", asked) => (Some("br"), brotli.clone()),
            Self::Packed { gzip, .. } if takes("gzip", asked) => (Some("gzip"), gzip.clone()),
            Self::Packed { gzip, .. } => (None, unpack(gzip)?),
        })
    }
}

/// Packed by Brotli, and by gzip.
fn pack(plain: &[u8]) -> Option<(Bytes, Bytes)> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &parameters).ok()?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(plain).ok()?;
    Some((packed.into(), gzip.finish().ok()?.into()))
}

fn unpack(gzip: &[u8]) -> Option<Bytes> {
    let mut plain = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut plain).ok()?;
    Some(plain.into())
}

/// Whether an encoding is taken.
fn takes(encoding: &str, asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_refused = |q: &str| q.strip_prefix("q=").is_some_and(|q| q.parse().is_ok_and(|q: f64| q <= 0.0));
        parts.next() == Some(encoding) && !parts.any(is_refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(headers: &[(HeaderName, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn key(path: &str) -> AnswerKey {
        AnswerKey { release: "r".into(), form: "en", path: path.to_owned() }
    }

    /// What a reader is answered with; without something `made`, there must be a kept answer.
    async fn ask(answers: &PublishedAnswers, path: &str, asked: &HeaderMap, made: Option<Response>) -> Response {
        let reader = Reader { answers: answers.clone(), asked: asked.clone() };
        reader.answer(key(path), async || made.ok_or("it was not kept")).await.unwrap()
    }

    async fn body(response: Response) -> Bytes {
        to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn a_page_is_kept_packed_and_plain_and_is_not_sent_to_who_has_it() {
        let pages = PublishedAnswers::default();
        let page = "<p>first of nine</p>".repeat(100);
        let packing = asking(&[(ACCEPT_ENCODING, "gzip, br")]);
        let made = ask(&pages, "/r/w", &packing, Some(page.clone().into_response())).await;
        assert_eq!(made.status(), StatusCode::OK);
        assert_eq!(made.headers()[CONTENT_ENCODING], "br");
        let tag = made.headers()[ETAG].to_str().unwrap().to_owned();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut body(made).await.as_ref(), &mut unpacked).unwrap();
        assert_eq!(unpacked, page.as_bytes());

        let plain = ask(&pages, "/r/w", &asking(&[(ACCEPT_ENCODING, "br;q=0")]), None).await;
        assert_ne!(plain.headers()[ETAG], tag.as_str());
        assert_eq!(body(plain).await, page.as_bytes());

        let mut knowing = packing.clone();
        knowing.insert(IF_NONE_MATCH, HeaderValue::from_str(&tag).unwrap());
        let known = ask(&pages, "/r/w", &knowing, None).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(known.headers()[CACHE_CONTROL], CACHE);
        assert!(pages.kept().find(&key("/r/x")).is_none());
    }

    #[tokio::test]
    async fn who_takes_gzip_alone_gets_it_and_an_answer_keeps_its_own_tag_and_links() {
        let documents = PublishedAnswers::default();
        let document = "{\"share\": 0.75}".repeat(50);
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (ETAG, "\"own\""),
            (LINK, "<w?page=2>; rel=\"next\""),
            (VARY, "Accept"),
            (CACHE_CONTROL, "no-store"),
        ];
        let gzip = asking(&[(ACCEPT_ENCODING, "gzip, deflate")]);
        let sent = ask(&documents, "/w", &gzip, Some((headers, document.clone()).into_response())).await;
        let found = |name: HeaderName| -> Vec<_> { sent.headers().get_all(name).iter().collect() };
        assert_eq!(found(CONTENT_ENCODING), ["gzip"]);
        assert_eq!(found(CONTENT_TYPE), ["application/json"]);
        assert_eq!(found(LINK), ["<w?page=2>; rel=\"next\""]);
        assert_eq!(found(ETAG), ["\"own-gzip\""]);
        assert_eq!(found(VARY), ["Accept", "Accept-Encoding"]);
        assert_eq!(found(CACHE_CONTROL), [CACHE], "what was released may be kept by all");
        assert_eq!(unpack(&body(sent).await).unwrap(), document.as_bytes());
        let plain = ask(&documents, "/w", &HeaderMap::new(), None).await;
        assert_eq!(plain.headers()[ETAG], "\"own\"");
        assert_eq!(plain.headers().get(CONTENT_ENCODING), None);
        let known = ask(&documents, "/w", &asking(&[(IF_NONE_MATCH, "W/\"own\"")]), None).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn what_packing_makes_hardly_smaller_is_sent_as_it_is() {
        let mut noise = vec![0; 5_000];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        let packing = asking(&[(ACCEPT_ENCODING, "gzip, br")]);
        let sent = ask(&PublishedAnswers::default(), "/p", &packing, Some(noise.clone().into_response())).await;
        assert_eq!(sent.headers().get(CONTENT_ENCODING), None);
        assert_eq!(body(sent).await, noise);
    }

    #[tokio::test]
    async fn what_is_no_page_is_not_kept_and_memory_has_an_end() {
        let pages = PublishedAnswers::default();
        let missing = StatusCode::NOT_FOUND.into_response();
        let refused = ask(&pages, "/r/x", &HeaderMap::new(), Some(missing)).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND);
        assert!(pages.kept().find(&key("/r/x")).is_none());
        let mut kept = Kept::default();
        let body = || KeptBody::AsItIs(vec![0; BYTES_MAX / 4].into());
        let large = || Arc::new(KeptAnswer { tag: String::new(), headers: HeaderMap::new(), body: body() });
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

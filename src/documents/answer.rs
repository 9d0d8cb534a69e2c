//! What all answers of the API share: the document or its rows in the format that was asked for, and an entity tag.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;
use super::tags::is_known;
use super::wanted::{Format, Wanted};
use crate::survey::{Wave, WaveState};
use crate::tables::{Dataset, OutputFormat, Row};

/// Who may keep an answer, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Who asked, and asks again each time.
    Private,
    /// Anybody, who asks again each time.
    Public,
    /// Anybody, for a minute: what was released does not change, and a correction shows soon.
    Published,
}

impl Caching {
    /// That of results: published once the wave is released.
    #[must_use]
    pub fn of_results(wave: &Wave) -> Self {
        if wave.state == WaveState::Released { Self::Published } else { Self::Private }
    }

    /// Of what changes: whether others may see it.
    #[must_use]
    pub fn of_changing(is_public: bool) -> Self {
        if is_public { Self::Public } else { Self::Private }
    }

    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Private => "private, no-cache",
            Self::Public => "no-cache",
            Self::Published => "public, max-age=60",
        })
    }
}

/// An answer: `document` as JSON, or its rows as a table, or what the columns of that are.
///
/// A CSV file links to the description of its columns.
pub fn answer<D: Serialize, R: Row>(
    wanted: &Wanted,
    caching: Caching,
    document: &D,
    rows: Dataset<impl IntoIterator<Item = R>>,
) -> Result<Response, Problem> {
    let body = match wanted.format {
        Format::Json => serde_json::to_vec(document).map_err(Problem::internal)?,
        Format::Csv => rows.write(Vec::new(), OutputFormat::Csv).map_err(Problem::internal)?,
        Format::Parquet => rows.write(Vec::new(), OutputFormat::Parquet).map_err(Problem::internal)?,
        Format::Csvw => serde_json::to_vec(&rows.csvw(&wanted.address_in(Format::Csv))).map_err(Problem::internal)?,
    };
    let tag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
    let is_known = wanted.known_tags.as_deref().is_some_and(|known| is_known(known, &tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, wanted.format.content_type())], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::from_str(&tag).map_err(Problem::internal)?);
    headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
    headers.insert(CACHE_CONTROL, caching.header());
    if wanted.format == Format::Csv {
        let (address, kind) = (wanted.address_in(Format::Csvw), Format::Csvw.media_type());
        // An address that was not written as addresses are cannot stand in a header.
        if let Ok(link) = HeaderValue::from_str(&format!("<{address}>; rel=\"describedby\"; type=\"{kind}\"")) {
            headers.append(LINK, link);
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::Request;
    use axum::http::header::IF_NONE_MATCH;
    use http_body_util::BodyExt;

    use super::*;
    use crate::tables::{Concept, Figure, rows};

    rows! {
        /// A row of one number.
        struct One {
            /// The number.
            n: u64 => Concept::number("N", Figure::plain(0)),
        }
    }

    async fn wanted(uri: &str, known_tags: Option<&str>) -> Wanted {
        let mut request = Request::get(uri);
        if let Some(tags) = known_tags {
            request = request.header(IF_NONE_MATCH, tags);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        Wanted::from_request_parts(&mut parts, &()).await.ok().unwrap()
    }

    fn sent(wanted: &Wanted) -> Response {
        answer(wanted, Caching::Public, &[1, 2], Dataset::new([One { n: 0 }])).unwrap()
    }

    async fn body(response: Response) -> Vec<u8> {
        response.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    #[tokio::test]
    async fn a_client_that_knows_the_content_gets_304_and_no_body() {
        for uri in ["/", "/?format=csv", "/?format=parquet", "/?format=csvw"] {
            let first = sent(&wanted(uri, None).await);
            assert_eq!(first.status(), StatusCode::OK);
            let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
            for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
                let again = sent(&wanted(uri, Some(&known)).await);
                assert_eq!(
                    (again.status(), &again.headers()[ETAG]),
                    (StatusCode::NOT_MODIFIED, &first.headers()[ETAG])
                );
                assert!(body(again).await.is_empty());
            }
            assert_eq!(sent(&wanted(uri, Some("\"other\"")).await).status(), StatusCode::OK);
        }
    }

    #[tokio::test]
    async fn a_csv_file_links_to_the_description_of_its_columns_which_names_it() {
        let csv = sent(&wanted("/w?q=a&format=csv", None).await);
        let link = csv.headers()[LINK].to_str().unwrap().to_owned();
        assert_eq!(link, "<w?q=a&format=csvw>; rel=\"describedby\"; type=\"application/csvm+json\"");
        assert_eq!(body(csv).await, b"n\n0\n");
        let unescaped = sent(&wanted("/w?q=ắ&format=csv", None).await);
        assert_eq!((unescaped.status(), body(unescaped).await), (StatusCode::OK, b"n\n0\n".to_vec()));
        let described = sent(&wanted("/w?q=a&format=csvw", None).await);
        assert!(described.headers().get(LINK).is_none());
        let described: serde_json::Value = serde_json::from_slice(&body(described).await).unwrap();
        assert_eq!(described["url"], "w?q=a&format=csv");
        assert_eq!(described["tableSchema"]["columns"][0]["dc:description"], "The number.");
    }
}

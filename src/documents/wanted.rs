//! In which format an answer is wanted.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::problem::Problem;
use crate::foundation::Finding;

/// The formats of the result API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The document.
    Json,
    /// Its rows as comma-separated values.
    Csv,
    /// Its rows as Apache Parquet.
    Parquet,
    /// What the columns of the rows are, as metadata of CSV on the Web.
    Csvw,
}

impl Format {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Json, Self::Csv, Self::Parquet, Self::Csvw];

    /// The name in a parameter.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Csvw => "csvw",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The media type, without parameters.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Csvw => "application/csvm+json",
        }
    }

    /// The media type as an answer tells it.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            other => other.media_type(),
        }
    }

    /// The format that a part of an `Accept` header means.
    fn accepted(range: &str) -> Option<Self> {
        match range {
            "application/*" | "*/*" => Some(Self::Json),
            "text/*" => Some(Self::Csv),
            named => Self::ALL.into_iter().find(|format| format.media_type() == named),
        }
    }
}

/// What a client asked for beside the thing itself: `?format=` decides, else `Accept`, else JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub(super) format: Format,
    /// Whether a parameter says so.
    is_asked: bool,
    /// The end of the address.
    name: String,
    /// What was asked for behind it.
    query: String,
    pub(super) known_tags: Option<String>,
}

impl Wanted {
    /// The format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The same, whatever whoever asks already has.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { known_tags: None, ..self }
    }

    /// The format as a parameter names it, if one does.
    #[must_use]
    pub fn asked_format(&self) -> Option<&'static str> {
        self.is_asked.then(|| self.format.name())
    }

    /// The address of the same in another format, as seen from the address that was asked for. Everything else stays in its
    /// place, so that who goes from a table to its description and back is where they began.
    pub(super) fn address_in(&self, format: Format) -> String {
        let asked = format!("format={}", format.name());
        let mut pairs: Vec<&str> = self.query.split('&').filter(|pair| !pair.is_empty()).collect();
        match pairs.iter_mut().find(|pair| pair.starts_with("format=")) {
            Some(pair) => *pair = &asked,
            None => pairs.push(&asked),
        }
        format!("{}?{}", self.name, pairs.join("&"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let name = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        let mut parameters = query.split('&').filter_map(|pair| pair.strip_prefix("format="));
        let parameter = parameters.next();
        // As with every other parameter: which of two was meant is not guessed.
        if parameters.next().is_some() {
            return Err(Problem::bad_request(Finding::new("format", "duplicate", "name one format").into()));
        }
        let is_asked = parameter.is_some();
        let format = match parameter {
            Some(name) => Format::named(name).ok_or_else(unknown_format)?,
            None => accepted_format(&parts.headers)?,
        };
        let known_tags = parts.headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).map(str::to_owned);
        Ok(Self { format, is_asked, name, query, known_tags })
    }
}

fn unknown_format() -> Problem {
    let message = "write format=json, format=csv, format=parquet or format=csvw";
    Problem::bad_request(Finding::new("format", "unknown_format", message).into())
}

fn accepted_format(headers: &HeaderMap) -> Result<Format, Problem> {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    if accepted.trim().is_empty() {
        return Ok(Format::Json);
    }
    let mut best = (None, 0.0);
    for range in accepted.split(',').take(32) {
        let mut parts = range.split(';').map(str::trim);
        let Some(format) = Format::accepted(&parts.next().unwrap_or_default().to_ascii_lowercase()) else { continue };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f64>().ok());
        if let Some(quality) = quality.filter(|quality| *quality > best.1) {
            best = (Some(format), quality);
        }
    }
    best.0.ok_or_else(|| {
        let known = Format::ALL.map(Format::media_type).join(", ");
        let message = format!("the result API answers with one of {known}");
        Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use axum::response::IntoResponse;

    use super::*;

    async fn wanted(uri: &str, accept: &str) -> Result<Wanted, u16> {
        let mut parts = Request::get(uri).header(ACCEPT, accept).body(()).unwrap().into_parts().0;
        Wanted::from_request_parts(&mut parts, &()).await.map_err(|problem| problem.into_response().status().as_u16())
    }

    #[tokio::test]
    async fn the_format_is_the_parameter_else_the_best_accepted_else_json() {
        let cases = [
            ("/", "", Ok(Format::Json)),
            ("/", "*/*", Ok(Format::Json)),
            ("/", "text/html,application/xhtml+xml,*/*;q=0.8", Ok(Format::Json)),
            ("/", "text/csv", Ok(Format::Csv)),
            ("/", "application/json;q=0.4, text/csv;q=0.5", Ok(Format::Csv)),
            ("/", "text/html", Err(406)),
            ("/", "text/csv;q=0", Err(406)),
            ("/?format=csv", "application/json", Ok(Format::Csv)),
            ("/?page=2&format=json", "text/csv", Ok(Format::Json)),
            ("/?format=xml", "*/*", Err(400)),
            ("/?format=", "*/*", Err(400)),
            ("/?format=csv&page=2&format=json", "*/*", Err(400)),
            ("/?format=csv&format=csv", "*/*", Err(400)),
            ("/?format=parquet", "", Ok(Format::Parquet)),
            ("/", "application/vnd.apache.parquet", Ok(Format::Parquet)),
            ("/?format=csvw", "text/csv", Ok(Format::Csvw)),
            ("/", "application/csvm+json, application/json;q=0.9", Ok(Format::Csvw)),
        ];
        for (uri, accept, expected) in cases {
            let found = wanted(uri, accept).await.map(|wanted| wanted.format);
            assert_eq!(found, expected, "{uri} {accept}");
        }
    }

    #[tokio::test]
    async fn the_same_in_another_format_keeps_everything_else_that_was_asked_for() {
        let cases = [
            ("/api/w", "w?format=csv"),
            ("/w?page=2", "w?page=2&format=csv"),
            ("/w?q=a&format=csvw&page=2", "w?q=a&format=csv&page=2"),
        ];
        for (uri, expected) in cases {
            assert_eq!(wanted(uri, "").await.unwrap().address_in(Format::Csv), expected, "{uri}");
        }
    }
}

//! What every template takes, and how a template becomes a response.

use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::WithRejection;

use super::{Address, Language, PageError, Style};

/// What a page takes from a request; a refusal is a page in the reader's language.
pub type ForPage<E> = WithRejection<E, PageError>;

/// What `base.html` needs; templates hold it as their field `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language of the page.
    pub language: Language,
    /// Its path and query without the language, for the language switch.
    pub address: String,
    /// Its title, without the platform's name.
    pub title: String,
    /// Whether it shows invented answers, and must say so.
    pub synthetic: bool,
    /// Its style sheet.
    pub style: Style,
    /// Whether it stands at an office for all to use.
    pub kiosk: bool,
}

impl Page {
    /// A page at `address`, of real data.
    pub fn new(address: &Address, title: impl Into<String>, style: Style) -> Self {
        Self {
            language: address.language,
            address: address.path.clone(),
            title: title.into(),
            synthetic: false,
            style,
            kiosk: false,
        }
    }

    /// The same page, saying whether its answers are invented.
    #[must_use]
    pub fn with_synthetic(self, synthetic: bool) -> Self {
        Self { synthetic, ..self }
    }

    /// The same page on a device at an office: larger, and without a way out.
    #[must_use]
    pub fn on_kiosk(self) -> Self {
        Self { kiosk: true, ..self }
    }

    /// The message with this key in the page's language.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.language.t(key)
    }

    /// The address of `path` in the page's language.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        self.language.path(path)
    }

    /// The languages of the switch.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        Language::all()
    }

    /// What to say where the page's language is one of a file that does not have all words of such pages.
    #[must_use]
    pub fn translation_notice(&self) -> Option<String> {
        let name = self.language.native_name();
        let is_partial = self.language.missing_on(self.style) > 0;
        is_partial.then(|| self.language.t_with("language-partial", [("language", name.into())]))
    }

    /// The address of the script for citizens' pages.
    #[must_use]
    pub fn script(&self) -> String {
        super::assets::form_script()
    }

    /// The style sheet to inline.
    #[must_use]
    pub fn style(&self) -> &'static str {
        self.style.css()
    }
}

/// Renders a template as an HTML response with this status.
pub fn render(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    let body = template.render().map_err(|error| PageError::Internal(error.into()))?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((status, [(CONTENT_TYPE, kind)], body).into_response())
}

/// A page for the tests of the rooms above.
#[cfg(test)]
pub(crate) fn test_page(language: Language, path: &str) -> Page {
    Page::new(&Address { language, path: path.to_owned() }, "Sample", Style::Site)
}

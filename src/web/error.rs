//! Errors as pages: one place turns them into a status and words that a citizen understands.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::foundation::MaybeMissing;

/// Why a page cannot be shown. A refusal (4xx), or an outage of the database (503), becomes a page in the reader's language;
/// another failure (5xx) has an empty body and one log line.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such page, wave or unit.
    #[error("not found")]
    NotFound,
    /// The reader may not see this without the administrator's link or token.
    #[error("not authorised")]
    Unauthorised,
    /// Another refusal with a 4xx status that has an `error-…` message; without one it reads as a 400.
    #[error("refused with {0}")]
    Refused(StatusCode),
    /// Another refusal that has a page of its own.
    #[error("refused with {}", .0.status())]
    Told(Box<Response>),
    /// What the page needs is temporarily unavailable.
    #[error("temporarily unavailable: {0}")]
    Outage(Box<dyn std::error::Error + Send + Sync>),
    /// Something failed on our side.
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl PageError {
    /// A failure on our side.
    pub fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(error))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Refused(status) => *status,
            Self::Told(page) => page.status(),
            Self::Outage(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Something missing is a page that is not found, an outage is temporary; anything else is a failure on our side.
impl<E: MaybeMissing> From<E> for PageError {
    fn from(error: E) -> Self {
        match error {
            _ if error.is_missing() => Self::NotFound,
            _ if error.is_refused() => Self::Unauthorised,
            _ if error.is_outage() => Self::Outage(Box::new(error)),
            _ => Self::internal(error),
        }
    }
}

impl From<PathRejection> for PageError {
    fn from(rejection: PathRejection) -> Self {
        Self::Refused(rejection.status())
    }
}

impl From<QueryRejection> for PageError {
    fn from(rejection: QueryRejection) -> Self {
        Self::Refused(rejection.status())
    }
}

impl From<FormRejection> for PageError {
    fn from(rejection: FormRejection) -> Self {
        Self::Refused(rejection.status())
    }
}

/// After how many seconds to ask again for what is unavailable.
pub const RETRY_AFTER_SECONDS: &str = "5";

/// Marks a response whose body the outermost layer must still write, because only it knows the reader's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToldAsPage;

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Self::Told(page) = self {
            return *page;
        }
        if let Self::Internal(error) | Self::Outage(error) = &self {
            tracing::error!(error = %error, "a page failed");
        }
        let mut response = self.status().into_response();
        if matches!(self, Self::Outage(_)) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
            response.extensions_mut().insert(ToldAsPage);
        }
        response
    }
}

/// The fallback for addresses that lead nowhere.
pub async fn not_found() -> PageError {
    PageError::NotFound
}

/// The fallback for methods that a page does not accept.
pub async fn method_not_allowed() -> PageError {
    PageError::Refused(StatusCode::METHOD_NOT_ALLOWED)
}

//! The extractor that every handler behind the entrance takes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::foundation::MaybeMissing;
use crate::pipeline::{PipelineError, Platform};
use crate::web::{Credential, PageError};

/// Whether a request shows who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Nothing, or what was recognised.
    Fine,
    /// A token that nobody has: whoever sent it is treated as anybody, or refused where it matters.
    Unknown,
    /// What cannot be a token. Who sent it meant to be somebody.
    Unreadable,
}

/// Whoever sent the request: the platform on their behalf.
pub struct Visitor {
    /// The platform, acting for them.
    pub platform: Platform,
    /// What they showed.
    pub shown: Shown,
}

/// Storage failed when a token was looked up.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Unrecognised(#[from] pub PipelineError);

impl MaybeMissing for Unrecognised {
    fn is_missing(&self) -> bool {
        self.0.is_missing()
    }

    fn is_refused(&self) -> bool {
        self.0.is_refused()
    }

    fn is_outage(&self) -> bool {
        self.0.is_outage()
    }
}

impl IntoResponse for Unrecognised {
    fn into_response(self) -> Response {
        PageError::from(self).into_response()
    }
}

impl FromRequestParts<Platform> for Visitor {
    type Rejection = Unrecognised;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Unrecognised> {
        let credential = Credential::of(&parts.headers);
        let nobody = |shown| Self { platform: platform.clone(), shown };
        let Some(token) = credential.token() else {
            return Ok(nobody(if credential.is_unreadable() { Shown::Unreadable } else { Shown::Fine }));
        };
        let known = platform.recognise(token).await?;
        Ok(known.map_or_else(|| nobody(Shown::Unknown), |platform| Self { platform, shown: Shown::Fine }))
    }
}

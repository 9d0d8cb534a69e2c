//! Entering paper forms: a page made for speed, twice by two people, and a list of what they read differently.
//!
//! Whoever enters shows the code of a collector, kept in a cookie of these pages alone. Everything works without script;
//! with it, a key leads on to the next field. Start reading at `screen.rs`, the page that is typed on.

mod differences;
mod findings;
mod keyed;
mod screen;
mod sign_in;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::accounts::{Actor, Permission, Scope};
use crate::pipeline::Platform;
use crate::survey::{Access, Mode, Unit, Wave};
use crate::web::{PageError, Place, cookie};

/// The cookie that holds a collector's code until the browser closes.
const COOKIE: &str = "plumbline_collector";
/// The most bytes of a form.
const BODY_BYTES_MAX: usize = 64 * 1024;

type Answered = Result<Response, PageError>;
type Fields = Vec<(String, String)>;

/// The pages of those who enter forms.
pub(in crate::collection) fn pages() -> Router<Platform> {
    Router::new()
        .route("/entry", get(sign_in::ask).post(sign_in::sign_in))
        .route("/entry/leave", post(sign_in::leave))
        .route("/entry/batches", get(screen::show_batches))
        .route("/entry/form", get(screen::show_form).post(screen::take_form))
        .route("/entry/differences", get(differences::show).post(differences::settle))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// A collector who has shown a good code. Without one, the page that asks for it comes instead.
pub(super) struct Collector {
    /// The platform on the collector's behalf.
    platform: Platform,
    access: Access,
    wave: Arc<Wave>,
}

impl Collector {
    /// The units that this collector may enter forms of.
    fn units(&self) -> impl Iterator<Item = &Unit> {
        let may_key = |unit: &&Unit| self.platform.may(Permission::KeyForms, &Scope::unit(&self.wave, unit.code()));
        self.wave.units.iter().filter(may_key)
    }

    fn unit(&self, code: &str) -> Result<&Unit, PageError> {
        self.units().find(|unit| unit.code().as_str() == code).ok_or(PageError::NotFound)
    }

    /// The modes of the wave that a collector may enter.
    fn modes(&self) -> impl Iterator<Item = Mode> {
        self.wave.plan.modes.iter().copied().filter(|mode| self.access.kind.takes(*mode))
    }
}

impl FromRequestParts<Platform> for Collector {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Response> {
        let place = Place::from_request_parts(parts, platform).await.unwrap_or_else(|never| match never {});
        let failed = |error| PageError::from(error).into_response();
        let known = match cookie(&parts.headers, COOKIE) {
            Some(code) => platform.recognise(&code).await.map_err(failed)?,
            None => None,
        };
        let ask = || Redirect::to(&place.language.path("/entry")).into_response();
        let platform = known.ok_or_else(ask)?;
        let Actor::Collector(access) = platform.actor().clone() else { return Err(ask()) };
        let wave = platform.waves().find(access.wave.as_str()).await.map_err(failed)?;
        Ok(Self { platform, access, wave })
    }
}

fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    crate::collection::form::field(fields, name).trim()
}

fn refused(status: StatusCode) -> PageError {
    PageError::Refused(status)
}

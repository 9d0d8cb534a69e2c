//! Who enters forms: a collector, recognised by the code in a cookie of these pages.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use crate::accounts::{Actor, Permission, Scope};
use crate::pipeline::Platform;
use crate::survey::{Access, Mode, Unit, Wave};
use crate::web::{Address, PageError, cookie};

/// The cookie that holds a collector's code until the browser closes.
pub(super) const COOKIE: &str = "plumbline_collector";
pub(super) type Answered = Result<Response, PageError>;
pub(super) type Fields = Vec<(String, String)>;

/// A collector who has shown a good code. Without one, the page that asks for it comes instead.
pub(super) struct Collector {
    /// The platform on the collector's behalf.
    pub(super) platform: Platform,
    /// What the code gives access to.
    pub(super) access: Access,
    /// The wave whose forms are entered.
    pub(super) wave: Arc<Wave>,
}

impl Collector {
    /// The units that this collector may enter forms of.
    pub(super) fn units(&self) -> impl Iterator<Item = &Unit> {
        let may_key = |unit: &&Unit| self.platform.may(Permission::KeyForms, &Scope::unit(&self.wave, unit.code()));
        self.wave.units.iter().filter(may_key)
    }

    /// The unit with this code, if the collector may enter its forms.
    pub(super) fn unit(&self, code: &str) -> Result<&Unit, PageError> {
        self.units().find(|unit| unit.code().as_str() == code).ok_or(PageError::NotFound)
    }

    /// The modes of the wave that a collector may enter.
    pub(super) fn modes(&self) -> impl Iterator<Item = Mode> {
        self.wave.plan.modes.iter().copied().filter(|mode| self.access.kind.takes(*mode))
    }
}

impl FromRequestParts<Platform> for Collector {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Response> {
        let address = Address::from_request_parts(parts, platform).await.unwrap_or_else(|never| match never {});
        let failed = |error| PageError::from(error).into_response();
        let known = match cookie(&parts.headers, COOKIE) {
            Some(code) => platform.recognise(&code).await.map_err(failed)?,
            None => None,
        };
        let ask = || Redirect::to(&address.language.path("/entry")).into_response();
        let platform = known.ok_or_else(ask)?;
        let Actor::Collector(access) = platform.actor().clone() else { return Err(ask()) };
        let wave = platform.waves().find(access.wave.as_str()).await.map_err(failed)?;
        Ok(Self { platform, access, wave })
    }
}

/// What stands in a field, without blanks around it.
pub(super) fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    crate::collection::form::field(fields, name).trim()
}

/// A page that only says that something was refused.
pub(super) fn refused(status: StatusCode) -> PageError {
    PageError::Refused(status)
}

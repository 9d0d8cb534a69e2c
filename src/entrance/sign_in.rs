//! The link that signs the administrator in, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use axum_extra::extract::{CookieJar, WithRejection};
use rand::TryRng;
use rand::rngs::SysRng;

use crate::pipeline::Platform;
use crate::web::{Credential, ForPage, not_found, session_cookie};

/// The address of the link.
pub fn sign_in_route(sign_in: SignIn) -> Router<Platform> {
    Router::new().route("/sign-in/{code}", get(sign_in_once)).layer(Extension(sign_in))
}

/// A link that signs the administrator in, once.
#[derive(Clone)]
pub struct SignIn {
    code: Arc<str>,
    used: Arc<AtomicBool>,
}

impl SignIn {
    /// A link with a code from the system's randomness.
    pub fn new() -> Result<Self, rand::rngs::SysError> {
        let mut bytes = [0; 32];
        SysRng.try_fill_bytes(&mut bytes)?;
        let code: String = blake3::hash(&bytes).to_hex()[..32].into();
        Ok(Self { code: code.into(), used: Arc::default() })
    }

    /// The link's path.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/sign-in/{}", self.code)
    }
}

/// Sets the cookie for the first visitor who knows the code. Browsers keep it until they close.
async fn sign_in_once(
    State(platform): State<Platform>,
    Extension(sign_in): Extension<SignIn>,
    WithRejection(Path(code), _): ForPage<Path<String>>,
) -> Response {
    let knows = blake3::hash(code.as_bytes()) == blake3::hash(sign_in.code.as_bytes());
    if !knows || sign_in.used.swap(true, Ordering::AcqRel) {
        return not_found().await.into_response();
    }
    let cookie = session_cookie(Credential::COOKIE, platform.administrator_token());
    (CookieJar::new().add(cookie), Redirect::to("/")).into_response()
}

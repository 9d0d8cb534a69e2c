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

use crate::accounts::Actor;
use crate::pipeline::Platform;
use crate::web::{Credential, ForPage, PageError, not_found, session_cookie};

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
    let began = async {
        let mut random = [0; 16];
        SysRng.try_fill_bytes(&mut random).map_err(PageError::internal)?;
        // Whoever has the link was given it by the operator.
        Ok::<_, PageError>(platform.acting_for(Actor::Operator).administrators().begin_session(random).await?)
    };
    let token = match began.await {
        Ok(token) => token,
        Err(error) => {
            sign_in.used.store(false, Ordering::Release);
            return error.into_response();
        }
    };
    let cookie = session_cookie(Credential::COOKIE, token.reveal().to_owned());
    (CookieJar::new().add(cookie), Redirect::to("/")).into_response()
}

//! The link that signs the administrator in, once.
//!
//! To open it only shows a button: whatever looks at links before people do, as mail programs and messengers, does not use it up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use axum_extra::extract::{CookieJar, WithRejection};
use rand::TryRng;
use rand::rngs::SysRng;

use crate::accounts::Actor;
use crate::pipeline::Platform;
use crate::web::{Address, Credential, ForPage, Page, PageError, Style, not_found, render, session_cookie};

/// The address of the link.
pub fn sign_in_route(sign_in: SignIn) -> Router<Platform> {
    Router::new().route("/sign-in/{code}", get(ask).post(sign_in_once)).layer(Extension(sign_in))
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

    /// Whether this is its code, which is compared by hashes, so that the time taken tells nothing.
    fn is(&self, code: &str) -> bool {
        blake3::hash(code.as_bytes()) == blake3::hash(self.code.as_bytes())
    }
}

#[derive(Template)]
#[template(path = "office/sign_in.html")]
struct SignInPage {
    page: Page,
    path: String,
}

/// Shows the button to whoever knows the code, as long as it is good.
async fn ask(
    Extension(sign_in): Extension<SignIn>,
    WithRejection(Path(code), _): ForPage<Path<String>>,
    address: Address,
) -> Result<Response, PageError> {
    if !sign_in.is(&code) || sign_in.used.load(Ordering::Acquire) {
        return Ok(not_found().await.into_response());
    }
    let page = Page::new(&address, address.language.t("sign-in-title"), Style::Site);
    render(StatusCode::OK, &SignInPage { page, path: sign_in.path() })
}

/// Sets the cookie for the first visitor who knows the code. Browsers keep it until they close.
async fn sign_in_once(
    State(platform): State<Platform>,
    Extension(sign_in): Extension<SignIn>,
    WithRejection(Path(code), _): ForPage<Path<String>>,
) -> Response {
    if !sign_in.is(&code) || sign_in.used.swap(true, Ordering::AcqRel) {
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

//! Showing the code of a collector, once for as long as the browser is open.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;

use super::collector::{Answered, COOKIE, Fields, field};
use crate::accounts::Actor;
use crate::collection::throttle::{count_try, show_wait};
use crate::pipeline::Platform;
use crate::web::{Address, Page, Sender, Style, render, session_cookie};

#[derive(Template)]
#[template(path = "entry/sign_in.html")]
struct SignInPage {
    page: Page,
    is_wrong: bool,
}

fn show(address: &Address, is_wrong: bool) -> Answered {
    let page = Page::new(address, address.language.t("entry-title"), Style::Form);
    let status = if is_wrong { StatusCode::FORBIDDEN } else { StatusCode::OK };
    render(status, &SignInPage { page, is_wrong })
}

/// Asks for the code; leads on whoever has shown a good one.
pub(super) async fn ask(State(platform): State<Platform>, address: Address, cookies: CookieJar) -> Answered {
    let Some(shown) = cookies.get(COOKIE) else { return show(&address, false) };
    if is_collector(platform.recognise(shown.value()).await?.as_ref()) {
        return Ok(to(&address, "/entry/batches").into_response());
    }
    // A cookie that is no good leads back here: it is dropped, or the two pages would send each other to and fro.
    let page = show(&address, true)?;
    Ok((dropped(cookies), page).into_response())
}

fn is_collector(known: Option<&Platform>) -> bool {
    known.is_some_and(|platform| matches!(platform.actor(), Actor::Collector(_)))
}

/// Takes the code and leads on.
pub(super) async fn sign_in(
    State(platform): State<Platform>,
    address: Address,
    sender: Sender,
    form: Result<Form<Fields>, FormRejection>,
) -> Answered {
    let Form(fields) = form?;
    let code = field(&fields, "code");
    if let Err(wait) = count_try(&sender, code) {
        return Ok(show_wait(wait));
    }
    if is_collector(platform.recognise(code).await?.as_ref()) {
        // What a phone makes of a hyphen would not come back with the cookie.
        let code = platform.collectors().code_as_handed_out(code).unwrap_or_default();
        let cookies = CookieJar::new().add(session_cookie(COOKIE, code));
        return Ok((cookies, to(&address, "/entry/batches")).into_response());
    }
    match sender.count_guess() {
        Ok(()) => show(&address, true),
        Err(wait) => Ok(show_wait(wait)),
    }
}

/// Forgets the code.
pub(super) async fn leave(address: Address, cookies: CookieJar) -> Response {
    (dropped(cookies), to(&address, "/entry")).into_response()
}

fn to(address: &Address, path: &str) -> Redirect {
    Redirect::to(&address.language.path(path))
}

/// A jar that takes the code back from the browser.
fn dropped(cookies: CookieJar) -> CookieJar {
    cookies.remove(session_cookie(COOKIE, String::new()))
}

//! Showing the code of a collector, once for as long as the browser is open.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Answered, COOKIE, Fields, field, has_cookie};
use crate::collection::throttle::{count_try, show_wait};
use crate::pipeline::Platform;
use crate::survey::AccessKind;
use crate::web::{Page, Place, Sender, Style, render};

#[derive(Template)]
#[template(path = "entry/sign_in.html")]
struct SignInPage {
    page: Page,
    is_wrong: bool,
}

fn show(place: &Place, is_wrong: bool) -> Answered {
    let page = Page::new(place, place.language.t("entry-title"), Style::Form);
    let status = if is_wrong { StatusCode::FORBIDDEN } else { StatusCode::OK };
    render(status, &SignInPage { page, is_wrong })
}

/// Asks for the code.
pub(super) async fn ask(place: Place, headers: HeaderMap) -> Answered {
    // A cookie that is no good leads back here: it is dropped, or the two pages would send each other to and fro.
    let mut response = show(&place, has_cookie(&headers))?;
    if has_cookie(&headers) {
        response.headers_mut().insert(header::SET_COOKIE, dropped());
    }
    Ok(response)
}

/// Takes the code and leads on.
pub(super) async fn sign_in(
    State(platform): State<Platform>,
    place: Place,
    sender: Sender,
    form: Result<Form<Fields>, FormRejection>,
) -> Answered {
    let Form(fields) = form?;
    let code = field(&fields, "code");
    if let Err(wait) = count_try(&sender, code) {
        return Ok(show_wait(wait));
    }
    match platform.find_access(code).await? {
        Some((access, _)) if access.kind == AccessKind::Collector => {
            let cookie = format!("{COOKIE}={code}; Path=/; HttpOnly; SameSite=Strict");
            let Ok(cookie) = HeaderValue::from_str(&cookie) else { return show(&place, true) };
            Ok(([(header::SET_COOKIE, cookie)], to(&place, "/entry/batches")).into_response())
        }
        _ => match sender.count_guess() {
            Ok(()) => show(&place, true),
            Err(wait) => Ok(show_wait(wait)),
        },
    }
}

/// Forgets the code.
pub(super) async fn leave(place: Place) -> Response {
    ([(header::SET_COOKIE, dropped())], to(&place, "/entry")).into_response()
}

fn to(place: &Place, path: &str) -> Redirect {
    Redirect::to(&place.language.path(path))
}

fn dropped() -> HeaderValue {
    HeaderValue::from_static("plumbline_collector=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}

//! Entering paper forms: a page made for speed, twice by two people, and a list of what they read differently.
//!
//! Whoever enters shows the code of a collector, kept in a cookie of these pages alone. Everything works without script;
//! with it, a key leads on to the next field. Start reading at `screen.rs`, the page that is typed on; who may see it is in
//! `collector.rs`.

mod collector;
mod differences;
mod findings;
mod keyed;
mod screen;
mod sign_in;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::pipeline::Platform;

/// The most bytes of a form.
const BODY_BYTES_MAX: usize = 64 * 1024;

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

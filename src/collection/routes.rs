//! The addresses of citizens' pages, and which file answers at them.

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Extension, Router};

use super::whole::{Offline, show_outbox};
use super::{entry, form, invitation, kiosk, receipt, sound};
use crate::pipeline::Platform;

/// The most bytes of a form: dozens of texts at their full length, nine bytes a letter as browsers write Vietnamese ones.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// The addresses of the form and of receipts; with `offline`, phones may put the form aside for use without a network.
pub fn pages(offline: bool) -> Router<Platform> {
    let whole = || Extension(Offline(offline));
    Router::new()
        .route("/s/{wave}", get(form::choose_unit))
        .route("/s/{wave}/thanks", get(form::give_thanks))
        .route("/s/{wave}/{unit}", get(form::open_form).layer(whole()).post(form::continue_form))
        .route("/i/{wave}", get(invitation::ask_for_code).post(invitation::use_code))
        .route("/k/{code}", get(kiosk::open).layer(whole()).post(kiosk::go_on))
        .route("/k/{code}/thanks", get(kiosk::give_thanks))
        .route("/outbox", get(show_outbox))
        .route("/sound/{hash}", get(sound::send))
        .route("/receipt", get(receipt::show_receipt))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .merge(entry::pages())
}

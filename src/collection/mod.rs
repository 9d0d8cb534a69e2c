//! Citizens in: the form that anybody can fill in without an account and without script, and the receipt. Beside it the other
//! ways in: invitations, devices at an office, paper and those who type it in, programs.
//!
//! The form keeps nothing on the server until it is sent: everything typed travels with each page as form fields, so
//! any number of servers can take turns and nothing half-finished is stored. Citizens get no cookies; whoever types paper
//! forms in has one. The room must not know how answers are stored or counted, nor the rooms that show results.
//! Start reading at `journey::proceed`, the whole way from the first page to a submission as a plain function; `routes.rs` says which
//! file answers at which address.

mod answers;
mod api;
mod entry;
mod form;
mod invitation;
mod journey;
mod kiosk;
mod pages;
mod paper;
mod receipt;
mod routes;
mod sheets;
mod sound;
mod throttle;
mod tongues;
mod view;
mod whole;

#[cfg(test)]
mod journey_tests;
#[cfg(test)]
mod pages_tests;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scales_tests;

pub use api::routes as api_routes;
pub use paper::{PAPER_FORMS_MAX, PaperForms, paper};
pub use routes::pages;
pub use sheets::{SHEETS_PER_FILE_MAX, SheetError, code_link, sheets};

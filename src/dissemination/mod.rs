//! What leaves the house: the pages of results, and the same numbers for programs as JSON and CSV.
//!
//! Nothing leaves without its n, its interval and its method, and nothing before the release unless the administrator
//! asks. The room decides how numbers are shown, never what they are: it must not know storage, nor compute an estimate.
//! Start reading at [`pages()`] for readers and at [`api_routes`] for programs.

mod api;
mod asked;
mod method_note;
mod neighbours;
mod numbers;
mod open_link_view;
mod pages;
mod published;
mod ranking_page;
mod release_view;
#[cfg(test)]
mod sample;
mod sets_view;
mod unit_page;
mod waves_page;
mod weights_note;
mod words;

pub use api::{api_description, api_pages, api_routes};
pub use pages::pages;

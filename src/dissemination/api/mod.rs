//! The result API: the numbers of the pages, for programs, as JSON and CSV.
//!
//! Every estimate leaves at full precision in the unit of its statistic; rounding is the reader's business.
//! `rows.rs` and the documents hold the shapes, `handlers.rs` the routes, `answer.rs` what all answers share (format,
//! entity tag, problems), `described.rs` how the description tells that, `reference.rs` the description and the page that renders it.

mod answer;
mod described;
mod fieldwork_document;
mod handlers;
mod negative_weights_document;
mod open_link_document;
mod paging;
mod rank_set_documents;
mod reference;
mod result_documents;
mod rows;
#[cfg(test)]
mod shape_tests;
mod wave_documents;

pub use answer::{no_such_address, no_such_method};
pub use handlers::api_routes;
pub(super) use paging::UNITS_PER_FILE;
pub use reference::{api_description, api_pages};

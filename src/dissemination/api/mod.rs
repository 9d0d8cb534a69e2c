//! The result API: the numbers of the pages, for programs, as JSON and CSV.
//!
//! Every estimate leaves at full precision in the unit of its statistic; rounding is the reader's business.
//! `rows.rs` and the documents hold the shapes, `handlers.rs` the routes, `reference.rs` the description and the page that renders
//! it; what all answers share is in the room `documents`, and the document of the fieldwork beside its page in `office`.

mod asked_document;
mod handlers;
mod negative_weights_document;
mod open_link_document;
mod rank_set_documents;
mod ranking_documents;
mod reference;
mod release_documents;
mod result_documents;
mod rows;
#[cfg(test)]
mod shape_tests;
mod wave_documents;

pub use handlers::api_routes;
pub use reference::{api_description, api_pages};

//! Citizens come in.

mod api;

pub use api::routes as api_routes;

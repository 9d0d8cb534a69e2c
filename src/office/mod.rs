//! The pages of officers and administrators: how the fieldwork and long work go. Counts and precision only.
//!
//! The room must never show a score: an officer who could watch the index of the own unit could steer it.
//! Start reading at [`pages`] for people and at [`api_routes`] for programs.

mod fieldwork_api;
mod fieldwork_document;
mod fieldwork_page;
mod jobs_page;
mod pages;
mod weights_view;

pub use fieldwork_api::api_routes;
pub use pages::pages;

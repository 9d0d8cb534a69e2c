//! Plumbline: citizen satisfaction surveys whose ranks say how sure they are.
//!
//! The rooms of the house stand on floors; a room imports only from floors below its own (`tests/tidy.rs` holds that).
//! `docs/ARCHITECTURE.md` is the map.

// Whoever prints says so to `app/terminal.rs`, which knows what to do when nobody reads.
#![warn(clippy::print_stdout)]

pub mod accounts;
pub mod app;
pub mod chart;
pub mod collection;
pub mod config;
pub mod dissemination;
pub mod documents;
pub mod entrance;
pub mod estimation;
pub mod files;
pub mod foundation;
pub mod index;
pub mod jobs;
pub mod monitoring;
pub mod office;
pub mod pipeline;
pub mod ranking;
pub mod release;
pub mod secrets;
pub mod statistics;
pub mod storage;
pub mod survey;
pub mod tables;
pub mod validation;
pub mod web;

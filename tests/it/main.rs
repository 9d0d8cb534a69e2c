//! The platform from outside, each test with a store of its own and, where it keeps something, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod dissemination;
mod estimate_files;
mod form;
mod import;
mod intake;
mod reference;
mod reference_product;
mod storage;
mod support;

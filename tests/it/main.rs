//! The platform from outside, each test with a store of its own and, where it keeps something, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of this crate is test code, helpers included")]

mod dissemination;
mod estimate_files;
mod form;
mod import;
mod intake;
mod kill;
mod rank_files;
mod reference;
mod reference_product;
mod reference_ranks;
mod storage;
mod support;

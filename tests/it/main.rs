//! The platform from outside, each test with a store of its own and, where it keeps something, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of this crate is test code, helpers included")]

mod estimate_files;
mod import;
mod intake;
mod kill;
mod reference;
mod storage;
mod support;

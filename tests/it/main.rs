//! The platform from outside, each test with a store of its own and, where it keeps something, on both engines.

mod dissemination;
mod estimate_files;
mod form;
mod import;
mod intake;
mod reference;
mod reference_product;
mod storage;
mod support;

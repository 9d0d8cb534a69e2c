//! The platform from outside, each test with a store of its own and, where it keeps something, on both engines.

mod import;
mod intake;
mod kill;
mod reference;
mod storage;
mod support;

//! The platform from outside.

mod estimate_files;
mod reference;

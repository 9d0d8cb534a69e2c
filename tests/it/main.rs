//! The platform from outside.

mod reference;

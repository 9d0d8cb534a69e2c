//! Who comes in: what a request shows is looked up once, and everything behind acts on that visitor's behalf.
//!
//! The one way from a header, a cookie or a code to an [`Actor`](crate::accounts::Actor). What that actor may is decided in
//! `accounts`; how a refusal looks, by whoever refuses. Start reading at [`Visitor`].

mod sign_in;
mod visitor;

pub use sign_in::{SignIn, sign_in_route};
pub use visitor::{Shown, Unrecognised, Visitor};

//! Who asks, and what they may: one type for whoever stands before the platform, one function that decides.
//!
//! Plain data and a plain function: how somebody is recognised, and what a refusal looks like, is for the rooms above.
//! Start reading at [`allows`].

mod actor;
mod rights;

pub use actor::Actor;
pub use rights::{Permission, Scope, allows};

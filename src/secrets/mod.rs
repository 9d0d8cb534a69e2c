//! The keys of an installation, and what is derived with them: one key for each purpose, each with a version.
//!
//! Whoever holds a key and the database can tell what the key hides, so keys may lie outside of it, in a file or in the environment.
//! Pure functions: where keys come from is decided in `app`, and what is derived is kept by `pipeline`. Start reading at [`KeyRing`];
//! `derivations.rs` tells why nobody can tie a receipt to a response, and `passing_key.rs` why an id leads to no answer.

mod derivations;
mod key_ring;
mod passing_key;
mod token;
mod written_code;

pub use key_ring::{KeyRing, KeyRingError, Purpose};
pub use passing_key::PassingKey;
pub use token::{Token, TokenHash};

//! Releases: what was published of a wave, what it was made of, and why it was corrected.
//!
//! A release is made once and never changed; a correction is a further one, and the earlier ones stay readable. The room knows the
//! facts of a release and the order of a wave's releases; it knows neither storage nor the numbers that were published.
//! Start reading at [`ReleaseFacts`] and [`Published`].

mod facts;
mod published;
mod reason;
#[cfg(test)]
pub(crate) mod sample;

pub use facts::{ReleaseFacts, content_hash};
pub use published::Published;
pub use reason::CorrectionReason;

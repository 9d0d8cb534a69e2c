//! Long work: what is to be done, how far it is, and whose turn it is to do it.
//!
//! A job is a row that whoever works on it beats like a drum. Whoever watches and hears nothing for a while takes it over, so no two
//! servers need the same clock, and a server that was killed is missed. Plain data and pure functions; `storage` keeps jobs, and
//! `pipeline` does them. Start reading at [`Job`].

mod job;
mod watch;

pub use job::{Claim, Job, JobId, JobKind, JobState};
pub use watch::Watch;

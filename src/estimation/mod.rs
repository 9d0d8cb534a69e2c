//! From answers to estimates: tallies that are kept, samples that are built from them, statistics that are read off.
//!
//! What is kept durably is a [`TallySums`] per unit, stratum and primary sampling unit: it is linear, exact and knows no
//! method. [`SampleBuilder`] turns tallies and responses into a [`Sample`], whose reading costs the same for any number
//! of responses. [`Statistic`] says which share, mean or index is meant.
//! The room knows nothing of storage, HTTP, or of what an index is made of. Start reading at [`TallySums`].

mod builder;
mod sample;
mod statistic;
mod tally;
#[cfg(test)]
mod tests;

pub use builder::{Respondent, SampleBuilder};
pub use sample::{Domain, Sample};
pub use statistic::{Measure, Statistic};
pub use tally::TallySums;

use crate::statistics::MomentOverflow;

/// Why tallies or a sample cannot be formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EstimationError {
    /// A sum left the range of its integers.
    #[error("the weighted sums are too large to be added exactly; use smaller weights")]
    Overflow,
    /// More is taken out of a tally than was put in.
    #[error("more is taken out of a tally than it holds")]
    Negative,
    /// A kept tally holds sums that no responses have.
    #[error("a kept tally holds sums that no responses have")]
    Impossible,
    /// No rated item, or too many.
    #[error("there must be 1 to {max} rated items, not {found}", max = TallySums::ITEMS_MAX)]
    Items {
        /// How many there are.
        found: usize,
    },
    /// A kept tally, a second tally or a list of ratings is of another number of items.
    #[error("{found} ratings, sums or bytes were found where the questionnaire needs {expected}")]
    Length {
        /// How many the questionnaire needs.
        expected: usize,
        /// How many were found.
        found: usize,
    },
    /// A rating is not 0 (not answered) or 1 to 5.
    #[error("{found} is no rating; use 1 to 5, or 0 for not answered")]
    Rating {
        /// What was found.
        found: u8,
    },
    /// A domain was named that the sample does not have.
    #[error("the sample has no level number {found}")]
    Level {
        /// What was found.
        found: usize,
    },
}

impl From<MomentOverflow> for EstimationError {
    fn from(_: MomentOverflow) -> Self {
        Self::Overflow
    }
}

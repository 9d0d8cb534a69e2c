//! Rank sets: which ranks the data allow each unit, with a stated confidence.
//!
//! A [`Comparison`] holds estimates and their covariance. Each of its methods decides which pairs of units are told
//! apart and answers with [`RankSets`]: `closed_form.rs` needs no random numbers (Holm; Klein, Wright and Wieczorek, whose sets alone
//! are formed without a look at every pair),
//! `simultaneous.rs` and `marginal.rs` simulate their critical values; `student.rs` brings t statistics of
//! different degrees of freedom onto one scale. What they draw: `independent.rs` for
//! independent estimates, largest deviation first, so that most of a draw is never made; `correlated.rs` for any covariance.

mod closed_form;
mod comparison;
mod correlated;
mod critical;
mod draws;
mod error;
mod factor;
#[cfg(test)]
mod few_units_tests;
mod independent;
#[cfg(test)]
mod interval_tests;
mod marginal;
mod rank_set;
mod sets;
mod simultaneous;
mod student;
#[cfg(test)]
mod tests;

pub use closed_form::JointIntervals;
pub use comparison::{Comparison, Covariance};
pub use critical::CriticalValue;
pub use draws::Simulation;
pub use error::RankSetError;
pub use rank_set::RankSet;
pub use sets::RankSets;
pub use simultaneous::Steps;

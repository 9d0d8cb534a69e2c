//! From answers to estimates: sums that are kept, samples that are built from them, statistics that are read off.
//!
//! What is kept durably is a [`UnitState`] per unit (`state.rs`; `state_bytes.rs` writes it): sums over its responses, exact and
//! additive, which know no method. Each is a [`CellSums`]: a [`TallySums`], who answered any item of a factor (`groups.rs`), and the
//! moments of respondents that are their own sampling units. [`SampleBuilder`] turns states, or responses one by one, into a
//! [`Sample`], whose reading costs the same for any number of responses. [`Statistic`] says which share, mean or index is meant.
//!
//! A sample is formed in this order: `place.rs` and `cells.rs` number places and combinations of levels, and `log.rs` keeps the
//! responses by both;
//! `margins.rs` finds the factors of a calibration, `negative.rs` the weights that it made negative; `frame.rs` holds
//! all of it in order, and `walk.rs` goes through strata and stages; `unit_totals.rs` says what a unit adds, `own_units.rs` what
//! respondents that are units add, `auxiliary.rs` what both add to calibrated domains (`explicit.rs`) without a member near them, in sums of `absent_totals.rs`;
//! `strata.rs` adds it up (`averaged.rs` where lonely strata stand for others), `scores.rs` and `between.rs` between levels,
//! `formed.rs` between many; `contribution.rs` forms a sample of many levels part by part, a calibrated one from what each part leaves
//! for the factors (`margin_counts.rs`) and what all share (`common_fit.rs`); `pairs.rs` and `joint.rs` form what design effects need.
//!
//! `numeric/` is separate from that: a sample of numbers of any kind, in memory, for the statistics that a design file asks for.
//!
//! The room knows nothing of storage, HTTP, or of what an index is made of. Start reading at [`UnitState`].

mod absent_totals;
mod auxiliary;
mod averaged;
mod between;
mod builder;
#[cfg(test)]
mod calibrated_parts_tests;
mod cell_sums;
mod cells;
mod common_fit;
mod contribution;
mod domain_sums;
mod error;
mod explicit;
mod formed;
mod frame;
mod groups;
mod joint;
mod lean;
mod limits;
mod log;
mod margin_counts;
mod margins;
mod negative;
mod numeric;
mod own_units;
mod pairs;
mod place;
mod position_pairs;
mod regression;
mod sample;
mod scores;
mod state;
mod state_bytes;
mod statistic;
mod strata;
mod tally;
#[cfg(test)]
mod tally_tests;
#[cfg(test)]
mod tests;
mod threads;
mod unit_totals;
mod walk;

pub use builder::{CellNumber, Membership, PlaceNumber, Respondent, SampleBuilder};
pub use cell_sums::{CellSums, Shape};
pub use common_fit::CommonFit;
pub use contribution::Contribution;
pub use error::{EmptyLevel, EstimationError};
pub use formed::Formed;
pub use log::Stand;
pub use margin_counts::MarginCounts;
pub use margins::{Calibration, Margin};
pub use negative::{NegativeCombination, NegativeWeights};
pub use numeric::{NameColumn, NumericSample, NumericStatistic, PlaceColumns, Prepared, RowMargins, Study};
pub use place::Place;
pub use sample::{Domain, Sample};
pub use scores::BetweenLevels;
pub use state::{Recruitment, StateBuilder, StateKey, UnitState};
pub use state_bytes::products_to_bytes;
pub use statistic::{ItemTree, Measure, Statistic};
pub use tally::TallySums;

//! The mathematics, pure: totals and their covariance, intervals, ranks. Knows no survey, no storage, no HTTP.
//!
//! Exact integers up to the covariance of totals ([`StratumMoments`]), `f64` from there on ([`Functional`],
//! [`IntervalMethod`], [`Comparison`]). The only room that uses `statrs`.
//! Start reading at [`Estimate`], then at [`StratumMoments`].

mod estimate;
mod functional;
mod interval;
mod matrix;
mod moments;
mod precision;
mod quantile;
mod rank_sets;

pub use estimate::{Estimate, Precision};
pub use functional::{Functional, Linearised, Ratio};
pub use interval::IntervalMethod;
pub use matrix::SymmetricMatrix;
pub use moments::{MomentOverflow, PairSums, StratumMoments};
pub use precision::{LinearisedSample, precision};
pub use quantile::{normal_quantile, student_t_quantile};
pub use rank_sets::{
    Comparison, Covariance, CriticalValue, JointIntervals, RankSet, RankSetError, RankSets, Simulation, Steps,
};

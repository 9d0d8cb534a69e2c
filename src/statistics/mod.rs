//! The mathematics, pure: totals and their covariance, intervals, ranks. Knows no survey, no storage, no HTTP.
//!
//! Start reading at [`Estimate`].

mod estimate;

pub use estimate::{Estimate, Precision};

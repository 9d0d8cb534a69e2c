//! The mathematics, pure: totals and their covariance, intervals, ranks, small areas, sample sizes.
//! Knows no survey, no storage, no HTTP.
//!
//! Exact integers up to the covariance of totals ([`StratumMoments`]), `f64` from there on ([`Functional`],
//! [`IntervalMethod`], [`holm_rank_sets`]). The only room that uses `statrs`.
//! Start reading at [`Estimate`], then at [`StratumMoments`].

mod calibration;
mod confidence;
mod design;
mod estimate;
mod functional;
mod interval;
mod linear;
mod matrix;
mod moments;
mod precision;
mod quantile;
mod rank_sets;
mod sample_size;
mod small_area;

pub use calibration::{Calibrated, CalibrationCell, CalibrationError, CalibrationMethod, calibrate};
pub use confidence::Confidence;
pub use design::{LonelyPsu, StageCovariance, StratumSize};
pub use estimate::{Estimate, Precision};
pub use functional::{Functional, Linearised, Ratio};
pub use interval::IntervalMethod;
pub use matrix::SymmetricMatrix;
pub use moments::{MomentOverflow, PairSums, StratumMoments};
pub use precision::{LinearisedSample, precision};
pub use quantile::{normal_quantile, student_t_quantile};
pub use rank_sets::{HolmRankSets, RankSet, holm_rank_sets};
pub use sample_size::{SampleDesign, answers_at_seen_margin, slovin};
pub use small_area::{Area, AreaPrediction, Coefficient, FayHerriot, SmallAreaError, VarianceEstimator};

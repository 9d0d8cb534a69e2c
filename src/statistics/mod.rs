//! The mathematics, pure: totals and their covariance, intervals, ranks, small areas, sample sizes.
//! Knows no survey, no storage, no HTTP.
//!
//! Exact integers up to the covariance of totals ([`StratumMoments`]), `f64` from there on ([`Functional`],
//! [`IntervalMethod`], [`Comparison`]); [`ReplicateWeights`] and [`WeightedValues`] for what is not smooth. The only room
//! that uses `statrs`.
//! Start reading at [`Estimate`], then at [`StratumMoments`].

mod calibration;
mod calibration_method;
mod confidence;
mod design;
mod difference;
mod distribution;
mod estimate;
mod functional;
mod given_replicates;
mod incomplete_beta;
mod independence;
mod interval;
mod interval_likelihood;
mod linear;
mod matrix;
mod memo;
mod moments;
mod pair_sums;
mod precision;
mod quantile;
mod quantile_interval;
mod rank_sets;
mod replicate;
mod root;
mod sample_size;
mod scatter;
mod small_area;
mod sparse_covariance;
mod systematic;
mod weighted_quantile;
mod weighting;

pub use calibration::{Calibrated, CalibrationCell, CalibrationError, calibrate};
pub use calibration_method::{CalibrationMethod, CalibrationMethodError, NegativeWeightRule};
pub use confidence::Confidence;
pub use design::{LonelyPsu, StageCovariance, StratumCovariance, StratumSize};
pub use difference::{Difference, difference_df};
pub use distribution::{chi_square_upper_tail, f_quantile, f_upper_tail, student_t_two_sided};
pub use estimate::{Estimate, Precision};
pub use functional::{Functional, Linearised, MeanTree, Ratio, Term, UnaskedItems};
pub use given_replicates::{ReplicateKind, ReplicateScaleError, ReplicateScales, rank_of};
pub use independence::{IndependenceTest, independence_test};
pub use interval::{IntervalMethod, UnknownIntervalMethod};
pub use matrix::SymmetricMatrix;
pub use moments::StratumMoments;
pub use pair_sums::{MomentOverflow, PairSums, SquareSum, nearest};
pub use precision::{DesignEffect, LinearisedSample, precision};
pub use quantile::{beta_quantile, normal_quantile, student_t_quantile};
pub use quantile_interval::{QuantileEstimate, QuantileInterval, QuantilePlan, ShareBelow, quantile_estimate};
pub use rank_sets::{
    Comparison, Covariance, CriticalValue, JointIntervals, RankSet, RankSetError, RankSets, Simulation, Steps,
};
pub use replicate::{ReplicateError, ReplicateWeights};
pub use sample_size::{SampleDesign, answers_at_seen_margin, slovin};
pub use scatter::{ResidualScatter, weight_scatter};
pub use small_area::{Area, AreaPrediction, Coefficient, FayHerriot, SmallAreaError, VarianceEstimator};
pub use sparse_covariance::SparseCovariance;
pub use systematic::{SIZE_MAX, Selected, draw_equal, draw_systematic, random_order};
pub use weighted_quantile::{QuantileRule, WeightedValues};
pub use weighting::{Cap, ClassFactors, Excess, Trimmed, WeightSpread, WeightingError, class_factors, trim};

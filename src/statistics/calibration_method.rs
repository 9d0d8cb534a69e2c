//! The kinds of calibration, by R's names, and what each makes of a weight.

use serde::{Deserialize, Serialize};

/// How far factors may go to meet the totals; `η = xᵀλ` for a cell with auxiliary vector `x`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMethod {
    /// `g = exp(η)`: always positive. Raking to the end, R's `calibrate(calfun = "raking")`.
    Raking,
    /// `g = 1 + η`: one step, but a factor may fall below 0. The generalised regression estimator.
    Linear,
    /// `g` stays between the bounds: `g = (L (U − 1) + U (1 − L) e^{Aη}) / (U − 1 + (1 − L) e^{Aη})`, `A = (U − L) / ((1 − L)(U − 1))`.
    Logit {
        /// The smallest factor, `L` below 1.
        lower: f64,
        /// The largest factor, `U` above 1.
        upper: f64,
    },
}

/// What becomes of weights that the linear method makes negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NegativeWeightRule {
    /// Nothing is released, or written, that rests on them.
    #[default]
    Refused,
    /// They are told and stay.
    Allowed,
}

/// Why a name, with what is said beside it, is no [`CalibrationMethod`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationMethodError {
    /// No method has this name.
    #[error("there is no method {0:?}; take raking, linear, logit or poststratification")]
    Unknown(String),
    /// Logit without bounds.
    #[error("logit needs bounds, such as [0.5, 2.0]")]
    NoBounds,
    /// Bounds beside another method.
    #[error("bounds belong to the method logit alone; leave them out")]
    BoundsNotTaken,
    /// Post-stratification by several margins.
    #[error("poststratification takes one margin; name all its columns in it")]
    TooManyMargins,
}

impl CalibrationMethod {
    /// The method of this name, which is R's: `raking`, `linear`, `logit` or `poststratification`.
    pub fn named(name: &str, bounds: Option<[f64; 2]>, margins: usize) -> Result<Self, CalibrationMethodError> {
        match (name, bounds) {
            ("logit", Some([lower, upper])) => Ok(Self::Logit { lower, upper }),
            ("logit", None) => Err(CalibrationMethodError::NoBounds),
            ("raking" | "linear" | "poststratification", Some(_)) => Err(CalibrationMethodError::BoundsNotTaken),
            ("raking", None) => Ok(Self::Raking),
            ("poststratification", None) if margins > 1 => Err(CalibrationMethodError::TooManyMargins),
            // With one margin the linear method divides wanted by present counts, which is post-stratification.
            ("linear" | "poststratification", None) => Ok(Self::Linear),
            (other, _) => Err(CalibrationMethodError::Unknown(other.to_owned())),
        }
    }
}

impl CalibrationMethod {
    /// The factor at `η` and its derivative.
    pub(super) fn factor(self, eta: f64) -> (f64, f64) {
        match self {
            Self::Raking => (eta.exp(), eta.exp()),
            Self::Linear => (1.0 + eta, 1.0),
            Self::Logit { lower, upper } => {
                let a = (upper - lower) / ((1.0 - lower) * (upper - 1.0));
                // Written with e^{-|Aη|}, which cannot overflow.
                let small = (-(a * eta).abs()).exp();
                let (low, high) = if eta > 0.0 { (small, 1.0) } else { (1.0, small) };
                let below = (upper - 1.0) * low + (1.0 - lower) * high;
                let factor = (lower * (upper - 1.0) * low + upper * (1.0 - lower) * high) / below;
                let slope = (upper - lower).powi(2) * low * high / (below * below);
                (factor, slope)
            }
        }
    }
}

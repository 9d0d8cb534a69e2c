//! How sure an interval is to be, how it is made, and what the design effect beside it compares with.

use super::interval::IntervalMethod;
use super::precision::DesignEffect;

/// The wish for an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// The confidence level, between 0 and 1, such as 0.95.
    pub level: f64,
    /// How the interval of a share is made. Ratings and points get a symmetric one ([`IntervalMethod::Mean`]).
    pub shares: IntervalMethod,
    /// What the design effect compares with.
    pub design_effect: DesignEffect,
}

impl Confidence {
    /// The usual intervals of shares, R's `xlogit`, at this level, and the usual design effect.
    #[must_use]
    pub fn at(level: f64) -> Self {
        Self { level, shares: IntervalMethod::Xlogit, design_effect: DesignEffect::WithReplacement }
    }
}

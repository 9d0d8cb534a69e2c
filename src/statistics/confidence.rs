//! How sure an interval is to be, and how it is made.

use super::interval::IntervalMethod;

/// The wish for an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// The confidence level, between 0 and 1, such as 0.95.
    pub level: f64,
    /// How the interval of a share is made. Ratings and points get a symmetric one ([`IntervalMethod::Mean`]).
    pub shares: IntervalMethod,
}

impl Confidence {
    /// The usual intervals of shares, R's `xlogit`, at this level.
    #[must_use]
    pub fn at(level: f64) -> Self {
        Self { level, shares: IntervalMethod::Xlogit }
    }
}

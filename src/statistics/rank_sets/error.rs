//! Why rank sets cannot be formed.

/// Why rank sets cannot be formed. Units are counted from 0, in the order of the estimates.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RankSetError {
    /// The covariance or the standard errors are not as many as the estimates.
    #[error("there are {estimates} estimates, but the covariance has {found} rows or columns")]
    Shape {
        /// How many estimates there are.
        estimates: usize,
        /// How many rows, columns or standard errors were found.
        found: usize,
    },
    /// More units than can be compared.
    #[error("{units} units are too many; {method} takes at most {max}")]
    TooManyUnits {
        /// How many units there are.
        units: usize,
        /// How many there may be.
        max: usize,
        /// What has the limit.
        method: &'static str,
    },
    /// An estimate is not finite, or beyond 1e150.
    #[error("the estimate of unit {unit} is no usable number: {value}")]
    Estimate {
        /// The unit.
        unit: usize,
        /// Its estimate.
        value: f64,
    },
    /// A standard error or variance is negative, not finite, or beyond 1e150 (a variance beyond 1e300).
    #[error("the variance of unit {unit} is no usable number: {value}")]
    Variance {
        /// The unit.
        unit: usize,
        /// Its standard error or variance, as given.
        value: f64,
    },
    /// The covariance of two units is not the same both ways.
    #[error("the covariance of units {row} and {column} is {there}, but {back} the other way round")]
    Asymmetric {
        /// The first unit.
        row: usize,
        /// The second unit.
        column: usize,
        /// The entry in that row and column.
        there: f64,
        /// The entry in the other corner.
        back: f64,
    },
    /// The matrix is no covariance, beyond rounding: some combination of the units would have a negative variance.
    #[error("the matrix is no covariance: with units {row} and {column} a variance would be negative")]
    NotACovariance {
        /// One of the units at which this was seen.
        row: usize,
        /// The other; the same one where its own variance is at fault.
        column: usize,
    },
    /// The τ of the best or the worst τ is no rank.
    #[error("tau must be 1 to the number of units, {units}, not {tau}")]
    Tau {
        /// What was asked for.
        tau: usize,
        /// How many units there are.
        units: usize,
    },
    /// The level is not between 0 and 1, ends excluded.
    #[error("the level must lie between 0 and 1, such as 0.95, not {0}")]
    Level(f64),
    /// Too few or too many draws.
    #[error("draws must be {min} to {max} at this level, not {draws}")]
    Draws {
        /// How many were asked for.
        draws: usize,
        /// The fewest at this level: ten of them must lie beyond the critical value.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Degrees of freedom that are not above 0, or not as many as the estimates.
    #[error("the degrees of freedom of unit {unit} must be above 0, not {value}")]
    DegreesOfFreedom {
        /// The unit.
        unit: usize,
        /// What was found.
        value: f64,
    },
    /// A unit that is said to be known exactly has a variance.
    #[error("unit {unit} is said to be exact, but its variance is {value}")]
    NotExact {
        /// The unit.
        unit: usize,
        /// Its variance.
        value: f64,
    },
}

//! Why a model of small areas cannot be fitted.

/// The most columns that a model may have.
pub(super) const COLUMNS_MAX: usize = 50;

/// Why a model cannot be fitted; areas are counted from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SmallAreaError {
    /// No columns, or too many.
    #[error("a model has 1 to {max} columns; here are {found}", max = COLUMNS_MAX)]
    Columns {
        /// How many there are.
        found: usize,
    },
    /// Not more areas than columns.
    #[error("{columns} columns need at least {} areas with a direct estimate; here are {areas}", columns + 1)]
    TooFewAreas {
        /// How many areas there are.
        areas: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// An area does not have one covariate for each column.
    #[error("area {area}: {found} covariates instead of {expected}")]
    Covariates {
        /// The area.
        area: usize,
        /// How many covariates it has.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
    /// A covariate is not a finite number.
    #[error("area {area}, column \"{column}\": {value} is not a finite number")]
    Covariate {
        /// The area.
        area: usize,
        /// The name of the column.
        column: String,
        /// The covariate.
        value: f64,
    },
    /// A direct estimate is not a finite number.
    #[error("area {area}: the direct estimate {value} is not a finite number")]
    Estimate {
        /// The area.
        area: usize,
        /// The estimate.
        value: f64,
    },
    /// A sampling variance is not above 0, or not finite.
    #[error("area {area}: the sampling variance must be a finite number above 0, not {value}")]
    Variance {
        /// The area.
        area: usize,
        /// The variance.
        value: f64,
    },
    /// A column is a linear combination of the columns before it, in these areas.
    #[error("column \"{column}\" says nothing that the columns before it do not say already")]
    Collinear {
        /// The name of the column.
        column: String,
    },
    /// The iteration does not converge, or leaves the range of numbers.
    #[error("the variance between areas was not found: the iteration does not converge on these numbers")]
    NoConvergence,
}

//! Estimates with their covariance, checked, and what follows from them for each pair.

use super::RankSet;

/// The covariance of estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Covariance<'a> {
    /// A row and a column for each estimate.
    Full(&'a [Vec<f64>]),
    /// The estimates are independent; their standard errors.
    Independent(&'a [f64]),
}

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
}

/// Estimates to be compared in pairs. Higher estimates are better.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    pub(super) estimates: &'a [f64],
    /// The variances of the estimates.
    pub(super) variances: Vec<f64>,
    /// Nothing where no two estimates are correlated.
    pub(super) covariance: Option<&'a [Vec<f64>]>,
    /// The units by rising estimate, then by rising variance: the order in which they are given random numbers, so that
    /// the result does not depend on the order of the input.
    pub(super) order: Vec<usize>,
}

/// Below this part of `Σ_ii + Σ_jj` the variance of a difference is the rounding of the covariance.
const ROUNDING: f64 = 1e-14;
/// How far two entries that must be equal may differ, as a part of `Σ_ii + Σ_jj`.
const ASYMMETRY: f64 = 1e-9;
/// What covariance a unit without variance may have, as a part of `Σ_ii + Σ_jj`: the rounding of a sum that is 0.
const SLACK: f64 = 1e-12;
/// The largest estimate and standard error, so that squares stay finite.
const SIZE_MAX: f64 = 1e150;

impl<'a> Comparison<'a> {
    /// The most units; every pair is looked at some ten times.
    pub const UNITS_MAX: usize = 20_000;

    /// Checks the input: shape, finite numbers, no negative variance, symmetry, no correlation beyond 1 (give or take
    /// rounding). That a full matrix has no negative eigenvalue is checked where it is drawn from.
    pub fn new(estimates: &'a [f64], covariance: Covariance<'a>) -> Result<Self, RankSetError> {
        let units = estimates.len();
        if units > Self::UNITS_MAX {
            return Err(RankSetError::TooManyUnits { units, max: Self::UNITS_MAX, method: "a comparison" });
        }
        if let Some(unit) = estimates.iter().position(|value| !is_usable(*value)) {
            return Err(RankSetError::Estimate { unit, value: estimates[unit] });
        }
        let shape = |found: usize| {
            if found == units { Ok(()) } else { Err(RankSetError::Shape { estimates: units, found }) }
        };
        match covariance {
            Covariance::Independent(se) => {
                shape(se.len())?;
                if let Some(unit) = se.iter().position(|se| !is_usable(*se) || *se < 0.0) {
                    return Err(RankSetError::Variance { unit, value: se[unit] });
                }
                Ok(Self::ordered(estimates, se.iter().map(|se| se * se).collect(), None))
            }
            Covariance::Full(rows) => {
                shape(rows.len())?;
                rows.iter().try_for_each(|row| shape(row.len()))?;
                let is_correlated = check_matrix(rows)?;
                let variances = (0..units).map(|i| rows[i][i]).collect();
                Ok(Self::ordered(estimates, variances, is_correlated.then_some(rows)))
            }
        }
    }

    fn ordered(estimates: &'a [f64], variances: Vec<f64>, covariance: Option<&'a [Vec<f64>]>) -> Self {
        let mut order: Vec<usize> = (0..estimates.len()).collect();
        let key = |unit: usize| (estimates[unit], variances[unit]);
        order.sort_by(|a, b| {
            let ((estimate_a, variance_a), (estimate_b, variance_b)) = (key(*a), key(*b));
            estimate_a.total_cmp(&estimate_b).then(variance_a.total_cmp(&variance_b))
        });
        Self { estimates, variances, covariance, order }
    }

    /// Whether any two units can be told apart at all.
    pub(super) fn has_pairs(&self) -> bool {
        let units = self.units();
        (0..units).any(|i| (i + 1..units).any(|j| self.variance_of_difference(i, j) > 0.0))
    }

    /// How many units are compared.
    #[must_use]
    pub fn units(&self) -> usize {
        self.estimates.len()
    }

    /// `sd_ij² = Σ_ii + Σ_jj − 2 Σ_ij`, 0 where it is rounding.
    pub(super) fn variance_of_difference(&self, i: usize, j: usize) -> f64 {
        let sum = self.variances[i] + self.variances[j];
        let Some(covariance) = self.covariance else { return sum };
        let variance = sum - 2.0 * covariance[i.max(j)][i.min(j)];
        if variance > ROUNDING * sum { variance } else { 0.0 }
    }

    /// `|θ_i − θ_j| > c sd_ij`, in squares. Never where `sd_ij` is 0: no error was seen, which is no proof that there is none.
    pub(super) fn differ(&self, i: usize, j: usize, c: f64) -> bool {
        let variance = self.variance_of_difference(i, j);
        let difference = self.estimates[i] - self.estimates[j];
        variance > 0.0 && difference * difference > c * c * variance
    }

    /// Whether the intervals `θ ± z se` of the two units do not overlap. Never where `sd_ij` is 0.
    pub(super) fn are_disjoint(&self, i: usize, j: usize, z: f64) -> bool {
        let reach = |unit: usize| z * self.variances[unit].sqrt();
        let (low, high) = if self.estimates[i] < self.estimates[j] { (i, j) } else { (j, i) };
        let is_apart = self.estimates[high] - reach(high) > self.estimates[low] + reach(low);
        is_apart && self.variance_of_difference(i, j) > 0.0
    }

    /// Whether `i` is found better than `j` at the critical value `c`.
    pub(super) fn is_better(&self, i: usize, j: usize, c: f64) -> bool {
        self.estimates[i] > self.estimates[j] && self.differ(i, j, c)
    }

    /// `low_i = 1 + #{j found better}`, `high_i = units − #{j found worse}`, with the pairs that `is_told_apart`.
    pub(super) fn sets_where(&self, is_told_apart: impl Fn(usize, usize) -> bool) -> Vec<RankSet> {
        let units = self.units();
        let mut sets = vec![RankSet { low: 1, high: units }; units];
        for i in 0..units {
            for j in i + 1..units {
                if is_told_apart(i, j) {
                    let (better, worse) = if self.estimates[i] > self.estimates[j] { (i, j) } else { (j, i) };
                    sets[worse].low += 1;
                    sets[better].high -= 1;
                }
            }
        }
        sets
    }

    /// The rank set of unit `i` at its own critical value.
    pub(super) fn own_set(&self, i: usize, c: f64) -> RankSet {
        let count = |side: fn(f64, f64) -> bool| {
            let is_counted = |j: &usize| side(self.estimates[*j], self.estimates[i]) && self.differ(i, *j, c);
            (0..self.units()).filter(is_counted).count()
        };
        RankSet { low: 1 + count(|other, own| other > own), high: self.units() - count(|other, own| other < own) }
    }
}

fn is_usable(value: f64) -> bool {
    value.abs() <= SIZE_MAX
}

/// Whether any two units of a covariance are correlated.
fn check_matrix(rows: &[Vec<f64>]) -> Result<bool, RankSetError> {
    for (unit, row) in rows.iter().enumerate() {
        if !(0.0..=SIZE_MAX * SIZE_MAX).contains(&row[unit]) {
            return Err(RankSetError::Variance { unit, value: row[unit] });
        }
    }
    let mut is_correlated = false;
    for (i, row) in rows.iter().enumerate() {
        for (j, &there) in row.iter().enumerate().take(i) {
            let back = rows[j][i];
            let (size, sum) = (row[i].sqrt() * rows[j][j].sqrt(), row[i] + rows[j][j]);
            if there.is_nan() || back.is_nan() || (there - back).abs() > ASYMMETRY * sum {
                return Err(RankSetError::Asymmetric { row: i, column: j, there, back });
            }
            if there.abs() > size * (1.0 + super::factor::TOLERANCE) + SLACK * sum {
                return Err(RankSetError::NotACovariance { row: i, column: j });
            }
            is_correlated |= there != 0.0;
        }
    }
    Ok(is_correlated)
}

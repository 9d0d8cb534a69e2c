//! Estimates with their covariance, checked, and what follows from them for each pair.

use super::student::normal_equivalent;
use super::{RankSet, RankSetError};
use crate::statistics::difference::difference_df;

/// The covariance of estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Covariance<'a> {
    /// A row and a column for each estimate.
    Full(&'a [Vec<f64>]),
    /// The estimates are independent; their standard errors.
    Independent(&'a [f64]),
    /// The estimates are independent; their variances.
    Diagonal(&'a [f64]),
}

/// Estimates to be compared in pairs. Higher estimates are better.
///
/// Each pair is referred to its own degrees of freedom ([`Comparison::with_df`]); what is compared with a critical value c is
/// the z of the same two-sided p value, so that all pairs compare alike:
///
/// ```text
/// i and j are told apart  ⇔  P(|T_df_ij| > |θ_i − θ_j| / sd_ij) < 2 Φ(−c)
/// ```
///
/// A unit whose variance is 0 was not seen to vary, which is no proof that it does not: it is told apart from nobody, unless
/// it is said to be exact ([`Comparison::with_exact`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    pub(super) estimates: &'a [f64],
    /// The variances of the estimates.
    pub(super) variances: Vec<f64>,
    /// The degrees of freedom of the variances; infinite where they are taken as known.
    df: Vec<f64>,
    /// Whether any variance is not taken as known.
    has_few: bool,
    /// Which estimates have no sampling error at all.
    exact: Vec<bool>,
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
    /// The fewest degrees of freedom.
    pub const DF_MIN: f64 = 0.5;

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
            Covariance::Diagonal(variances) => {
                shape(variances.len())?;
                check_variances(variances.iter().copied())?;
                Ok(Self::ordered(estimates, variances.to_vec(), None))
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
        let units = estimates.len();
        let (df, exact) = (vec![f64::INFINITY; units], vec![false; units]);
        Self { estimates, variances, df, has_few: false, exact, covariance, order }
    }

    /// The same with degrees of freedom for the variance of each unit; infinite where it is taken as known, as all are
    /// unless said otherwise. A pair has those of its difference ([`crate::statistics::difference_df`]).
    pub fn with_df(mut self, df: Vec<f64>) -> Result<Self, RankSetError> {
        if df.len() != self.units() {
            return Err(RankSetError::Shape { estimates: self.units(), found: df.len() });
        }
        if let Some(unit) = df.iter().position(|df| df.is_nan() || *df < Self::DF_MIN) {
            return Err(RankSetError::DegreesOfFreedom { unit, value: df[unit] });
        }
        self.has_few = df.iter().any(|df| df.is_finite());
        self.df = df;
        Ok(self)
    }

    /// The same with units that are known exactly: a full census, or a score that no sample stands behind. Their variance
    /// is 0; two of them are told apart by any difference.
    pub fn with_exact(mut self, exact: Vec<bool>) -> Result<Self, RankSetError> {
        if exact.len() != self.units() {
            return Err(RankSetError::Shape { estimates: self.units(), found: exact.len() });
        }
        if let Some(unit) = (0..exact.len()).find(|unit| exact[*unit] && self.variances[*unit] > 0.0) {
            return Err(RankSetError::NotExact { unit, value: self.variances[unit] });
        }
        self.exact = exact;
        Ok(self)
    }

    /// The degrees of freedom of each unit's variance.
    pub(super) fn df(&self) -> &[f64] {
        &self.df
    }

    /// Whether an estimate has no sampling error.
    pub(super) fn is_exact(&self, unit: usize) -> bool {
        self.exact[unit]
    }

    /// How many pairs are told apart without any test: two exact estimates that differ.
    pub(super) fn certain_pairs(&self) -> usize {
        let exact: Vec<f64> = (0..self.units()).filter(|i| self.exact[*i]).map(|i| self.estimates[i]).collect();
        (0..exact.len()).map(|i| exact[..i].iter().filter(|other| (**other - exact[i]).abs() > 0.0).count()).sum()
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

    /// `sd_ij² = Σ_ii + Σ_jj − 2 Σ_ij`, 0 where it is rounding, and where the error of one of the units is not known.
    pub(super) fn variance_of_difference(&self, i: usize, j: usize) -> f64 {
        let (a, b) = (self.variances[i], self.variances[j]);
        if (a == 0.0 && !self.exact[i]) || (b == 0.0 && !self.exact[j]) {
            return 0.0;
        }
        let Some(covariance) = self.covariance else { return a + b };
        let variance = a + b - 2.0 * covariance[i.max(j)][i.min(j)];
        if variance > ROUNDING * (a + b) { variance } else { 0.0 }
    }

    /// Whether the z of `(θ_i − θ_j) / sd_ij` at the pair's degrees of freedom is above `c`, for which the statistic itself must
    /// be. Where `sd_ij` is 0 only exact estimates differ.
    pub(super) fn differ(&self, i: usize, j: usize, c: f64) -> bool {
        let variance = self.variance_of_difference(i, j);
        let difference = self.estimates[i] - self.estimates[j];
        if variance == 0.0 {
            return self.exact[i] && self.exact[j] && difference.abs() > 0.0;
        }
        difference * difference > c * c * variance
            && (!self.has_few || normal_equivalent(difference / variance.sqrt(), self.pair_df(i, j)) > c)
    }

    fn pair_df(&self, i: usize, j: usize) -> f64 {
        let covariance = self.covariance.map_or(0.0, |covariance| covariance[i.max(j)][i.min(j)]);
        difference_df([self.variances[i], self.variances[j]], covariance, [self.df[i], self.df[j]])
    }

    /// Whether the intervals `θ ± reach` of the two units do not overlap. Never where the error of one is not known.
    pub(super) fn are_disjoint(&self, i: usize, j: usize, reach: &[f64]) -> bool {
        let (low, high) = if self.estimates[i] < self.estimates[j] { (i, j) } else { (j, i) };
        let is_apart = self.estimates[high] - reach[high] > self.estimates[low] + reach[low];
        is_apart && (self.variance_of_difference(i, j) > 0.0 || (self.exact[i] && self.exact[j]))
    }

    /// Whether the error of an estimate is known, be it 0 because the estimate is exact.
    fn is_known(&self, unit: usize) -> bool {
        self.variances[unit] > 0.0 || self.exact[unit]
    }

    /// The interval `θ ± reach` of each unit; nothing where its error is not known.
    pub(super) fn intervals(&self, reach: &[f64]) -> Vec<Option<[f64; 2]>> {
        let interval = |unit: usize| [self.estimates[unit] - reach[unit], self.estimates[unit] + reach[unit]];
        (0..self.units()).map(|unit| self.is_known(unit).then(|| interval(unit))).collect()
    }

    /// The sets of units that are told apart where their intervals do not overlap ([`Self::are_disjoint`]). Of estimates that are
    /// not correlated the ends of the intervals are sorted, and no pair is looked at.
    pub(super) fn sets_of_intervals(&self, reach: &[f64]) -> Vec<RankSet> {
        if self.covariance.is_some() {
            return self.sets_where(|i, j| self.are_disjoint(i, j, reach));
        }
        let intervals = self.intervals(reach);
        let sorted = |end: usize| {
            let mut ends: Vec<f64> = intervals.iter().flatten().map(|interval| interval[end]).collect();
            ends.sort_unstable_by(f64::total_cmp);
            ends
        };
        let (lows, highs) = (sorted(0), sorted(1));
        let set = |interval: &Option<[f64; 2]>| {
            let Some([low, high]) = interval else { return RankSet { low: 1, high: self.units() } };
            let above = lows.len() - lows.partition_point(|other| other <= high);
            let below = highs.partition_point(|other| other < low);
            RankSet { low: 1 + above, high: self.units() - below }
        };
        intervals.iter().map(set).collect()
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

fn check_variances(variances: impl Iterator<Item = f64>) -> Result<(), RankSetError> {
    for (unit, value) in variances.enumerate() {
        if !(0.0..=SIZE_MAX * SIZE_MAX).contains(&value) {
            return Err(RankSetError::Variance { unit, value });
        }
    }
    Ok(())
}

/// Whether any two units of a covariance are correlated.
fn check_matrix(rows: &[Vec<f64>]) -> Result<bool, RankSetError> {
    check_variances(rows.iter().enumerate().map(|(unit, row)| row[unit]))?;
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

//! What is estimated of a sample in memory: totals of some variables of some rows, and statistics of those totals.

use std::collections::BTreeMap;

use super::tree::{Scores, Tree};
use super::{NumericSample, Regression, Spread};
use crate::statistics::{
    Confidence, Estimate, Functional, IntervalMethod, Linearised, LinearisedSample, ReplicateScales, precision,
};

/// What cancels to less than this part of its terms is rounding.
const ROUNDING: f64 = 1e-12;

/// The rows that a statistic is made of, each with a number a variable.
#[derive(Debug, Clone)]
pub struct Study {
    rows: Vec<usize>,
    values: Vec<f64>,
    width: usize,
}

impl Study {
    /// No rows yet, of `width` variables (at least one).
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { rows: Vec::new(), values: Vec::new(), width: width.max(1) }
    }

    /// Adds a row, each row at most once, with a value of each variable.
    pub fn push(&mut self, row: usize, values: &[f64]) {
        debug_assert_eq!(values.len(), self.width);
        self.rows.push(row);
        self.values.extend_from_slice(values);
    }

    fn rows(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.rows.iter().copied().zip(self.values.chunks(self.width))
    }

    fn totals(&self, weights: &[f64]) -> Vec<f64> {
        let mut totals = vec![0.0; self.width];
        for (row, values) in self.rows() {
            totals.iter_mut().zip(values).for_each(|(total, value)| *total += weights[row] * value);
        }
        totals
    }
}

/// A statistic as a function of the totals of a study's variables.
#[derive(Debug, Clone, PartialEq)]
pub enum NumericStatistic {
    /// The total of a variable.
    Total(usize),
    /// Ratios of totals: means, shares, indices, and differences of such.
    Ratios(Functional),
}

impl NumericStatistic {
    fn linearise(&self, totals: &[f64]) -> Option<Linearised> {
        match self {
            Self::Total(variable) => {
                Some(Linearised { value: *totals.get(*variable)?, gradient: vec![(*variable, 1.0)] })
            }
            Self::Ratios(functional) => functional.linearise(totals),
        }
    }
}

/// A study whose totals are known.
#[derive(Debug)]
pub struct Prepared<'a> {
    sample: &'a NumericSample,
    study: &'a Study,
    totals: Vec<f64>,
    /// The totals under each replicate.
    replicates: Vec<Vec<f64>>,
}

impl NumericSample {
    /// Forms the totals of a study, under all replicate weights where there are some.
    #[must_use]
    pub fn prepare<'a>(&'a self, study: &'a Study) -> Prepared<'a> {
        let replicates = match &self.spread {
            Spread::Design { .. } => Vec::new(),
            Spread::Replicates(replicates) => replicates.weights.iter().map(|weights| study.totals(weights)).collect(),
        };
        Prepared { sample: self, study, totals: study.totals(&self.weights), replicates }
    }
}

impl Prepared<'_> {
    /// The weighted totals of the study's variables.
    #[must_use]
    pub fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// The value of a statistic; nothing where it has none.
    #[must_use]
    pub fn value(&self, statistic: &NumericStatistic) -> Option<f64> {
        Some(statistic.linearise(&self.totals)?.value)
    }

    /// A statistic with its standard error, interval and design effects; nothing where it has no value.
    ///
    /// `n` and the degrees of freedom count the rows whose variable `counted` is not 0, or all. Precision is left out where lonely
    /// strata leave none, a replicate has no value, or no degree of freedom is left.
    #[must_use]
    pub fn estimate(
        &self,
        statistic: &NumericStatistic,
        counted: Option<usize>,
        interval: IntervalMethod,
        confidence: Confidence,
    ) -> Option<Estimate> {
        let linearised = statistic.linearise(&self.totals)?;
        let weights = &self.sample.weights;
        let is_counted =
            |row: usize, values: &[f64]| weights[row] != 0.0 && counted.is_none_or(|variable| values[variable] != 0.0);
        let (mut n, mut weight_sum, mut z_sum, mut z_square_sum) = (0, 0.0, 0.0, 0.0);
        for (row, values) in self.study.rows().filter(|(row, values)| is_counted(*row, values)) {
            let z = linearised.at(values);
            n += 1;
            weight_sum += weights[row];
            z_sum += weights[row] * z;
            z_square_sum += weights[row] * z * z;
        }
        let rows = || self.study.rows().filter(|(row, values)| is_counted(*row, values)).map(|(row, _)| row);
        let (df, sampling_units) = (self.sample.df(rows()), self.sample.sampling_units(rows()));
        let value = linearised.value;
        let of_variance = |variance: f64| {
            let sample =
                LinearisedSample { variance, df, sampling_units, is_census: false, n, weight_sum, z_sum, z_square_sum };
            precision(value, &sample, interval, confidence.level, confidence.design_effect)
        };
        let variance = self.covariance(std::slice::from_ref(statistic)).map(|covariance| covariance[0][0]);
        Some(Estimate { value, n, precision: variance.and_then(of_variance) })
    }

    /// How many rows the study has whose weight is not 0, and their degrees of freedom.
    #[must_use]
    pub fn size(&self) -> (u64, u64) {
        let weights = &self.sample.weights;
        let n = self.study.rows.iter().filter(|row| weights[**row] != 0.0).count();
        (n as u64, self.sample.df(self.study.rows.iter().copied()))
    }

    /// The covariance of some statistics of the study, row by row; nothing where one has no value, where lonely strata leave no
    /// covariance, or a replicate has no value.
    #[must_use]
    pub fn covariance(&self, statistics: &[NumericStatistic]) -> Option<Vec<Vec<f64>>> {
        let linearised: Vec<Linearised> =
            statistics.iter().map(|statistic| statistic.linearise(&self.totals)).collect::<Option<_>>()?;
        let Spread::Replicates(replicates) = &self.sample.spread else { return self.linear_covariance(&linearised) };
        let values: Vec<Vec<f64>> =
            statistics.iter().map(|statistic| self.under_replicates(statistic)).collect::<Option<_>>()?;
        let values: Vec<(Vec<f64>, f64)> = values.into_iter().zip(linearised.iter().map(|of| of.value)).collect();
        Some(covariance_under_replicates(&replicates.scales, &values))
    }

    /// The values of a statistic under each replicate; nothing where one has none.
    fn under_replicates(&self, statistic: &NumericStatistic) -> Option<Vec<f64>> {
        self.replicates.iter().map(|totals| Some(statistic.linearise(totals)?.value)).collect()
    }

    /// The design's covariance of the linearised statistics.
    fn linear_covariance(&self, linearised: &[Linearised]) -> Option<Vec<Vec<f64>>> {
        let rows = self.study.rows().map(|(row, values)| (row, scores(linearised, values))).collect();
        self.sample.covariance_of_scores(rows, linearised.len())
    }
}

impl NumericSample {
    /// The covariance of statistics that each have a study of their own, row by row; nothing where one has no value, where lonely
    /// strata leave none, or a replicate has no value.
    #[must_use]
    pub fn covariance_between(&self, parts: &[(&Prepared<'_>, &NumericStatistic)]) -> Option<Vec<Vec<f64>>> {
        if let Spread::Replicates(replicates) = &self.spread {
            let values = |(prepared, statistic): &(&Prepared<'_>, &NumericStatistic)| -> Option<(Vec<f64>, f64)> {
                Some((prepared.under_replicates(statistic)?, prepared.value(statistic)?))
            };
            let values: Vec<(Vec<f64>, f64)> = parts.iter().map(values).collect::<Option<_>>()?;
            return Some(covariance_under_replicates(&replicates.scales, &values));
        }
        let mut by_row: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (at, (prepared, statistic)) in parts.iter().enumerate() {
            let linearised = statistic.linearise(&prepared.totals)?;
            for (row, values) in prepared.study.rows() {
                let scores_of_row = by_row.entry(row).or_insert_with(|| vec![0.0; parts.len()]);
                scores_of_row[at] = scores(std::slice::from_ref(&linearised), values)[0];
            }
        }
        self.covariance_of_scores(by_row.into_iter().collect(), parts.len())
    }

    /// The design's covariance of the weighted totals of some rows' scores, less what calibration explains.
    fn covariance_of_scores(&self, mut rows: Vec<(usize, Vec<f64>)>, width: usize) -> Option<Vec<Vec<f64>>> {
        let Spread::Design { tree, lonely, regression } = &self.spread else { return None };
        rows.sort_unstable_by_key(|(row, _)| tree.position[*row]);
        let (positions, values) = if let Some(regression) = regression {
            self.residuals(regression, &rows, width, tree)
        } else {
            let weighted = |(row, z): &(usize, Vec<f64>)| {
                let weight = self.weights[*row];
                z.iter().map(move |z| weight * z).collect::<Vec<_>>()
            };
            (rows.iter().map(|(row, _)| tree.position[*row]).collect(), rows.iter().flat_map(weighted).collect())
        };
        let covariance = tree.covariance(Scores { positions: &positions, values: &values, width }, *lonely)?;
        Some((0..width).map(|i| (0..width).map(|j| covariance.get(i, j)).collect()).collect())
    }

    /// Of every row of the sample what its weighted scores are beyond what its margins let expect.
    fn residuals(
        &self,
        regression: &Regression,
        rows: &[(usize, Vec<f64>)],
        width: usize,
        tree: &Tree,
    ) -> (Vec<u32>, Vec<f64>) {
        let Regression { fitted, groups, before } = regression;
        let mut by_group = vec![vec![0.0; width]; fitted.factors.len()];
        let mut values = vec![0.0; tree.row.len() * width];
        for (row, z) in rows {
            by_group[groups[*row]].iter_mut().zip(z).for_each(|(sum, z)| *sum += before[*row] * z);
            let at = tree.position[*row] as usize * width;
            values[at..at + width].iter_mut().zip(z).for_each(|(value, z)| *value = self.weights[*row] * z);
        }
        let coefficients = fitted.regression(&by_group.into_iter().enumerate().collect::<Vec<_>>(), width).rows(fitted);
        for (value, row) in values.chunks_mut(width).zip(&tree.row) {
            let (row, weight) = (*row as usize, self.weights[*row as usize]);
            if weight != 0.0 {
                fitted.add_expected(groups[row], &coefficients, -weight, value);
            }
        }
        ((0..).take(tree.row.len()).collect(), values)
    }
}

/// The covariance of statistics from their values under each replicate and under the weights themselves.
fn covariance_under_replicates(scales: &ReplicateScales, values: &[(Vec<f64>, f64)]) -> Vec<Vec<f64>> {
    let entry = |(a, of_a): &(Vec<f64>, f64), (b, of_b): &(Vec<f64>, f64)| {
        let found = scales.covariance((a, *of_a), (b, *of_b));
        // Estimates that are the same under all replicates but for their last bit do not vary.
        if found.abs() <= (ROUNDING * of_a).abs() * (ROUNDING * of_b).abs() { 0.0 } else { found }
    };
    values.iter().map(|a| values.iter().map(|b| entry(a, b)).collect()).collect()
}

/// The linearised variables of a row; rounding is 0.
fn scores(linearised: &[Linearised], values: &[f64]) -> Vec<f64> {
    let score = |of: &Linearised| {
        let size: f64 = of.gradient.iter().map(|(variable, slope)| (slope * values[*variable]).abs()).sum();
        let z = of.at(values);
        if z.abs() <= ROUNDING * size { 0.0 } else { z }
    };
    linearised.iter().map(score).collect()
}

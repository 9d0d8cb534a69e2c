//! What the totals of a domain are expected to be of the auxiliary variables of a calibration.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::statistics::{Linearised, SymmetricMatrix};

/// Factors that meet the margins.
#[derive(Debug)]
pub(super) struct Fitted {
    /// The factor of each group.
    pub(super) factors: Vec<f64>,
    /// The auxiliary variables that are 1 in each group; all others are 0.
    pub(super) ones: Vec<Vec<usize>>,
    /// `(Σ_c N_c x_c x_cᵀ)⁻¹`.
    pub(super) inverse: Arc<Vec<Vec<f64>>>,
}

/// The regression of a domain's totals on the auxiliary variables, of which there is a row each:
///
/// ```text
/// B = (Σ_c N_c x_c x_cᵀ)⁻¹ R        R = Σ_c x_c U_cᵀ, with U_c the totals of the domain's members in group c
/// ```
///
/// Of a domain with members in few groups most rows of R are 0: B is then kept as a product, and what is asked of it costs the less.
#[derive(Debug, Clone)]
pub(super) enum Regression {
    /// B.
    Whole(Vec<Vec<f64>>),
    /// Of R the rows that are not 0, each with its variable; they are no more than its columns.
    Product {
        /// How many columns there are.
        dimension: usize,
        /// The rows.
        right: Vec<(usize, Vec<f64>)>,
    },
}

impl Fitted {
    /// The auxiliary variables that are 1 in a group.
    pub(super) fn columns(&self, group: usize) -> &[usize] {
        &self.ones[group]
    }

    /// The same of some groups, which are numbered anew.
    pub(super) fn of_groups(&self, numbers: &[usize]) -> Self {
        Self {
            factors: numbers.iter().map(|group| self.factors[*group]).collect(),
            ones: numbers.iter().map(|group| self.ones[*group].clone()).collect(),
            inverse: Arc::clone(&self.inverse),
        }
    }

    /// The auxiliary variables of groups with these weights, each with its calibrated count.
    pub(super) fn counts_of(&self, weights: &BTreeMap<usize, f64>) -> BTreeMap<usize, f64> {
        let mut counts = BTreeMap::new();
        for (group, weight) in weights {
            for column in self.columns(*group) {
                *counts.entry(*column).or_default() += self.factors[*group] * weight;
            }
        }
        counts
    }

    /// Adds to `x` what rows of B expect of a group's members: `factor · x_cᵀB`.
    pub(super) fn add_expected(&self, group: usize, rows: &[Vec<f64>], factor: f64, x: &mut [f64]) {
        for column in &self.ones[group] {
            x.iter_mut().zip(&rows[*column]).for_each(|(sum, expected)| *sum += factor * expected);
        }
    }

    /// The regression of so many totals, which are given group by group.
    pub(super) fn regression(&self, totals: &[(usize, Vec<f64>)], dimension: usize) -> Regression {
        let mut right: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (group, totals) in totals {
            for column in &self.ones[*group] {
                let row = right.entry(*column).or_insert_with(|| vec![0.0; dimension]);
                row.iter_mut().zip(totals).for_each(|(sum, total)| *sum += total);
            }
        }
        let right: Vec<(usize, Vec<f64>)> = right.into_iter().collect();
        if right.len() <= dimension {
            return Regression::Product { dimension, right };
        }
        Regression::Whole(self.inverse.iter().map(|weights| weighted(weights, &right, dimension)).collect())
    }
}

impl Regression {
    /// What is expected where an auxiliary variable is 1: its row of B.
    pub(super) fn row(&self, fitted: &Fitted, variable: usize) -> Vec<f64> {
        match self {
            Self::Whole(rows) => rows[variable].clone(),
            Self::Product { dimension, right } => weighted(&fitted.inverse[variable], right, *dimension),
        }
    }

    /// All rows of B.
    pub(super) fn rows(&self, fitted: &Fitted) -> Vec<Vec<f64>> {
        (0..fitted.inverse.len()).map(|variable| self.row(fitted, variable)).collect()
    }

    /// `B G` of the gradients of statistics of this domain: of each auxiliary variable the scores that are expected where it is 1. 0 of
    /// a statistic that has no value.
    pub(super) fn scores(&self, fitted: &Fitted, statistics: &[Option<Linearised>]) -> Vec<Vec<f64>> {
        match self {
            Self::Whole(rows) => rows.iter().map(|row| scores_at(statistics, row)).collect(),
            Self::Product { right, .. } => {
                let of_row = |(variable, row): &(usize, Vec<f64>)| (*variable, scores_at(statistics, row));
                let right: Vec<(usize, Vec<f64>)> = right.iter().map(of_row).collect();
                fitted.inverse.iter().map(|weights| weighted(weights, &right, statistics.len())).collect()
            }
        }
    }

    /// `aᵀ B` and `Bᵀ M B` of a vector and a symmetric matrix, of which `inner` tells `aᵀ L` and `Lᵀ M L` for any L of few columns.
    pub(super) fn around(
        &self,
        fitted: &Fitted,
        inner: impl FnOnce(&[Vec<f64>]) -> (Vec<f64>, SymmetricMatrix),
    ) -> (Vec<f64>, SymmetricMatrix) {
        let (dimension, right) = match self {
            Self::Whole(rows) => return inner(rows),
            Self::Product { dimension, right } => (*dimension, right),
        };
        let left = |row: &Vec<f64>| right.iter().map(|(variable, _)| row[*variable]).collect();
        let (sums, matrix) = inner(&fitted.inverse.iter().map(left).collect::<Vec<Vec<f64>>>());
        let numbered: Vec<(usize, Vec<f64>)> = right.iter().map(|(_, row)| row.clone()).enumerate().collect();
        let mut around = SymmetricMatrix::zeros(dimension);
        for (i, row) in &numbered {
            let weights: Vec<f64> = (0..right.len()).map(|j| matrix.get(*i, j)).collect();
            around.add_half_product(row, &weighted(&weights, &numbered, dimension));
        }
        (weighted(&sums, &numbered, dimension), around)
    }
}

/// The sum of rows of this length, each weighted by the number at its variable.
fn weighted(weights: &[f64], rows: &[(usize, Vec<f64>)], length: usize) -> Vec<f64> {
    let mut sum = vec![0.0; length];
    for (variable, row) in rows {
        let weight = weights[*variable];
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
}

/// `gᵀx` of each statistic; 0 of one that has no value.
pub(super) fn scores_at(statistics: &[Option<Linearised>], x: &[f64]) -> Vec<f64> {
    statistics.iter().map(|one| one.as_ref().map_or(0.0, |one| one.at(x))).collect()
}

//! A sample that lies in memory, of numbers of any kind: means, totals, shares, their differences, under a design with stages,
//! under calibrated weights, or under replicate weights.
//!
//! Beside [`super::Sample`], which holds ratings in whole numbers and any amount of them, this one holds a number a row and a
//! variable, so that what is estimated can be chosen when everything is read. Start reading at [`NumericSample`]; `tree.rs`
//! has the stages, `study.rs` the estimates.

mod names;
mod study;
#[cfg(test)]
mod tests;
mod tree;

pub use names::NameColumn;
pub use study::{NumericStatistic, Prepared, Study};
pub use tree::PlaceColumns;

use std::collections::HashMap;

use super::EstimationError;
use super::NegativeWeights;
use super::margins::Calibration;
use super::regression::Fitted;
use crate::statistics::{LonelyPsu, ReplicateScales, StratumSize, rank_of};
use tree::Tree;

/// Weights of respondents, and how estimates made with them spread.
#[derive(Debug)]
pub struct NumericSample {
    weights: Vec<f64>,
    spread: Spread,
}

/// Where variances come from.
#[derive(Debug)]
enum Spread {
    /// Linearisation under strata and stages.
    Design { tree: Tree, lonely: LonelyPsu, regression: Option<Regression> },
    /// Estimates under other weights.
    Replicates(Replicates),
}

/// What calibration takes away from the spread.
#[derive(Debug)]
struct Regression {
    fitted: Fitted,
    /// The group of each row.
    groups: Vec<usize>,
    /// The weights before calibration.
    before: Vec<f64>,
}

#[derive(Debug)]
struct Replicates {
    /// The weights of all rows, replicate after replicate.
    weights: Vec<Vec<f64>>,
    scales: ReplicateScales,
    df: u64,
}

/// Margins that rows are calibrated to.
#[derive(Debug, Clone, Copy)]
pub struct RowMargins<'a> {
    /// The margins, and how they are met.
    pub calibration: &'a Calibration,
    /// For each margin, the level of each row.
    pub levels: &'a [Vec<u32>],
}

impl RowMargins<'_> {
    /// Weights that meet the margins, in proportion to these; weights of 0 stay 0.
    pub fn calibrate(&self, weights: &[f64]) -> Result<Vec<f64>, EstimationError> {
        let (fitted, groups) = self.fit(weights)?;
        Ok(weights.iter().zip(groups).map(|(weight, group)| weight * fitted.factors[group]).collect())
    }

    fn fit(&self, weights: &[f64]) -> Result<(Fitted, Vec<usize>), EstimationError> {
        let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
        let (mut cells, mut sums): (Vec<Vec<u32>>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut groups = vec![0; weights.len()];
        for (row, (weight, group)) in
            weights.iter().zip(&mut groups).enumerate().filter(|(_, (weight, _))| **weight > 0.0)
        {
            let cell: Vec<u32> = self.levels.iter().map(|levels| levels[row]).collect();
            *group = *known.entry(cell).or_insert_with_key(|cell| {
                cells.push(cell.clone());
                sums.push(0.0);
                cells.len() - 1
            });
            sums[*group] += weight;
        }
        Ok((self.calibration.fit(&cells, &sums)?, groups))
    }
}

impl NumericSample {
    /// A sample by linearisation. `weights` are those of the rows, before calibration; a row of weight 0 stays in the design and
    /// counts nowhere else.
    pub fn by_design(
        weights: Vec<f64>,
        places: &PlaceColumns,
        lonely: LonelyPsu,
        margins: Option<RowMargins<'_>>,
    ) -> Result<Self, EstimationError> {
        let tree = Tree::new(places, weights.len())?;
        let Some(margins) = margins else {
            return Ok(Self { weights, spread: Spread::Design { tree, lonely, regression: None } });
        };
        let (fitted, groups) = margins.fit(&weights)?;
        let calibrated = weights.iter().zip(&groups).map(|(weight, group)| weight * fitted.factors[*group]).collect();
        let regression = Some(Regression { fitted, groups, before: weights });
        Ok(Self { weights: calibrated, spread: Spread::Design { tree, lonely, regression } })
    }

    /// A sample by replicate weights. `df` are their degrees of freedom; if nothing is said, their rank over the rows that
    /// `counts` less 1.
    #[must_use]
    pub fn by_replicates(
        weights: Vec<f64>,
        replicates: Vec<Vec<f64>>,
        scales: ReplicateScales,
        df: Option<u64>,
        counts: impl Fn(usize) -> bool,
    ) -> Self {
        let of_rank = || {
            let rows: Vec<usize> = (0..weights.len()).filter(|row| counts(*row)).collect();
            let column = |weights: &Vec<f64>| rows.iter().map(|row| weights[*row]).collect();
            rank_of(replicates.iter().map(column)).saturating_sub(1)
        };
        let df = df.unwrap_or_else(of_rank);
        Self { weights, spread: Spread::Replicates(Replicates { weights: replicates, scales, df }) }
    }

    /// The weight of each row, calibrated if the sample is.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The weights that calibrating to these margins made negative; nothing where there are none.
    #[must_use]
    pub fn negative_weights(&self, margins: RowMargins<'_>) -> Option<NegativeWeights> {
        NegativeWeights::of_rows(&self.weights, margins.levels, margins.calibration)
    }

    /// The variance of a statistic of any kind from its values under each replicate; nothing by linearisation, or where a replicate has
    /// no value. `statistic` is given the weights of all rows.
    #[must_use]
    pub fn replicate_variance(&self, statistic: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
        let Spread::Replicates(replicates) = &self.spread else { return None };
        let values: Vec<f64> = replicates.weights.iter().map(|weights| statistic(weights)).collect::<Option<_>>()?;
        let value = statistic(&self.weights)?;
        Some(replicates.scales.covariance((&values, value), (&values, value)))
    }

    /// The strata in which a single unit was drawn; none under replicate weights.
    #[must_use]
    pub fn lonely_strata(&self) -> &[String] {
        match &self.spread {
            Spread::Design { tree, .. } => tree.lonely(),
            Spread::Replicates(_) => &[],
        }
    }

    /// The sizes of the first stage's strata, and of each row the number of its sampling unit, counted stratum after stratum;
    /// nothing under replicate weights.
    #[must_use]
    pub fn first_stage(&self) -> Option<(Vec<StratumSize>, Vec<usize>)> {
        match &self.spread {
            Spread::Design { tree, .. } => Some((tree.sizes(), tree.psu_by_row())),
            Spread::Replicates(_) => None,
        }
    }

    /// The sampling units of some rows; of replicate weights one more than their degrees of freedom. Rows of weight 0 do not count.
    pub(super) fn sampling_units(&self, rows: impl Iterator<Item = usize>) -> u64 {
        match &self.spread {
            Spread::Design { tree, .. } => tree.sampling_units(rows.filter(|row| self.weights[*row] != 0.0)),
            Spread::Replicates(replicates) => replicates.df + 1,
        }
    }

    /// Degrees of freedom of some rows: sampling units with one of them less strata with one. Of replicate weights always the
    /// same. Rows of weight 0 do not count.
    #[must_use]
    pub fn df(&self, rows: impl Iterator<Item = usize>) -> u64 {
        match &self.spread {
            Spread::Design { tree, .. } => tree.df(rows.filter(|row| self.weights[*row] != 0.0)),
            Spread::Replicates(replicates) => replicates.df,
        }
    }
}

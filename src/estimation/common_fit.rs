//! What all parts of a calibrated sample share, so that each is formed by itself: the factors, the regression of everybody, and what
//! strata add to the levels that have no member in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::EstimationError;
use super::absent_totals::AbsentTotals;
use super::cell_sums::Shape;
use super::cells::Cells;
use super::domain_sums::{Sums, people_of, regressions_of};
use super::margin_counts::{MarginCounts, StratumWeights};
use super::margins::{Calibration, numbers};
use super::regression::{Fitted, Regression};
use super::tally::BILLIONTH;
use super::unit_totals::{Projection, add_checked, scale_for};

/// What all parts of a calibrated sample share.
#[derive(Debug)]
pub struct CommonFit {
    /// The number of each group, by its level of each margin.
    groups: BTreeMap<Vec<u32>, usize>,
    fitted: Fitted,
    everybody: Regression,
    people: f64,
    strata: Arc<AbsentTotals>,
}

impl CommonFit {
    /// Finds the factors that meet the margins, from what the parts of a sample leave whose sums have this shape.
    pub fn of(calibration: &Calibration, shape: &Shape, parts: &[&MarginCounts]) -> Result<Self, EstimationError> {
        let mut sums: BTreeMap<&[u32], (i128, Vec<i128>)> = BTreeMap::new();
        for group in parts.iter().flat_map(|part| &part.groups) {
            let nobody = || (0, vec![0; 3 * shape.items()]);
            let (weight, totals) = sums.entry(&group.levels).or_insert_with(nobody);
            add_checked(std::slice::from_mut(weight), &[group.weight])?;
            group.totals.add_to(totals)?;
        }
        let levels: Vec<Vec<u32>> = sums.keys().map(|levels| levels.to_vec()).collect();
        let weights: Vec<f64> = sums.values().map(|(weight, _)| *weight as f64 * BILLIONTH).collect();
        let fitted = calibration.fit(&levels, &weights)?;
        let totals: Vec<(usize, Vec<f64>)> =
            sums.values().map(|(_, totals)| numbers(totals, BILLIONTH)).enumerate().collect();
        let everybody = fitted.regression(&totals, 3 * shape.items());
        let people = people_of(&weights, &fitted.factors);
        let groups: BTreeMap<Vec<u32>, usize> = levels.into_iter().zip(0..).collect();
        let strata = Arc::new(strata_of(parts, &groups, &fitted, scale_for(shape, people))?);
        Ok(Self { groups, fitted, everybody, people, strata })
    }

    /// What the factors make of a part, with these sums by domain and group.
    pub(super) fn projection(
        &self,
        cells: &Cells,
        sums: &Sums,
        shape: &Shape,
        domains: usize,
    ) -> Result<Projection, EstimationError> {
        let fitted = self.fitted.of_groups(&numbers_of(cells.groups().iter(), &self.groups)?);
        let mut regressions = vec![self.everybody.clone()];
        regressions.extend(regressions_of(&fitted, sums, shape, 1..domains)?);
        let mut projection = Projection::calibrated(shape, fitted, regressions, self.people);
        projection.strata_of_whole = Some(Arc::clone(&self.strata));
        Ok(projection)
    }
}

/// The numbers that groups have in the whole sample.
fn numbers_of<'a>(
    levels: impl Iterator<Item = &'a Vec<u32>>,
    groups: &BTreeMap<Vec<u32>, usize>,
) -> Result<Vec<usize>, EstimationError> {
    levels.map(|levels| groups.get(levels).copied().ok_or(EstimationError::Impossible)).collect()
}

/// All strata added up in the order of their names, in which the whole sample would be gone through.
fn strata_of(
    parts: &[&MarginCounts],
    groups: &BTreeMap<Vec<u32>, usize>,
    fitted: &Fitted,
    scale: f64,
) -> Result<AbsentTotals, EstimationError> {
    let numbers: Result<Vec<Vec<usize>>, _> =
        parts.iter().map(|part| numbers_of(part.groups.iter().map(|group| &group.levels), groups)).collect();
    let numbers = numbers?;
    let mut strata: Vec<(&str, &StratumWeights, &[usize])> = Vec::new();
    for (part, numbers) in parts.iter().zip(&numbers) {
        strata.extend(part.strata.iter().map(|(name, weights)| (name.as_str(), weights, numbers.as_slice())));
    }
    strata.sort_by_key(|(name, ..)| *name);
    let mut totals = AbsentTotals::default();
    for (_, weights, numbers) in strata {
        let drawn = weights.drawn();
        if drawn > 0 {
            totals.add(&weights.counts(fitted, numbers, scale)?.finish(BTreeSet::new(), drawn, scale)?);
        }
    }
    Ok(totals)
}

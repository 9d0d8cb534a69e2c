//! What a sampling unit adds to each domain: its totals, or with calibration the residuals that stand for them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::EstimationError;
use super::absent_totals::AbsentTotals;
use super::cell_sums::{CellSums, Shape};
use super::cells::Cells;
use super::explicit::Explicit;
use super::joint::score_max;
use super::lean::{Lean, Totals};
use super::position_pairs::Pairs;
use super::regression::{Fitted, Regression};
use super::tally::BILLIONTH;
use crate::foundation::RatingScale;
use crate::statistics::SymmetricMatrix;

/// A count of some auxiliary variables, in whole parts of [`Projection::scale`].
pub(super) type Counts = Vec<(usize, i128)>;

/// What one sampling unit adds to one domain.
#[derive(Debug)]
pub(super) struct DomainTotals {
    /// The totals in whole parts of [`Projection::scale`].
    pub(super) totals: Vec<i128>,
    /// Whether a member answered: item by item, then any item of each group.
    pub(super) answered: Vec<bool>,
    /// The covariance within the unit, from later stages; a matrix that is missing could not be formed.
    #[expect(
        clippy::option_option,
        reason = "without later stages there is no matrix, which is not one that is missing"
    )]
    pub(super) within: Option<Option<SymmetricMatrix>>,
}

/// What one sampling unit adds to everything.
#[derive(Debug, Default)]
pub(super) struct UnitTotals {
    /// By domain; 0 is everybody.
    pub(super) domains: BTreeMap<usize, DomainTotals>,
    /// With calibration, its count of each auxiliary variable.
    pub(super) auxiliary: Counts,
    /// Covariances between levels within the unit, from later stages.
    pub(super) between: Pairs,
    /// Whether later stages were drawn from more than there are in the sample.
    pub(super) is_sampled: bool,
}

/// Turns tallies into the totals whose covariance is wanted.
///
/// Without calibration these are the tallies' own totals. With it they are, for domain d, unit i and group c with
/// factor `g_c` (see [`Fitted`]),
///
/// ```text
/// z_i = Σ_c g_c (x_ic [members of d] − N_ic x_cᵀB_d)
/// ```
///
/// rounded to whole parts of a power of two, about 1e-16 of the sum of calibrated weights: so sums stay exact.
#[derive(Debug)]
pub(super) struct Projection {
    scales: Vec<RatingScale>,
    /// How many groups of items are counted.
    pub(super) groups: usize,
    /// With calibration, the factors, and the regression of each domain.
    pub(super) calibrated: Option<(Fitted, Vec<Regression>)>,
    /// What a whole part is worth.
    pub(super) scale: f64,
    /// Of a part of a calibrated sample, what the strata of all parts add to domains without a member in them.
    pub(super) strata_of_whole: Option<Arc<AbsentTotals>>,
}

impl Projection {
    /// Totals as they are.
    pub(super) fn plain(shape: &Shape) -> Self {
        let (scales, groups) = (shape.scales.clone(), shape.groups.len());
        Self { scales, groups, calibrated: None, scale: BILLIONTH, strata_of_whole: None }
    }

    /// Residuals after calibration; `regressions` has that of each domain, `people` is the sum of all calibrated weights,
    /// each taken as positive.
    pub(super) fn calibrated(shape: &Shape, fitted: Fitted, regressions: Vec<Regression>, people: f64) -> Self {
        let (scales, groups) = (shape.scales.clone(), shape.groups.len());
        let calibrated = Some((fitted, regressions));
        Self { scales, groups, calibrated, scale: scale_for(shape, people), strata_of_whole: None }
    }

    /// The scales that items are rated on.
    pub(super) fn scales(&self) -> &[RatingScale] {
        &self.scales
    }

    /// What the weights of a group are multiplied by.
    pub(super) fn factor(&self, group: usize) -> f64 {
        self.factor_of(group).unwrap_or(1.0)
    }

    /// The same; nothing without calibration, where weights stay whole numbers.
    pub(super) fn factor_of(&self, group: usize) -> Option<f64> {
        self.calibrated.as_ref().map(|(fitted, _)| fitted.factors[group])
    }

    /// The totals of a unit, by domain, from its tallies, by cell; with calibration those of the `explicit` domains.
    pub(super) fn unit(
        &self,
        cells: &Cells,
        sums: &[(u32, Cow<'_, CellSums>)],
        explicit: &Explicit,
    ) -> Result<UnitTotals, EstimationError> {
        match &self.calibrated {
            None => self.plain_unit(cells, sums, explicit),
            Some((fitted, _)) => self.residuals(cells, sums, fitted, explicit),
        }
    }

    fn plain_unit(
        &self,
        cells: &Cells,
        sums: &[(u32, Cow<'_, CellSums>)],
        explicit: &Explicit,
    ) -> Result<UnitTotals, EstimationError> {
        let mut unit = UnitTotals::default();
        for (cell, of_cell) in sums {
            let lean = of_cell.lean(&self.scales, self.groups)?;
            for domain in explicit.domains_of(cells, *cell).filter(|_| lean.responses > 0) {
                let sums = self.entry(&mut unit, domain);
                lean.totals.add_to(&mut sums.totals)?;
                note_answers(sums, lean);
            }
        }
        Ok(unit)
    }

    fn residuals(
        &self,
        cells: &Cells,
        sums: &[(u32, Cow<'_, CellSums>)],
        fitted: &Fitted,
        explicit: &Explicit,
    ) -> Result<UnitTotals, EstimationError> {
        let mut unit = UnitTotals::default();
        // Integers first, group by group, so that the order in which cells were met does not matter.
        let mut present = Vec::with_capacity(sums.len());
        let mut weights: BTreeMap<usize, i128> = BTreeMap::new();
        for (cell, of_cell) in sums {
            let lean = of_cell.lean(&self.scales, self.groups)?;
            if lean.responses == 0 {
                continue;
            }
            let group = cells.group(*cell);
            present.push((group, *cell, lean));
            for domain in cells.domains(*cell) {
                note_answers(self.entry(&mut unit, domain), lean);
            }
            add_checked(std::slice::from_mut(weights.entry(group).or_default()), &[lean.weight])?;
        }
        present.sort_by_key(|(group, ..)| *group);
        if unit.domains.is_empty() {
            return Ok(unit);
        }
        let weights: BTreeMap<usize, f64> =
            weights.into_iter().map(|(group, weight)| (group, weight as f64 * BILLIONTH)).collect();
        let counts = fitted.counts_of(&weights);
        for (column, count) in &counts {
            unit.auxiliary.push((*column, whole(count / self.scale)?));
        }
        // Nearly always all who are present belong to the same domains: then what they say is added up once.
        let mut of_members: Option<(Vec<bool>, Vec<f64>)> = None;
        for (domain, expected) in &explicit.expected {
            let is_member = |cell: u32| cells.domains(cell).any(|of_cell| of_cell == *domain);
            let members: Vec<bool> = present.iter().map(|(_, cell, _)| is_member(*cell)).collect();
            let mut sums = match of_members.take() {
                Some((known, sums)) if known == members => sums,
                _ => self.weighted_totals(&present, &members, fitted)?,
            };
            of_members = Some((members, sums.clone()));
            for (column, count) in &counts {
                let Some(expected) = expected.get(column) else { continue };
                sums.iter_mut().zip(expected).for_each(|(sum, expected)| *sum -= count * expected);
            }
            let totals = &mut self.entry(&mut unit, *domain).totals;
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total = whole(sum / self.scale)?;
            }
        }
        Ok(unit)
    }

    /// `Σ_c g_c x_c` of those present who are members. They come group by group.
    fn weighted_totals(
        &self,
        present: &[(usize, u32, &Lean)],
        members: &[bool],
        fitted: &Fitted,
    ) -> Result<Vec<f64>, EstimationError> {
        let mut sums = vec![0.0; 3 * self.scales.len()];
        let mut at = 0;
        for of_group in present.chunk_by(|a, b| a.0 == b.0) {
            let is_member = &members[at..at + of_group.len()];
            at += of_group.len();
            let mut totals =
                of_group.iter().zip(is_member).filter_map(|((.., lean), is_member)| is_member.then_some(&lean.totals));
            let factor = fitted.factors[of_group[0].0];
            let Some(first) = totals.next() else { continue };
            let Some(second) = totals.next() else {
                first.add_scaled_to(&mut sums, factor);
                continue;
            };
            let mut whole = vec![0_i128; sums.len()];
            [first, second].into_iter().chain(totals).try_for_each(|totals| totals.add_to(&mut whole))?;
            Totals::Long(whole).add_scaled_to(&mut sums, factor);
        }
        Ok(sums)
    }

    fn entry<'a>(&self, unit: &'a mut UnitTotals, domain: usize) -> &'a mut DomainTotals {
        let answered = || vec![false; self.scales.len() + self.groups];
        let empty = || DomainTotals { totals: vec![0; 3 * self.scales.len()], answered: answered(), within: None };
        unit.domains.entry(domain).or_insert_with(empty)
    }
}

/// What a whole part of a residual is worth, where all calibrated weights, each taken as positive, sum to `people`.
pub(super) fn scale_for(shape: &Shape, people: f64) -> f64 {
    // Scores are at most 5, as a rule, and so is what is expected of them; so all residuals together come to some 2^57
    // parts, which is finer than numbers are. Residuals that are 10^12 times larger have room, too.
    (people * 1.6 * f64::from(score_max(&shape.scales))).log2().ceil().exp2() / 2_f64.powi(57)
}

/// Adds whole numbers to others, one by one.
pub(super) fn add_checked(sums: &mut [i128], other: &[i128]) -> Result<(), EstimationError> {
    for (sum, other) in sums.iter_mut().zip(other) {
        *sum = sum.checked_add(*other).ok_or(EstimationError::Overflow)?;
    }
    Ok(())
}

fn note_answers(sums: &mut DomainTotals, lean: &Lean) {
    sums.answered.iter_mut().zip(&lean.answered).for_each(|(answered, more)| *answered |= more);
}

/// The nearest whole number.
pub(super) fn whole(value: f64) -> Result<i128, EstimationError> {
    let rounded = value.round();
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of i128")]
    if rounded.abs() < 1e38 { Ok(rounded as i128) } else { Err(EstimationError::Overflow) }
}

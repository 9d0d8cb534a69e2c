//! What is known of responses once they are added up, beyond the tally of each item by itself.

use super::EstimationError;
use super::groups::{Answering, Groups};
use super::joint::indicators;
use super::lean::{Lean, Made};
use super::log::Entry;
use super::tally::TallySums;
use crate::foundation::{RatingScale, Weight};
use crate::statistics::PairSums;

/// What sums are of: the scales of the rated items, and the groups of items whose respondents are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub(super) scales: Vec<RatingScale>,
    pub(super) groups: Groups,
}

impl Shape {
    /// Items that are rated on these scales, counting who answered any item of each of these groups, such as factors. Of
    /// single items and of all items together they are counted in any case.
    pub fn new<G: AsRef<[usize]>>(scales: &[RatingScale], groups: &[G]) -> Result<Self, EstimationError> {
        TallySums::new(scales.len())?;
        let mut shape = Self { scales: scales.to_vec(), groups: Groups::default() };
        shape.count(&(0..scales.len()).collect::<Vec<_>>());
        for group in groups {
            shape.count(group.as_ref());
        }
        Ok(shape)
    }

    pub(super) fn count(&mut self, group: &[usize]) {
        self.groups.add(group);
    }

    /// How many rated items there are.
    pub(super) fn items(&self) -> usize {
        self.scales.len()
    }
}

/// The sums of some responses that share a place in the sample and belong to the same levels. Exact: the same in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSums {
    pub(super) tally: TallySums,
    pub(super) answering: Answering,
    /// The largest weight.
    pub(super) heaviest: Weight,
    /// Of respondents that are their own sampling units: `Σ_k w_k² (1, d_k)(1, d_k)ᵀ`, with `d_k` as in [`TallySums::totals`].
    pub(super) own_units: Option<PairSums>,
    lean: Made<Lean>,
}

impl CellSums {
    /// The sums of nobody. `own_units`: whether respondents are their own sampling units.
    pub fn new(shape: &Shape, own_units: bool) -> Result<Self, EstimationError> {
        let own_units = own_units.then(|| PairSums::new(1 + 3 * shape.items()));
        Ok(Self::of(TallySums::new(shape.items())?, shape.groups.nobody(), Weight::ZERO, own_units))
    }

    /// The sums that are made of these.
    pub(super) fn of(tally: TallySums, answering: Answering, heaviest: Weight, own_units: Option<PairSums>) -> Self {
        Self { tally, answering, heaviest, own_units, lean: Made::default() }
    }

    /// Adds a response. On an error the sums are to be thrown away.
    pub(super) fn add(&mut self, shape: &Shape, entry: Entry<'_>) -> Result<(), EstimationError> {
        self.lean.forget();
        self.tally.add_response(entry.weight, entry.ratings)?;
        self.answering.add(&shape.groups, entry);
        self.heaviest = self.heaviest.max(entry.weight);
        if let Some(products) = &mut self.own_units {
            let weight = i128::from(entry.weight.billionths());
            let d = indicators(entry.ratings, &shape.scales);
            let x: Vec<i128> = std::iter::once(1).chain(d).map(|d| weight * i128::from(d)).collect();
            products.add_outer(&x, 1)?;
        }
        Ok(())
    }

    /// Adds the sums of other responses. On an error the sums are to be thrown away.
    pub fn merge(&mut self, other: &Self) -> Result<(), EstimationError> {
        self.merge_people(other)?;
        match (&mut self.own_units, &other.own_units) {
            (None, None) => Ok(()),
            (Some(sums), Some(other)) => Ok(sums.merge(other)?),
            _ => Err(EstimationError::Impossible),
        }
    }

    /// Adds the sums of other responses without what is known of them as sampling units.
    pub(super) fn merge_people(&mut self, other: &Self) -> Result<(), EstimationError> {
        self.lean.forget();
        self.tally.add(&other.tally)?;
        self.answering.merge(&other.answering)?;
        self.heaviest = self.heaviest.max(other.heaviest);
        Ok(())
    }

    /// The same without what is known of them as sampling units.
    pub(super) fn people(&self) -> Self {
        Self::of(self.tally.clone(), self.answering.clone(), self.heaviest, None)
    }

    /// Their totals on these scales, which are always the same, and who answered at all.
    pub(super) fn lean(&self, scales: &[RatingScale], groups: usize) -> Result<&Lean, EstimationError> {
        let answered = || (0..groups).map(|group| self.answering.of(group).0 > 0);
        self.lean.get(|| Lean::of(&self.tally, scales, answered()))
    }

    /// The tally of each item by itself.
    #[must_use]
    pub fn tally(&self) -> &TallySums {
        &self.tally
    }
}

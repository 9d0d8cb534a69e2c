//! What the calibration of a whole sample needs of a part, before anybody knows the factors.
//!
//! All of it adds up over parts, and none of it changes with the factors: of each group of respondents the weights and the totals,
//! of each stratum the weights of the groups in each sampling unit. So one more answer changes what its part leaves here, and no other.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::EstimationError;
use super::auxiliary::{OwnCounts, StratumCounts};
use super::cell_sums::CellSums;
use super::cells::Cells;
use super::frame::Frame;
use super::lean::Totals;
use super::regression::Fitted;
use super::tally::BILLIONTH;
use super::unit_totals::{add_checked, whole};
use crate::statistics::weight_scatter;

/// What the calibration of a whole sample needs of a part. Made by [`super::SampleBuilder::margin_counts`].
#[derive(Debug)]
pub struct MarginCounts {
    pub(super) groups: Vec<GroupCounts>,
    pub(super) strata: BTreeMap<String, StratumWeights>,
}

/// Everybody in a part who has one level of each margin.
#[derive(Debug)]
pub(super) struct GroupCounts {
    pub(super) levels: Vec<u32>,
    pub(super) weight: i128,
    pub(super) totals: Totals,
}

/// The weights of a stratum by sampling unit and group. A group is named by its place in [`MarginCounts::groups`].
#[derive(Debug, Default)]
pub(super) struct StratumWeights {
    /// Those of the units, one unit after the other.
    weights: Vec<(u32, f64)>,
    /// Where each unit ends.
    ends: Vec<u32>,
    own: Vec<OwnWeights>,
}

/// Respondents of one group that are their own sampling units.
#[derive(Debug)]
struct OwnWeights {
    group: u32,
    responses: u64,
    weight: f64,
    /// How the weights scatter around their mean.
    scatter: f64,
}

impl MarginCounts {
    pub(super) fn of(frame: &Frame, cells: &Cells) -> Result<Self, EstimationError> {
        let scales = &frame.shape().scales;
        let nobody = || Ok((0, vec![0; 3 * scales.len()]));
        let mut sums: Vec<(i128, Vec<i128>)> =
            cells.groups().iter().map(|_| nobody()).collect::<Result<_, EstimationError>>()?;
        for (cell, people) in frame.kept_people() {
            let (weight, totals) = &mut sums[cells.group(*cell)];
            add_checked(std::slice::from_mut(weight), &[people.tally.weight_sum()])?;
            add_checked(totals, &people.tally.totals(scales)?)?;
        }
        let group = |(levels, (weight, totals)): (&Vec<u32>, (i128, Vec<i128>))| GroupCounts {
            levels: levels.clone(),
            weight,
            totals: Totals::short(totals),
        };
        let groups = cells.groups().iter().zip(sums).map(group).collect();
        let mut strata = BTreeMap::new();
        for places in frame.strata() {
            let name = frame.places[places.start].path[0].clone();
            strata.insert(name, StratumWeights::of(frame, cells, places)?);
        }
        Ok(Self { groups, strata })
    }

    /// The strata of the part; no other part may have one of them.
    pub fn strata(&self) -> impl Iterator<Item = &str> {
        self.strata.keys().map(String::as_str)
    }
}

impl StratumWeights {
    fn of(frame: &Frame, cells: &Cells, places: Range<usize>) -> Result<Self, EstimationError> {
        let mut found = Self::default();
        for place in places {
            if frame.has_populations(place) || frame.places[place].path.len() > 2 {
                return Err(EstimationError::Impossible);
            }
            if frame.unit(place).is_none() {
                found.add_own(cells, &frame.sums_of_own_units(place)?)?;
            } else {
                found.add_unit(cells, &frame.sums(place)?)?;
            }
        }
        Ok(found)
    }

    fn add_unit(&mut self, cells: &Cells, sums: &[(u32, Cow<'_, CellSums>)]) -> Result<(), EstimationError> {
        let mut weights: BTreeMap<u32, i128> = BTreeMap::new();
        for (cell, of_cell) in sums.iter().filter(|(_, sums)| sums.tally.responses() > 0) {
            let weight = weights.entry(group_of(cells, *cell)?).or_default();
            add_checked(std::slice::from_mut(weight), &[of_cell.tally.weight_sum()])?;
        }
        if weights.is_empty() {
            return Ok(());
        }
        self.weights.extend(weights.into_iter().map(|(group, weight)| (group, weight as f64 * BILLIONTH)));
        self.ends.push(u32::try_from(self.weights.len()).map_err(|_| EstimationError::Overflow)?);
        Ok(())
    }

    fn add_own(&mut self, cells: &Cells, sums: &[(u32, Cow<'_, CellSums>)]) -> Result<(), EstimationError> {
        let mut by_group: BTreeMap<u32, CellSums> = BTreeMap::new();
        for (cell, of_cell) in sums.iter().filter(|(_, sums)| sums.tally.responses() > 0) {
            let group = group_of(cells, *cell)?;
            match by_group.get_mut(&group) {
                Some(known) => known.merge(of_cell)?,
                None => drop(by_group.insert(group, of_cell.clone().into_owned())),
            }
        }
        for (group, sums) in by_group {
            let (responses, weights) = (sums.tally.responses(), sums.tally.weight_sum());
            let squares = sums.own_units.as_ref().ok_or(EstimationError::Impossible)?.first();
            let scatter = weight_scatter(responses, weights, &squares, BILLIONTH);
            self.own.push(OwnWeights { group, responses, weight: weights as f64 * BILLIONTH, scatter });
        }
        Ok(())
    }

    /// How many sampling units were drawn.
    pub(super) fn drawn(&self) -> u64 {
        self.ends.len() as u64 + self.own.iter().map(|own| own.responses).sum::<u64>()
    }

    /// The calibrated counts of auxiliary variables, in whole parts that are worth `scale`. `numbers` tells the groups' numbers in the
    /// whole sample.
    pub(super) fn counts(
        &self,
        fitted: &Fitted,
        numbers: &[usize],
        scale: f64,
    ) -> Result<StratumCounts, EstimationError> {
        let mut counts = StratumCounts::default();
        let mut begin = 0;
        for end in &self.ends {
            let of_unit = &self.weights[begin..*end as usize];
            begin = *end as usize;
            let weights = of_unit.iter().map(|(group, weight)| (numbers[*group as usize], *weight)).collect();
            let of_unit = fitted.counts_of(&weights).into_iter();
            let of_unit: Result<Vec<_>, EstimationError> =
                of_unit.map(|(column, count)| Ok((column, whole(count / scale)?))).collect();
            counts.add_unit(of_unit?);
        }
        let own = |own: &OwnWeights| {
            let group = numbers[own.group as usize];
            let factor = fitted.factors[group];
            let mean = whole(factor * own.weight / own.responses as f64 / scale)?;
            let mean = fitted.columns(group).iter().map(|column| (*column, mean)).collect();
            Ok(OwnCounts { mean, responses: own.responses, scatter: factor * factor * own.scatter })
        };
        counts.add_own(self.own.iter().map(own).collect::<Result<_, EstimationError>>()?);
        Ok(counts)
    }
}

fn group_of(cells: &Cells, cell: u32) -> Result<u32, EstimationError> {
    u32::try_from(cells.group(cell)).map_err(|_| EstimationError::Overflow)
}

//! Sums by domain and group, and the regressions that follow from them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::EstimationError;
use super::cell_sums::{CellSums, Shape};
use super::cells::Cells;
use super::frame::Frame;
use super::margins::{Calibration, numbers, weight_of};
use super::regression::{Fitted, Regression};
use super::tally::BILLIONTH;
use super::threads::{side_by_side, threads_for};
use super::unit_totals::Projection;

/// By domain and group.
pub(super) type Sums = BTreeMap<(usize, usize), CellSums>;

/// Adds up places on all processors; integers add up to the same in any split.
pub(super) fn sums_by_domain_and_group(frame: &Frame, cells: &Cells) -> Result<Sums, EstimationError> {
    let threads = threads_for(frame.responses().count());
    let parts: Vec<Range<usize>> =
        (0..threads).map(|part| part * frame.places() / threads..(part + 1) * frame.places() / threads).collect();
    let mut sums = sums_of_cells(cells, frame.kept_people())?;
    for part in side_by_side(parts, |places| sums_of_places(frame, cells, places)) {
        for (key, part) in part? {
            add_to(&mut sums, key, &part)?;
        }
    }
    Ok(sums)
}

fn sums_of_places(frame: &Frame, cells: &Cells, places: Range<usize>) -> Result<Sums, EstimationError> {
    // A cell has many places and few domains.
    let mut by_cell: BTreeMap<u32, CellSums> = BTreeMap::new();
    for of_run in places.flat_map(|place| frame.sums_of_responses(place)) {
        let (cell, sums) = of_run?;
        add_to(&mut by_cell, cell, &sums)?;
    }
    sums_of_cells(cells, &by_cell)
}

fn sums_of_cells(cells: &Cells, by_cell: &BTreeMap<u32, CellSums>) -> Result<Sums, EstimationError> {
    let mut sums = Sums::new();
    for (cell, of_cell) in by_cell {
        cells.domains(*cell).try_for_each(|domain| add_to(&mut sums, (domain, cells.group(*cell)), of_cell))?;
    }
    Ok(sums)
}

fn add_to<K: Ord>(sums: &mut BTreeMap<K, CellSums>, key: K, more: &CellSums) -> Result<(), EstimationError> {
    if let Some(sum) = sums.get_mut(&key) {
        return sum.merge_people(more);
    }
    sums.insert(key, more.people());
    Ok(())
}

/// Finds the factors that meet the margins, and each domain's regression on them.
pub(super) fn project(
    calibration: &Calibration,
    cells: &Cells,
    sums: &Sums,
    shape: &Shape,
    domains: usize,
) -> Result<Projection, EstimationError> {
    let groups = cells.groups();
    let everybody = |group: usize| sums.get(&(0, group)).map_or(0.0, |sums| weight_of(&sums.tally));
    let weights: Vec<f64> = (0..groups.len()).map(everybody).collect();
    let fitted = calibration.fit(groups, &weights)?;
    let regressions = regressions_of(&fitted, sums, shape, 0..domains)?;
    let people = people_of(&weights, &fitted.factors);
    Ok(Projection::calibrated(shape, fitted, regressions, people))
}

/// The regressions of these domains.
pub(super) fn regressions_of(
    fitted: &Fitted,
    sums: &Sums,
    shape: &Shape,
    domains: Range<usize>,
) -> Result<Vec<Regression>, EstimationError> {
    let mut regressions = Vec::with_capacity(domains.len());
    for domain in domains {
        let mut totals = Vec::new();
        for ((_, group), sums) in sums.range((domain, 0)..(domain + 1, 0)) {
            totals.push((*group, numbers(&sums.tally.totals(&shape.scales)?, BILLIONTH)));
        }
        regressions.push(fitted.regression(&totals, 3 * shape.items()));
    }
    Ok(regressions)
}

/// The sum of all calibrated weights, each taken as positive. Not of the weights as they were: they may be shares that are calibrated
/// to people, or people calibrated to shares.
pub(super) fn people_of(weights: &[f64], factors: &[f64]) -> f64 {
    weights.iter().zip(factors).map(|(weight, factor)| (weight * factor).abs()).sum()
}

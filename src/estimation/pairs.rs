//! Weighted sums of products over respondents, for design effects: `Σ_k w_k d_k d_kᵀ`, exact.

use std::collections::{BTreeMap, BTreeSet};

use super::EstimationError;
use super::cells::Cells;
use super::frame::Frame;
use super::joint::{JointWeights, ROOM_OF_7, ROOM_OF_ALL, points_max};
use super::log::Run;
use super::tally::BILLIONTH;
use super::threads::{side_by_side, threads_for};
use super::unit_totals::Projection;
use crate::foundation::RatingScale;
use crate::statistics::{PairSums, SymmetricMatrix};

/// Each domain's weighted sums of products over respondents, group by group.
pub(super) fn pairs_by_domain(
    frame: &Frame,
    cells: &Cells,
    projection: &Projection,
) -> Result<BTreeMap<usize, SymmetricMatrix>, EstimationError> {
    let scales = projection.scales();
    let dimension = 3 * scales.len();
    let mut found: BTreeMap<usize, SymmetricMatrix> = BTreeMap::new();
    let mut runs = frame.responses().runs().to_vec();
    runs.sort_by_key(|run| (cells.group(run.cell), run.cell));
    // Integers first, group by group, so that neither order nor whether responses were added up before matters.
    let mut by_group: BTreeMap<usize, BTreeMap<usize, PairSums>> = BTreeMap::new();
    for group in runs.chunk_by(|a, b| cells.group(a.cell) == cells.group(b.cell)) {
        by_group.insert(cells.group(group[0].cell), pairs_side_by_side(frame, cells, group, scales)?);
    }
    let mut kept: BTreeMap<usize, Vec<(u32, &PairSums)>> = BTreeMap::new();
    for (cell, products) in frame.kept_products() {
        kept.entry(cells.group(*cell)).or_default().push((*cell, products));
    }
    let groups: BTreeSet<usize> = by_group.keys().chain(kept.keys()).copied().collect();
    for group in groups {
        let factor = projection.factor(group);
        let mut add = |domain: usize, sums: &SymmetricMatrix| {
            let sum = found.entry(domain).or_insert_with(|| SymmetricMatrix::zeros(dimension));
            sum.add_scaled(sums, factor);
        };
        let mut sums = by_group.remove(&group).unwrap_or_default();
        match kept.get(&group).map_or(&[][..], Vec::as_slice) {
            // All its domains have the same: nothing is to be added up before it becomes numbers.
            [(cell, products)] if sums.is_empty() => {
                let products = products.to_matrix(BILLIONTH);
                cells.domains(*cell).for_each(|domain| add(domain, &products));
            }
            kept => {
                for (cell, products) in kept {
                    cells.domains(*cell).try_for_each(|domain| merge(&mut sums, domain, products))?;
                }
                for (domain, sums) in &sums {
                    add(*domain, &sums.to_matrix(BILLIONTH));
                }
            }
        }
    }
    Ok(found)
}

/// [`pairs_of`] on all processors; integers add up to the same in any split.
fn pairs_side_by_side(
    frame: &Frame,
    cells: &Cells,
    runs: &[Run],
    scales: &[RatingScale],
) -> Result<BTreeMap<usize, PairSums>, EstimationError> {
    let responses = count(runs);
    let parts = split(runs, responses.div_ceil(threads_for(responses)));
    let pairs =
        if usize::from(points_max(scales)) < ROOM_OF_7 { pairs_of::<ROOM_OF_7> } else { pairs_of::<ROOM_OF_ALL> };
    let parts = side_by_side(parts, |part| pairs(frame, cells, &part, scales));
    let mut sums: BTreeMap<usize, PairSums> = BTreeMap::new();
    for part in parts {
        for (domain, pairs) in part? {
            merge(&mut sums, domain, &pairs)?;
        }
    }
    Ok(sums)
}

/// Splits runs into parts of at most so many responses.
fn split(runs: &[Run], responses_max: usize) -> Vec<Vec<Run>> {
    let (mut parts, mut room) = (vec![Vec::new()], responses_max);
    for run in runs {
        let mut begin = run.begin;
        while begin < run.end {
            if room == 0 {
                parts.push(Vec::new());
                room = responses_max;
            }
            let end = u32::try_from(room).map_or(run.end, |room| run.end.min(begin.saturating_add(room)));
            parts.last_mut().into_iter().for_each(|part| part.push(Run { begin, end, ..*run }));
            room -= (end - begin) as usize;
            begin = end;
        }
    }
    parts
}

fn count(runs: &[Run]) -> usize {
    runs.iter().map(|run| run.len()).sum()
}

/// The sums of products of some responses, ordered by cell, for each domain.
fn pairs_of<const ROOM: usize>(
    frame: &Frame,
    cells: &Cells,
    runs: &[Run],
    scales: &[RatingScale],
) -> Result<BTreeMap<usize, PairSums>, EstimationError> {
    let mut sums = BTreeMap::new();
    let mut joint = JointWeights::<ROOM>::new(scales);
    for runs in runs.chunk_by(|a, b| a.cell == b.cell) {
        let pairs = joint.sums_of(count(runs), runs.iter().flat_map(|run| frame.responses().entries(*run)))?;
        for domain in cells.domains(runs[0].cell) {
            merge(&mut sums, domain, &pairs)?;
        }
    }
    Ok(sums)
}

fn merge(sums: &mut BTreeMap<usize, PairSums>, domain: usize, pairs: &PairSums) -> Result<(), EstimationError> {
    if let Some(sum) = sums.get_mut(&domain) {
        sum.merge(pairs)?;
    } else {
        sums.insert(domain, pairs.clone());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_hold_all_responses_once_and_none_more_than_is_allowed(
            lengths in prop::collection::vec(0_u32..9, 0..12), responses_max in 1_usize..20,
        ) {
            let mut end = 0;
            let run = |(cell, length): (u32, &u32)| {
                end += length;
                Run { cell, begin: end - length, end }
            };
            let runs: Vec<Run> = (0..).zip(&lengths).map(run).collect();
            let parts = split(&runs, responses_max);
            prop_assert!(parts.iter().all(|part| count(part) <= responses_max));
            // All but the last are full.
            prop_assert!(parts.len() <= count(&runs).div_ceil(responses_max).max(1));
            let each = |runs: &[Run]| -> Vec<(u32, u32)> {
                runs.iter().flat_map(|run| (run.begin..run.end).map(|response| (run.cell, response))).collect()
            };
            prop_assert_eq!(each(&parts.concat()), each(&runs));
        }
    }
}

//! Weighted sums of products over respondents, for design effects: `Σ_k w_k d_k d_kᵀ`, exact.

use std::collections::BTreeMap;

use super::EstimationError;
use super::cells::Cells;
use super::frame::Frame;
use super::log::{Entry, Log};
use super::unit_totals::{BILLIONTH, Projection};
use crate::statistics::{PairSums, SymmetricMatrix};

/// Floats hold whole numbers exactly up to here.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// The square of the highest rating: no product of two entries of `d` is larger.
const PRODUCT_MAX: f64 = 25.0;

/// Sums of products that are added in floats while those are exact, and in integers beyond: several times faster than
/// integers alone, with the same result to the last bit.
#[derive(Debug)]
pub(super) struct PairAccumulator {
    satisfied_from: u8,
    exact: PairSums,
    recent: SymmetricMatrix,
    /// No entry of `recent` is larger.
    bound: f64,
    d: Vec<f64>,
}

impl PairAccumulator {
    pub(super) fn new(items: usize, satisfied_from: u8) -> Self {
        Self {
            satisfied_from,
            exact: PairSums::new(3 * items),
            recent: SymmetricMatrix::zeros(3 * items),
            bound: 0.0,
            d: vec![0.0; 3 * items],
        }
    }

    /// Adds a response.
    pub(super) fn add(&mut self, entry: Entry<'_>) -> Result<(), EstimationError> {
        let weight = entry.weight.billionths() as f64;
        let largest = weight * PRODUCT_MAX;
        if self.bound + largest > EXACT_MAX {
            self.settle()?;
        }
        if largest > EXACT_MAX {
            let indicators = indicators(entry.ratings, self.satisfied_from);
            return Ok(self.exact.add_outer(&indicators, entry.weight.billionths())?);
        }
        self.bound += largest;
        let items = entry.ratings.len();
        for (item, rating) in entry.ratings.iter().enumerate() {
            self.d[item] = f64::from(u8::from(*rating >= self.satisfied_from));
            self.d[items + item] = f64::from(u8::from(*rating > 0));
            self.d[2 * items + item] = f64::from(*rating);
        }
        self.recent.add_outer(&self.d, weight);
        Ok(())
    }

    /// Moves what was added in floats to the integers.
    fn settle(&mut self) -> Result<(), EstimationError> {
        self.exact.add_whole(&self.recent)?;
        self.recent.clear();
        self.bound = 0.0;
        Ok(())
    }

    /// Everything that was added.
    pub(super) fn finish(mut self) -> Result<PairSums, EstimationError> {
        self.settle()?;
        Ok(self.exact)
    }
}

/// The vector `d_k` of a response: satisfied, answered and rating of each item, without its weight.
fn indicators(ratings: &[u8], satisfied_from: u8) -> Vec<i64> {
    let satisfied = ratings.iter().map(|rating| i64::from(*rating >= satisfied_from));
    let answered = ratings.iter().map(|rating| i64::from(*rating > 0));
    satisfied.chain(answered).chain(ratings.iter().map(|rating| i64::from(*rating))).collect()
}

/// Each domain's weighted sums of products over respondents, group by group.
pub(super) fn pairs_by_domain(
    frame: &Frame,
    cells: &Cells,
    projection: &Projection,
    satisfied_from: u8,
) -> Result<BTreeMap<usize, SymmetricMatrix>, EstimationError> {
    let (log, dimension) = (frame.log(), 3 * frame.items());
    let mut found: BTreeMap<usize, SymmetricMatrix> = BTreeMap::new();
    let order = log.sorted_by_key(|_, cell| (cells.group(cell), cell))?;
    for group in order.chunk_by(|a, b| cells.group(log.get(*a).cell) == cells.group(log.get(*b).cell)) {
        let sums = pairs_side_by_side(log, cells, group, (frame.items(), satisfied_from))?;
        let factor = projection.factor(cells.group(log.get(group[0]).cell));
        for (domain, sums) in sums {
            let sum = found.entry(domain).or_insert_with(|| SymmetricMatrix::zeros(dimension));
            sum.add_scaled(&sums.to_matrix(BILLIONTH), factor);
        }
    }
    Ok(found)
}

/// From this many responses on, another thread is worth its start.
const RESPONSES_PER_THREAD_MIN: usize = 20_000;

/// [`pairs_of`] on all processors; integers add up to the same in any split.
fn pairs_side_by_side(
    log: &Log,
    cells: &Cells,
    responses: &[u32],
    shape: (usize, u8),
) -> Result<BTreeMap<usize, PairSums>, EstimationError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let per_thread = responses.len().div_ceil(threads).max(RESPONSES_PER_THREAD_MIN);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let start = |part| scope.spawn(move || pairs_of(log, cells, part, shape));
        let running: Vec<_> = responses.chunks(per_thread).map(start).collect();
        let finish = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(finish).collect()
    });
    let mut sums: BTreeMap<usize, PairSums> = BTreeMap::new();
    for part in parts {
        for (domain, pairs) in part? {
            merge(&mut sums, domain, &pairs)?;
        }
    }
    Ok(sums)
}

/// The sums of products of some responses, ordered by cell, for each domain.
fn pairs_of(
    log: &Log,
    cells: &Cells,
    responses: &[u32],
    (items, satisfied_from): (usize, u8),
) -> Result<BTreeMap<usize, PairSums>, EstimationError> {
    let mut sums = BTreeMap::new();
    for cell in responses.chunk_by(|a, b| log.get(*a).cell == log.get(*b).cell) {
        let mut pairs = PairAccumulator::new(items, satisfied_from);
        cell.iter().try_for_each(|index| pairs.add(log.get(*index)))?;
        let pairs = pairs.finish()?;
        for domain in cells.domains(log.get(cell[0]).cell) {
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
    use crate::foundation::Weight;

    proptest! {
        #[test]
        fn floats_give_the_integers_of_integers_alone(
            responses in prop::collection::vec((1..=Weight::MAX.billionths(), prop::collection::vec(0_u8..=5, 3)), 0..60),
        ) {
            let mut pairs = PairAccumulator::new(3, 4);
            let mut exact = PairSums::new(9);
            for (weight, ratings) in &responses {
                let weight = Weight::from_billionths(*weight).unwrap();
                pairs.add(Entry { place: 0, cell: 0, weight, ratings }).unwrap();
                exact.add_outer(&indicators(ratings, 4), weight.billionths()).unwrap();
            }
            prop_assert_eq!(pairs.finish().unwrap().to_matrix(1.0), exact.to_matrix(1.0));
        }
    }
}

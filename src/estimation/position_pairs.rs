//! Numbers for pairs of positions: where two levels are among those whose covariances are wanted.

use std::collections::BTreeMap;

/// A value a statistic for each pair of positions; the first position is the smaller one.
pub(super) type Pairs = BTreeMap<(usize, usize), Vec<f64>>;

/// The pair of two positions, the smaller one first.
pub(super) fn ordered(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

/// Adds the values of other pairs, multiplied by a factor.
pub(super) fn add_pairs(sum: &mut Pairs, other: &Pairs, factor: f64) {
    for (pair, values) in other {
        let sums = sum.entry(*pair).or_insert_with(|| vec![0.0; values.len()]);
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value);
    }
}

//! The covariance of many estimates, most of which have nothing in common.

use std::collections::BTreeMap;

/// The variances of estimates, and the covariances of the pairs that have any. So independent estimates take as much room as
/// there are estimates, and not its square.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseCovariance {
    variances: Vec<f64>,
    /// Of each estimate, those after it that it is tied to, in order; nothing where so many pairs are tied that they were not
    /// gathered.
    ties: Option<Vec<Vec<(usize, f64)>>>,
}

impl Default for SparseCovariance {
    /// That of no estimate.
    fn default() -> Self {
        Self { variances: Vec::new(), ties: Some(Vec::new()) }
    }
}

impl SparseCovariance {
    /// Estimates with these variances and these covariances of pairs, the first of which is the smaller.
    #[must_use]
    pub fn new(variances: Vec<f64>, pairs: impl IntoIterator<Item = ((usize, usize), f64)>) -> Self {
        let ordered: BTreeMap<(usize, usize), f64> = pairs.into_iter().collect();
        let mut ties = vec![Vec::new(); variances.len()];
        for ((first, second), covariance) in ordered {
            ties[first].push((second, covariance));
        }
        Self { variances, ties: Some(ties) }
    }

    /// Estimates with these variances whose covariances were not gathered.
    #[must_use]
    pub fn ungathered(variances: Vec<f64>) -> Self {
        Self { variances, ties: None }
    }

    /// That of a matrix with a row and a column for each estimate.
    #[must_use]
    pub fn of_rows(rows: &[Vec<f64>]) -> Self {
        let variances = rows.iter().enumerate().map(|(i, row)| row[i]).collect();
        let after = |(i, row): (usize, &Vec<f64>)| {
            let of_row: Vec<_> = row.iter().enumerate().skip(i + 1).map(|(j, between)| ((i, j), *between)).collect();
            of_row.into_iter().filter(|(_, between)| *between != 0.0)
        };
        Self::new(variances, rows.iter().enumerate().flat_map(after))
    }

    /// The variances, in the order of the estimates.
    #[must_use]
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The covariance of two estimates, or the variance of one; nothing where covariances were not gathered.
    #[must_use]
    pub fn between(&self, a: usize, b: usize) -> Option<f64> {
        if a == b {
            return Some(self.variances[a]);
        }
        let ties = &self.ties.as_ref()?[a.min(b)];
        let found = ties.binary_search_by_key(&a.max(b), |(other, _)| *other);
        Some(found.map_or(0.0, |place| ties[place].1))
    }

    /// The pairs that have a covariance other than 0; nothing where they were not gathered.
    #[must_use]
    pub fn pairs(&self) -> Option<impl Iterator<Item = ((usize, usize), f64)>> {
        let of_row = |(first, ties): (usize, &'_ Vec<(usize, f64)>)| {
            ties.iter().map(|(second, between)| ((first, *second), *between)).collect::<Vec<_>>()
        };
        let pairs = self.ties.as_ref()?.iter().enumerate().flat_map(of_row);
        Some(pairs.filter(|(_, between)| *between != 0.0))
    }

    /// All of it as a matrix; 0 where covariances were not gathered.
    #[must_use]
    pub fn to_rows(&self) -> Vec<Vec<f64>> {
        let units = self.variances.len();
        let row = |i: usize| (0..units).map(|j| self.between(i, j).unwrap_or(0.0)).collect();
        (0..units).map(row).collect()
    }

    /// This and another one, whose estimates have nothing in common with these.
    pub fn append(&mut self, other: &Self) {
        let before = self.variances.len();
        self.variances.extend(&other.variances);
        match (&mut self.ties, &other.ties) {
            (Some(ties), Some(more)) => {
                let moved = |(at, between): &(usize, f64)| (at + before, *between);
                ties.extend(more.iter().map(|of_one| of_one.iter().map(moved).collect()));
            }
            (ties, _) => *ties = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matrix() -> impl Strategy<Value = Vec<Vec<f64>>> {
        let entry = prop_oneof![3 => Just(0.0), 1 => -1.0_f64..1.0];
        (1_usize..8, prop::collection::vec(entry, 64)).prop_map(|(units, entries)| {
            let at = |i: usize, j: usize| if i == j { 1.0 + entries[9 * i] } else { entries[8 * i.min(j) + i.max(j)] };
            (0..units).map(|i| (0..units).map(|j| at(i, j)).collect()).collect()
        })
    }

    proptest! {
        #[test]
        fn a_matrix_comes_back_to_the_last_bit_and_so_do_two_one_after_the_other(a in matrix(), b in matrix()) {
            let mut both = SparseCovariance::of_rows(&a);
            prop_assert_eq!(both.to_rows(), a.clone());
            both.append(&SparseCovariance::of_rows(&b));
            for (i, row) in both.to_rows().iter().enumerate() {
                for (j, between) in row.iter().enumerate() {
                    let of = |rows: &[Vec<f64>], by: usize| rows[i - by][j - by];
                    let expected = match (i < a.len(), j < a.len()) {
                        (true, true) => of(&a, 0),
                        (false, false) => of(&b, a.len()),
                        _ => 0.0,
                    };
                    prop_assert_eq!(between.to_bits(), expected.to_bits());
                }
            }
            let pairs: Vec<_> = both.pairs().unwrap().collect();
            prop_assert!(pairs.iter().all(|((i, j), between)| i < j && both.between(*j, *i) == Some(*between)));
        }
    }

    #[test]
    fn what_was_not_gathered_is_not_0() {
        let mut unknown = SparseCovariance::ungathered(vec![1.0, 2.0]);
        assert_eq!((unknown.between(0, 1), unknown.between(1, 1)), (None, Some(2.0)));
        unknown.append(&SparseCovariance::of_rows(&[vec![3.0]]));
        assert_eq!((unknown.between(0, 2), unknown.variances()), (None, &[1.0, 2.0, 3.0][..]));
        assert!(unknown.pairs().is_none());
    }
}

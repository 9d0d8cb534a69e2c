//! How much weight each two ratings of each two items have together: the table that all sums of products are read off.

use super::EstimationError;
use super::log::Entry;
use crate::foundation::Weight;
use crate::statistics::PairSums;

/// Ratings, from 1.
const RATINGS: u8 = 5;
/// Room for all ratings and 0, up to a power of two: what is below it needs no check.
const ROOM: usize = 8;
/// No two entries of a response's `d` have a larger product.
const PRODUCT_MAX: i64 = 25;
/// From this many responses on the table, which must be read off at the end, costs less than their products one by one.
const RESPONSES_MIN: usize = 8;

/// `Σ_k w_k d_k d_kᵀ` over responses, where `d_k` says of each item whether it satisfies, whether it was answered, and its
/// rating. A response changes one number a pair of items, instead of the nine products that follow from it.
#[derive(Debug)]
pub(super) struct JointWeights {
    satisfied_from: u8,
    items: usize,
    /// For each item and each of its ratings, for it and each item after it: the weight by the rating of that one.
    table: Vec<[i64; ROOM]>,
    /// The sum of all weights in the table; no entry is larger.
    weight: i64,
}

impl JointWeights {
    pub(super) fn new(items: usize, satisfied_from: u8) -> Self {
        let table = vec![[0; ROOM]; usize::from(RATINGS) * items * (items + 1) / 2];
        Self { satisfied_from, items, table, weight: 0 }
    }

    /// The sums over some responses, and how many they are; the table is empty before and afterwards.
    pub(super) fn sums_of<'a>(
        &mut self,
        responses: usize,
        entries: impl Iterator<Item = Entry<'a>>,
    ) -> Result<PairSums, EstimationError> {
        let mut sums = PairSums::new(3 * self.items);
        if responses < RESPONSES_MIN {
            for entry in entries {
                sums.add_outer(&indicators(entry.ratings, self.satisfied_from), entry.weight.billionths())?;
            }
            return Ok(sums);
        }
        for entry in entries {
            if self.weight > i64::MAX / PRODUCT_MAX - entry.weight.billionths() {
                self.settle(&mut sums)?;
            }
            self.add(entry.weight, entry.ratings);
        }
        self.settle(&mut sums)?;
        Ok(sums)
    }

    fn add(&mut self, weight: Weight, ratings: &[u8]) {
        let weight = weight.billionths();
        self.weight += weight;
        let mut begin = 0;
        for (item, rating) in ratings.iter().enumerate() {
            let width = ratings.len() - item;
            if let Some(above) = usize::from(*rating).checked_sub(1) {
                let row = begin + above * width;
                for (sums, other) in self.table[row..row + width].iter_mut().zip(&ratings[item..]) {
                    sums[usize::from(*other) % ROOM] += weight;
                }
            }
            begin += usize::from(RATINGS) * width;
        }
    }

    /// Moves what the table holds into sums of products.
    fn settle(&mut self, sums: &mut PairSums) -> Result<(), EstimationError> {
        let (items, satisfied_from) = (self.items, self.satisfied_from);
        let mut begin = 0;
        for item in 0..items {
            let width = items - item;
            for other in item..items {
                let at = |rating: u8| begin + usize::from(rating - 1) * width + other - item;
                let mut products = [[0_i64; 3]; 3];
                for rating in 1..=RATINGS {
                    let others = parts(&self.table[at(rating)], satisfied_from);
                    for (products, part) in products.iter_mut().zip(d_of(rating, satisfied_from)) {
                        products.iter_mut().zip(others).for_each(|(product, other)| *product += part * other);
                    }
                }
                let entries = (0..9).map(|entry| (entry / 3, entry % 3));
                // An item's products with itself stand on both sides of the diagonal.
                let entries = entries.filter(|(left, right)| item < other || left <= right);
                sums.add_entries(
                    entries.map(|(left, right)| (left * items + item, right * items + other, products[left][right])),
                )?;
            }
            begin += usize::from(RATINGS) * width;
        }
        self.table.fill([0; ROOM]);
        self.weight = 0;
        Ok(())
    }
}

/// What a rating says: whether it satisfies, that it was given, and itself.
fn d_of(rating: u8, satisfied_from: u8) -> [i64; 3] {
    [i64::from(rating >= satisfied_from), i64::from(rating > 0), i64::from(rating)]
}

/// `Σ_r w_r d(r)` over the ratings of one item.
fn parts(weights: &[i64; ROOM], satisfied_from: u8) -> [i64; 3] {
    let mut parts = [0; 3];
    for (rating, weight) in (0..=RATINGS).zip(weights).skip(1) {
        parts.iter_mut().zip(d_of(rating, satisfied_from)).for_each(|(sum, part)| *sum += part * weight);
    }
    parts
}

/// The vector `d_k` of a response, without its weight.
fn indicators(ratings: &[u8], satisfied_from: u8) -> Vec<i64> {
    let of = |part: usize| ratings.iter().map(move |rating| d_of(*rating, satisfied_from)[part]);
    (0..3).flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_table_gives_the_sums_of_products_one_by_one(
            responses in prop::collection::vec((1..=Weight::MAX.billionths(), prop::collection::vec(0_u8..=5, 3)), 0..40),
            satisfied_from in 1_u8..=5, copies in prop::sample::select(vec![1, 30]),
        ) {
            // Many copies do not fit the table at once.
            let responses: Vec<_> = responses.iter().cycle().take(copies * responses.len()).collect();
            let mut exact = PairSums::new(9);
            let mut entries = Vec::new();
            for (weight, ratings) in &responses {
                let weight = Weight::from_billionths(*weight).unwrap();
                entries.push(Entry { weight, ratings });
                exact.add_outer(&indicators(ratings, satisfied_from), weight.billionths()).unwrap();
            }
            let mut joint = JointWeights::new(3, satisfied_from);
            for _ in 0..2 {
                prop_assert_eq!(joint.sums_of(entries.len(), entries.iter().copied()).unwrap().to_matrix(1.0), exact.to_matrix(1.0));
            }
        }
    }
}

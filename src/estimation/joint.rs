//! How much weight each two ratings of each two items have together: the table that all sums of products are read off.

use super::EstimationError;
use super::log::Entry;
use crate::foundation::{RatingScale, Weight};
use crate::statistics::PairSums;

/// Room for 0 and all ratings of scales of up to 7 points, up to a power of two: what is below it needs no check.
pub(super) const ROOM_OF_7: usize = 8;
/// The same for any scale.
pub(super) const ROOM_OF_ALL: usize = 16;
/// From this many responses on the table, which must be read off at the end, costs less than their products one by one.
const RESPONSES_MIN: usize = 8;

/// `Σ_k w_k d_k d_kᵀ` over responses, where `d_k` says of each item whether it satisfies, whether it was answered, and its
/// score. A response changes one number a pair of items, instead of the nine products that follow from it.
#[derive(Debug)]
pub(super) struct JointWeights<'a, const ROOM: usize> {
    scales: &'a [RatingScale],
    /// The most points of a scale.
    ratings: u8,
    /// No two entries of a response's `d` have a larger product.
    product_max: i64,
    /// For each item and each of its ratings, for it and each item after it: the weight by the rating of that one.
    table: Vec<[i64; ROOM]>,
    /// The sum of all weights in the table; no entry is larger.
    weight: i64,
}

impl<'a, const ROOM: usize> JointWeights<'a, ROOM> {
    pub(super) fn new(scales: &'a [RatingScale]) -> Self {
        let ratings = points_max(scales);
        debug_assert!(usize::from(ratings) < ROOM, "a rating stands for itself in the table");
        let table = vec![[0; ROOM]; usize::from(ratings) * scales.len() * (scales.len() + 1) / 2];
        let score_max = i64::from(score_max(scales));
        Self { scales, ratings, product_max: score_max * score_max, table, weight: 0 }
    }

    /// The sums over some responses, and how many they are; the table is empty before and afterwards.
    pub(super) fn sums_of<'e>(
        &mut self,
        responses: usize,
        entries: impl Iterator<Item = Entry<'e>>,
    ) -> Result<PairSums, EstimationError> {
        let mut sums = PairSums::new(3 * self.scales.len());
        if responses < RESPONSES_MIN {
            for entry in entries {
                sums.add_outer(&indicators(entry.ratings, self.scales), entry.weight.billionths())?;
            }
            return Ok(sums);
        }
        for entry in entries {
            if self.weight > i64::MAX / self.product_max - entry.weight.billionths() {
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
            begin += usize::from(self.ratings) * width;
        }
    }

    /// Moves what the table holds into sums of products.
    fn settle(&mut self, sums: &mut PairSums) -> Result<(), EstimationError> {
        let items = self.scales.len();
        let mut begin = 0;
        for (item, scale) in self.scales.iter().enumerate() {
            let width = items - item;
            for other in item..items {
                let at = |rating: u8| begin + usize::from(rating - 1) * width + other - item;
                let mut products = [[0_i64; 3]; 3];
                for rating in 1..=self.ratings {
                    let others = parts(&self.table[at(rating)], self.scales[other]);
                    for (products, part) in products.iter_mut().zip(d_of(rating, *scale)) {
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
            begin += usize::from(self.ratings) * width;
        }
        self.table.fill([0; ROOM]);
        self.weight = 0;
        Ok(())
    }
}

/// The sums of products of some responses, which are counted before.
pub(super) fn products_of<'e>(
    scales: &[RatingScale],
    responses: usize,
    entries: impl Iterator<Item = Entry<'e>>,
) -> Result<PairSums, EstimationError> {
    if usize::from(points_max(scales)) < ROOM_OF_7 {
        JointWeights::<ROOM_OF_7>::new(scales).sums_of(responses, entries)
    } else {
        JointWeights::<ROOM_OF_ALL>::new(scales).sums_of(responses, entries)
    }
}

/// The most points of any of the scales; at least those of the usual one.
pub(super) fn points_max(scales: &[RatingScale]) -> u8 {
    scales.iter().map(|scale| scale.points()).fold(RatingScale::FIVE.points(), u8::max)
}

/// No score of any of the scales lies further from 0; at least that of the usual one.
pub(super) fn score_max(scales: &[RatingScale]) -> u8 {
    let ends = scales.iter().flat_map(|scale| [scale.start(), scale.end()]);
    ends.map(i8::unsigned_abs).fold(RatingScale::FIVE.end().unsigned_abs(), u8::max)
}

/// What a rating says: whether it satisfies, that it was given, and its score.
fn d_of(rating: u8, scale: RatingScale) -> [i64; 3] {
    [i64::from(rating >= scale.satisfying_rank()), i64::from(rating > 0), i64::from(scale.score(rating))]
}

/// `Σ_r w_r d(r)` over the ratings of one item.
fn parts<const ROOM: usize>(weights: &[i64; ROOM], scale: RatingScale) -> [i64; 3] {
    let mut parts = [0; 3];
    for (rating, weight) in (0..=scale.points()).zip(weights).skip(1) {
        parts.iter_mut().zip(d_of(rating, scale)).for_each(|(sum, part)| *sum += part * weight);
    }
    parts
}

/// The vector `d_k` of a response, without its weight.
pub(super) fn indicators(ratings: &[u8], scales: &[RatingScale]) -> Vec<i64> {
    let of = |part: usize| ratings.iter().zip(scales).map(move |(rating, scale)| d_of(*rating, *scale)[part]);
    (0..3).flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Three scales, and ratings on each of them.
    fn scales() -> impl Strategy<Value = ([RatingScale; 3], Vec<(i64, Vec<u8>)>)> {
        let scale = (-10_i64..=10, 1_i64..=10).prop_flat_map(|(start, steps)| {
            (1..=steps).prop_map(move |step| RatingScale::new(start, start + steps, start + step).unwrap())
        });
        let scales = prop_oneof![Just([RatingScale::FIVE; 3]), prop::array::uniform3(scale)];
        scales.prop_flat_map(|scales| {
            let ratings: Vec<_> = scales.iter().map(|scale| 0..=scale.points()).collect();
            (Just(scales), prop::collection::vec((1..=Weight::MAX.billionths(), ratings), 0..40))
        })
    }

    fn sums<const ROOM: usize>(scales: &[RatingScale], entries: &[Entry<'_>]) -> [PairSums; 2] {
        let mut joint = JointWeights::<ROOM>::new(scales);
        [(); 2].map(|()| joint.sums_of(entries.len(), entries.iter().copied()).unwrap())
    }

    proptest! {
        #[test]
        fn the_table_gives_the_sums_of_products_one_by_one(
            (scales, responses) in scales(), copies in prop::sample::select(vec![1, 30]),
        ) {
            // Many copies do not fit the table at once.
            let responses: Vec<_> = responses.iter().cycle().take(copies * responses.len()).collect();
            let mut exact = PairSums::new(9);
            let mut entries = Vec::new();
            for (weight, ratings) in &responses {
                let weight = Weight::from_billionths(*weight).unwrap();
                entries.push(Entry { weight, ratings });
                exact.add_outer(&indicators(ratings, &scales), weight.billionths()).unwrap();
            }
            let mut found = sums::<ROOM_OF_ALL>(&scales, &entries).to_vec();
            if usize::from(points_max(&scales)) < ROOM_OF_7 {
                found.extend(sums::<ROOM_OF_7>(&scales, &entries));
            }
            for sums in found {
                prop_assert_eq!(sums.to_matrix(1.0), exact.to_matrix(1.0));
            }
        }
    }
}

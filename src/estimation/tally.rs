//! The durable, mergeable state: weighted counts of each rating, in exact integers.

use super::EstimationError;
use super::limits::ITEMS_MAX;
use crate::foundation::{RatingScale, Weight};

/// Ratings that are kept of each item: as many as nearly all scales have, or, from the first higher rating on, as many as any has.
const RATINGS: [usize; 2] = [5, RatingScale::POINTS_MAX as usize];
/// What a whole part of a weight is worth.
pub(super) const BILLIONTH: f64 = 1.0 / Weight::SCALE as f64;
/// Sums before those of the first item: how many responses, and their weight.
const HEAD: usize = 2;

/// What is known of a group of responses, such as those of one primary sampling unit, once they are added up.
///
/// Weights are in whole billionths, so sums are exact: the same in any order, and a removed response leaves no trace. No
/// number of responses fills the integers: the largest weights of 2⁶³ responses, each with the highest rating, come to 2¹²⁰.
/// The rating is kept, not whether it satisfies: so no index method is built into what is kept. Ratings are ranks, from 1 for
/// the worst point of the item's scale (see [`RatingScale`]).
///
/// In order: responses, Σw, then per rated item: answered, Σw of rating 1, …, Σw of rating 5, or of rating 11 where there are
/// ratings above 5.
#[derive(Debug, Clone)]
pub struct TallySums {
    sums: Vec<i128>,
    /// How many ratings are kept of each item, one of [`RATINGS`].
    ratings: usize,
}

impl TallySums {
    /// The most rated items of a questionnaire.
    pub const ITEMS_MAX: usize = ITEMS_MAX;

    /// The tally of no response to `items` rated items (1 to [`Self::ITEMS_MAX`]).
    pub fn new(items: usize) -> Result<Self, EstimationError> {
        if (1..=Self::ITEMS_MAX).contains(&items) {
            Ok(Self { sums: vec![0; length(items, RATINGS[0])], ratings: RATINGS[0] })
        } else {
            Err(EstimationError::Items { found: items })
        }
    }

    /// How many rated items it counts.
    #[must_use]
    pub fn items(&self) -> usize {
        (self.sums.len() - HEAD) / (1 + self.ratings)
    }

    /// Adds a response: one rating an item, 0 where it was not answered. On an error nothing is added.
    ///
    /// One of weight 0 has answered nothing, as in R, where it counts neither in n nor in the degrees of freedom: all that it
    /// tells is that its sampling unit was drawn.
    pub fn add_response(&mut self, weight: Weight, ratings: &[u8]) -> Result<(), EstimationError> {
        let highest = check_ratings(ratings, self.items(), RatingScale::POINTS_MAX)?;
        let weight = i128::from(weight.billionths());
        let [responses, weights] = [(self.sums[0], 1), (self.sums[1], weight)].map(|(sum, more)| sum.checked_add(more));
        // No other sum grows faster than these two: a response that fits here fits everywhere.
        let (Some(responses), Some(weights)) = (responses, weights) else { return Err(EstimationError::Overflow) };
        if usize::from(highest) > self.ratings {
            self.widen();
        }
        (self.sums[0], self.sums[1]) = (responses, weights);
        for (sums, rating) in self.sums[HEAD..].chunks_exact_mut(1 + self.ratings).zip(ratings) {
            // Without a branch, which missing answers would often mislead.
            let is_given = *rating > 0 && weight > 0;
            sums[0] += i128::from(is_given);
            sums[usize::from(*rating)] += if is_given { weight } else { 0 };
        }
        Ok(())
    }

    /// Makes room for the ratings of any scale.
    fn widen(&mut self) {
        let [few, all] = RATINGS;
        if self.ratings == few {
            let widened =
                |sums: &[i128]| sums.iter().copied().chain(std::iter::repeat_n(0, all - few)).collect::<Vec<_>>();
            let items = self.sums[HEAD..].chunks_exact(1 + few).flat_map(widened);
            self.sums = self.sums[..HEAD].iter().copied().chain(items).collect();
            self.ratings = all;
        }
    }

    /// The same with room for as many ratings as the other has.
    fn as_wide_as(&self, other: &Self) -> Self {
        let mut tally = self.clone();
        if other.ratings > tally.ratings {
            tally.widen();
        }
        tally
    }

    /// Adds the tally of other responses. On an error nothing is added.
    pub fn add(&mut self, other: &Self) -> Result<(), EstimationError> {
        self.combine(other, EstimationError::Overflow, i128::overflowing_add, i128::wrapping_sub)
    }

    /// Takes out responses that were added. On an error nothing is taken out.
    pub fn subtract(&mut self, other: &Self) -> Result<(), EstimationError> {
        let minus = |a: i128, b: i128| (a.wrapping_sub(b), b > a);
        self.combine(other, EstimationError::Negative, minus, i128::wrapping_add)
    }

    fn combine(
        &mut self,
        other: &Self,
        error: EstimationError,
        operation: impl Fn(i128, i128) -> (i128, bool),
        undone: impl Fn(i128, i128) -> i128,
    ) -> Result<(), EstimationError> {
        if self.items() != other.items() {
            return Err(EstimationError::Length { expected: self.items(), found: other.items() });
        }
        if self.ratings != other.ratings {
            let mut wide = self.as_wide_as(other);
            wide.combine(&other.as_wide_as(self), error, operation, undone)?;
            *self = wide;
            return Ok(());
        }
        let mut is_refused = false;
        for (a, b) in self.sums.iter_mut().zip(&other.sums) {
            let (result, is_wrong) = operation(*a, *b);
            *a = result;
            is_refused |= is_wrong;
        }
        if is_refused {
            self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a = undone(*a, *b));
            return Err(error);
        }
        Ok(())
    }

    /// How many responses were added.
    #[must_use]
    pub fn responses(&self) -> u64 {
        count(self.sums[0])
    }

    /// The sum of their weights, in billionths.
    #[must_use]
    pub fn weight_sum(&self) -> i128 {
        self.sums[1]
    }

    /// How many answered the item at `position`.
    #[must_use]
    pub fn answered(&self, position: usize) -> u64 {
        count(self.sums[HEAD + (1 + self.ratings) * position])
    }

    /// The weight in billionths of each rating of the item at `position`, the worst rating first. Ratings behind the last
    /// were not given.
    #[must_use]
    pub fn rating_weights(&self, position: usize) -> &[i128] {
        let begin = HEAD + (1 + self.ratings) * position + 1;
        &self.sums[begin..begin + self.ratings]
    }

    /// The totals that all statistics are functions of, in billionths: the weight of satisfied answers of each item,
    /// then the weight of all answers of each item, then the weighted sum of scores of each item ([`RatingScale::score`]).
    pub fn totals(&self, scales: &[RatingScale]) -> Result<Vec<i128>, EstimationError> {
        let items = self.items();
        if scales.len() != items {
            return Err(EstimationError::Length { expected: items, found: scales.len() });
        }
        let mut totals = vec![0_i128; 3 * items];
        for (item, scale) in scales.iter().enumerate() {
            // The weight of all ratings from one on, the highest first. A score is the lowest one and a step for each rating above the
            // first; so sums of scores need no product a rating, and those of all steps have room (see above).
            let (mut from_here, mut steps) = (0_i128, 0_i128);
            let weights = self.rating_weights(item);
            for (above, weight) in weights.iter().enumerate().rev() {
                from_here += weight;
                if above + 1 == usize::from(scale.satisfying_rank()) {
                    totals[item] = from_here;
                }
                if above > 0 {
                    steps += from_here;
                }
            }
            totals[items + item] = from_here;
            let lowest = from_here.checked_mul(i128::from(scale.score(1))).ok_or(EstimationError::Overflow)?;
            totals[2 * items + item] = lowest.checked_add(steps).ok_or(EstimationError::Overflow)?;
        }
        Ok(totals)
    }

    /// How many ratings are kept of each item.
    pub(super) fn ratings(&self) -> usize {
        self.ratings
    }

    /// The sums as counts (responses, then answers of each item) and weights (of all, then of each rating of each item).
    pub(super) fn to_lists(&self) -> (Vec<i128>, Vec<i128>) {
        let (mut counts, mut weights) = (vec![self.sums[0]], vec![self.sums[1]]);
        for sums in self.sums[HEAD..].chunks_exact(1 + self.ratings) {
            counts.push(sums[0]);
            weights.extend_from_slice(&sums[1..]);
        }
        (counts, weights)
    }

    /// The tally that [`Self::to_lists`] took apart, of so many ratings an item; nothing where no responses have such sums.
    pub(super) fn from_lists(items: usize, ratings: usize, counts: &[i128], weights: &[i128]) -> Option<Self> {
        let is_of_items = counts.len() == 1 + items && weights.len() == 1 + ratings * items;
        if !RATINGS.contains(&ratings) || !is_of_items {
            return None;
        }
        let mut sums = vec![counts[0], weights[0]];
        for (answered, weights) in counts[1..].iter().zip(weights[1..].chunks_exact(ratings)) {
            sums.push(*answered);
            sums.extend_from_slice(weights);
        }
        Some(Self { sums, ratings }).filter(Self::is_possible)
    }

    /// Whether no item was answered more often, or with more weight, than there are responses.
    fn is_possible(&self) -> bool {
        let [responses, weight] = [self.sums[0], self.sums[1]];
        let item_is_possible = |sums: &[i128]| {
            let rated = sums[1..].iter().try_fold(0_i128, |sum, rating| sum.checked_add(*rating));
            sums.iter().all(|sum| *sum >= 0) && sums[0] <= responses && rated.is_some_and(|rated| rated <= weight)
        };
        let mut items = self.sums[HEAD..].chunks_exact(1 + self.ratings);
        u64::try_from(responses).is_ok() && weight >= 0 && items.all(item_is_possible)
    }
}

/// Tallies that count the same are equal, whatever room they have.
impl PartialEq for TallySums {
    fn eq(&self, other: &Self) -> bool {
        if self.ratings == other.ratings {
            return self.sums == other.sums;
        }
        self.as_wide_as(other).sums == other.as_wide_as(self).sums
    }
}

impl Eq for TallySums {}

/// How many sums there are.
fn length(items: usize, ratings: usize) -> usize {
    HEAD + (1 + ratings) * items
}

/// A sum that counts responses.
fn count(sum: i128) -> u64 {
    u64::try_from(sum).unwrap_or(u64::MAX)
}

/// Checks that there is one rating of 0 to `max` for each of `items`. Returns the highest.
pub(super) fn check_ratings(ratings: &[u8], items: usize, max: u8) -> Result<u8, EstimationError> {
    if ratings.len() != items {
        return Err(EstimationError::Length { expected: items, found: ratings.len() });
    }
    // The highest is found without a look at each by itself.
    let highest = ratings.iter().copied().max().unwrap_or(0);
    if highest <= max { Ok(highest) } else { Err(EstimationError::Rating { found: highest, max }) }
}

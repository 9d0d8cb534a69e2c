//! The durable, mergeable state: weighted counts of each rating, in exact integers.

use super::EstimationError;
use crate::foundation::Weight;

/// Ratings run from 1 to this number.
const RATINGS: usize = 5;
/// Sums per item: how many answered, and the weight of each rating.
const ITEM_SUMS: usize = 1 + RATINGS;
/// Sums before those of the first item: how many responses, and their weight.
const HEAD: usize = 2;

/// What is known of a group of responses, such as those of one primary sampling unit, once they are added up.
///
/// Weights are in whole billionths, so sums are exact: the same in any order, and a removed response leaves no trace.
/// The rating is kept, not whether it satisfies: so no index method is built into what is kept.
///
/// Layout: responses, Σw, then per rated item: answered, Σw of rating 1, …, Σw of rating 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallySums(Vec<i64>);

impl TallySums {
    /// The most rated items of a questionnaire.
    pub const ITEMS_MAX: usize = 200;

    /// The tally of no response to `items` rated items (1 to [`Self::ITEMS_MAX`]).
    pub fn new(items: usize) -> Result<Self, EstimationError> {
        if (1..=Self::ITEMS_MAX).contains(&items) {
            Ok(Self(vec![0; HEAD + ITEM_SUMS * items]))
        } else {
            Err(EstimationError::Items { found: items })
        }
    }

    /// How many rated items it counts.
    #[must_use]
    pub fn items(&self) -> usize {
        (self.0.len() - HEAD) / ITEM_SUMS
    }

    /// Adds a response: one rating an item, 0 where it was not answered. On an error nothing is added.
    ///
    /// One of weight 0 has answered nothing, as in R, where it counts neither in n nor in the degrees of freedom: all that it
    /// tells is that its sampling unit was drawn.
    pub fn add_response(&mut self, weight: Weight, ratings: &[u8]) -> Result<(), EstimationError> {
        check_ratings(ratings, self.items())?;
        let weight = weight.billionths();
        let [responses, weights] = [(self.0[0], 1), (self.0[1], weight)].map(|(sum, more)| sum.checked_add(more));
        // No other sum grows faster than these two: a response that fits here fits everywhere.
        let (Some(responses), Some(weights)) = (responses, weights) else { return Err(EstimationError::Overflow) };
        (self.0[0], self.0[1]) = (responses, weights);
        let (sums, _) = self.0[HEAD..].as_chunks_mut::<ITEM_SUMS>();
        for (sums, rating) in sums.iter_mut().zip(ratings) {
            // Without a branch, which missing answers would often mislead.
            let is_given = *rating > 0 && weight > 0;
            sums[0] += i64::from(is_given);
            sums[usize::from(*rating)] += if is_given { weight } else { 0 };
        }
        Ok(())
    }

    /// Adds the tally of other responses. On an error nothing is added.
    pub fn add(&mut self, other: &Self) -> Result<(), EstimationError> {
        self.combine(other, EstimationError::Overflow, i64::checked_add)
    }

    /// Takes out responses that were added. On an error nothing is taken out.
    pub fn subtract(&mut self, other: &Self) -> Result<(), EstimationError> {
        self.combine(other, EstimationError::Negative, |a, b| a.checked_sub(b).filter(|rest| *rest >= 0))
    }

    fn combine(
        &mut self,
        other: &Self,
        error: EstimationError,
        operation: impl Fn(i64, i64) -> Option<i64>,
    ) -> Result<(), EstimationError> {
        if self.0.len() != other.0.len() {
            return Err(EstimationError::Length { expected: self.0.len(), found: other.0.len() });
        }
        // Tried first, so that an error changes nothing.
        if self.0.iter().zip(&other.0).any(|(a, b)| operation(*a, *b).is_none()) {
            return Err(error);
        }
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a = operation(*a, *b).unwrap_or(*a);
        }
        Ok(())
    }

    /// How many responses were added.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self.0[0].unsigned_abs()
    }

    /// The sum of their weights, in billionths.
    #[must_use]
    pub fn weight_sum(&self) -> i64 {
        self.0[1]
    }

    /// How many answered the item at `position`.
    #[must_use]
    pub fn answered(&self, position: usize) -> u64 {
        self.0[HEAD + ITEM_SUMS * position].unsigned_abs()
    }

    /// The weight in billionths of each rating of the item at `position`, the worst rating first.
    #[must_use]
    pub fn rating_weights(&self, position: usize) -> [i64; RATINGS] {
        let begin = HEAD + ITEM_SUMS * position + 1;
        std::array::from_fn(|rating| self.0[begin + rating])
    }

    /// The totals that all statistics are functions of, in billionths: the weight of satisfied answers of each item,
    /// then the weight of all answers of each item, then the weighted sum of ratings of each item.
    pub fn totals(&self, satisfied_from: u8) -> Result<Vec<i64>, EstimationError> {
        let items = self.items();
        let mut totals = vec![0_i64; 3 * items];
        for item in 0..items {
            for (rating, weight) in (1_u8..).zip(self.rating_weights(item)) {
                if rating >= satisfied_from {
                    totals[item] += weight;
                }
                totals[items + item] += weight;
                let score = weight.checked_mul(i64::from(rating)).ok_or(EstimationError::Overflow)?;
                let sum = &mut totals[2 * items + item];
                *sum = sum.checked_add(score).ok_or(EstimationError::Overflow)?;
            }
        }
        Ok(totals)
    }

    /// The sums as bytes, 8 a sum, little endian; the length tells the number of items.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|sum| sum.to_le_bytes()).collect()
    }

    /// The tally that [`Self::to_bytes`] wrote, of a questionnaire with `items` rated items.
    pub fn from_bytes(items: usize, bytes: &[u8]) -> Result<Self, EstimationError> {
        let mut tally = Self::new(items)?;
        let (chunks, rest) = bytes.as_chunks::<8>();
        if chunks.len() != tally.0.len() || !rest.is_empty() {
            return Err(EstimationError::Length { expected: 8 * tally.0.len(), found: bytes.len() });
        }
        tally.0 = chunks.iter().map(|chunk| i64::from_le_bytes(*chunk)).collect();
        if tally.is_possible() { Ok(tally) } else { Err(EstimationError::Impossible) }
    }

    /// Whether no item was answered more often, or with more weight, than there are responses.
    fn is_possible(&self) -> bool {
        let [responses, weight] = [self.0[0], self.0[1]];
        let item_is_possible = |sums: &[i64]| {
            let rated = sums[1..].iter().try_fold(0_i64, |sum, rating| sum.checked_add(*rating));
            sums.iter().all(|sum| *sum >= 0) && sums[0] <= responses && rated.is_some_and(|rated| rated <= weight)
        };
        responses >= 0 && weight >= 0 && self.0[HEAD..].chunks_exact(ITEM_SUMS).all(item_is_possible)
    }
}

/// Checks that there is one rating of 0 to 5 for each of `items`.
pub(super) fn check_ratings(ratings: &[u8], items: usize) -> Result<(), EstimationError> {
    if ratings.len() != items {
        return Err(EstimationError::Length { expected: items, found: ratings.len() });
    }
    // The highest is found without a look at each by itself.
    if usize::from(ratings.iter().copied().max().unwrap_or(0)) <= RATINGS {
        return Ok(());
    }
    let found = ratings.iter().copied().find(|rating| usize::from(*rating) > RATINGS);
    Err(EstimationError::Rating { found: found.unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(responses: &[(i64, Vec<u8>)]) -> TallySums {
        let mut tally = TallySums::new(2).unwrap();
        for (weight, ratings) in responses {
            tally.add_response(Weight::from_billionths(*weight).unwrap(), ratings).unwrap();
        }
        tally
    }

    fn responses() -> impl Strategy<Value = Vec<(i64, Vec<u8>)>> {
        prop::collection::vec((1..=Weight::MAX.billionths(), prop::collection::vec(0_u8..=5, 2)), 0..20)
    }

    proptest! {
        #[test]
        fn tallies_add_up_in_any_order_and_sharding(responses in responses(), cut in 0_usize..20) {
            let (first, second) = responses.split_at(cut.min(responses.len()));
            let mut merged = tally(second);
            merged.add(&tally(first)).unwrap();
            prop_assert_eq!(&merged, &tally(&responses));
            merged.subtract(&tally(second)).unwrap();
            prop_assert_eq!(merged, tally(first));
        }

        #[test]
        fn a_tally_is_read_back_from_its_bytes(responses in responses()) {
            let tally = tally(&responses);
            prop_assert_eq!(TallySums::from_bytes(2, &tally.to_bytes()), Ok(tally));
        }
    }

    #[test]
    fn totals_count_the_satisfied_the_answers_and_the_ratings() {
        let tally = tally(&[(10, vec![5, 0]), (3, vec![3, 4]), (7, vec![4, 1])]);
        assert_eq!(tally.totals(4), Ok(vec![17, 3, 20, 10, 50 + 9 + 28, 12 + 7]));
        assert_eq!(tally.totals(5), Ok(vec![10, 0, 20, 10, 87, 19]));
        assert_eq!((tally.responses(), tally.weight_sum(), tally.answered(1)), (3, 20, 2));
        assert_eq!(tally.rating_weights(0), [0, 0, 3, 7, 10]);
    }

    #[test]
    fn from_1_to_200_items_are_taken() {
        for (items, taken) in [(0, false), (1, true), (200, true), (201, false)] {
            assert_eq!(TallySums::new(items).is_ok(), taken, "{items}");
        }
    }

    #[test]
    fn bytes_of_another_number_of_items_are_refused() {
        let bytes = tally(&[]).to_bytes();
        let length = |found| Err(EstimationError::Length { expected: 112, found });
        assert_eq!(TallySums::from_bytes(2, &bytes[1..]), length(111));
        assert_eq!(TallySums::from_bytes(2, &[&bytes[..], &[0]].concat()), length(113));
    }

    #[test]
    fn bytes_of_sums_that_no_responses_have_are_refused() {
        let sums = |first: [i64; 8]| TallySums(first.to_vec()).to_bytes();
        assert!(TallySums::from_bytes(1, &sums([2, 9, 2, 4, 0, 0, 0, 5])).is_ok());
        for impossible in [
            [-1, 9, 0, 0, 0, 0, 0, 0],
            [2, 9, 3, 4, 0, 0, 0, 5],
            [2, 9, 2, 5, 0, 0, 0, 5],
            [2, 9, 2, 5, -1, 0, 0, 5],
            [2, i64::MAX, 2, i64::MAX, 1, 0, 0, 0],
        ] {
            assert_eq!(TallySums::from_bytes(1, &sums(impossible)), Err(EstimationError::Impossible), "{impossible:?}");
        }
    }

    #[test]
    fn ratings_other_than_0_to_5_are_refused_and_leave_nothing() {
        let mut tally = tally(&[]);
        assert_eq!(tally.add_response(Weight::ONE, &[5, 6]), Err(EstimationError::Rating { found: 6 }));
        assert_eq!(tally.add_response(Weight::ONE, &[5]), Err(EstimationError::Length { expected: 2, found: 1 }));
        assert_eq!(tally, TallySums::new(2).unwrap());
    }

    #[test]
    fn a_sum_beyond_the_integers_is_an_error_and_changes_nothing() {
        let full = TallySums(vec![1, i64::MAX, 0, 0, 0, 0, 0, 0]);
        let mut tally = full.clone();
        assert_eq!(tally.add_response(Weight::ONE, &[1]), Err(EstimationError::Overflow));
        assert_eq!(tally.add(&full), Err(EstimationError::Overflow));
        assert_eq!(tally, full);
        assert_eq!(TallySums::new(1).unwrap().subtract(&full), Err(EstimationError::Negative));
    }
}

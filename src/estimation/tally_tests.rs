//! Tallies: sums that are the same in any order, and what is refused.

use proptest::prelude::*;

use super::EstimationError;
use super::tally::TallySums;
use crate::foundation::{RatingScale, Weight};

fn tally(responses: &[(i64, Vec<u8>)]) -> TallySums {
    let mut tally = TallySums::new(2).unwrap();
    for (weight, ratings) in responses {
        tally.add_response(Weight::from_billionths(*weight).unwrap(), ratings).unwrap();
    }
    tally
}

/// A tally of one item with these sums, if any responses have them.
fn tally_of(sums: [i128; 8]) -> Option<TallySums> {
    let [responses, weight, answered, ratings @ ..] = sums;
    TallySums::from_lists(1, 5, &[responses, answered], &[&[weight], ratings.as_slice()].concat())
}

fn responses() -> impl Strategy<Value = Vec<(i64, Vec<u8>)>> {
    prop::collection::vec(
        (1..=Weight::MAX.billionths(), prop::collection::vec(prop_oneof![9 => 0_u8..=5, 1 => 6_u8..=11], 2)),
        0..20,
    )
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
}

#[test]
fn people_beyond_what_64_bits_hold_are_counted() {
    // 20,000 million people, 2 · 10^19 billionths.
    let mut tally = tally(&[(Weight::MAX.billionths(), vec![5, 1])]);
    for _ in 0..11 {
        let more = tally.clone();
        tally.add(&more).unwrap();
    }
    let more = tally.clone();
    (0..9).for_each(|_| tally.add(&more).unwrap());
    assert_eq!(tally.weight_sum(), 20_480 * 1_000_000 * 1_000_000_000);
    assert_eq!(tally.totals(&[RatingScale::FIVE; 2]).unwrap()[4], 5 * tally.weight_sum());
}

#[test]
fn totals_count_the_satisfied_the_answers_and_the_ratings() {
    let tally = tally(&[(10, vec![5, 0]), (3, vec![3, 4]), (7, vec![4, 1])]);
    assert_eq!(tally.totals(&[RatingScale::FIVE; 2]), Ok(vec![17, 3, 20, 10, 50 + 9 + 28, 12 + 7]));
    assert_eq!(tally.totals(&[RatingScale::FIVE.satisfied_from(5).unwrap(); 2]), Ok(vec![10, 0, 20, 10, 87, 19]));
    assert_eq!((tally.responses(), tally.weight_sum(), tally.answered(1)), (3, 20, 2));
    assert_eq!(tally.rating_weights(0), [0, 0, 3, 7, 10]);
}

#[test]
fn ratings_above_5_make_room_for_themselves_wherever_they_come_from() {
    let (mut narrow, wide) = (tally(&[(10, vec![5, 0])]), tally(&[(3, vec![11, 4]), (7, vec![0, 6])]));
    assert_eq!((narrow.ratings(), wide.ratings()), (5, 11));
    let before = narrow.clone();
    narrow.add(&wide).unwrap();
    assert_eq!(narrow, tally(&[(7, vec![0, 6]), (10, vec![5, 0]), (3, vec![11, 4])]));
    let scales = [RatingScale::new(0, 10, 9).unwrap(), RatingScale::new(1, 7, 6).unwrap()];
    assert_eq!(narrow.totals(&scales), Ok(vec![3, 7, 13, 10, 10 * 4 + 3 * 10, 3 * 4 + 7 * 6]));
    narrow.subtract(&wide).unwrap();
    assert_eq!(narrow, before);
    assert_eq!(narrow.totals(&scales), before.totals(&scales));
    assert_eq!(wide.totals(&scales[..1]), Err(EstimationError::Length { expected: 2, found: 1 }));
}

#[test]
fn from_1_to_200_items_are_taken() {
    for (items, taken) in [(0, false), (1, true), (200, true), (201, false)] {
        assert_eq!(TallySums::new(items).is_ok(), taken, "{items}");
    }
}

#[test]
fn sums_that_no_responses_have_are_refused() {
    assert!(tally_of([2, 9, 2, 4, 0, 0, 0, 5]).is_some());
    for impossible in [
        [-1, 9, 0, 0, 0, 0, 0, 0],
        [2, 9, 3, 4, 0, 0, 0, 5],
        [2, 9, 2, 5, 0, 0, 0, 5],
        [2, 9, 2, 5, -1, 0, 0, 5],
        [2, i128::MAX, 2, i128::MAX, 1, 0, 0, 0],
        [i128::MAX, 9, 0, 0, 0, 0, 0, 0],
    ] {
        assert_eq!(tally_of(impossible), None, "{impossible:?}");
    }
    for (items, ratings, counts, weights) in [(1, 5, 3, 6), (1, 5, 2, 7), (1, 6, 2, 7), (2, 5, 2, 6)] {
        assert_eq!(TallySums::from_lists(items, ratings, &vec![0; counts], &vec![0; weights]), None);
    }
}

#[test]
fn ratings_other_than_0_to_11_are_refused_and_leave_nothing() {
    let mut tally = tally(&[]);
    assert_eq!(tally.add_response(Weight::ONE, &[5, 12]), Err(EstimationError::Rating { found: 12, max: 11 }));
    assert_eq!(tally.add_response(Weight::ONE, &[5]), Err(EstimationError::Length { expected: 2, found: 1 }));
    assert_eq!(tally, TallySums::new(2).unwrap());
}

#[test]
fn a_sum_beyond_the_integers_is_an_error_and_changes_nothing() {
    let full = tally_of([1, i128::MAX, 0, 0, 0, 0, 0, 0]).unwrap();
    let mut tally = full.clone();
    assert_eq!(tally.add_response(Weight::ONE, &[1]), Err(EstimationError::Overflow));
    assert_eq!(tally.add(&full), Err(EstimationError::Overflow));
    assert_eq!(tally, full);
    assert_eq!(TallySums::new(1).unwrap().subtract(&full), Err(EstimationError::Negative));
}

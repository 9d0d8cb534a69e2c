//! What the walk through a sample needs of sums: few bytes, made once of many.

use std::sync::OnceLock;

use super::EstimationError;
use super::tally::{BILLIONTH, TallySums};
use crate::foundation::RatingScale;
use crate::statistics::nearest;

/// The totals of a tally (see [`TallySums::totals`]), in the shortest numbers that hold them.
#[derive(Debug)]
pub(super) enum Totals {
    /// Nearly always: up to some nine thousand million people.
    Short(Vec<i64>),
    Long(Vec<i128>),
}

impl Totals {
    pub(super) fn short(totals: Vec<i128>) -> Self {
        let short: Result<Vec<i64>, _> = totals.iter().map(|total| i64::try_from(*total)).collect();
        short.map_or_else(|_| Self::Long(totals), Self::Short)
    }

    /// Adds them to sums, one by one.
    pub(super) fn add_to(&self, sums: &mut [i128]) -> Result<(), EstimationError> {
        let add = |(sum, total): (&mut i128, i128)| {
            *sum = sum.checked_add(total).ok_or(EstimationError::Overflow)?;
            Ok(())
        };
        match self {
            Self::Short(totals) => sums.iter_mut().zip(totals.iter().map(|total| i128::from(*total))).try_for_each(add),
            Self::Long(totals) => sums.iter_mut().zip(totals.iter().copied()).try_for_each(add),
        }
    }
}

impl Totals {
    /// Adds them to sums, as numbers times a factor, one by one.
    pub(super) fn add_scaled_to(&self, sums: &mut [f64], factor: f64) {
        let add = |(sum, total): (&mut f64, f64)| *sum += factor * (total * BILLIONTH);
        match self {
            // The nearest number, as of longer ones.
            Self::Short(totals) => sums.iter_mut().zip(totals.iter().map(|total| *total as f64)).for_each(add),
            Self::Long(totals) => sums.iter_mut().zip(totals.iter().map(|total| nearest(*total))).for_each(add),
        }
    }
}

/// What is made of sums when it is first asked for, and made anew after they were changed. It is no part of what they are.
#[derive(Debug)]
pub(super) struct Made<T>(OnceLock<T>);

impl<T> Default for Made<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Made<T> {
    /// Forgets it: the sums were changed.
    pub(super) fn forget(&mut self) {
        self.0.take();
    }

    /// What was made, or is made now.
    pub(super) fn get(&self, make: impl FnOnce() -> Result<T, EstimationError>) -> Result<&T, EstimationError> {
        if let Some(known) = self.0.get() {
            return Ok(known);
        }
        let new = make()?;
        Ok(self.0.get_or_init(|| new))
    }
}

/// Whoever copies sums is about to change them.
impl<T> Clone for Made<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Made<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Made<T> {}

/// The totals of some sums, and who answered at all.
#[derive(Debug)]
pub(super) struct Lean {
    pub(super) totals: Totals,
    /// Whether anybody answered: item by item, then any item of each group.
    pub(super) answered: Vec<bool>,
    pub(super) responses: u64,
    pub(super) weight: i128,
}

impl Lean {
    pub(super) fn of(
        tally: &TallySums,
        scales: &[RatingScale],
        answered_groups: impl Iterator<Item = bool>,
    ) -> Result<Self, EstimationError> {
        let items = (0..tally.items()).map(|item| tally.answered(item) > 0);
        Ok(Self {
            totals: Totals::short(tally.totals(scales)?),
            answered: items.chain(answered_groups).collect(),
            responses: tally.responses(),
            weight: tally.weight_sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::Weight;

    #[test]
    fn totals_are_the_same_in_short_numbers_and_in_long_ones() {
        let scales = [RatingScale::FIVE; 2];
        for (weight, is_short) in [(1.5, true), (9e9, true), (9.2e9, false)] {
            let mut tally = TallySums::new(2).unwrap();
            let times = if weight > 1e6 { 10_000_000 } else { 1 };
            for _ in 0..1 {
                tally.add_response(Weight::from_number(weight / f64::from(times)).unwrap(), &[5, 0]).unwrap();
            }
            (0..24).filter(|bit| times >> bit > 1).for_each(|_| {
                let double = tally.clone();
                tally.add(&double).unwrap();
            });
            let totals = Totals::short(tally.totals(&scales).unwrap());
            let mut sums = vec![7; 6];
            totals.add_to(&mut sums).unwrap();
            let expected: Vec<i128> = tally.totals(&scales).unwrap().iter().map(|total| total + 7).collect();
            assert_eq!(sums, expected);
            assert!(!is_short || weight > 1e6 || matches!(totals, Totals::Short(_)));
        }
    }

    #[test]
    fn what_was_made_is_made_anew_after_a_change_and_tells_no_sums_from_others() {
        let (mut made, other) = (Made::default(), Made::default());
        assert_eq!(made.get(|| Ok(1)), Ok(&1));
        assert_eq!(made.get(|| Ok(2)), Ok(&1));
        assert_eq!(made, other);
        assert_eq!(made.clone().get(|| Ok(3)), Ok(&3));
        made.forget();
        assert_eq!(made.get(|| Err(EstimationError::Overflow)), Err(EstimationError::Overflow));
        assert_eq!(made.get(|| Ok(4)), Ok(&4));
    }
}

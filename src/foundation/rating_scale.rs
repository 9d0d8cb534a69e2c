//! The numbers of a rating scale: where it begins, how many points it has, and from which one on somebody is satisfied.

/// A rating scale of 2 to [`RatingScale::POINTS_MAX`] points.
///
/// People give a point by its *value*, such as 0 to 10. Inside, a rating is the *rank* of the point: 1 for the worst, and 0
/// where nothing was answered. On a reversed scale ("I had to wait too long") the highest value is the worst point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatingScale {
    start: i8,
    points: u8,
    satisfied_from: u8,
    is_reversed: bool,
}

/// Why numbers are no [`RatingScale`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RatingScaleError {
    /// Too few points, or too many.
    #[error("a scale has 2 to {max} points, not {found}", max = RatingScale::POINTS_MAX)]
    Points {
        /// How many there would be.
        found: i64,
    },
    /// It begins too low or too high.
    #[error("a scale starts between {min} and {max}, not at {found}", min = -RatingScale::START_MAX, max = RatingScale::START_MAX)]
    Start {
        /// Where it would begin.
        found: i64,
    },
    /// Nobody could be told apart.
    #[error("satisfied_from must be {min} to {max} on a scale from {start} to {max}, not {found}", min = start + 1)]
    SatisfiedFrom {
        /// The first point.
        start: i8,
        /// The last point.
        max: i8,
        /// What was found.
        found: i64,
    },
}

impl RatingScale {
    /// The most points.
    pub const POINTS_MAX: u8 = 11;
    /// The highest first point; with a minus sign the lowest.
    pub const START_MAX: i8 = 10;
    /// From 1 to 5, satisfied from 4: the scale of the national surveys.
    pub const FIVE: Self = Self { start: 1, points: 5, satisfied_from: 4, is_reversed: false };
    /// What a net promoter score is the mean of: −1 for who would advise against, 0, and 1 for who would recommend.
    pub const PROMOTION: Self = Self { start: -1, points: 3, satisfied_from: 3, is_reversed: false };

    /// A scale from `start` to `end` on which values from `satisfied_from` on satisfy.
    pub fn new(start: i64, end: i64, satisfied_from: i64) -> Result<Self, RatingScaleError> {
        let points = end.saturating_sub(start).saturating_add(1);
        let found = RatingScaleError::Points { found: points };
        let points = u8::try_from(points).ok().filter(|points| (2..=Self::POINTS_MAX).contains(points)).ok_or(found)?;
        let is_near = |start: &i8| start.unsigned_abs() <= Self::START_MAX.unsigned_abs();
        let start = i8::try_from(start).ok().filter(is_near).ok_or(RatingScaleError::Start { found: start })?;
        let scale = Self { start, points, satisfied_from: 2, is_reversed: false };
        scale.satisfied_from(satisfied_from)
    }

    /// The same with another lowest value that satisfies; on a reversed scale that is counted as if it were not reversed.
    pub fn satisfied_from(self, value: i64) -> Result<Self, RatingScaleError> {
        let rank = value - i64::from(self.start) + 1;
        let found = RatingScaleError::SatisfiedFrom { start: self.start, max: self.end(), found: value };
        let rank = u8::try_from(rank).ok().filter(|rank| (2..=self.points).contains(rank)).ok_or(found)?;
        Ok(Self { satisfied_from: rank, ..self })
    }

    /// The same with its highest value as the worst point.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { is_reversed: true, ..self }
    }

    /// Whether the highest value is the worst point.
    #[must_use]
    pub fn is_reversed(self) -> bool {
        self.is_reversed
    }

    /// The lowest value.
    #[must_use]
    pub fn start(self) -> i8 {
        self.start
    }

    /// The highest value.
    #[must_use]
    pub fn end(self) -> i8 {
        self.start + self.points.cast_signed() - 1
    }

    /// How many points there are.
    #[must_use]
    pub fn points(self) -> u8 {
        self.points
    }

    /// The lowest value that satisfies, as if the scale were not reversed.
    #[must_use]
    pub fn satisfying_value(self) -> i8 {
        self.score(self.satisfied_from)
    }

    /// The lowest rank that satisfies.
    #[must_use]
    pub fn satisfying_rank(self) -> u8 {
        self.satisfied_from
    }

    /// The values, in ascending order.
    #[must_use]
    pub fn values(self) -> impl DoubleEndedIterator<Item = i8> + ExactSizeIterator {
        let start = self.start;
        (0..self.points).map(move |step| start + step.cast_signed())
    }

    /// The rank of a value; nothing where the scale does not have it.
    #[must_use]
    pub fn rank(self, value: i8) -> Option<u8> {
        let steps = u8::try_from(i16::from(value) - i16::from(self.start)).ok().filter(|steps| *steps < self.points)?;
        Some(if self.is_reversed { self.points - steps } else { 1 + steps })
    }

    /// The value of a rank from 1 on.
    #[must_use]
    pub fn value(self, rank: u8) -> i8 {
        if self.is_reversed {
            self.start + (self.points - rank).cast_signed()
        } else {
            self.start + rank.cast_signed() - 1
        }
    }

    /// What a rank counts in a mean: the value, of a reversed scale the one that lies opposite. 0 for no answer.
    #[must_use]
    pub fn score(self, rank: u8) -> i8 {
        if rank == 0 { 0 } else { self.start + rank.cast_signed() - 1 }
    }

    /// The rank on the scale [`Self::PROMOTION`] of a rank on a scale from 0 to 10: up to 6 advises against, 9 and 10 recommend.
    #[must_use]
    pub fn promotion(rank: u8) -> u8 {
        match rank {
            0 => 0,
            1..=7 => 1,
            8..=9 => 2,
            _ => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_of_2_to_11_points_from_any_near_start_are_taken() {
        let is_taken = |start, end, satisfied_from| RatingScale::new(start, end, satisfied_from).is_ok();
        assert!(is_taken(0, 10, 9) && is_taken(1, 4, 3) && is_taken(0, 1, 1) && is_taken(-2, 2, 1));
        assert!(is_taken(10, 20, 11) && is_taken(-10, 0, 0));
        assert!(!is_taken(0, 11, 9) && !is_taken(3, 3, 3) && !is_taken(5, 1, 4) && !is_taken(11, 15, 12));
        assert!(!is_taken(1, 5, 1) && !is_taken(1, 5, 6) && !is_taken(i64::MIN, i64::MAX, 0));
    }

    #[test]
    fn a_rank_counts_from_the_worst_point_whatever_the_values() {
        let scale = RatingScale::new(0, 10, 8).unwrap();
        assert_eq!([-1, 0, 8, 10, 11].map(|value| scale.rank(value)), [None, Some(1), Some(9), Some(11), None]);
        let reversed = RatingScale::FIVE.reversed();
        assert_eq!([1, 2, 5].map(|value| reversed.rank(value)), [Some(5), Some(4), Some(1)]);
        assert_eq!([0, 1, 5].map(|rank| reversed.score(rank)), [0, 1, 5]);
        assert_eq!([1, 5].map(|rank| (reversed.value(rank), scale.value(rank))), [(5, 0), (1, 4)]);
        assert_eq!((reversed.satisfying_value(), reversed.satisfying_rank()), (4, 4));
        assert_eq!(
            scale.values().map(|value| scale.rank(value)).collect::<Vec<_>>(),
            (1..=11).map(Some).collect::<Vec<_>>()
        );
    }

    #[test]
    fn promoters_give_9_or_10_and_detractors_up_to_6() {
        let scale = RatingScale::new(0, 10, 9).unwrap();
        let score = |value: i8| RatingScale::PROMOTION.score(RatingScale::promotion(scale.rank(value).unwrap()));
        assert_eq!((0..=10).map(score).collect::<Vec<_>>(), [-1, -1, -1, -1, -1, -1, -1, 0, 0, 1, 1]);
        assert_eq!(RatingScale::promotion(0), 0);
    }
}

//! A sample whose covariances between levels are gathered row by row, in bounded memory however many levels there are.

use std::ops::Range;

use super::cells::Cells;
use super::frame::Frame;
use super::position_pairs::Pairs;
use super::sample::Sample;
use super::scores::{BetweenLevels, Scores};
use super::strata::{DomainCovariance, Gathered, Survey};
use super::unit_totals::Projection;
use super::walk::Walk;
use super::{EstimationError, Statistic};
use crate::statistics::LonelyPsu;

/// The bytes that covariances may take while they are gathered.
const BYTES_MAX: usize = 1 << 28;
/// What a pair of levels takes, besides two numbers a statistic.
const PAIR: usize = 128;

/// The responses in order, with all that is needed to go through them again. Made by [`super::SampleBuilder::form`].
#[derive(Debug)]
pub struct Formed {
    pub(super) lonely: LonelyPsu,
    pub(super) is_calibrated: bool,
    pub(super) frame: Frame,
    pub(super) cells: Cells,
    pub(super) projection: Projection,
    /// The totals of each domain.
    pub(super) totals: Vec<Vec<f64>>,
    /// Which covariances are wanted.
    pub(super) between: BetweenLevels,
    /// The positions of the levels whose covariances with all levels are in `pairs`.
    pub(super) rows: Range<usize>,
    pub(super) pairs: Pairs,
    /// No more pairs of domains than so many share a stratum.
    pub(super) pairs_max: usize,
    /// The covariance of everybody; nothing where nobody responded.
    pub(super) everybody: Option<DomainCovariance>,
}

impl Formed {
    /// Goes through the sample: the covariances of all domains, those between the levels at the positions `rows` and all levels,
    /// and the strata of a single unit.
    pub(super) fn gather(&self, rows: Range<usize>) -> Result<(Gathered, Vec<String>), EstimationError> {
        let scores = Scores::new(&self.between, &self.totals, self.frame.shape(), &self.projection, rows);
        let survey = Survey {
            items: self.projection.scales().len(),
            groups: self.frame.shape().groups.len(),
            lonely: self.lonely,
            is_calibrated: self.is_calibrated,
            scale: self.projection.scale,
            scores: &scores,
        };
        let Self { frame, cells, projection, .. } = self;
        let mut walk = Walk { frame, cells, projection, survey, lonely: Vec::new() };
        let gathered = walk.first_stage()?.finish(projection);
        Ok((gathered, walk.lonely))
    }

    /// Which positions are gathered while the sample is formed: all of them, or none where they are too many to be held.
    pub(super) fn rows_at_once(between: &BetweenLevels) -> Range<usize> {
        let levels = between.levels.len();
        if levels.saturating_pow(2).saturating_mul(bytes_of_pair(between)) <= BYTES_MAX { 0..levels } else { 0..0 }
    }

    /// Calls `take` with the position of each wanted level in turn, and for each statistic its covariances with all of
    /// them; 0 where a level has no estimate or no precision, as in [`Sample::covariance_between`].
    ///
    /// Returns whether any two levels share a stratum, or a calibration: if not, all but the variances are 0.
    ///
    /// Some 256 MiB of covariances are held at a time: the sample is gone through as often as that takes.
    pub fn each_covariance_row<E: From<EstimationError>>(
        &self,
        sample: &Sample,
        take: impl FnMut(usize, &[Vec<f64>]) -> Result<(), E>,
    ) -> Result<bool, E> {
        self.each_row_of(sample, self.rows_at_a_time(), take)
    }

    fn each_row_of<E: From<EstimationError>>(
        &self,
        sample: &Sample,
        rows_at_a_time: usize,
        mut take: impl FnMut(usize, &[Vec<f64>]) -> Result<(), E>,
    ) -> Result<bool, E> {
        let between = &self.between;
        let (levels, statistics) = (between.levels.len(), between.statistics.len());
        let variance =
            |level: &usize, statistic: &Statistic| sample.levels().get(*level)?.covariance(statistic, statistic);
        let variances = |statistic: &Statistic| between.levels.iter().map(|level| variance(level, statistic)).collect();
        let variances: Vec<Vec<Option<f64>>> = between.statistics.iter().map(variances).collect();
        let mut row = vec![vec![0.0; levels]; statistics];
        let mut has_pairs = false;
        for first in (0..levels).step_by(rows_at_a_time) {
            let rows = first..levels.min(first + rows_at_a_time);
            let gathered = if self.rows == rows { None } else { Some(self.gather(rows.clone())?.0.pairs) };
            let pairs = gathered.as_ref().unwrap_or(&self.pairs);
            has_pairs |= !pairs.is_empty();
            for position in rows {
                for (statistic, (row, variances)) in row.iter_mut().zip(&variances).enumerate() {
                    for (other, covariance) in row.iter_mut().enumerate() {
                        let pair = (position.min(other), position.max(other));
                        let found = || pairs.get(&pair).map(|values| values[statistic]);
                        *covariance = match (variances[position], variances[other]) {
                            (Some(variance), Some(_)) if position == other => variance,
                            (Some(_), Some(_)) => found().unwrap_or(0.0),
                            _ => 0.0,
                        };
                    }
                }
                take(position, &row)?;
            }
        }
        Ok(has_pairs)
    }

    fn rows_at_a_time(&self) -> usize {
        let (levels, pair) = (self.between.levels.len().max(1), bytes_of_pair(&self.between));
        let is_held = self.rows.len() == levels || self.pairs_max.saturating_mul(pair) <= BYTES_MAX;
        if is_held { levels } else { (BYTES_MAX / pair / levels).max(1) }
    }
}

fn bytes_of_pair(between: &BetweenLevels) -> usize {
    PAIR + 2 * between.statistics.len() * size_of::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::{Measure, Membership, Place, Respondent, SampleBuilder};
    use super::*;
    use crate::foundation::{RatingScale, Weight};

    /// Seven levels over two strata of six sampling units each; some share units, some share only a stratum.
    fn builder() -> SampleBuilder {
        let mut builder = SampleBuilder::new(&[RatingScale::FIVE], 7).unwrap();
        for number in 0..96_usize {
            let (level, unit) = (number * 5 % 7, (number * number + number / 7) % 12);
            let name = unit.to_string();
            let place = Place { stratum: ["a", "b"][unit % 2], units: &[&name], ..Place::default() };
            let member = Membership { levels: &[level], margins: &[] };
            let rating = [u8::try_from(1 + number * 3 % 5).unwrap()];
            builder.add_response(&Respondent { member, place, weight: Weight::ONE, ratings: &rating }).unwrap();
        }
        builder
    }

    #[test]
    fn covariances_gathered_some_levels_at_a_time_are_those_of_all_at_once_to_the_last_bit() {
        let statistics = vec![
            Statistic::item(&[RatingScale::FIVE; 1], Measure::Share, 0),
            Statistic::item(&[RatingScale::FIVE; 1], Measure::Rating, 0),
        ];
        let between = BetweenLevels { levels: vec![0, 1, 2, 3, 4, 5, 6], statistics };
        let whole = builder().finish(&between).unwrap();
        let rows = [0, 1].map(|statistic| whole.covariance_between(statistic).unwrap().to_rows());
        let (sample, mut formed) = builder().form(between).unwrap();
        for rows_at_a_time in [7, 3, 1] {
            let mut next = 0;
            let has_pairs = formed.each_row_of(&sample, rows_at_a_time, |position, row| {
                assert_eq!(position, next);
                next += 1;
                for (statistic, row) in row.iter().enumerate() {
                    assert_eq!(row, &rows[statistic][position], "{position} {rows_at_a_time}");
                }
                Ok::<_, EstimationError>(())
            });
            assert_eq!((has_pairs, next), (Ok(true), 7));
            // From here on nothing is held.
            (formed.rows, formed.pairs) = (0..0, Pairs::new());
        }
        let tied = |statistic: usize| rows[statistic][0][1..].iter().any(|other| other.abs() > 0.0);
        assert!(tied(0) && tied(1));
    }
}

//! What a response adds to the counts of its unit, and adding it up.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{KeptResponse, StorageError};
use crate::estimation::{Recruitment, Shape, StateBuilder, StateKey, UnitState};
use crate::foundation::Weight;
use crate::survey::Channel;

/// What counts of one response.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedResponse<'a> {
    /// The stratum.
    pub stratum: &'a str,
    /// The primary sampling unit; empty where the respondent is one.
    pub psu: &'a str,
    /// What the margins of a calibration ask about the respondent; empty without calibration.
    pub cell: String,
    /// The weight.
    pub weight: Weight,
    /// As what the fieldwork counts it.
    pub channel: Channel,
    /// Whether it came over the open link, be it kept apart or not.
    pub is_open: bool,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
    /// The rating of each rated item, 0 where there is none.
    pub ratings: Vec<u8>,
}

/// Knows what counts of the responses of a wave.
pub trait WaveCounter: Send + Sync {
    /// The shape of their sums.
    fn shape(&self) -> &Shape;

    /// What counts of one.
    fn counted<'r>(&self, response: &KeptResponse<'r>) -> Result<CountedResponse<'r>, StorageError>;
}

/// What the responses of one unit add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitCounts {
    /// Sums for estimates.
    pub state: UnitState,
    /// Responses by day and channel.
    pub days: BTreeMap<(NaiveDate, Channel), u64>,
}

impl UnitCounts {
    /// Adds the counts of other responses. On an error the counts are to be thrown away.
    pub fn merge(&mut self, other: Self) -> Result<(), StorageError> {
        self.state.merge(other.state)?;
        for (day, responses) in other.days {
            *self.days.entry(day).or_default() += responses;
        }
        Ok(())
    }
}

/// Adds the responses of one unit up, in any order.
#[derive(Debug)]
pub struct UnitCounter<'a> {
    state: StateBuilder<'a>,
    days: BTreeMap<(NaiveDate, Channel), u64>,
}

impl<'a> UnitCounter<'a> {
    /// Counts nobody yet; sums have this shape.
    #[must_use]
    pub fn new(shape: &'a Shape) -> Self {
        Self { state: StateBuilder::new(shape), days: BTreeMap::new() }
    }

    /// Counts a response. What came over the open link is counted as such wherever else it counts.
    pub fn add(&mut self, response: &CountedResponse<'_>) -> Result<(), StorageError> {
        let CountedResponse { channel, weight, ratings, .. } = response;
        if *channel != Channel::Drawn {
            *self.days.entry((response.answered_on, *channel)).or_default() += 1;
        }
        let stratum = response.stratum.to_string();
        if response.is_open {
            let key = StateKey {
                recruitment: Recruitment::OpenLink,
                stratum: stratum.clone(),
                psu: String::new(),
                cell: String::new(),
            };
            self.state.add(&key, *weight, ratings)?;
        }
        if *channel != Channel::OpenLink {
            let (psu, cell) = (response.psu.to_string(), response.cell.clone());
            self.state.add(&StateKey { recruitment: Recruitment::Sample, stratum, psu, cell }, *weight, ratings)?;
        }
        Ok(())
    }

    /// What they add up to.
    pub fn finish(self) -> Result<UnitCounts, StorageError> {
        Ok(UnitCounts { state: self.state.finish()?, days: self.days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::RatingScale;
    use crate::survey::Mode;

    fn counted(channel: Channel, is_open: bool) -> CountedResponse<'static> {
        CountedResponse {
            stratum: "D01",
            psu: "",
            cell: "F;30-44".into(),
            weight: Weight::from_number(2.5).unwrap(),
            channel,
            is_open,
            answered_on: NaiveDate::from_ymd_opt(2024, 11, 20).unwrap(),
            ratings: vec![5, 0, 11, 3],
        }
    }

    #[test]
    fn what_came_over_the_open_link_is_counted_apart_and_beside_that_where_the_plan_counts_it() {
        let scales = [RatingScale::new(0, 10, 9).unwrap(); 4];
        let shape = Shape::new::<[usize; 0]>(&scales, &[]).unwrap();
        let parts = |channel: Channel, is_open: bool| {
            let mut counter = UnitCounter::new(&shape);
            counter.add(&counted(channel, is_open)).unwrap();
            let counts = counter.finish().unwrap();
            let parts: Vec<_> = counts
                .state
                .sums()
                .iter()
                .map(|(key, sums)| (key.recruitment, key.cell.as_str().to_owned(), sums.tally().weight_sum()))
                .collect();
            (parts, counts.days.len())
        };
        let (web, cell) = (Channel::Mode(Mode::Web), "F;30-44".to_owned());
        let (sample, open) =
            ((Recruitment::Sample, cell, 2_500_000_000), (Recruitment::OpenLink, String::new(), 1_000_000_000));
        assert_eq!(parts(web, false), (vec![sample.clone()], 1));
        assert_eq!(parts(web, true), (vec![sample.clone(), open.clone()], 1));
        assert_eq!(parts(Channel::OpenLink, true), (vec![open], 1));
        assert_eq!(parts(Channel::Drawn, false), (vec![sample], 0));
    }
}

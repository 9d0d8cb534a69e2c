//! What a response adds to the counts of its unit: as a line that waits for the fold, and added up.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::layout::behind_head;
use super::{NewResponse, StorageError};
use crate::estimation::{Recruitment, Shape, StateBuilder, StateKey, UnitState};
use crate::foundation::Weight;
use crate::survey::{Channel, Source};

/// What counts of one response.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedResponse<'a> {
    /// The stratum.
    pub stratum: Cow<'a, str>,
    /// The primary sampling unit; empty where the respondent is one.
    pub psu: Cow<'a, str>,
    /// What the margins of a calibration ask about the respondent; empty without calibration.
    pub cell: Cow<'a, str>,
    /// The weight.
    pub weight: Weight,
    /// As what the fieldwork counts it.
    pub channel: Channel,
    /// Whether it came over the open link, be it kept apart or not.
    pub is_open: bool,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
    /// The rating of each rated item, 0 where there is none.
    pub ratings: Cow<'a, [u8]>,
}

/// What stands in a line for a response over the open link, and for any other.
const OPEN: &str = "o";
const NOT_OPEN: &str = "-";

impl<'a> CountedResponse<'a> {
    pub(super) fn of(response: &'a NewResponse) -> Self {
        Self {
            stratum: response.placement.stratum.as_str().into(),
            psu: response.placement.psu.as_ref().map_or("", |psu| psu.as_str()).into(),
            cell: response.cell.as_str().into(),
            weight: response.placement.weight,
            channel: response.channel,
            is_open: response.source == Source::Open,
            answered_on: response.answered_on,
            ratings: response.ratings.as_slice().into(),
        }
    }

    /// Tab-separated: codes and packed answers hold neither tabs nor line ends.
    pub(super) fn to_line(&self) -> String {
        let Self { stratum, psu, cell, weight, channel, is_open, answered_on, ratings } = self;
        let (weight, channel) = (weight.billionths(), channel.as_str());
        let ratings: String = ratings.iter().map(|rating| char::from(b'0' + rating)).collect();
        let open = if *is_open { OPEN } else { NOT_OPEN };
        format!("{stratum}\t{psu}\t{weight}\t{channel}\t{answered_on}\t{ratings}\t{open}\t{cell}\n")
    }

    fn from_line(line: &'a str) -> Option<Self> {
        let mut fields = line.split('\t');
        let counted = Self {
            stratum: fields.next()?.into(),
            psu: fields.next()?.into(),
            weight: Weight::from_billionths(fields.next()?.parse().ok()?).ok()?,
            channel: Channel::from_name(fields.next()?)?,
            answered_on: fields.next()?.parse().ok()?,
            ratings: fields.next()?.bytes().map(|digit| digit.saturating_sub(b'0')).collect::<Vec<_>>().into(),
            is_open: fields.next().filter(|open| [OPEN, NOT_OPEN].contains(open))? == OPEN,
            cell: fields.next()?.into(),
        };
        fields.next().is_none().then_some(counted)
    }
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
            let (psu, cell) = (response.psu.to_string(), response.cell.to_string());
            self.state.add(&StateKey { recruitment: Recruitment::Sample, stratum, psu, cell }, *weight, ratings)?;
        }
        Ok(())
    }

    /// Counts the lines of a batch.
    pub(super) fn add_lines(&mut self, lines: &str) -> Result<(), StorageError> {
        behind_head("pending_batch", lines)?.lines().try_for_each(|line| {
            let counted = CountedResponse::from_line(line);
            self.add(&counted.ok_or_else(|| StorageError::damaged("pending_batch", line))?)
        })
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
            stratum: "D01".into(),
            psu: "".into(),
            cell: "F;30-44".into(),
            weight: Weight::from_number(2.5).unwrap(),
            channel,
            is_open,
            answered_on: NaiveDate::from_ymd_opt(2024, 11, 20).unwrap(),
            ratings: vec![5, 0, 11, 3].into(),
        }
    }

    #[test]
    fn a_response_is_read_back_from_its_line() {
        for is_open in [true, false] {
            let counted = counted(Channel::Mode(Mode::Web), is_open);
            assert_eq!(CountedResponse::from_line(counted.to_line().trim_end()), Some(counted));
        }
        assert_eq!(CountedResponse::from_line("D01\t\tx"), None);
        assert_eq!(CountedResponse::from_line("D01\t\t1\tweb\t2024-11-20\t5\t-\tF\tmore"), None);
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

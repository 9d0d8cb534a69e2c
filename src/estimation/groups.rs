//! Who answered at least one item of a group, such as a factor: what a tally of items by themselves cannot tell.

use super::EstimationError;
use super::log::Entry;
use super::tally::TallySums;

/// The groups of items whose respondents are counted: each as positions in order, and at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups(Vec<Vec<usize>>);

/// Of each group, how many answered at least one of its items, and their weight in billionths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answering {
    /// Those who answered every item are in every group, and are added to it at the end.
    all: (u64, i64),
    some: Vec<(u64, i64)>,
}

/// What is known of the responses of one cell at one place.
#[derive(Debug, Clone)]
pub(super) struct CellSums {
    pub(super) tally: TallySums,
    pub(super) answering: Answering,
}

impl Groups {
    /// Adds a group; one of a single item is that item, which the tally counts.
    pub(super) fn add(&mut self, items: &[usize]) {
        let mut items = items.to_vec();
        items.sort_unstable();
        items.dedup();
        if items.len() > 1 && !self.0.contains(&items) {
            self.0.push(items);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Which group this is.
    pub(super) fn position(&self, items: &[usize]) -> Option<usize> {
        self.0.iter().position(|group| group == items)
    }

    /// Counts of nobody.
    pub(super) fn nobody(&self) -> Answering {
        Answering { all: (0, 0), some: vec![(0, 0); self.0.len()] }
    }
}

impl Answering {
    /// Counts a response whose weight was added to a tally, which no sum here exceeds.
    pub(super) fn add(&mut self, groups: &Groups, entry: Entry<'_>) {
        let weight = entry.weight.billionths();
        if weight == 0 {
            return;
        }
        // Nearly always everything is answered; this look is cheaper than one at each group.
        if !entry.ratings.contains(&0) {
            self.all.0 += 1;
            self.all.1 += weight;
            return;
        }
        for (sums, group) in self.some.iter_mut().zip(&groups.0) {
            if group.iter().any(|item| entry.ratings[*item] > 0) {
                sums.0 += 1;
                sums.1 += weight;
            }
        }
    }

    /// Adds the counts of other responses. On an error some are added.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), EstimationError> {
        let pairs = self.some.iter_mut().zip(&other.some).chain([(&mut self.all, &other.all)]);
        for (sums, other) in pairs {
            sums.0 += other.0;
            sums.1 = sums.1.checked_add(other.1).ok_or(EstimationError::Overflow)?;
        }
        Ok(())
    }

    /// How many answered at least one item of the group, and their weight in billionths.
    pub(super) fn of(&self, group: usize) -> (u64, i64) {
        (self.all.0 + self.some[group].0, self.all.1.saturating_add(self.some[group].1))
    }
}

impl CellSums {
    /// Adds the sums of other responses.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), EstimationError> {
        self.tally.add(&other.tally)?;
        self.answering.merge(&other.answering)
    }
}

//! Who answered at least one item of a group, such as a factor: what a tally of items by themselves cannot tell.

use super::EstimationError;
use super::log::Entry;

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

    /// The counts that [`Answering::lists`] took apart; nothing where they are of other groups.
    pub(super) fn answering(&self, lists: &[(u64, i64)]) -> Option<Answering> {
        let (all, some) = lists.split_first()?;
        (some.len() == self.len()).then(|| Answering { all: *all, some: some.to_vec() })
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

    /// Of those who answered everything and then, group by group, of the others: how many they are, and their weight.
    pub(super) fn lists(&self) -> impl Iterator<Item = (u64, i64)> {
        std::iter::once(self.all).chain(self.some.iter().copied())
    }

    /// How many answered at least one item of the group, and their weight in billionths.
    pub(super) fn of(&self, group: usize) -> (u64, i64) {
        (self.all.0 + self.some[group].0, self.all.1.saturating_add(self.some[group].1))
    }
}

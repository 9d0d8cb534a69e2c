//! Which number is meant: the share or mean of an item, or an average of such over groups of items.

use serde::{Deserialize, Serialize};

use crate::foundation::RatingScale;
use crate::statistics::{Confidence, Functional, IntervalMethod, MeanTree, Ratio, Term, UnaskedItems};

/// What is measured of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The share of satisfied answers among all answers, 0–1.
    Share,
    /// The mean rating, on the item's scale.
    Rating,
    /// The mean rating as a part of the way from the worst point of the item's scale to the best, 0–1: what ratings on different
    /// scales have in common.
    Score,
}

/// A statistic as a function of the totals of [`super::TallySums::totals`].
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// The function.
    pub functional: Functional,
    /// The items that it rests on, in order: it counts those who answered at least one of them.
    pub items: Vec<usize>,
    /// Whether it is a share, 0–1; if not, it is a rating or points.
    pub is_share: bool,
}

/// An average over items as a tree: an item, or branches with what each counts, which are not none.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemTree {
    /// An item, by its position in a sample.
    Item(usize),
    /// Branches, each with what it counts, above 0.
    Branches(Vec<(f64, ItemTree)>),
}

impl ItemTree {
    /// The items in it, in the order of the tree.
    #[must_use]
    pub fn items(&self) -> Vec<usize> {
        match self {
            Self::Item(item) => vec![*item],
            Self::Branches(branches) => branches.iter().flat_map(|(_, branch)| branch.items()).collect(),
        }
    }

    /// The same with the items at other places; without those that have none, and without what is left of nothing.
    #[must_use]
    pub fn moved(&self, place: &dyn Fn(usize) -> Option<usize>) -> Option<Self> {
        match self {
            Self::Item(item) => place(*item).map(Self::Item),
            Self::Branches(branches) => {
                let moved = |(weight, branch): &(f64, Self)| Some((*weight, branch.moved(place)?));
                let branches: Vec<_> = branches.iter().filter_map(moved).collect();
                (!branches.is_empty()).then_some(Self::Branches(branches))
            }
        }
    }

    fn means(&self, ratio: &dyn Fn(usize) -> Ratio) -> MeanTree {
        match self {
            Self::Item(item) => MeanTree::Ratio(ratio(*item)),
            Self::Branches(branches) => {
                let term = |(weight, branch): &(f64, Self)| Term { weight: *weight, of: branch.means(ratio) };
                MeanTree::Mean(branches.iter().map(term).collect())
            }
        }
    }
}

fn ratio(scales: &[RatingScale], measure: Measure, of: &[usize]) -> Ratio {
    let items = scales.len();
    let numerator = |item: &usize| match measure {
        Measure::Share => *item,
        Measure::Rating | Measure::Score => 2 * items + item,
    };
    let plain = Ratio::of(of.iter().map(numerator).collect(), of.iter().map(|item| items + item).collect());
    match (measure, of.first().map(|item| scales[*item])) {
        (Measure::Score, Some(scale)) => {
            Ratio { from: scale.start().into(), span: (scale.points() - 1).into(), ..plain }
        }
        _ => plain,
    }
}

impl Statistic {
    fn new(measure: Measure, mut items: Vec<usize>, of: MeanTree) -> Self {
        items.sort_unstable();
        items.dedup();
        Self { functional: Functional::of(of), items, is_share: measure == Measure::Share }
    }

    /// How its interval is made, given the wish.
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> IntervalMethod {
        if self.is_share { confidence.shares } else { IntervalMethod::Mean }
    }

    /// `p_j = T_j / A_j`, `m_j = S_j / A_j` or `(m_j − a_j) / (b_j − a_j)` of an item whose scale runs from `a_j` to `b_j`.
    #[must_use]
    pub fn item(scales: &[RatingScale], measure: Measure, item: usize) -> Self {
        Self::new(measure, vec![item], MeanTree::Ratio(ratio(scales, measure, &[item])))
    }

    /// The mean over groups of the mean over each group's items: one group of all items is "by number of criteria".
    /// Groups without items are to be left out.
    #[must_use]
    pub fn average<G: AsRef<[usize]>>(scales: &[RatingScale], measure: Measure, groups: &[G]) -> Self {
        let alike = |of: Vec<ItemTree>| ItemTree::Branches(of.into_iter().map(|branch| (1.0, branch)).collect());
        let group = |group: &G| alike(group.as_ref().iter().map(|item| ItemTree::Item(*item)).collect());
        Self::tree(scales, measure, &alike(groups.iter().map(group).collect()))
    }

    /// The weighted mean of the items of a tree.
    #[must_use]
    pub fn tree(scales: &[RatingScale], measure: Measure, tree: &ItemTree) -> Self {
        Self::new(measure, tree.items(), tree.means(&|item| ratio(scales, measure, &[item])))
    }

    /// All answers to the items of `group` together: `Σ_j T_j / Σ_j A_j`. Of ratings, their scales must be one.
    #[must_use]
    pub fn pooled(scales: &[RatingScale], measure: Measure, group: &[usize]) -> Self {
        Self::new(measure, group.to_vec(), MeanTree::Ratio(ratio(scales, measure, group)))
    }

    /// The same, with this said of items that nobody answered. All answers together never need those.
    #[must_use]
    pub fn with_unasked(mut self, unasked: UnaskedItems) -> Self {
        self.functional.unasked = unasked;
        self
    }

    /// The same, mapped linearly so that 0 becomes `low` and 1 becomes `high`. It counts as points from then on.
    #[must_use]
    pub fn rescaled(mut self, [low, high]: [f64; 2]) -> Self {
        self.functional.constant = low + (high - low) * self.functional.constant;
        self.functional.factor *= high - low;
        self.is_share = false;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: [RatingScale; 3] = [RatingScale::FIVE; 3];
    /// Totals of three items: shares 1/2, 3/4 and 1; means 2, 3 and 5.
    const TOTALS: [f64; 9] = [1.0, 3.0, 1.0, 2.0, 4.0, 1.0, 4.0, 12.0, 5.0];

    #[test]
    fn statistics_are_the_ratios_and_averages_that_they_say() {
        let all = [0, 1, 2];
        let from_0_to_10 = RatingScale::new(0, 10, 9).unwrap();
        let mixed = [RatingScale::FIVE, from_0_to_10, RatingScale::FIVE];
        let table = [
            (Statistic::item(&FIVE, Measure::Share, 1), 0.75),
            (Statistic::item(&FIVE, Measure::Rating, 2), 5.0),
            (Statistic::average(&FIVE, Measure::Share, &[all]), 0.75),
            (Statistic::average(&FIVE, Measure::Share, &[vec![0, 1], vec![2]]), 0.8125),
            (Statistic::pooled(&FIVE, Measure::Share, &all), 5.0 / 7.0),
            (Statistic::average(&FIVE, Measure::Score, &[all]).rescaled([0.0, 100.0]), 700.0 / 12.0),
            // 1/4, 3/10 and 1.
            (Statistic::average(&mixed, Measure::Score, &[all]).rescaled([0.0, 100.0]), 155.0 / 3.0),
            (Statistic::item(&FIVE, Measure::Score, 0).rescaled([-1.0, 1.0]), -0.5),
        ];
        for (statistic, expected) in table {
            let value = statistic.functional.linearise(&TOTALS).unwrap().value;
            assert!((value - expected).abs() < 1e-13, "{statistic:?}: {value}");
        }
    }

    #[test]
    fn shares_get_the_wished_intervals_and_points_symmetric_ones() {
        let interval = |statistic: Statistic| statistic.interval(Confidence::at(0.9));
        let share = Statistic::item(&FIVE, Measure::Share, 0);
        assert_eq!(interval(share.clone()), IntervalMethod::Xlogit);
        assert_eq!(interval(Statistic::item(&FIVE, Measure::Rating, 0)), IntervalMethod::Mean);
        assert_eq!(interval(share.rescaled([0.0, 100.0])), IntervalMethod::Mean);
    }
}

//! Which number is meant: the share or mean of an item, or an average of such over groups of items.

use serde::{Deserialize, Serialize};

use crate::statistics::{Confidence, Functional, IntervalMethod, Ratio, UnaskedItems};

/// What is measured of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The share of satisfied answers among all answers, 0–1.
    Share,
    /// The mean rating, 1–5.
    Rating,
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

/// Where the totals of a questionnaire with this number of items stand.
#[derive(Debug, Clone, Copy)]
struct Layout {
    items: usize,
}

impl Layout {
    fn numerator(self, measure: Measure, item: usize) -> usize {
        match measure {
            Measure::Share => item,
            Measure::Rating => 2 * self.items + item,
        }
    }

    fn ratio(self, measure: Measure, of: &[usize]) -> Ratio {
        Ratio {
            numerator: of.iter().map(|item| self.numerator(measure, *item)).collect(),
            denominator: of.iter().map(|item| self.items + item).collect(),
        }
    }
}

impl Statistic {
    fn new(measure: Measure, mut items: Vec<usize>, groups: Vec<Vec<Ratio>>) -> Self {
        items.sort_unstable();
        items.dedup();
        Self { functional: Functional::mean_of(groups), items, is_share: measure == Measure::Share }
    }

    /// How its interval is made, given the wish.
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> IntervalMethod {
        if self.is_share { confidence.shares } else { IntervalMethod::Mean }
    }

    /// `p_j = T_j / A_j` or `m_j = S_j / A_j` of one of `items`.
    #[must_use]
    pub fn item(items: usize, measure: Measure, item: usize) -> Self {
        Self::new(measure, vec![item], vec![vec![Layout { items }.ratio(measure, &[item])]])
    }

    /// The mean over groups of the mean over each group's items: one group of all items is "by number of criteria".
    /// Groups without items are to be left out.
    #[must_use]
    pub fn average<G: AsRef<[usize]>>(items: usize, measure: Measure, groups: &[G]) -> Self {
        let groups = || groups.iter().map(AsRef::as_ref);
        let ratios = |group: &[usize]| group.iter().map(|item| Layout { items }.ratio(measure, &[*item])).collect();
        Self::new(measure, groups().flatten().copied().collect(), groups().map(ratios).collect())
    }

    /// All answers to the items of `group` together: `Σ_j T_j / Σ_j A_j`.
    #[must_use]
    pub fn pooled(items: usize, measure: Measure, group: &[usize]) -> Self {
        Self::new(measure, group.to_vec(), vec![vec![Layout { items }.ratio(measure, group)]])
    }

    /// The same, with this said of items that nobody answered. All answers together never need those.
    #[must_use]
    pub fn with_unasked(mut self, unasked: UnaskedItems) -> Self {
        self.functional.unasked = unasked;
        self
    }

    /// The same, mapped linearly so that `from` becomes `to`. It counts as points from then on.
    #[must_use]
    pub fn rescaled(mut self, from: [f64; 2], to: [f64; 2]) -> Self {
        let factor = (to[1] - to[0]) / (from[1] - from[0]);
        self.functional.constant = to[0] + factor * (self.functional.constant - from[0]);
        self.functional.factor *= factor;
        self.is_share = false;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Totals of three items: shares 1/2, 3/4 and 1; means 2, 3 and 5.
    const TOTALS: [f64; 9] = [1.0, 3.0, 1.0, 2.0, 4.0, 1.0, 4.0, 12.0, 5.0];

    #[test]
    fn statistics_are_the_ratios_and_averages_that_they_say() {
        let all = [0, 1, 2];
        let table = [
            (Statistic::item(3, Measure::Share, 1), 0.75),
            (Statistic::item(3, Measure::Rating, 2), 5.0),
            (Statistic::average(3, Measure::Share, &[all]), 0.75),
            (Statistic::average(3, Measure::Share, &[vec![0, 1], vec![2]]), 0.8125),
            (Statistic::pooled(3, Measure::Share, &all), 5.0 / 7.0),
            (Statistic::average(3, Measure::Rating, &[all]).rescaled([1.0, 5.0], [0.0, 100.0]), 700.0 / 12.0),
        ];
        for (statistic, expected) in table {
            let value = statistic.functional.linearise(&TOTALS).unwrap().value;
            assert!((value - expected).abs() < 1e-13, "{statistic:?}: {value}");
        }
    }

    #[test]
    fn shares_get_the_wished_intervals_and_points_symmetric_ones() {
        let interval = |statistic: Statistic| statistic.interval(Confidence::at(0.9));
        let share = Statistic::item(3, Measure::Share, 0);
        assert_eq!(interval(share.clone()), IntervalMethod::Xlogit);
        assert_eq!(interval(Statistic::item(3, Measure::Rating, 0)), IntervalMethod::Mean);
        assert_eq!(interval(share.rescaled([0.0, 1.0], [0.0, 100.0])), IntervalMethod::Mean);
    }
}

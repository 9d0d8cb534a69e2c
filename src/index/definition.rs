//! One index as data: what is measured, the weighted tree that averages it, its unit and its decimals.

use serde::{Deserialize, Serialize};

use super::Criteria;
use crate::estimation::{ItemTree, Measure, Statistic};
use crate::foundation::Code;

/// How an index is formed and written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Its name in files, documents and addresses, such as `index_items`.
    pub id: Code,
    /// What is measured of each item.
    pub measure: IndexMeasure,
    /// What counts how much in the average.
    pub tree: Tree,
    /// What it is counted in.
    pub unit: IndexUnit,
    /// With how many decimals people read it; documents have full precision.
    pub decimals: u8,
}

/// What an index measures of each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexMeasure {
    /// The share of satisfied answers, 0–1.
    Share,
    /// The mean rating as a part of the way from the worst point of the item's scale to the best, 0–1.
    Score,
    /// The share of those who recommend less the share of those who advise against, −1 to 1, of items that make a net promoter score.
    Promotion,
}

/// The average as a tree: groups, the items in each, or further groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tree {
    /// One group of all items, which count alike: by the number of criteria.
    Items,
    /// A group for each factor of the questionnaire; the groups count alike, and the items within each.
    Factors,
    /// No tree: all answers together, whatever they answer.
    Answers,
    /// These groups, each by its weight.
    Groups(Vec<Group>),
}

/// A group of items in a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What it counts, above 0; only how the weights of a tree compare matters.
    pub weight: f64,
    /// What is in it.
    pub of: GroupItems,
}

/// What is in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupItems {
    /// All items of a factor, which count alike.
    Factor(Code),
    /// These items, each with what it counts, above 0.
    Items(Vec<(Code, f64)>),
    /// These groups, each by its weight.
    Groups(Vec<Group>),
}

/// What an index is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexUnit {
    /// In files and documents a share, 0–1; people read it in per cent.
    Percent,
    /// Points: what 0 and 1 become.
    Points([f64; 2]),
}

impl Index {
    /// Whether it is a share, 0–1; else it is points.
    #[must_use]
    pub fn is_share(&self) -> bool {
        self.unit == IndexUnit::Percent
    }

    /// How far apart what 0 and 1 become are, in the index's own unit: 1 of a share, 100 of points from 0 to 100.
    #[must_use]
    pub fn span(&self) -> f64 {
        match self.unit {
            IndexUnit::Percent => 1.0,
            IndexUnit::Points([low, high]) => (high - low).abs(),
        }
    }

    /// The least and the most that it can be.
    #[must_use]
    pub fn limits(&self) -> [f64; 2] {
        let [low, high] = match self.unit {
            IndexUnit::Percent => [0.0, 1.0],
            IndexUnit::Points(points) => points,
        };
        let least = if self.measure == IndexMeasure::Promotion { low - (high - low) } else { low };
        [least.min(high), least.max(high)]
    }

    /// The index as a statistic of these criteria; nothing where there is nothing to average.
    #[must_use]
    pub fn statistic(&self, criteria: &Criteria) -> Option<Statistic> {
        let scales = &criteria.scales;
        let measure = match self.measure {
            IndexMeasure::Share => Measure::Share,
            IndexMeasure::Score => Measure::Score,
            // How an item recommends is kept as a rating of −1, 0 or 1.
            IndexMeasure::Promotion => Measure::Rating,
        };
        let tree = self.named_items(criteria).moved(&|item| match self.measure {
            IndexMeasure::Promotion => criteria.nps_position(item),
            _ => Some(item),
        })?;
        let statistic = match self.tree {
            Tree::Answers => Statistic::pooled(scales, measure, &tree.items()),
            _ => Statistic::tree(scales, measure, &tree),
        };
        let statistic = statistic.with_unasked(criteria.unasked);
        Some(match self.unit {
            IndexUnit::Percent => statistic,
            IndexUnit::Points(points) => statistic.rescaled(points),
        })
    }

    /// The rated items that it is based on, by their positions among the criteria, in order.
    #[must_use]
    pub fn items(&self, criteria: &Criteria) -> Vec<usize> {
        let mut items = self.named_items(criteria).items();
        items.retain(|item| self.measure != IndexMeasure::Promotion || criteria.nps_items.contains(item));
        items.sort_unstable();
        items.dedup();
        items
    }

    /// The tree over rated items, by their positions among the criteria. A branch may be empty.
    fn named_items(&self, criteria: &Criteria) -> ItemTree {
        match &self.tree {
            // One group, so that all trees have groups.
            Tree::Items | Tree::Answers => ItemTree::Branches(vec![(1.0, alike(0..criteria.items.len()))]),
            Tree::Factors => {
                let factors = criteria.factors.iter().map(|(_, items)| (1.0, alike(items.iter().copied())));
                ItemTree::Branches(factors.collect())
            }
            Tree::Groups(groups) => of_groups(groups, criteria),
        }
    }
}

fn alike(items: impl Iterator<Item = usize>) -> ItemTree {
    ItemTree::Branches(items.map(|item| (1.0, ItemTree::Item(item))).collect())
}

fn of_groups(groups: &[Group], criteria: &Criteria) -> ItemTree {
    let branch = |of: &GroupItems| match of {
        GroupItems::Factor(code) => {
            let factor = criteria.factors.iter().find(|(factor, _)| factor == code);
            alike(factor.into_iter().flat_map(|(_, items)| items).copied())
        }
        GroupItems::Items(items) => {
            let position = |code: &Code| criteria.items.iter().position(|item| item == code);
            let item = |(code, weight): &(Code, f64)| Some((*weight, ItemTree::Item(position(code)?)));
            ItemTree::Branches(items.iter().filter_map(item).collect())
        }
        GroupItems::Groups(groups) => of_groups(groups, criteria),
    };
    ItemTree::Branches(groups.iter().map(|group| (group.weight, branch(&group.of))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::sample::{code, questionnaire};

    fn index(measure: IndexMeasure, tree: Tree, unit: IndexUnit) -> Index {
        Index { id: code("i"), measure, tree, unit, decimals: 1 }
    }

    fn limits(measure: IndexMeasure, unit: IndexUnit) -> ([f64; 2], f64) {
        let index = index(measure, Tree::Items, unit);
        (index.limits(), index.span())
    }

    fn group(of: GroupItems) -> Group {
        Group { weight: 1.0, of }
    }

    #[test]
    fn an_index_lies_between_what_0_and_1_become_and_promotion_as_far_below() {
        use IndexMeasure::{Promotion, Score, Share};
        use IndexUnit::{Percent, Points};
        assert_eq!(limits(Share, Percent), ([0.0, 1.0], 1.0));
        assert_eq!(limits(Score, Points([1.0, 5.0])), ([1.0, 5.0], 4.0));
        assert_eq!(limits(Promotion, Percent), ([-1.0, 1.0], 1.0));
        assert_eq!(limits(Promotion, Points([0.0, 100.0])), ([-100.0, 100.0], 100.0));
    }

    #[test]
    fn points_that_fall_as_answers_get_better_have_the_same_limits() {
        let falling = IndexUnit::Points([100.0, 0.0]);
        assert_eq!(limits(IndexMeasure::Score, falling), ([0.0, 100.0], 100.0));
        assert_eq!(limits(IndexMeasure::Promotion, falling), ([0.0, 200.0], 100.0));
    }

    #[test]
    fn an_index_is_based_on_each_of_its_items_once_and_in_order() {
        let criteria = Criteria::of(&questionnaire());
        let items = |tree: Tree| index(IndexMeasure::Share, tree, IndexUnit::Percent).items(&criteria);
        assert_eq!([items(Tree::Items), items(Tree::Factors), items(Tree::Answers)], [[0, 1, 2]; 3]);
        let of_items = GroupItems::Items(vec![(code("q03"), 2.0), (code("q01"), 1.0)]);
        let nested = GroupItems::Groups(vec![group(GroupItems::Factor(code("officials"))), group(of_items)]);
        assert_eq!(items(Tree::Groups(vec![group(nested)])), [0, 2]);
    }

    #[test]
    fn an_index_of_what_the_questionnaire_does_not_ask_is_no_statistic() {
        let criteria = Criteria::of(&questionnaire());
        let unknown = [GroupItems::Factor(code("parking")), GroupItems::Items(vec![(code("q99"), 1.0)])];
        for of in unknown {
            let index = index(IndexMeasure::Share, Tree::Groups(vec![group(of)]), IndexUnit::Percent);
            assert_eq!(index.items(&criteria), [0; 0]);
            assert!(index.statistic(&criteria).is_none(), "{index:?}");
        }
    }

    #[test]
    fn promotion_where_no_item_recommends_is_no_statistic() {
        let criteria = Criteria::of(&questionnaire());
        let index = index(IndexMeasure::Promotion, Tree::Items, IndexUnit::Percent);
        assert!(index.items(&criteria).is_empty() && index.statistic(&criteria).is_none());
    }
}

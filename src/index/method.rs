//! Methods as data: a list of indices, and by which of them units are ranked.

use super::definition::{Group, GroupItems, Tree};
use super::{Criteria, Index, IndexMeasure};
use crate::estimation::{Measure, Statistic};
use crate::foundation::{Code, Findings, LimitedFindings, Text};

/// A named, versioned method. No change may be shown between results of two versions. `method_file.rs` reads one.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// Its name, such as `sipas-top2`.
    pub name: Code,
    /// Its version, such as `2017`.
    pub version: Code,
    /// Its title by language.
    pub title: Text,
    /// The place of the index that units are ranked by.
    pub(super) headline: usize,
    /// The indices, in the order in which they are shown; one at least.
    pub indices: Vec<Index>,
}

impl Method {
    /// Its name and version, such as `sipas-top2@2017`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The index that units are ranked by.
    #[must_use]
    pub fn headline(&self) -> &Index {
        &self.indices[self.headline]
    }

    /// The index with this id.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<&Index> {
        self.indices.iter().find(|index| index.id.as_str() == id)
    }

    /// The indices that results by these criteria have: where no item makes a net promoter score, none is shown.
    pub fn indices_of(&self, criteria: &Criteria) -> impl Iterator<Item = &Index> {
        let makes_nps = !criteria.nps_items.is_empty();
        self.indices.iter().filter(move |index| index.measure != IndexMeasure::Promotion || makes_nps)
    }

    /// The groups of items that factors and indices are based on: those who answered at least one of a group are counted.
    #[must_use]
    pub fn groups(&self, criteria: &Criteria) -> Vec<Vec<usize>> {
        let mut groups = criteria.groups();
        for statistic in self.indices.iter().filter_map(|index| index.statistic(criteria)) {
            if !groups.contains(&statistic.items) {
                groups.push(statistic.items);
            }
        }
        groups
    }

    /// The method against a questionnaire: the groups of its trees must name what is there.
    ///
    /// Findings: `unknown_factor`, `unknown_question` (no rated item, or one that makes no net promoter score).
    pub fn check_against(&self, criteria: &Criteria) -> Result<(), Findings> {
        let mut found = LimitedFindings::default();
        for (number, index) in self.indices.iter().enumerate() {
            if let Tree::Groups(groups) = &index.tree {
                check_groups(groups, &format!("index[{number}]"), index.measure, criteria, &mut found);
            }
        }
        found.into_result(())
    }
}

fn check_groups(groups: &[Group], path: &str, measure: IndexMeasure, criteria: &Criteria, found: &mut LimitedFindings) {
    for (number, group) in groups.iter().enumerate() {
        let path = format!("{path}.group[{number}]");
        match &group.of {
            GroupItems::Factor(code) => {
                let is_known = |(factor, items): &(Code, Vec<usize>)| factor == code && !items.is_empty();
                if !criteria.factors.iter().any(is_known) {
                    let message = format!("the questionnaire has no factor {code} with rated items");
                    found.push(format!("{path}.factor"), "unknown_factor", message);
                }
            }
            GroupItems::Items(items) => {
                for (code, _) in items {
                    let position = criteria.items.iter().position(|item| item == code);
                    let is_right = |at: usize| measure != IndexMeasure::Promotion || criteria.nps_items.contains(&at);
                    if !position.is_some_and(is_right) {
                        let message = format!("the questionnaire has no item {code} of which this is measured");
                        found.push(format!("{path}.items"), "unknown_question", message);
                    }
                }
            }
            GroupItems::Groups(groups) => check_groups(groups, &path, measure, criteria, found),
        }
    }
}

/// The name in files and documents of the net promoter score of an item.
pub const ITEM_NPS: &str = "nps";

/// The net promoter score of some rated items, in points from −100 to 100: promoters less detractors, of a hundred; the mean over
/// the items where they are several. Nothing where none of them makes one.
#[must_use]
pub fn net_promoter_score(criteria: &Criteria, items: &[usize]) -> Option<Statistic> {
    let positions: Vec<usize> = items.iter().filter_map(|item| criteria.nps_position(*item)).collect();
    if positions.is_empty() {
        return None;
    }
    let mean = Statistic::average(&criteria.scales, Measure::Rating, &[positions]);
    Some(mean.with_unasked(criteria.unasked).rescaled([0.0, 100.0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::UnaskedItems;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    #[test]
    fn nothing_to_average_is_no_statistic() {
        let method = Method::named("sipas-top2@2017").unwrap();
        let one = Criteria::on_five_points(vec![code("q01")]);
        let without_factors = Criteria { factors: vec![(code("f"), vec![])], ..one };
        let statistic = |id: &str| method.index(id).unwrap().statistic(&without_factors);
        assert!(statistic("index_factors").is_none() && statistic("index_items").is_some());
        let empty = Criteria::on_five_points(vec![]);
        assert!(method.indices.iter().all(|index| index.statistic(&empty).is_none()));
    }

    /// A method of one index over these groups.
    fn over(groups: &str) -> Method {
        let text = "name = \"own\"\nversion = \"1\"\nheadline = \"own\"\ntitle = { vi = \"x\" }\n\
            [[index]]\nid = \"own\"\nmeasure = \"share\"\nunit = \"percent\"\n";
        Method::from_toml(&format!("{text}{groups}")).unwrap()
    }

    fn criteria() -> Criteria {
        let items = ["a", "b", "c"].map(code).to_vec();
        Criteria { factors: vec![(code("f"), vec![0, 1]), (code("g"), vec![2])], ..Criteria::on_five_points(items) }
    }

    #[test]
    fn a_tree_counts_each_group_and_each_item_by_its_weight() {
        // Shares 1/2, 3/4 and 1, of 2, 4 and 1 answers.
        let totals = [1.0, 3.0, 1.0, 2.0, 4.0, 1.0, 4.0, 12.0, 5.0];
        for (groups, expected, items) in [
            (
                "group = [{ factor = \"f\", weight = 1 }, { factor = \"g\", weight = 3 }]",
                (0.625 + 3.0) / 4.0,
                vec![0, 1, 2],
            ),
            ("group = [{ items = { b = 3, a = 1 } }]", (3.0 * 0.75 + 0.5) / 4.0, vec![0, 1]),
            ("group = [{ items = [\"a\"], weight = 0.2 }, { items = [\"c\"], weight = 0.3 }]", 0.8, vec![0, 2]),
            ("by = \"factors\"", 0.8125, vec![0, 1, 2]),
            (
                "group = [{ items = [\"c\"], weight = 2 }, { group = [{ items = [\"b\"] }, { group = [{ items = [\"a\"] }] }] }]",
                (2.0 + 0.625) / 3.0,
                vec![0, 1, 2],
            ),
        ] {
            let method = over(groups);
            let statistic = method.headline().statistic(&criteria()).unwrap();
            let value = statistic.functional.linearise(&totals).unwrap().value;
            assert!((value - expected).abs() < 1e-15, "{groups}: {value}");
            assert_eq!((&statistic.items, &method.headline().items(&criteria())), (&items, &items), "{groups}");
            assert!(method.groups(&criteria()).contains(&items), "{groups}");
        }
    }

    /// Both the value and its slopes, and so every standard error.
    #[test]
    fn a_deep_tree_is_the_flat_one_whose_weights_are_the_products_of_its_own() {
        let totals = [1.0, 3.0, 1.0, 2.0, 4.0, 1.0, 4.0, 12.0, 5.0];
        let deep = "group = [{ weight = 3, items = [\"c\"] }, { group = [{ items = [\"b\"], weight = 4 }, { group = \
                    [{ items = { a = 2 } }] }] }]";
        let flat = "group = [{ items = { c = 15, b = 4, a = 1 } }]";
        let [deep, flat] = [deep, flat].map(|groups| {
            let statistic = over(groups).headline().statistic(&criteria()).unwrap();
            statistic.functional.linearise(&totals).unwrap()
        });
        assert!((deep.value - flat.value).abs() < 1e-15);
        assert_eq!(deep.gradient.len(), flat.gradient.len());
        for ((at, deep), (flat_at, flat)) in deep.gradient.iter().zip(&flat.gradient) {
            assert!(at == flat_at && (deep - flat).abs() < 1e-15, "{at}: {deep} {flat}");
        }
    }

    #[test]
    fn an_item_that_nobody_answered_takes_its_empty_group_out_of_the_one_above() {
        // Nobody answered a.
        let totals = [0.0, 3.0, 1.0, 0.0, 4.0, 1.0, 0.0, 12.0, 5.0];
        let tree = "group = [{ items = [\"c\"] }, { weight = 3, group = [{ items = [\"b\"] }, { weight = 9, group = \
                    [{ items = [\"a\"] }] }] }]";
        let value = |unasked: UnaskedItems| {
            let statistic = over(tree).headline().statistic(&Criteria { unasked, ..criteria() }).unwrap();
            statistic.functional.linearise(&totals).map(|of| of.value)
        };
        assert_eq!(value(UnaskedItems::Withhold), None);
        assert_eq!(value(UnaskedItems::LeaveOut), Some((1.0 + 3.0 * 0.75) / 4.0));
    }

    #[test]
    fn what_a_built_in_method_counts_is_what_the_questionnaire_has() {
        for method in Method::all() {
            assert_eq!(method.groups(&criteria()), criteria().groups());
        }
    }

    #[test]
    fn a_tree_that_names_what_the_questionnaire_does_not_have_is_found() {
        let method = over("group = [{ factor = \"h\" }, { items = [\"a\", \"d\"] }, { group = [{ factor = \"k\" }] }]");
        let found = method.check_against(&criteria()).unwrap_err().0;
        let found: Vec<_> = found.iter().map(|finding| (finding.path.as_str(), finding.code)).collect();
        assert_eq!(
            found,
            [
                ("index[0].group[0].factor", "unknown_factor"),
                ("index[0].group[1].items", "unknown_question"),
                ("index[0].group[2].group[0].factor", "unknown_factor")
            ]
        );
        assert!(Method::all().iter().all(|method| method.check_against(&criteria()).is_ok()));
    }
}

//! Methods from TOML: the whole file is checked, and every finding listed.

use std::collections::HashSet;

use toml::{Table, Value};

use super::definition::{Group, GroupItems, IndexUnit, Tree};
use super::{Index, IndexMeasure, Method};
use crate::foundation::{Code, Findings, Keys, LimitedFindings, Text};

/// The most indices of a method.
const INDICES_MAX: usize = 20;
/// The most groups in one place of a tree.
const GROUPS_MAX: usize = 200;
/// How deep groups may lie in groups, the items in the last not counted.
const DEPTH_MAX: usize = 6;
/// The most items that a group names.
const ITEMS_MAX: usize = 200;
/// The smallest and the largest weight.
const WEIGHTS: std::ops::RangeInclusive<f64> = 1e-6..=1e6;
/// The most decimals that people read.
const DECIMALS_MAX: i64 = 4;
/// The names of estimates of items and factors, which an index may not have. The score of a `nps` index is that of all items.
const OTHER_STATISTICS: [&str; 3] = ["top2", "mean", "factor"];

impl Method {
    /// Reads a method from TOML (`docs/examples/method.toml` shows every key; the built-in ones are such files, too). What its
    /// trees name is checked by [`Method::check_against`].
    ///
    /// Findings have paths such as `index[0].unit` and the codes `syntax`, `missing`, `missing_language`, `wrong_type`,
    /// `unknown_key`, `unknown_option`, `unknown_index`, `duplicate`, `reserved`, `contradiction`, `invalid`, `out_of_range`, `empty`,
    /// `too_long`, `too_many`.
    pub fn from_toml(text: &str) -> Result<Self, Findings> {
        let mut keys = Keys::document(text)?;
        let mut found = LimitedFindings::default();
        let (name, version) = (keys.required("name", &mut found), keys.required("version", &mut found));
        let title = read_title(&mut keys, &mut found);
        let headline: Option<Code> = keys.required("headline", &mut found);
        let mut ids = HashSet::new();
        let mut indices = Vec::new();
        if !keys.has("index") {
            found.push("index", "missing", "name at least one index, each under [[index]]");
        }
        for index_keys in keys.tables("index", INDICES_MAX, &mut found) {
            let path = index_keys.path_of("id");
            let Some(index) = read_index(index_keys, &mut found) else { continue };
            if !ids.insert(index.id.clone()) {
                found.push(path, "duplicate", format!("there are two indices {}", index.id));
            }
            indices.push(index);
        }
        keys.finish(&mut found);
        let position = headline.as_ref().and_then(|id| indices.iter().position(|index: &Index| index.id == *id));
        if let (Some(id), None, true) = (&headline, position, found.is_empty()) {
            found.push("headline", "unknown_index", format!("there is no index {id} here"));
        }
        let method = || Some(Self { name: name?, version: version?, title, headline: position?, indices });
        let method = method();
        found.into_value(method)
    }
}

fn read_title(keys: &mut Keys, found: &mut LimitedFindings) -> Text {
    let mut keys = keys.table("title", found);
    let mut title = Text::default();
    for language in keys.languages() {
        if let Some(words) = keys.words(language.as_str(), found) {
            title.0.insert(language, words);
        }
    }
    if !title.has("vi") {
        found.push("title.vi", "missing_language", "the title is needed in vi at least");
    }
    keys.finish(found);
    title
}

fn read_index(mut keys: Keys, found: &mut LimitedFindings) -> Option<Index> {
    let id: Option<Code> = keys.required("id", found);
    let is_taken = |id: &Code| OTHER_STATISTICS.contains(&id.as_str()) || id.as_str().starts_with("share_");
    if let Some(id) = id.as_ref().filter(|id| is_taken(id)) {
        found.push(keys.path_of("id"), "reserved", format!("{id} is the name of another estimate"));
    }
    let options =
        [("share", IndexMeasure::Share), ("score", IndexMeasure::Score), ("promotion", IndexMeasure::Promotion)];
    let measure = read_option(&mut keys, "measure", options, found);
    let tree_path = keys.path_of("by");
    let tree = read_tree(&mut keys, found);
    if tree == Some(Tree::Answers) && measure.is_some_and(|measure| measure != IndexMeasure::Share) {
        let message = "all answers together can be averaged as shares only, since their scales may differ";
        found.push(tree_path, "contradiction", message);
    }
    let unit = read_unit(&mut keys, found);
    let decimals = keys.within("decimals", 0..=DECIMALS_MAX, found).unwrap_or(2);
    keys.finish(found);
    Some(Index { id: id?, measure: measure?, tree: tree?, unit: unit?, decimals: u8::try_from(decimals).ok()? })
}

/// The option that the key names; `unknown_option`.
fn read_option<T: Clone, const N: usize>(
    keys: &mut Keys,
    key: &str,
    options: [(&str, T); N],
    found: &mut LimitedFindings,
) -> Option<T> {
    let name: String = keys.required(key, found)?;
    let option = options.iter().find(|(option, _)| *option == name).map(|(_, value)| value.clone());
    if option.is_none() {
        let known = options.map(|(option, _)| option).join(", ");
        found.push(keys.path_of(key), "unknown_option", format!("there is no {key} {name:?}; take one of {known}"));
    }
    option
}

fn read_unit(keys: &mut Keys, found: &mut LimitedFindings) -> Option<IndexUnit> {
    let is_points = read_option(keys, "unit", [("percent", false), ("points", true)], found)?;
    let path = keys.path_of("points");
    let ends = keys.optional::<Value>("points", found);
    if !is_points {
        if ends.is_some() {
            found.push(
                path,
                "contradiction",
                "an index in per cent has no points; leave this out, or take unit = \"points\"",
            );
        }
        return Some(IndexUnit::Percent);
    }
    let number = |value: &Value| value.as_float().or_else(|| Some(f64::from(i32::try_from(value.as_integer()?).ok()?)));
    let ends = ends.as_ref().and_then(Value::as_array).and_then(|ends| match ends.as_slice() {
        [low, high] => Some([number(low)?, number(high)?]),
        _ => None,
    });
    let differ = |[low, high]: &[f64; 2]| (high - low).is_finite() && (high - low).abs() > f64::EPSILON;
    if let Some(ends) = ends.filter(differ) {
        return Some(IndexUnit::Points(ends));
    }
    let message = "points must be two different finite numbers, what 0 and 1 become, such as [0, 100]";
    found.push(path, "invalid", message);
    None
}

/// Either `by`, for what every questionnaire has, or groups that name factors and items.
fn read_tree(keys: &mut Keys, found: &mut LimitedFindings) -> Option<Tree> {
    if !keys.has("group") {
        let options = [("items", Tree::Items), ("factors", Tree::Factors), ("answers", Tree::Answers)];
        return read_option(keys, "by", options, found);
    }
    if keys.has("by") {
        found.push(keys.path_of("by"), "contradiction", "groups say what counts how much; remove this or the groups");
        keys.optional::<Value>("by", found);
    }
    let path = keys.path_of("group");
    let groups = read_groups(keys, DEPTH_MAX, found)?;
    let mut seen = HashSet::new();
    name_once(&groups, &mut seen, &path, found);
    Some(Tree::Groups(groups))
}

/// The groups at this place of a tree, in which as many levels more may lie.
fn read_groups(keys: &mut Keys, levels: usize, found: &mut LimitedFindings) -> Option<Vec<Group>> {
    let path = keys.path_of("group");
    let tables = keys.tables("group", GROUPS_MAX, found);
    if levels == 0 {
        found.push(path, "too_deep", format!("groups may lie {DEPTH_MAX} deep"));
        return None;
    }
    if tables.is_empty() {
        found.push(&path, "empty", "name at least one group");
    }
    let groups: Vec<Option<Group>> = tables.into_iter().map(|keys| read_group(keys, levels, found)).collect();
    groups.into_iter().collect()
}

/// Each factor and each item may be named in one group of the tree; `duplicate`.
fn name_once(groups: &[Group], seen: &mut HashSet<(bool, Code)>, path: &str, found: &mut LimitedFindings) {
    for group in groups {
        let names: Vec<&Code> = match &group.of {
            GroupItems::Factor(code) => vec![code],
            GroupItems::Items(items) => items.iter().map(|(code, _)| code).collect(),
            GroupItems::Groups(groups) => {
                name_once(groups, seen, path, found);
                continue;
            }
        };
        let is_factor = matches!(group.of, GroupItems::Factor(_));
        for name in names.into_iter().filter(|name| !seen.insert((is_factor, (*name).clone()))) {
            found.push(path, "duplicate", format!("{name} is named twice"));
        }
    }
}

fn read_group(mut keys: Keys, levels: usize, found: &mut LimitedFindings) -> Option<Group> {
    let weight = if keys.has("weight") { keys.within("weight", WEIGHTS, found) } else { Some(1.0) };
    let factor: Option<Code> = keys.optional("factor", found);
    let path = keys.path_of("items");
    let items = keys.optional::<Value>("items", found);
    let groups = keys.has("group").then(|| read_groups(&mut keys, levels - 1, found));
    keys.finish(found);
    let of = match (factor, items, groups) {
        (Some(factor), None, None) => Some(GroupItems::Factor(factor)),
        (None, Some(items), None) => read_items(items, &path, found).map(GroupItems::Items),
        (None, None, Some(groups)) => groups.map(GroupItems::Groups),
        _ => {
            found.push(path, "contradiction", "a group names either a factor, or items, or has groups of its own");
            None
        }
    };
    Some(Group { weight: weight?, of: of? })
}

/// A list of items, which count alike, or a table of items with their weights.
fn read_items(value: Value, path: &str, found: &mut LimitedFindings) -> Option<Vec<(Code, f64)>> {
    let weighted: Option<Table> = match value {
        Value::Table(table) => Some(table),
        Value::Array(codes) => codes.iter().map(|code| Some((code.as_str()?.to_owned(), 1.into()))).collect(),
        _ => None,
    };
    let weight = |value: &Value| value.as_float().or_else(|| Some(f64::from(i32::try_from(value.as_integer()?).ok()?)));
    let item = |(code, value): (String, Value)| {
        Some((Code::new(code).ok()?, weight(&value).filter(|weight| WEIGHTS.contains(weight))?))
    };
    let items: Option<Vec<_>> = weighted.and_then(|table| table.into_iter().map(item).collect());
    match items {
        Some(items) if items.is_empty() => found.push(path, "empty", "name at least one item"),
        Some(items) if items.len() > ITEMS_MAX => {
            found.push(path, "too_many", format!("at most {ITEMS_MAX} items are taken"));
        }
        Some(items) => return Some(items),
        None => found.push(
            path,
            "wrong_type",
            "this must be a list of items in quotes, or a table of items with weights from 0.000001 to 1000000",
        ),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP2: &str = include_str!("methods/sipas-top2@2017.toml");

    #[test]
    fn everything_that_is_wrong_with_a_method_is_found_with_its_path() {
        for (from, to, path, code) in [
            ("points = [0, 100]", "points = [5, 5]", "index[3].points", "invalid"),
            ("points = [0, 100]", "points = [1, inf]", "index[3].points", "invalid"),
            ("unit = \"percent\"", "unit = \"percent\"\npoints = [0, 1]", "index[0].points", "contradiction"),
            ("unit = \"percent\"", "unit = \"stars\"", "index[0].unit", "unknown_option"),
            ("measure = \"share\"", "measure = \"median\"", "index[0].measure", "unknown_option"),
            (
                "measure = \"score\"\nby = \"items\"",
                "measure = \"score\"\nby = \"answers\"",
                "index[3].by",
                "contradiction",
            ),
            ("headline = \"index_items\"", "headline = \"items\"", "headline", "unknown_index"),
            ("id = \"index_items\"", "id = \"index_score\"", "index[3].id", "duplicate"),
            ("id = \"index_items\"", "id = \"top2\"", "index[0].id", "reserved"),
            ("by = \"items\"", "by = \"items\"\nweight = 2", "index[0].weight", "unknown_key"),
            ("by = \"items\"", "by = \"items\"\ngroup = [{ factor = \"f\" }]", "index[0].by", "contradiction"),
            ("by = \"items\"", "group = []", "index[0].group", "empty"),
            ("by = \"items\"", "group = [{ weight = 1 }]", "index[0].group[0].items", "contradiction"),
            ("by = \"items\"", "group = [{ factor = \"f\", weight = 0 }]", "index[0].group[0].weight", "out_of_range"),
            ("by = \"items\"", "group = [{ factor = \"f\", group = [] }]", "index[0].group[0].group", "empty"),
            (
                "by = \"items\"",
                "group = [{ factor = \"f\" }, { group = [{ factor = \"f\" }] }]",
                "index[0].group",
                "duplicate",
            ),
            ("by = \"items\"", "group = [{ items = { a = 0 } }]", "index[0].group[0].items", "wrong_type"),
            ("by = \"items\"", "group = [{ factor = \"f\" }, { factor = \"f\" }]", "index[0].group", "duplicate"),
            ("decimals = 2", "decimals = 5", "index[0].decimals", "out_of_range"),
            ("version = \"2017\"", "version = \"a b\"", "version", "wrong_type"),
            ("name = ", "name = = ", "line 2", "syntax"),
        ] {
            assert!(TOP2.contains(from), "{from}");
            let found = Method::from_toml(&TOP2.replacen(from, to, 1)).unwrap_err().0;
            assert!(
                found.iter().any(|finding| (finding.path.as_str(), finding.code) == (path, code)),
                "{to}: {found:?}"
            );
        }
    }

    #[test]
    fn groups_may_lie_as_deep_as_it_is_said_and_no_deeper() {
        let nested = |depth: usize| {
            let innermost = "{ factor = \"f\" }".to_owned();
            let group = (1..depth).fold(innermost, |inner, _| format!("{{ group = [{inner}] }}"));
            Method::from_toml(&TOP2.replacen("by = \"items\"", &format!("group = [{group}]"), 1))
        };
        assert!(nested(DEPTH_MAX).is_ok());
        let found = nested(DEPTH_MAX + 1).unwrap_err().0;
        assert_eq!(
            (found[0].path.as_str(), found[0].code),
            ("index[0].group[0].group[0].group[0].group[0].group[0].group[0].group", "too_deep")
        );
    }

    #[test]
    fn the_example_in_the_documentation_is_read() {
        let method = Method::from_toml(include_str!("../../docs/examples/method.toml")).unwrap();
        let code = |text: &str| Code::new(text).unwrap();
        let items = GroupItems::Items(vec![(code("q05"), 2.0), (code("q06"), 1.0)]);
        let two = [(0.4, GroupItems::Factor(code("access"))), (0.6, items)];
        let groups = |groups: &[(f64, GroupItems)]| -> Vec<Group> {
            groups.iter().map(|(weight, of)| Group { weight: *weight, of: of.clone() }).collect()
        };
        let tree = Tree::Groups(groups(&two));
        assert_eq!((&method.headline().tree, method.headline().decimals, method.indices.len()), (&tree, 1, 3));
        assert_eq!((&method.indices[1].tree, method.indices[1].decimals), (&Tree::Items, 2));
        let (service, officers) = (
            groups(&[(1.0, GroupItems::Factor(code("service"))), (3.0, GroupItems::Factor(code("officer")))]),
            GroupItems::Factor(code("access")),
        );
        let deep = Tree::Groups(groups(&[(0.7, GroupItems::Groups(service)), (0.3, officers)]));
        assert_eq!(method.indices[2].tree, deep);
    }

    #[test]
    fn a_method_without_indices_says_so() {
        let text = "name = \"a\"\nversion = \"1\"\nheadline = \"a\"\ntitle = { vi = \"a\" }";
        let found = Method::from_toml(text).unwrap_err().0;
        assert_eq!((found[0].path.as_str(), found[0].code), ("index", "missing"));
    }
}

//! How a sample is drawn from a frame: the columns, the stages, and how many people are invited.

use std::collections::BTreeMap;

use crate::foundation::Keys;
use crate::foundation::{Findings, LimitedFindings};

/// How the clusters of a stage are drawn within their parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawMethod {
    /// Systematically with probability proportional to size.
    Pps,
    /// Systematically with equal probability.
    Equal,
}

impl DrawMethod {
    const ALL: [(&'static str, Self); 2] = [("pps", Self::Pps), ("equal", Self::Equal)];
}

/// One stage of a sample, such as the communes of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStage {
    /// The column of the frame that names the cluster.
    pub column: String,
    /// How many clusters are taken of each parent.
    pub take: usize,
    /// How many are taken of single parents, by the parent's name.
    pub takes: BTreeMap<String, usize>,
    /// How they are drawn.
    pub method: DrawMethod,
    /// The column of sizes; a cluster's size is the sum over its rows.
    pub size: Option<String>,
}

impl SampleStage {
    /// How many clusters are taken of the parent with this name.
    #[must_use]
    pub fn take_of(&self, parent: &str) -> usize {
        self.takes.get(parent).copied().unwrap_or(self.take)
    }
}

/// How many people are invited of each row that is drawn, where rows are places and not people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleOfPlaces {
    /// How many are invited.
    pub take: usize,
    /// The column that says how many people live there.
    pub size: String,
}

/// A sample design, from its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDesign {
    /// The seed of all random starts.
    pub seed: u64,
    /// The column of the measured unit.
    pub unit: String,
    /// The columns that together name the stratum.
    pub strata: Vec<String>,
    /// The columns by which a list is put in order before it is drawn from.
    pub order: Vec<String>,
    /// The column of weights that rows bring along.
    pub weight: Option<String>,
    /// The columns that are printed on a sheet, to tell where it belongs.
    pub locality: Vec<String>,
    /// The stages, the first one first; at least one.
    pub stages: Vec<SampleStage>,
    /// The people of a place; none where each row is a person.
    pub people: Option<PeopleOfPlaces>,
    /// How many more people of each last cluster stand by.
    pub reserves: usize,
    /// The fewest people who share unit, stratum, sampling unit and weight.
    pub smallest_group: usize,
}

impl SampleDesign {
    /// The most stages.
    pub const STAGES_MAX: usize = 8;
    /// The most clusters or people that are taken of one parent.
    pub const TAKE_MAX: i64 = 100_000;
    /// The longest file, in bytes; it is kept with the draw.
    pub const LENGTH_MAX: usize = 64 * 1024;
    /// The most columns in a list of columns.
    const COLUMNS_MAX: usize = 8;

    /// Reads a design from TOML (`docs/examples/sample.toml` shows every key).
    ///
    /// Findings have paths such as `stage[0].take` and the codes `syntax`, `missing`, `wrong_type`, `unknown_key`,
    /// `unknown_option`, `out_of_range`, `too_long`, `too_many`, `not_allowed`, `duplicate`.
    pub fn from_toml(text: &str) -> Result<Self, Findings> {
        let mut found = LimitedFindings::default();
        if text.len() > Self::LENGTH_MAX {
            found.push("", "too_long", format!("at most {} bytes are taken", Self::LENGTH_MAX));
            return found.into_value(None);
        }
        let mut keys = Keys::document(text)?;
        let seed = keys.within("seed", 0..=i64::MAX, &mut found);
        if seed.is_none() && found.is_empty() {
            found.push("seed", "missing", "this is missing: any whole number; the same seed draws the same sample");
        }
        let unit: Option<String> = keys.required("unit", &mut found);
        let columns = |keys: &mut Keys, key: &str, found: &mut LimitedFindings| {
            let columns: Vec<String> = keys.optional(key, found).unwrap_or_default();
            if columns.len() > Self::COLUMNS_MAX {
                found.push(keys.path_of(key), "too_many", format!("at most {} columns are taken", Self::COLUMNS_MAX));
            }
            columns
        };
        let strata = columns(&mut keys, "strata", &mut found);
        let order = columns(&mut keys, "order", &mut found);
        let locality = columns(&mut keys, "locality", &mut found);
        let weight = keys.optional("weight", &mut found);
        let smallest_group = keys.within("smallest_group", 1..=Self::TAKE_MAX, &mut found).unwrap_or(5);
        let (people, reserves) = read_people(&mut keys, &mut found);
        let (stages, reserve_people) = read_stages(&mut keys, people.is_some(), &mut found);
        keys.finish(&mut found);
        let design = || {
            Some(Self {
                seed: u64::try_from(seed?).ok()?,
                strata: if strata.is_empty() { vec![unit.clone()?] } else { strata },
                unit: unit?,
                order,
                weight,
                locality,
                stages,
                people,
                reserves: reserves + reserve_people,
                smallest_group: count(smallest_group),
            })
        };
        let design = design();
        found.into_value(design)
    }
}

/// The table `people`, and how many reserves a place has.
fn read_people(keys: &mut Keys, found: &mut LimitedFindings) -> (Option<PeopleOfPlaces>, usize) {
    if !keys.has("people") {
        return (None, 0);
    }
    let mut keys = keys.table("people", found);
    let take = required_take(&mut keys, found);
    let size = keys.required("size", found);
    let reserves = read_reserves(&mut keys, found);
    keys.finish(found);
    (take.zip(size).map(|(take, size)| PeopleOfPlaces { take, size }), reserves)
}

fn required_take(keys: &mut Keys, found: &mut LimitedFindings) -> Option<usize> {
    if !keys.has("take") {
        found.push(keys.path_of("take"), "missing", "this is missing: how many are taken");
    }
    keys.within("take", 1..=SampleDesign::TAKE_MAX, found).map(count)
}

fn read_reserves(keys: &mut Keys, found: &mut LimitedFindings) -> usize {
    keys.within("reserves", 0..=SampleDesign::TAKE_MAX, found).map_or(0, count)
}

/// The stages, and how many people stand by where the last stage draws people.
fn read_stages(keys: &mut Keys, has_people: bool, found: &mut LimitedFindings) -> (Vec<SampleStage>, usize) {
    let tables = keys.tables("stage", SampleDesign::STAGES_MAX, found);
    if tables.is_empty() {
        found.push("stage", "missing", "there is no stage; write at least one [[stage]] with column, take and method");
    }
    let last = tables.len().saturating_sub(1);
    let mut reserves = 0;
    let mut stages: Vec<SampleStage> = Vec::new();
    for (position, mut keys) in tables.into_iter().enumerate() {
        if keys.has("reserves") && (has_people || position < last) {
            let message =
                "reserves are people: say how many under [people], or in the last stage where rows are people";
            found.push(keys.path_of("reserves"), "not_allowed", message);
        }
        reserves = read_reserves(&mut keys, found);
        let Some(stage) = read_stage(&mut keys, found) else { continue };
        keys.finish(found);
        if stages.iter().any(|other| other.column == stage.column) {
            found.push(format!("stage[{position}].column"), "duplicate", "another stage draws by this column");
        }
        stages.push(stage);
    }
    (stages, reserves)
}

fn read_stage(keys: &mut Keys, found: &mut LimitedFindings) -> Option<SampleStage> {
    let column = keys.required("column", found);
    let take = required_take(keys, found);
    let mut takes = BTreeMap::new();
    let mut named = keys.table("takes", found);
    for name in named.keys() {
        if let Some(take) = named.within(&name, 1..=SampleDesign::TAKE_MAX, found) {
            takes.insert(name, count(take));
        }
    }
    let name: Option<String> = keys.required("method", found);
    let method = name.and_then(|name| {
        let method = DrawMethod::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, method)| method);
        if method.is_none() {
            let message = format!("there is no method {name:?}; take pps (by size) or equal");
            found.push(keys.path_of("method"), "unknown_option", message);
        }
        method
    });
    let size: Option<String> = keys.optional("size", found);
    match (method, &size) {
        (Some(DrawMethod::Pps), None) => {
            found.push(keys.path_of("size"), "missing", "pps draws by size; name the column of sizes");
        }
        (Some(DrawMethod::Equal), Some(_)) => {
            found.push(
                keys.path_of("size"),
                "not_allowed",
                "with equal probability no size is looked at; leave it out",
            );
        }
        _ => {}
    }
    Some(SampleStage { column: column?, take: take?, takes, method: method?, size })
}

/// A number that was found to lie between 0 and [`SampleDesign::TAKE_MAX`].
fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &'static str)> {
        let findings = SampleDesign::from_toml(text).unwrap_err().0;
        findings.into_iter().map(|finding| (finding.path, finding.code)).collect()
    }

    #[test]
    fn the_example_states_every_key() {
        let design = SampleDesign::from_toml(include_str!("../../docs/examples/sample.toml")).unwrap();
        assert_eq!((design.seed, design.stages.len(), design.reserves, design.smallest_group), (2024, 3, 3, 5));
        assert_eq!((design.stages[0].take_of("79"), design.stages[0].take_of("10")), (6, 3));
        assert_eq!(design.people, Some(PeopleOfPlaces { take: 10, size: "adults".to_owned() }));
    }

    #[test]
    fn what_is_left_out_has_a_meaning() {
        let text = "seed = 1\nunit = \"u\"\n[[stage]]\ncolumn = \"person\"\ntake = 4\nmethod = \"equal\"\nreserves = 2";
        let design = SampleDesign::from_toml(text).unwrap();
        assert_eq!((design.strata, design.people, design.reserves), (vec!["u".to_owned()], None, 2));
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_once() {
        let text = "seed = -1\nlocality = 3\ncolour = 1\n[people]\ntake = 0\n[[stage]]\ncolumn = \"a\"\ntake = 1\n\
                    method = \"pps\"\nreserves = 1\n[[stage]]\ncolumn = \"a\"\ntakes = { x = 0 }\nmethod = \"best\"";
        let expected = [
            ("seed", "out_of_range"),
            ("unit", "missing"),
            ("locality", "wrong_type"),
            ("people.take", "out_of_range"),
            ("people.size", "missing"),
            ("stage[0].reserves", "not_allowed"),
            ("stage[0].size", "missing"),
            ("stage[1].take", "missing"),
            ("stage[1].takes.x", "out_of_range"),
            ("stage[1].method", "unknown_option"),
            ("colour", "unknown_key"),
        ];
        assert_eq!(found(text), expected.map(|(path, code)| (path.to_owned(), code)));
        assert_eq!(found("seed = 1\nunit = \"u\""), [("stage".to_owned(), "missing")]);
        let long = format!("#{}", "x".repeat(SampleDesign::LENGTH_MAX));
        assert_eq!(found(&long)[0].1, "too_long");
    }

    #[test]
    fn reserves_are_people() {
        let text = "seed = 1\nunit = \"u\"\n[people]\ntake = 1\nsize = \"n\"\n[[stage]]\ncolumn = \"a\"\ntake = 1\n\
                    method = \"equal\"\nreserves = 1";
        assert_eq!(found(text), [("stage[0].reserves".to_owned(), "not_allowed")]);
    }
}

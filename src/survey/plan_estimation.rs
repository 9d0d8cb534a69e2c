//! The part of a plan that decides how numbers are made: lonely sampling units, intervals, rank sets, calibration.

use toml::{Table, Value};

use super::MarginLevel;
use crate::foundation::Keys;
use crate::foundation::LimitedFindings;
use crate::statistics::{
    CalibrationMethod, CalibrationMethodError, DesignEffect, IntervalMethod, LonelyPsu, NegativeWeightRule,
    UnaskedItems,
};

/// How estimates of a wave are made. It is part of the plan, so it is fixed before the first answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EstimationPlan {
    /// What a stratum of a single sampling unit adds to the variance.
    pub lonely_psu: LonelyPsu,
    /// How the intervals of shares are made.
    pub interval: IntervalMethod,
    /// What the design effect compares with; the effective number of answers follows from it.
    pub design_effect: DesignEffect,
    /// What becomes of a factor or index in a unit where nobody answered one of its items.
    pub unasked_items: UnaskedItems,
    /// Which rank sets are the official ones.
    pub rank_sets: RankSetChoice,
    /// The seed of the draws behind simultaneous rank sets.
    pub seed: u64,
}

/// Which rank sets are the official ones of a wave; the others are shown beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RankSetChoice {
    /// Holm's procedure on the tests of all pairs: no random numbers.
    #[default]
    Holm,
    /// Simulated critical values: narrower, with a seed.
    Simultaneous,
}

impl RankSetChoice {
    /// All choices.
    pub const ALL: [Self; 2] = [Self::Holm, Self::Simultaneous];

    /// Its name in files and URLs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holm => "holm",
            Self::Simultaneous => "simultaneous",
        }
    }

    /// The choice with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == name)
    }
}

/// How the weights of a wave are calibrated.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationPlan {
    /// How far weights may go to meet the margins.
    pub method: CalibrationMethod,
    /// The margins.
    pub margins: Vec<PlannedMargin>,
    /// How many people there are; margins of shares are multiplied up to it.
    pub total: Option<f64>,
    /// Whether results with weights below 0 may be released.
    pub negative_weights: NegativeWeightRule,
}

/// A margin of the population by the unit or by questions about the respondent.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedMargin {
    /// `unit`, or the codes of questions about the respondent whose answers together name a level.
    pub columns: Vec<String>,
    /// The file that the levels are read from when the wave is created, relative to the plan.
    pub file: Option<String>,
    /// The levels; none until the file is read.
    pub levels: Vec<MarginLevel>,
}

impl PlannedMargin {
    /// The column that stands for the unit that is rated.
    pub const UNIT: &'static str = "unit";
}

/// The most margins, and the most columns of a margin.
const MARGINS_MAX: usize = 20;

/// The most people that a calibration may be of.
const PEOPLE_MAX: f64 = 1e12;

/// Reads `[estimation]`.
pub(super) fn read_estimation(keys: &mut Keys, found: &mut LimitedFindings) -> EstimationPlan {
    let mut keys = keys.table("estimation", found);
    let plan = EstimationPlan {
        lonely_psu: named(&mut keys, "lonely_psu", found).unwrap_or_default(),
        interval: named(&mut keys, "interval", found).unwrap_or_default(),
        design_effect: named(&mut keys, "design_effect", found).unwrap_or_default(),
        unasked_items: named(&mut keys, "unasked_items", found).unwrap_or_default(),
        rank_sets: read_rank_sets(&mut keys, found),
        seed: keys.within("seed", 0..=i64::MAX, found).map_or(0, i64::unsigned_abs),
    };
    keys.finish(found);
    plan
}

/// A value of a list whose names serde knows; `unknown_option` lists them.
fn named<T: serde::de::DeserializeOwned>(keys: &mut Keys, key: &str, found: &mut LimitedFindings) -> Option<T> {
    let value = keys.optional::<String>(key, found)?;
    match Value::String(value).try_into() {
        Ok(value) => Some(value),
        Err(error) => {
            found.push(keys.path_of(key), "unknown_option", error.message().trim().to_owned());
            None
        }
    }
}

fn read_rank_sets(keys: &mut Keys, found: &mut LimitedFindings) -> RankSetChoice {
    let Some(name) = keys.optional::<String>("rank_sets", found) else { return RankSetChoice::default() };
    RankSetChoice::from_name(&name).unwrap_or_else(|| {
        let message = format!("there are no rank sets {name:?}; take holm or simultaneous");
        found.push(keys.path_of("rank_sets"), "unknown_option", message);
        RankSetChoice::default()
    })
}

/// Reads `[calibration]`, if it is there.
pub(super) fn read_calibration(keys: &mut Keys, found: &mut LimitedFindings) -> Option<CalibrationPlan> {
    if !keys.has("calibration") {
        return None;
    }
    let mut keys = keys.table("calibration", found);
    let name: Option<String> = keys.required("method", found);
    let bounds = keys.optional::<Value>("bounds", found).map(|value| read_bounds(&keys, value, found));
    let tables = keys.tables("margin", MARGINS_MAX, found);
    let total = read_total(&mut keys, found);
    let negative_weights = named(&mut keys, "negative_weights", found).unwrap_or_default();
    let has_none = tables.is_empty();
    let margins: Vec<PlannedMargin> = tables.into_iter().filter_map(|keys| read_margin(keys, found)).collect();
    if has_none {
        found.push(keys.path_of("margin"), "missing", "a calibration needs at least one [[calibration.margin]]");
    }
    let name = name.as_deref()?;
    let method = match bounds {
        // They were refused already.
        Some(None) => None,
        bounds => read_method(&keys, name, bounds.flatten(), margins.len(), found),
    };
    keys.finish(found);
    Some(CalibrationPlan { method: method?, margins, total, negative_weights })
}

fn read_total(keys: &mut Keys, found: &mut LimitedFindings) -> Option<f64> {
    let value = keys.optional::<Value>("total", found)?;
    let total = value.try_into::<f64>().ok().filter(|total| *total > 0.0 && *total <= PEOPLE_MAX);
    if total.is_none() {
        let message = "this must be the number of people that all margins are of, above 0, such as 612000";
        found.push(keys.path_of("total"), "out_of_range", message);
    }
    total
}

fn read_bounds(keys: &Keys, value: Value, found: &mut LimitedFindings) -> Option<[f64; 2]> {
    let bounds = value.try_into::<[f64; 2]>().ok().filter(|[lower, upper]| *lower < 1.0 && *upper > 1.0);
    if bounds.is_none() {
        let message = "this must be two numbers, one below 1 and one above, such as [0.5, 2.0]";
        found.push(keys.path_of("bounds"), "invalid", message);
    }
    bounds
}

fn read_method(
    keys: &Keys,
    name: &str,
    bounds: Option<[f64; 2]>,
    margins: usize,
    found: &mut LimitedFindings,
) -> Option<CalibrationMethod> {
    let error = match CalibrationMethod::named(name, bounds, margins) {
        Ok(method) => return Some(method),
        Err(error) => error,
    };
    let (key, code) = match error {
        CalibrationMethodError::Unknown(_) => ("method", "unknown_option"),
        CalibrationMethodError::NoBounds => ("bounds", "missing"),
        CalibrationMethodError::BoundsNotTaken => ("bounds", "invalid"),
        CalibrationMethodError::TooManyMargins => ("margin", "too_many"),
    };
    found.push(keys.path_of(key), code, error.to_string());
    None
}

fn read_margin(mut keys: Keys, found: &mut LimitedFindings) -> Option<PlannedMargin> {
    let columns: Vec<String> = keys.required("columns", found)?;
    let file: Option<String> = keys.optional("file", found);
    let rows: Option<Vec<Table>> = keys.optional("levels", found);
    if columns.is_empty() || columns.len() > MARGINS_MAX {
        found.push(keys.path_of("columns"), "empty", format!("name 1 to {MARGINS_MAX} columns"));
    }
    if file.is_some() == rows.is_some() {
        found.push(keys.path_of("file"), "missing", "name a file of counts, or list levels; not both");
    }
    let level = |row: Table| -> Option<MarginLevel> {
        let values = row.get("values")?.clone().try_into::<Vec<String>>().ok()?;
        let people = row.get("people")?.clone().try_into::<f64>().ok()?;
        (values.len() == columns.len() && people.is_finite() && people > 0.0).then_some(MarginLevel { values, people })
    };
    let levels: Option<Vec<MarginLevel>> = rows.unwrap_or_default().into_iter().map(level).collect();
    if levels.is_none() {
        let message = "each level has values, one a column, and people above 0";
        found.push(keys.path_of("levels"), "invalid", message);
    }
    keys.finish(found);
    Some(PlannedMargin { columns, file, levels: levels? })
}

impl EstimationPlan {
    /// As [`read_estimation`] reads it.
    pub(super) fn to_table(&self) -> Table {
        let seed = i64::try_from(self.seed).unwrap_or(i64::MAX);
        let name = |value: Result<Value, toml::ser::Error>| value.expect("a unit variant is written as its name");
        [
            ("lonely_psu", name(Value::try_from(self.lonely_psu))),
            ("interval", name(Value::try_from(self.interval))),
            ("design_effect", name(Value::try_from(self.design_effect))),
            ("unasked_items", name(Value::try_from(self.unasked_items))),
            ("rank_sets", Value::from(self.rank_sets.as_str())),
            ("seed", Value::from(seed)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}

impl CalibrationPlan {
    /// Margins of counted people, by a method whose negative weights, if it makes any, are not released.
    #[must_use]
    pub fn new(method: CalibrationMethod, margins: Vec<PlannedMargin>) -> Self {
        Self { method, margins, total: None, negative_weights: NegativeWeightRule::Refused }
    }

    /// The method's name in files and in the API; post-stratification is `linear` with one margin.
    #[must_use]
    pub fn method_name(&self) -> &'static str {
        match self.method {
            CalibrationMethod::Raking => "raking",
            CalibrationMethod::Linear => "linear",
            CalibrationMethod::Logit { .. } => "logit",
        }
    }

    /// The least and the largest factor of a weight, where the method has such bounds.
    #[must_use]
    pub fn bounds(&self) -> Option<[f64; 2]> {
        match self.method {
            CalibrationMethod::Logit { lower, upper } => Some([lower, upper]),
            CalibrationMethod::Raking | CalibrationMethod::Linear => None,
        }
    }

    /// As [`read_calibration`] reads it.
    pub(super) fn to_table(&self) -> Table {
        let mut table = Table::new();
        if let Some(bounds) = self.bounds() {
            table.insert("bounds".to_owned(), bounds.to_vec().into());
        }
        table.insert("method".to_owned(), self.method_name().into());
        if let Some(total) = self.total {
            table.insert("total".to_owned(), total.into());
        }
        if self.negative_weights == NegativeWeightRule::Allowed {
            table.insert("negative_weights".to_owned(), "allowed".into());
        }
        table.insert("margin".to_owned(), self.margins.iter().map(PlannedMargin::to_table).collect::<Vec<_>>().into());
        table
    }
}

impl PlannedMargin {
    fn to_table(&self) -> Table {
        let mut table = Table::new();
        table.insert("columns".to_owned(), self.columns.clone().into());
        if let Some(file) = &self.file {
            table.insert("file".to_owned(), file.clone().into());
            return table;
        }
        let level = |level: &MarginLevel| {
            let mut row = Table::new();
            row.insert("values".to_owned(), level.values.clone().into());
            row.insert("people".to_owned(), level.people.into());
            row
        };
        table.insert("levels".to_owned(), self.levels.iter().map(level).collect::<Vec<_>>().into());
        table
    }
}

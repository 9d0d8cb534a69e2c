//! Plans from TOML and back: the whole plan is checked, and every finding listed.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::NaiveDate;
use toml::{Table, Value};

use super::plan_estimation::{read_calibration, read_estimation};
use super::plan_missing::{missing_table, read_missing};
use super::plan_open_link::read_open_link;
use super::plan_ranking::read_ranking;
use super::plan_renamed::rename_target_margin;
use super::{Field, FormLayout, ImportColumns, MeasuredUnits, Mode, Period, Plan, UnitSelection};
use crate::foundation::Keys;
use crate::foundation::{Code, Findings, LimitedFindings, Text, Weight};

impl Plan {
    /// The most units that a plan may list.
    pub const UNITS_MAX: usize = 20_000;
    /// The most answers that a unit may aim at.
    pub const TARGET_MAX: u32 = 10_000_000;
    /// The longest fieldwork, in days.
    pub const FIELD_DAYS_MAX: i64 = 1_100;
    /// The most days of grace after the fieldwork.
    pub const GRACE_DAYS_MAX: u16 = 366;

    /// How the path of a method's file ends.
    pub const METHOD_FILE: &str = ".toml";

    /// Reads a plan from TOML (`docs/examples/plan.toml` shows every key). What it says of the questionnaire, the method and
    /// the register is checked by [`Plan::check_against`].
    ///
    /// Findings have paths such as `field.closes` and the codes `syntax`, `missing`, `missing_language`, `wrong_type`,
    /// `unknown_key`, `unknown_option`, `unknown_unit`, `duplicate`, `invalid`, `out_of_range`, `order`, `empty`, `too_long`,
    /// `too_many`.
    pub fn from_toml(text: &str) -> Result<Self, Findings> {
        let mut keys = Keys::document(text)?;
        let mut found = LimitedFindings::default();
        let code = keys.required("code", &mut found);
        let title = read_title(&mut keys, &mut found);
        let questionnaire = keys.required("questionnaire", &mut found);
        check_name(&keys, "questionnaire", questionnaire.as_deref(), &mut found);
        let method = read_method(&mut keys, &mut found);
        let method_text = keys.optional("method_text", &mut found);
        let modes = read_modes(&mut keys, &mut found);
        let layout = read_layout(&mut keys, &mut found);
        let default_weight = keys.optional("default_weight", &mut found).unwrap_or(Weight::ONE);
        if default_weight.is_zero() {
            let message = "with weight 0 no answer counts; leave the key out, and everybody weighs 1";
            found.push(keys.path_of("default_weight"), "out_of_range", message);
        }
        let level = keys.within("level", 0.500_001..=0.999_999, &mut found).unwrap_or(0.95);
        rename_target_margin(&mut keys, &mut found);
        let target_margin = keys.within("target_margin", 0.001..=0.5, &mut found).unwrap_or(0.05);
        let synthetic = keys.optional("synthetic", &mut found).unwrap_or(false);
        let period = read_period(&mut keys, &mut found);
        let units = read_units(&mut keys, period, &mut found);
        let field = read_field(&mut keys, &mut found);
        let columns = read_columns(&mut keys, &mut found);
        let missing = read_missing(&mut keys, &mut found);
        let open_link = read_open_link(&mut keys, &mut found);
        let estimation = read_estimation(&mut keys, &mut found);
        let ranking = read_ranking(&mut keys, &mut found);
        let calibration = read_calibration(&mut keys, &mut found);
        keys.finish(&mut found);
        let plan = || {
            Some(Self {
                code: code?,
                title,
                questionnaire: questionnaire?,
                method: method?,
                method_text,
                units: units?,
                period: period?,
                field: field?,
                modes,
                layout,
                open_link,
                default_weight,
                columns,
                missing,
                level,
                target_margin,
                estimation,
                ranking,
                calibration,
                synthetic,
            })
        };
        let plan = plan();
        found.into_value(plan)
    }

    /// The plan as TOML that [`Plan::from_toml`] reads back to an equal one.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut table = Table::new();
        let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
        put("code", text(&self.code));
        put("title", to_table(self.title.0.iter().map(|(language, words)| (language.to_string(), text(words)))));
        put("questionnaire", text(&self.questionnaire));
        put("method", text(&self.method));
        if let Some(words) = &self.method_text {
            put("method_text", text(words));
        }
        put("modes", self.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().into());
        put("layout", text(self.layout.as_str()));
        put("default_weight", text(self.default_weight));
        put("level", self.level.into());
        put("target_margin", self.target_margin.into());
        put("synthetic", self.synthetic.into());
        let MeasuredUnits { level, codes, on, target, targets } = &self.units;
        let codes = match codes {
            UnitSelection::All => text("all"),
            UnitSelection::Listed(codes) => codes.iter().map(Code::to_string).collect::<Vec<_>>().into(),
        };
        let mut units =
            vec![("level".to_owned(), text(level)), ("codes".to_owned(), codes), ("on".to_owned(), text(on))];
        units.extend(target.map(|target| ("target".to_owned(), i64::from(target).into())));
        if !targets.is_empty() {
            let targets = targets.iter().map(|(code, target)| (code.to_string(), i64::from(*target).into()));
            units.push(("targets".to_owned(), to_table(targets)));
        }
        put("units", to_table(units));
        let Period { from, to } = self.period;
        put("period", to_table([("from".to_owned(), text(from)), ("to".to_owned(), text(to))]));
        let Field { opens, closes, grace_days } = self.field;
        let grace_days = i64::from(grace_days).into();
        let field = [("opens", text(opens)), ("closes", text(closes)), ("grace_days", grace_days)];
        put("field", to_table(field.map(|(key, value)| (key.to_owned(), value))));
        let named = self.columns.named();
        put("columns", to_table(named.into_iter().filter_map(|(key, name)| Some((key.to_owned(), text(name?))))));
        put("missing", missing_table(&self.missing));
        put("open_link", Value::Table(self.open_link.to_table()));
        put("estimation", Value::Table(self.estimation.to_table()));
        put("ranking", Value::Table(self.ranking.to_table()));
        if let Some(calibration) = &self.calibration {
            put("calibration", Value::Table(calibration.to_table()));
        }
        table.to_string()
    }
}

impl ImportColumns {
    /// What is held, by its key in the plan, and the name of its column.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("id", self.id.as_deref()),
            ("unit", Some(&self.unit)),
            ("stratum", self.stratum.as_deref()),
            ("psu", self.psu.as_deref()),
            ("weight", self.weight.as_deref()),
            ("mode", self.mode.as_deref()),
            ("answered_on", self.answered_on.as_deref()),
        ]
    }
}

fn text(value: impl Display) -> Value {
    Value::String(value.to_string())
}

fn to_table(pairs: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Table(pairs.into_iter().collect())
}

/// Names of columns and questionnaires: 1 to 200 characters, none of them a control character.
fn check_name(keys: &Keys, key: &str, name: Option<&str>, found: &mut LimitedFindings) {
    const LENGTH_MAX: usize = 200;
    let Some(name) = name else { return };
    if name.trim().is_empty() || name.trim() != name {
        found.push(keys.path_of(key), "invalid", "this must not be empty, nor begin or end with a space");
    } else if name.chars().count() > LENGTH_MAX {
        found.push(keys.path_of(key), "too_long", format!("at most {LENGTH_MAX} characters are taken"));
    } else if name.contains(char::is_control) {
        found.push(keys.path_of(key), "invalid", "control characters are not taken");
    }
}

/// The name of a method, or the path of a file that ends in `.toml`.
fn read_method(keys: &mut Keys, found: &mut LimitedFindings) -> Option<String> {
    let method: String = keys.required("method", found)?;
    check_name(keys, "method", Some(&method), found);
    if !method.ends_with(Plan::METHOD_FILE) && Code::new(&*method).is_err() {
        let message = "this must be a method's name like \"sipas-top2@2017\", or the path of a file that ends in .toml";
        found.push(keys.path_of("method"), "invalid", message);
    }
    Some(method)
}

fn read_title(keys: &mut Keys, found: &mut LimitedFindings) -> Text {
    let mut title_keys = keys.table("title", found);
    let mut title = Text::default();
    for language in title_keys.languages() {
        if let Some(words) = title_keys.words(language.as_str(), found) {
            title.0.insert(language, words);
        }
    }
    if !title.has("vi") {
        found.push("title.vi", "missing_language", "the title is needed in vi at least");
    }
    title_keys.finish(found);
    title
}

fn read_modes(keys: &mut Keys, found: &mut LimitedFindings) -> Vec<Mode> {
    let mut modes = Vec::new();
    let Some(names) = keys.required::<Vec<String>>("modes", found) else { return modes };
    for name in &names {
        match Mode::from_name(name) {
            Some(mode) if modes.contains(&mode) => found.push("modes", "duplicate", format!("{name} is named twice")),
            Some(mode) => modes.push(mode),
            None => {
                let known = Mode::ALL.map(Mode::as_str).join(", ");
                found.push("modes", "unknown_option", format!("there is no mode {name:?}; take some of {known}"));
            }
        }
    }
    if names.is_empty() {
        found.push("modes", "empty", "name at least one mode");
    }
    modes
}

fn read_layout(keys: &mut Keys, found: &mut LimitedFindings) -> FormLayout {
    let Some(name) = keys.optional::<String>("layout", found) else { return FormLayout::FactorPages };
    FormLayout::ALL.into_iter().find(|layout| layout.as_str() == name).unwrap_or_else(|| {
        let known = FormLayout::ALL.map(FormLayout::as_str).join(", ");
        found.push("layout", "unknown_option", format!("there is no layout {name:?}; take one of {known}"));
        FormLayout::FactorPages
    })
}

fn read_period(keys: &mut Keys, found: &mut LimitedFindings) -> Option<Period> {
    let mut keys = keys.table("period", found);
    let (from, to): (Option<NaiveDate>, Option<NaiveDate>) = (keys.required("from", found), keys.required("to", found));
    keys.finish(found);
    let (from, to) = (from?, to?);
    if to < from {
        found.push("period.to", "order", format!("the period would end on {to}, before it begins on {from}"));
    }
    Some(Period { from, to })
}

fn read_field(keys: &mut Keys, found: &mut LimitedFindings) -> Option<Field> {
    let mut keys = keys.table("field", found);
    let opens: Option<NaiveDate> = keys.required("opens", found);
    let closes: Option<NaiveDate> = keys.required("closes", found);
    let grace_days = keys.within("grace_days", 0..=i64::from(Plan::GRACE_DAYS_MAX), found).unwrap_or(0);
    keys.finish(found);
    let (opens, closes) = (opens?, closes?);
    if closes < opens {
        found.push(
            "field.closes",
            "order",
            format!("the fieldwork would close on {closes}, before it opens on {opens}"),
        );
    } else if (closes - opens).num_days() >= Plan::FIELD_DAYS_MAX {
        let message = format!("the fieldwork lasts at most {} days", Plan::FIELD_DAYS_MAX);
        found.push("field.closes", "out_of_range", message);
    }
    Some(Field { opens, closes, grace_days: u16::try_from(grace_days).ok()? })
}

fn read_units(keys: &mut Keys, period: Option<Period>, found: &mut LimitedFindings) -> Option<MeasuredUnits> {
    let mut keys = keys.table("units", found);
    let level = keys.required("level", found);
    let codes = read_selection(&mut keys, found);
    let on = keys.optional("on", found).or(period.map(|period| period.to));
    let range = 1..=i64::from(Plan::TARGET_MAX);
    let target = keys.within("target", range.clone(), found).and_then(|target| u32::try_from(target).ok());
    let mut target_keys = keys.table("targets", found);
    let mut targets = BTreeMap::new();
    for name in target_keys.keys() {
        let path = target_keys.path_of(&name);
        let target = target_keys.within(&name, range.clone(), found).and_then(|target| u32::try_from(target).ok());
        let listed = |code: &Code| matches!(&codes, Some(UnitSelection::Listed(codes)) if !codes.contains(code));
        match Code::new(name) {
            Err(error) => found.push(path, "invalid", error.to_string()),
            Ok(code) if listed(&code) => found.push(path, "unknown_unit", "this unit is not among units.codes"),
            Ok(code) => targets.extend(target.map(|target| (code, target))),
        }
    }
    keys.finish(found);
    Some(MeasuredUnits { level: level?, codes: codes?, on: on?, target, targets })
}

fn read_selection(keys: &mut Keys, found: &mut LimitedFindings) -> Option<UnitSelection> {
    const EXPECTED: &str = "this must be \"all\" or a list of codes in quotes";
    let texts = match keys.required::<Value>("codes", found)? {
        Value::String(word) if word == "all" => return Some(UnitSelection::All),
        Value::Array(values) => values,
        _ => {
            found.push("units.codes", "wrong_type", EXPECTED);
            return None;
        }
    };
    if texts.is_empty() {
        found.push("units.codes", "empty", "name at least one unit");
    }
    if texts.len() > Plan::UNITS_MAX {
        found.push("units.codes", "too_many", format!("at most {} units are taken", Plan::UNITS_MAX));
        return None;
    }
    let mut codes = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (position, value) in texts.iter().enumerate() {
        let path = || format!("units.codes[{position}]");
        match value.as_str().map(Code::new) {
            None => found.push(path(), "wrong_type", "a code stands in quotes"),
            Some(Err(error)) => found.push(path(), "invalid", error.to_string()),
            Some(Ok(code)) if !seen.insert(code.clone()) => {
                found.push(path(), "duplicate", format!("unit {code} is named twice"));
            }
            Some(Ok(code)) => codes.push(code),
        }
    }
    Some(UnitSelection::Listed(codes))
}

fn read_columns(keys: &mut Keys, found: &mut LimitedFindings) -> ImportColumns {
    let mut keys = keys.table("columns", found);
    let mut column = |key: &str| {
        let name: Option<String> = keys.optional(key, found);
        check_name(&keys, key, name.as_deref(), found);
        name
    };
    let columns = ImportColumns {
        id: column("id"),
        unit: column("unit").unwrap_or_else(|| "unit".to_owned()),
        stratum: column("stratum"),
        psu: column("psu"),
        weight: column("weight"),
        mode: column("mode"),
        answered_on: column("answered_on"),
    };
    keys.finish(found);
    columns
}

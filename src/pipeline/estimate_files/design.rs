//! The design file: what the columns mean, and which options are wanted.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::EstimateError;
use crate::estimation::TallySums;
use crate::foundation::Code;
use crate::index::{Criteria, Method};

/// The method whose four indices are estimated; the design file says what counts as satisfied.
const METHOD: &str = "sipas-top2@2017";

/// A checked design.
#[derive(Debug)]
pub(super) struct Design {
    /// The column of weights; everybody weighs 1 without it.
    pub weight: Option<String>,
    /// The columns that together name the stratum; one stratum without any.
    pub strata: Vec<String>,
    /// The column of primary sampling units; each respondent is one without it.
    pub psu: Option<String>,
    /// The columns whose values are domains.
    pub domains: Vec<String>,
    /// The rated items and factors; items are columns.
    pub criteria: Criteria,
    /// The lowest rating that counts as satisfied.
    pub satisfied_from: u8,
    /// The confidence level.
    pub level: f64,
    /// How indices are formed.
    pub method: &'static Method,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DesignFile {
    columns: Columns,
    #[serde(default)]
    scale: ScaleTable,
    #[serde(default)]
    factor: Vec<Factor>,
    #[serde(default)]
    options: Options,
    calibration: Option<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    weight: Option<String>,
    #[serde(default)]
    strata: Vec<String>,
    psu: Option<String>,
    stages: Option<Vec<String>>,
    fpc: Option<Vec<String>>,
    items: Vec<Code>,
    #[serde(default)]
    domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ScaleTable {
    min: u8,
    max: u8,
    satisfied_from: u8,
}

impl Default for ScaleTable {
    fn default() -> Self {
        Self { min: 1, max: 5, satisfied_from: 4 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Factor {
    code: Code,
    items: Vec<Code>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    lonely_psu: String,
    interval: String,
    level: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { lonely_psu: "fail".to_owned(), interval: "xlogit".to_owned(), level: 0.95 }
    }
}

impl Design {
    /// Reads and checks a design file.
    pub(super) fn read(path: &Path) -> Result<Self, EstimateError> {
        let shown = || path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|cause| EstimateError::File { path: shown(), cause })?;
        Self::from_toml(&text).map_err(|message| EstimateError::Design { path: shown(), message })
    }

    fn from_toml(text: &str) -> Result<Self, String> {
        let file: DesignFile = toml::from_str(text).map_err(|error| error.to_string())?;
        refuse_what_is_not_done(&file)?;
        let DesignFile { columns, scale, factor, options, .. } = file;
        let items = columns.items.len();
        if !(1..=TallySums::ITEMS_MAX).contains(&items) {
            return Err(format!("columns.items must name 1 to {} columns, not {items}", TallySums::ITEMS_MAX));
        }
        refuse_repeats("columns.items", &columns.items)?;
        refuse_repeats("columns.domains", &columns.domains)?;
        refuse_repeats("factor", factor.iter().map(|factor| &factor.code))?;
        if !(2..=5).contains(&scale.satisfied_from) {
            return Err(format!("scale.satisfied_from must be 2 to 5, not {}", scale.satisfied_from));
        }
        if !(options.level > 0.0 && options.level < 1.0) {
            return Err(format!("options.level must lie between 0 and 1, such as 0.95, not {}", options.level));
        }
        Ok(Self {
            weight: columns.weight,
            strata: columns.strata,
            psu: columns.psu,
            domains: columns.domains,
            criteria: criteria(columns.items, factor)?,
            satisfied_from: scale.satisfied_from,
            level: options.level,
            method: Method::named(METHOD).ok_or_else(|| format!("the method {METHOD} is missing"))?,
        })
    }
}

/// An option that is not done must never be passed over in silence: the numbers would be wrong.
fn refuse_what_is_not_done(file: &DesignFile) -> Result<(), String> {
    let only = |key: &str, found: &str, known: &str| {
        if found == known {
            Ok(())
        } else {
            Err(format!("{key} = {found:?} is not done in this version; use {known:?}"))
        }
    };
    only("options.lonely_psu", &file.options.lonely_psu, "fail")?;
    only("options.interval", &file.options.interval, "xlogit")?;
    if let Some(calibration) = &file.calibration {
        let method = calibration.get("method").and_then(toml::Value::as_str).unwrap_or("");
        only("calibration.method", method, "none")?;
        if calibration.len() > 1 {
            return Err("calibration has more than its method; with \"none\" leave the rest out".to_owned());
        }
    }
    if file.columns.stages.is_some() || file.columns.fpc.is_some() {
        return Err(
            "columns.stages and columns.fpc are not done in this version; name the first stage as psu".to_owned()
        );
    }
    if (file.scale.min, file.scale.max) != (1, 5) {
        return Err(format!("the scale must run from 1 to 5, not from {} to {}", file.scale.min, file.scale.max));
    }
    Ok(())
}

fn refuse_repeats<T: Ord + std::fmt::Display>(key: &str, names: impl IntoIterator<Item = T>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(format!("{key} names {name:?} twice", name = name.to_string()));
        }
        seen.insert(name);
    }
    Ok(())
}

fn criteria(items: Vec<Code>, factors: Vec<Factor>) -> Result<Criteria, String> {
    let mut positions = Vec::with_capacity(factors.len());
    for factor in factors {
        refuse_repeats(&format!("factor {}", factor.code), &factor.items)?;
        if factor.items.is_empty() {
            return Err(format!("factor {} names no items", factor.code));
        }
        let position = |code: &Code| {
            items
                .iter()
                .position(|item| item == code)
                .ok_or_else(|| format!("factor {} names {code}, which columns.items does not have", factor.code))
        };
        positions.push((factor.code.clone(), factor.items.iter().map(position).collect::<Result<_, _>>()?));
    }
    Ok(Criteria { items, factors: positions })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "[columns]\nitems = [\"q1\", \"q2\"]\n[[factor]]\ncode = \"f\"\nitems = [\"q2\"]\n[options]\n";

    #[test]
    fn what_is_not_said_is_a_simple_random_sample_on_the_usual_scale() {
        let design = Design::from_toml(SMALL).unwrap();
        assert_eq!((design.weight, design.psu, design.strata.len()), (None, None, 0));
        assert_eq!((design.satisfied_from, design.level), (4, 0.95));
        assert_eq!(design.criteria.factors[0].1, [1]);
    }

    #[test]
    fn options_that_are_not_done_are_refused_and_never_passed_over() {
        for (from, to) in [
            ("[options]", "[options]\nlonely_psu = \"adjust\""),
            ("[options]", "[options]\ninterval = \"beta\""),
            ("[options]", "[calibration]\nmethod = \"raking\""),
            ("[options]", "[calibration]\nmethod = \"none\"\nbounds = [0.5, 2]"),
            ("[columns]", "[columns]\nstages = [\"a\"]"),
            ("[columns]", "[columns]\nfpc = [\"a\"]"),
            ("[options]", "[scale]\nmin = 0"),
            ("[options]", "[scale]\nmax = 7"),
        ] {
            let error = Design::from_toml(&SMALL.replace(from, to)).unwrap_err();
            assert!(error.contains("not done") || error.contains("must") || error.contains("leave"), "{to}: {error}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (from, to, named) in [
            ("items = [\"q2\"]", "items = [\"q3\"]", "q3"),
            ("items = [\"q2\"]", "items = []", "factor f"),
            ("[\"q1\", \"q2\"]", "[\"q2\", \"q2\"]", "q2"),
            ("[\"q1\", \"q2\"]", "[]", "columns.items"),
            ("[columns]", "[columns]\nwheight = \"w\"", "wheight"),
            ("[columns]", "[columns]\ndomains = [\"sex\", \"sex\"]", "sex"),
            ("[options]", "[options]\nlevel = 1.0", "options.level"),
            ("[options]", "[options]\nlevel = nan", "options.level"),
            ("[options]", "[scale]\nsatisfied_from = 6", "satisfied_from"),
        ] {
            let error = Design::from_toml(&SMALL.replace(from, to)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }
}

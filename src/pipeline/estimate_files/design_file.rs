//! The design file as it is written, before it is checked as a whole.

use serde::Deserialize;

use super::design::{check_name, refuse_repeats};
use crate::foundation::Code;
use crate::statistics::{CalibrationMethod, IntervalMethod, LonelyPsu};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DesignFile {
    pub columns: Columns,
    #[serde(default)]
    pub scale: ScaleTable,
    #[serde(default)]
    pub factor: Vec<Factor>,
    #[serde(default)]
    pub options: Options,
    pub calibration: Option<CalibrationTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub weight: Option<String>,
    #[serde(default)]
    pub strata: Vec<String>,
    pub psu: Option<String>,
    pub stages: Option<Vec<String>>,
    pub fpc: Option<Vec<String>>,
    pub items: Vec<Code>,
    #[serde(default)]
    pub domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScaleTable {
    pub min: u8,
    pub max: u8,
    pub satisfied_from: u8,
}

impl Default for ScaleTable {
    fn default() -> Self {
        Self { min: 1, max: 5, satisfied_from: 4 }
    }
}

impl ScaleTable {
    pub(super) fn check(&self) -> Result<(), String> {
        if (self.min, self.max) != (1, 5) {
            return Err(format!("the scale must run from 1 to 5, not from {} to {}", self.min, self.max));
        }
        if !(2..=5).contains(&self.satisfied_from) {
            return Err(format!("scale.satisfied_from must be 2 to 5, not {}", self.satisfied_from));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Factor {
    pub code: Code,
    pub items: Vec<Code>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Options {
    pub lonely_psu: LonelyPsu,
    pub interval: IntervalMethod,
    pub level: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { lonely_psu: LonelyPsu::Fail, interval: IntervalMethod::Xlogit, level: 0.95 }
    }
}

/// How weights are calibrated, by R's names.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum MethodName {
    None,
    Raking,
    Linear,
    Logit,
    Poststratification,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationTable {
    method: MethodName,
    bounds: Option<[f64; 2]>,
    #[serde(default)]
    margin: Vec<MarginTable>,
}

/// A margin: columns of the responses, and the file that counts the population by them.
#[derive(Deserialize, Debug, Clone, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct MarginTable {
    pub columns: Vec<String>,
    pub file: std::path::PathBuf,
}

impl CalibrationTable {
    /// The method and its margins; nothing where no calibration is wanted.
    pub(super) fn check(self) -> Result<Option<(CalibrationMethod, Vec<MarginTable>)>, String> {
        let Self { method, bounds, margin } = self;
        let method = match (method, bounds) {
            (MethodName::Logit, Some([lower, upper])) => CalibrationMethod::Logit { lower, upper },
            (MethodName::Logit, None) => {
                return Err("calibration.method \"logit\" needs bounds, such as [0.5, 2.0]".into());
            }
            (_, Some(_)) => return Err("calibration.bounds belongs to the method \"logit\" alone; leave it out".into()),
            (MethodName::None, None) if margin.is_empty() => return Ok(None),
            (MethodName::None, None) => return Err("calibration has margins but the method \"none\"".into()),
            (MethodName::Raking, None) => CalibrationMethod::Raking,
            // With one margin, linear calibration is post-stratification: each factor is wanted over present.
            (MethodName::Poststratification, None) if margin.len() > 1 => {
                return Err("poststratification takes one calibration.margin; name all its columns in it".into());
            }
            (MethodName::Linear | MethodName::Poststratification, None) => CalibrationMethod::Linear,
        };
        if margin.is_empty() {
            return Err("a calibration needs at least one [[calibration.margin]] with columns and file".into());
        }
        for margin in &margin {
            if margin.columns.is_empty() {
                return Err("a calibration.margin must name at least one column".into());
            }
            refuse_repeats("calibration.margin.columns", &margin.columns)?;
            margin.columns.iter().try_for_each(|name| check_name(name))?;
            if margin.columns.iter().any(|name| name == "Freq") {
                return Err("a calibration.margin cannot name the column Freq, which holds the counts".into());
            }
        }
        Ok(Some((method, margin)))
    }
}

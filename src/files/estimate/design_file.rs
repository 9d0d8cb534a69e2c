//! The design file as it is written, before it is checked as a whole.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::names::{check_name, refuse_repeats};
use super::scale_file::{ItemScales, ScaleTable};
use super::statistic_file::{Condition, StatisticTable};
use super::weighting_file::{MakeReplicates, Nonresponse, ReplicateColumns, ReplicatesTable, TrimmingTable};
use crate::foundation::Code;
use crate::statistics::{CalibrationMethod, DesignEffect, IntervalMethod, LonelyPsu, NegativeWeightRule, UnaskedItems};
use crate::tables::MissingCodes;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DesignFile {
    pub columns: Columns,
    #[serde(default)]
    pub missing: MissingTable,
    #[serde(default)]
    pub scale: ScaleTable,
    #[serde(default)]
    pub scales: Vec<ItemScales>,
    #[serde(default)]
    pub factor: Vec<Factor>,
    #[serde(default)]
    pub options: Options,
    pub calibration: Option<CalibrationTable>,
    #[serde(default)]
    pub statistic: Vec<StatisticTable>,
    #[serde(default)]
    pub subset: BTreeMap<String, Condition>,
    pub replicates: Option<ReplicatesTable>,
    pub make_replicates: Option<MakeReplicates>,
    pub nonresponse: Option<Nonresponse>,
    pub trimming: Option<TrimmingTable>,
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
    #[serde(default)]
    pub items: Vec<Code>,
    #[serde(default)]
    pub domains: Vec<String>,
    pub id: Option<String>,
    pub replicates: Option<ReplicateColumns>,
}

/// What says that nothing is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MissingTable {
    codes: Vec<String>,
    built_in: bool,
}

impl Default for MissingTable {
    fn default() -> Self {
        Self { codes: Vec::new(), built_in: true }
    }
}

impl MissingTable {
    pub(super) fn check(self) -> Result<MissingCodes, String> {
        MissingCodes::new(self.codes, self.built_in).map_err(|error| format!("missing.codes: {error}"))
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
    pub design_effect: DesignEffect,
    pub unasked_items: UnaskedItems,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lonely_psu: LonelyPsu::Fail,
            interval: IntervalMethod::Xlogit,
            level: 0.95,
            design_effect: DesignEffect::WithReplacement,
            unasked_items: UnaskedItems::Withhold,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationTable {
    /// A method by R's name, or `none`.
    method: String,
    bounds: Option<[f64; 2]>,
    total: Option<f64>,
    negative_weights: Option<NegativeWeightRule>,
    #[serde(default)]
    margin: Vec<MarginTable>,
}

/// A calibration whose margin files are still to be read.
#[derive(Debug, PartialEq)]
pub(super) struct WantedCalibration {
    pub method: CalibrationMethod,
    pub margins: Vec<MarginTable>,
    /// How many people margins of shares are multiplied up to.
    pub total: Option<f64>,
    pub negative_weights: NegativeWeightRule,
}

/// A margin: columns of the responses, and the file that counts the population by them.
#[derive(Deserialize, Debug, Clone, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct MarginTable {
    pub columns: Vec<String>,
    pub file: std::path::PathBuf,
}

impl CalibrationTable {
    /// The method and its margins; `None` where no calibration is wanted.
    pub(super) fn check(self) -> Result<Option<WantedCalibration>, String> {
        let Self { method, bounds, total, negative_weights, margin } = self;
        if method == "none" {
            let given = [
                (bounds.is_some(), "bounds"),
                (total.is_some(), "a total"),
                (negative_weights.is_some(), "negative_weights"),
                (!margin.is_empty(), "margins"),
            ];
            return match given.into_iter().find(|(is_given, _)| *is_given) {
                None => Ok(None),
                Some((_, what)) => Err(format!("calibration has {what} but the method \"none\"")),
            };
        }
        if total.is_some_and(|total| !(total > 0.0 && total <= 1e12)) {
            return Err("calibration.total must be the number of people that all margins are of, such as 612000".into());
        }
        let method =
            CalibrationMethod::named(&method, bounds, margin.len()).map_err(|error| format!("calibration: {error}"))?;
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
        // Nothing is released here: negative weights are noted, and refused only where the design says so.
        let negative_weights = negative_weights.unwrap_or(NegativeWeightRule::Allowed);
        Ok(Some(WantedCalibration { method, margins: margin, total, negative_weights }))
    }
}

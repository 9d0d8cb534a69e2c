//! What a design file says of weights: replicate weights, nonresponse, trimming.

use serde::Deserialize;

use super::names::{check_name, refuse_repeats};
use super::statistic_file::Plain;
use crate::statistics::{Cap, Excess, ReplicateKind};

/// The most replicates that are read or written.
pub(super) const REPLICATES_MAX: usize = 10_000;

/// Which columns hold replicate weights: a list of names, or the beginning of their names and a star.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum ReplicateColumns {
    Beginning(String),
    Names(Vec<String>),
}

impl ReplicateColumns {
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Beginning(text) if text.len() > 1 && text.ends_with('*') => check_name(text),
            Self::Beginning(text) => Err(format!(
                "columns.replicates must be a list of columns, or the beginning of their names and a star, such as \
                 \"repw*\", not {text:?}"
            )),
            Self::Names(names) => {
                refuse_repeats("columns.replicates", names)?;
                names.iter().try_for_each(|name| check_name(name))
            }
        }
    }
}

/// `[replicates]`: how the replicate weights that the responses hold were made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplicatesTable {
    #[serde(rename = "type")]
    kind: String,
    rho: Option<f64>,
    pub scale: Option<f64>,
    pub rscales: Option<Vec<f64>>,
    #[serde(default)]
    pub mse: bool,
    #[serde(default = "yes")]
    pub combined: bool,
    pub df: Option<u64>,
}

fn yes() -> bool {
    true
}

/// Replicate weights that are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GivenReplicates {
    pub columns: ReplicateColumns,
    pub kind: ReplicateKind,
    pub table: ReplicatesTable,
}

/// The replicate weights that are read, if there are some.
pub(super) fn checked_replicates(
    columns: Option<ReplicateColumns>,
    table: Option<ReplicatesTable>,
) -> Result<Option<GivenReplicates>, String> {
    match (columns, table) {
        (None, None) => Ok(None),
        (Some(columns), Some(table)) => {
            columns.check()?;
            if table.df == Some(0) {
                return Err("replicates.df must be at least 1".to_owned());
            }
            let kind = ReplicateKind::named(&table.kind, table.rho).map_err(|error| format!("replicates: {error}"))?;
            Ok(Some(GivenReplicates { columns, kind, table }))
        }
        (Some(_), None) => Err("columns.replicates needs a table [replicates] that says their type, such as \
                                type = \"JK1\""
            .to_owned()),
        (None, Some(_)) => Err("[replicates] needs columns.replicates, which names their columns".to_owned()),
    }
}

/// `[make_replicates]`: the replicate weights that are written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MakeReplicates {
    #[serde(rename = "type")]
    pub kind: MadeKind,
    /// How many, of a bootstrap.
    #[serde(default = "usual_count")]
    pub count: usize,
    #[serde(default)]
    pub seed: u64,
}

/// How replicate weights are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum MadeKind {
    #[serde(rename = "JKn")]
    Jackknife,
    #[serde(rename = "bootstrap")]
    Bootstrap,
}

fn usual_count() -> usize {
    500
}

impl Default for MakeReplicates {
    fn default() -> Self {
        Self { kind: MadeKind::Jackknife, count: usual_count(), seed: 0 }
    }
}

impl MakeReplicates {
    pub(super) fn check(&self) -> Result<(), String> {
        if !(2..=REPLICATES_MAX).contains(&self.count) {
            return Err(format!("make_replicates.count must be 2 to {REPLICATES_MAX}, not {}", self.count));
        }
        Ok(())
    }
}

/// `[nonresponse]`: those who responded represent those of their class who did not.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nonresponse {
    /// The column that says who responded.
    pub column: String,
    /// Its values of those who did.
    pub responded: Vec<Plain>,
    /// The columns whose values, together, are a class; one class without any.
    #[serde(default)]
    pub classes: Vec<String>,
}

impl Nonresponse {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.responded.is_empty() {
            return Err(
                "nonresponse.responded must name the values of those who responded, such as [\"yes\"]".to_owned()
            );
        }
        refuse_repeats("nonresponse.classes", &self.classes)?;
        self.classes.iter().chain([&self.column]).try_for_each(|name| check_name(name))
    }
}

/// `[trimming]`: where weights are cut off.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrimmingTable {
    times_median: Option<f64>,
    times_mean: Option<f64>,
    quantile: Option<f64>,
    #[serde(default)]
    excess: ExcessName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ExcessName {
    #[default]
    Equal,
    Proportional,
    Dropped,
}

/// A rule of trimming.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trimming {
    pub cap: Cap,
    pub excess: Excess,
}

impl TrimmingTable {
    pub(super) fn check(&self) -> Result<Trimming, String> {
        let cap = match (self.times_median, self.times_mean, self.quantile) {
            (Some(times), None, None) if times.is_finite() && times > 0.0 => Cap::TimesMedian(times),
            (None, Some(times), None) if times.is_finite() && times > 0.0 => Cap::TimesMean(times),
            (None, None, Some(p)) if p > 0.0 && p < 1.0 => Cap::Quantile(p),
            _ => {
                return Err(
                    "trimming needs one cap: times_median or times_mean, above 0, or quantile, between 0 and 1"
                        .to_owned(),
                );
            }
        };
        let excess = match self.excess {
            ExcessName::Equal => Excess::Equal,
            ExcessName::Proportional => Excess::Proportional,
            ExcessName::Dropped => Excess::Dropped,
        };
        Ok(Trimming { cap, excess })
    }
}

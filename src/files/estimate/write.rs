//! Writes estimates and covariances, in full precision.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::cell::{Cell, CellKind, TableRow};
use super::design::Design;
use super::read::FileSample;
use super::write_rows::RowWriter;
use super::{EstimateError, OutputFormat};
use crate::estimation::{Domain, Statistic};
use crate::index::{Criteria, EstimateRow, Index, compute_domain};

/// An estimate of a level of a domain, or of everybody.
#[derive(Debug, Serialize)]
pub(super) struct LevelEstimate {
    #[serde(flatten)]
    of: Level,
    #[serde(flatten)]
    row: EstimateRow,
    #[serde(flatten)]
    remarks: Remarks,
}

/// Remarks on an estimate.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Remarks {
    /// What the design effect compares with.
    design_effect_method: &'static str,
    /// Why there is no estimate; `None` where there is one.
    withheld: Option<String>,
}

/// Of whom an estimate is; both are empty for everybody.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Level {
    domain: String,
    level: String,
}

impl LevelEstimate {
    /// An estimate of a level of a domain; both are empty for everybody.
    pub(super) fn new(domain: &str, level: &str, row: EstimateRow, remarks: Remarks) -> Self {
        Self { of: Level { domain: domain.to_owned(), level: level.to_owned() }, row, remarks }
    }

    /// Which statistic it is.
    pub(super) fn statistic(&self) -> &str {
        &self.row.statistic
    }

    /// What it is of and what it is, where it has a standard error and no interval: then it lies outside 0–1.
    pub(super) fn outside_shares(&self) -> Option<String> {
        let EstimateRow { statistic, item, estimate, se, ci_low, .. } = &self.row;
        let value = estimate.filter(|_| se.is_some() && ci_low.is_none())?;
        let of_item = item.as_ref().map_or_else(String::new, |item| format!(" {item}"));
        let Level { domain, level } = &self.of;
        let whose = if domain.is_empty() { "everybody".to_owned() } else { format!("{domain} {level}") };
        Some(format!("{statistic}{of_item} of {whose} is {value}"))
    }

    /// The row.
    pub(super) fn row(&self) -> &EstimateRow {
        &self.row
    }
}

/// The covariance of one index between two levels of the first domain; `None` where one has no precision.
#[derive(Debug, Serialize)]
pub(super) struct CovarianceRow<'a> {
    statistic: &'static str,
    level_a: Cow<'a, str>,
    level_b: Cow<'a, str>,
    covariance: Option<f64>,
}

impl CovarianceRow<'static> {
    /// The covariance of a statistic between two levels.
    pub(super) fn new(statistic: &'static str, levels: [&str; 2], covariance: Option<f64>) -> Self {
        let [level_a, level_b] = levels.map(|level| Cow::Owned(level.to_owned()));
        Self { statistic, level_a, level_b, covariance }
    }
}

impl TableRow for LevelEstimate {
    const COLUMNS: &'static [(&'static str, CellKind)] = &[
        ("domain", CellKind::Text),
        ("level", CellKind::Text),
        ("statistic", CellKind::Text),
        ("item", CellKind::Text),
        ("n", CellKind::Count),
        ("estimate", CellKind::Number),
        ("se", CellKind::Number),
        ("df", CellKind::Count),
        ("ci_low", CellKind::Number),
        ("ci_high", CellKind::Number),
        ("deff", CellKind::Number),
        ("n_eff", CellKind::Number),
        ("sampling_units", CellKind::Count),
        ("exact", CellKind::Text),
        ("design_effect_method", CellKind::Text),
        ("withheld", CellKind::Text),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let (of, row) = (&self.of, &self.row);
        vec![
            Cell::Text(Some(&of.domain)),
            Cell::Text(Some(&of.level)),
            Cell::Text(Some(&row.statistic)),
            Cell::Text(row.item.as_deref()),
            Cell::Count(Some(row.n)),
            Cell::Number(row.estimate),
            Cell::Number(row.se),
            Cell::Count(row.df),
            Cell::Number(row.ci_low),
            Cell::Number(row.ci_high),
            Cell::Number(row.deff),
            Cell::Number(row.n_eff),
            Cell::Count(row.sampling_units),
            Cell::Text(row.exact.map(|is_exact| if is_exact { "true" } else { "false" })),
            Cell::Text(Some(self.remarks.design_effect_method)),
            Cell::Text(self.remarks.withheld.as_deref()),
        ]
    }
}

impl TableRow for CovarianceRow<'_> {
    const COLUMNS: &'static [(&'static str, CellKind)] = &[
        ("statistic", CellKind::Text),
        ("level_a", CellKind::Text),
        ("level_b", CellKind::Text),
        ("covariance", CellKind::Number),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Text(Some(self.statistic)),
            Cell::Text(Some(&self.level_a)),
            Cell::Text(Some(&self.level_b)),
            Cell::Number(self.covariance),
        ]
    }
}

/// All estimates: everybody first, then each domain's levels in the order of their names.
pub(super) fn estimates(design: &Design, file: &FileSample) -> Vec<LevelEstimate> {
    let mut rows = Vec::new();
    add_domain(&mut rows, design, ("", ""), file.sample.overall());
    for (column, levels) in design.domains.iter().zip(&file.levels) {
        for (level, number) in levels {
            add_domain(&mut rows, design, (column, level), &file.sample.levels()[*number]);
        }
    }
    rows
}

fn add_domain(rows: &mut Vec<LevelEstimate>, design: &Design, name: (&str, &str), domain: &Domain) {
    let results = compute_domain(&design.criteria, design.method, domain, design.confidence, None);
    let is_defined = |row: &EstimateRow| {
        let index = design.method.index(&row.statistic).filter(|_| row.item.is_none());
        index.is_none_or(|index| index.statistic(&design.criteria).is_some())
    };
    let defined = results.rows().into_iter().filter(is_defined);
    rows.extend(defined.map(|row| {
        let design_effect_method = design.confidence.design_effect.as_str();
        let withheld = if row.estimate.is_some() { None } else { unanswered(design, domain, &row) };
        let n = withheld.as_ref().map_or(row.n, |(answered, _)| *answered);
        let remarks = Remarks { design_effect_method, withheld: withheld.map(|(_, reason)| reason) };
        LevelEstimate::new(name.0, name.1, EstimateRow { n, ..row }, remarks)
    }));
}

/// How many answered at least one item of a factor or index that has no estimate, and in words why there is none.
fn unanswered(design: &Design, domain: &Domain, row: &EstimateRow) -> Option<(u64, String)> {
    let Criteria { items, factors, .. } = &design.criteria;
    let group = match (&*row.statistic, &row.item) {
        ("factor", Some(code)) => factors.iter().find(|(factor, _)| factor.as_str() == code)?.1.clone(),
        (_, Some(code)) => vec![items.iter().position(|item| item.as_str() == code)?],
        (index, None) => design.method.index(index)?.items(&design.criteria),
    };
    let missing: Vec<&str> =
        group.iter().filter(|item| domain.answered(**item) == 0).map(|item| items[*item].as_str()).collect();
    let mut group = group.clone();
    group.sort_unstable();
    let answered = domain.answered_any(&group)?;
    let reason = match answered {
        0 => "nobody answered".to_owned(),
        _ => format!("{answered} answered, but nobody answered {}", missing.join(", ")),
    };
    Some((answered, reason))
}

/// Writes the covariances of the indices between the levels of the first domain, row by row as they are found: for each
/// level its covariances with all levels. None without a domain. Returns what a reader should know of them.
pub(super) fn write_covariances(
    design: &Design,
    file: &FileSample,
    path: &Path,
    format: OutputFormat,
) -> Result<Option<String>, EstimateError> {
    let mut writer = RowWriter::create(path, format, CovarianceRow::COLUMNS)?;
    let empty = BTreeMap::new();
    let levels = file.levels.first().unwrap_or(&empty);
    let statistic = |index: &'static Index| Some((index.id.as_str(), index.statistic(&design.criteria)?));
    let (indices, statistics): (Vec<_>, Vec<_>) = design.method.indices.iter().filter_map(statistic).unzip();
    let has_precision = |statistic: &Statistic, number: &usize| {
        file.sample.levels()[*number].covariance(statistic, statistic).is_some()
    };
    let known = |statistic: &Statistic| levels.values().map(|number| has_precision(statistic, number)).collect();
    let known: Vec<Vec<bool>> = statistics.iter().map(known).collect();
    let names: Vec<&str> = levels.keys().map(String::as_str).collect();
    let has_pairs = file.formed.each_covariance_row(&file.sample, |a, covariances| {
        for ((index, known), row) in indices.iter().zip(&known).zip(covariances) {
            for (b, covariance) in row.iter().enumerate() {
                writer.write(&CovarianceRow {
                    statistic: index,
                    level_a: Cow::Borrowed(names[a]),
                    level_b: Cow::Borrowed(names[b]),
                    covariance: (known[a] && known[b]).then_some(*covariance),
                })?;
            }
        }
        Ok::<_, EstimateError>(())
    })?;
    writer.finish()?;
    let domain = design.domains.first().filter(|_| !has_pairs && names.len() > 1);
    Ok(domain.map(|domain| {
        format!(
            "no two levels of {domain} share a stratum, and the weights are not calibrated: all covariances between them are 0, \
             and `plumbline rank` needs no file of them"
        )
    }))
}

//! Writes estimates and covariances, in full precision.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::design::Design;
use super::read::FileSample;
use super::write_parquet::{Cell, ParquetRow, write_parquet};
use super::{EstimateError, OutputFormat};
use crate::estimation::Domain;
use crate::index::{IndexKind, compute_domain};
use crate::statistics::Estimate;

/// One estimate; empty fields where there is no value or no precision.
#[derive(Debug, Serialize)]
pub(super) struct EstimateRow {
    domain: String,
    level: String,
    statistic: &'static str,
    item: String,
    n: u64,
    estimate: Option<f64>,
    se: Option<f64>,
    df: Option<u64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    deff: Option<f64>,
    n_eff: Option<f64>,
}

/// The covariance of one index between two levels of the first domain; nothing where one has no precision.
#[derive(Debug, Serialize)]
pub(super) struct CovarianceRow {
    statistic: &'static str,
    level_a: String,
    level_b: String,
    covariance: Option<f64>,
}

impl ParquetRow for EstimateRow {
    const COLUMNS: &'static [&'static str] =
        &["domain", "level", "statistic", "item", "n", "estimate", "se", "df", "ci_low", "ci_high", "deff", "n_eff"];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Text(&self.domain),
            Cell::Text(&self.level),
            Cell::Text(self.statistic),
            Cell::Text(&self.item),
            Cell::Count(Some(self.n)),
            Cell::Number(self.estimate),
            Cell::Number(self.se),
            Cell::Count(self.df),
            Cell::Number(self.ci_low),
            Cell::Number(self.ci_high),
            Cell::Number(self.deff),
            Cell::Number(self.n_eff),
        ]
    }
}

impl ParquetRow for CovarianceRow {
    const COLUMNS: &'static [&'static str] = &["statistic", "level_a", "level_b", "covariance"];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Text(self.statistic),
            Cell::Text(&self.level_a),
            Cell::Text(&self.level_b),
            Cell::Number(self.covariance),
        ]
    }
}

/// All estimates: everybody first, then each domain's levels in the order of their names.
pub(super) fn estimates(design: &Design, file: &FileSample) -> Vec<EstimateRow> {
    let mut rows = Vec::new();
    add_domain(&mut rows, design, ("", ""), file.sample.overall());
    for (column, levels) in design.domains.iter().zip(&file.levels) {
        for (level, number) in levels {
            add_domain(&mut rows, design, (column, level), &file.sample.levels()[*number]);
        }
    }
    rows
}

fn add_domain(rows: &mut Vec<EstimateRow>, design: &Design, name: (&str, &str), domain: &Domain) {
    let results = compute_domain(&design.criteria, design.method, domain, design.confidence, None);
    let mut add = |statistic: &'static str, item: &str, estimate: Option<&Estimate>| {
        let precision = estimate.and_then(|estimate| estimate.precision);
        rows.push(EstimateRow {
            domain: name.0.to_owned(),
            level: name.1.to_owned(),
            statistic,
            item: item.to_owned(),
            n: estimate.map_or(0, |estimate| estimate.n),
            estimate: estimate.map(|estimate| estimate.value),
            se: precision.map(|precision| precision.se),
            df: precision.map(|precision| precision.df),
            ci_low: precision.map(|precision| precision.low),
            ci_high: precision.map(|precision| precision.high),
            deff: precision.and_then(|precision| precision.design_effect),
            n_eff: precision.and_then(|precision| precision.n_effective),
        });
    };
    for item in &results.items {
        add("top2", item.item.as_str(), item.top2.as_ref());
    }
    for item in &results.items {
        add("mean", item.item.as_str(), item.mean.as_ref());
    }
    for factor in &results.factors {
        add("factor", factor.factor.as_str(), factor.top2.as_ref());
    }
    let defined = |kind: &IndexKind| design.method.statistic(*kind, &design.criteria).is_some();
    for kind in IndexKind::ALL.into_iter().filter(defined) {
        add(kind.as_str(), "", results.indices.get(kind));
    }
}

/// The covariances of the four indices between the levels of the first domain; none without a domain.
pub(super) fn covariances(design: &Design, file: &FileSample) -> Vec<CovarianceRow> {
    let Some(levels) = file.levels.first() else { return Vec::new() };
    let mut rows = Vec::new();
    let defined =
        IndexKind::ALL.into_iter().filter_map(|kind| Some((kind, design.method.statistic(kind, &design.criteria)?)));
    for (position, (kind, statistic)) in defined.enumerate() {
        let covariance = file.sample.covariance_between(position);
        let has_precision = |number: &usize| file.sample.levels()[*number].covariance(&statistic, &statistic).is_some();
        let known: Vec<bool> = levels.values().map(has_precision).collect();
        for (a, level_a) in levels.keys().enumerate() {
            for (b, level_b) in levels.keys().enumerate() {
                rows.push(CovarianceRow {
                    statistic: kind.as_str(),
                    level_a: level_a.clone(),
                    level_b: level_b.clone(),
                    covariance: (known[a] && known[b]).then_some(covariance[a][b]),
                });
            }
        }
    }
    rows
}

/// Writes rows to a file.
pub(super) fn write_rows<R: Serialize + ParquetRow>(
    path: &Path,
    format: OutputFormat,
    rows: &[R],
) -> Result<(), EstimateError> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        match format {
            OutputFormat::Csv => {
                let mut writer = csv::Writer::from_writer(&mut file);
                rows.iter().try_for_each(|row| writer.serialize(row).map_err(std::io::Error::other))?;
                writer.flush()?;
            }
            OutputFormat::Json => serde_json::to_writer_pretty(&mut file, rows)?,
            OutputFormat::Parquet => write_parquet(&mut file, rows).map_err(std::io::Error::other)?,
        }
        file.flush()
    };
    write().map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })
}

//! Writes estimates and covariances, in full precision.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::design::Design;
use super::read::FileSample;
use super::write_parquet::{Cell, ParquetRow, write_parquet};
use super::{EstimateError, OutputFormat};
use crate::estimation::Domain;
use crate::foundation::write_csv;
use crate::index::{Criteria, EstimateRow, IndexKind, compute_domain};

/// An estimate of a level of a domain, or of everybody.
#[derive(Debug, Serialize)]
pub(super) struct LevelEstimate {
    #[serde(flatten)]
    of: Level,
    #[serde(flatten)]
    row: EstimateRow,
    #[serde(flatten)]
    told: Told,
}

/// What is told beside an estimate.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Told {
    /// What the design effect compares with.
    design_effect_method: &'static str,
    /// Why there is no estimate; nothing where there is one.
    withheld: Option<String>,
}

/// Of whom an estimate is; both are empty for everybody.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Level {
    domain: String,
    level: String,
}

impl LevelEstimate {
    /// The columns of the CSV.
    pub(super) fn columns(&self) -> (Level, EstimateRow, Told) {
        (self.of.clone(), self.row.clone(), self.told.clone())
    }
}

/// The covariance of one index between two levels of the first domain; nothing where one has no precision.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct CovarianceRow {
    statistic: &'static str,
    level_a: String,
    level_b: String,
    covariance: Option<f64>,
}

impl ParquetRow for LevelEstimate {
    const COLUMNS: &'static [&'static str] = &[
        "domain",
        "level",
        "statistic",
        "item",
        "n",
        "estimate",
        "se",
        "df",
        "ci_low",
        "ci_high",
        "deff",
        "n_eff",
        "design_effect_method",
        "withheld",
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let (of, row) = (&self.of, &self.row);
        vec![
            Cell::Text(Some(&of.domain)),
            Cell::Text(Some(&of.level)),
            Cell::Text(Some(row.statistic)),
            Cell::Text(row.item.as_deref()),
            Cell::Count(Some(row.n)),
            Cell::Number(row.estimate),
            Cell::Number(row.se),
            Cell::Count(row.df),
            Cell::Number(row.ci_low),
            Cell::Number(row.ci_high),
            Cell::Number(row.deff),
            Cell::Number(row.n_eff),
            Cell::Text(Some(self.told.design_effect_method)),
            Cell::Text(self.told.withheld.as_deref()),
        ]
    }
}

impl ParquetRow for CovarianceRow {
    const COLUMNS: &'static [&'static str] = &["statistic", "level_a", "level_b", "covariance"];

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
    let is_undefined = |kind: &IndexKind| design.method.statistic(*kind, &design.criteria).is_none();
    let undefined: Vec<&str> =
        IndexKind::ALL.iter().filter(|kind| is_undefined(kind)).map(|kind| kind.as_str()).collect();
    let of = Level { domain: name.0.to_owned(), level: name.1.to_owned() };
    let defined = results.rows().into_iter().filter(|row| !undefined.contains(&row.statistic));
    rows.extend(defined.map(|row| {
        let design_effect_method = design.confidence.design_effect.as_str();
        let withheld = if row.estimate.is_some() { None } else { unanswered(design, domain, &row) };
        let n = withheld.as_ref().map_or(row.n, |(answered, _)| *answered);
        let told = Told { design_effect_method, withheld: withheld.map(|(_, reason)| reason) };
        LevelEstimate { of: of.clone(), row: EstimateRow { n, ..row }, told }
    }));
}

/// How many answered at least one item of a factor or index that has no estimate, and in words why it has none.
fn unanswered(design: &Design, domain: &Domain, row: &EstimateRow) -> Option<(u64, String)> {
    let Criteria { items, factors, .. } = &design.criteria;
    let all: Vec<usize> = (0..items.len()).collect();
    let of_factors = || factors.iter().flat_map(|(_, items)| items).copied().collect::<BTreeSet<_>>();
    let group = match (row.statistic, &row.item) {
        ("factor", Some(code)) => factors.iter().find(|(factor, _)| factor.as_str() == code)?.1.clone(),
        (_, Some(code)) => vec![items.iter().position(|item| item.as_str() == code)?],
        ("index_factors", None) => of_factors().into_iter().collect(),
        (_, None) => all,
    };
    let missing: Vec<&str> =
        group.iter().filter(|item| domain.answered(**item) == 0).map(|item| items[*item].as_str()).collect();
    let mut group = group.clone();
    group.sort_unstable();
    let answered = domain.answered_any(&group)?;
    let reason = match answered {
        0 => "nobody answered".to_owned(),
        _ => format!("{answered} answered, none of them {}", missing.join(", ")),
    };
    Some((answered, reason))
}

/// The covariances of the four indices between the levels of the first domain; none without a domain.
pub(super) fn covariances(design: &Design, file: &FileSample) -> Vec<CovarianceRow> {
    let Some(levels) = file.levels.first() else { return Vec::new() };
    let mut rows = Vec::new();
    let statistic = |kind: IndexKind| Some((kind, design.method.statistic(kind, &design.criteria)?));
    for (position, (kind, statistic)) in IndexKind::ALL.into_iter().filter_map(statistic).enumerate() {
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

/// Writes rows to a file; `columns` are those of the CSV.
pub(super) fn write_rows<R: Serialize + ParquetRow, C: Serialize + Default>(
    path: &Path,
    format: OutputFormat,
    rows: &[R],
    columns: impl Fn(&R) -> C,
) -> Result<(), EstimateError> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        match format {
            OutputFormat::Csv => write_csv(&mut file, rows.iter().map(columns)).map_err(std::io::Error::other)?,
            OutputFormat::Json => serde_json::to_writer_pretty(&mut file, rows)?,
            OutputFormat::Parquet => write_parquet(&mut file, rows).map_err(std::io::Error::other)?,
        }
        file.flush()
    };
    write().map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })
}

//! Writes estimates and covariances, in full precision.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::EstimateError;
use super::design::Design;
use super::read::FileSample;
use crate::estimation::{Domain, Statistic};
use crate::index::{Criteria, EstimateRow, Index, compute_domain};
use crate::tables::{Cell, Column, Concept, OutputFormat, Row, RowWriter, concepts, rows};

/// An estimate of a level of a domain, or of everybody.
#[derive(Debug)]
pub(super) struct LevelEstimate {
    of: Level,
    row: EstimateRow,
    remarks: Remarks,
}

rows! {
    /// Remarks on an estimate.
    #[derive(Debug, Clone, Default)]
    pub(super) struct Remarks {
        /// What the design effect compares with.
        design_effect_method: &'static str => Concept::code("DESIGN_EFFECT_METHOD"),
        /// Why there is no estimate; empty where there is one.
        withheld: Option<String> => concepts::COMMENT,
    }
}

rows! {
    /// Of whom an estimate is.
    #[derive(Debug, Clone)]
    pub(super) struct Level {
        /// The column of the responses by which they are grouped; empty for everybody.
        domain: String => Concept::code("DOMAIN"),
        /// The group; empty for everybody.
        level: String => concepts::REF_AREA,
    }
}

impl Row for LevelEstimate {
    fn columns() -> Vec<Column> {
        [Level::columns(), EstimateRow::columns(), Remarks::columns()].concat()
    }

    fn add_cells<'a>(&'a self, cells: &mut Vec<Cell<'a>>) {
        self.of.add_cells(cells);
        self.row.add_cells(cells);
        self.remarks.add_cells(cells);
    }
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

rows! {
    /// The covariance of one index between two levels of the first domain.
    #[derive(Debug)]
    pub(super) struct CovarianceRow<'a> {
        /// The index.
        statistic: &'static str => concepts::STATISTIC,
        /// One level.
        level_a: Cow<'a, str> => Concept::code("REF_AREA_A"),
        /// The other, or the same.
        level_b: Cow<'a, str> => Concept::code("REF_AREA_B"),
        /// The covariance of both, the variance where they are the same; empty where one has no precision.
        covariance: Option<f64> => concepts::COVARIANCE,
    }
}

impl CovarianceRow<'static> {
    /// The covariance of a statistic between two levels.
    pub(super) fn new(statistic: &'static str, levels: [&str; 2], covariance: Option<f64>) -> Self {
        let [level_a, level_b] = levels.map(|level| Cow::Owned(level.to_owned()));
        Self { statistic, level_a, level_b, covariance }
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
    let failed = |cause| EstimateError::File { path: path.display().to_string(), cause };
    let sink = BufWriter::new(File::create(path).map_err(failed)?);
    let mut writer = RowWriter::new(sink, format, CovarianceRow::columns()).map_err(failed)?;
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
                let row = CovarianceRow {
                    statistic: index,
                    level_a: Cow::Borrowed(names[a]),
                    level_b: Cow::Borrowed(names[b]),
                    covariance: (known[a] && known[b]).then_some(*covariance),
                };
                writer.write(&row).map_err(failed)?;
            }
        }
        Ok::<_, EstimateError>(())
    })?;
    writer.finish().map_err(failed)?;
    let domain = design.domains.first().filter(|_| !has_pairs && names.len() > 1);
    Ok(domain.map(|domain| {
        format!(
            "no two levels of {domain} share a stratum, and the weights are not calibrated: all covariances between them are 0, \
             and `plumbline rank` needs no file of them"
        )
    }))
}

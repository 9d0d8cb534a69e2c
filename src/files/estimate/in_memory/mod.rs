//! Statistics of a file of responses that are made in memory: those that a design asks for one by one, and items, factors and indices
//! where a subset, replicate weights, nonresponse or trimming change whom they count or with which weight.
//!
//! `held.rs` reads the columns that are needed; `weighting.rs` takes the weights through nonresponse, trimming and calibration;
//! `kinds.rs`, `comparisons.rs` and `answers.rs` make a kind of statistic each; `files.rs` writes weights. Start reading at [`Made`].

mod answers;
mod comparisons;
mod files;
mod held;
mod kinds;
mod rows;
mod weighting;

use std::path::Path;

use super::design::Design;
use super::margin_file::AND;
use super::statistic_file::Kind;
use super::weighting_file::GivenReplicates;
use super::write::{CovarianceRow, LevelEstimate, Told};
use super::{EstimateError, EstimateOptions};
use crate::estimation::NumericSample;
use crate::index::EstimateRow;
use held::Held;
pub(super) use rows::StatisticRow;
use weighting::Steps;

/// The most rows that statistics may have in all.
const ROWS_MAX: usize = 1_000_000;

/// What was made in memory.
#[derive(Debug)]
pub(super) struct Made {
    /// Items, factors and indices, where they could not be streamed.
    pub estimates: Option<Vec<LevelEstimate>>,
    /// Their covariances, where they were wanted and could not be streamed.
    pub covariances: Vec<CovarianceRow<'static>>,
    /// The statistics, in the order of the design.
    pub statistics: Vec<StatisticRow>,
    /// What is told of weights.
    pub told: Vec<String>,
}

/// The error of what these responses do not allow.
fn wrong(path: &Path, message: impl Into<String>) -> EstimateError {
    EstimateError::InMemory { path: path.display().to_string(), message: message.into() }
}

/// How variances are made, for people.
fn variance_name(design: &Design) -> String {
    let replicates = |given: &GivenReplicates| format!("replicates {}", given.kind.as_str());
    design.wishes.replicates.as_ref().map_or_else(|| "linearisation".to_owned(), replicates)
}

/// A level of a domain, or everybody.
struct Level {
    /// The columns, crossed.
    domain: String,
    name: String,
    /// Its rows that count.
    rows: Vec<usize>,
}

impl Level {
    fn estimate(&self, row: EstimateRow) -> LevelEstimate {
        LevelEstimate::new(&self.domain, &self.name, row, Told::default())
    }
}

/// What statistics are made from, and those that were made.
struct Maker<'a> {
    path: &'a Path,
    design: &'a Design,
    held: &'a Held,
    sample: &'a NumericSample,
    counts: &'a [bool],
    rows: Vec<StatisticRow>,
    told: Vec<String>,
}

impl Maker<'_> {
    /// The levels of some columns together, in the order of their names; everybody without columns. Rows without a value in one
    /// of them, or that do not count, are in none.
    fn levels(&self, by: &[String]) -> Vec<Level> {
        let counted = (0..self.held.count()).filter(|row| self.counts[*row]);
        if by.is_empty() {
            return vec![Level { domain: String::new(), name: String::new(), rows: counted.collect() }];
        }
        let column = self.held.crossed(by, AND);
        let mut rows = vec![Vec::new(); column.count()];
        for row in counted {
            if let Some(number) = column.number(row) {
                rows[number].push(row);
            }
        }
        let level = |number: usize| Level {
            domain: by.join(AND),
            name: column.name(number).to_owned(),
            rows: std::mem::take(&mut rows[number]),
        };
        column.in_order().into_iter().map(level).collect()
    }

    /// How variances are made, for people.
    fn variance_name(&self) -> String {
        variance_name(self.design)
    }

    fn is_full(&self) -> bool {
        self.rows.len() > ROWS_MAX
    }
}

impl Made {
    /// Makes what the design wants; writes the files of weights that the options name. Nothing where all is streamed.
    pub(super) fn from_file(
        options: &EstimateOptions,
        design: &Design,
        progress: impl FnMut(u64),
    ) -> Result<Option<Self>, EstimateError> {
        let (path, wishes) = (options.responses.as_path(), &design.wishes);
        let is_streamed = wishes.leave_answers_as_they_are();
        let wants_files = options.weights.is_some() || options.replicates.is_some();
        if is_streamed && wishes.statistics.is_empty() && !wants_files {
            return Ok(None);
        }
        let has_indices = wishes.statistics.iter().any(|wanted| wanted.kind == Kind::Indices);
        if has_indices && design.criteria.items.is_empty() {
            return Err(wrong(&options.design, "a statistic of the kind indices needs columns.items"));
        }
        let mut held = Held::read(path, design, has_indices || !is_streamed, progress)?;
        let mut told = std::mem::take(&mut held.told);
        // Taken out, so that each is let go when it was adjusted.
        let given_replicates = std::mem::take(&mut held.replicates);
        let steps = Steps::new(path, design, &held)?;
        let counts = weighting::counted(path, design, &held, &steps)?;
        let weighting = steps.before_calibration(&held.weights)?;
        told.extend(weighting.told.iter().cloned());
        let sample = steps.sample(weighting.trimmed.clone(), given_replicates, &counts)?;
        // Where ratings are streamed beside, their weights are told of there.
        let has_ratings_beside = is_streamed && !design.criteria.items.is_empty();
        told.extend(steps.negative(&sample)?.filter(|_| !has_ratings_beside));
        if wants_files || !is_streamed || design.calibration.is_some() {
            told.push(weighting::spread_sentence(sample.weights()));
        }
        if let Some(path) = &options.weights {
            files::write_weights(path, design, &held, &weighting, sample.weights())?;
        }
        if let Some(path) = &options.replicates {
            told.push(files::write_replicates(path, options, design, &held, &steps, &sample)?);
        }
        let mut maker = Maker { path, design, held: &held, sample: &sample, counts: &counts, rows: Vec::new(), told };
        let has_answers = !is_streamed && !design.criteria.items.is_empty();
        let estimates = has_answers.then(|| answers::estimates(&maker));
        let covariances =
            if has_answers && options.covariance.is_some() { answers::covariances(&maker)? } else { Vec::new() };
        for wanted in &wishes.statistics {
            kinds::make(&mut maker, wanted);
            if maker.is_full() {
                let message =
                    format!("the statistics have more than {ROWS_MAX} rows in all; ask for fewer levels or pairs");
                return Err(wrong(path, message));
            }
        }
        let unsure = maker.rows.iter().filter(|row| row.lacks_error()).count();
        if wishes.replicates.is_some() && unsure > 0 {
            maker.told.push(format!(
                "{unsure} statistics have no standard error, because a replicate gives them no value: somebody whom they are made \
                 of has no weight in it."
            ));
        }
        Ok(Some(Self { estimates, covariances, statistics: maker.rows, told: maker.told }))
    }

    /// Estimates of items, factors and indices as rows beside statistics.
    pub(super) fn explained(design: &Design, estimate: LevelEstimate) -> StatisticRow {
        answers::explained(design, estimate)
    }
}

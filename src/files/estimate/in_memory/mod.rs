//! Statistics of a file of responses that are made in memory: those that a design asks for one by one, and items, factors and indices
//! where a subset, replicate weights, nonresponse or trimming change whom they count or with which weight.
//!
//! `held.rs` reads the columns that are needed; `weighting.rs` takes the weights through nonresponse, trimming and calibration;
//! `kinds.rs`, `comparisons.rs` and `answers.rs` make a kind of statistic each, with what `maker.rs` holds; `files.rs` writes weights. Start reading at [`Made`].

mod answers;
mod comparisons;
mod files;
mod held;
mod kinds;
mod maker;
mod rows;
mod weighting;

use super::design::Design;
use super::statistic_file::Kind;
use super::write::{CovarianceRow, LevelEstimate};
use super::{EstimateError, EstimateOptions};
use held::Held;
use maker::{Maker, ROWS_MAX};
pub(super) use rows::StatisticRow;
use weighting::Steps;

/// What was made in memory.
#[derive(Debug)]
pub(super) struct Made {
    /// Items, factors and indices, where they could not be streamed.
    pub estimates: Option<Vec<LevelEstimate>>,
    /// Their covariances, where they were wanted and could not be streamed.
    pub covariances: Vec<CovarianceRow<'static>>,
    /// The statistics, in the order of the design.
    pub statistics: Vec<StatisticRow>,
    /// Notes on weights.
    pub notes: Vec<String>,
}

impl Made {
    /// Makes what the design wants; writes the files of weights that the options name. `None` where all is streamed.
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
            return Err(EstimateError::in_memory(
                &options.design,
                "a statistic of the kind indices needs columns.items",
            ));
        }
        let mut held = Held::read(path, design, has_indices || !is_streamed, progress)?;
        let mut notes = std::mem::take(&mut held.notes);
        // Taken out, so that each is freed after it was adjusted.
        let given_replicates = std::mem::take(&mut held.replicates);
        let steps = Steps::new(path, design, &held)?;
        let counts = weighting::counted(path, design, &held, &steps)?;
        let weighting = steps.before_calibration(&held.weights)?;
        notes.extend(weighting.notes.iter().cloned());
        let sample = steps.sample(weighting.trimmed.clone(), given_replicates, &counts)?;
        // Where ratings are streamed as well, their weights are noted there.
        let has_ratings_beside = is_streamed && !design.criteria.items.is_empty();
        notes.extend(steps.negative(&sample)?.filter(|_| !has_ratings_beside));
        if wants_files || !is_streamed || design.calibration.is_some() {
            notes.push(weighting::spread_sentence(sample.weights()));
        }
        if let Some(path) = &options.weights {
            files::write_weights(path, design, &held, &weighting, sample.weights())?;
        }
        if let Some(path) = &options.replicates {
            notes.push(files::write_replicates(path, options, design, &held, &steps, &sample)?);
        }
        let mut maker = Maker { path, design, held: &held, sample: &sample, counts: &counts, rows: Vec::new(), notes };
        let has_answers = !is_streamed && !design.criteria.items.is_empty();
        let estimates = has_answers.then(|| answers::estimates(&maker));
        let covariances =
            if has_answers && options.covariance.is_some() { answers::covariances(&maker)? } else { Vec::new() };
        for wanted in &wishes.statistics {
            kinds::make(&mut maker, wanted);
            if maker.is_full() {
                let message =
                    format!("the statistics have more than {ROWS_MAX} rows in all; ask for fewer levels or pairs");
                return Err(EstimateError::in_memory(path, message));
            }
        }
        let unsure = maker.rows.iter().filter(|row| row.lacks_error()).count();
        if wishes.replicates.is_some() && unsure > 0 {
            maker.notes.push(format!(
                "{unsure} statistics have no standard error, because a replicate gives them no value: somebody whom they are made \
                 of has no weight in it."
            ));
        }
        Ok(Some(Self { estimates, covariances, statistics: maker.rows, notes: maker.notes }))
    }

    /// Estimates of items, factors and indices as rows of the table of statistics.
    pub(super) fn explained(design: &Design, estimate: LevelEstimate) -> StatisticRow {
        answers::explained(design, estimate)
    }
}

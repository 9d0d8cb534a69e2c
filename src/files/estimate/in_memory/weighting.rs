//! What is done with the weights before anything is estimated: nonresponse, trimming, calibration, in this order.

use std::path::Path;

use super::super::EstimateError;
use super::super::design::Design;
use super::super::margin_file::AND;
use super::super::statistic_file::{Condition, Plain};
use super::super::weighting_file::Nonresponse;
use super::held::Held;
use crate::estimation::{NameColumn, NumericSample, RowMargins};
use crate::statistics::{
    Excess, LonelyPsu, NegativeWeightRule, ReplicateScales, WeightSpread, WeightingError, class_factors, trim,
};

/// Joins the values of several stratum columns in the name of a stratum.
const STRATUM_SEPARATOR: char = '\u{1f}';

/// Weights on their way: after each step, row by row.
#[derive(Debug)]
pub(super) struct Weighting {
    /// Adjusted for nonresponse; those who did not respond have 0.
    pub adjusted: Vec<f64>,
    /// Trimmed.
    pub trimmed: Vec<f64>,
    /// Notes on both.
    pub notes: Vec<String>,
}

/// The steps of a design, ready to be taken with the weights or with any replicate of them.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    path: &'a Path,
    design: &'a Design,
    held: &'a Held,
    classes: Option<(NameColumn, Vec<bool>)>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(path: &'a Path, design: &'a Design, held: &'a Held) -> Result<Self, EstimateError> {
        let classes =
            design.wishes.nonresponse.as_ref().map(|nonresponse| classes(path, held, nonresponse)).transpose()?;
        let steps = Self { path, design, held, classes };
        steps.refuse_unknown_levels()?;
        Ok(steps)
    }

    /// Everybody who responded has a level of each margin.
    fn refuse_unknown_levels(&self) -> Result<(), EstimateError> {
        let Some(((_, responded), (_, margins))) = self.classes.as_ref().zip(self.design.calibration.as_ref()) else {
            return Ok(());
        };
        for (margin, levels) in margins.iter().zip(&self.held.margins) {
            let lacks_level = |row: &usize| responded[*row] && levels[*row] == Held::NO_LEVEL;
            if let Some(row) = (0..levels.len()).find(lacks_level) {
                let name = &margin.margin.name;
                let message = format!(
                    "calibration: row {} responded, but has no level of the margin {name:?}",
                    self.held.row_number(row)
                );
                return Err(EstimateError::in_memory(self.path, message));
            }
        }
        Ok(())
    }

    /// Nonresponse and trimming.
    pub(super) fn before_calibration(&self, weights: &[f64]) -> Result<Weighting, EstimateError> {
        let mut notes = Vec::new();
        let adjusted = match &self.classes {
            None => weights.to_vec(),
            Some((classes, responded)) => self.adjust(weights, classes, responded, &mut notes)?,
        };
        let Some(trimming) = self.design.wishes.trimming else {
            return Ok(Weighting { trimmed: adjusted.clone(), adjusted, notes });
        };
        let found = trim(&adjusted, trimming.cap, trimming.excess).map_err(|error| {
            EstimateError::in_memory(
                self.path,
                format!("trimming: {error}; raise the cap, or take excess = \"dropped\""),
            )
        })?;
        let excess = match trimming.excess {
            Excess::Equal => "shared out equally",
            Excess::Proportional => "shared out in proportion",
            Excess::Dropped => "dropped",
        };
        notes.push(format!(
            "Trimming: {} of {} weights were cut off at {:.4}, {:.2} % of their sum, {excess}; rounds: {}. Standard errors take \
             the trimmed weights as given.",
            found.count,
            WeightSpread::of(&adjusted).count,
            found.cap,
            100.0 * found.share,
            found.rounds
        ));
        Ok(Weighting { adjusted, trimmed: found.weights, notes })
    }

    fn adjust(
        &self,
        weights: &[f64],
        classes: &NameColumn,
        responded: &[bool],
        notes: &mut Vec<String>,
    ) -> Result<Vec<f64>, EstimateError> {
        // Every row has a class; see `classes`.
        let numbers: Vec<usize> = (0..classes.len()).map(|row| classes.number(row).unwrap_or(0)).collect();
        let found = class_factors(weights, &numbers, responded, classes.count()).map_err(|error| match error {
            WeightingError::SilentClass { class } => EstimateError::in_memory(
                self.path,
                format!(
                    "nonresponse: nobody of the class {:?} responded, so nobody can represent it; join it with another \
                     class, or leave a column out of nonresponse.classes",
                    classes.name(class)
                ),
            ),
            WeightingError::NothingLeft => EstimateError::in_memory(self.path, error.to_string()),
        })?;
        let largest =
            (0..found.factors.len()).max_by(|a, b| found.factors[*a].total_cmp(&found.factors[*b])).unwrap_or(0);
        let smallest = found.factors.iter().copied().fold(f64::INFINITY, f64::min);
        notes.push(format!(
            "Nonresponse: {} of {} responded; the factors of {} classes run from {smallest:.4} to {:.4}{}. That holds where, \
             within a class, whether somebody responds has nothing to do with the answers. {}",
            responded.iter().filter(|responded| **responded).count(),
            responded.len(),
            found.factors.len(),
            found.factors[largest],
            if found.factors.len() > 1 { format!(" ({})", classes.name(largest)) } else { String::new() },
            if self.design.wishes.replicates.is_some() {
                "Each replicate is adjusted by itself, so standard errors hold what the adjustment adds."
            } else {
                "Standard errors take the factors as given."
            }
        ));
        let factor = |row: usize| if responded[row] { found.factors[numbers[row]] } else { 0.0 };
        Ok(weights.iter().enumerate().map(|(row, weight)| weight * factor(row)).collect())
    }

    fn margins(&self) -> Option<RowMargins<'_>> {
        let (calibration, _) = self.design.calibration.as_ref()?;
        Some(RowMargins { calibration, levels: &self.held.margins })
    }

    /// A note on weights that the calibration made negative; an error where the design refuses them.
    pub(super) fn negative(&self, sample: &NumericSample) -> Result<Option<String>, EstimateError> {
        let found = self.margins().and_then(|margins| sample.negative_weights(margins)).map(|found| found.to_string());
        match (found, self.design.negative_weights) {
            (Some(message), NegativeWeightRule::Refused) => Err(EstimateError::NegativeWeights { message }),
            (found, _) => Ok(found),
        }
    }

    /// All steps, for one replicate.
    pub(super) fn all(&self, weights: &[f64]) -> Result<Vec<f64>, EstimateError> {
        let trimmed = self.before_calibration(weights)?.trimmed;
        match self.margins() {
            Some(margins) => Ok(margins.calibrate(&trimmed)?),
            None => Ok(trimmed),
        }
    }

    /// The sample under the weights that the steps lead to, with the replicate weights of the file.
    pub(super) fn sample(
        &self,
        trimmed: Vec<f64>,
        given_replicates: Vec<Vec<f64>>,
        counts: &[bool],
    ) -> Result<NumericSample, EstimateError> {
        let Some(given) = &self.design.wishes.replicates else {
            let sample = NumericSample::by_design(trimmed, &self.held.places, self.design.lonely, self.margins())?;
            return match (self.design.lonely, sample.lonely_strata().first()) {
                (LonelyPsu::Fail, Some(stratum)) => {
                    Err(EstimateError::Lonely { stratum: stratum.replace(STRATUM_SEPARATOR, " ") })
                }
                _ => Ok(sample),
            };
        };
        let table = &given.table;
        let scales =
            ReplicateScales::new(given.kind, given_replicates.len(), table.scale, table.rscales.as_deref(), table.mse);
        let scales = scales.map_err(|error| EstimateError::in_memory(self.path, format!("replicates: {error}")))?;
        let mut replicates = Vec::with_capacity(given_replicates.len());
        for (number, weights) in (1..).zip(given_replicates) {
            let whole = |(factor, weight): (&f64, &f64)| if table.combined { *factor } else { factor * weight };
            let weights: Vec<f64> = weights.iter().zip(&self.held.weights).map(whole).collect();
            replicates.push(self.all(&weights).map_err(|error| in_replicate(self.path, number, &error))?);
        }
        let weights = match self.margins() {
            Some(margins) => margins.calibrate(&trimmed)?,
            None => trimmed,
        };
        Ok(NumericSample::by_replicates(weights, replicates, scales, table.df, |row| counts[row]))
    }
}

/// An error of a replicate, by its number.
pub(super) fn in_replicate(path: &Path, number: usize, error: &EstimateError) -> EstimateError {
    let message = match error {
        EstimateError::InMemory { message, .. } => message.clone(),
        error => error.to_string(),
    };
    EstimateError::in_memory(path, format!("replicate {number}: {message}"))
}

/// The class of each row, and who responded.
fn classes(path: &Path, held: &Held, nonresponse: &Nonresponse) -> Result<(NameColumn, Vec<bool>), EstimateError> {
    let column = held.name_column(&nonresponse.column);
    let responded = rows_with(column, &nonresponse.responded);
    if !responded.contains(&true) {
        let message =
            format!("nonresponse: no row has one of the values of nonresponse.responded in {:?}", nonresponse.column);
        return Err(EstimateError::in_memory(path, message));
    }
    let mut classes = held.crossed(&nonresponse.classes, AND);
    if nonresponse.classes.is_empty() {
        (0..held.count()).for_each(|_| classes.push(Some("")));
    }
    match (0..held.count()).find(|row| classes.number(*row).is_none()) {
        Some(row) => {
            let message = format!(
                "nonresponse: row {} has no value in one of the columns of nonresponse.classes",
                held.row_number(row)
            );
            Err(EstimateError::in_memory(path, message))
        }
        None => Ok((classes, responded)),
    }
}

fn rows_with(column: &NameColumn, values: &[Plain]) -> Vec<bool> {
    let numbers: Vec<usize> = values.iter().filter_map(|value| column.find(&value.text())).collect();
    (0..column.len()).map(|row| column.number(row).is_some_and(|number| numbers.contains(&number))).collect()
}

/// Which rows count: those of the subset who responded. An error where no row is left.
pub(super) fn counted(
    path: &Path,
    design: &Design,
    held: &Held,
    steps: &Steps<'_>,
) -> Result<Vec<bool>, EstimateError> {
    let mut counts = vec![true; held.count()];
    for (column, condition) in &design.wishes.subset {
        let holds = match condition {
            Condition::OneOf(values) => rows_with(held.name_column(column), values),
            Condition::Range(range) => {
                held.number_column(column).iter().map(|value| range.from <= *value && *value <= range.to).collect()
            }
        };
        counts.iter_mut().zip(&holds).for_each(|(counts, holds)| *counts &= holds);
        if !counts.contains(&true) {
            return Err(EstimateError::in_memory(
                path,
                format!("subset: no row is left by the condition on {column:?}"),
            ));
        }
    }
    if let Some((_, responded)) = &steps.classes {
        counts.iter_mut().zip(responded).for_each(|(counts, responded)| *counts &= responded);
    }
    Ok(counts)
}

/// A note on weights: their sum, extremes, and Kish's effect.
pub(super) fn spread_sentence(weights: &[f64]) -> String {
    let spread = WeightSpread::of(weights);
    let negative = weights.iter().filter(|weight| **weight < 0.0).count();
    let warning =
        if negative > 0 { format!(" {negative} weights are below 0 and left out of these.") } else { String::new() };
    format!(
        "Weights: {} above 0, sum {:.4}, smallest {:.4}, median {:.4}, largest {:.4}; Kish's effect of unequal weights, 1 + cv², is {:.4}.{warning}",
        spread.count, spread.sum, spread.smallest, spread.median, spread.largest, spread.kish
    )
}

//! Calibration to known margins: who is in which cell, the factors, and the residuals that the variance is made of.

use super::EstimationError;
use super::tally::TallySums;
use super::unit_totals::BILLIONTH;
use crate::statistics::{CalibrationCell, CalibrationError, CalibrationMethod, calibrate};

/// How many people the population has of each level of a variable, or of a combination of variables.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// What is counted, for people: `sex`, `sex × age_band`.
    pub name: String,
    /// The name of each level, and how many people it has.
    pub levels: Vec<(String, f64)>,
}

/// Margins that the weights are calibrated to, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    method: CalibrationMethod,
    margins: Vec<Margin>,
}

/// Totals of two margins may differ by this share: they are rounded to whole people.
const ROUNDING: f64 = 1e-6;

impl Calibration {
    /// The most levels that all margins together may have; a system of as many equations is solved.
    pub const LEVELS_MAX: usize = 2_000;

    /// Checks that margins can hold together: counts of people, with the same sum in each.
    pub fn new(method: CalibrationMethod, margins: Vec<Margin>) -> Result<Self, EstimationError> {
        let levels: usize = margins.iter().map(|margin| margin.levels.len()).sum();
        if levels == 0 || levels > Self::LEVELS_MAX {
            return Err(EstimationError::MarginLevels { found: levels });
        }
        for margin in &margins {
            let is_wrong = |(_, people): &&(String, f64)| !(people.is_finite() && *people > 0.0);
            if let Some((level, _)) = margin.levels.iter().find(is_wrong) {
                return Err(EstimationError::MarginCount { margin: margin.name.clone(), level: level.clone() });
            }
        }
        let total = |margin: &Margin| margin.levels.iter().map(|(_, people)| people).sum::<f64>();
        let first = total(&margins[0]);
        if let Some(other) = margins.iter().find(|margin| (total(margin) / first - 1.0).abs() > ROUNDING) {
            return Err(EstimationError::MarginTotals {
                first: margins[0].name.clone(),
                first_total: first,
                second: other.name.clone(),
                second_total: total(other),
            });
        }
        Ok(Self { method, margins })
    }

    /// The margins, in the order in which a response names its levels.
    #[must_use]
    pub fn margins(&self) -> &[Margin] {
        &self.margins
    }

    /// The auxiliary variables as (margin, level): every level of the first margin, all but the first of the others, which
    /// would follow from the rest.
    fn columns(&self) -> Vec<(usize, usize)> {
        let of_margin = |(margin, of): (usize, &Margin)| {
            (usize::from(margin > 0)..of.levels.len()).map(move |level| (margin, level))
        };
        self.margins.iter().enumerate().flat_map(of_margin).collect()
    }

    /// Finds the factors for groups of respondents, given by a level of each margin, with the sums of their weights.
    pub(super) fn fit(&self, groups: &[Vec<u32>], weights: &[f64]) -> Result<Fitted, EstimationError> {
        self.refuse_empty_levels(groups)?;
        let columns = self.columns();
        let ones = |group: &Vec<u32>| -> Vec<usize> {
            let is_in = |(margin, level): &(usize, usize)| group[*margin] as usize == *level;
            columns.iter().enumerate().filter(|(_, column)| is_in(column)).map(|(position, _)| position).collect()
        };
        let ones: Vec<Vec<usize>> = groups.iter().map(ones).collect();
        let cell = |(ones, weight): (&Vec<usize>, &f64)| {
            let mut x = vec![0.0; columns.len()];
            ones.iter().for_each(|column| x[*column] = 1.0);
            CalibrationCell { x, weight: *weight }
        };
        let cells: Vec<CalibrationCell> = ones.iter().zip(weights).map(cell).collect();
        let totals: Vec<f64> = columns.iter().map(|(margin, level)| self.margins[*margin].levels[*level].1).collect();
        let found = calibrate(&cells, &totals, self.method).map_err(|error| self.explain(error, &columns))?;
        Ok(Fitted { factors: found.factors, ones, inverse: found.inverse })
    }

    fn refuse_empty_levels(&self, groups: &[Vec<u32>]) -> Result<(), EstimationError> {
        for (position, margin) in self.margins.iter().enumerate() {
            for (number, (level, people)) in (0_u32..).zip(&margin.levels) {
                if groups.iter().all(|group| group[position] != number) {
                    let (margin, level) = (margin.name.clone(), level.clone());
                    return Err(EstimationError::MarginEmpty { margin, level, people: *people });
                }
            }
        }
        Ok(())
    }

    fn explain(&self, error: CalibrationError, columns: &[(usize, usize)]) -> EstimationError {
        let named = |column: usize| {
            let (margin, level) = columns[column];
            (self.margins[margin].name.clone(), self.margins[margin].levels[level].0.clone())
        };
        match error {
            CalibrationError::Collinear { column } => {
                let (margin, level) = named(column);
                EstimationError::MarginCollinear { margin, level }
            }
            CalibrationError::NotMet { column, reached, wanted } => {
                let (margin, level) = named(column);
                EstimationError::MarginNotMet { margin, level, reached, wanted }
            }
            CalibrationError::Bounds { lower, upper } => EstimationError::CalibrationBounds { lower, upper },
            CalibrationError::NotFinite => EstimationError::Overflow,
        }
    }
}

/// Factors that meet the margins.
#[derive(Debug)]
pub(super) struct Fitted {
    /// The factor of each group.
    pub(super) factors: Vec<f64>,
    /// The auxiliary variables that are 1 in each group; all others are 0.
    ones: Vec<Vec<usize>>,
    /// `(Σ_c N_c x_c x_cᵀ)⁻¹`.
    inverse: Vec<Vec<f64>>,
}

impl Fitted {
    /// The regression of a domain's totals on the auxiliary variables, of which there is a row each:
    ///
    /// ```text
    /// B = (Σ_c N_c x_c x_cᵀ)⁻¹ Σ_c x_c U_cᵀ        U_c the totals of the domain's members in group c
    /// ```
    pub(super) fn regression(&self, totals: &[(usize, Vec<f64>)], dimension: usize) -> Vec<Vec<f64>> {
        let mut right = vec![vec![0.0; dimension]; self.inverse.len()];
        for (group, totals) in totals {
            for column in &self.ones[*group] {
                right[*column].iter_mut().zip(totals).for_each(|(sum, total)| *sum += total);
            }
        }
        let row = |weights: &Vec<f64>| {
            let mut row = vec![0.0; dimension];
            for (weight, right) in weights.iter().zip(&right) {
                row.iter_mut().zip(right).for_each(|(sum, right)| *sum += weight * right);
            }
            row
        };
        self.inverse.iter().map(row).collect()
    }

    /// Adds to `x` what the regression expects of a group's members: `factor · x_cᵀB`.
    pub(super) fn add_expected(&self, group: usize, regression: &[Vec<f64>], factor: f64, x: &mut [f64]) {
        for column in &self.ones[group] {
            x.iter_mut().zip(&regression[*column]).for_each(|(sum, expected)| *sum += factor * expected);
        }
    }
}

/// Totals in whole parts as numbers; a part is worth `scale`.
pub(super) fn numbers(totals: &[i64], scale: f64) -> Vec<f64> {
    totals.iter().map(|total| *total as f64 * scale).collect()
}

/// The sum of a tally's weights as a number.
pub(super) fn weight_of(tally: &TallySums) -> f64 {
    tally.weight_sum() as f64 * BILLIONTH
}

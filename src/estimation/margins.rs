//! Calibration to known margins: who is in which cell, and the factors.

use std::collections::HashSet;
use std::sync::Arc;

use super::limits::MARGIN_LEVELS_MAX;
use super::regression::Fitted;
use super::tally::{BILLIONTH, TallySums};
use super::{EmptyLevel, EstimationError};
use crate::statistics::{CalibrationCell, CalibrationError, CalibrationMethod, calibrate, nearest};

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
/// What shares sum to, and by which part of it they may miss it: 33.3 three times is 99.9.
const WHOLES: [f64; 2] = [1.0, 100.0];
const ROUNDED_SHARES: f64 = 5e-3;

impl Margin {
    fn sum(&self) -> f64 {
        self.levels.iter().map(|(_, people)| people).sum()
    }

    fn looks_like_shares(&self) -> bool {
        let sum = self.sum();
        WHOLES.into_iter().any(|whole| (sum / whole - 1.0).abs() <= ROUNDED_SHARES)
    }
}

impl Calibration {
    /// The most levels that all margins together may have; a system of as many equations is solved.
    pub const LEVELS_MAX: usize = MARGIN_LEVELS_MAX;

    /// Checks that margins can hold together: counts of people, with the same sum in each.
    pub fn new(method: CalibrationMethod, margins: Vec<Margin>) -> Result<Self, EstimationError> {
        Self::of_people(method, margins, None)
    }

    /// The same of so many people: margins that sum to 1 or 100 are shares of the total and are multiplied up to it; others
    /// must sum to it. Without a total all margins must be of one kind.
    pub fn of_people(
        method: CalibrationMethod,
        mut margins: Vec<Margin>,
        people: Option<f64>,
    ) -> Result<Self, EstimationError> {
        Self::check_counts(&margins)?;
        match people {
            Some(people) => margins.iter_mut().try_for_each(|margin| scale_to(margin, people))?,
            None => refuse_other_sums(&margins)?,
        }
        Ok(Self { method, margins })
    }

    fn check_counts(margins: &[Margin]) -> Result<(), EstimationError> {
        let levels: usize = margins.iter().map(|margin| margin.levels.len()).sum();
        if levels == 0 || levels > Self::LEVELS_MAX {
            return Err(EstimationError::MarginLevels { found: levels });
        }
        for margin in margins {
            let is_wrong = |(_, people): &&(String, f64)| !(people.is_finite() && *people > 0.0);
            if let Some((level, _)) = margin.levels.iter().find(is_wrong) {
                return Err(EstimationError::MarginCount { margin: margin.name.clone(), level: level.clone() });
            }
        }
        Ok(())
    }

    /// Whether the margins are shares of nobody knows how many people: each sums to 1 or 100. The weights then do, too.
    #[must_use]
    pub fn is_of_shares(&self) -> bool {
        self.margins.iter().all(Margin::looks_like_shares)
    }

    /// The margins, in the order in which a response names its levels.
    #[must_use]
    pub fn margins(&self) -> &[Margin] {
        &self.margins
    }

    /// A level of each margin in words: `sex M, unit 080`.
    pub(super) fn name_of(&self, levels: &[u32]) -> String {
        let one = |(margin, level): (&Margin, &u32)| {
            let level = margin.levels.get(*level as usize).map_or("", |(level, _)| level);
            format!("{} {level}", margin.name)
        };
        self.margins.iter().zip(levels).map(one).collect::<Vec<_>>().join(", ")
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
            for column in ones {
                x[*column] = 1.0;
            }
            CalibrationCell { x, weight: *weight }
        };
        let cells: Vec<CalibrationCell> = ones.iter().zip(weights).map(cell).collect();
        let totals: Vec<f64> = columns.iter().map(|(margin, level)| self.margins[*margin].levels[*level].1).collect();
        let found = calibrate(&cells, &totals, self.method).map_err(|error| self.explain(error, &columns))?;
        Ok(Fitted { factors: found.factors, ones, inverse: Arc::new(found.inverse) })
    }

    fn refuse_empty_levels(&self, groups: &[Vec<u32>]) -> Result<(), EstimationError> {
        let mut empty = Vec::new();
        for (position, margin) in self.margins.iter().enumerate() {
            let answered: HashSet<u32> = groups.iter().map(|group| group[position]).collect();
            for (number, (level, people)) in (0_u32..).zip(&margin.levels) {
                if !answered.contains(&number) {
                    empty.push(EmptyLevel { margin: margin.name.clone(), level: level.clone(), people: *people });
                }
            }
        }
        if empty.is_empty() { Ok(()) } else { Err(EstimationError::MarginEmpty { levels: empty }) }
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

/// Multiplies shares up to so many people; counts must come to as many.
fn scale_to(margin: &mut Margin, people: f64) -> Result<(), EstimationError> {
    let sum = margin.sum();
    let is_counted = (sum / people - 1.0).abs() <= ROUNDING;
    if !(people.is_finite() && people > 0.0 && (is_counted || margin.looks_like_shares())) {
        return Err(EstimationError::MarginTotal { margin: margin.name.clone(), sum, total: people });
    }
    if !is_counted {
        margin.levels.iter_mut().for_each(|(_, share)| *share *= people / sum);
    }
    Ok(())
}

fn refuse_other_sums(margins: &[Margin]) -> Result<(), EstimationError> {
    let first = &margins[0];
    let Some(other) = margins.iter().find(|margin| (margin.sum() / first.sum() - 1.0).abs() > ROUNDING) else {
        return Ok(());
    };
    let shares = if first.looks_like_shares() { Some(first) } else { margins.iter().find(|m| m.looks_like_shares()) };
    if let Some(shares) = shares {
        let counted = margins.iter().find(|margin| !margin.looks_like_shares());
        let (told, total) = match counted {
            Some(counted) => (format!("margin {} to {}", counted.name, counted.sum()), counted.sum()),
            None => (format!("margin {} to {}, which is not the same", other.name, other.sum()), 612_000.0),
        };
        let (margin, sum) = (shares.name.clone(), shares.sum());
        return Err(EstimationError::MarginShares { margin, sum, other: told, total });
    }
    Err(EstimationError::MarginTotals {
        first: first.name.clone(),
        first_total: first.sum(),
        second: other.name.clone(),
        second_total: other.sum(),
    })
}

/// Totals in whole parts as numbers; a part is worth `scale`.
pub(super) fn numbers(totals: &[i128], scale: f64) -> Vec<f64> {
    totals.iter().map(|total| nearest(*total) * scale).collect()
}

/// The sum of a tally's weights as a number.
pub(super) fn weight_of(tally: &TallySums) -> f64 {
    tally.weight_sum() as f64 * BILLIONTH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margin(name: &str, levels: &[(&str, f64)]) -> Margin {
        let levels = levels.iter().map(|(level, people)| ((*level).to_owned(), *people)).collect();
        Margin { name: name.to_owned(), levels }
    }

    fn sex_and_age() -> Vec<Margin> {
        vec![margin("sex", &[("F", 60.0), ("M", 40.0)]), margin("age", &[("young", 30.0), ("old", 70.0)])]
    }

    fn error(margins: Vec<Margin>, groups: &[[u32; 2]]) -> String {
        let groups: Vec<Vec<u32>> = groups.iter().map(|group| group.to_vec()).collect();
        let weights = vec![10.0; groups.len()];
        let fitted = Calibration::new(CalibrationMethod::Raking, margins).and_then(|c| c.fit(&groups, &weights));
        fitted.unwrap_err().to_string()
    }

    #[test]
    fn factors_meet_the_margins_and_the_regression_fits_what_follows_from_them() {
        let calibration = Calibration::new(CalibrationMethod::Raking, sex_and_age()).unwrap();
        let groups = [vec![0, 0], vec![0, 1], vec![1, 0], vec![1, 1]];
        let weights = [10.0, 20.0, 30.0, 5.0];
        let fitted = calibration.fit(&groups, &weights).unwrap();
        let sum = |of: &[usize]| of.iter().map(|group| weights[*group] * fitted.factors[*group]).sum::<f64>();
        for (of, people) in [([0, 1], 60.0), ([2, 3], 40.0), ([0, 2], 30.0), ([1, 3], 70.0)] {
            assert!((sum(&of) - people).abs() < 1e-9);
        }
        // Totals that are 3 a woman and 5 a young person are expected exactly.
        let of_group = [8.0, 3.0, 5.0, 0.0];
        let totals: Vec<(usize, Vec<f64>)> =
            (0..4).map(|group| (group, vec![weights[group] * of_group[group]])).collect();
        let regression = fitted.regression(&totals, 1);
        for (group, of_group) in of_group.into_iter().enumerate() {
            let expected: f64 = fitted.columns(group).iter().map(|column| regression.row(&fitted, *column)[0]).sum();
            assert!((expected - of_group).abs() < 1e-9, "{group}");
        }
    }

    #[test]
    fn margins_that_cannot_hold_are_refused_by_name() {
        let all = [[0, 0], [0, 1], [1, 0], [1, 1]];
        let with = |second: Margin| vec![sex_and_age().remove(0), second];
        assert!(
            error(with(margin("age", &[("young", 30.0), ("old", 80.0)])), &all)
                .contains("sums to 100, as shares do, and margin age to 110")
        );
        assert!(error(with(margin("age", &[("young", 0.0), ("old", 100.0)])), &all).contains("age: \"young\""));
        assert!(error(sex_and_age(), &[[0, 0], [1, 0]]).contains("no response has \"old\""));
        // Every woman is young and every man is old.
        assert!(error(sex_and_age(), &[[0, 0], [1, 1]]).contains("\"old\" follows"));
        assert!(error(vec![], &[]).contains("1 to 2000 levels"));
    }

    #[test]
    fn margins_may_have_2000_levels_in_all_and_not_one_more() {
        let with = |levels: usize| {
            let levels = (0..levels).map(|level| (level.to_string(), 1.0)).collect();
            Calibration::new(CalibrationMethod::Linear, vec![Margin { name: "place".to_owned(), levels }]).map(drop)
        };
        assert_eq!(with(Calibration::LEVELS_MAX), Ok(()));
        assert_eq!(with(Calibration::LEVELS_MAX + 1), Err(EstimationError::MarginLevels { found: 2_001 }));
    }

    #[test]
    fn margins_that_no_weights_meet_say_how_far_off_they_stay() {
        // Women who are young and men who are old are missing: 60 women and 30 young people cannot both be.
        let groups = [vec![0, 1], vec![1, 0], vec![1, 1]];
        let margins =
            vec![margin("sex", &[("F", 80.0), ("M", 20.0)]), margin("age", &[("young", 30.0), ("old", 70.0)])];
        let calibration = Calibration::new(CalibrationMethod::Raking, margins).unwrap();
        let error = calibration.fit(&groups, &[10.0; 3]).unwrap_err().to_string();
        assert!(error.contains("no weights of this kind meet all margins"), "{error}");
    }
}

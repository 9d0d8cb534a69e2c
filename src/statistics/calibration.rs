//! Calibration: weights are multiplied by factors so that the sample meets totals that are known of the population.

use super::calibration_method::CalibrationMethod;
use super::linear::Cholesky;

/// Respondents who are alike in all auxiliary variables.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationCell {
    /// Their auxiliary vector `x_c`.
    pub x: Vec<f64>,
    /// The sum of their weights, `N_c`.
    pub weight: f64,
}

/// The factors that meet the totals.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// The factor `g_c` of each cell.
    pub factors: Vec<f64>,
    /// `(Σ_c N_c x_c x_cᵀ)⁻¹`, for the residuals that the variance is made of.
    pub inverse: Vec<Vec<f64>>,
    /// The largest difference between a calibrated total and the wanted one, relative to the wanted one (where that is 0, to the
    /// largest).
    pub misfit: f64,
    /// Newton steps taken.
    pub steps: u32,
}

/// Why there are no factors.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// Bounds that do not enclose 1.
    #[error("the bounds of the factors must enclose 1, such as 0.5 and 2; they are {lower} and {upper}")]
    Bounds {
        /// The lower bound.
        lower: f64,
        /// The upper bound.
        upper: f64,
    },
    /// An auxiliary variable follows from those before it, in the sample.
    #[error("auxiliary variable number {column} follows from those before it")]
    Collinear {
        /// Its position.
        column: usize,
    },
    /// A total, weight or auxiliary value is not a finite number.
    #[error("the weights, totals and auxiliary values must be finite numbers")]
    NotFinite,
    /// No factors of the kind meet the totals.
    #[error(
        "no factors meet the totals: that of auxiliary variable number {column} stays at {reached} instead of {wanted}"
    )]
    NotMet {
        /// The variable that is furthest off.
        column: usize,
        /// What its calibrated total comes to.
        reached: f64,
        /// What it should be.
        wanted: f64,
    },
}

/// Newton steps before giving up; raking of official margins takes fewer than ten.
const STEPS_MAX: u32 = 200;
/// Halvings of a step that leads away.
const HALVINGS_MAX: u32 = 40;
/// A relative misfit below which totals are met.
const MET: f64 = 1e-12;

/// Finds the factors `g_c = F(x_cᵀλ)` with `Σ_c N_c g_c x_c = totals`, by Newton's method:
///
/// ```text
/// λ ← λ + (Σ_c N_c F'(x_cᵀλ) x_c x_cᵀ)⁻¹ (totals − Σ_c N_c F(x_cᵀλ) x_c)
/// ```
///
/// A step that leads further away is halved. Every `x` must be as long as `totals`. Source: Deville and Särndal (1992), Journal
/// of the American Statistical Association 87, 376–382; R `survey::calibrate`.
pub fn calibrate(
    cells: &[CalibrationCell],
    totals: &[f64],
    method: CalibrationMethod,
) -> Result<Calibrated, CalibrationError> {
    if let CalibrationMethod::Logit { lower, upper } = method
        && !(lower < 1.0 && upper > 1.0 && lower.is_finite() && upper.is_finite())
    {
        return Err(CalibrationError::Bounds { lower, upper });
    }
    let values = cells.iter().flat_map(|cell| cell.x.iter().chain([&cell.weight])).chain(totals);
    if values.into_iter().any(|value| !value.is_finite()) {
        return Err(CalibrationError::NotFinite);
    }
    let ones = vec![1.0; cells.len()];
    let start = Cholesky::new(&information(cells, &ones, totals.len()))
        .map_err(|column| CalibrationError::Collinear { column: column.0 })?;
    let mut lambda = vec![0.0; totals.len()];
    let mut state = State::at(cells, totals, method, &lambda);
    let mut steps = 0;
    while state.misfit > MET && steps < STEPS_MAX {
        steps += 1;
        let Ok(slope) = Cholesky::new(&information(cells, &state.slopes, totals.len())) else { break };
        let step = slope.solve(&state.missing);
        let Some((next, at)) = better(cells, totals, method, (&lambda, &step), state.misfit) else { break };
        (lambda, state) = (next, at);
    }
    // What rounding leaves once nothing gets better is met, too, as long as it is no more than that.
    if state.misfit > MET * 1e3 || state.misfit.is_nan() {
        let off = |column: &usize| relative(state.missing[*column], totals[*column], largest_of(totals));
        let column = (0..totals.len()).max_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(0);
        let wanted = totals.get(column).copied().unwrap_or(0.0);
        return Err(CalibrationError::NotMet { column, reached: wanted - state.missing[column], wanted });
    }
    Ok(Calibrated { factors: state.factors, inverse: start.inverse(), misfit: state.misfit, steps })
}

/// Factors at some `λ` and how far they are off.
struct State {
    factors: Vec<f64>,
    slopes: Vec<f64>,
    missing: Vec<f64>,
    misfit: f64,
}

impl State {
    fn at(cells: &[CalibrationCell], totals: &[f64], method: CalibrationMethod, lambda: &[f64]) -> Self {
        let mut missing = totals.to_vec();
        let (mut factors, mut slopes) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
        for cell in cells {
            let eta: f64 = cell.x.iter().zip(lambda).map(|(x, lambda)| x * lambda).sum();
            let (factor, slope) = method.factor(eta);
            missing.iter_mut().zip(&cell.x).for_each(|(missing, x)| *missing -= cell.weight * factor * x);
            factors.push(factor);
            slopes.push(slope);
        }
        let largest = largest_of(totals);
        // `max` would pass over what is not a number.
        let misfit = missing.iter().zip(totals).fold(0.0, |misfit, (missing, total)| {
            let off = relative(*missing, *total, largest);
            if off > misfit || off.is_nan() { off } else { misfit }
        });
        Self { factors, slopes, missing, misfit }
    }
}

fn largest_of(totals: &[f64]) -> f64 {
    totals.iter().fold(f64::MIN_POSITIVE, |largest, total| largest.max(total.abs()))
}

/// How far a total is missed, as a part of it: a small level is met as well as a large one.
fn relative(missing: f64, total: f64, largest: f64) -> f64 {
    missing.abs() / if total == 0.0 { largest } else { total.abs() }
}

/// The first of the step, its half, its quarter … that leads nearer.
fn better(
    cells: &[CalibrationCell],
    totals: &[f64],
    method: CalibrationMethod,
    (lambda, step): (&[f64], &[f64]),
    misfit: f64,
) -> Option<(Vec<f64>, State)> {
    let mut length = 1.0;
    for _ in 0..HALVINGS_MAX {
        let next: Vec<f64> = lambda.iter().zip(step).map(|(lambda, step)| lambda + length * step).collect();
        let at = State::at(cells, totals, method, &next);
        if at.misfit < misfit {
            return Some((next, at));
        }
        length *= 0.5;
    }
    None
}

/// `Σ_c N_c s_c x_c x_cᵀ`, the lower triangle.
fn information(cells: &[CalibrationCell], slopes: &[f64], columns: usize) -> Vec<Vec<f64>> {
    let mut sum = vec![vec![0.0; columns]; columns];
    for (cell, slope) in cells.iter().zip(slopes) {
        let weight = cell.weight * slope;
        for (i, row) in sum.iter_mut().enumerate().filter(|(i, _)| cell.x[*i] != 0.0) {
            row.iter_mut().zip(&cell.x).take(i + 1).for_each(|(sum, x)| *sum += weight * cell.x[i] * x);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const METHODS: [CalibrationMethod; 3] =
        [CalibrationMethod::Raking, CalibrationMethod::Linear, CalibrationMethod::Logit { lower: 0.1, upper: 10.0 }];

    /// Cells of a table of 2 × 3: the rows, then all columns but the first.
    fn table(weights: &[f64]) -> Vec<CalibrationCell> {
        let x = |row: usize, column: usize| {
            let is = |condition: bool| f64::from(u8::from(condition));
            vec![is(row == 0), is(row == 1), is(column == 1), is(column == 2)]
        };
        weights.iter().enumerate().map(|(i, weight)| CalibrationCell { x: x(i / 3, i % 3), weight: *weight }).collect()
    }

    fn calibrated_totals(cells: &[CalibrationCell], factors: &[f64]) -> Vec<f64> {
        let total = |column: usize| {
            let parts = cells.iter().zip(factors).map(|(cell, factor)| cell.weight * factor * cell.x[column]);
            parts.sum()
        };
        (0..cells[0].x.len()).map(total).collect()
    }

    proptest! {
        #[test]
        fn calibrated_totals_meet_the_margins(
            weights in prop::collection::vec(1.0_f64..100.0, 6), shift in prop::collection::vec(0.7_f64..1.4, 6),
        ) {
            let cells = table(&weights);
            // Totals of another table with the same cells, so that they do not contradict each other.
            let totals = calibrated_totals(&cells, &shift);
            for method in METHODS {
                let found = calibrate(&cells, &totals, method).unwrap();
                for (reached, wanted) in calibrated_totals(&cells, &found.factors).into_iter().zip(&totals) {
                    prop_assert!((reached / wanted - 1.0).abs() < 1e-9, "{method:?}: {reached} {wanted}");
                }
                if let CalibrationMethod::Logit { lower, upper } = method {
                    prop_assert!(found.factors.iter().all(|factor| lower <= *factor && *factor <= upper));
                }
                if method == CalibrationMethod::Raking {
                    prop_assert!(found.factors.iter().all(|factor| *factor > 0.0));
                }
            }
        }

        #[test]
        fn scaling_weights_and_totals_alike_changes_no_factor(
            weights in prop::collection::vec(1.0_f64..100.0, 6), scale in 0.01_f64..1000.0,
        ) {
            let cells = table(&weights);
            let totals = calibrated_totals(&cells, &[1.1, 0.9, 1.0, 1.2, 1.0, 0.8]);
            let scaled = table(&weights.iter().map(|weight| weight * scale).collect::<Vec<_>>());
            let scaled_totals: Vec<f64> = totals.iter().map(|total| total * scale).collect();
            for method in METHODS {
                let plain = calibrate(&cells, &totals, method).unwrap().factors;
                let scaled = calibrate(&scaled, &scaled_totals, method).unwrap().factors;
                prop_assert!(plain.iter().zip(&scaled).all(|(a, b)| (a - b).abs() < 1e-9), "{method:?}");
            }
        }
    }

    #[test]
    fn raking_of_a_table_is_iterative_proportional_fitting() {
        // 2 × 2 with 10 in each cell, rows to 30 and 10, columns to 24 and 16: fitted cells are products of the margins.
        let x = [[1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]];
        let cells: Vec<CalibrationCell> = x.iter().map(|x| CalibrationCell { x: x.to_vec(), weight: 10.0 }).collect();
        let found = calibrate(&cells, &[30.0, 10.0, 16.0], CalibrationMethod::Raking).unwrap();
        for (factor, expected) in found.factors.iter().zip([1.8, 1.2, 0.6, 0.4]) {
            assert!((factor - expected).abs() < 1e-12, "{factor} {expected}");
        }
    }

    #[test]
    fn a_level_of_one_person_in_a_billion_is_met_as_well_as_the_others() {
        let x = [[1.0, 0.0], [0.0, 1.0]];
        let cells: Vec<CalibrationCell> = x.iter().map(|x| CalibrationCell { x: x.to_vec(), weight: 10.0 }).collect();
        for method in METHODS.into_iter().take(2) {
            let found = calibrate(&cells, &[1e9, 1.0], method).unwrap();
            assert!((found.factors[1] / 0.1 - 1.0).abs() < 1e-9, "{method:?} {:?}", found.factors);
        }
    }

    #[test]
    fn what_cannot_be_met_is_an_error_that_names_the_variable() {
        let cells = table(&[10.0; 6]);
        let bounded = CalibrationMethod::Logit { lower: 0.9, upper: 1.1 };
        let error = calibrate(&cells, &[50.0, 10.0, 20.0, 20.0], bounded).unwrap_err();
        assert!(matches!(error, CalibrationError::NotMet { column: 0 | 1, .. }), "{error}");
        let negative = calibrate(&cells, &[-5.0, 65.0, 20.0, 20.0], CalibrationMethod::Raking).unwrap_err();
        assert!(matches!(negative, CalibrationError::NotMet { column: 0, .. }), "{negative}");
        let bounds = CalibrationMethod::Logit { lower: 1.5, upper: 2.0 };
        assert_eq!(
            calibrate(&cells, &[30.0, 30.0, 20.0, 20.0], bounds),
            Err(CalibrationError::Bounds { lower: 1.5, upper: 2.0 })
        );
        let nan = calibrate(&cells, &[f64::NAN, 30.0, 20.0, 20.0], CalibrationMethod::Linear);
        assert_eq!(nan, Err(CalibrationError::NotFinite));
        let twice: Vec<CalibrationCell> = cells
            .iter()
            .map(|cell| CalibrationCell {
                x: cell.x.iter().chain([&cell.x[1]]).copied().collect(),
                weight: cell.weight,
            })
            .collect();
        let totals = [30.0, 30.0, 20.0, 20.0, 30.0];
        assert_eq!(
            calibrate(&twice, &totals, CalibrationMethod::Linear),
            Err(CalibrationError::Collinear { column: 4 })
        );
    }
}

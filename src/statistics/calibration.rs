//! Calibration: weights are multiplied by factors so that the sample meets totals that are known of the population.

use serde::{Deserialize, Serialize};

use super::linear::Cholesky;

/// How far factors may go to meet the totals; `η = xᵀλ` for a cell with auxiliary vector `x`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMethod {
    /// `g = exp(η)`: always positive. Raking to the end, R's `calibrate(calfun = "raking")`.
    Raking,
    /// `g = 1 + η`: one step, but a factor may fall below 0. The generalised regression estimator.
    Linear,
    /// `g` stays between the bounds: `g = (L (U − 1) + U (1 − L) e^{Aη}) / (U − 1 + (1 − L) e^{Aη})`, `A = (U − L) / ((1 − L)(U − 1))`.
    Logit {
        /// The smallest factor, `L` below 1.
        lower: f64,
        /// The largest factor, `U` above 1.
        upper: f64,
    },
}

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
    /// The largest difference between a calibrated total and the wanted one, relative to the largest total.
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
        let off = |column: &usize| (state.missing[*column]).abs();
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
        let largest = totals.iter().fold(f64::MIN_POSITIVE, |largest, total| largest.max(total.abs()));
        // `max` would pass over what is not a number.
        let misfit = missing.iter().fold(0.0, |misfit, missing: &f64| {
            let off = missing.abs() / largest;
            if off > misfit || off.is_nan() { off } else { misfit }
        });
        Self { factors, slopes, missing, misfit }
    }
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

impl CalibrationMethod {
    /// The factor at `η` and its derivative.
    fn factor(self, eta: f64) -> (f64, f64) {
        match self {
            Self::Raking => (eta.exp(), eta.exp()),
            Self::Linear => (1.0 + eta, 1.0),
            Self::Logit { lower, upper } => {
                let a = (upper - lower) / ((1.0 - lower) * (upper - 1.0));
                // Written with e^{-|Aη|}, which cannot overflow.
                let small = (-(a * eta).abs()).exp();
                let (low, high) = if eta > 0.0 { (small, 1.0) } else { (1.0, small) };
                let below = (upper - 1.0) * low + (1.0 - lower) * high;
                let factor = (lower * (upper - 1.0) * low + upper * (1.0 - lower) * high) / below;
                let slope = (upper - lower).powi(2) * low * high / (below * below);
                (factor, slope)
            }
        }
    }
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

//! The variance between areas: the root of its estimating equation, by Fisher scoring inside a bracket.

use std::f64::consts::PI;

use super::super::linear::Cholesky;
use super::{Area, SmallAreaError};

/// How the variance `A` between areas is estimated, by the names of R's `sae::eblupFH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VarianceEstimator {
    /// Restricted maximum likelihood; nearly unbiased, and the one to take.
    Reml,
    /// Maximum likelihood; too small by the degrees of freedom that `β` takes.
    Ml,
    /// Fay and Herriot's moment equation; needs no normality.
    FayHerriot,
}

/// Steps after which the iteration is given up. Fisher scoring takes about ten.
const STEPS_MAX: usize = 500;

/// A step below this share of the mean of `A + ψ` is rounding.
const STEP_MIN: f64 = 1e-13;

/// The regression at one `A`, weighted by `v_d = 1/(A + ψ_d)`.
pub(super) struct Weighted {
    /// `v_d`.
    pub weights: Vec<f64>,
    /// Of `Xᵀ V⁻¹ X`.
    pub factor: Cholesky,
    /// `β`.
    pub beta: Vec<f64>,
    /// `y_d − x_dᵀβ`.
    pub residuals: Vec<f64>,
    /// `x_dᵀ Q x_d`.
    pub leverages: Vec<f64>,
    /// `L⁻¹ x_d`, so that `x_dᵀ Q x_e` is their scalar product.
    halves: Vec<Vec<f64>>,
}

impl Weighted {
    /// Nothing where the weights are so unequal, or so far out, that the equations cannot be solved.
    pub(super) fn new(areas: &[Area], model_variance: f64) -> Option<Self> {
        let weight = |area: &Area| 1.0 / (model_variance + area.variance);
        let factor = Cholesky::new(&cross_products(areas, weight)).ok()?;
        let mut right = vec![0.0; areas.first()?.covariates.len()];
        for area in areas {
            let weighted = weight(area) * area.estimate;
            right.iter_mut().zip(&area.covariates).for_each(|(sum, x)| *sum += weighted * x);
        }
        let beta = factor.solve(&right);
        let residual = |area: &Area| area.estimate - dot(&area.covariates, &beta);
        let halves: Vec<Vec<f64>> = areas.iter().map(|area| factor.solve_lower(&area.covariates)).collect();
        Some(Self {
            weights: areas.iter().map(weight).collect(),
            residuals: areas.iter().map(residual).collect(),
            leverages: halves.iter().map(|half| dot(half, half)).collect(),
            factor,
            beta,
            halves,
        })
    }

    /// `Σ v^power`.
    pub(super) fn sum_of_powers(&self, power: i32) -> f64 {
        self.weights.iter().map(|weight| weight.powi(power)).sum()
    }

    /// `tr(Q Σ v² x xᵀ)`.
    pub(super) fn bias_trace(&self) -> f64 {
        self.weights.iter().zip(&self.leverages).map(|(weight, leverage)| weight * weight * leverage).sum()
    }

    /// `ln L` at this `A` and `β`.
    pub(super) fn log_likelihood(&self) -> f64 {
        let term = |(weight, residual): (&f64, &f64)| (2.0 * PI / weight).ln() + weight * residual * residual;
        -0.5 * self.weights.iter().zip(&self.residuals).map(term).sum::<f64>()
    }

    /// `tr P` and `tr(P P)`, with `P = V⁻¹ − V⁻¹ X Q Xᵀ V⁻¹` and `p_d = v_d (1 − v_d x_dᵀQx_d)` its diagonal:
    ///
    /// ```text
    /// tr P = Σ p_d      tr(P P) = Σ p_d² + ‖Σ v² L⁻¹ x (L⁻¹ x)ᵀ‖² − Σ (v_d² x_dᵀQx_d)²
    /// ```
    ///
    /// The two last terms, which are the squares off the diagonal, cancel where one area outweighs all others; what is
    /// left of them then is rounding. It sets the length of a step only, never the root, and is kept from going below 0.
    fn traces(&self) -> (f64, f64) {
        let columns = self.beta.len();
        let mut middle = vec![vec![0.0; columns]; columns];
        let (mut trace, mut diagonal, mut off_diagonal) = (0.0, 0.0, 0.0);
        for ((half, leverage), weight) in self.halves.iter().zip(&self.leverages).zip(&self.weights) {
            let square = weight * weight;
            for (row, left) in middle.iter_mut().zip(half) {
                row.iter_mut().zip(half).for_each(|(sum, right)| *sum += square * left * right);
            }
            let entry = weight * (1.0 - weight * leverage);
            trace += entry;
            diagonal += entry * entry;
            off_diagonal -= (square * leverage).powi(2);
        }
        off_diagonal += middle.iter().flatten().map(|entry| entry * entry).sum::<f64>();
        (trace, diagonal + off_diagonal.max(0.0))
    }

    /// The left side of the equation whose root is `A`, falling through 0 there, and its expected slope:
    ///
    /// ```text
    /// REML   ½ (yᵀ P P y − tr P)            ½ tr(P P)        with  P y = V⁻¹ (y − Xβ)
    /// ML     ½ (yᵀ P P y − Σ v)             ½ Σ v²
    /// FH     Σ v (y − xᵀβ)² − (m − p)      Σ v
    /// ```
    fn score(&self, estimator: VarianceEstimator) -> (f64, f64) {
        let squares = |power: i32| -> f64 {
            self.weights.iter().zip(&self.residuals).map(|(v, residual)| v.powi(power) * residual * residual).sum()
        };
        let sum = self.sum_of_powers(1);
        match estimator {
            VarianceEstimator::Reml => {
                let (trace, trace_of_square) = self.traces();
                (0.5 * (squares(2) - trace), 0.5 * trace_of_square)
            }
            VarianceEstimator::Ml => (0.5 * (squares(2) - sum), 0.5 * self.sum_of_powers(2)),
            VarianceEstimator::FayHerriot => (squares(1) - (self.weights.len() - self.beta.len()) as f64, sum),
        }
    }
}

/// A variance below this share of the smallest sampling variance is tried as 0.
const NEGLIGIBLE: f64 = 1e-6;

/// The estimate of `A ≥ 0`.
///
/// Fisher scoring, `A ← A + score/slope`, from the median sampling variance, as `sae` does. Beyond it:
///
/// - A step that leaves the bracket of the signs seen so far, or does not halve in two steps, becomes a bisection.
/// - A step divides `A` by ten at most, so that no root above 0 is jumped over: with very unequal sampling variances there
///   may be one although the score at 0 is negative.
/// - Where the score at 0 is not positive the estimate is 0. `sae` goes on below 0, cuts the root that it finds there off, and
///   gives 0 too; but where it jumps to below minus the smallest sampling variance, it takes a root without meaning for
///   the sign of 0, or finds none. Here the root above 0 is found.
pub(super) fn estimate_variance(areas: &[Area], estimator: VarianceEstimator) -> Result<f64, SmallAreaError> {
    let mut at = median(areas.iter().map(|area| area.variance).collect());
    // The signs seen: positive at `low`, not positive at `high`. A `low` that was not tried yet is below every step.
    let (mut low, mut high) = (-f64::MIN_POSITIVE, f64::INFINITY);
    let smallest = areas.iter().map(|area| area.variance).fold(f64::INFINITY, f64::min);
    let (mut last, mut last_but_one) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..STEPS_MAX {
        let weighted = Weighted::new(areas, at).ok_or(SmallAreaError::NoConvergence)?;
        let (score, slope) = weighted.score(estimator);
        let step = score / slope;
        if !step.is_finite() {
            break;
        }
        if at <= 0.0 && score <= 0.0 {
            return Ok(0.0);
        }
        let settled = STEP_MIN * areas.len() as f64 / weighted.sum_of_powers(1);
        if step.abs() <= settled {
            return Ok((at + step).max(0.0));
        }
        *(if score > 0.0 { &mut low } else { &mut high }) = at;
        let mut next = (at + step).max(if at > NEGLIGIBLE * smallest { 0.1 * at } else { 0.0 });
        let is_slow = high < f64::INFINITY && (next - at).abs() > 0.5 * last_but_one;
        if is_slow || next <= low || next >= high {
            next = 0.5 * (low + high);
        }
        (last_but_one, last) = (last, (next - at).abs());
        if last <= settled {
            return Ok(next);
        }
        at = next;
    }
    Err(SmallAreaError::NoConvergence)
}

/// `Σ w_d x_d x_dᵀ`.
pub(super) fn cross_products(areas: &[Area], weight: impl Fn(&Area) -> f64) -> Vec<Vec<f64>> {
    let columns = areas.first().map_or(0, |area| area.covariates.len());
    let mut products = vec![vec![0.0; columns]; columns];
    for area in areas {
        let weight = weight(area);
        for (row, left) in products.iter_mut().zip(&area.covariates) {
            row.iter_mut().zip(&area.covariates).for_each(|(sum, right)| *sum += weight * left * right);
        }
    }
    products
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The median of at least one value.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) { 0.5 * (values[half - 1] + values[half]) } else { values[half] }
}

//! Estimates for areas with few answers, from a model: Fay and Herriot's, with its mean squared errors.
//!
//! A direct estimate `y_d` with known sampling variance `ψ_d` and covariates `x_d` of the area is taken for
//!
//! ```text
//! y_d = x_dᵀ β + v_d + e_d,    v_d ~ (0, A),   e_d ~ (0, ψ_d),   all independent
//! ```
//!
//! and the area's value `x_dᵀβ + v_d` is predicted by weighing the direct estimate against the regression. What comes
//! out is *modelled*: it is to be printed as such, beside the direct estimate. Start reading at [`FayHerriot::fit`];
//! `variance.rs` finds `A`.
//!
//! Source: Fay and Herriot (1979), Journal of the American Statistical Association 74, 269–277; Rao and Molina (2015),
//! Small Area Estimation, chapter 6; checked against R's package `sae`.

#[cfg(test)]
mod tests;
mod variance;

use variance::{Weighted, estimate_variance};

use super::linear::{Cholesky, DependentColumn};

/// An area with a direct estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The direct estimate `y_d`.
    pub estimate: f64,
    /// Its sampling variance `ψ_d`, above 0, taken as known.
    pub variance: f64,
    /// The covariates `x_d`, one a column; an intercept is a column of ones.
    pub covariates: Vec<f64>,
}

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

/// A coefficient of the regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// `β_j`, in units of the estimates by units of the column.
    pub value: f64,
    /// Its standard error, the root of the diagonal of `(Xᵀ V⁻¹ X)⁻¹`.
    pub se: f64,
}

/// What the model says of an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaPrediction {
    /// The predicted value, in the unit of the estimates.
    pub value: f64,
    /// The estimated mean squared error, in the square of that unit.
    ///
    /// The correction for the bias of `A` can take it below 0 where sampling variances are very unequal (R does the same).
    pub mse: f64,
    /// The weight `γ_d = A / (A + ψ_d)` of the direct estimate, 0–1; the regression has the rest.
    pub direct_weight: f64,
}

/// The fitted model.
#[derive(Debug, Clone)]
pub struct FayHerriot {
    /// The variance `A` between areas that the covariates do not explain; 0 at the boundary.
    pub model_variance: f64,
    /// The coefficients `β`, in the order of the columns.
    pub coefficients: Vec<Coefficient>,
    /// The logarithm of the likelihood at `A` and `β` (of the data, not the restricted one, as `sae` gives it).
    pub log_likelihood: f64,
    /// The empirical best linear unbiased predictions, in the order of the areas.
    pub predictions: Vec<AreaPrediction>,
    factor: Cholesky,
    /// The bias of the estimate of `A`; 0 for [`VarianceEstimator::Reml`].
    bias: f64,
}

/// Why a model cannot be fitted; areas are counted from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SmallAreaError {
    /// No columns, or too many.
    #[error("a model has 1 to {max} columns; here are {found}", max = FayHerriot::COLUMNS_MAX)]
    Columns {
        /// How many there are.
        found: usize,
    },
    /// Not one area more than columns.
    #[error("{columns} columns need at least {} areas with a direct estimate; here are {areas}", columns + 1)]
    TooFewAreas {
        /// How many areas there are.
        areas: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// An area has not one covariate a column.
    #[error("area {area}: {found} covariates instead of {expected}")]
    Covariates {
        /// The area.
        area: usize,
        /// How many covariates it has.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
    /// A covariate is no finite number.
    #[error("area {area}, column \"{column}\": {value} is no finite number")]
    Covariate {
        /// The area.
        area: usize,
        /// The name of the column.
        column: String,
        /// The covariate.
        value: f64,
    },
    /// A direct estimate is no finite number.
    #[error("area {area}: the direct estimate {value} is no finite number")]
    Estimate {
        /// The area.
        area: usize,
        /// The estimate.
        value: f64,
    },
    /// A sampling variance is not above 0, or not finite.
    #[error("area {area}: the sampling variance must be a finite number above 0, not {value}")]
    Variance {
        /// The area.
        area: usize,
        /// The variance.
        value: f64,
    },
    /// A column is a linear combination of the columns before it, in these areas.
    #[error("column \"{column}\" says nothing that the columns before it do not say already")]
    Collinear {
        /// The name of the column.
        column: String,
    },
    /// The iteration does not settle, or leaves the range of numbers.
    #[error("the variance between areas was not found: the iteration does not converge on these numbers")]
    NoConvergence,
}

impl FayHerriot {
    /// The most columns that a model may have.
    pub const COLUMNS_MAX: usize = 50;

    /// Fits the model. `columns` are the names of the covariates, for errors.
    ///
    /// With `v_d = 1/(A + ψ_d)` and `Q = (Σ v_d x_d x_dᵀ)⁻¹`:
    ///
    /// ```text
    /// β = Q Σ v_d x_d y_d              γ_d = A v_d,   B_d = 1 − γ_d = ψ_d v_d
    /// EBLUP_d = γ_d y_d + B_d x_dᵀβ
    /// mse_d = g1 + g2 + 2 g3 − b B_d²
    ///   g1 = γ_d ψ_d      g2 = B_d² x_dᵀ Q x_d      g3 = B_d² v_d Var A
    ///   REML, ML   Var A = 2 / Σ v²       b = 0 (REML),   −tr(Q Σ v² x xᵀ) / Σ v² (ML)
    ///   FH         Var A = 2 m / (Σ v)²   b = 2 (m Σ v² − (Σ v)²) / (Σ v)³
    /// ln L = −½ Σ [ ln 2π(A + ψ_d) + v_d (y_d − x_dᵀβ)² ]
    /// ```
    ///
    /// Degenerate case: where the areas differ no more than sampling explains, `A` is 0, and every prediction is the regression's.
    ///
    /// Source: Prasad and Rao (1990), Datta and Lahiri (2000), Datta, Rao and Smith (2005) for the three errors; R
    /// `sae::mseFH`.
    pub fn fit(columns: &[&str], areas: &[Area], estimator: VarianceEstimator) -> Result<Self, SmallAreaError> {
        check(columns, areas)?;
        let model_variance = estimate_variance(areas, estimator)?;
        let weighted = Weighted::new(areas, model_variance).ok_or(SmallAreaError::NoConvergence)?;
        let (m, sum) = (areas.len() as f64, weighted.sum_of_powers(1));
        let sum_of_squares = weighted.sum_of_powers(2);
        let likelihood_variance = 2.0 / sum_of_squares;
        let (variance_of_variance, bias) = match estimator {
            VarianceEstimator::Reml => (likelihood_variance, 0.0),
            VarianceEstimator::Ml => (likelihood_variance, -weighted.bias_trace() / sum_of_squares),
            VarianceEstimator::FayHerriot => {
                (2.0 * m / (sum * sum), 2.0 * (m * sum_of_squares - sum * sum) / (sum * sum * sum))
            }
        };
        let predict = |(d, area): (usize, &Area)| {
            let weight = weighted.weights[d];
            let (direct_weight, rest) = (model_variance * weight, area.variance * weight);
            let g2 = rest * rest * weighted.leverages[d];
            let g3 = rest * rest * weight * variance_of_variance;
            AreaPrediction {
                value: area.estimate - rest * weighted.residuals[d],
                mse: direct_weight * area.variance + g2 + 2.0 * g3 - bias * rest * rest,
                direct_weight,
            }
        };
        let predictions: Vec<AreaPrediction> = areas.iter().enumerate().map(predict).collect();
        if !predictions.iter().all(|prediction| prediction.value.is_finite() && prediction.mse.is_finite()) {
            return Err(SmallAreaError::NoConvergence);
        }
        let inverse = weighted.factor.inverse();
        let coefficient = |(j, value): (usize, &f64)| Coefficient { value: *value, se: inverse[j][j].sqrt() };
        Ok(Self {
            model_variance,
            coefficients: weighted.beta.iter().enumerate().map(coefficient).collect(),
            log_likelihood: weighted.log_likelihood(),
            predictions,
            factor: weighted.factor,
            bias,
        })
    }

    /// What the regression alone says of an area without direct estimate: `xᵀβ`, with the error `A + xᵀ Q x − b`.
    ///
    /// That is what [`FayHerriot::fit`] gives as the sampling variance goes to infinity. Nothing unless there is a finite
    /// covariate a column.
    #[must_use]
    pub fn predict_synthetic(&self, covariates: &[f64]) -> Option<AreaPrediction> {
        if covariates.len() != self.coefficients.len() || !covariates.iter().all(|covariate| covariate.is_finite()) {
            return None;
        }
        let value = covariates.iter().zip(&self.coefficients).map(|(x, coefficient)| x * coefficient.value).sum();
        let leverage: f64 = self.factor.solve_lower(covariates).iter().map(|x| x * x).sum();
        Some(AreaPrediction { value, mse: self.model_variance + leverage - self.bias, direct_weight: 0.0 })
    }
}

fn check(columns: &[&str], areas: &[Area]) -> Result<(), SmallAreaError> {
    let expected = columns.len();
    if !(1..=FayHerriot::COLUMNS_MAX).contains(&expected) {
        return Err(SmallAreaError::Columns { found: expected });
    }
    if areas.len() <= expected {
        return Err(SmallAreaError::TooFewAreas { areas: areas.len(), columns: expected });
    }
    for (d, area) in areas.iter().enumerate() {
        let Area { estimate, variance, covariates } = area;
        let (area, found) = (d + 1, covariates.len());
        if found != expected {
            return Err(SmallAreaError::Covariates { area, found, expected });
        }
        if let Some(j) = covariates.iter().position(|value| !value.is_finite()) {
            return Err(SmallAreaError::Covariate { area, column: columns[j].to_owned(), value: covariates[j] });
        }
        if !estimate.is_finite() {
            return Err(SmallAreaError::Estimate { area, value: *estimate });
        }
        if !variance.is_finite() || *variance <= 0.0 {
            return Err(SmallAreaError::Variance { area, value: *variance });
        }
    }
    let products = variance::cross_products(areas, |_| 1.0);
    let factored = Cholesky::new(&products);
    factored.map(drop).map_err(|DependentColumn(j)| SmallAreaError::Collinear { column: columns[j].to_owned() })
}

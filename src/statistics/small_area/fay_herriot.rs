//! The model: fitted to areas with a direct estimate, and used for those without.

use super::error::COLUMNS_MAX;
use super::variance::{Weighted, cross_products, estimate_variance};
use super::{Area, SmallAreaError, VarianceEstimator};
use crate::statistics::linear::{Cholesky, DependentColumn};

/// A coefficient of the regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// `β_j`, in units of the estimates by units of the column.
    pub value: f64,
    /// Its standard error, the root of the diagonal of `(Xᵀ V⁻¹ X)⁻¹`.
    pub se: f64,
}

/// The model's prediction for an area.
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

impl FayHerriot {
    /// The most columns that a model may have.
    pub const COLUMNS_MAX: usize = COLUMNS_MAX;

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

    /// The regression's prediction for an area without direct estimate: `xᵀβ`, with the error `A + xᵀ Q x − b`.
    ///
    /// That is what [`FayHerriot::fit`] gives as the sampling variance goes to infinity. `None` unless there is one finite
    /// covariate for each column.
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
    let products = cross_products(areas, |_| 1.0);
    let factored = Cholesky::new(&products);
    factored.map(drop).map_err(|DependentColumn(j)| SmallAreaError::Collinear { column: columns[j].to_owned() })
}

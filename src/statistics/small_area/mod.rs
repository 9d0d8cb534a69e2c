//! Estimates for areas with few answers, from a model: Fay and Herriot's, with its mean squared errors.
//!
//! A direct estimate `y_d` with known sampling variance `ψ_d` and covariates `x_d` of the area is taken for
//!
//! ```text
//! y_d = x_dᵀ β + v_d + e_d,    v_d ~ (0, A),   e_d ~ (0, ψ_d),   all independent
//! ```
//!
//! and the area's value `x_dᵀβ + v_d` is predicted by weighing the direct estimate against the regression. What comes
//! out is *modelled*: it is to be printed as such, beside the direct estimate. Start reading at [`FayHerriot::fit`]
//! in `fay_herriot.rs`; `variance.rs` finds `A`.
//!
//! Source: Fay and Herriot (1979), Journal of the American Statistical Association 74, 269–277; Rao and Molina (2015),
//! Small Area Estimation, chapter 6; checked against R's package `sae`.

mod area;
mod error;
mod fay_herriot;
#[cfg(test)]
mod tests;
mod variance;

pub use area::Area;
pub use error::SmallAreaError;
pub use fay_herriot::{AreaPrediction, Coefficient, FayHerriot};
pub use variance::VarianceEstimator;

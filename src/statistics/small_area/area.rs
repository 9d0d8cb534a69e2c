//! What is known about an area.

/// An area with a direct estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The direct estimate `y_d`.
    pub estimate: f64,
    /// Its sampling variance `ψ_d`, above 0, treated as known.
    pub variance: f64,
    /// The covariates `x_d`, one for each column; an intercept is a column of ones.
    pub covariates: Vec<f64>,
}

//! What to estimate from, and where estimates go.

use std::path::PathBuf;

use crate::tables::OutputFormat;

/// What to estimate from, and where the estimates go.
#[derive(Debug, Clone, Default)]
pub struct EstimateOptions {
    /// The responses, CSV with a header or Parquet, one row a respondent.
    pub responses: PathBuf,
    /// The design, TOML.
    pub design: PathBuf,
    /// Where the estimates are written.
    pub output: PathBuf,
    /// Where the covariances of the indices between the levels of the first domain are written, if they are wanted.
    pub covariance: Option<PathBuf>,
    /// How both are written.
    pub format: OutputFormat,
    /// Where the weights that estimates were made with are written, CSV, if they are wanted.
    pub weights: Option<PathBuf>,
    /// Where replicate weights are written, CSV, if they are wanted; a TOML file next to it says how they are read.
    pub replicates: Option<PathBuf>,
}

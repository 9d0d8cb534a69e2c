//! What small areas are modelled from, and where the predictions go.

use std::path::PathBuf;

use crate::statistics::VarianceEstimator;
use crate::tables::OutputFormat;

/// What small areas are modelled from, and where the predictions go.
#[derive(Debug, Clone)]
pub struct SmallAreaOptions {
    /// The direct estimates: what `estimate` wrote, CSV, or a table of `area,estimate,se`.
    pub estimates: PathBuf,
    /// What is known of each area, CSV: a column `area`, `unit` or `level`, and numbers.
    pub covariates: PathBuf,
    /// Which columns of the covariates are taken; all if nothing is said.
    pub columns: Vec<String>,
    /// The statistic that is modelled, `index_items` if nothing is said; not of a bare table.
    pub statistic: Option<String>,
    /// The item or factor, where the statistic has one a row.
    pub item: Option<String>,
    /// The domain whose levels are the areas; the first of the file if nothing is said.
    pub domain: Option<String>,
    /// How the variance between areas is estimated.
    pub method: VarianceEstimator,
    /// Where the predictions are written.
    pub output: PathBuf,
    /// How they are written.
    pub format: OutputFormat,
}

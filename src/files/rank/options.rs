//! What to rank, how, and where the ranks go.

use std::path::PathBuf;

use crate::ranking::RankOptions;
use crate::tables::OutputFormat;

/// What to rank, how, and where the ranks go.
#[derive(Debug, Clone)]
pub struct RankFileOptions {
    /// The estimates: CSV or JSON, as `estimate` writes them (`domain,level,statistic,item,…,estimate,se,df,…`) or bare
    /// (`unit,estimate,se`, and as far as there are any `df`, `ci_low`, `ci_high`, `exact`, `sampling_units`).
    pub estimates: PathBuf,
    /// Whether estimates with a standard error of 0, or without one, are exact. Otherwise only those are whose column
    /// `exact` says so.
    pub exact: bool,
    /// The statistic to rank by, `index_items` if nothing is said; of a bare file, the one in the covariances.
    pub statistic: Option<String>,
    /// The item or factor to rank by, where the statistic has one a row.
    pub item: Option<String>,
    /// The domain whose levels are ranked; the first of the file if nothing is said.
    pub domain: Option<String>,
    /// The covariances of the units, `statistic,level_a,level_b,covariance`; without them the units are independent.
    pub covariance: Option<PathBuf>,
    /// Where the ranks are written.
    pub output: PathBuf,
    /// How they are written.
    pub format: OutputFormat,
    /// What kind of ranking is wanted.
    pub ranking: RankOptions,
}

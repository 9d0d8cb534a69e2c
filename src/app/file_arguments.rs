//! The arguments of commands that estimate from files.

#![expect(clippy::doc_markdown, reason = "these comments are what --help prints")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::files::OutputFormat;

/// Files to estimate from.
#[derive(Debug, Args)]
pub(super) struct EstimateArguments {
    /// The answers: CSV with a header, or Parquet if the name ends so.
    #[arg(long, value_name = "FILE")]
    pub(super) responses: PathBuf,
    /// The design, TOML.
    #[arg(long, value_name = "FILE")]
    pub(super) design: PathBuf,
    /// Where the estimates go.
    #[arg(long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// Where the covariances between the levels of the first domain go.
    #[arg(long, value_name = "FILE")]
    pub(super) covariance: Option<PathBuf>,
    /// How the estimates are written.
    #[arg(long, value_enum, default_value = "csv")]
    pub(super) format: OutputFormat,
    /// Where the weights go that estimates were made with, CSV: row,id,design_weight,nonresponse,trimming,calibration,weight,factor.
    #[arg(long, value_name = "FILE")]
    pub(super) weights: Option<PathBuf>,
    /// Where replicate weights go, CSV: row,id,weight,repw1,…; how they are read goes to FILE.toml. See [make_replicates].
    #[arg(long, value_name = "FILE")]
    pub(super) replicates: Option<PathBuf>,
}

/// Direct estimates and what is known of each area.
#[derive(Debug, Args)]
pub(super) struct SmallAreaArguments {
    /// The direct estimates: what `plumbline estimate` wrote, CSV, or a table of area,estimate,se.
    #[arg(long, value_name = "FILE")]
    pub(super) estimates: PathBuf,
    /// What is known of each area, CSV: a column area, unit or level, and numbers without gaps. An intercept is added.
    #[arg(long, value_name = "FILE")]
    pub(super) covariates: PathBuf,
    /// The columns of the covariates to take, with commas between; all if nothing is said.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) columns: Vec<String>,
    /// The statistic to model; index_items if nothing is said.
    #[arg(long, value_name = "NAME")]
    pub(super) statistic: Option<String>,
    /// The item or factor to model, for statistics that have one a row.
    #[arg(long, value_name = "CODE")]
    pub(super) item: Option<String>,
    /// The domain whose levels are the areas; the first of the file if nothing is said.
    #[arg(long, value_name = "NAME")]
    pub(super) domain: Option<String>,
    /// How the variance between areas is estimated: reml, ml, or fh (Fay and Herriot's moments).
    #[arg(long, value_enum, default_value = "reml")]
    pub(super) method: VarianceArgument,
    /// Where the predictions go.
    #[arg(long, value_name = "FILE")]
    pub(super) output: PathBuf,
}

/// How the variance between areas is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum VarianceArgument {
    Reml,
    Ml,
    Fh,
}

//! The arguments of commands that estimate and rank from files.

#![expect(clippy::doc_markdown, reason = "these comments are what --help prints")]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::files::OutputFormat;
use crate::ranking::{RankMethod, RankOptions};

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
    /// How the predictions are written.
    #[arg(long, value_enum, default_value = "csv")]
    pub(super) format: OutputFormat,
}

/// How the variance between areas is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum VarianceArgument {
    Reml,
    Ml,
    Fh,
}

/// A file of estimates, and how to rank them.
#[derive(Debug, Args)]
pub(super) struct RankArguments {
    /// The estimates: what `plumbline estimate` wrote (CSV or JSON), or a table of unit,estimate,se and, as far as they are
    /// there, df (without it sets are for large samples only), ci_low,ci_high, exact (true or false).
    #[arg(long, value_name = "FILE")]
    pub(super) estimates: PathBuf,
    /// No sample stands behind estimates with a standard error of 0 or none: scores are compared as they are.
    #[arg(long)]
    pub(super) exact: bool,
    /// The statistic to rank by; index_items if nothing is said.
    #[arg(long, value_name = "NAME")]
    pub(super) statistic: Option<String>,
    /// The item or factor to rank by, for top2, mean and factor.
    #[arg(long, value_name = "CODE")]
    pub(super) item: Option<String>,
    /// The domain whose levels are ranked; the first of the file if nothing is said.
    #[arg(long, value_name = "NAME")]
    pub(super) domain: Option<String>,
    /// The covariances: statistic,level_a,level_b,covariance. Without them units are taken as independent.
    #[arg(long, value_name = "FILE")]
    pub(super) covariance: Option<PathBuf>,
    /// How sets of ranks are made.
    #[arg(long, value_parser = rank_method())]
    pub(super) method: RankMethod,
    /// The confidence level.
    #[arg(long, default_value_t = 0.95)]
    pub(super) level: f64,
    /// How many draws a simulated method makes.
    #[arg(long, value_name = "N", default_value_t = RankOptions::DRAWS)]
    pub(super) draws: usize,
    /// The same seed gives the same ranks, on any number of processors.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Which end has rank 1: the highest estimate (desc) or the lowest (asc).
    #[arg(long, value_enum, default_value = "desc")]
    pub(super) order: OrderArgument,
    /// How many are the best or the worst.
    #[arg(long, value_name = "N", default_value_t = RankOptions::TAU)]
    pub(super) tau: usize,
    /// Where the ranks go.
    #[arg(long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// How the ranks are written.
    #[arg(long, value_enum, default_value = "csv")]
    pub(super) format: OutputFormat,
}

/// Which end has rank 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OrderArgument {
    Desc,
    Asc,
}

fn rank_method() -> impl TypedValueParser<Value = RankMethod> {
    PossibleValuesParser::new(RankMethod::ALL.map(RankMethod::as_str)).try_map(|name| name.parse::<RankMethod>())
}

//! The command line, as clap reads it.

#![expect(clippy::doc_markdown, reason = "these comments are what --help prints")]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::pipeline::OutputFormat;

/// Citizen satisfaction surveys whose ranks say how sure they are.
#[derive(Debug, Parser)]
#[command(
    name = "plumbline",
    version,
    after_help = "\
Examples:
  plumbline demo                                     see the product at work on invented answers
  plumbline migrate && plumbline serve               run it on plumbline.db
  plumbline import units units-2024.csv              fill the register
  plumbline wave create plan.toml                    plan a wave
  plumbline wave open laocai-2024                    take answers
  plumbline import responses paper.csv --wave laocai-2024"
)]
pub(super) struct CommandLine {
    #[command(flatten)]
    pub(super) settings: SettingsArguments,
    #[command(subcommand)]
    pub(super) task: Task,
}

/// Where settings come from, and those that are given for this run.
#[derive(Debug, Args)]
pub(super) struct SettingsArguments {
    /// The settings file; plumbline.toml here, if it is there. See docs/plumbline.toml.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Where responses are kept: sqlite://FILE or postgres://USER@HOST/NAME.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// The address to listen on.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(super) listen: Option<SocketAddr>,
    /// How logs are written.
    #[arg(long, global = true, value_enum)]
    pub(super) log_format: Option<crate::config::LogFormat>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// Show the product at work: nine districts, two waves of invented answers, served at once.
    ///
    /// Everything lies in a throw-away database unless --database-url names another, which must be empty.
    #[command(after_help = "Example:\n  plumbline demo --listen 0.0.0.0:8080 --seed 7")]
    Demo {
        /// The same seed invents the same answers.
        #[arg(long, default_value_t = 2024)]
        seed: u64,
    },
    /// Serve the form, the results and the API.
    #[command(
        after_help = "Example:\n  plumbline serve --listen 0.0.0.0:80 --database-url postgres://plumbline@db/plumbline"
    )]
    Serve,
    /// Bring the database's schema up to this version; harmless when it is there.
    Migrate,
    /// Bring in files.
    #[command(subcommand)]
    Import(Import),
    /// Plan waves and move them on.
    #[command(subcommand)]
    Wave(WaveTask),
    /// Estimate from files, without a database.
    #[command(
        after_help = "Example:\n  plumbline estimate --responses responses.csv --design design.toml --output estimates.csv"
    )]
    Estimate(EstimateArguments),
    /// Print the API's description, OpenAPI 3.1.
    Openapi,
    /// Recount everything from the responses and compare.
    Doctor,
}

/// What to bring in.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Units of the register: code,level,kind,parent_code,name_vi,…,valid_from,valid_to.
    Units {
        /// A CSV file.
        file: PathBuf,
    },
    /// Which unit went into which: from_province,from_district_code,from_code,…,effective_on[,share],legal_basis.
    Lineage {
        /// A CSV file.
        file: PathBuf,
    },
    /// A questionnaire, so that plans can name it by its code. See docs/examples/questionnaire.toml.
    Questionnaire {
        /// A TOML file.
        file: PathBuf,
    },
    /// Responses that were collected elsewhere. Rows that fail go to FILE.rejected.csv with their findings.
    #[command(after_help = "Example:\n  plumbline import responses paper.csv --wave laocai-2024")]
    Responses {
        /// A CSV file; the wave's plan says which column holds what.
        file: PathBuf,
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
    },
}

/// What to do with waves.
#[derive(Debug, Subcommand)]
pub(super) enum WaveTask {
    /// Create a wave as a draft. See docs/examples/plan.toml.
    Create {
        /// A plan, TOML.
        plan: PathBuf,
    },
    /// Begin to take answers.
    Open {
        /// The wave's code.
        code: String,
    },
    /// Take no more answers.
    Close {
        /// The wave's code.
        code: String,
    },
    /// Make the results public, for good.
    Release {
        /// The wave's code.
        code: String,
    },
    /// List all waves.
    List,
}

/// Files to estimate from.
#[derive(Debug, Args)]
pub(super) struct EstimateArguments {
    /// The answers, CSV.
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
}

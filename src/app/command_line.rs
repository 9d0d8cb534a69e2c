//! The command line, as clap reads it.

#![expect(clippy::doc_markdown, reason = "these comments are what --help prints")]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::access::AccessTask;
use super::backup::CopyArguments;
use super::file_arguments::{EstimateArguments, RankArguments, SmallAreaArguments};
use super::invite::InviteTask;
use super::jobs::JobTask;
use super::keys::KeysTask;
use super::paper::PaperArguments;

/// Citizen satisfaction surveys whose ranks say how sure they are.
#[derive(Debug, Parser)]
#[command(
    name = "plumbline",
    version,
    after_help = "\
Examples:
  plumbline demo                                     see the product at work on invented answers
  plumbline plan --margin 0.03 --share 0.85          how many answers a survey needs
  plumbline migrate && plumbline serve               run it on plumbline.db
  plumbline import units units-2024.csv              fill the register
  plumbline wave create plan.toml                    plan a wave
  plumbline wave open laocai-2024                    take answers
  plumbline import responses paper.csv --wave laocai-2024
  plumbline invite draw --help                       invite people by lot, with codes on paper"
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
    #[command(
        after_help = "Example:\n  plumbline migrate --distribute --database-url postgres://plumbline@coordinator/plumbline"
    )]
    Migrate {
        /// Also spread the large tables over the servers of a PostgreSQL that has the extension citus.
        #[arg(long)]
        distribute: bool,
    },
    /// Bring in files.
    #[command(subcommand)]
    Import(Import),
    /// Plan waves and move them on.
    #[command(subcommand)]
    Wave(WaveTask),
    /// Draw samples and give out codes that let in one answer each.
    #[command(subcommand)]
    Invite(InviteTask),
    /// Print the questionnaire on paper: A4, a number on each form.
    #[command(
        after_help = "Example:\n  plumbline paper --wave laocai-2024 --unit 082 --batch BX-1 --count 50 --base-url https://khaosat.example.gov.vn \\\n                  --output bx-1.html"
    )]
    Paper(PaperArguments),
    /// Give devices and collectors access to a wave.
    #[command(subcommand)]
    Access(AccessTask),
    /// Estimate from files, without a database.
    ///
    /// Output: domain,level,statistic,item,n,estimate,se,df,ci_low,ci_high,deff,n_eff,sampling_units,exact,
    /// design_effect_method,withheld; everybody has an empty domain and level, and withheld says why there is no estimate.
    /// With [[statistic]] blocks also part,compared,method,test,numerator_df,denominator_df,p_value.
    /// What a reader should know besides, such as weights that calibration made negative, is told on standard error.
    /// docs/examples/design.toml and statistics.toml beside it explain every key of a design, docs/TABLES.md how files are read:
    /// separators, decimal commas, missing codes such as NA, columns in groups.
    #[command(after_help = "\
Examples:
  plumbline estimate --responses responses.csv --design design.toml --output estimates.csv
  plumbline estimate --responses responses.csv --design design.toml --output estimates.csv --weights weights.csv \
                     --replicates replicates.csv     the calibrated weights, and replicates of them
  plumbline estimate --responses big.parquet --design design.toml --output estimates.parquet --format parquet \\
                     --covariance cov.csv")]
    Estimate(EstimateArguments),
    /// Say how many answers a margin or a comparison needs, and what a number of answers gives.
    ///
    /// Shares, margins and levels are written 0 to 1: 0.03 for three points. Answers are those of one unit.
    #[command(after_help = "\
Examples:
  plumbline plan --margin 0.03 --share 0.85          answers for an interval of 85% ± 3 points
  plumbline plan --margin 0.03 --design-effect 1.5 --population 12000 --response-rate 0.6 --units 9
  plumbline plan --separate 0.85,0.80                answers that tell two units apart
  plumbline plan --separate 0.85,0.80 --answers 500  how likely 500 answers in each tell them apart
  plumbline plan --answers 486 --share 0.8492        the margin that 486 answers give
  plumbline plan --answers 486 --share 0.8492 --margin 0.02 --format json")]
    Plan(PlanArguments),
    /// Rank units from a file of estimates, and say which ranks the data allow each.
    ///
    /// Methods: simultaneous (all sets of ranks hold together; simulated), best and worst (who may be among the best or worst
    /// --tau), marginal (each set by itself), holm (together, nothing simulated), kww (together, by overlap of intervals).
    /// Output, by rank: unit,estimate,se,rank,rank_low,rank_high,tier; a unit without a standard error comes last, without
    /// ranks. For best and worst the tier says who may be among them (best: tier 1, worst: tier 2).
    #[command(after_help = "\
Examples:
  plumbline rank --estimates estimates.csv --covariance cov.csv --method simultaneous --output ranks.csv
  plumbline rank --estimates estimates.csv --statistic index_score --domain service --method holm --output ranks.csv
  plumbline rank --estimates waiting.csv --method best --tau 5 --order asc --output ranks.csv
                                                     waiting.csv: unit,estimate,se,df
  plumbline rank --estimates scores.csv --exact --method holm --output ranks.csv     scores.csv: unit,estimate")]
    Rank(RankArguments),
    /// Predict areas with few answers from a model of what is known of each area (Fay and Herriot's). The output is MODELLED.
    ///
    /// Areas without a direct estimate are predicted by the regression alone. Output, in the order of the covariates:
    /// area,direct,direct_se,modelled,mse,root_mse,gamma,kind; gamma is the weight of the direct estimate.
    #[command(after_help = "\
Examples:
  plumbline small-areas --estimates estimates.csv --domain commune --covariates communes.csv --output modelled.csv
                                                     communes.csv: area,poverty_rate,distance_km
  plumbline small-areas --estimates direct.csv --covariates communes.csv --columns poverty_rate --method ml --output modelled.csv
                                                     direct.csv: area,estimate,se")]
    SmallAreas(SmallAreaArguments),
    /// Print the API's description, OpenAPI 3.1.
    Openapi,
    /// Where the keys are, and the administrator's token.
    #[command(subcommand)]
    Keys(KeysTask),
    /// Long work, such as a release: list it, watch it, cancel it.
    #[command(subcommand)]
    Job(JobTask),
    /// Recount everything from the responses and compare.
    Doctor,
    /// Write everything that is kept to one file, an SQLite database, while it is in use; the file is recounted.
    #[command(after_help = "Example:\n  plumbline backup /backup/plumbline-2024-11-20.db")]
    Backup {
        /// A file that is not there.
        file: PathBuf,
    },
    /// Copy everything into an empty database of any engine, and recount it there. All or nothing.
    #[command(
        after_help = "Example:\n  plumbline copy --from sqlite://plumbline.db --to postgres://plumbline@db/plumbline"
    )]
    Copy(CopyArguments),
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
    /// Recordings of the questions, to be listened to: LANGUAGE/ITEM.mp3, .m4a, .ogg or .wav, at most 1 MiB each.
    ///
    /// All or none. A recording of the same language and item is replaced; others stay.
    #[command(
        after_help = "Example:\n  plumbline import audio recordings --wave laocai-2024     recordings/hmn/q01.mp3, …"
    )]
    Audio {
        /// A folder that has a folder for each language, named by its tag.
        folder: PathBuf,
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
    },
    /// Responses that were collected elsewhere. Rows that fail go to FILE.rejected.csv with their findings.
    ///
    /// Exports of Kobo, ODK, LimeSurvey and SurveyCTO are read as they are: separators, groups (visit/q1), a column for each option
    /// (why/slow), missing codes. A file that was imported before adds nobody. docs/TABLES.md has the rules.
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
    ///
    /// This is a job: where the command is cut off, a server finishes it, or `plumbline job watch NUMBER`.
    Release {
        /// The wave's code.
        code: String,
        /// Only ask for it: a server does it.
        #[arg(long)]
        in_background: bool,
    },
    /// Correct what was published, by a further release that says why; the releases before stay readable.
    ///
    /// The results are computed anew from the answers; where they are what was published, nothing is done. This is a job, as the release is.
    Correct {
        /// The wave's code.
        code: String,
        /// Why, in words that are published, once for each language: vi=TEXT, en=TEXT. Needed in vi.
        #[arg(long, value_name = "LANGUAGE=TEXT", required = true, value_parser = in_language)]
        reason: Vec<(String, String)>,
        /// Only ask for it: a server does it.
        #[arg(long)]
        in_background: bool,
    },
    /// List all waves.
    List,
}

/// Words with the language that they are in.
fn in_language(text: &str) -> Result<(String, String), &'static str> {
    let (language, words) = text.split_once('=').ok_or("write the language before the words, such as vi=TEXT")?;
    Ok((language.to_owned(), words.to_owned()))
}

/// What to plan for.
#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    /// The target margin: half the width of a unit's interval.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) margin: Option<f64>,
    /// Two shares to tell apart, such as 0.85,0.80.
    #[arg(long, value_name = "SHARE,SHARE", allow_hyphen_values = true, value_parser = share_pair)]
    pub(super) separate: Option<(f64, f64)>,
    /// The answers that each unit has or will have.
    #[arg(long, value_name = "COUNT")]
    pub(super) answers: Option<u64>,
    /// The expected share [default: the higher one to separate, else 0.5, which needs the most answers].
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) share: Option<f64>,
    /// The design effect: how many times the variance of a simple random sample. 1.5 to 2 is usual for villages.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true)]
    pub(super) design_effect: f64,
    /// The confidence level.
    #[arg(long, value_name = "SHARE", default_value_t = 0.95, allow_negative_numbers = true)]
    pub(super) level: f64,
    /// How surely two units are to be told apart.
    #[arg(long, value_name = "SHARE", default_value_t = 0.8, allow_negative_numbers = true)]
    pub(super) power: f64,
    /// The people of each unit; leave it out when only few of them are asked.
    #[arg(long, value_name = "COUNT")]
    pub(super) population: Option<u64>,
    /// The share of those asked who answer.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) response_rate: Option<f64>,
    /// How many units are ranked against each other.
    #[arg(long, value_name = "COUNT")]
    pub(super) units: Option<u32>,
    /// How the numbers are written; csv and json do not round.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: PlanFormat,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// To be read.
    Text,
    /// One object.
    Json,
    /// A row a number.
    Csv,
}

fn share_pair(text: &str) -> Result<(f64, f64), String> {
    let (first, second) =
        text.split_once(',').ok_or("write two shares with a comma between them, such as 0.85,0.80")?;
    let share = |text: &str| text.trim().parse().map_err(|_| format!("{text:?} is no number"));
    Ok((share(first)?, share(second)?))
}

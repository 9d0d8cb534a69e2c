//! Estimates from files, without a database: the second way to the same numbers.
//!
//! A design file (`design.rs`) says what the columns of the responses mean; `read.rs` reads the responses (CSV or Parquet)
//! into a sample, with about 12 bytes and one an item for each, and once more while they are put in order; `write.rs` writes
//! what is read off the sample. Statistics that a design asks for one by one are made by `in_memory/`, from columns.

mod columns;
mod design;
mod design_file;
mod in_memory;
mod known;
mod left_out;
mod margin_file;
mod notes;
mod parquet_column;
mod parquet_table;
mod read;
mod scale_file;
mod statistic_file;
mod table;
mod weighting_file;
mod wishes;
mod write;
mod write_parquet;
mod write_rows;

use std::path::{Path, PathBuf};

use super::named_twice::named_twice;
use crate::estimation::EstimationError;
use crate::foundation::one_line;
use crate::statistics::NegativeWeightRule;

use in_memory::{Made, StatisticRow};
use read::FileSample;
use write::CovarianceRow;

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
    /// Where replicate weights are written, CSV, if they are wanted; how they are read is written beside, TOML.
    pub replicates: Option<PathBuf>,
}

/// How estimates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OutputFormat {
    /// Comma-separated values with a header.
    #[default]
    Csv,
    /// A list of objects.
    Json,
    /// Apache Parquet, missing values as nulls.
    Parquet,
}

/// Why no estimates were written.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    /// A file cannot be read or written.
    #[error("{}", one_line(&format!("{path}: {cause}")))]
    File {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The design file says something that cannot be meant, or that this version does not do.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    Design {
        /// The design file.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The responses are no well-formed CSV.
    #[error("{}", one_line(&format!("{path}: line {line}: {message}")))]
    Csv {
        /// The file.
        path: String,
        /// The line, counted from 1, the header included.
        line: u64,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The responses have no such column, or have it twice.
    #[error("{}", one_line(&match found {
        0 => format!("{path}: the file has no column {column:?}{hint}"),
        _ => format!("{path}: there must be one column {column:?}; the header has {found}"),
    }))]
    Column {
        /// The file.
        path: String,
        /// The column that the design names.
        column: String,
        /// How many columns have that name.
        found: usize,
        /// What may have been meant; empty where nothing is nearly called so.
        hint: String,
    },
    /// A value cannot be used.
    #[error("{}", one_line(&format!("{path}: {position}, column {column:?}: {message}")))]
    Value {
        /// The file.
        path: String,
        /// The line, counted from 1, the header included; of Parquet the row, counted from 1.
        position: String,
        /// The column.
        column: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// Weights are so small that whole billionths hold too few of their digits.
    #[error("{}", one_line(&format!(
        "{path}: weights are held in whole billionths, which cut off digits of these: their mean is {mean:e}; multiply all \
         by the same number, such as {factor}, which changes no share or index",
        factor = 10_f64.powf(-mean.log10().floor())
    )))]
    Weights {
        /// The file.
        path: String,
        /// The mean of the weights.
        mean: f64,
    },
    /// A file to be written is one that is read, or another that is written.
    #[error("{}", one_line(&format!("{path}: this file is named twice; name another one to write to")))]
    SameFile {
        /// The file.
        path: String,
    },
    /// A margin's file is wrong.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    Margin {
        /// The file.
        path: String,
        /// What is wrong first, with line and column, and how much more is.
        message: String,
    },
    /// The responses are no well-formed Parquet, or hold what is neither text nor a number.
    #[error("{}", one_line(&format!("{path}: {cause}")))]
    Parquet {
        /// The file.
        path: String,
        /// What is wrong.
        cause: parquet::errors::ParquetError,
    },
    /// A stratum has a single sampling unit, and nothing is said of what to do with it.
    #[error("{}", one_line(&match stratum.as_str() {
        "" => "the sample has only one sampling unit, which says nothing of how units vary".to_owned(),
        stratum => format!(
            "stratum {stratum:?} has only one sampling unit, which says nothing of how units vary; join it with another one, \
             or choose options.lonely_psu: remove, certainty, adjust or average"
        ),
    }))]
    Lonely {
        /// The stratum, and the units that it lies in; empty where the sample has no strata.
        stratum: String,
    },
    /// A statistic cannot be made of these responses, or weights not be treated as the design says.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    InMemory {
        /// The responses.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// A calibration made weights negative, and the design refuses them.
    #[error("{}", one_line(&format!("{message}; or say `negative_weights = \"allowed\"` under [calibration]")))]
    NegativeWeights {
        /// Whose weights, how many and how small.
        message: String,
    },
    /// The sample cannot be formed.
    #[error("{}", one_line(&.0.to_string()))]
    Estimation(#[from] EstimationError),
}

/// Reads the responses, and writes the estimates of every item, factor and index for everybody and for each level of
/// each domain, then the statistics that the design asks for. Answers with sentences on what was done with the weights, and on
/// what a reader should know besides: how the file was read, rows that were left out, how many have no level of a domain.
/// `progress` is told how many bytes of the responses were read.
pub fn estimate_files(options: &EstimateOptions, mut progress: impl FnMut(u64)) -> Result<Vec<String>, EstimateError> {
    let others = [&options.covariance, &options.weights, &options.replicates];
    let outputs: Vec<&Path> =
        [&options.output].into_iter().chain(others.into_iter().flatten()).map(PathBuf::as_path).collect();
    if let Some(path) = named_twice(&[&options.responses, &options.design], &outputs) {
        return Err(EstimateError::SameFile { path: path.display().to_string() });
    }
    let design = design::Design::read(&options.design)?;
    let made = Made::from_file(options, &design, &mut progress)?;
    let (given, statistics, mut told, given_covariances) = match made {
        None => (None, Vec::new(), Vec::new(), Vec::new()),
        Some(made) => (made.estimates, made.statistics, made.told, made.covariances),
    };
    let (estimates, covariances) = match given {
        Some(estimates) => (estimates, Covariances::Found(given_covariances)),
        None if design.criteria.items.is_empty() => (Vec::new(), Covariances::Found(Vec::new())),
        None => {
            let sample = FileSample::read(&options.responses, &design, options.covariance.is_some(), progress)?;
            if let (Some(negative), NegativeWeightRule::Refused) =
                (sample.sample.negative_weights(), design.negative_weights)
            {
                return Err(EstimateError::NegativeWeights { message: negative.to_string() });
            }
            let estimates = write::estimates(&design, &sample);
            // What the file itself says was told before, where it was read before.
            let first: Vec<String> = sample.told.iter().filter(|said| !told.contains(said)).cloned().collect();
            told.extend(first);
            told.extend(notes::notes(&design, &sample, &estimates));
            (estimates, Covariances::Of(Box::new(sample)))
        }
    };
    if design.wishes.statistics.is_empty() {
        write_rows::write_all(&options.output, options.format, &estimates)?;
    } else {
        let explained = estimates.into_iter().map(|estimate| Made::explained(&design, estimate));
        let rows: Vec<StatisticRow> = explained.chain(statistics).collect();
        write_rows::write_all(&options.output, options.format, &rows)?;
    }
    if let Some(path) = &options.covariance {
        match covariances {
            Covariances::Found(rows) => write_rows::write_all(path, options.format, &rows)?,
            Covariances::Of(sample) => told.extend(write::write_covariances(&design, &sample, path, options.format)?),
        }
    }
    Ok(told)
}

/// Covariances between levels: formed already, or yet to be read off a sample, row by row.
enum Covariances {
    Found(Vec<CovarianceRow<'static>>),
    Of(Box<FileSample>),
}

//! Estimates from files, without a database: the second way to the same numbers.
//!
//! A design file (`design.rs`) says what the columns of the responses mean; `read.rs` streams the responses into a sample,
//! with memory in proportion to the primary sampling units; `write.rs` writes what is read off the sample.

mod design;
mod read;
mod write;

use std::path::PathBuf;

use crate::estimation::EstimationError;

use write::{CovarianceRow, LevelEstimate};

/// What to estimate from, and where the estimates go.
#[derive(Debug, Clone)]
pub struct EstimateOptions {
    /// The responses, CSV with a header, one row a respondent.
    pub responses: PathBuf,
    /// The design, TOML.
    pub design: PathBuf,
    /// Where the estimates are written.
    pub output: PathBuf,
    /// Where the covariances of the indices between the levels of the first domain are written, if they are wanted.
    pub covariance: Option<PathBuf>,
    /// How both are written.
    pub format: OutputFormat,
}

/// How estimates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Comma-separated values with a header.
    Csv,
    /// A list of objects.
    Json,
}

/// Why no estimates were written.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The design file says something that cannot be meant, or that this version does not do.
    #[error("{path}: {message}")]
    Design {
        /// The design file.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The responses are no well-formed CSV.
    #[error("{path}: {cause}")]
    Csv {
        /// The file.
        path: String,
        /// What is wrong, with its line.
        cause: csv::Error,
    },
    /// The responses have no such column, or have it twice.
    #[error("{path}: there must be one column {column:?}; the header has {found}")]
    Column {
        /// The file.
        path: String,
        /// The column that the design names.
        column: String,
        /// How many columns have that name.
        found: usize,
    },
    /// A value cannot be used.
    #[error("{path}: line {line}, column {column:?}: {message}")]
    Value {
        /// The file.
        path: String,
        /// The line, counted from 1, the header included.
        line: u64,
        /// The column.
        column: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The sample cannot be formed.
    #[error(transparent)]
    Estimation(#[from] EstimationError),
}

/// Reads the responses, and writes the estimates of every item, factor and index for everybody and for each level of
/// each domain. `progress` is told how many bytes of the responses were read.
pub fn estimate_files(options: &EstimateOptions, progress: impl FnMut(u64)) -> Result<(), EstimateError> {
    let design = design::Design::read(&options.design)?;
    let sample = read::FileSample::read(&options.responses, &design, progress)?;
    let estimates = write::estimates(&design, &sample);
    write::write_rows(&options.output, options.format, &estimates, LevelEstimate::columns)?;
    if let Some(path) = &options.covariance {
        write::write_rows(path, options.format, &write::covariances(&design, &sample), CovarianceRow::clone)?;
    }
    Ok(())
}

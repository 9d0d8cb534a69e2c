//! Estimates from files, without a database: the second way to the same numbers.
//!
//! A design file (`design.rs`) says what the columns of the responses mean; `read.rs` reads the responses (CSV or Parquet)
//! into a sample, with about 12 bytes and one an item for each, and once more while they are put in order; `write.rs` writes
//! what is read off the sample. Statistics that a design asks for one by one are made by `in_memory/`, from columns.

mod columns;
mod csv_table;
mod design;
mod design_file;
mod error;
mod in_memory;
mod known;
mod left_out;
mod margin_file;
mod names;
mod notes;
mod options;
mod parquet_column;
mod parquet_table;
mod read;
mod row;
mod scale_file;
mod statistic_file;
mod table;
mod weighting_file;
mod wishes;
mod write;

pub use error::EstimateError;
pub use options::EstimateOptions;

use std::path::{Path, PathBuf};

use super::named_twice::named_twice;
use super::write_table::write_table;
use crate::statistics::NegativeWeightRule;
use crate::tables::{OutputFormat, Row};

use in_memory::{Made, StatisticRow};
use read::FileSample;
use write::CovarianceRow;

/// Reads the responses, and writes the estimates of every item, factor and index for everybody and for each level of
/// each domain, then the statistics that the design asks for. Returns sentences on what was done with the weights, and on
/// what else a reader should know: how the file was read, rows that were left out, how many have no level of a domain.
/// `progress` gets how many bytes of the responses were read.
pub fn estimate_files(options: &EstimateOptions, mut progress: impl FnMut(u64)) -> Result<Vec<String>, EstimateError> {
    let others = [&options.covariance, &options.weights, &options.replicates];
    let outputs: Vec<&Path> =
        [&options.output].into_iter().chain(others.into_iter().flatten()).map(PathBuf::as_path).collect();
    if let Some(path) = named_twice(&[&options.responses, &options.design], &outputs) {
        return Err(EstimateError::SameFile { path: path.display().to_string() });
    }
    let design = design::Design::read(&options.design)?;
    let made = Made::from_file(options, &design, &mut progress)?;
    let (given, statistics, mut notes, given_covariances) = match made {
        None => (None, Vec::new(), Vec::new(), Vec::new()),
        Some(made) => (made.estimates, made.statistics, made.notes, made.covariances),
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
            // The notes on the file itself are there already where it was read before.
            let first: Vec<String> = sample.notes.iter().filter(|said| !notes.contains(said)).cloned().collect();
            notes.extend(first);
            notes.extend(notes::notes(&design, &sample, &estimates));
            (estimates, Covariances::Of(Box::new(sample)))
        }
    };
    if design.wishes.statistics.is_empty() {
        write_all(&options.output, options.format, &estimates)?;
    } else {
        let explained = estimates.into_iter().map(|estimate| Made::explained(&design, estimate));
        let rows: Vec<StatisticRow> = explained.chain(statistics).collect();
        write_all(&options.output, options.format, &rows)?;
    }
    if let Some(path) = &options.covariance {
        match covariances {
            Covariances::Found(rows) => write_all(path, options.format, &rows)?,
            Covariances::Of(sample) => notes.extend(write::write_covariances(&design, &sample, path, options.format)?),
        }
    }
    Ok(notes)
}

fn write_all(path: &Path, format: OutputFormat, rows: &[impl Row]) -> Result<(), EstimateError> {
    write_table(path, format, rows).map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })
}

/// Covariances between levels: formed already, or yet to be read off a sample, row by row.
enum Covariances {
    Found(Vec<CovarianceRow<'static>>),
    Of(Box<FileSample>),
}

//! A file of responses, read row by row whatever its format.

use std::fs::File;
use std::path::Path;

use super::row::Reader;
use super::{EstimateError, csv_table, parquet_table};

/// Reads a file to its end: Parquet where its name ends with `.parquet`, CSV otherwise. `progress` gets the bytes read so
/// far. Returns notes on how the file is written.
pub(super) fn read_table(
    path: &Path,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<Vec<String>, EstimateError> {
    let file = File::open(path).map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
        parquet_table::read(path, file, reader, progress).map(|()| Vec::new())
    } else {
        csv_table::read(path, file, reader, progress)
    }
}

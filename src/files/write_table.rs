//! A table as a file, in the format that a command was asked for.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::tables::{Dataset, OutputFormat, Row};

/// Writes a whole table; a file that is there is replaced.
pub(super) fn write_table<R: Row>(
    path: &Path,
    format: OutputFormat,
    rows: impl IntoIterator<Item = R>,
) -> io::Result<()> {
    Dataset::new(rows).write(BufWriter::new(File::create(path)?), format).map(|_| ())
}

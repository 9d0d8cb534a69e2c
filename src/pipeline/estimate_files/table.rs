//! A file of responses as rows of fields, whatever its format.

use std::fs::File;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::EstimateError;
use super::parquet_table;

/// Rows between two reports of progress.
const ROWS_PER_REPORT: u64 = 4_096;

/// What stands in one field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field<'a> {
    /// Nothing.
    Missing,
    /// Text, without blanks around it.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
}

/// One row.
pub(super) trait Row {
    /// What stands in a column of the header.
    fn field(&self, column: usize) -> Field<'_>;
    /// Where the row is, for people: `line 7`, `row 6`.
    fn position(&self) -> String;
}

/// Takes the header and decides what to do with rows.
pub(super) trait Reader {
    /// Learns the names of the columns and says which ones it wants to see.
    fn header(&mut self, names: &[String]) -> Result<Vec<usize>, EstimateError>;
    /// Takes a row.
    fn row(&mut self, row: &impl Row) -> Result<(), EstimateError>;
}

/// Reads a file to its end: Parquet where its name ends with `.parquet`, CSV otherwise. `progress` is told the bytes read so
/// far.
pub(super) fn read_table(
    path: &Path,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<(), EstimateError> {
    let file = File::open(path).map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
        parquet_table::read(path, file, reader, progress)
    } else {
        read_csv(path, file, reader, progress)
    }
}

struct CsvRow<'a>(&'a StringRecord);

impl Row for CsvRow<'_> {
    fn field(&self, column: usize) -> Field<'_> {
        match &self.0[column] {
            "" => Field::Missing,
            text => Field::Text(text),
        }
    }

    fn position(&self) -> String {
        format!("line {}", self.0.position().map_or(0, csv::Position::line))
    }
}

fn read_csv(
    path: &Path,
    file: File,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<(), EstimateError> {
    let wrong = |cause| EstimateError::Csv { path: path.display().to_string(), cause };
    let mut lines = ReaderBuilder::new().trim(Trim::All).buffer_capacity(1 << 18).from_reader(file);
    // Spreadsheets write a byte order mark, which is no part of the first column's name.
    let names = lines.headers().map_err(wrong)?.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned());
    reader.header(&names.collect::<Vec<_>>())?;
    let mut record = StringRecord::new();
    let mut rows = 0_u64;
    while lines.read_record(&mut record).map_err(wrong)? {
        reader.row(&CsvRow(&record))?;
        rows += 1;
        if rows.is_multiple_of(ROWS_PER_REPORT) {
            progress(lines.position().byte());
        }
    }
    progress(lines.position().byte());
    Ok(())
}

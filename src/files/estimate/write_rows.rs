//! Writes rows one after the other as CSV, JSON or Parquet, in memory that does not grow with their number.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::cell::{CellKind, TableRow};
use super::write_parquet::ParquetRows;
use super::{EstimateError, OutputFormat};

/// Writes a whole table.
pub(super) fn write_all<R: TableRow>(path: &Path, format: OutputFormat, rows: &[R]) -> Result<(), EstimateError> {
    let mut writer = RowWriter::create(path, format, R::COLUMNS)?;
    rows.iter().try_for_each(|row| writer.write(row))?;
    writer.finish()
}

/// A file that is being written.
pub(super) struct RowWriter {
    path: PathBuf,
    sink: Sink,
}

enum Sink {
    Csv(csv::Writer<BufWriter<File>>),
    /// And whether a row was written.
    Json(BufWriter<File>, bool),
    Parquet(ParquetRows<BufWriter<File>>),
}

impl RowWriter {
    /// Begins a file of these columns; one that is there is replaced.
    pub(super) fn create(
        path: &Path,
        format: OutputFormat,
        columns: &'static [(&'static str, CellKind)],
    ) -> Result<Self, EstimateError> {
        let open = || -> std::io::Result<Sink> {
            let file = BufWriter::new(File::create(path)?);
            Ok(match format {
                OutputFormat::Csv => {
                    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
                    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(std::io::Error::other)?;
                    Sink::Csv(writer)
                }
                OutputFormat::Json => Sink::Json(file, false),
                OutputFormat::Parquet => {
                    Sink::Parquet(ParquetRows::create(file, columns).map_err(std::io::Error::other)?)
                }
            })
        };
        let sink = open().map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })?;
        Ok(Self { path: path.to_owned(), sink })
    }

    /// Writes a row.
    pub(super) fn write(&mut self, row: &impl TableRow) -> Result<(), EstimateError> {
        let written = match &mut self.sink {
            Sink::Csv(writer) => writer.serialize(row.cells()).map_err(std::io::Error::other),
            Sink::Json(file, has_rows) => {
                let separator: &[u8] = if std::mem::replace(has_rows, true) { b",\n  " } else { b"[\n  " };
                // A line break within a text is escaped.
                let object = serde_json::to_string_pretty(row).map(|object| object.replace('\n', "\n  "));
                let object = object.map_err(std::io::Error::other);
                object.and_then(|object| file.write_all(separator).and_then(|()| file.write_all(object.as_bytes())))
            }
            Sink::Parquet(rows) => rows.push(&row.cells()).map_err(std::io::Error::other),
        };
        written.map_err(|cause| self.error(cause))
    }

    /// Writes what is left, and ends the file.
    pub(super) fn finish(self) -> Result<(), EstimateError> {
        let path = self.path;
        let finished = match self.sink {
            Sink::Csv(mut writer) => writer.flush(),
            Sink::Json(mut file, has_rows) => {
                let end: &[u8] = if has_rows { b"\n]" } else { b"[]" };
                file.write_all(end).and_then(|()| file.flush())
            }
            Sink::Parquet(rows) => rows.finish().map_err(std::io::Error::other),
        };
        finished.map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })
    }

    fn error(&self, cause: std::io::Error) -> EstimateError {
        EstimateError::File { path: self.path.display().to_string(), cause }
    }
}

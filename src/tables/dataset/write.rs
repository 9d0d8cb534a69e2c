//! Writes rows one after the other as CSV, JSON or Parquet, in memory that does not grow with their number.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::cell::Cell;
use super::column::Column;
use super::formula::guarded;
use super::row::Row;
use super::write_parquet::ParquetRows;

/// How rows are written.
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

/// A table that is being written.
pub struct RowWriter<W: Write + Send> {
    columns: Vec<Column>,
    sink: Sink<W>,
}

enum Sink<W: Write + Send> {
    Csv(csv::Writer<W>),
    /// And whether a row was written.
    Json(W, bool),
    Parquet(ParquetRows<W>),
}

impl<W: Write + Send> RowWriter<W> {
    /// Begins a table of these columns.
    pub fn new(sink: W, format: OutputFormat, columns: Vec<Column>) -> io::Result<Self> {
        let sink = match format {
            OutputFormat::Csv => {
                let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(sink);
                writer.write_record(columns.iter().map(|column| column.id.as_ref()))?;
                Sink::Csv(writer)
            }
            OutputFormat::Json => Sink::Json(sink, false),
            OutputFormat::Parquet => Sink::Parquet(ParquetRows::new(sink, &columns).map_err(io::Error::other)?),
        };
        Ok(Self { columns, sink })
    }

    /// Writes a row.
    pub fn write(&mut self, row: &impl Row) -> io::Result<()> {
        self.write_cells(row.cells())
    }

    /// Writes the values of a row. Those that do not fit the columns are refused, whatever the format.
    pub fn write_cells(&mut self, mut cells: Vec<Cell<'_>>) -> io::Result<()> {
        fit(&self.columns, &mut cells)?;
        match &mut self.sink {
            Sink::Csv(writer) => {
                let guards: Vec<Option<String>> = cells.iter().map(|cell| guarded(cell.text()?)).collect();
                let cells = cells.iter().zip(&guards).map(|(cell, guard)| match guard {
                    Some(text) => Cell::Text(Some(text)),
                    None => *cell,
                });
                writer.serialize(cells.collect::<Vec<_>>()).map_err(io::Error::other)
            }
            Sink::Json(file, has_rows) => {
                let separator: &[u8] = if std::mem::replace(has_rows, true) { b",\n  " } else { b"[\n  " };
                let object = serde_json::to_string_pretty(&Object { columns: &self.columns, cells: &cells })?;
                file.write_all(separator)?;
                // A line break within a text is escaped.
                file.write_all(object.replace('\n', "\n  ").as_bytes())
            }
            Sink::Parquet(rows) => rows.push(&cells).map_err(io::Error::other),
        }
    }

    /// Writes what is left, and returns where it was written to.
    pub fn finish(self) -> io::Result<W> {
        let mut sink = match self.sink {
            Sink::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error)?,
            Sink::Json(mut file, has_rows) => {
                file.write_all(if has_rows { b"\n]" } else { b"[]" })?;
                file
            }
            Sink::Parquet(rows) => rows.finish().map_err(io::Error::other)?,
        };
        sink.flush()?;
        Ok(sink)
    }
}

/// Refuses values that are not one for each column and of its kind; a number that is not finite becomes a missing one.
fn fit(columns: &[Column], cells: &mut [Cell<'_>]) -> io::Result<()> {
    if cells.len() != columns.len() {
        let (found, wanted) = (cells.len(), columns.len());
        return Err(io::Error::other(format!("a row of {found} values does not fit {wanted} columns")));
    }
    for (column, cell) in columns.iter().zip(cells) {
        if !cell.is(column.kind) {
            return Err(io::Error::other(format!("a value of {} is of another kind than its column", column.id)));
        }
        *cell = cell.finite();
    }
    Ok(())
}

/// A row as JSON: an object of the columns' names.
struct Object<'a> {
    columns: &'a [Column],
    cells: &'a [Cell<'a>],
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            object.serialize_entry(&column.id, cell)?;
        }
        object.end()
    }
}

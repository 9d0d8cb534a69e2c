//! A table that goes out as a whole, from which every format is made.

use std::io::{self, Write};

use super::column::{Column, Figure, Unit};
use super::csvw::csvw;
use super::row::Row;
use super::write::{OutputFormat, RowWriter};

/// Rows under their columns.
#[derive(Debug, Clone)]
pub struct Dataset<I> {
    columns: Vec<Column>,
    rows: I,
}

impl<R: Row, I: IntoIterator<Item = R>> Dataset<I> {
    /// Rows under the columns that they know.
    #[must_use]
    pub fn new(rows: I) -> Self {
        Self { columns: R::columns(), rows }
    }

    /// The same where all rows are of one statistic, which people read so: its columns then have that unit and those decimals.
    #[must_use]
    pub fn of_one_statistic(mut self, figure: Figure) -> Self {
        let of_statistic = |column: &&mut Column| column.concept.figure.unit == Unit::OfStatistic;
        self.columns.iter_mut().filter(of_statistic).for_each(|column| column.concept.figure = figure);
        self
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What the columns are, as metadata of the CSV file at `address`.
    #[must_use]
    pub fn csvw(&self, address: &str) -> serde_json::Value {
        csvw(&self.columns, address)
    }

    /// Writes all rows, and returns where they were written to.
    pub fn write<W: Write + Send>(self, sink: W, format: OutputFormat) -> io::Result<W> {
        let mut writer = RowWriter::new(sink, format, self.columns)?;
        for row in self.rows {
            writer.write(&row)?;
        }
        writer.finish()
    }
}

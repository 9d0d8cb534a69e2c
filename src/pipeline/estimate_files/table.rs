//! A file of responses as rows of fields, whatever its format.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::EstimateError;
use super::parquet_table;

/// Rows that are parsed together.
const ROWS_PER_BATCH: usize = 256;
/// Batches that may wait to be taken.
pub(super) const BATCHES_AHEAD: usize = 4;

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

/// Rows that were parsed together, and the bytes read until then.
type Batch = Result<(Vec<StringRecord>, u64), csv::Error>;

/// Parses on a thread of its own, a few batches ahead of `reader`.
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
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    let (give_back, used) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || parse(&mut lines, &sender, &used));
        // Leaving early drops the receiver, which ends the thread.
        for batch in batches {
            let (records, bytes) = batch.map_err(wrong)?;
            records.iter().try_for_each(|record| reader.row(&CsvRow(record)))?;
            progress(bytes);
            // The thread may have ended by now and need no more records.
            drop(give_back.send(records));
        }
        Ok(())
    })
}

/// Parses all rows, into records that were used before where there are some.
fn parse(lines: &mut csv::Reader<File>, sender: &SyncSender<Batch>, used: &Receiver<Vec<StringRecord>>) {
    loop {
        let mut records = used.try_recv().unwrap_or_default();
        records.resize_with(ROWS_PER_BATCH, StringRecord::new);
        let mut filled = 0;
        while filled < ROWS_PER_BATCH {
            match lines.read_record(&mut records[filled]) {
                Ok(true) => filled += 1,
                Ok(false) => break,
                Err(cause) => {
                    // The rows before it come first: theirs may be the first mistake.
                    records.truncate(filled);
                    drop(sender.send(Ok((records, lines.position().byte()))));
                    return drop(sender.send(Err(cause)));
                }
            }
        }
        records.truncate(filled);
        let is_last = filled < ROWS_PER_BATCH;
        if sender.send(Ok((records, lines.position().byte()))).is_err() || is_last {
            return;
        }
    }
}

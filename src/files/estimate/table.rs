//! A file of responses as rows of fields, whatever its format.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use csv::StringRecord;

use super::EstimateError;
use super::parquet_table;
use crate::tables::{CsvRowError, CsvRows, uneven_row};

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

/// What can be seen of an answer without a closer look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// Nothing stands there.
    Nothing,
    /// A small whole number.
    Value(i8),
    /// Something else, which need not be wrong.
    Other,
}

/// One row.
pub(super) trait Row {
    /// What stands in a column of the header.
    fn field(&self, column: usize) -> Field<'_>;
    /// What a column plainly holds.
    fn plain(&self, column: usize) -> Plain;
    /// Appends bytes that are the same for two rows of a file only where the same stands in their columns.
    fn push_key(&self, column: usize, key: &mut Vec<u8>);
    /// Where the row is, for people: `line 7`, `row 6`.
    fn position(&self) -> String;
    /// Whether numbers that are written as text may have a decimal comma.
    fn has_decimal_comma(&self) -> bool {
        false
    }
}

/// A column that a reader wants to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Its place in the header.
    pub column: usize,
    /// Whether its ratings are asked for.
    pub has_ratings: bool,
}

/// Takes the header and decides what to do with rows.
pub(super) trait Reader {
    /// Learns the names of the columns and says which ones it wants to see.
    fn header(&mut self, names: &[String]) -> Result<Vec<Wanted>, EstimateError>;
    /// Takes a row.
    fn row(&mut self, row: &impl Row) -> Result<(), EstimateError>;
}

/// Reads a file to its end: Parquet where its name ends with `.parquet`, CSV otherwise. `progress` is told the bytes read so
/// far. Returns what people should know of how the file is written.
pub(super) fn read_table(
    path: &Path,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<Vec<String>, EstimateError> {
    let file = File::open(path).map_err(|cause| EstimateError::File { path: path.display().to_string(), cause })?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
        parquet_table::read(path, file, reader, progress).map(|()| Vec::new())
    } else {
        read_csv(path, file, reader, progress)
    }
}

/// What no text holds: in UTF-8 there is no such byte.
pub(super) const KEY_END: u8 = u8::MAX;

/// What a text plainly is, without blanks around it.
pub(super) fn plain(text: &[u8]) -> Plain {
    match text {
        [] => Plain::Nothing,
        [digit @ b'0'..=b'9'] => Plain::Value((digit - b'0').cast_signed()),
        b"10" => Plain::Value(10),
        _ => Plain::Other,
    }
}

/// A row of CSV and the line that it begins on.
type CsvLine = (u64, StringRecord);

struct CsvRow<'a> {
    line: &'a CsvLine,
    has_decimal_comma: bool,
}

impl CsvRow<'_> {
    /// A cell; a row may lack those of columns without a name at its end.
    fn cell(&self, column: usize) -> &str {
        self.line.1.get(column).unwrap_or_default()
    }
}

impl Row for CsvRow<'_> {
    fn field(&self, column: usize) -> Field<'_> {
        match self.cell(column).trim() {
            "" => Field::Missing,
            text => Field::Text(text),
        }
    }

    fn plain(&self, column: usize) -> Plain {
        plain(self.cell(column).as_bytes())
    }

    fn push_key(&self, column: usize, key: &mut Vec<u8>) {
        key.extend_from_slice(self.cell(column).as_bytes());
        key.push(KEY_END);
    }

    fn position(&self) -> String {
        format!("line {}", self.line.0)
    }

    fn has_decimal_comma(&self) -> bool {
        self.has_decimal_comma
    }
}

/// Rows that were parsed together, how many they are, and the bytes read until then.
type Batch = Result<(Vec<CsvLine>, usize, u64), EstimateError>;

/// Parses on a thread of its own, a few batches ahead of `reader`.
fn read_csv(
    path: &Path,
    file: File,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<Vec<String>, EstimateError> {
    let mut rows = CsvRows::new(file);
    let mut header = StringRecord::new();
    match rows.read(&mut header) {
        None => return Err(wrong(path, 1, "the file is empty; it must begin with a header")),
        Some(Err(error)) => return Err(unreadable((path, &[]), rows.line(), error)),
        Some(Ok(_)) => {}
    }
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    reader.header(&names)?;
    let width = names.len();
    // Rows may lack the cells of columns without a name at the end.
    let named_until = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let has_decimal_comma = rows.has_decimal_comma();
    let mut told = rows.told();
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    let (give_back, used) = channel();
    std::thread::scope(|scope| {
        let names = &names;
        let parsing = scope.spawn(move || {
            parse((path, names), &mut rows, &sender, &used);
            rows.blank_rows()
        });
        // Leaving early drops the receiver, which ends the thread.
        for batch in batches {
            let (lines, filled, bytes) = batch?;
            for line in &lines[..filled] {
                if line.1.len() != width && !is_fit(&line.1, named_until, width) {
                    return Err(wrong(path, line.0, uneven_row(line.1.len(), names)));
                }
                reader.row(&CsvRow { line, has_decimal_comma })?;
            }
            progress(bytes);
            // The thread may have ended by now and need no more records.
            drop(give_back.send(lines));
        }
        match parsing.join() {
            Ok(0) | Err(_) => {}
            Ok(blank) => told.push(format!("{blank} row(s) of blanks only are passed over.")),
        }
        Ok(told)
    })
}

/// Whether a row has all columns that are named, and nothing behind the last one.
fn is_fit(cells: &StringRecord, named: usize, width: usize) -> bool {
    cells.len() >= named && cells.iter().skip(width).all(|cell| cell.trim().is_empty())
}

/// Parses all rows, into records that were used before where there are some.
fn parse(
    (path, names): (&Path, &[String]),
    rows: &mut CsvRows<File>,
    sender: &SyncSender<Batch>,
    used: &Receiver<Vec<CsvLine>>,
) {
    loop {
        let mut lines = used.try_recv().unwrap_or_default();
        lines.resize_with(ROWS_PER_BATCH, CsvLine::default);
        let mut filled = 0;
        let mut error = None;
        while let Some((line, record)) = lines.get_mut(filled) {
            match rows.read(record) {
                Some(Ok(found)) => (*line, filled) = (found, filled + 1),
                Some(Err(cause)) => {
                    error = Some(unreadable((path, names), rows.line(), cause));
                    break;
                }
                None => break,
            }
        }
        let is_last = filled < ROWS_PER_BATCH;
        // The rows before an error come first: theirs may be the first mistake.
        if sender.send(Ok((lines, filled, rows.bytes()))).is_err() || is_last {
            return error.into_iter().for_each(|error| drop(sender.send(Err(error))));
        }
    }
}

fn wrong(path: &Path, line: u64, message: impl Into<String>) -> EstimateError {
    EstimateError::Csv { path: path.display().to_string(), line, message: message.into() }
}

fn unreadable((path, names): (&Path, &[String]), line: u64, error: CsvRowError) -> EstimateError {
    match error {
        CsvRowError::Unreadable(message) => wrong(path, line, message),
        CsvRowError::NotUtf8(cell) => {
            let column = names.get(cell).filter(|name| !name.is_empty());
            let place = column.map_or_else(|| format!("cell {}", cell + 1), |name| format!("column {name:?}"));
            wrong(path, line, format!("{place}: {}", CsvRowError::NOT_UTF8))
        }
    }
}

//! Rows from a CSV file.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use csv::StringRecord;

use super::EstimateError;
use super::row::{BATCHES_AHEAD, Field, KEY_END, Plain, Reader, Row, plain};
use crate::tables::{CsvRowError, CsvRows, uneven_row};

/// Rows that are parsed together.
const ROWS_PER_BATCH: usize = 256;

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

/// Reads a file to its end; parses on a thread of its own, a few batches ahead of `reader`. `progress` gets the bytes read so far.
/// Returns notes on how the file is written.
pub(super) fn read(
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
    let mut notes = rows.told();
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
            Ok(blank) => notes.push(format!("{blank} blank row(s) are skipped.")),
        }
        Ok(notes)
    })
}

/// Whether a row has all columns that are named, and nothing after the last one.
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

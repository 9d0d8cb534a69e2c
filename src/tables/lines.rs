//! The rows of a CSV file, whatever parts its cells and ends its lines, each with its line; one that does not end is an error.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use csv::{ByteRecord, StringRecord, Terminator};

use super::clean::clean_record;
use super::further_headers::FurtherHeaders;
use super::layout::{HEAD_LENGTH, Layout};

/// The longest row, in bytes (give or take a buffer); a quote that is never closed would take in the whole file.
pub(super) const ROW_LENGTH_MAX: usize = 1 << 22;
/// Follows the last line end of a file: a row of its own, unless a quote is still open.
const END: &str = "\u{1f}end of file\u{1f}\n";

/// What was looked at of a file and the rest of it, with one kind of line end, and an end of its last line.
type Lines<R> = Chain<UnixLines<Chain<Cursor<Vec<u8>>, R>>, &'static [u8]>;

/// Reads the rows of a CSV file, its header the first of them; UTF-8, with or without byte order mark.
///
/// Cells are separated by what the header says (`,`, `;` or a tab), or a line `sep=;` before it. Rows of blanks only are passed
/// over and counted. Texts come as [`super::clean`] makes them.
pub struct CsvRows<R> {
    reader: csv::Reader<Lines<R>>,
    raw: ByteRecord,
    line: u64,
    ended: bool,
    layout: Layout,
    /// Why nothing is read of the file; told once.
    refusal: Option<String>,
    /// Whether the line that names the separator is still to come.
    awaits_separator_line: bool,
    further_headers: FurtherHeaders,
    blank_rows: u64,
}

/// Why a row cannot be read.
#[derive(Debug)]
pub enum CsvRowError {
    /// A cell is not UTF-8; its position in the row. Reading can go on.
    NotUtf8(usize),
    /// The file breaks off here, and why.
    Unreadable(String),
}

impl CsvRowError {
    /// What is wrong with a cell that is not UTF-8, and how to mend it.
    pub const NOT_UTF8: &str = "this is not UTF-8 but perhaps windows-1258 or windows-1252, which Excel writes as plain \"CSV\"; \
                                save the file as \"CSV UTF-8\"";
}

impl<R: Read> CsvRows<R> {
    /// The rows of a file. What it is that is no such file is told by the first [`CsvRows::read`].
    pub fn new(mut reader: R) -> Self {
        let mut head = Vec::new();
        let read = reader.by_ref().take(HEAD_LENGTH as u64).read_to_end(&mut head).map_err(|error| error.to_string());
        let plain = Layout { separator: b',', has_separator_line: false, ends_lines_with_returns: false };
        let (layout, refusal) = match read.and_then(|_| Layout::of(&head)) {
            Ok(layout) => (layout, None),
            Err(refusal) => (plain, Some(refusal)),
        };
        let further_headers = FurtherHeaders::of(&head, layout);
        let lines = UnixLines::new(Cursor::new(head).chain(reader), layout.ends_lines_with_returns);
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(layout.separator)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(lines.chain(END.as_bytes()));
        let awaits_separator_line = layout.has_separator_line;
        let raw = ByteRecord::new();
        let (line, ended, blank_rows) = (0, false, 0);
        Self { reader, raw, line, ended, layout, refusal, awaits_separator_line, further_headers, blank_rows }
    }

    /// What parts the cells.
    #[must_use]
    pub fn separator(&self) -> char {
        self.layout.separator.into()
    }

    /// What people should know of how the file is written, in sentences: a separator that is not the comma, rows of headers.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let separator = match self.separator() {
            ',' => None,
            '\t' => Some("tabs".to_owned()),
            separator => Some(format!("`{separator}`")),
        };
        let separated = |by| format!("Cells are separated by {by}, so numbers may have a decimal comma.");
        separator.map(separated).into_iter().chain(self.further_headers.told()).collect()
    }

    /// Whether numbers may have a decimal comma: where commas do not part cells.
    #[must_use]
    pub fn has_decimal_comma(&self) -> bool {
        self.layout.separator != b','
    }

    /// How many rows of blanks only were passed over.
    #[must_use]
    pub fn blank_rows(&self) -> u64 {
        self.blank_rows
    }

    /// Reads the next row into `cells` and says on which line it begins; nothing at the end of the file. After an error of the
    /// file itself nothing more comes.
    pub fn read(&mut self, cells: &mut StringRecord) -> Option<Result<u64, CsvRowError>> {
        if let Some(refusal) = self.refusal.take() {
            (self.ended, self.line) = (true, 1);
            return Some(Err(CsvRowError::Unreadable(refusal)));
        }
        loop {
            let read = self.read_any(cells)?;
            if std::mem::take(&mut self.awaits_separator_line) && read.is_ok() {
                continue;
            }
            // The first byte that is no blank ends the look.
            if read.is_ok() && cells.as_slice().bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
                self.blank_rows += 1;
                continue;
            }
            if self.further_headers.is_one_now() && read.is_ok() {
                continue;
            }
            if read.is_ok() {
                clean_record(cells);
            }
            return Some(read);
        }
    }

    /// Reads the next row, whatever it is.
    fn read_any(&mut self, cells: &mut StringRecord) -> Option<Result<u64, CsvRowError>> {
        if self.ended {
            return None;
        }
        self.raw = std::mem::take(cells).into_byte_record();
        self.reader.get_mut().get_mut().0.row_length = 0;
        match self.reader.read_byte_record(&mut self.raw) {
            Ok(true) => {}
            Ok(false) => {
                self.ended = true;
                return None;
            }
            Err(error) => {
                self.ended = true;
                self.line = self.reader.position().line();
                return Some(Err(CsvRowError::Unreadable(error.to_string())));
            }
        }
        // The reader stands behind the row's last line end; blank lines before the row make its own position useless.
        #[expect(clippy::naive_bytecount, reason = "rows are short, and processors count bytes side by side")]
        let lines = 1 + self.raw.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line = self.reader.position().line().saturating_sub(lines);
        if self.raw.as_slice().ends_with(END.trim_end().as_bytes()) && self.raw.len() == 1 {
            self.ended = true;
            return None;
        }
        if self.raw.as_slice().ends_with(END.as_bytes()) {
            self.ended = true;
            // The row has a line end more than other rows, that of the end.
            self.line += 1;
            let message = "the row begins a quote that is not closed before the end of the file";
            return Some(Err(CsvRowError::Unreadable(message.to_owned())));
        }
        match StringRecord::from_byte_record(std::mem::take(&mut self.raw)) {
            Ok(record) => {
                *cells = record;
                Some(Ok(self.line))
            }
            Err(error) => {
                let field = error.utf8_error().field();
                self.raw = error.into_byte_record();
                Some(Err(CsvRowError::NotUtf8(field)))
            }
        }
    }

    /// The line on which the last row began, or on which the file broke off.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes of the file were read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let end = if self.ended { END.len() as u64 } else { 0 };
        (self.reader.position().byte() + self.reader.get_ref().get_ref().0.dropped).saturating_sub(end)
    }

    /// The bytes of the row that was not UTF-8.
    #[must_use]
    pub fn raw(&self) -> &ByteRecord {
        &self.raw
    }
}

/// Drops the carriage return of Windows line ends and ends the last line, so that lines can be counted by `\n` alone.
struct UnixLines<R> {
    inner: BufReader<R>,
    /// Whether a carriage return alone ends a line, too.
    ends_with_returns: bool,
    last: u8,
    /// Bytes given out since the reader began its row.
    row_length: usize,
    /// Bytes that were not given out.
    dropped: u64,
}

impl<R: Read> UnixLines<R> {
    fn new(inner: R, ends_with_returns: bool) -> Self {
        let inner = BufReader::with_capacity(1 << 16, inner);
        Self { inner, ends_with_returns, last: b'\n', row_length: 0, dropped: 0 }
    }
}

impl<R: Read> Read for UnixLines<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.row_length > ROW_LENGTH_MAX {
            let message = "the row does not end within 4 MiB; is a quote not closed?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let read = self.read_lines(target)?;
        self.row_length += read;
        Ok(read)
    }
}

impl<R: Read> UnixLines<R> {
    fn read_lines(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written == 0 && !target.is_empty() {
            let source = self.inner.fill_buf()?;
            if source.is_empty() {
                if self.last == b'\n' {
                    return Ok(0);
                }
                self.last = b'\n';
                target[0] = b'\n';
                return Ok(1);
            }
            let size = source.len().min(target.len());
            if self.last != b'\r' && !source[..size].contains(&b'\r') {
                target[..size].copy_from_slice(&source[..size]);
                self.last = source[size - 1];
                self.inner.consume(size);
                return Ok(size);
            }
            // A carriage return is held back until the next byte is known; that may need room for one byte more.
            let mut read = 0;
            while let Some(&byte) = source.get(read) {
                let held = self.last == b'\r' && byte != b'\n';
                let shown = byte != b'\r';
                if written + usize::from(held) + usize::from(shown) > target.len() {
                    break;
                }
                if held {
                    target[written] = if self.ends_with_returns { b'\n' } else { b'\r' };
                    written += 1;
                }
                if shown {
                    target[written] = byte;
                    written += 1;
                }
                self.last = byte;
                read += 1;
            }
            self.inner.consume(read);
            self.dropped += read.saturating_sub(written) as u64;
            if read == 0 {
                break;
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (u64, String) {
        let mut rows = CsvRows::new(text.as_bytes());
        loop {
            match rows.read(&mut StringRecord::new()) {
                Some(Ok(_)) => {}
                Some(Err(CsvRowError::Unreadable(message))) => return (rows.line(), message),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_an_error_and_swallows_no_rows() {
        for text in
            ["a,b\n1,2\n\n3,\"4\n5,6\n7,8", "a,b\n1,2\n\n3,\"4\n5,6\n", "a,b\r\n1,2\r\n\r\n3,\"\"\"4\r\n5,6\r\n"]
        {
            let (line, message) = error(text);
            assert_eq!((line, message.contains("quote")), (4, true), "{text}: {message}");
        }
    }

    #[test]
    fn all_bytes_of_the_file_were_read_at_its_end_and_no_more() {
        for text in ["", "a,b\n1,2\n", "a,b\r\n1,\"2\r\n\"\r\n"] {
            let mut rows = CsvRows::new(text.as_bytes());
            while let Some(row) = rows.read(&mut StringRecord::new()) {
                row.unwrap();
            }
            assert_eq!(rows.bytes(), text.len() as u64, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn windows_line_ends_are_dropped_however_the_bytes_arrive(text in "[a\r\n]{0,40}", size in 2_usize..5) {
            let mut read = Vec::new();
            let mut lines = UnixLines::new(text.as_bytes(), false);
            let mut window = vec![0; size];
            loop {
                let read_now = lines.read(&mut window).unwrap();
                if read_now == 0 {
                    break;
                }
                read.extend_from_slice(&window[..read_now]);
            }
            let mut expected = text.replace("\r\n", "\n");
            if !expected.is_empty() && !expected.ends_with('\n') {
                expected = format!("{}\n", expected.strip_suffix('\r').unwrap_or(&expected));
            }
            proptest::prop_assert_eq!(String::from_utf8(read).unwrap(), expected);
        }
    }
}

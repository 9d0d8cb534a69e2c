//! CSV files with a header, read so that every finding can name its line and column.

use std::io::{self, BufRead, BufReader, Read};

use csv::{ByteRecord, StringRecord, Terminator};

use super::{Finding, Findings};

/// A CSV file with a header line; UTF-8, with or without byte order mark, with Unix or Windows line ends.
pub struct Table<R> {
    reader: csv::Reader<UnixLines<R>>,
    columns: Vec<String>,
    raw: ByteRecord,
    line: u64,
    ended: bool,
}

/// Where a cell is: `line 12, column parent_code`.
#[must_use]
pub fn cell_path(line: u64, column: &str) -> String {
    format!("line {line}, column {column}")
}

impl<R: Read> Table<R> {
    /// The most columns that a file may have.
    pub const COLUMNS_MAX: usize = 1_000;
    /// The longest row, in bytes (give or take a buffer); a quote that is never closed would take in the whole file.
    pub const ROW_LENGTH_MAX: usize = 1 << 20;

    /// Reads the header: `missing` when the file is empty, `duplicate` when two columns have one name, `too_many`,
    /// `not_utf8`, `unreadable`.
    pub fn open(reader: R) -> Result<Self, Findings> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(UnixLines::new(reader));
        let mut table = Self { reader, columns: Vec::new(), raw: ByteRecord::new(), line: 0, ended: false };
        let mut header = StringRecord::new();
        match table.read_row(&mut header) {
            None => {
                return Err(Finding::new("line 1", "missing", "the file is empty; it must begin with a header").into());
            }
            Some(Err(finding)) => return Err(finding.into()),
            Some(Ok(_)) => {}
        }
        if header.len() > Self::COLUMNS_MAX {
            let message = format!("the file has {} columns; at most {} are read", header.len(), Self::COLUMNS_MAX);
            return Err(Finding::new("line 1", "too_many", message).into());
        }
        table.columns = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut findings = Findings::default();
        for (position, name) in table.columns.iter().enumerate() {
            if table.columns[..position].contains(name) {
                findings.push(cell_path(1, name), "duplicate", "there are two columns of this name");
            }
        }
        findings.into_result(table)
    }

    /// The names of the columns, in the file's order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The position of the column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Reads the next row into `cells` and says on which line it begins; nothing at the end of the file.
    ///
    /// A row that is not UTF-8 is a finding (its bytes are then in [`Table::raw`]) and reading can go on after it; after
    /// an error of the file itself nothing more comes.
    pub fn read_row(&mut self, cells: &mut StringRecord) -> Option<Result<u64, Finding>> {
        if self.ended {
            return None;
        }
        self.raw = std::mem::take(cells).into_byte_record();
        self.reader.get_mut().row_length = 0;
        match self.reader.read_byte_record(&mut self.raw) {
            Ok(true) => {}
            Ok(false) => {
                self.ended = true;
                return None;
            }
            Err(error) => {
                self.ended = true;
                self.line = self.reader.position().line();
                return Some(Err(Finding::new(format!("line {}", self.line), "unreadable", error.to_string())));
            }
        }
        // The reader stands behind the row's last line end; blank lines before the row make its own position useless.
        let lines = self.raw.as_slice().split(|byte| *byte == b'\n').count() as u64;
        self.line = self.reader.position().line().saturating_sub(lines);
        match StringRecord::from_byte_record(std::mem::take(&mut self.raw)) {
            Ok(record) => {
                *cells = record;
                Some(Ok(self.line))
            }
            Err(error) => {
                let column = self.columns.get(error.utf8_error().field()).map_or("?", String::as_str);
                let path = cell_path(self.line, column);
                self.raw = error.into_byte_record();
                Some(Err(Finding::new(path, "not_utf8", "this is not UTF-8; save the file as \"CSV UTF-8\"")))
            }
        }
    }

    /// The line on which the last row began, or on which the file broke off.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
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
    last: u8,
    /// Bytes given out since the reader began its row.
    row_length: usize,
}

impl<R: Read> UnixLines<R> {
    fn new(inner: R) -> Self {
        Self { inner: BufReader::with_capacity(1 << 16, inner), last: b'\n', row_length: 0 }
    }
}

impl<R: Read> Read for UnixLines<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.row_length > Table::<R>::ROW_LENGTH_MAX {
            let message = "the row does not end within a mebibyte; is a quote not closed?";
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
                    target[written] = b'\r';
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

    fn rows(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut table = Table::open(bytes).unwrap();
        let mut cells = StringRecord::new();
        let mut rows = Vec::new();
        while let Some(line) = table.read_row(&mut cells) {
            rows.push((line.unwrap(), cells.iter().map(str::to_owned).collect()));
        }
        rows
    }

    #[test]
    fn rows_know_their_line_with_any_line_end_blank_lines_and_cells_of_several_lines() {
        let expected = [(2, ["1", "x"]), (4, ["2", "y\nz"]), (6, ["3", "w"])];
        let expected = expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()));
        let unix = "a,b\n1,x\n\n2,\"y\nz\"\n3,w\n";
        for text in [unix.to_owned(), unix.trim_end().to_owned(), unix.replace('\n', "\r\n"), format!("\u{feff}{unix}")]
        {
            assert_eq!(rows(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_column() {
        let table = Table::open("\u{feff}code,level\n".as_bytes()).unwrap();
        assert_eq!(table.columns(), ["code", "level"]);
    }

    #[test]
    fn a_header_that_is_missing_or_names_a_column_twice_is_refused() {
        assert_eq!(Table::open(&b""[..]).err().unwrap().0[0].code, "missing");
        assert_eq!(Table::open(&b"a,b,a\n"[..]).err().unwrap().0[0].path, "line 1, column a");
        let header = |columns: usize| (0..columns).map(|c| format!("c{c}")).collect::<Vec<_>>().join(",");
        assert!(Table::open(header(1_000).as_bytes()).is_ok());
        assert_eq!(Table::open(header(1_001).as_bytes()).err().unwrap().0[0].code, "too_many");
    }

    #[test]
    fn a_row_of_a_mebibyte_is_read_and_a_quote_that_is_never_closed_is_not() {
        let row = |length: usize| format!("a,b\n1,\"{}\"\n2,x\n", "y".repeat(length));
        assert_eq!(rows(row(1 << 20).as_bytes()).len(), 2);
        let text = row((1 << 20) + (1 << 16));
        let mut table = Table::open(text.as_bytes()).unwrap();
        let mut cells = StringRecord::new();
        assert_eq!(table.read_row(&mut cells).unwrap().unwrap_err().code, "unreadable");
        assert_eq!(table.read_row(&mut cells), None);
    }

    #[test]
    fn reading_goes_on_after_a_row_that_is_not_utf8() {
        let mut table = Table::open(&b"a,b\n1,\xff\n2,y\n"[..]).unwrap();
        let mut cells = StringRecord::new();
        let finding = table.read_row(&mut cells).unwrap().unwrap_err();
        assert_eq!((finding.path.as_str(), finding.code), ("line 2, column b", "not_utf8"));
        assert_eq!(table.raw().get(1), Some(&b"\xff"[..]));
        assert_eq!(table.read_row(&mut cells), Some(Ok(3)));
        assert_eq!(table.read_row(&mut cells), None);
    }

    proptest::proptest! {
        #[test]
        fn windows_line_ends_are_dropped_however_the_bytes_arrive(text in "[a\r\n]{0,40}", size in 2_usize..5) {
            let mut read = Vec::new();
            let mut lines = UnixLines::new(text.as_bytes());
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

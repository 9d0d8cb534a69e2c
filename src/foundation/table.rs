//! CSV files with a header, read so that every finding can name its line and column.

use std::io::Read;

use csv::{ByteRecord, StringRecord};
use icu_normalizer::ComposingNormalizerBorrowed;

use super::csv_lines::ROW_LENGTH_MAX;
use super::{CsvRowError, CsvRows, Finding, Findings};

/// A CSV file with a header line; UTF-8, with or without byte order mark, with Unix or Windows line ends.
pub struct Table<R> {
    rows: CsvRows<R>,
    columns: Vec<String>,
}

/// The text with each letter and its marks as one character (NFC). Some programs write them apart, and what looks the same must be
/// the same.
#[must_use]
pub fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
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
    pub const ROW_LENGTH_MAX: usize = ROW_LENGTH_MAX;

    /// Reads the header: `missing` when the file is empty, `duplicate` when two columns have one name, `too_many`,
    /// `not_utf8`, `unreadable`.
    pub fn open(reader: R) -> Result<Self, Findings> {
        let mut table = Self { rows: CsvRows::new(reader), columns: Vec::new() };
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
        table.columns = header.iter().map(|name| composed(name.trim())).collect();
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
        let name = composed(name);
        self.columns.iter().position(|column| *column == name)
    }

    /// Reads the next row into `cells` and says on which line it begins; nothing at the end of the file.
    ///
    /// A row that is not UTF-8 is a finding (its bytes are then in [`Table::raw`]) and reading can go on after it; after
    /// an error of the file itself nothing more comes.
    pub fn read_row(&mut self, cells: &mut StringRecord) -> Option<Result<u64, Finding>> {
        let field = match self.rows.read(cells)? {
            Ok(line) => return Some(Ok(line)),
            Err(CsvRowError::Unreadable(message)) => {
                return Some(Err(Finding::new(format!("line {}", self.rows.line()), "unreadable", message)));
            }
            Err(CsvRowError::NotUtf8(field)) => field,
        };
        let path = cell_path(self.rows.line(), self.columns.get(field).map_or("?", String::as_str));
        Some(Err(Finding::new(path, "not_utf8", "this is not UTF-8; save the file as \"CSV UTF-8\"")))
    }

    /// The line on which the last row began, or on which the file broke off.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.rows.line()
    }

    /// The bytes of the row that was not UTF-8.
    #[must_use]
    pub fn raw(&self) -> &ByteRecord {
        self.rows.raw()
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
    fn a_column_is_found_however_its_letters_are_written() {
        let (apart, together) = ("x\u{61}\u{303}", "x\u{e3}");
        for (written, wanted) in [(apart, together), (together, apart)] {
            let file = format!("code,{written}\n");
            let table = Table::open(file.as_bytes()).unwrap();
            assert_eq!(table.column(wanted), Some(1), "{written:?}");
            assert_eq!(table.columns()[1], together);
        }
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
}

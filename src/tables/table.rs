//! CSV files with a header, read so that every finding can name its line and column.

use std::collections::HashMap;
use std::io::Read;

use csv::{ByteRecord, StringRecord};

use super::lines::ROW_LENGTH_MAX;
use super::names::{ColumnMatch, GROUP_SIGNS, did_you_mean, find_column};
use super::{CsvRowError, CsvRows, clean};
use crate::foundation::{Finding, Findings};

/// A CSV file with a header line, however it is written (see [`CsvRows`]).
///
/// A column without a name is no column: nothing is read from it. Every row has as many cells as the header, and may have blank
/// ones behind them or lack those of columns without a name.
pub struct Table<R> {
    rows: CsvRows<R>,
    columns: Vec<String>,
    positions: HashMap<String, usize>,
    /// Names that more than one column has; the first of these keeps it.
    repeated: Vec<String>,
}

/// Where a cell is: `line 12, column parent_code`.
#[must_use]
pub fn cell_path(line: u64, column: &str) -> String {
    format!("line {line}, column {column}")
}

/// What is wrong with a row that has more or fewer cells than there are columns, and what to look for.
#[must_use]
pub fn uneven_row(found: usize, columns: &[String]) -> String {
    let wanted = columns.len();
    let hint = match columns.get(found) {
        Some(column) => format!("{column:?} and what comes behind it has none"),
        None => "a text that holds what parts cells must stand in quotes".to_owned(),
    };
    format!("the row has {found} cells, the header {wanted}; {hint}")
}

impl<R: Read> Table<R> {
    /// The most columns that a file may have.
    pub const COLUMNS_MAX: usize = 20_000;
    /// The longest row, in bytes (give or take a buffer); a quote that is never closed would take in the whole file.
    pub const ROW_LENGTH_MAX: usize = ROW_LENGTH_MAX;

    /// Reads the header: `missing` when the file is empty, `duplicate` when two columns have one name, `too_many`,
    /// `not_utf8`, `unreadable`.
    pub fn open(reader: R) -> Result<Self, Findings> {
        let table = Self::open_any(reader)?;
        let mut findings = Findings::default();
        for name in &table.repeated {
            findings.push(cell_path(1, name), "duplicate", "there are two columns of this name");
        }
        findings.into_result(table)
    }

    /// The same for a file of which perhaps only some columns are read: of those that share a name only the first has it, and
    /// whoever reads it asks whether it [is repeated](Self::is_repeated). Exports whose header has questions in full repeat many.
    pub fn open_any(reader: R) -> Result<Self, Findings> {
        let (columns, positions, repeated) = Default::default();
        let mut table = Self { rows: CsvRows::new(reader), columns, positions, repeated };
        let mut header = StringRecord::new();
        match table.rows.read(&mut header) {
            None => {
                return Err(Finding::new("line 1", "missing", "the file is empty; it must begin with a header").into());
            }
            Some(Err(error)) => return Err(table.finding(error).into()),
            Some(Ok(_)) => {}
        }
        if header.len() > Self::COLUMNS_MAX {
            let message = format!("the file has {} columns; at most {} are read", header.len(), Self::COLUMNS_MAX);
            return Err(Finding::new("line 1", "too_many", message).into());
        }
        table.columns = header.iter().map(|name| name.trim().to_owned()).collect();
        for (position, name) in table.columns.iter_mut().enumerate().filter(|(_, name)| !name.is_empty()) {
            if table.positions.contains_key(name) {
                table.repeated.push(std::mem::take(name));
            } else {
                table.positions.insert(name.clone(), position);
            }
        }
        Ok(table)
    }

    /// Whether other columns have the name of this one, too.
    #[must_use]
    pub fn is_repeated(&self, position: usize) -> bool {
        self.columns.get(position).is_some_and(|name| self.repeated.contains(name))
    }

    /// The names of the columns, in the file's order; empty for those that have none.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The position of the column with this name, which may stand behind those of groups: `visit/q1` is `q1`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        let known = self.positions.get(&*clean(name.trim())).copied();
        known.or_else(|| self.find_column(name, GROUP_SIGNS).position())
    }

    /// Where the column with this name is; group names before it end with one of the `signs`.
    #[must_use]
    pub fn find_column(&self, name: &str, signs: &[char]) -> ColumnMatch {
        find_column(&self.columns, name, signs)
    }

    /// `; did you mean "sex"?`, where a column is nearly called like this.
    #[must_use]
    pub fn did_you_mean(&self, name: &str) -> String {
        did_you_mean(name, self.columns.iter().map(String::as_str))
    }

    /// Whether numbers may have a decimal comma.
    #[must_use]
    pub fn has_decimal_comma(&self) -> bool {
        self.rows.has_decimal_comma()
    }

    /// What people should know of how the file is written.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.rows.told()
    }

    /// How many rows of blanks only were passed over so far.
    #[must_use]
    pub fn blank_rows(&self) -> u64 {
        self.rows.blank_rows()
    }

    /// Reads the next row into `cells` and says on which line it begins; nothing at the end of the file.
    ///
    /// A row that is not UTF-8 is a finding (its bytes are then in [`Table::raw`]) and reading can go on after it; after
    /// an error of the file itself nothing more comes.
    pub fn read_row(&mut self, cells: &mut StringRecord) -> Option<Result<u64, Finding>> {
        match self.rows.read(cells)? {
            Ok(line) => {
                fit(cells, &self.columns);
                Some(Ok(line))
            }
            Err(error) => Some(Err(self.finding(error))),
        }
    }

    fn finding(&self, error: CsvRowError) -> Finding {
        match error {
            CsvRowError::Unreadable(message) => {
                Finding::new(format!("line {}", self.rows.line()), "unreadable", message)
            }
            CsvRowError::NotUtf8(field) => {
                let path = cell_path(self.rows.line(), self.columns.get(field).map_or("?", String::as_str));
                Finding::new(path, "not_utf8", CsvRowError::NOT_UTF8)
            }
        }
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

/// Takes away blank cells behind the last column, and adds those that only columns without a name lack.
fn fit(cells: &mut StringRecord, columns: &[String]) {
    if cells.len() > columns.len() && cells.iter().skip(columns.len()).all(|cell| cell.trim().is_empty()) {
        cells.truncate(columns.len());
    }
    while cells.len() < columns.len() && columns[cells.len()..].iter().all(String::is_empty) {
        cells.push_field("");
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
        assert!(Table::open(header(20_000).as_bytes()).is_ok());
        assert_eq!(Table::open(header(20_001).as_bytes()).err().unwrap().0[0].code, "too_many");
    }

    #[test]
    fn of_columns_that_share_a_name_the_first_has_it_where_not_all_are_read() {
        let table = Table::open_any(&b"a,b,a,c,a\n"[..]).unwrap();
        assert_eq!((table.columns().join(","), table.column("a")), ("a,b,,c,".to_owned(), Some(0)));
        assert_eq!([0, 1, 3].map(|position| table.is_repeated(position)), [true, false, false]);
    }

    #[test]
    fn a_row_of_four_mebibytes_is_read_and_a_quote_that_is_never_closed_is_not() {
        let row = |length: usize| format!("a,b\n1,\"{}\"\n2,x\n", "y".repeat(length));
        assert_eq!(rows(row(1 << 22).as_bytes()).len(), 2);
        let text = row((1 << 22) + (1 << 16));
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

    #[test]
    fn blank_rows_and_blank_columns_at_the_end_are_nothing() {
        let expected = [(2, vec!["1".to_owned(), "x".to_owned()])];
        for text in ["a,b\n1,x\n", "a,b\n1,x,,\n , \n,,\n", "a;b\n1;x\n;\n"] {
            assert_eq!(rows(text.as_bytes()), expected, "{text:?}");
        }
        let unnamed = [(2, ["1", "x", "", ""].map(str::to_owned).to_vec())];
        for text in ["a,b,,\n1,x,,\n,,,\n", "a,b,,\n1,x\n"] {
            assert_eq!(rows(text.as_bytes()), unnamed, "{text:?}");
        }
        let mut table = Table::open(&b"a,b\n,\n1,x\n\n,\n"[..]).unwrap();
        while table.read_row(&mut StringRecord::new()).is_some() {}
        assert_eq!(table.blank_rows(), 2);
    }

    proptest::proptest! {
        #[test]
        fn separator_line_ends_unicode_and_a_separator_line_change_nothing(
            cells in proptest::collection::vec(proptest::collection::vec("[a-zăơườđ0-9 \"\u{300}\u{31b}]{0,6}[a-z]", 3), 1..6),
            separator in proptest::sample::select(vec![b',', b';', b'\t']),
            line_end in proptest::sample::select(vec!["\n", "\r\n", "\r"]),
            has_line in proptest::bool::ANY,
            has_mark in proptest::bool::ANY,
        ) {
            let written = |separator: u8, line_end: &str, write: &dyn Fn(&str) -> String| {
                let mut text = String::from("a,b,c\n").replace(',', &char::from(separator).to_string());
                for row in &cells {
                    let row: Vec<String> = row.iter().map(|cell| format!("\"{}\"", write(cell).replace('"', "\"\""))).collect();
                    text.push_str(&row.join(&char::from(separator).to_string()));
                    text.push('\n');
                }
                text.replace('\n', line_end)
            };
            let apart = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd();
            let mut other = written(separator, line_end, &|cell| apart.normalize(cell).into_owned());
            if has_line {
                other = format!("sep={}{line_end}{other}", char::from(separator));
            }
            if has_mark {
                other = format!("\u{feff}{other}");
            }
            let plain: Vec<_> = rows(written(b',', "\n", &str::to_owned).as_bytes()).into_iter().map(|row| row.1).collect();
            let other: Vec<_> = rows(other.as_bytes()).into_iter().map(|row| row.1).collect();
            proptest::prop_assert_eq!(plain, other);
        }
    }
}

//! What the files of the register have in common: rows up to a limit, known columns, cells read by column name. What is
//! wrong is noted with line and column.

use std::io::Read;
use std::sync::LazyLock;

use chrono::NaiveDate;
use csv::StringRecord;

use crate::foundation::{Code, Findings, LimitedFindings, parse_date};
use crate::tables::{MissingCodes, Table, cell_path, uneven_row, with_decimal_point};

/// The most characters in a cell.
const TEXT_LENGTH_MAX: usize = 500;

/// What says that nothing is known, unless a file's reader declares more.
static BUILT_IN: LazyLock<MissingCodes> = LazyLock::new(MissingCodes::default);

/// The most rows that a file of the register may have.
pub const REGISTER_ROWS_MAX: usize = 200_000;

/// Reads every row with `read`, which notes what is wrong and returns nothing where no row can be made. Each row comes
/// with its line. A row that is not UTF-8 is noted and passed over; one past [`REGISTER_ROWS_MAX`] is noted as `too_many`
/// and ends the reading.
pub(super) fn read_rows<R: Read, T>(
    table: &mut Table<R>,
    findings: &mut LimitedFindings,
    read: impl FnMut(&mut Cells<'_, R>) -> Option<T>,
) -> Vec<(u64, T)> {
    read_rows_up_to(REGISTER_ROWS_MAX, &BUILT_IN, table, findings, read)
}

/// What says that nothing is known where no other codes are declared.
pub(super) fn built_in_missing() -> &'static MissingCodes {
    &BUILT_IN
}

/// Like [`read_rows`], with a limit of rows and missing codes of the file's own.
pub(super) fn read_rows_up_to<R: Read, T>(
    rows_max: usize,
    missing: &MissingCodes,
    table: &mut Table<R>,
    findings: &mut LimitedFindings,
    mut read: impl FnMut(&mut Cells<'_, R>) -> Option<T>,
) -> Vec<(u64, T)> {
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    while let Some(found) = table.read_row(&mut record) {
        let line = match found {
            Ok(line) => line,
            Err(finding) => {
                findings.push(finding.path, finding.code, finding.message);
                continue;
            }
        };
        if rows.len() == rows_max {
            let message = format!("a file may have {rows_max} rows; split it");
            findings.push(format!("line {line}"), "too_many", message);
            break;
        }
        let row = read(&mut Cells { table, record: &record, line, missing, findings });
        rows.extend(row.map(|row| (line, row)));
    }
    rows
}

/// Notes `missing_column` for each required column that is not there.
pub(super) fn find_missing_columns<R: Read>(table: &Table<R>, required: &[&str], findings: &mut Findings) {
    for column in required.iter().filter(|column| table.column(column).is_none()) {
        findings.push(
            cell_path(1, column),
            "missing_column",
            format!("this column is missing{}", table.did_you_mean(column)),
        );
    }
}

/// One row, where it stands, and where findings about it go. An empty cell is nothing, and so is a missing code.
pub(super) struct Cells<'a, R> {
    pub(super) table: &'a Table<R>,
    pub(super) record: &'a StringRecord,
    pub(super) line: u64,
    pub(super) missing: &'a MissingCodes,
    pub(super) findings: &'a mut LimitedFindings,
}

impl<R: Read> Cells<'_, R> {
    /// Notes a finding about a cell of this row.
    pub(super) fn find(&mut self, column: &str, code: &'static str, message: impl Into<String>) {
        self.findings.push(cell_path(self.line, column), code, message);
    }

    /// Whether the row is as long as the header; a finding if not.
    pub(super) fn has_all_columns(&mut self) -> bool {
        let (found, wanted) = (self.record.len(), self.table.columns().len());
        if found != wanted {
            let message = uneven_row(found, self.table.columns());
            self.findings.push(format!("line {}", self.line), "invalid", message);
        }
        found == wanted
    }

    pub(super) fn optional_text(&mut self, column: &str) -> Option<String> {
        self.any_text(column).filter(|text| !self.missing.has(text))
    }

    /// What stands in a cell, be it a missing code.
    fn any_text(&mut self, column: &str) -> Option<String> {
        let text = self.record.get(self.table.column(column)?)?.trim();
        let length = text.chars().count();
        if length > TEXT_LENGTH_MAX {
            self.find(column, "too_long", format!("{length} characters; at most {TEXT_LENGTH_MAX} are taken"));
            return None;
        }
        if text.contains(char::is_control) {
            self.find(column, "invalid", "control characters and line breaks are not taken");
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn text(&mut self, column: &str) -> Option<String> {
        self.required(column, Self::optional_text)
    }

    pub(super) fn optional_code(&mut self, column: &str) -> Option<Code> {
        self.parsed(column, |text| Code::new(text).map_err(|error| error.to_string()))
    }

    /// A code that the file declares, whatever it is: where a unit is called `NA`, that is no missing code.
    pub(super) fn code(&mut self, column: &str) -> Option<Code> {
        let Some(text) = self.any_text(column) else {
            return self.required(column, |_, _| None);
        };
        match Code::new(&text) {
            Ok(code) => Some(code),
            Err(_) if self.missing.has(&text) => self.required(column, |_, _| None),
            Err(error) => {
                self.find(column, "invalid", error.to_string());
                None
            }
        }
    }

    /// A code that may have been declared elsewhere in the file: a missing code is given as it stands where it is a code.
    pub(super) fn code_or_missing(&mut self, column: &str) -> Option<Code> {
        match self.any_text(column) {
            Some(text) if self.missing.has(&text) => Code::new(&text).ok(),
            Some(text) => Code::new(&text).map_err(|error| self.find(column, "invalid", error.to_string())).ok(),
            None => None,
        }
    }

    pub(super) fn optional_date(&mut self, column: &str) -> Option<NaiveDate> {
        self.parsed(column, |text| {
            parse_date(text).ok_or_else(|| format!("{text:?} is not a date; write it like 2025-06-30"))
        })
    }

    pub(super) fn date(&mut self, column: &str) -> Option<NaiveDate> {
        self.required(column, Self::optional_date)
    }

    /// What `parse` makes of the cell; its error is noted as `invalid`.
    pub(super) fn parsed<T>(&mut self, column: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.optional_text(column)?;
        parse(&text).map_err(|message| self.find(column, "invalid", message)).ok()
    }

    /// What `parse` makes of a number, whose decimal comma is a point by then; its error is noted as `invalid`.
    pub(super) fn number<T>(&mut self, column: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let has_decimal_comma = self.table.has_decimal_comma();
        self.parsed(column, |text| parse(&with_decimal_point(text, has_decimal_comma)))
    }

    /// What `read` reads; an empty cell or a missing code is noted as `missing`.
    pub(super) fn required<T>(&mut self, column: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Option<T> {
        let is_empty = self
            .table
            .column(column)
            .and_then(|position| self.record.get(position))
            .is_none_or(|text| self.missing.has(text.trim()));
        if is_empty {
            self.find(column, "missing", "this must not be empty");
            return None;
        }
        read(self, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a row says: a code, one that was declared elsewhere, a text, a day.
    type Read = (Option<Code>, Option<Code>, Option<String>, Option<NaiveDate>);

    /// Where each finding is, and what it is.
    type Found = Vec<(String, &'static str)>;

    fn read(text: &[u8], rows_max: usize) -> (Vec<(u64, Read)>, Found) {
        let mut table = Table::open(text).unwrap();
        let mut findings = LimitedFindings::default();
        let rows = read_rows_up_to(rows_max, &BUILT_IN, &mut table, &mut findings, |cells| {
            cells.has_all_columns().then(|| {
                let (code, other) = (cells.code("code"), cells.code_or_missing("other"));
                (code, other, cells.optional_text("text"), cells.optional_date("day"))
            })
        });
        let found = findings.into_result(()).err().map(|found| found.0).unwrap_or_default();
        (rows, found.into_iter().map(|finding| (finding.path, finding.code)).collect())
    }

    fn found(row: &str) -> Found {
        read(format!("code,other,text,day\n{row}\n").as_bytes(), 9).1
    }

    #[test]
    fn rows_up_to_the_limit_are_read_and_the_first_one_past_it_ends_the_reading() {
        let text = b"code,other,text,day\n1,,,\n2,,,\n3,,,\nno code,,,\n";
        let (rows, found) = read(text, 2);
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(found, [("line 4".to_owned(), "too_many")], "what comes after it is not looked at");
        assert_eq!(read(text, 4).1, [("line 5, column code".to_owned(), "invalid")]);
    }

    #[test]
    fn a_row_that_is_not_utf_8_is_noted_and_those_around_it_are_read() {
        let (rows, found) = read(b"code,other,text,day\n1,,,\n2,,\xff,\n3,,,\n", 9);
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
        assert!(found.len() == 1 && found[0].0.starts_with("line 3"), "{found:?}");
    }

    #[test]
    fn a_missing_code_is_a_code_where_codes_are_declared_and_nothing_in_a_text() {
        let (rows, found) = read(b"code,other,text,day\nNA,NA,NA,NA\n", 9);
        let na = || Some(Code::new("NA").unwrap());
        assert_eq!((rows, found), (vec![(2, (na(), na(), None, None))], vec![]));
    }

    #[test]
    fn a_code_that_is_empty_is_missing_and_one_that_is_none_is_invalid() {
        let at = |code| vec![("line 2, column code".to_owned(), code)];
        assert_eq!((found(",,,2024-01-01"), found(" ,,x,")), (at("missing"), at("missing")));
        assert_eq!((found("a b,,,"), found(&format!("{},,,", "x".repeat(65)))), (at("invalid"), at("invalid")));
    }

    #[test]
    fn a_cell_has_500_characters_and_none_that_controls() {
        let at = |code| vec![("line 2, column text".to_owned(), code)];
        assert_eq!(found(&format!("1,,{},", "ă".repeat(500))), []);
        assert_eq!(found(&format!("1,,{},", "ă".repeat(501))), at("too_long"));
        assert_eq!((found("1,,\"a\nb\","), found("1,,a\u{7},")), (at("invalid"), at("invalid")));
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused_and_the_29th_of_february_of_a_leap_year_is_not() {
        assert_eq!(found("1,,,2024-02-29"), []);
        for day in ["2023-02-29", "2024-1-1x", "01/02/2024", "0"] {
            assert_eq!(found(&format!("1,,,{day}")), [("line 2, column day".to_owned(), "invalid")], "{day}");
        }
    }

    #[test]
    fn a_column_that_is_nearly_there_is_missed_by_name_and_the_other_one_named() {
        let table = Table::open(&b"kode,level\n"[..]).unwrap();
        let mut findings = Findings::default();
        find_missing_columns(&table, &["code", "level"], &mut findings);
        assert_eq!(findings.0.len(), 1, "{findings}");
        assert_eq!((findings.0[0].path.as_str(), findings.0[0].code), ("line 1, column code", "missing_column"));
        assert!(findings.0[0].message.contains("did you mean \"kode\""), "{findings}");
    }
}

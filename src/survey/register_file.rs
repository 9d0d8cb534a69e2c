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

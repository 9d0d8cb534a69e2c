//! The cells of one row of a register file, read by column name; what is wrong is noted with line and column.

use std::io::Read;

use chrono::NaiveDate;
use csv::StringRecord;

use crate::foundation::{Code, LimitedFindings, Table, cell_path, parse_date};

/// The most characters in a cell.
const TEXT_LENGTH_MAX: usize = 500;

/// One row, where it stands, and where findings about it go. An empty cell is nothing.
pub(super) struct Cells<'a, R> {
    pub(super) table: &'a Table<R>,
    pub(super) record: &'a StringRecord,
    pub(super) line: u64,
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
            let message = format!("the row has {found} cells, the header {wanted}");
            self.findings.push(format!("line {}", self.line), "invalid", message);
        }
        found == wanted
    }

    pub(super) fn optional_text(&mut self, column: &str) -> Option<String> {
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

    pub(super) fn code(&mut self, column: &str) -> Option<Code> {
        self.required(column, Self::optional_code)
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

    /// What `read` reads; an empty cell is noted as `missing`.
    fn required<T>(&mut self, column: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Option<T> {
        let is_empty = self
            .table
            .column(column)
            .and_then(|position| self.record.get(position))
            .is_none_or(|text| text.trim().is_empty());
        if is_empty {
            self.find(column, "missing", "this must not be empty");
            return None;
        }
        read(self, column)
    }
}

//! Rows of a CSV file with a header, or of a JSON list of objects, read alike.

use std::borrow::Cow;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::LazyLock;

use csv::StringRecord;
use serde_json::{Map, Value};

use super::super::table_error::TableFileError;
use crate::foundation::{Finding, UniqueJson};
use crate::tables::{MissingCodes, Table, cell_path, clean, did_you_mean, uneven_row, unguarded, with_decimal_point};

/// What says that nothing is known.
static MISSING: LazyLock<MissingCodes> = LazyLock::new(MissingCodes::default);

/// A file of rows with named columns.
pub(super) struct Rows {
    path: String,
    columns: Vec<String>,
    source: Source,
}

enum Source {
    Csv(Box<Table<BufReader<File>>>),
    Json(Vec<Map<String, Value>>),
}

/// The wanted cells of one row.
pub(super) struct Row<'a> {
    path: &'a str,
    is_json: bool,
    has_decimal_comma: bool,
    line: u64,
    columns: &'a [&'a str],
    cells: Vec<Cow<'a, str>>,
}

impl Rows {
    /// Opens a file and learns its columns; a file that begins with `[` is JSON, and its first object has all columns.
    pub(super) fn open(path: &Path) -> Result<Self, TableFileError> {
        let shown = path.display().to_string();
        let failed = |cause| TableFileError::File { path: shown.clone(), cause };
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let start = file.fill_buf().map_err(failed)?;
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        if start.trim_ascii_start().starts_with(b"[") {
            return Self::parse_json(shown, file);
        }
        let table = Table::open(file).map_err(|findings| {
            let message = findings.0.first().map(described).unwrap_or_default();
            TableFileError::Input { path: shown.clone(), message }
        })?;
        Ok(Self { path: shown, columns: table.columns().to_vec(), source: Source::Csv(Box::new(table)) })
    }

    fn parse_json(path: String, mut file: BufReader<File>) -> Result<Self, TableFileError> {
        if file.fill_buf().is_ok_and(|start| start.starts_with(b"\xef\xbb\xbf")) {
            file.consume(3);
        }
        let refused = |message: &dyn Display| TableFileError::Input {
            path: path.clone(),
            message: format!("not a list of JSON objects: {message}"),
        };
        let rows: Vec<UniqueJson> = serde_json::from_reader(file).map_err(|error| refused(&error))?;
        if rows.is_empty() {
            return Err(refused(&"the list is empty"));
        }
        let mut objects = Vec::with_capacity(rows.len());
        for (number, UniqueJson(row)) in (1..).zip(rows) {
            let Value::Object(object) = row else {
                return Err(refused(&format!("its value {number} is not an object")));
            };
            objects.push(object);
        }
        let columns = objects.first().map(|first| first.keys().cloned().collect()).unwrap_or_default();
        Ok(Self { path, columns, source: Source::Json(objects) })
    }

    /// Whether there is a column of this name.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// `; did you mean "Unit"?`, where a column is nearly called like this.
    pub(super) fn did_you_mean(&self, column: &str) -> String {
        did_you_mean(column, self.columns.iter().map(String::as_str))
    }

    /// An error of the whole file.
    pub(super) fn wrong(&self, message: impl Into<String>) -> TableFileError {
        TableFileError::Input { path: self.path.clone(), message: message.into() }
    }

    /// Gives each row's cells of these columns to `take`.
    pub(super) fn each(
        self,
        columns: &[&str],
        mut take: impl FnMut(&Row) -> Result<(), TableFileError>,
    ) -> Result<(), TableFileError> {
        if let Some(missing) = columns.iter().find(|column| !self.has(column)) {
            let (known, hint) = (self.columns.join(", "), self.did_you_mean(missing));
            return Err(self.wrong(format!("line 1: there is no column {missing}{hint}; there are: {known}")));
        }
        let path = self.path;
        match self.source {
            Source::Csv(mut table) => {
                let positions: Vec<usize> = columns.iter().filter_map(|column| table.column(column)).collect();
                let mut record = StringRecord::new();
                while let Some(line) = table.read_row(&mut record) {
                    let wrong = |message| TableFileError::Input { path: path.clone(), message };
                    let line = line.map_err(|finding| wrong(described(&finding)))?;
                    if record.len() != table.columns().len() {
                        return Err(wrong(format!("line {line}: {}", uneven_row(record.len(), table.columns()))));
                    }
                    let cell = |position: &usize| Cow::Borrowed(unguarded(record[*position].trim()));
                    let cells = positions.iter().map(cell).collect();
                    let has_decimal_comma = table.has_decimal_comma();
                    let row = Row { path: &path, is_json: false, has_decimal_comma, line, columns, cells };
                    row.check()?;
                    take(&row)?;
                }
            }
            Source::Json(objects) => {
                for (line, object) in (1..).zip(&objects) {
                    let mut row =
                        Row { path: &path, is_json: true, has_decimal_comma: false, line, columns, cells: Vec::new() };
                    for (k, column) in columns.iter().enumerate() {
                        let cell = match object.get(*column) {
                            Some(Value::String(text)) => clean(text.trim()),
                            Some(Value::Number(number)) => Cow::Owned(number.to_string()),
                            Some(Value::Null) => Cow::Borrowed(""),
                            Some(Value::Bool(value)) if *column == "exact" => Cow::Owned(value.to_string()),
                            Some(_) => return Err(row.wrong(k, "this is neither a text nor a number")),
                            None => return Err(row.wrong(k, "the object has no such key; write null for nothing")),
                        };
                        row.cells.push(cell);
                    }
                    row.check()?;
                    take(&row)?;
                }
            }
        }
        Ok(())
    }
}

/// A finding without its code for programs.
fn described(finding: &Finding) -> String {
    format!("{}: {}", finding.path, finding.message)
}

impl Row<'_> {
    /// Refuses what would break sentences and lines of the output.
    fn check(&self) -> Result<(), TableFileError> {
        match self.cells.iter().position(|cell| cell.contains(char::is_control)) {
            Some(k) => Err(self.wrong(k, "control characters and line breaks are not taken")),
            None => Ok(()),
        }
    }

    /// The cell of the `k`-th wanted column, without surrounding blanks.
    pub(super) fn text(&self, k: usize) -> &str {
        &self.cells[k]
    }

    /// The line on which the row begins, or the number of the object.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The number in the `k`-th wanted column; `None` where it is empty or a missing code.
    pub(super) fn number(&self, k: usize) -> Result<Option<f64>, TableFileError> {
        let text = self.text(k);
        match (text, with_decimal_point(text, self.has_decimal_comma).parse::<f64>()) {
            (text, _) if MISSING.has(text) => Ok(None),
            (_, Ok(number)) if number.is_finite() => Ok(Some(number)),
            (text, Ok(_)) => {
                Err(self.wrong(k, format!("{text} is not a finite number; leave empty what is not known")))
            }
            (text, Err(_)) => Err(self
                .wrong(k, format!("{text:?} is not a number; write it like 0.85, or leave empty what is not known"))),
        }
    }

    /// An error of the `k`-th wanted column.
    pub(super) fn wrong(&self, k: usize, message: impl Into<String>) -> TableFileError {
        let place = if self.is_json {
            format!("object {}, key {}", self.line, self.columns[k])
        } else {
            cell_path(self.line, self.columns[k])
        };
        TableFileError::Input { path: self.path.to_owned(), message: format!("{place}: {}", message.into()) }
    }
}

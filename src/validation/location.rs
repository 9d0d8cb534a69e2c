//! Where a submission stands: in a document or in a row of a file. It gives findings their paths.

use std::sync::Arc;

use crate::survey::PlacedItem;
use crate::tables::cell_path;

/// Where a submission stands, for the paths of findings.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Location {
    /// In a form or a document: `unit`, `answers.q01`.
    Document,
    /// In a file: `line 12, column q01`.
    Row {
        /// The line on which the row begins.
        line: u64,
        /// The names of the columns of the envelope, by field.
        columns: Arc<[(&'static str, String)]>,
    },
}

impl Location {
    /// The path of a field of the envelope; of the row where the file has no such column.
    pub(super) fn of_field(&self, field: &str) -> String {
        match self {
            Self::Document => field.to_owned(),
            Self::Row { line, columns } => match columns.iter().find(|(known, _)| *known == field) {
                Some((_, column)) => cell_path(*line, column),
                None => format!("line {line}"),
            },
        }
    }

    /// The path of an item.
    pub(super) fn of_item(&self, placed: &PlacedItem<'_>) -> String {
        match self {
            Self::Document => placed.path(),
            Self::Row { line, .. } => cell_path(*line, placed.item.code.as_str()),
        }
    }
}

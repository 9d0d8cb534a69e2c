//! Rows of a table that is written, and their cells.

use serde::Serialize;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// Text.
    Text,
    /// Whole numbers.
    Count,
    /// Numbers.
    Number,
}

/// A value of a row. Each row has the same kinds in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Cell<'a> {
    /// Text that may be missing.
    Text(Option<&'a str>),
    /// A whole number that may be missing.
    Count(Option<u64>),
    /// A number that may be missing.
    Number(Option<f64>),
}

/// A row of a table. As JSON it is an object of the same names.
pub(super) trait TableRow: Serialize {
    /// The columns: their names, and what they hold.
    const COLUMNS: &'static [(&'static str, CellKind)];
    /// The values, in the same order.
    fn cells(&self) -> Vec<Cell<'_>>;
}

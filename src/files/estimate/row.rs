//! Rows of responses, whatever the format of their file, and who takes them.

use super::EstimateError;

/// Batches of rows that may wait to be taken.
pub(super) const BATCHES_AHEAD: usize = 4;

/// The content of one field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field<'a> {
    /// Nothing.
    Missing,
    /// Text, without blanks around it.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
}

/// What can be seen of an answer without a closer look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// It is empty.
    Nothing,
    /// A small whole number.
    Value(i8),
    /// Something else, which need not be wrong.
    Other,
}

/// One row.
pub(super) trait Row {
    /// The content of a column of the header.
    fn field(&self, column: usize) -> Field<'_>;
    /// What a column plainly holds.
    fn plain(&self, column: usize) -> Plain;
    /// Appends bytes that are the same for two rows of a file only where the content of their columns is.
    fn push_key(&self, column: usize, key: &mut Vec<u8>);
    /// Where the row is, for people: `line 7`, `row 6`.
    fn position(&self) -> String;
    /// Whether numbers that are written as text may have a decimal comma.
    fn has_decimal_comma(&self) -> bool {
        false
    }
}

/// A column that a reader wants to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Its place in the header.
    pub column: usize,
    /// Whether its ratings are asked for.
    pub has_ratings: bool,
}

/// Takes the header and decides what to do with rows.
pub(super) trait Reader {
    /// Learns the names of the columns and says which ones it wants to see.
    fn header(&mut self, names: &[String]) -> Result<Vec<Wanted>, EstimateError>;
    /// Takes a row.
    fn row(&mut self, row: &impl Row) -> Result<(), EstimateError>;
}

/// A byte that no text has: it is not UTF-8.
pub(super) const KEY_END: u8 = u8::MAX;

/// What a text plainly is, without blanks around it.
pub(super) fn plain(text: &[u8]) -> Plain {
    match text {
        [] => Plain::Nothing,
        [digit @ b'0'..=b'9'] => Plain::Value((digit - b'0').cast_signed()),
        b"10" => Plain::Value(10),
        _ => Plain::Other,
    }
}

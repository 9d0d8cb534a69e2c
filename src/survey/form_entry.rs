//! A form on paper as somebody typed it in, before it is a response.

use chrono::NaiveDate;

use super::Mode;

/// A form as somebody typed it in.
#[derive(Debug, Clone, PartialEq)]
pub struct FormEntry {
    /// The batch.
    pub batch: String,
    /// The form's number in the batch.
    pub form: u32,
    /// Whether it is the second entry.
    pub is_second: bool,
    /// Who typed it in.
    pub collector: String,
    /// How the answer was given.
    pub mode: Mode,
    /// The day of the answer.
    pub answered_on: NaiveDate,
    /// The answers as JSON.
    pub answers: serde_json::Value,
}

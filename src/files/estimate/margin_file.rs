//! A margin of the population from a CSV file, ready to be matched with responses.

use std::collections::HashMap;
use std::path::Path;

use super::EstimateError;
use crate::estimation::Margin;
use crate::foundation::Findings;
use crate::survey::read_margin;
use crate::tables::MissingCodes;

/// Joins the values of several columns where people see them.
pub(super) const AND: &str = " × ";

/// A margin, and which values of its columns are which level.
#[derive(Debug)]
pub(super) struct MarginFile {
    /// The columns of the responses whose values, together, name a level.
    pub columns: Vec<String>,
    /// The counts.
    pub margin: Margin,
    /// The number of each level by its values, joined as [`MarginFile::push`] does.
    pub levels: HashMap<String, u32>,
}

impl MarginFile {
    /// Reads the margin of these columns.
    pub(super) fn read(path: &Path, columns: &[String], missing: &MissingCodes) -> Result<Self, EstimateError> {
        let shown = || path.display().to_string();
        let file = std::fs::File::open(path).map_err(|cause| EstimateError::File { path: shown(), cause })?;
        let found = read_margin(file, columns, missing)
            .map_err(|findings| EstimateError::Margin { path: shown(), message: first_of(&findings) })?;
        let mut levels = HashMap::new();
        for (number, level) in (0..).zip(&found) {
            let mut key = String::new();
            level.values.iter().for_each(|value| Self::push(&mut key, value));
            levels.insert(key, number);
        }
        let counts = found.into_iter().map(|level| (level.values.join(AND), level.people)).collect();
        Ok(Self { columns: columns.to_vec(), margin: Margin { name: columns.join(AND), levels: counts }, levels })
    }

    /// Adds a value to the key of a level; no value has the separator, because values have no control characters.
    pub(super) fn push(key: &mut String, value: &str) {
        key.push_str(value);
        key.push('\u{1f}');
    }
}

fn first_of(findings: &Findings) -> String {
    let first = findings.0.first().map(|first| format!("{}: {}", first.path, first.message)).unwrap_or_default();
    match findings.0.len() {
        0 | 1 => first,
        found => format!("{first} (the first of {found} mistakes)"),
    }
}

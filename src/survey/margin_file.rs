//! Reads a margin of the population from a CSV file: all of it or nothing.

use std::collections::HashMap;
use std::io::Read;

use super::register_file::{Cells, REGISTER_ROWS_MAX, find_missing_columns, read_rows_up_to};
use crate::foundation::{Findings, LimitedFindings};
use crate::tables::{MissingCodes, Table, cell_path};

/// The column of counts, by R's name for it.
const COUNT: &str = "Freq";

/// The fewest and most people of a level; shares of the population are taken, too.
const PEOPLE: std::ops::RangeInclusive<f64> = 1e-9..=1e12;

/// How many people the population has of one level: a value of each of the margin's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginLevel {
    /// The values, in the order of the columns.
    pub values: Vec<String>,
    /// How many people.
    pub people: f64,
}

/// Reads how many people there are of each combination of values of `columns`. Further columns are passed over. A level whose
/// name is a missing code is no level.
///
/// Findings name line and column: `missing_column`, `missing`, `invalid`, `too_long`, `too_many`, `not_utf8`,
/// `out_of_range` (a count is from 1e-9 to 1e12), `duplicate` (the same level twice), `empty`.
pub fn read_margin(
    file: impl Read,
    columns: &[String],
    missing_codes: &MissingCodes,
) -> Result<Vec<MarginLevel>, Findings> {
    let mut table = Table::open(file)?;
    let mut missing = Findings::default();
    let required: Vec<&str> = columns.iter().map(String::as_str).chain([COUNT]).collect();
    find_missing_columns(&table, &required, &mut missing);
    missing.into_result(())?;
    let mut findings = LimitedFindings::default();
    let rows =
        read_rows_up_to(REGISTER_ROWS_MAX, missing_codes, &mut table, &mut findings, |cells| read_row(cells, columns));
    let mut first_lines = HashMap::new();
    for (line, level) in &rows {
        if let Some(first) = first_lines.insert(&level.values, line) {
            findings.push(cell_path(*line, &columns[0]), "duplicate", format!("the same level is in line {first}"));
        }
    }
    if rows.is_empty() {
        findings.push("line 2", "empty", "the file has no level; give a row to each");
    }
    findings.into_result(rows.into_iter().map(|(_, level)| level).collect())
}

fn read_row<R: Read>(cells: &mut Cells<'_, R>, columns: &[String]) -> Option<MarginLevel> {
    if !cells.has_all_columns() {
        return None;
    }
    let values: Vec<Option<String>> = columns.iter().map(|column| cells.text(column)).collect();
    let people = cells.required(COUNT, |cells, column| {
        cells.number(column, |text| text.parse::<f64>().map_err(|_| format!("{text:?} is not a number")))
    })?;
    if !PEOPLE.contains(&people) {
        let message =
            "a count of people is above 0 and at most 1000000000000; leave out a level that nobody belongs to";
        cells.find(COUNT, "out_of_range", message);
        return None;
    }
    Some(MarginLevel { values: values.into_iter().collect::<Option<_>>()?, people })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<MarginLevel>, Findings> {
        read_margin(text.as_bytes(), &["sex".to_owned(), "age".to_owned()], &MissingCodes::default())
    }

    #[test]
    fn levels_are_read_by_the_names_of_their_columns() {
        let levels = read("\u{feff}age;Freq;note;sex;\n18-29;120,5;x;F;\n60+;7;;M\n;;;;\n").unwrap();
        let values = |values: [&str; 2]| values.map(str::to_owned).to_vec();
        assert_eq!(levels[0], MarginLevel { values: values(["F", "18-29"]), people: 120.5 });
        assert_eq!(levels[1], MarginLevel { values: values(["M", "60+"]), people: 7.0 });
    }

    #[test]
    fn what_is_wrong_is_found_by_line_and_column() {
        for (text, path, code) in [
            ("sex,age\nF,1\n", "line 1, column Freq", "missing_column"),
            ("sex,age,Freq\n", "line 2", "empty"),
            ("sex,age,Freq\nF,1,0\n", "line 2, column Freq", "out_of_range"),
            ("sex,age,Freq\nF,1,1e13\n", "line 2, column Freq", "out_of_range"),
            ("sex,age,Freq\nF,1,many\n", "line 2, column Freq", "invalid"),
            ("sex,age,Freq\nF,1,nan\n", "line 2, column Freq", "missing"),
            ("sex,age,Freq\nF,1,\n", "line 2, column Freq", "missing"),
            ("sex,age,Freq\n,1,3\n", "line 2, column sex", "missing"),
            ("sex,age,Freq\nF,1,3\nF,1,3\n", "line 3, column sex", "duplicate"),
            ("sex,age,Freq\nF,1\n", "line 2", "invalid"),
            ("sex,age,Freq\nNA,1,3\n", "line 2, column sex", "missing"),
            ("sex,age,Freq\nF,1,NA\n", "line 2, column Freq", "missing"),
        ] {
            let findings = read(text).unwrap_err().0;
            assert_eq!((findings[0].path.as_str(), findings[0].code), (path, code), "{text}");
        }
    }
}

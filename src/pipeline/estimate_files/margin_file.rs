//! A margin of the population from a CSV file: the columns that name a level, and `Freq`.

use std::collections::HashMap;
use std::path::Path;

use csv::{ReaderBuilder, Trim};

use super::EstimateError;
use crate::estimation::Margin;

/// The column of counts, as R names it.
const COUNT: &str = "Freq";
/// Joins the values of several columns where people see them.
const AND: &str = " × ";

/// A margin, and which values of its columns are which level.
#[derive(Debug)]
pub(super) struct MarginFile {
    /// The columns of the responses whose values, together, name a level.
    pub columns: Vec<String>,
    /// The counts.
    pub margin: Margin,
    /// The number of each level by its values, joined as [`MarginFile::key`] does.
    pub levels: HashMap<String, u32>,
}

impl MarginFile {
    /// Reads the margin of these columns.
    pub(super) fn read(path: &Path, columns: &[String]) -> Result<Self, EstimateError> {
        let shown = || path.display().to_string();
        let wrong = |cause| EstimateError::Csv { path: shown(), cause };
        let file = std::fs::File::open(path).map_err(|cause| EstimateError::File { path: shown(), cause })?;
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
        let header = reader.headers().map_err(wrong)?.clone();
        let position = |column: &str| {
            let has_name = |name: &&str| name.trim_start_matches('\u{feff}') == column;
            let found = header.iter().filter(has_name).count();
            let missing = || EstimateError::Column { path: shown(), column: column.to_owned(), found };
            header.iter().position(|name| has_name(&name)).filter(|_| found == 1).ok_or_else(missing)
        };
        let positions = columns.iter().map(|column| position(column)).collect::<Result<Vec<_>, _>>()?;
        let count = position(COUNT)?;
        let margin = Margin { name: columns.join(AND), levels: Vec::new() };
        let mut file = Self { columns: columns.to_vec(), margin, levels: HashMap::new() };
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            let wrong_value = |column: usize, message: &str| EstimateError::Value {
                path: shown(),
                position: format!("line {}", record.position().map_or(0, csv::Position::line)),
                column: header[column].to_owned(),
                message: message.to_owned(),
            };
            let values: Vec<&str> = positions.iter().map(|position| &record[*position]).collect();
            if let Some(empty) = values.iter().position(|value| value.is_empty()) {
                return Err(wrong_value(positions[empty], "the level is missing"));
            }
            let people: Option<f64> =
                record[count].parse().ok().filter(|people: &f64| people.is_finite() && *people > 0.0);
            let people = people.ok_or_else(|| wrong_value(count, "a count of people above 0 is needed"))?;
            file.add(&values, people).map_err(|()| wrong_value(positions[0], "this level stands there twice"))?;
        }
        Ok(file)
    }

    fn add(&mut self, values: &[&str], people: f64) -> Result<(), ()> {
        let number = u32::try_from(self.margin.levels.len()).map_err(|_| ())?;
        let mut key = String::new();
        values.iter().for_each(|value| Self::push(&mut key, value));
        self.margin.levels.push((values.join(AND), people));
        if self.levels.insert(key, number).is_some() { Err(()) } else { Ok(()) }
    }

    /// Adds a value to the key of a level.
    pub(super) fn push(key: &mut String, value: &str) {
        key.push_str(value);
        key.push('\u{1f}');
    }
}

//! The columns of responses: where they are, and what their fields mean.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::EstimateError;
use super::design::Design;
use super::margin_file::MarginFile;
use super::names::NAME_LENGTH_MAX;
use super::row::{Field, Plain, Row, Wanted};
use crate::foundation::{RatingScale, Weight};
use crate::tables::{ColumnMatch, GROUP_SIGNS, MissingCodes, did_you_mean, find_column, with_decimal_point};

/// The columns that a design names.
#[derive(Debug, Default)]
pub(super) struct Columns {
    path: PathBuf,
    header: Vec<String>,
    missing: MissingCodes,
    /// Whether no small whole number says that nothing is known.
    numbers_are_given: bool,
    /// Notes on columns that were found after the names of groups.
    pub notes: Vec<String>,
    pub weight: Option<usize>,
    pub strata: Vec<usize>,
    pub stages: Vec<usize>,
    pub populations: Vec<usize>,
    pub domains: Vec<usize>,
    pub margins: Vec<Vec<usize>>,
    pub items: Vec<usize>,
}

impl Columns {
    /// Finds each column in the header, once.
    pub(super) fn find(path: &Path, header: &[String], design: &Design) -> Result<Self, EstimateError> {
        let mut finder = Finder { path, header, notes: Vec::new() };
        let margins = design.calibration.iter().flat_map(|(_, margins)| margins);
        let mut columns = Self {
            path: path.to_owned(),
            header: header.to_vec(),
            missing: design.missing.clone(),
            numbers_are_given: !(i8::MIN..=i8::MAX).any(|value| design.missing.has_number(f64::from(value))),
            notes: Vec::new(),
            weight: design.weight.as_deref().map(|column| finder.one(column)).transpose()?,
            strata: finder.all(&design.strata)?,
            stages: finder.all(&design.stages)?,
            populations: finder.all(&design.populations)?,
            domains: finder.all(&design.domains)?,
            margins: margins.map(|margin| finder.all(&margin.columns)).collect::<Result<_, _>>()?,
            items: design.criteria.items.iter().map(|item| finder.one(item.as_str())).collect::<Result<_, _>>()?,
        };
        columns.notes = finder.notes;
        Ok(columns)
    }

    /// Where another column is.
    pub(super) fn find_another(&mut self, column: &str) -> Result<usize, EstimateError> {
        let notes = std::mem::take(&mut self.notes);
        let mut finder = Finder { path: &self.path, header: &self.header, notes };
        let position = finder.one(column)?;
        self.notes = finder.notes;
        Ok(position)
    }

    /// Whether a column is empty, or has a missing code.
    pub(super) fn is_missing(&self, row: &impl Row, position: usize) -> bool {
        match row.field(position) {
            Field::Missing => true,
            Field::Text(text) => self.missing.has(text),
            #[expect(
                clippy::cast_precision_loss,
                reason = "a code of so many digits is not distinguished from its neighbours"
            )]
            Field::Integer(value) => self.missing.has_number(value as f64),
            Field::Number(value) => self.missing.has_number(value),
        }
    }

    /// The columns that say where and of whom a row is, each once.
    pub(super) fn of_stand(&self) -> Vec<usize> {
        let lists = [&self.strata, &self.stages, &self.populations, &self.domains];
        let mut columns: Vec<usize> = lists.into_iter().chain(&self.margins).flatten().copied().collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// All columns, each once.
    pub(super) fn wanted(&self) -> Vec<Wanted> {
        let mut columns: Vec<usize> = self.of_stand().into_iter().chain(self.items.iter().copied()).collect();
        columns.extend(self.weight);
        columns.sort_unstable();
        columns.dedup();
        let wanted = |column| Wanted { column, has_ratings: self.items.contains(&column) };
        columns.into_iter().map(wanted).collect()
    }

    /// The rank of the rating of an item on its scale, 0 where it was not answered.
    pub(super) fn rating(&self, row: &impl Row, position: usize, scale: RatingScale) -> Result<u8, EstimateError> {
        match row.plain(position) {
            Plain::Nothing => return Ok(0),
            Plain::Value(value) if self.numbers_are_given => {
                if let Some(rank) = scale.rank(value) {
                    return Ok(rank);
                }
            }
            Plain::Value(_) | Plain::Other => {}
        }
        if self.is_missing(row, position) {
            return Ok(0);
        }
        let number = match row.field(position) {
            Field::Missing => return Ok(0),
            Field::Text(text) => with_decimal_point(text, row.has_decimal_comma()).parse().ok(),
            #[expect(clippy::cast_precision_loss, reason = "values of scales are small")]
            Field::Integer(value) => Some(value as f64),
            Field::Number(value) => Some(value),
        };
        let is_number = |value: &i8| number.is_some_and(|number: f64| (number - f64::from(*value)).abs() == 0.0);
        scale.values().find(is_number).and_then(|value| scale.rank(value)).ok_or_else(|| {
            let mut shown = String::new();
            push_field(&mut shown, row.field(position));
            let (min, max) = (scale.start(), scale.end());
            // Programs export answers as numbers or as words, as one chooses.
            let hint = if shown.contains(char::is_alphabetic) { "; export answers as codes, not as words" } else { "" };
            let message = format!("{shown:?} is not a rating; use {min} to {max}, or nothing where not answered{hint}");
            self.wrong(row, position, message)
        })
    }

    /// The weight, and by how much it was rounded.
    pub(super) fn weight(&self, row: &impl Row, position: usize) -> Result<(Weight, f64), EstimateError> {
        let wrong = |error| self.wrong(row, position, format!("{error}"));
        if let Field::Number(value) = row.field(position) {
            let weight = Weight::from_number(value).map_err(wrong)?;
            return Ok((weight, (value - weight.value()).abs()));
        }
        let mut text = String::new();
        self.push_name(row, position, "the weight", &mut text)?;
        let text = with_decimal_point(&text, row.has_decimal_comma());
        let weight: Weight = text.parse().map_err(wrong)?;
        let has_billionths = text.split_once('.').is_some_and(|(_, decimals)| decimals.len() > 9);
        if has_billionths || text.contains(['e', 'E']) {
            let exact = text.parse().unwrap_or(weight.value());
            return Ok((weight, (exact - weight.value()).abs()));
        }
        Ok((weight, 0.0))
    }

    /// Of how many units those of a stage were drawn.
    pub(super) fn population(&self, row: &impl Row, position: usize) -> Result<f64, EstimateError> {
        let mut text = String::new();
        self.push_name(row, position, "the number of units to draw from", &mut text)?;
        let number = with_decimal_point(&text, row.has_decimal_comma());
        let population = number.parse().ok().filter(|population: &f64| population.is_finite() && *population >= 1.0);
        let message = || format!("{text:?} is not a number of units to draw from; use a number of at least 1");
        population.ok_or_else(|| self.wrong(row, position, message()))
    }

    /// The level of a margin that a row is in, whose values are at these positions; `key` is scratch space.
    pub(super) fn level_of(
        &self,
        margin: &MarginFile,
        row: &impl Row,
        positions: &[usize],
        key: &mut String,
    ) -> Result<u32, EstimateError> {
        key.clear();
        let mut value = String::new();
        for position in positions {
            value.clear();
            self.push_name(row, *position, "the level of the margin", &mut value)?;
            MarginFile::push(key, &value);
        }
        margin.levels.get(key.as_str()).copied().ok_or_else(|| {
            let message = format!("the margin {:?} counts nobody of this level", margin.margin.name);
            self.wrong(row, positions[0], message)
        })
    }

    /// Appends a name to a text; `what` says for people what it names.
    pub(super) fn push_name(
        &self,
        row: &impl Row,
        position: usize,
        what: &str,
        text: &mut String,
    ) -> Result<(), EstimateError> {
        if self.is_missing(row, position) {
            return Err(self.wrong(row, position, format!("{what} is missing")));
        }
        match row.field(position) {
            Field::Text(name) if name.len() > NAME_LENGTH_MAX && name.chars().count() > NAME_LENGTH_MAX => {
                Err(self.wrong(row, position, format!("{what} has more than {NAME_LENGTH_MAX} characters")))
            }
            Field::Text(name) if name.contains(char::is_control) => {
                Err(self.wrong(row, position, format!("{what} holds control characters or line breaks: {name:?}")))
            }
            field => {
                push_field(text, field);
                Ok(())
            }
        }
    }

    /// The error of a value.
    pub(super) fn wrong(&self, row: &impl Row, position: usize, message: String) -> EstimateError {
        EstimateError::Value {
            path: self.path.display().to_string(),
            position: row.position(),
            column: self.header[position].clone(),
            message,
        }
    }
}

/// Finds columns, and notes those that come after the names of groups.
struct Finder<'a> {
    path: &'a Path,
    header: &'a [String],
    notes: Vec<String>,
}

impl Finder<'_> {
    fn one(&mut self, column: &str) -> Result<usize, EstimateError> {
        match find_column(self.header, column, GROUP_SIGNS) {
            ColumnMatch::Named(position) => Ok(position),
            ColumnMatch::InGroup(position) => {
                let note = format!("The column `{}` is read as `{column}`.", self.header[position]);
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
                Ok(position)
            }
            ColumnMatch::Found(found) => {
                let known = self.header.iter().map(String::as_str);
                let hint = if found == 0 { did_you_mean(column, known) } else { String::new() };
                let path = self.path.display().to_string();
                Err(EstimateError::Column { path, column: column.to_owned(), found, hint })
            }
        }
    }

    fn all(&mut self, columns: &[String]) -> Result<Vec<usize>, EstimateError> {
        columns.iter().map(|column| self.one(column)).collect()
    }
}

fn push_field(text: &mut String, field: Field<'_>) {
    match field {
        Field::Missing => {}
        Field::Text(value) => text.push_str(value),
        Field::Integer(value) => write!(text, "{value}").expect("writing to a string does not fail"),
        Field::Number(value) => write!(text, "{value}").expect("writing to a string does not fail"),
    }
}

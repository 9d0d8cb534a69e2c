//! The columns of a file of responses that statistics need, held in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::EstimateError;
use super::super::columns::Columns;
use super::super::design::Design;
use super::super::left_out::{Gaps, LeftOut};
use super::super::row::{Field, Reader, Row, Wanted};
use super::super::statistic_file::{Condition, Kind, Measured};
use super::super::table::read_table;
use super::super::weighting_file::{REPLICATES_MAX, ReplicateColumns};
use crate::estimation::{NameColumn, PlaceColumns};
use crate::foundation::RatingScale;
use crate::tables::with_decimal_point;

/// The most cells that are held: some two gigabytes.
const CELLS_MAX: usize = 250_000_000;
/// Joins the values of several stratum columns; no value has it, because values have no control characters.
const STRATUM_SEPARATOR: char = '\u{1f}';

/// What a file holds, row by row.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The weights as the file has them; 1 without a column of them.
    pub weights: Vec<f64>,
    pub places: PlaceColumns,
    /// Columns that are read as names.
    pub names: BTreeMap<String, NameColumn>,
    /// Columns that are read as numbers; NaN where the field is empty.
    pub numbers: BTreeMap<String, Vec<f64>>,
    /// The ratings of each item, as ranks on its scale, 0 where it was not answered, then those of net promoter scores; empty
    /// where they are not needed.
    pub ratings: Vec<Vec<u8>>,
    /// The level of each margin.
    pub margins: Vec<Vec<u32>>,
    /// Replicate weights, replicate after replicate.
    pub replicates: Vec<Vec<f64>>,
    /// How the file was read and which rows are left out, in sentences.
    pub notes: Vec<String>,
    gaps: Gaps,
}

impl Held {
    /// The level of a margin that is not known, of somebody who did not respond.
    pub(super) const NO_LEVEL: u32 = u32::MAX;

    /// Reads a file. `has_ratings` says whether the ratings of items are needed, `progress` gets the bytes read so far.
    pub(super) fn read(
        path: &Path,
        design: &Design,
        has_ratings: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<Self, EstimateError> {
        let held = Self {
            places: PlaceColumns {
                stratum: (!design.strata.is_empty()).then(NameColumn::default),
                stages: vec![NameColumn::default(); design.stages.len()],
                populations: vec![Vec::new(); design.populations.len()],
            },
            ratings: vec![Vec::new(); if has_ratings { design.criteria.scales.len() } else { 0 }],
            margins: vec![Vec::new(); design.calibration.as_ref().map_or(0, |(_, margins)| margins.len())],
            ..Self::default()
        };
        let mut reader = Filling {
            path,
            design,
            columns: Columns::default(),
            held,
            names: Vec::new(),
            numbers: Vec::new(),
            replicates: Vec::new(),
            scratch: String::new(),
            left_out: LeftOut::new(design),
        };
        let how = read_table(path, &mut reader, &mut progress)?;
        let Filling { mut held, names, numbers, mut left_out, columns, .. } = reader;
        held.names = names.into_iter().map(|(name, _, column)| (name, column)).collect();
        held.numbers = numbers.into_iter().map(|(name, _, column)| (name, column)).collect();
        for (domain, count) in design.domains.iter().zip(&mut left_out.of_domains) {
            *count = held.name_column(domain).count_missing();
        }
        let left_out = left_out.notes(design);
        if held.count() == 0 && !left_out.is_empty() {
            return Err(EstimateError::in_memory(path, format!("no row is left. {}", left_out.join(" "))));
        }
        held.notes = how.into_iter().chain(columns.notes).chain(left_out).collect();
        if held.weights.iter().all(|weight| *weight <= 0.0) {
            return Err(EstimateError::in_memory(path, "no row has a weight above 0"));
        }
        Ok(held)
    }

    /// How many rows there are.
    pub(super) fn count(&self) -> usize {
        self.weights.len()
    }

    /// The number of a row in the file, counted from 1.
    pub(super) fn row_number(&self, row: usize) -> usize {
        self.gaps.row_number(row)
    }

    /// A column of names; those that the design names were read.
    pub(super) fn name_column(&self, column: &str) -> &NameColumn {
        &self.names[column]
    }

    /// A column of numbers; those that the design names were read.
    pub(super) fn number_column(&self, column: &str) -> &[f64] {
        &self.numbers[column]
    }

    /// Several columns of names together.
    pub(super) fn crossed(&self, columns: &[String], and: &str) -> NameColumn {
        NameColumn::crossed(&columns.iter().map(|column| self.name_column(column)).collect::<Vec<_>>(), and)
    }
}

/// The columns that are read as names, and those that are read as numbers.
fn wanted_columns(design: &Design) -> (BTreeSet<String>, BTreeSet<String>) {
    let wishes = &design.wishes;
    let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    names.extend(design.domains.iter().chain(&wishes.id).cloned());
    for (column, condition) in &wishes.subset {
        let of = if matches!(condition, Condition::OneOf(_)) { &mut names } else { &mut numbers };
        of.insert(column.clone());
    }
    if let Some(nonresponse) = &wishes.nonresponse {
        names.extend(nonresponse.classes.iter().chain([&nonresponse.column]).cloned());
    }
    for statistic in &wishes.statistics {
        names.extend(statistic.by.iter().cloned());
        let mut measured = |of: &Measured| match of {
            Measured::Value(item, _) => names.insert(item.clone()),
            Measured::Numbers(item) | Measured::AtLeast(item, _) => numbers.insert(item.clone()),
        };
        match &statistic.kind {
            Kind::Average(of) | Kind::Total(Some(of)) => drop(measured(of)),
            Kind::Differences { of, between, .. } => {
                measured(of);
                names.insert(between.clone());
            }
            Kind::Shares(item) => drop(names.insert(item.clone())),
            Kind::Quantiles { item, .. } => drop(numbers.insert(item.clone())),
            Kind::Independence(columns) => names.extend(columns.iter().cloned()),
            Kind::Total(None) | Kind::Indices => {}
        }
    }
    (names, numbers)
}

/// A file that is being read into memory.
struct Filling<'a> {
    path: &'a Path,
    design: &'a Design,
    columns: Columns,
    held: Held,
    names: Vec<(String, usize, NameColumn)>,
    numbers: Vec<(String, usize, Vec<f64>)>,
    replicates: Vec<usize>,
    scratch: String,
    left_out: LeftOut,
}

impl Reader for Filling<'_> {
    fn header(&mut self, header: &[String]) -> Result<Vec<Wanted>, EstimateError> {
        self.columns = Columns::find(self.path, header, self.design)?;
        let (names, numbers) = wanted_columns(self.design);
        for name in names {
            let at = self.columns.find_another(&name)?;
            self.names.push((name, at, NameColumn::default()));
        }
        for name in numbers {
            let at = self.columns.find_another(&name)?;
            self.numbers.push((name, at, Vec::new()));
        }
        if let Some(given) = &self.design.wishes.replicates {
            self.replicates = replicate_columns(self.path, header, &mut self.columns, &given.columns)?;
            self.held.replicates = vec![Vec::new(); self.replicates.len()];
        }
        let mut wanted = self.columns.wanted();
        let more = self.names.iter().map(|(_, at, _)| *at).chain(self.numbers.iter().map(|(_, at, _)| *at));
        for column in more.chain(self.replicates.iter().copied()) {
            // A column that is also a rated item is read by its fields.
            wanted.retain(|wanted| wanted.column != column);
            wanted.push(Wanted { column, has_ratings: false });
        }
        Ok(wanted)
    }

    fn row(&mut self, row: &impl Row) -> Result<(), EstimateError> {
        self.left_out.rows += 1;
        if self.left_out.is_nowhere(&self.columns, row) {
            self.held.gaps.leave_out(self.held.count());
            return Ok(());
        }
        let held = self.names.len() + self.numbers.len() + self.replicates.len() + self.design.criteria.items.len() / 8;
        if (self.held.count() + 1) * (4 + held) > CELLS_MAX {
            let message = format!(
                "statistics are made in memory, which holds {CELLS_MAX} numbers at most; leave out columns, such as \
                 replicate weights, or split the file"
            );
            return Err(EstimateError::in_memory(self.path, message));
        }
        let weight = match self.columns.weight {
            None => 1.0,
            Some(at) => weight(&self.columns, row, at, "the weight")?,
        };
        self.held.weights.push(weight);
        self.place(row)?;
        let margins = self.design.calibration.iter().flat_map(|(_, margins)| margins);
        for ((margin, positions), levels) in margins.zip(&self.columns.margins).zip(&mut self.held.margins) {
            // Of those who did not respond a margin may not be known; whether the others have theirs is seen later.
            let may_lack = self.design.wishes.nonresponse.is_some();
            let is_unknown = may_lack && positions.iter().any(|at| self.columns.is_missing(row, *at));
            let level = if is_unknown {
                Held::NO_LEVEL
            } else {
                self.columns.level_of(margin, row, positions, &mut self.scratch)?
            };
            levels.push(level);
        }
        let criteria = &self.design.criteria;
        for ((at, ratings), scale) in self.columns.items.iter().zip(&mut self.held.ratings).zip(&criteria.scales) {
            ratings.push(self.columns.rating(row, *at, *scale)?);
        }
        if !self.held.ratings.is_empty() {
            let (items, promotions) = self.held.ratings.split_at_mut(criteria.items.len());
            for (item, ratings) in criteria.nps_items.iter().zip(promotions) {
                ratings.push(items[*item].last().map_or(0, |rank| RatingScale::promotion(*rank)));
            }
        }
        for (_, at, column) in &mut self.names {
            column.push(name(&self.columns, row, *at, &mut self.scratch)?);
        }
        for (_, at, column) in &mut self.numbers {
            column.push(number(&self.columns, row, *at)?.unwrap_or(f64::NAN));
        }
        for (at, weights) in self.replicates.iter().zip(&mut self.held.replicates) {
            weights.push(self::weight(&self.columns, row, *at, "the replicate weight")?);
        }
        Ok(())
    }
}

impl Filling<'_> {
    /// Reads where the row is in the sample.
    fn place(&mut self, row: &impl Row) -> Result<(), EstimateError> {
        let (columns, places) = (&self.columns, &mut self.held.places);
        if let Some(stratum) = &mut places.stratum {
            self.scratch.clear();
            for (number, at) in columns.strata.iter().enumerate() {
                if number > 0 {
                    self.scratch.push(STRATUM_SEPARATOR);
                }
                columns.push_name(row, *at, "the stratum", &mut self.scratch)?;
            }
            stratum.push(Some(&self.scratch));
        }
        for (at, units) in columns.stages.iter().zip(&mut places.stages) {
            self.scratch.clear();
            columns.push_name(row, *at, "the sampling unit", &mut self.scratch)?;
            units.push(Some(&self.scratch));
        }
        for (at, populations) in columns.populations.iter().zip(&mut places.populations) {
            populations.push(columns.population(row, *at)?);
        }
        Ok(())
    }
}

/// The name in a column; `None` where it is empty.
fn name<'s>(
    columns: &Columns,
    row: &impl Row,
    at: usize,
    scratch: &'s mut String,
) -> Result<Option<&'s str>, EstimateError> {
    if columns.is_missing(row, at) {
        return Ok(None);
    }
    scratch.clear();
    columns.push_name(row, at, "the value", scratch)?;
    Ok(Some(scratch))
}

/// The number in a column; `None` where it is empty.
fn number(columns: &Columns, row: &impl Row, at: usize) -> Result<Option<f64>, EstimateError> {
    if columns.is_missing(row, at) {
        return Ok(None);
    }
    let found = match row.field(at) {
        Field::Missing => return Ok(None),
        Field::Text(text) => with_decimal_point(text, row.has_decimal_comma()).parse().ok(),
        Field::Integer(value) => Some(value as f64),
        Field::Number(value) => Some(value),
    };
    if let Some(number) = found.filter(|number: &f64| number.is_finite()) {
        return Ok(Some(number));
    }
    let mut shown = String::new();
    columns.push_name(row, at, "the value", &mut shown)?;
    let message = format!("{shown:?} is not a number; write it like 12.5, or leave empty what is not known");
    Err(columns.wrong(row, at, message))
}

/// A weight, which may be 0: such a row is part of the design only.
fn weight(columns: &Columns, row: &impl Row, at: usize, what: &str) -> Result<f64, EstimateError> {
    match number(columns, row, at)? {
        Some(weight) if weight >= 0.0 => Ok(weight),
        Some(weight) => Err(columns.wrong(row, at, format!("{what} must not be below 0, as {weight} is"))),
        None => Err(columns.wrong(row, at, format!("{what} is missing"))),
    }
}

/// Where the replicate weights are.
fn replicate_columns(
    path: &Path,
    header: &[String],
    columns: &mut Columns,
    wanted: &ReplicateColumns,
) -> Result<Vec<usize>, EstimateError> {
    let found: Vec<usize> = match wanted {
        ReplicateColumns::Names(names) => {
            names.iter().map(|name| columns.find_another(name)).collect::<Result<_, _>>()?
        }
        ReplicateColumns::Beginning(pattern) => {
            let beginning = pattern.trim_end_matches('*');
            (0..header.len()).filter(|at| header[*at].starts_with(beginning)).collect()
        }
    };
    if !(2..=REPLICATES_MAX).contains(&found.len()) {
        let message = format!("columns.replicates names {} columns; there must be 2 to {REPLICATES_MAX}", found.len());
        return Err(EstimateError::in_memory(path, message));
    }
    Ok(found)
}

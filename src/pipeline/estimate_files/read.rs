//! Streams responses from a CSV file into a sample.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::EstimateError;
use super::design::Design;
use crate::estimation::{Respondent, Sample, SampleBuilder};
use crate::foundation::Weight;

/// The most levels that all domains together may have, times the square of the number of items: each level keeps sums of
/// all pairs of items. 5,000 levels for 22 items, 60 for 200; about half a gigabyte.
const LEVELS_TIMES_SQUARED_ITEMS_MAX: usize = 2_420_000;
/// Rows between two reports of progress.
const ROWS_PER_REPORT: u64 = 4_096;
/// Joins the values of several stratum columns; no value of a readable file holds it.
const STRATUM_SEPARATOR: char = '\u{1f}';

/// The sample of a file, and which of its levels are which.
#[derive(Debug)]
pub(super) struct FileSample {
    pub sample: Sample,
    /// For each domain column, the number of each value's level.
    pub levels: Vec<BTreeMap<String, usize>>,
}

/// Where the columns stand.
struct Positions {
    weight: Option<usize>,
    strata: Vec<usize>,
    psu: Option<usize>,
    domains: Vec<usize>,
    items: Vec<usize>,
}

/// A row under way, for errors that say where.
struct Row<'a> {
    path: &'a Path,
    header: &'a StringRecord,
    record: &'a StringRecord,
    /// How many rated items there are.
    items: usize,
}

impl FileSample {
    /// Reads all responses. `progress` is told the bytes read so far.
    pub(super) fn read(path: &Path, design: &Design, mut progress: impl FnMut(u64)) -> Result<Self, EstimateError> {
        let shown = || path.display().to_string();
        let file = File::open(path).map_err(|cause| EstimateError::File { path: shown(), cause })?;
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
        let wrong_csv = |cause| EstimateError::Csv { path: shown(), cause };
        let header = without_byte_order_mark(reader.headers().map_err(wrong_csv)?);
        let positions = Positions::find(path, design, &header)?;
        let mut builder = SampleBuilder::new(design.criteria.items.len(), design.satisfied_from, 0)?;
        let mut levels = vec![BTreeMap::new(); positions.domains.len()];
        let mut record = StringRecord::new();
        let mut ratings = vec![0; positions.items.len()];
        let mut rows = 0_u64;
        while reader.read_record(&mut record).map_err(wrong_csv)? {
            let row = Row { path, header: &header, record: &record, items: ratings.len() };
            row.add_to(&mut builder, &positions, &mut levels, &mut ratings)?;
            rows += 1;
            if rows.is_multiple_of(ROWS_PER_REPORT) {
                progress(reader.position().byte());
            }
        }
        progress(reader.position().byte());
        Ok(Self { sample: builder.finish()?, levels })
    }
}

/// Spreadsheets write a byte order mark, which is no part of the first column's name.
fn without_byte_order_mark(header: &StringRecord) -> StringRecord {
    header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect()
}

impl Positions {
    fn find(path: &Path, design: &Design, header: &StringRecord) -> Result<Self, EstimateError> {
        let position = |column: &str| {
            let mut found = header.iter().enumerate().filter(|(_, name)| *name == column).map(|(position, _)| position);
            match (found.next(), found.count()) {
                (Some(position), 0) => Ok(position),
                (first, more) => Err(EstimateError::Column {
                    path: path.display().to_string(),
                    column: column.to_owned(),
                    found: usize::from(first.is_some()) + more,
                }),
            }
        };
        let all = |columns: &[String]| columns.iter().map(|column| position(column)).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            weight: design.weight.as_deref().map(position).transpose()?,
            strata: all(&design.strata)?,
            psu: design.psu.as_deref().map(position).transpose()?,
            domains: all(&design.domains)?,
            items: design.criteria.items.iter().map(|item| position(item.as_str())).collect::<Result<_, _>>()?,
        })
    }
}

impl Row<'_> {
    fn add_to(
        &self,
        builder: &mut SampleBuilder,
        positions: &Positions,
        levels: &mut [BTreeMap<String, usize>],
        ratings: &mut [u8],
    ) -> Result<(), EstimateError> {
        for (rating, position) in ratings.iter_mut().zip(&positions.items) {
            *rating = self.rating(*position)?;
        }
        let mut stratum = String::new();
        for position in &positions.strata {
            stratum.push_str(self.required(*position, "the stratum")?);
            stratum.push(STRATUM_SEPARATOR);
        }
        let mut memberships = Vec::with_capacity(positions.domains.len());
        for (position, known) in positions.domains.iter().zip(levels) {
            memberships.extend(self.level(*position, known, builder)?);
        }
        let psu = positions.psu.map(|position| self.required(position, "the primary sampling unit")).transpose()?;
        let weight = positions.weight.map_or(Ok(Weight::ONE), |position| self.weight(position))?;
        builder.add_response(&Respondent { levels: &memberships, stratum: &stratum, psu, weight, ratings })?;
        Ok(())
    }

    /// The number of the level that the row belongs to; an empty value belongs to none.
    fn level(
        &self,
        position: usize,
        known: &mut BTreeMap<String, usize>,
        builder: &mut SampleBuilder,
    ) -> Result<Option<usize>, EstimateError> {
        let levels_max = LEVELS_TIMES_SQUARED_ITEMS_MAX / self.items.pow(2);
        let value = &self.record[position];
        if value.is_empty() {
            return Ok(None);
        }
        if let Some(level) = known.get(value) {
            return Ok(Some(*level));
        }
        let level = builder.add_level()?;
        if level >= levels_max {
            let message = format!("the domains have more than {levels_max} levels in all; leave out what is no group");
            return Err(self.wrong(position, message));
        }
        known.insert(value.to_owned(), level);
        Ok(Some(level))
    }

    fn rating(&self, position: usize) -> Result<u8, EstimateError> {
        match &self.record[position] {
            "" => Ok(0),
            value => {
                match value.as_bytes() {
                    [digit @ b'1'..=b'5'] => Ok(digit - b'0'),
                    _ => Err(self
                        .wrong(position, format!("{value:?} is no rating; use 1 to 5, or nothing where not answered"))),
                }
            }
        }
    }

    fn weight(&self, position: usize) -> Result<Weight, EstimateError> {
        let value = self.required(position, "the weight")?;
        value.parse().map_err(|error| self.wrong(position, format!("{error}")))
    }

    fn required(&self, position: usize, what: &str) -> Result<&str, EstimateError> {
        match &self.record[position] {
            "" => Err(self.wrong(position, format!("{what} is missing"))),
            value => Ok(value),
        }
    }

    fn wrong(&self, position: usize, message: String) -> EstimateError {
        EstimateError::Value {
            path: self.path.display().to_string(),
            line: self.record.position().map_or(0, csv::Position::line),
            column: self.header[position].to_owned(),
            message,
        }
    }
}

//! Reads responses from a file into a sample.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::EstimateError;
use super::design::{Design, NAME_LENGTH_MAX};
use super::margin_file::MarginFile;
use super::table::{Field, Reader, Row, read_table};
use crate::estimation::{BetweenLevels, Membership, Place, Respondent, Sample, SampleBuilder};
use crate::foundation::Weight;
use crate::index::IndexKind;
use crate::statistics::LonelyPsu;

/// The most levels that all domains together may have, times the square of the number of items: each level keeps sums of
/// all pairs of items. 5,000 levels for 22 items, 60 for 200; about half a gigabyte.
const LEVELS_TIMES_SQUARED_ITEMS_MAX: usize = 2_420_000;
/// Joins the values of several stratum columns; no value holds it, since none holds control characters.
const STRATUM_SEPARATOR: char = '\u{1f}';

/// The sample of a file, and which of its levels are which.
#[derive(Debug)]
pub(super) struct FileSample {
    pub sample: Sample,
    /// For each domain column, the number of each value's level.
    pub levels: Vec<BTreeMap<String, usize>>,
}

impl FileSample {
    /// Reads all responses; with `covariances`, those of the four indices between the levels of the first domain are
    /// gathered. `progress` is told the bytes read so far.
    pub(super) fn read(
        path: &Path,
        design: &Design,
        covariances: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<Self, EstimateError> {
        let builder = SampleBuilder::new(design.criteria.items.len(), design.satisfied_from, 0)?;
        let builder = builder.with_lonely_psu(design.lonely);
        let builder = match &design.calibration {
            Some((calibration, _)) => builder.calibrated(calibration.clone()),
            None => builder,
        };
        let mut reader = Responses {
            path,
            design,
            header: Vec::new(),
            positions: Positions::default(),
            builder,
            levels: vec![BTreeMap::new(); design.domains.len()],
            scratch: Scratch::new(design),
            weights: Weights::default(),
        };
        read_table(path, &mut reader, &mut progress)?;
        let Responses { builder, levels, weights, .. } = reader;
        if let Some(mean) = weights.too_small() {
            return Err(EstimateError::Weights { path: path.display().to_string(), mean });
        }
        let mut between = BetweenLevels::default();
        if covariances && let Some(levels) = levels.first() {
            between.levels = levels.values().copied().collect();
            let statistics =
                IndexKind::ALL.into_iter().filter_map(|kind| design.method.statistic(kind, &design.criteria));
            between.statistics = statistics.collect();
        }
        let sample = builder.finish(&between)?;
        if let (LonelyPsu::Fail, Some(stratum)) = (design.lonely, sample.lonely_strata().first()) {
            let stratum = stratum.replace(STRATUM_SEPARATOR, " ");
            return Err(EstimateError::Lonely { stratum: stratum.trim().to_owned() });
        }
        Ok(Self { sample, levels })
    }
}

/// Where the columns stand.
#[derive(Default)]
struct Positions {
    weight: Option<usize>,
    strata: Vec<usize>,
    stages: Vec<usize>,
    populations: Vec<usize>,
    domains: Vec<usize>,
    margins: Vec<Vec<usize>>,
    items: Vec<usize>,
}

/// What a row is read into, kept from row to row.
#[derive(Default)]
struct Scratch {
    stratum: String,
    units: Vec<String>,
    populations: Vec<f64>,
    levels: Vec<usize>,
    margins: Vec<u32>,
    ratings: Vec<u8>,
    name: String,
}

impl Scratch {
    fn new(design: &Design) -> Self {
        Self {
            units: vec![String::new(); design.stages.len()],
            ratings: vec![0; design.criteria.items.len()],
            ..Self::default()
        }
    }
}

/// What whole billionths do to the weights.
#[derive(Default)]
struct Weights {
    sum: f64,
    count: f64,
    /// The most that a weight was rounded by.
    rounded: f64,
}

impl Weights {
    /// The mean weight, where roundings are so large a part of it that estimates would show them in their ninth digit.
    fn too_small(&self) -> Option<f64> {
        let mean = self.sum / self.count;
        (self.rounded > 1e-8 * mean).then_some(mean)
    }
}

/// Reads the rows of a file.
struct Responses<'a> {
    path: &'a Path,
    design: &'a Design,
    header: Vec<String>,
    positions: Positions,
    builder: SampleBuilder,
    levels: Vec<BTreeMap<String, usize>>,
    scratch: Scratch,
    weights: Weights,
}

impl Reader for Responses<'_> {
    fn header(&mut self, names: &[String]) -> Result<Vec<usize>, EstimateError> {
        names.clone_into(&mut self.header);
        let design = self.design;
        let all =
            |columns: &[String]| columns.iter().map(|column| self.position(column)).collect::<Result<Vec<_>, _>>();
        let margins = design.calibration.iter().flat_map(|(_, margins)| margins);
        let found = Positions {
            weight: design.weight.as_deref().map(|column| self.position(column)).transpose()?,
            strata: all(&design.strata)?,
            stages: all(&design.stages)?,
            populations: all(&design.populations)?,
            domains: all(&design.domains)?,
            margins: margins.map(|margin| all(&margin.columns)).collect::<Result<_, _>>()?,
            items: design.criteria.items.iter().map(|item| self.position(item.as_str())).collect::<Result<_, _>>()?,
        };
        let lists = [&found.strata, &found.stages, &found.populations, &found.domains, &found.items];
        let mut wanted: Vec<usize> =
            lists.into_iter().chain(&found.margins).flatten().copied().chain(found.weight).collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.positions = found;
        Ok(wanted)
    }

    fn row(&mut self, row: &impl Row) -> Result<(), EstimateError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let outcome = self.add(row, &mut scratch);
        self.scratch = scratch;
        outcome
    }
}

impl Responses<'_> {
    fn position(&self, column: &str) -> Result<usize, EstimateError> {
        let mut found =
            self.header.iter().enumerate().filter(|(_, name)| *name == column).map(|(position, _)| position);
        match (found.next(), found.count()) {
            (Some(position), 0) => Ok(position),
            (first, more) => Err(EstimateError::Column {
                path: self.path.display().to_string(),
                column: column.to_owned(),
                found: usize::from(first.is_some()) + more,
            }),
        }
    }

    fn add(&mut self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        for (item, rating) in scratch.ratings.iter_mut().enumerate() {
            *rating = self.rating(row, self.positions.items[item])?;
        }
        scratch.stratum.clear();
        for position in &self.positions.strata {
            self.push_name(row, *position, "the stratum", &mut scratch.stratum)?;
            scratch.stratum.push(STRATUM_SEPARATOR);
        }
        for (position, unit) in self.positions.stages.iter().zip(&mut scratch.units) {
            unit.clear();
            self.push_name(row, *position, "the sampling unit", unit)?;
        }
        scratch.populations.clear();
        for position in &self.positions.populations {
            scratch.populations.push(self.population(row, *position)?);
        }
        self.find_levels(row, scratch)?;
        self.find_margins(row, scratch)?;
        let weight = self.positions.weight.map_or(Ok(Weight::ONE), |position| self.weight(row, position))?;
        let units: Vec<&str> = scratch.units.iter().map(String::as_str).collect();
        let respondent = Respondent {
            member: Membership { levels: &scratch.levels, margins: &scratch.margins },
            place: Place { stratum: &scratch.stratum, units: &units, populations: &scratch.populations },
            weight,
            ratings: &scratch.ratings,
        };
        Ok(self.builder.add_response(&respondent)?)
    }

    /// Finds the levels that the row belongs to; a domain whose value is missing has none.
    fn find_levels(&mut self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        let levels_max = LEVELS_TIMES_SQUARED_ITEMS_MAX / self.design.criteria.items.len().pow(2);
        scratch.levels.clear();
        for (domain, position) in self.positions.domains.iter().enumerate() {
            if row.field(*position) == Field::Missing {
                continue;
            }
            scratch.name.clear();
            self.push_name(row, *position, "the level", &mut scratch.name)?;
            if let Some(level) = self.levels[domain].get(&scratch.name) {
                scratch.levels.push(*level);
                continue;
            }
            let level = self.builder.add_level();
            if level >= levels_max {
                let message =
                    format!("the domains have more than {levels_max} levels in all; leave out what is no group");
                return Err(self.wrong(row, *position, message));
            }
            self.levels[domain].insert(scratch.name.clone(), level);
            scratch.levels.push(level);
        }
        Ok(())
    }

    fn find_margins(&self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        scratch.margins.clear();
        let margins = self.design.calibration.iter().flat_map(|(_, margins)| margins);
        for (margin, positions) in margins.zip(&self.positions.margins) {
            scratch.name.clear();
            let mut value = String::new();
            for position in positions {
                value.clear();
                self.push_name(row, *position, "the level of the margin", &mut value)?;
                MarginFile::push(&mut scratch.name, &value);
            }
            let Some(level) = margin.levels.get(&scratch.name) else {
                let message = format!("the margin {:?} counts nobody of this level", margin.margin.name);
                return Err(self.wrong(row, positions[0], message));
            };
            scratch.margins.push(*level);
        }
        Ok(())
    }

    fn rating(&self, row: &impl Row, position: usize) -> Result<u8, EstimateError> {
        let digit = match row.field(position) {
            Field::Missing => return Ok(0),
            Field::Text(text) => match text.as_bytes() {
                [digit @ b'1'..=b'5'] => Some(digit - b'0'),
                _ => None,
            },
            Field::Integer(value) => u8::try_from(value).ok().filter(|value| (1..=5).contains(value)),
            Field::Number(value) => (1_u8..=5).find(|rating| f64::from(*rating).total_cmp(&value).is_eq()),
        };
        digit.ok_or_else(|| {
            let mut shown = String::new();
            push_field(&mut shown, row.field(position));
            self.wrong(row, position, format!("{shown:?} is no rating; use 1 to 5, or nothing where not answered"))
        })
    }

    fn weight(&mut self, row: &impl Row, position: usize) -> Result<Weight, EstimateError> {
        let mut text = String::new();
        self.push_name(row, position, "the weight", &mut text)?;
        let weight: Weight = text.parse().map_err(|error| self.wrong(row, position, format!("{error}")))?;
        let has_billionths = text.split_once('.').is_some_and(|(_, decimals)| decimals.len() > 9);
        if has_billionths || text.contains(['e', 'E']) {
            let exact = text.parse().unwrap_or(weight.value());
            self.weights.rounded = self.weights.rounded.max((exact - weight.value()).abs());
        }
        self.weights.sum += weight.value();
        self.weights.count += 1.0;
        Ok(weight)
    }

    fn population(&self, row: &impl Row, position: usize) -> Result<f64, EstimateError> {
        let mut text = String::new();
        self.push_name(row, position, "the number of units to draw from", &mut text)?;
        let population = text.parse().ok().filter(|population: &f64| population.is_finite() && *population >= 1.0);
        let message = || format!("{text:?} is no number of units to draw from; use a number of at least 1");
        population.ok_or_else(|| self.wrong(row, position, message()))
    }

    fn push_name(&self, row: &impl Row, position: usize, what: &str, text: &mut String) -> Result<(), EstimateError> {
        match row.field(position) {
            Field::Missing => Err(self.wrong(row, position, format!("{what} is missing"))),
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

    fn wrong(&self, row: &impl Row, position: usize, message: String) -> EstimateError {
        EstimateError::Value {
            path: self.path.display().to_string(),
            position: row.position(),
            column: self.header[position].clone(),
            message,
        }
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

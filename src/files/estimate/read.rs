//! Reads responses from a file into a sample.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::EstimateError;
use super::columns::Columns;
use super::design::Design;
use super::known::KnownStands;
use super::left_out::LeftOut;
use super::row::{Reader, Row, Wanted};
use super::table::read_table;
use crate::estimation::{BetweenLevels, Formed, Membership, Place, Sample, SampleBuilder, Stand};
use crate::foundation::{RatingScale, Weight};
use crate::index::Criteria;
use crate::statistics::LonelyPsu;

/// The most levels that all domains together may have, times the square of the number of items: each level keeps sums of
/// all pairs of items. 5,000 levels for 22 items, 60 for 200; about half a gigabyte.
const LEVELS_TIMES_SQUARED_ITEMS_MAX: usize = 2_420_000;
/// Joins the values of several stratum columns; no value has it, because values have no control characters.
const STRATUM_SEPARATOR: char = '\u{1f}';

/// The sample of a file, and which of its levels are which.
#[derive(Debug)]
pub(super) struct FileSample {
    pub sample: Sample,
    /// What covariances between levels are gathered from.
    pub formed: Formed,
    /// For each domain column, the number of each value's level.
    pub levels: Vec<BTreeMap<String, usize>>,
    /// How the file was read, in sentences.
    pub notes: Vec<String>,
}

impl FileSample {
    /// Reads all responses; with `covariances`, those of the four indices between the levels of the first domain are
    /// gathered. `progress` gets the bytes read so far.
    pub(super) fn read(
        path: &Path,
        design: &Design,
        covariances: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<Self, EstimateError> {
        let builder = SampleBuilder::new(&design.criteria.scales, 0)?;
        let builder = builder.with_lonely_psu(design.lonely).counting(&design.criteria.groups());
        let builder = match &design.calibration {
            Some((calibration, _)) => builder.calibrated(calibration.clone()),
            None => builder,
        };
        let mut reader = Responses {
            path,
            design,
            columns: Columns::default(),
            of_stand: Vec::new(),
            builder,
            levels: vec![HashMap::new(); design.domains.len()],
            known: KnownStands::default(),
            scratch: Scratch::new(design),
            weights: Weights::default(),
            left_out: LeftOut::new(design),
        };
        let mut notes = read_table(path, &mut reader, &mut progress)?;
        let Responses { builder, levels, weights, known, left_out, columns, .. } = reader;
        notes.extend(columns.notes);
        notes.extend(left_out.notes(design));
        // Forming the sample needs the memory.
        drop(known);
        // In the order of their names, in which they are written.
        let levels: Vec<BTreeMap<String, usize>> =
            levels.into_iter().map(|levels| levels.into_iter().collect()).collect();
        if let Some(mean) = weights.too_small() {
            return Err(EstimateError::Weights { path: path.display().to_string(), mean });
        }
        let mut between = BetweenLevels::default();
        if covariances && let Some(levels) = levels.first() {
            between.levels = levels.values().copied().collect();
            let statistics = design.method.indices.iter().filter_map(|index| index.statistic(&design.criteria));
            between.statistics = statistics.collect();
        }
        let (sample, formed) = builder.form(between)?;
        if let (LonelyPsu::Fail, Some(stratum)) = (design.lonely, sample.lonely_strata().first()) {
            let stratum = stratum.replace(STRATUM_SEPARATOR, " ");
            return Err(EstimateError::Lonely { stratum: stratum.trim().to_owned() });
        }
        Ok(Self { sample, formed, levels, notes })
    }
}

/// What a row is read into, used again for each row.
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
            ratings: vec![0; design.criteria.scales.len()],
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
    columns: Columns,
    /// The columns that say where and of whom a row is.
    of_stand: Vec<usize>,
    builder: SampleBuilder,
    levels: Vec<HashMap<String, usize>>,
    known: KnownStands,
    scratch: Scratch,
    weights: Weights,
    left_out: LeftOut,
}

impl Reader for Responses<'_> {
    fn header(&mut self, names: &[String]) -> Result<Vec<Wanted>, EstimateError> {
        self.columns = Columns::find(self.path, names, self.design)?;
        self.of_stand = self.columns.of_stand();
        Ok(self.columns.wanted())
    }

    fn row(&mut self, row: &impl Row) -> Result<(), EstimateError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let outcome = self.add(row, &mut scratch);
        self.scratch = scratch;
        outcome
    }
}

impl Responses<'_> {
    fn add(&mut self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        let Criteria { items, scales, nps_items, .. } = &self.design.criteria;
        for ((rating, position), scale) in scratch.ratings.iter_mut().zip(&self.columns.items).zip(scales) {
            *rating = self.columns.rating(row, *position, *scale)?;
        }
        for (at, item) in nps_items.iter().enumerate() {
            scratch.ratings[items.len() + at] = RatingScale::promotion(scratch.ratings[*item]);
        }
        let known = self.known.find(row, &self.of_stand);
        self.left_out.rows += 1;
        if known.is_none() {
            if self.left_out.is_nowhere(&self.columns, row) {
                return Ok(());
            }
            self.read_names(row, scratch)?;
        }
        let weight = self.weight(row)?;
        let stand = if let Some(known) = known { known } else { self.stand(scratch)? };
        Ok(self.builder.add_response_at(stand, weight, &scratch.ratings)?)
    }

    /// Reads what says where and of whom the row is.
    fn read_names(&mut self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        let columns = &self.columns;
        scratch.stratum.clear();
        for position in &columns.strata {
            columns.push_name(row, *position, "the stratum", &mut scratch.stratum)?;
            scratch.stratum.push(STRATUM_SEPARATOR);
        }
        for (position, unit) in columns.stages.iter().zip(&mut scratch.units) {
            unit.clear();
            columns.push_name(row, *position, "the sampling unit", unit)?;
        }
        scratch.populations.clear();
        for position in &columns.populations {
            scratch.populations.push(columns.population(row, *position)?);
        }
        self.find_levels(row, scratch)?;
        self.find_margins(row, scratch)
    }

    /// The place of the row whose names were read.
    fn stand(&mut self, scratch: &Scratch) -> Result<Stand, EstimateError> {
        let units: Vec<&str> = scratch.units.iter().map(String::as_str).collect();
        let member = Membership { levels: &scratch.levels, margins: &scratch.margins };
        let place = Place { stratum: &scratch.stratum, units: &units, populations: &scratch.populations };
        let stand = self.builder.stand(member, &place)?;
        // Rows without a level of some domain are counted, so each is looked at.
        if scratch.levels.len() == self.columns.domains.len() {
            self.known.keep(stand);
        }
        Ok(stand)
    }

    fn weight(&mut self, row: &impl Row) -> Result<Weight, EstimateError> {
        let Some(position) = self.columns.weight else { return Ok(Weight::ONE) };
        let (weight, rounded) = self.columns.weight(row, position)?;
        self.weights.rounded = self.weights.rounded.max(rounded);
        self.weights.sum += weight.value();
        self.weights.count += 1.0;
        Ok(weight)
    }

    /// Finds the levels that the row belongs to; one whose value of a domain is missing is in none of its levels.
    fn find_levels(&mut self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        let levels_max = LEVELS_TIMES_SQUARED_ITEMS_MAX / self.design.criteria.scales.len().pow(2);
        scratch.levels.clear();
        for (domain, position) in self.columns.domains.iter().enumerate() {
            if self.columns.is_missing(row, *position) {
                self.left_out.of_domains[domain] += 1;
                continue;
            }
            scratch.name.clear();
            self.columns.push_name(row, *position, "the level", &mut scratch.name)?;
            if let Some(level) = self.levels[domain].get(&scratch.name) {
                scratch.levels.push(*level);
                continue;
            }
            let level = self.builder.add_level();
            if level >= levels_max {
                let message =
                    format!("the domains have more than {levels_max} levels in all; leave out what is not a group");
                return Err(self.columns.wrong(row, *position, message));
            }
            self.levels[domain].insert(scratch.name.clone(), level);
            scratch.levels.push(level);
        }
        Ok(())
    }

    fn find_margins(&self, row: &impl Row, scratch: &mut Scratch) -> Result<(), EstimateError> {
        scratch.margins.clear();
        let margins = self.design.calibration.iter().flat_map(|(_, margins)| margins);
        for (margin, positions) in margins.zip(&self.columns.margins) {
            let level = self.columns.level_of(margin, row, positions, &mut scratch.name)?;
            scratch.margins.push(level);
        }
        Ok(())
    }
}

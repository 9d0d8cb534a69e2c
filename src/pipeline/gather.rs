//! A wave's sample from what is kept of its units.

use std::collections::HashMap;
use std::ops::Range;

use super::PipelineError;
use super::counting::values_of;
use super::known_waves::LoadedWave;
use crate::estimation::{
    Calibration, CellNumber, EstimationError, Margin, Membership, Place, PlaceNumber, Recruitment, SampleBuilder,
    StateKey, UnitState,
};
use crate::statistics::LonelyPsu;
use crate::storage::StorageError;
use crate::survey::{CalibrationPlan, OpenAnswers, PlannedMargin, UnitId};

/// Joins the columns of a margin, and the values of a level, in names for people.
pub(super) const BESIDE: &str = " × ";
/// The sampling unit that all answers over the open link are taken for: of chosen answers there is no precision.
const OPEN_LINK: &str = "open link";

/// What a wave's responses make.
pub(super) struct Gathered {
    /// The official sample.
    pub(super) sample: SampleBuilder,
    /// What came over the open link.
    pub(super) open_link: OpenLinkAnswers,
}

/// What came over the open link.
pub(super) enum OpenLinkAnswers {
    /// Nothing.
    None,
    /// So many responses, which are in the official sample.
    Counted(u64),
    /// Responses that are not in the official sample, everybody at weight 1.
    Apart(Box<SampleBuilder>),
}

/// Forms the sample (see [`SampleBuilder`]) of the units at these places in a wave's plan, of their states, as `state_of` tells them.
/// A unit is a level.
pub(super) fn gather<'a>(
    loaded: &LoadedWave,
    units: Range<usize>,
    state_of: impl Fn(UnitId) -> Option<&'a UnitState>,
    calibration: Option<&CalibrationPlan>,
) -> Result<Gathered, PipelineError> {
    let wave = &loaded.wave;
    let levels = units.len();
    let empty = || SampleBuilder::of(loaded.counting.shape.clone(), levels);
    let (mut apart, mut opt_in) = (empty().with_lonely_psu(LonelyPsu::Remove), 0);
    let mut sample = empty().with_lonely_psu(wave.plan.estimation.lonely_psu);
    let mut margins = Margins::default();
    if let Some(plan) = calibration {
        sample = sample.calibrated(calibration_of(plan)?);
        margins = Margins::new(plan, &loaded.counting.columns);
    }
    for (level, unit) in wave.units[units].iter().enumerate() {
        let Some(state) = state_of(unit.id) else { continue };
        let mut members = margins.of_unit(unit.code().as_str(), [level]);
        let mut at: Option<(&str, &str, PlaceNumber)> = None;
        for (StateKey { recruitment, stratum, psu, cell }, sums) in state.sums() {
            if *recruitment == Recruitment::OpenLink {
                opt_in += sums.tally().responses();
                let place = Place { stratum, units: &[OPEN_LINK], populations: &[] };
                apart.add_sums(Membership { levels: &[level], margins: &[] }, &place, sums)?;
                continue;
            }
            // In the order of keys all cells of a place come together.
            let place = if let Some((.., place)) = at.filter(|(of, unit, _)| (*of, *unit) == (stratum, psu)) {
                place
            } else {
                let unit = Some(psu.as_str()).filter(|psu| !psu.is_empty());
                sample.place_number(&Place { stratum, units: unit.as_slice(), populations: &[] })?
            };
            at = Some((stratum, psu, place));
            let cell = members.cell(&mut sample, cell)?;
            sample.add_sums_at(place, cell, sums);
        }
        for (cell, people) in state.people()? {
            let cell = members.cell(&mut sample, cell)?;
            sample.add_people(cell, people)?;
        }
        for (cell, products) in state.products() {
            let margins = members.margins.levels_of(members.unit, cell)?;
            sample.add_products(Membership { levels: &[level], margins: &margins }, products)?;
        }
    }
    let open_link = match wave.plan.open_link.answers {
        _ if opt_in == 0 => OpenLinkAnswers::None,
        OpenAnswers::Counted => OpenLinkAnswers::Counted(opt_in),
        OpenAnswers::Apart | OpenAnswers::Refused => OpenLinkAnswers::Apart(Box::new(apart)),
    };
    Ok(Gathered { sample, open_link })
}

/// What a plan calibrates weights to; an error where its margins cannot hold together.
pub(super) fn calibration_of(plan: &CalibrationPlan) -> Result<Calibration, EstimationError> {
    Calibration::of_people(plan.method, plan.margins.iter().map(margin).collect(), plan.total)
}

fn margin(planned: &PlannedMargin) -> Margin {
    let levels = planned.levels.iter().map(|level| (level.values.join(BESIDE), level.people)).collect();
    Margin { name: planned.columns.join(BESIDE), levels }
}

/// Finds the level of each margin that the members of a cell have.
#[derive(Default)]
struct Margins(Vec<MarginReader>);

struct MarginReader {
    name: String,
    /// Where the values stand in a cell; nothing for the unit.
    columns: Vec<Option<usize>>,
    levels: HashMap<Vec<String>, u32>,
}

impl Margins {
    /// `columns`: what a cell is made of.
    fn new(plan: &CalibrationPlan, columns: &[String]) -> Self {
        let reader = |margin: &PlannedMargin| MarginReader {
            name: margin.columns.join(", "),
            columns: margin.columns.iter().map(|name| columns.iter().position(|column| column == name)).collect(),
            levels: margin.levels.iter().map(|level| level.values.clone()).zip(0..).collect(),
        };
        Self(plan.margins.iter().map(reader).collect())
    }

    fn of_unit<'a>(&'a self, unit: &'a str, levels: [usize; 1]) -> UnitMembers<'a> {
        UnitMembers { margins: self, unit, levels, known: HashMap::new() }
    }

    /// The number of each margin's level.
    fn levels_of(&self, unit: &str, cell: &str) -> Result<Vec<u32>, StorageError> {
        let level = |margin: &MarginReader| {
            let value = |column: &Option<usize>| match column {
                Some(position) => values_of(cell).nth(*position).unwrap_or("").to_owned(),
                None => unit.to_owned(),
            };
            let values: Vec<String> = margin.columns.iter().map(value).collect();
            margin.levels.get(&values).copied().ok_or_else(|| StorageError::Damaged {
                table: "sheaf",
                reason: format!("a response has no level of the margin {}", margin.name),
            })
        };
        self.0.iter().map(level).collect()
    }
}

/// The members of the cells of one unit. Each sampling unit has much the same cells: they are looked up once.
struct UnitMembers<'a> {
    margins: &'a Margins,
    unit: &'a str,
    levels: [usize; 1],
    known: HashMap<&'a str, CellNumber>,
}

impl<'a> UnitMembers<'a> {
    /// The number of a cell's members in the sample.
    fn cell(&mut self, sample: &mut SampleBuilder, cell: &'a str) -> Result<CellNumber, PipelineError> {
        if let Some(known) = self.known.get(cell) {
            return Ok(*known);
        }
        let margins = self.margins.levels_of(self.unit, cell)?;
        let number = sample.cell_number(Membership { levels: &self.levels, margins: &margins })?;
        self.known.insert(cell, number);
        Ok(number)
    }
}

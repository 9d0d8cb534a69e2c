//! Gathering a wave's sample from storage: its tallies, and of its responses what tallies do not hold.

use std::collections::HashMap;

use super::PipelineError;
use super::waves::{LoadedWave, unmeasured};
use crate::estimation::{Calibration, EstimationError, Margin, Membership, Place, Respondent, SampleBuilder};
use crate::foundation::{Code, Weight};
use crate::index::Criteria;
use crate::storage::{KeptResponse, Snapshot, StorageError};
use crate::survey::{CalibrationPlan, OpenAnswers, PlannedMargin, Source, UnitId, Wave, packed_text};

/// Joins the columns of a margin, and the values of a level, in names for people.
pub(super) const BESIDE: &str = " × ";

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

/// Reads a wave's sample (see [`SampleBuilder`]). A unit is a level.
///
/// With `calibration` every response is counted from the log: a kept tally does not tell who is in which level of a margin.
pub(super) async fn gather(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
    calibration: Option<&CalibrationPlan>,
) -> Result<Gathered, PipelineError> {
    let wave = &loaded.wave;
    let criteria = Criteria::of_wave(wave);
    let groups = criteria.groups();
    let empty = || SampleBuilder::new(&criteria.scales, wave.units.len()).map(|builder| builder.counting(&groups));
    let (mut apart, mut opt_in) = (empty()?, 0);
    let mut sample = empty()?.with_lonely_psu(wave.plan.estimation.lonely_psu);
    let margins = if let Some(plan) = calibration {
        sample = sample.calibrated(calibration_of(plan)?);
        Margins::new(plan, wave)
    } else {
        add_tallies(snapshot, loaded, criteria.scales.len(), &mut sample).await?;
        Margins::default()
    };
    let levels: HashMap<UnitId, usize> = wave.units.iter().enumerate().map(|(level, unit)| (unit.id, level)).collect();
    let add = |response: KeptResponse| {
        let level = *levels.get(&response.unit).ok_or_else(|| unmeasured(response.unit))?;
        let ratings = loaded.ratings_of(&response.answers)?;
        let placement = &response.placement;
        let psu = placement.psu.as_ref().map(Code::as_str);
        opt_in += u64::from(response.source == Source::Open);
        if !wave.plan.counts(response.source) {
            let member = Membership { levels: &[level], margins: &[] };
            let place = Place { stratum: placement.stratum.as_str(), ..Place::default() };
            return Ok(apart.add_response(&Respondent { member, place, weight: Weight::ONE, ratings: &ratings })?);
        }
        let of_margins = margins.levels_of(wave.units[level].code().as_str(), &response.respondent)?;
        sample.add_response(&Respondent {
            member: Membership { levels: &[level], margins: &of_margins },
            place: Place { stratum: placement.stratum.as_str(), units: psu.as_slice(), populations: &[] },
            weight: placement.weight,
            ratings: &ratings,
        })?;
        Ok::<_, PipelineError>(())
    };
    snapshot.each_response(loaded.id, add).await?;
    let open_link = match wave.plan.open_link.answers {
        _ if opt_in == 0 => OpenLinkAnswers::None,
        OpenAnswers::Counted => OpenLinkAnswers::Counted(opt_in),
        OpenAnswers::Apart | OpenAnswers::Refused => OpenLinkAnswers::Apart(Box::new(apart)),
    };
    Ok(Gathered { sample, open_link })
}

async fn add_tallies(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
    items: usize,
    sample: &mut SampleBuilder,
) -> Result<(), PipelineError> {
    for (level, unit) in loaded.wave.units.iter().enumerate() {
        for row in snapshot.tallies(loaded.id, unit.id, items).await? {
            if let Some(psu) = &row.psu {
                let place = Place { stratum: row.stratum.as_str(), units: &[psu.as_str()], populations: &[] };
                sample.add_tally(Membership { levels: &[level], margins: &[] }, &place, &row.sums)?;
            }
        }
    }
    Ok(())
}

/// What a plan calibrates weights to; an error where its margins cannot hold together.
pub(super) fn calibration_of(plan: &CalibrationPlan) -> Result<Calibration, EstimationError> {
    Calibration::of_people(plan.method, plan.margins.iter().map(margin).collect(), plan.total)
}

fn margin(planned: &PlannedMargin) -> Margin {
    let levels = planned.levels.iter().map(|level| (level.values.join(BESIDE), level.people)).collect();
    Margin { name: planned.columns.join(BESIDE), levels }
}

/// Finds the level of each margin that a response has.
#[derive(Default)]
struct Margins(Vec<MarginReader>);

struct MarginReader {
    name: String,
    /// Where the values stand among the answers about the respondent; nothing for the unit.
    columns: Vec<Option<usize>>,
    levels: HashMap<Vec<String>, u32>,
}

impl Margins {
    fn new(plan: &CalibrationPlan, wave: &Wave) -> Self {
        let questions = &wave.questionnaire.respondent;
        // The plan was checked against the questionnaire: what is no question is the unit.
        let column = |name: &String| questions.iter().position(|item| item.code.as_str() == name);
        let reader = |margin: &PlannedMargin| MarginReader {
            name: margin.columns.join(", "),
            columns: margin.columns.iter().map(column).collect(),
            levels: margin.levels.iter().map(|level| level.values.clone()).zip(0..).collect(),
        };
        Self(plan.margins.iter().map(reader).collect())
    }

    /// The number of each margin's level.
    fn levels_of(&self, unit: &str, respondent: &str) -> Result<Vec<u32>, StorageError> {
        let level = |margin: &MarginReader| {
            let value = |column: &Option<usize>| match column {
                Some(position) => packed_text(respondent, *position).to_owned(),
                None => unit.to_owned(),
            };
            let values: Vec<String> = margin.columns.iter().map(value).collect();
            margin.levels.get(&values).copied().ok_or_else(|| StorageError::Damaged {
                table: "response",
                reason: format!("a response has no level of the margin {}", margin.name),
            })
        };
        self.0.iter().map(level).collect()
    }
}

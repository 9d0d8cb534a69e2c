//! From a wave's sample to results, rankings and the state of fieldwork.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Standings;
use super::counting::CountsByUnit;
use super::error::PipelineError;
use super::gather::{BESIDE, Gathered, OpenLinkAnswers, gather};
use super::known_waves::LoadedWave;
use super::parts::Parts;
use crate::estimation::{BetweenLevels, EmptyLevel, EstimationError};
use crate::index::{Method, OpenLinkResults, UnitResults, WaveResults, compute, wanted_covariances};
use crate::monitoring::{
    DayCount, Fieldwork, NegativeResponses, SeenPrecision, SeenPrecisions, UnansweredLevel, UnmetMargins, WeightsState,
    fieldwork,
};
use crate::statistics::NegativeWeightRule;
use crate::survey::{UnitId, Wave};

/// What the results of a wave are formed of.
pub(super) enum States {
    /// What is counted of each unit.
    Whole(CountsByUnit),
    /// What parts of the wave say.
    Parts(Parts),
}

/// The state of a wave's fieldwork on a day, from counts and results as of one moment.
pub(super) fn fieldwork_of(wave: &Wave, counts: &CountsByUnit, results: &WaveResults, today: NaiveDate) -> Fieldwork {
    let codes: BTreeMap<UnitId, _> = wave.units.iter().map(|unit| (unit.id, unit.code())).collect();
    let mut days = Vec::new();
    for (unit, counts) in counts {
        let Some(code) = codes.get(unit) else { continue };
        let counted = counts.days.iter().map(|((day, channel), n)| DayCount {
            unit: (*code).clone(),
            channel: *channel,
            day: *day,
            n: *n,
        });
        days.extend(counted);
    }
    let state = fieldwork(wave, &days, today, &precisions_of(results));
    Fieldwork { weights: weights_of(wave, results), ..state }
}

/// Forms the results of a wave, and the standings that follow.
pub(super) fn form_standings(loaded: &LoadedWave, states: &States) -> Result<Standings, PipelineError> {
    let plan = &loaded.wave.plan;
    let results = match states {
        States::Parts(parts) => parts.results(loaded)?,
        States::Whole(counts) => results_of_whole(loaded, counts)?,
    };
    Ok(Standings::new(results, &plan.estimation, plan.ranking)?)
}

/// Where the weights cannot be calibrated as the plan wants, they stay as they are, and the results say why: early in the
/// fieldwork nobody may have answered in a level of a margin.
fn results_of_whole(loaded: &LoadedWave, counts: &CountsByUnit) -> Result<WaveResults, PipelineError> {
    let method = loaded.method()?;
    let units = || 0..loaded.wave.units.len();
    let gather =
        |calibration| gather(loaded, units(), |unit| counts.get(&unit).map(|counts| &counts.state), calibration);
    let reason = match gather(loaded.wave.plan.calibration.as_ref()) {
        Ok(gathered) => match results_of(&loaded.wave, method, gathered, None) {
            Err(PipelineError::Estimation(error)) if error.is_of_calibration() => error,
            outcome => return outcome,
        },
        Err(PipelineError::Estimation(error)) if error.is_of_calibration() => error,
        Err(error) => return Err(error),
    };
    results_of(&loaded.wave, method, gather(None)?, Some(reason))
}

fn results_of(
    wave: &Wave,
    method: &Method,
    gathered: Gathered,
    uncalibrated: Option<EstimationError>,
) -> Result<WaveResults, PipelineError> {
    let Gathered { sample, open_link } = gathered;
    let sample = sample.finish(&wanted_covariances(wave, method, wave.units.len()))?;
    let open_link = match open_link {
        OpenLinkAnswers::None => OpenLinkResults::None,
        OpenLinkAnswers::Counted(answers) => OpenLinkResults::Counted(answers),
        OpenLinkAnswers::Apart(builder) => {
            OpenLinkResults::apart(compute(wave, method, &builder.finish(&BetweenLevels::default())?))
        }
    };
    Ok(WaveResults { uncalibrated, open_link, ..compute(wave, method, &sample) })
}

/// How sure the headline index is so far: its margin as a share, whatever the points it is shown in.
fn precisions_of(results: &WaveResults) -> SeenPrecisions {
    let points = results.headline.span();
    let seen = |unit: &UnitResults| -> Option<SeenPrecision> {
        let precision = unit.index(&results.headline.id)?.precision?;
        let (low, high) = precision.interval()?;
        let margin = (high - low) / 2.0 / points;
        Some(SeenPrecision { margin, design_effect: precision.design_effect })
    };
    let units = results.units.iter().filter_map(|unit| Some((unit.unit.clone()?, seen(unit)?)));
    SeenPrecisions { units: units.collect(), overall: seen(&results.overall) }
}

/// What is wrong with the weights of a wave so far, by positions in its plan.
fn weights_of(wave: &Wave, results: &WaveResults) -> WeightsState {
    let Some(plan) = &wave.plan.calibration else { return WeightsState::default() };
    let mut state = WeightsState::default();
    let place = |margin: &str, level: &str| {
        let position = plan.margins.iter().position(|planned| planned.columns.join(BESIDE) == margin)?;
        let levels = &plan.margins[position].levels;
        Some((position, levels.iter().position(|planned| planned.values.join(BESIDE) == level)?))
    };
    match &results.uncalibrated {
        None => {}
        Some(EstimationError::MarginEmpty { levels }) => {
            let unanswered = |empty: &EmptyLevel| {
                let (margin, level) = place(&empty.margin, &empty.level)?;
                Some(UnansweredLevel { margin, level, people: empty.people })
            };
            state.unanswered = levels.iter().filter_map(unanswered).collect();
        }
        Some(error) => {
            let named = match error {
                EstimationError::MarginCollinear { margin, level } => {
                    place(margin, level).map(|(margin, level)| UnmetMargins::Follows(margin, level))
                }
                EstimationError::MarginNotMet { margin, level, .. } => {
                    place(margin, level).map(|(margin, level)| UnmetMargins::TooFar(margin, level))
                }
                _ => None,
            };
            state.unmet = Some(named.unwrap_or_else(|| UnmetMargins::Contradiction(error.to_string())));
        }
    }
    state.negative = results.negative_weights.as_ref().map(|negative| NegativeResponses {
        responses: negative.respondents,
        smallest: negative.smallest,
        combinations: negative.combinations.iter().map(|found| (found.levels.clone(), found.respondents)).collect(),
        allowed: plan.negative_weights == NegativeWeightRule::Allowed,
    });
    state
}

//! From kept states to results, rankings and the state of fieldwork.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::gather::{BESIDE, Gathered, OpenLinkAnswers, gather};
use super::waves::LoadedWave;
use super::{PipelineError, Platform, Standings};
use crate::estimation::{BetweenLevels, EmptyLevel, EstimationError, UnitState};
use crate::index::{Method, OpenLinkResults, UnitResults, WaveResults, compute, wanted_covariances};
use crate::monitoring::{
    DayCount, Fieldwork, NegativeResponses, SeenPrecision, SeenPrecisions, UnansweredLevel, UnmetMargins, WeightsState,
    fieldwork,
};
use crate::statistics::NegativeWeightRule;
use crate::storage::{Pending, Snapshot};
use crate::survey::{Channel, UnitId, Wave};

/// What is known of a wave as of the answers that were committed when it was last read.
#[derive(Default)]
pub(super) struct ResultsCache {
    /// Held while results are computed, so that many readers cause one computation.
    latest: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// How often each unit was folded, and its state as of then.
    states: BTreeMap<UnitId, (i64, Arc<UnitState>)>,
    computed: Option<Computed>,
}

struct Computed {
    /// What was folded and what was pending then.
    versions: Vec<(UnitId, i64)>,
    batches: Vec<Uuid>,
    standings: Standings,
}

impl Known {
    /// Brings the states of the units up to a snapshot: what was folded since is read.
    async fn catch_up(
        &mut self,
        snapshot: &Snapshot,
        loaded: &LoadedWave,
        versions: &[(UnitId, i64)],
    ) -> Result<(), PipelineError> {
        let is_new = |(unit, version): &&(UnitId, i64)| self.states.get(unit).is_none_or(|(known, _)| known != version);
        let changed: Vec<(UnitId, i64)> = versions.iter().filter(is_new).copied().collect();
        let units: Vec<UnitId> = changed.iter().map(|(unit, _)| *unit).collect();
        let mut read = snapshot.states(loaded.id, &loaded.counting.shape, &units).await?;
        for (unit, version) in changed {
            let state = read.remove(&unit).unwrap_or_default();
            self.states.insert(unit, (version, Arc::new(state)));
        }
        Ok(())
    }

    /// The states of all units with what is pending.
    fn with_pending(&self, pending: Pending) -> Result<BTreeMap<UnitId, Arc<UnitState>>, PipelineError> {
        let mut states: BTreeMap<UnitId, Arc<UnitState>> =
            self.states.iter().map(|(unit, (_, state))| (*unit, Arc::clone(state))).collect();
        for (unit, counts) in pending.counts {
            Arc::make_mut(states.entry(unit).or_default()).merge(counts.state)?;
        }
        Ok(states)
    }
}

impl Platform {
    /// The results of a wave as of its last committed answer.
    pub async fn results(&self, wave: &Wave) -> Result<Arc<WaveResults>, PipelineError> {
        Ok(self.standings(wave).await?.results)
    }

    /// The results of a wave and its rankings as of its last committed answer.
    pub async fn standings(&self, wave: &Wave) -> Result<Standings, PipelineError> {
        let code = wave.plan.code.as_str();
        let loaded = self.load_wave(code).await?;
        let cache = Arc::clone(self.0.results.lock().await.entry(code.to_owned()).or_default());
        let mut known = cache.latest.lock().await;
        let snapshot = self.0.store.snapshot().await?;
        let versions = snapshot.versions(loaded.id).await?;
        let pending = snapshot.pending(loaded.id, &loaded.counting.shape).await?;
        let is_current = |last: &&Computed| last.versions == versions && last.batches == pending.batches;
        if let Some(computed) = known.computed.as_ref().filter(is_current) {
            return Ok(computed.standings.clone());
        }
        let method = Method::named(&wave.plan.method)
            .ok_or_else(|| PipelineError::NotFound { what: "method", code: wave.plan.method.clone() })?;
        known.catch_up(&snapshot, &loaded, &versions).await?;
        drop(snapshot);
        let batches = pending.batches.clone();
        let states = known.with_pending(pending)?;
        let computing = tokio::task::spawn_blocking(move || form_standings(&loaded, &states, method));
        let standings = computing.await.map_err(|_| PipelineError::Interrupted)??;
        known.computed = Some(Computed { versions, batches, standings: standings.clone() });
        Ok(standings)
    }

    /// The state of a wave's fieldwork.
    pub async fn fieldwork(&self, wave: &Wave) -> Result<Fieldwork, PipelineError> {
        let results = self.results(wave).await?;
        let loaded = self.load_wave(wave.plan.code.as_str()).await?;
        let snapshot = self.0.store.snapshot().await?;
        let days = days_of(&snapshot, &loaded).await?;
        let codes: BTreeMap<UnitId, _> = wave.units.iter().map(|unit| (unit.id, unit.code())).collect();
        let counted = |((unit, day, channel), n): (&(UnitId, NaiveDate, Channel), &u64)| {
            Some(DayCount { unit: (*codes.get(unit)?).clone(), channel: *channel, day: *day, n: *n })
        };
        let counts: Vec<DayCount> = days.iter().filter_map(counted).collect();
        let state = fieldwork(wave, &counts, self.clock().today(), &precisions_of(&results));
        Ok(Fieldwork { weights: weights_of(wave, &results), ..state })
    }
}

/// Responses by unit, day and channel.
pub(super) type Days = BTreeMap<(UnitId, NaiveDate, Channel), u64>;

/// The responses of a wave by unit, day and channel, with what is pending.
pub(super) async fn days_of(snapshot: &Snapshot, loaded: &LoadedWave) -> Result<Days, PipelineError> {
    let mut days = Days::new();
    for (unit, day, channel, responses) in snapshot.days(loaded.id).await? {
        *days.entry((unit, day, channel)).or_default() += responses;
    }
    for (unit, counts) in snapshot.pending(loaded.id, &loaded.counting.shape).await?.counts {
        for ((day, channel), responses) in counts.days {
            *days.entry((unit, day, channel)).or_default() += responses;
        }
    }
    Ok(days)
}

/// Forms the results of a wave. Where its weights cannot be calibrated as the plan wants, they stay as they are, and the
/// results say why: early in the fieldwork nobody may have answered in a level of a margin.
fn form_standings(
    loaded: &LoadedWave,
    states: &BTreeMap<UnitId, Arc<UnitState>>,
    method: &'static Method,
) -> Result<Standings, PipelineError> {
    let gather = |calibration| gather(loaded, |unit| states.get(&unit).map(Arc::as_ref), calibration);
    let reason = match gather(loaded.wave.plan.calibration.as_ref()) {
        Ok(gathered) => match standings_of(&loaded.wave, method, gathered, None) {
            Err(PipelineError::Estimation(error)) if error.is_of_calibration() => error,
            outcome => return outcome,
        },
        Err(PipelineError::Estimation(error)) if error.is_of_calibration() => error,
        Err(error) => return Err(error),
    };
    standings_of(&loaded.wave, method, gather(None)?, Some(reason))
}

fn standings_of(
    wave: &Wave,
    method: &'static Method,
    gathered: Gathered,
    uncalibrated: Option<EstimationError>,
) -> Result<Standings, PipelineError> {
    let Gathered { sample, open_link } = gathered;
    let sample = sample.finish(&wanted_covariances(wave, method))?;
    let open_link = match open_link {
        OpenLinkAnswers::None => OpenLinkResults::None,
        OpenLinkAnswers::Counted(answers) => OpenLinkResults::Counted(answers),
        OpenLinkAnswers::Apart(builder) => {
            OpenLinkResults::apart(compute(wave, method, &builder.finish(&BetweenLevels::default())?))
        }
    };
    let results = WaveResults { uncalibrated, open_link, ..compute(wave, method, &sample) };
    Ok(Standings::new(results, &wave.plan.estimation, wave.plan.ranking)?)
}

/// How sure the headline index is so far: its margin as a share, whatever the points it is shown in.
fn precisions_of(results: &WaveResults) -> SeenPrecisions {
    let points = if results.headline.is_share() { 1.0 } else { 100.0 };
    let seen = |unit: &UnitResults| {
        let precision = unit.indices.get(results.headline)?.precision?;
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

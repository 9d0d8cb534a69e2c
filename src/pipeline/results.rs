//! From kept tallies to results, rankings and the state of fieldwork.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::gather::{BESIDE, Gathered, OpenLinkAnswers, gather};
use super::waves::LoadedWave;
use super::{PipelineError, Platform, Standings};
use crate::estimation::{BetweenLevels, EmptyLevel, EstimationError};
use crate::index::{Method, OpenLinkResults, UnitResults, WaveResults, compute, wanted_covariances};
use crate::monitoring::{
    DayCount, Fieldwork, NegativeResponses, SeenPrecision, SeenPrecisions, UnansweredLevel, UnmetMargins, WeightsState,
    fieldwork,
};
use crate::statistics::NegativeWeightRule;
use crate::storage::{DailyCount, Snapshot};
use crate::survey::{UnitId, Wave};

/// Results as of a version of the tallies.
#[derive(Default)]
pub(super) struct ResultsCache {
    /// Held while results are computed, so that many readers cause one computation.
    latest: Mutex<Option<Computed>>,
}

struct Computed {
    versions: Vec<(UnitId, i64)>,
    standings: Standings,
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
        let mut latest = cache.latest.lock().await;
        self.0.store.fold_pending().await?;
        let snapshot = self.0.store.snapshot().await?;
        let versions = snapshot.tally_versions(loaded.id).await?;
        if let Some(computed) = latest.as_ref().filter(|computed| computed.versions == versions) {
            return Ok(computed.standings.clone());
        }
        let method = Method::named(&wave.plan.method)
            .ok_or_else(|| PipelineError::NotFound { what: "method", code: wave.plan.method.clone() })?;
        let standings = form_standings(&snapshot, &loaded, method).await?;
        *latest = Some(Computed { versions, standings: standings.clone() });
        Ok(standings)
    }

    /// The state of a wave's fieldwork.
    pub async fn fieldwork(&self, wave: &Wave) -> Result<Fieldwork, PipelineError> {
        let results = self.results(wave).await?;
        let loaded = self.load_wave(wave.plan.code.as_str()).await?;
        let snapshot = self.0.store.snapshot().await?;
        let mut counts = Vec::new();
        for unit in &wave.units {
            let by_day = snapshot.daily_counts(loaded.id, unit.id).await?;
            let counted = |DailyCount { channel, day, responses }| DayCount {
                unit: unit.code().clone(),
                channel,
                day,
                n: responses,
            };
            counts.extend(by_day.into_iter().map(counted));
        }
        let state = fieldwork(wave, &counts, self.clock().today(), &precisions_of(&results));
        Ok(Fieldwork { weights: weights_of(wave, &results), ..state })
    }
}

/// Forms the results of a wave. Where its weights cannot be calibrated as the plan wants, they stay as they are, and the
/// results say why: early in the fieldwork nobody may have answered in a level of a margin.
async fn form_standings(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
    method: &'static Method,
) -> Result<Standings, PipelineError> {
    let calibration = loaded.wave.plan.calibration.as_ref();
    let reason = match gather(snapshot, loaded, calibration).await {
        Ok(gathered) => match standings_of(&loaded.wave, method, gathered, None).await {
            Err(PipelineError::Estimation(error)) if error.is_of_calibration() => error,
            outcome => return outcome,
        },
        Err(PipelineError::Estimation(error)) if error.is_of_calibration() => error,
        Err(error) => return Err(error),
    };
    let gathered = gather(snapshot, loaded, None).await?;
    standings_of(&loaded.wave, method, gathered, Some(reason)).await
}

async fn standings_of(
    wave: &Arc<Wave>,
    method: &'static Method,
    gathered: Gathered,
    uncalibrated: Option<EstimationError>,
) -> Result<Standings, PipelineError> {
    let wave = Arc::clone(wave);
    let computing = tokio::task::spawn_blocking(move || {
        let Gathered { sample, open_link } = gathered;
        let sample = sample.finish(&wanted_covariances(&wave, method))?;
        let open_link = match open_link {
            OpenLinkAnswers::None => OpenLinkResults::None,
            OpenLinkAnswers::Counted(answers) => OpenLinkResults::Counted(answers),
            OpenLinkAnswers::Apart(builder) => {
                OpenLinkResults::apart(compute(&wave, method, &builder.finish(&BetweenLevels::default())?))
            }
        };
        let results = WaveResults { uncalibrated, open_link, ..compute(&wave, method, &sample) };
        Ok::<_, PipelineError>(Standings::new(results, &wave.plan.estimation, wave.plan.ranking)?)
    });
    computing.await.map_err(|_| PipelineError::Interrupted)?
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

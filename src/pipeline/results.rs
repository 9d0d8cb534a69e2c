//! From kept tallies to results, rankings and the state of fieldwork.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::waves::LoadedWave;
use super::{PipelineError, Platform, Standings};
use crate::estimation::{Membership, Place, Respondent, SampleBuilder};
use crate::foundation::Code;
use crate::index::{IndexKind, Method, UnitResults, WaveResults, compute, wanted_covariances};
use crate::monitoring::{DayCount, Fieldwork, SeenPrecision, SeenPrecisions, fieldwork};
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
        let builder = gather(&snapshot, &loaded, method).await?;
        let wave = Arc::clone(&loaded.wave);
        let computing = tokio::task::spawn_blocking(move || {
            let results = compute(&wave, method, &builder.finish(&wanted_covariances(&wave, method))?);
            Ok::<_, PipelineError>(Standings::new(results, &wave.plan.estimation)?)
        });
        let standings = computing.await.map_err(|_| PipelineError::Interrupted)??;
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
            let counted =
                |DailyCount { mode, day, responses }| DayCount { unit: unit.code().clone(), mode, day, n: responses };
            counts.extend(by_day.into_iter().map(counted));
        }
        Ok(fieldwork(wave, &counts, self.clock().today(), &precisions_of(&results)))
    }
}

/// How sure the headline index is so far: its margin as a share, whatever the points it is shown in.
fn precisions_of(results: &WaveResults) -> SeenPrecisions {
    let points = if results.headline == IndexKind::Score { 100.0 } else { 1.0 };
    let seen = |unit: &UnitResults| {
        let precision = unit.indices.get(results.headline)?.precision?;
        let margin = (precision.high - precision.low) / 2.0 / points;
        Some(SeenPrecision { margin, design_effect: precision.design_effect })
    };
    let units = results.units.iter().filter_map(|unit| Some((unit.unit.clone()?, seen(unit)?)));
    SeenPrecisions { units: units.collect(), overall: seen(&results.overall) }
}

/// Reads a wave's tallies, and of its responses what tallies do not hold (see [`SampleBuilder`]). A unit is a level.
async fn gather(snapshot: &Snapshot, loaded: &LoadedWave, method: &Method) -> Result<SampleBuilder, PipelineError> {
    let wave = &loaded.wave;
    let items = wave.questionnaire.rated_items().count();
    let satisfied_from = method.satisfied_from(&wave.questionnaire.scale);
    let mut sample = SampleBuilder::new(items, satisfied_from, wave.units.len())?;
    for (level, unit) in wave.units.iter().enumerate() {
        let levels = [level];
        let member = Membership { levels: &levels, margins: &[] };
        for row in snapshot.tallies(loaded.id, unit.id, items).await? {
            if let Some(psu) = &row.psu {
                let place = Place { stratum: row.stratum.as_str(), units: &[psu.as_str()], populations: &[] };
                sample.add_tally(member, &place, &row.sums)?;
            }
        }
        for response in snapshot.responses(loaded.id, unit.id).await? {
            let ratings = loaded.ratings_of(&response.answers)?;
            let placement = &response.placement;
            let psu = placement.psu.as_ref().map(Code::as_str);
            let place = Place { stratum: placement.stratum.as_str(), units: psu.as_slice(), populations: &[] };
            sample.add_response(&Respondent { member, place, weight: placement.weight, ratings: &ratings })?;
        }
    }
    Ok(sample)
}

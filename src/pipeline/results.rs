//! From kept tallies to results, rankings and the state of fieldwork.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::waves::LoadedWave;
use super::{PipelineError, Platform};
use crate::estimation::WaveSample;
use crate::index::{Method, WaveResults, compute};
use crate::monitoring::{DayCount, Fieldwork, fieldwork};
use crate::ranking::{Ranking, rank};
use crate::storage::{StorageError, Store};
use crate::survey::{UnitId, Wave, ratings_of};

/// Results as of a version of the tallies.
#[derive(Default)]
pub(super) struct ResultsCache {
    /// Held while results are computed, so that many readers cause one computation.
    latest: Mutex<Option<Computed>>,
}

struct Computed {
    versions: Vec<(UnitId, i64)>,
    results: Arc<WaveResults>,
    ranking: Arc<Ranking>,
}

impl Platform {
    /// The results of a wave as of its last committed answer.
    pub async fn results(&self, wave: &Wave) -> Result<Arc<WaveResults>, PipelineError> {
        Ok(self.compute(wave).await?.0)
    }

    /// The ranking of a wave's peer group by its headline index.
    pub async fn ranking(&self, wave: &Wave) -> Result<Arc<Ranking>, PipelineError> {
        Ok(self.compute(wave).await?.1)
    }

    async fn compute(&self, wave: &Wave) -> Result<(Arc<WaveResults>, Arc<Ranking>), PipelineError> {
        let code = wave.plan.code.as_str();
        let loaded = self.load_wave(code).await?;
        let cache = Arc::clone(self.0.results.lock().await.entry(code.to_owned()).or_default());
        let mut latest = cache.latest.lock().await;
        self.0.store.fold_pending().await?;
        let versions = self.0.store.tally_versions(loaded.id).await?;
        if let Some(computed) = latest.as_ref().filter(|computed| computed.versions == versions) {
            return Ok((Arc::clone(&computed.results), Arc::clone(&computed.ranking)));
        }
        let sample = gather(&self.0.store, &loaded).await?;
        let method = Method::named(&wave.plan.method)
            .ok_or_else(|| PipelineError::NotFound { what: "method", code: wave.plan.method.clone() })?;
        let wave = Arc::clone(&loaded.wave);
        let computing = tokio::task::spawn_blocking(move || {
            let results = compute(&wave, &method, &sample)?;
            let ranking = rank(&results);
            Ok::<_, PipelineError>((Arc::new(results), Arc::new(ranking)))
        });
        let (results, ranking) = computing.await.map_err(|_| PipelineError::Interrupted)??;
        *latest = Some(Computed { versions, results: Arc::clone(&results), ranking: Arc::clone(&ranking) });
        Ok((results, ranking))
    }

    /// The state of a wave's fieldwork.
    pub async fn fieldwork(&self, wave: &Wave) -> Result<Fieldwork, PipelineError> {
        let results = self.results(wave).await?;
        let loaded = self.load_wave(wave.plan.code.as_str()).await?;
        let counts = self.0.store.daily_counts(loaded.id).await?;
        let counts: Vec<DayCount> = counts
            .into_iter()
            .filter_map(|count| {
                let unit = wave.units.iter().find(|unit| unit.id == count.unit)?;
                Some(DayCount { unit: unit.code().clone(), mode: count.mode, day: count.day, n: count.responses })
            })
            .collect();
        Ok(fieldwork(wave, &results, &counts, self.clock().today()))
    }
}

/// Reads a wave's tallies, and of its responses what tallies do not hold (see `estimation`).
async fn gather(store: &Store, loaded: &LoadedWave) -> Result<WaveSample, PipelineError> {
    let wave = &loaded.wave;
    let mut sample = WaveSample::new(wave.questionnaire.rated_items().count());
    for unit in &wave.units {
        for row in store.tallies(loaded.id, unit.id).await? {
            if let Some(psu) = &row.psu {
                sample.add_tally(unit.code(), &row.stratum, psu, &row.sums)?;
            }
        }
        for response in store.responses(loaded.id, unit.id).await? {
            let ratings = ratings_of(&response.answers, &wave.questionnaire)
                .map_err(|error| StorageError::Damaged { table: "response", reason: error.to_string() })?;
            let place = &response.placement;
            sample.add_response(unit.code(), &place.stratum, place.psu.as_ref(), place.weight, &ratings)?;
        }
    }
    Ok(sample)
}

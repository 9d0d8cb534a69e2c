//! The waves that a process has read, each with what its answers are counted by.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, RwLock};
use tokio::time::Instant;

use super::PipelineError;
use super::counting::Counting;
use super::methods::method_of;
use crate::estimation::Shape;
use crate::foundation::{Code, Findings};
use crate::index::Method;
use crate::storage::{CountedResponse, KeptResponse, StorageError, Store, StoredWave, WaveCounter, WaveId};
use crate::survey::{RatingReader, Source, UnitId, UnitList, Wave, WaveState};

/// For how long a wave's state is believed before it is read again. Commits check it themselves.
const STATE_BELIEVED_FOR: Duration = Duration::from_secs(1);

/// A wave with its number in storage.
#[derive(Clone)]
pub(super) struct LoadedWave {
    pub(super) id: WaveId,
    pub(super) wave: Arc<Wave>,
    /// Reads the ratings out of the wave's packed answers.
    ratings: RatingReader,
    /// How its index is made; nothing where no method has the name that the plan names.
    method: Option<Arc<Method>>,
    /// What is counted of its responses.
    pub(super) counting: Arc<Counting>,
    read_at: Instant,
}

impl LoadedWave {
    /// Whether it was read a moment ago, or is released and so changes no more.
    fn is_fresh(&self) -> bool {
        self.wave.state == WaveState::Released || self.read_at.elapsed() < STATE_BELIEVED_FOR
    }

    /// The method by which its index is made.
    pub(super) fn method(&self) -> Result<&Method, PipelineError> {
        let none = || PipelineError::NotFound { what: "method", code: self.wave.plan.method.clone() };
        self.method.as_deref().ok_or_else(none)
    }

    /// The rating of each rated item in a packed sheet, 0 where there is none.
    pub(super) fn ratings_of(&self, packed: &str) -> Result<Vec<u8>, StorageError> {
        let mut ratings = Vec::new();
        let read = self.ratings.read(packed, &mut ratings);
        read.map_err(|error| StorageError::Damaged { table: "sheaf", reason: error.to_string() })?;
        Ok(ratings)
    }
}

impl WaveCounter for LoadedWave {
    fn shape(&self) -> &Shape {
        &self.counting.shape
    }

    fn counted<'r>(&self, response: &KeptResponse<'r>) -> Result<CountedResponse<'r>, StorageError> {
        Ok(CountedResponse {
            stratum: response.stratum,
            psu: response.psu.unwrap_or_default(),
            cell: self.counting.cell_of(response.respondent),
            weight: response.weight,
            channel: self.wave.plan.channel(response.mode, response.source),
            is_open: response.source == Source::Open,
            answered_on: response.answered_on,
            ratings: self.ratings_of(response.answers)?,
        })
    }
}

/// What is wrong with a store that keeps a response on a unit which its wave does not measure.
pub(super) fn unmeasured(unit: UnitId) -> StorageError {
    StorageError::Damaged { table: "sheaf", reason: format!("the wave does not measure the unit {}", unit.0) }
}

/// What whoever asks for a wave is told where there is none, or none that they may know of.
pub(super) fn no_such_wave(code: &str) -> PipelineError {
    PipelineError::NotFound { what: "wave", code: code.to_owned() }
}

/// The waves that were read.
#[derive(Default)]
pub(super) struct KnownWaves {
    waves: RwLock<HashMap<String, LoadedWave>>,
    /// Held while a wave is read from storage.
    reading: Mutex<()>,
}

impl KnownWaves {
    /// The wave with this code: as it was a moment ago, or read again.
    pub(super) async fn load(&self, store: &Store, code: &str) -> Result<LoadedWave, PipelineError> {
        // Addresses may hold anything, and what is no code need not be looked for.
        if Code::new(code).is_err() {
            return Err(no_such_wave(code));
        }
        let known = self.known(code).await;
        if let Some(loaded) = known.as_ref().filter(|loaded| loaded.is_fresh()) {
            return Ok(loaded.clone());
        }
        // Of the many requests that come to this point at once, one reads; the others take what is known, if anything is.
        let reading = match (self.reading.try_lock(), known.as_ref()) {
            (Ok(reading), _) => reading,
            (Err(_), Some(loaded)) => return Ok(loaded.clone()),
            (Err(_), None) => self.reading.lock().await,
        };
        let read = self.read(store, code).await;
        drop(reading);
        match (read, known) {
            // Storage does not answer: what was known may still be so, and whoever writes finds out.
            (Err(PipelineError::Storage(error)), Some(loaded)) => {
                tracing::warn!(%error, wave = code, "the wave could not be read again; what was known of it is used");
                Ok(loaded)
            }
            (read, _) => read,
        }
    }

    /// The wave as far as its answers are counted by it, which never changes: however long ago it was read, it is good.
    pub(super) async fn counting(&self, store: &Store, code: &str) -> Result<LoadedWave, PipelineError> {
        match self.known(code).await {
            Some(loaded) => Ok(loaded),
            None => self.load(store, code).await,
        }
    }

    /// Reads a wave again when it is asked for next: it was changed.
    pub(super) async fn forget(&self, code: &str) {
        self.waves.write().await.remove(code);
    }

    async fn known(&self, code: &str) -> Option<LoadedWave> {
        self.waves.read().await.get(code).cloned()
    }

    async fn keep(&self, code: &str, loaded: LoadedWave) -> LoadedWave {
        self.waves.write().await.insert(code.to_owned(), loaded.clone());
        loaded
    }

    async fn read(&self, store: &Store, code: &str) -> Result<LoadedWave, PipelineError> {
        let known = self.known(code).await;
        if let Some(loaded) = known.as_ref().filter(|loaded| loaded.is_fresh()) {
            return Ok(loaded.clone());
        }
        // Ten thousand units and their plan are not read again each second: only what may have changed.
        if let Some(loaded) = known {
            let now = store.wave_now(code).await?;
            if now.is_some_and(|now| now == (loaded.wave.state, loaded.wave.recordings.clone())) {
                return Ok(self.keep(code, LoadedWave { read_at: Instant::now(), ..loaded }).await);
            }
        }
        let stored = store.wave(code).await?;
        let stored = stored.ok_or_else(|| no_such_wave(code))?;
        let register = store.units_of(stored.id).await?;
        let register: HashMap<_, _> = register.into_iter().map(|unit| (unit.id, unit)).collect();
        let units: Option<UnitList> = stored.units.iter().map(|id| register.get(id).cloned()).collect();
        let units = units.ok_or_else(|| StorageError::Damaged {
            table: "wave_unit",
            reason: format!("a unit of {code} is not in the register"),
        })?;
        let StoredWave { id, plan, state, questionnaire, recordings, .. } = stored;
        let wave = Wave { plan, state, questionnaire, units, recordings };
        let ratings = RatingReader::new(&wave.questionnaire);
        let damaged = |found: Findings| StorageError::Damaged { table: "wave", reason: found.to_string() };
        let method = method_of(&wave.plan).map_err(damaged)?.map(Arc::new);
        let counting = Arc::new(Counting::of(&wave, method.as_deref())?);
        let loaded = LoadedWave { id, wave: Arc::new(wave), ratings, method, counting, read_at: Instant::now() };
        Ok(self.keep(code, loaded).await)
    }
}

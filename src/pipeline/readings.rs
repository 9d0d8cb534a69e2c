//! Reading a wave: one computation however many read it, and nobody who waits for long.
//!
//! What was computed last is good as long as nothing was committed since. Else it is computed anew, by a task of its own that
//! goes on when the reader has left, and from what is kept of the units that changed. A reader waits for it a moment; where it
//! takes longer, what was computed last is shown with its time, unless that is more than [`OLD`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex as Slot, PoisonError};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;

use super::counting::CountsByUnit;
use super::parts::KnownParts;
use super::results::{States, fieldwork_of, form_standings};
use super::waves::LoadedWave;
use super::{PipelineError, Platform, Standings};
use crate::accounts::{Permission, Scope};
use crate::index::WaveResults;
use crate::monitoring::Fieldwork;
use crate::storage::{Signature, Snapshot, UnitCounts, WaveId};
use crate::survey::{UnitId, Wave, WaveState};

/// From this age on what was computed last is no answer any more.
const OLD: Duration = Duration::from_secs(2);
/// Between two computations of a wave passes as much time as the last one took, so that at most half a processor computes; but
/// no more than this.
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// A wave as of one moment.
struct Reading {
    signature: Signature,
    as_of: DateTime<FixedOffset>,
    taken_at: Instant,
    took: Duration,
    standings: Standings,
    counts: CountsByUnit,
    fieldwork: Slot<Option<(NaiveDate, Arc<Fieldwork>)>>,
}

/// The readings of one wave.
#[derive(Default)]
pub(super) struct Readings {
    last: Slot<Option<Arc<Reading>>>,
    /// Held while one is computed.
    known: Mutex<KnownUnits>,
    /// What was released, once it was read.
    published: OnceCell<Standings>,
}

/// The readings of all waves.
pub(super) type ReadingsByWave = Slot<HashMap<WaveId, Arc<Readings>>>;

/// What is kept of the units of a wave, as it was last read. Of a wave that is formed in parts no unit is kept.
#[derive(Default)]
struct KnownUnits {
    units: BTreeMap<UnitId, KnownUnit>,
    parts: KnownParts,
}

struct KnownUnit {
    /// How often the unit was folded.
    version: i64,
    counts: Arc<UnitCounts>,
}

impl KnownUnits {
    /// What the results are formed of, and what is counted of each unit by day.
    async fn read(
        &mut self,
        snapshot: &Snapshot,
        loaded: &LoadedWave,
    ) -> Result<(States, CountsByUnit), PipelineError> {
        let versions = snapshot.versions(loaded.id).await?;
        let pending = snapshot.pending(loaded.id, &loaded.counting.shape).await?;
        if self.parts.are_wanted(loaded) {
            let by_unit = versions.iter().copied().collect();
            if let Some(days) = self.parts.catch_up(snapshot, loaded, &by_unit, &pending).await? {
                return Ok((States::Parts(self.parts.snapshot()), days));
            }
        }
        self.catch_up(snapshot, loaded, versions).await?;
        let counts = self.with_pending(pending)?;
        Ok((States::Whole(counts.clone()), counts))
    }

    /// Reads what was folded since.
    async fn catch_up(
        &mut self,
        snapshot: &Snapshot,
        loaded: &LoadedWave,
        versions: Vec<(UnitId, i64)>,
    ) -> Result<(), PipelineError> {
        let is_new =
            |(unit, version): &(UnitId, i64)| self.units.get(unit).is_none_or(|known| known.version != *version);
        let changed: Vec<(UnitId, i64)> = versions.into_iter().filter(is_new).collect();
        let units: Vec<UnitId> = changed.iter().map(|(unit, _)| *unit).collect();
        let mut counts = snapshot.counts(loaded.id, &loaded.counting.shape, &units).await?;
        for (unit, version) in changed {
            let counts = Arc::new(counts.remove(&unit).unwrap_or_default());
            self.units.insert(unit, KnownUnit { version, counts });
        }
        Ok(())
    }

    /// All of it, with what is pending.
    fn with_pending(&self, pending: BTreeMap<UnitId, UnitCounts>) -> Result<CountsByUnit, PipelineError> {
        let mut counts: CountsByUnit =
            self.units.iter().map(|(unit, known)| (*unit, Arc::clone(&known.counts))).collect();
        for (unit, pending) in pending {
            Arc::make_mut(counts.entry(unit).or_default()).merge(pending)?;
        }
        Ok(counts)
    }
}

impl Readings {
    fn last(&self) -> Option<Arc<Reading>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A reading that was taken after `asked_at`.
    async fn compute(
        &self,
        platform: &Platform,
        loaded: LoadedWave,
        asked_at: Instant,
    ) -> Result<Arc<Reading>, PipelineError> {
        let mut known = self.known.lock().await;
        if let Some(last) = self.last() {
            if last.taken_at >= asked_at {
                return Ok(last);
            }
            tokio::time::sleep_until(last.taken_at + 2 * last.took.min(PAUSE_MAX)).await;
        }
        let (taken_at, as_of) = (Instant::now(), platform.clock().now());
        let snapshot = platform.inner.store.snapshot().await?;
        let signature = snapshot.signature(loaded.id).await?;
        let (states, counts) = known.read(&snapshot, &loaded).await?;
        drop(snapshot);
        let computing = tokio::task::spawn_blocking(move || form_standings(&loaded, &states));
        let standings = computing.await.map_err(|_| PipelineError::Interrupted)??;
        let took = taken_at.elapsed();
        let reading =
            Arc::new(Reading { signature, as_of, taken_at, took, standings, counts, fieldwork: Slot::default() });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reading));
        Ok(reading)
    }
}

impl Platform {
    /// The results of a wave as of a moment ago.
    pub async fn results(&self, wave: &Wave) -> Result<Arc<WaveResults>, PipelineError> {
        Ok(self.standings(wave).await?.results)
    }

    /// The results of a wave and its rankings: what it published once it is released, until then as of a moment ago.
    pub async fn standings(&self, wave: &Wave) -> Result<Standings, PipelineError> {
        let loaded = self.load_wave(wave.plan.code.as_str()).await?;
        self.demand(Permission::SeeResults, &Scope::of(&loaded.wave))?;
        if loaded.wave.state != WaveState::Released {
            return Ok(self.reading(wave, self.inner.limits.reader_patience).await?.0.standings.clone());
        }
        let readings = self.readings_of(&loaded);
        if let Some(published) = readings.published.get() {
            return Ok(published.clone());
        }
        match self.read_release(&loaded).await? {
            Some(published) => Ok(readings.published.get_or_init(|| async { published }).await.clone()),
            // It was released before releases were kept, by a program that still runs beside this one.
            None => self.exact_standings(wave).await,
        }
    }

    /// The results of a wave and its rankings with every answer that is committed, however long that takes and whatever was
    /// published: what is decided by rests on nothing older.
    pub(super) async fn exact_standings(&self, wave: &Wave) -> Result<Standings, PipelineError> {
        Ok(self.reading(wave, Duration::MAX).await?.0.standings.clone())
    }

    fn readings_of(&self, loaded: &LoadedWave) -> Arc<Readings> {
        let mut by_wave = self.inner.readings.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(by_wave.entry(loaded.id).or_default())
    }

    /// The state of a wave's fieldwork as of a moment ago, and that moment.
    pub async fn fieldwork(&self, wave: &Wave) -> Result<(Arc<Fieldwork>, DateTime<FixedOffset>), PipelineError> {
        self.demand(Permission::SeeFieldwork, &Scope::of(wave))?;
        let (reading, as_of) = self.reading(wave, self.inner.limits.reader_patience).await?;
        let today = self.clock().today();
        let mut kept = reading.fieldwork.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, fieldwork)) = kept.as_ref().filter(|(day, _)| *day == today) {
            return Ok((Arc::clone(fieldwork), as_of));
        }
        let fieldwork = Arc::new(fieldwork_of(wave, &reading.counts, &reading.standings.results, today));
        *kept = Some((today, Arc::clone(&fieldwork)));
        Ok((fieldwork, as_of))
    }

    /// A reading and the moment whose answers it counts: that of now, or after so much patience the last one.
    async fn reading(
        &self,
        wave: &Wave,
        patience: Duration,
    ) -> Result<(Arc<Reading>, DateTime<FixedOffset>), PipelineError> {
        let asked_at = Instant::now();
        let loaded = self.load_wave(wave.plan.code.as_str()).await?;
        let readings = self.readings_of(&loaded);
        if let Some(last) = readings.last()
            && last.signature == self.inner.store.signature(loaded.id).await?
        {
            return Ok((last, self.clock().now()));
        }
        let (platform, of_wave) = (self.clone(), Arc::clone(&readings));
        let mut computing = tokio::spawn(async move { of_wave.compute(&platform, loaded, asked_at).await });
        let computed = match tokio::time::timeout(patience, &mut computing).await {
            Ok(computed) => computed,
            Err(_) => match readings.last().filter(|last| last.taken_at.elapsed() < OLD) {
                Some(last) => Ok(Ok(last)),
                None => computing.await,
            },
        };
        let reading = computed.map_err(|_| PipelineError::Interrupted)??;
        let as_of = reading.as_of;
        Ok((reading, as_of))
    }
}

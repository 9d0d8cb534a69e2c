//! Reading a wave: one computation however many read it, and nobody who waits for long.
//!
//! What was computed last is good as long as nothing was committed since. Else it is computed anew, by a task of its own that
//! goes on when the reader has left, and from what is kept of the units that changed. A reader waits for it a moment; where it
//! takes longer, what was computed last is shown with its time, unless that is older than [`good_for`] says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Slot, PoisonError};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::counting::CountsByUnit;
use super::forming::form_standings;
use super::known_units::KnownUnits;
use super::known_waves::LoadedWave;
use super::progress::Progress;
use super::published::PublishedReleases;
use super::{PipelineError, Standings};
use crate::foundation::Clock;
use crate::monitoring::Fieldwork;
use crate::storage::{Signature, Store, WaveId};

/// From this age on what was computed last is no answer any more, unless it takes half of that to compute.
const OLD: Duration = Duration::from_secs(2);
/// Between two computations of a wave passes as much time as the last one took, so that at most half a processor computes; but
/// no more than this, unless nothing could be younger than [`OLD`] in any case.
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// What takes longer than half of [`OLD`] is shown until it is so many times as old: the computation, the pause and the next computation
/// are three.
const OLD_TIMES: u32 = 4;

/// For how long a reading is an answer that took so long to compute: thousands of units with calibrated weights take seconds.
fn good_for(took: Duration) -> Duration {
    if took > OLD / 2 { OLD_TIMES * took } else { OLD }
}

/// How long nothing is computed after a reading that took so long.
fn pause_after(took: Duration) -> Duration {
    if took > OLD / 2 { took } else { took.min(PAUSE_MAX) }
}

/// What a wave is read from.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

/// A wave as of one moment.
pub(super) struct Reading {
    signature: Signature,
    as_of: DateTime<FixedOffset>,
    taken_at: Instant,
    took: Duration,
    pub(super) standings: Standings,
    pub(super) counts: CountsByUnit,
    /// The state of the fieldwork on the day on which it was last asked for.
    pub(super) fieldwork: Slot<Option<(NaiveDate, Arc<Fieldwork>)>>,
}

/// The readings of one wave.
#[derive(Default)]
pub(super) struct Readings {
    last: Slot<Option<Arc<Reading>>>,
    /// Held while one is computed.
    known: Mutex<KnownUnits>,
    /// How far the one that is being computed is.
    pub(super) progress: Arc<Progress>,
    /// What was released, as far as it was read.
    pub(super) published: Arc<PublishedReleases>,
}

/// The readings of all waves.
pub(super) struct ReadingsByWave {
    by_wave: Slot<HashMap<WaveId, Arc<Readings>>>,
    /// For how long whoever need not have the latest waits for it.
    pub(super) patience: Duration,
}

impl ReadingsByWave {
    pub(super) fn new(patience: Duration) -> Self {
        Self { by_wave: Slot::default(), patience }
    }

    pub(super) fn of(&self, wave: WaveId) -> Arc<Readings> {
        let mut by_wave = self.by_wave.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(by_wave.entry(wave).or_default())
    }
}

impl Readings {
    /// A reading and the moment whose answers it counts: that of now, or after so much patience the last one.
    pub(super) async fn read(
        self: &Arc<Self>,
        source: &Source,
        loaded: LoadedWave,
        patience: Duration,
    ) -> Result<(Arc<Reading>, DateTime<FixedOffset>), PipelineError> {
        let asked_at = Instant::now();
        if let Some(last) = self.last()
            && last.signature == source.store.signature(loaded.id).await?
        {
            return Ok((last, source.clock.now()));
        }
        let (readings, of) = (Arc::clone(self), source.clone());
        let mut computing = tokio::spawn(async move { readings.compute(&of, loaded, asked_at).await });
        let computed = match tokio::time::timeout(patience, &mut computing).await {
            Ok(computed) => computed,
            Err(_) => match self.last().filter(|last| last.taken_at.elapsed() < good_for(last.took)) {
                Some(last) => Ok(Ok(last)),
                None => computing.await,
            },
        };
        let reading = computed.map_err(|_| PipelineError::Interrupted)??;
        let as_of = reading.as_of;
        Ok((reading, as_of))
    }

    fn last(&self) -> Option<Arc<Reading>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A reading that was taken after `asked_at`.
    async fn compute(
        &self,
        source: &Source,
        loaded: LoadedWave,
        asked_at: Instant,
    ) -> Result<Arc<Reading>, PipelineError> {
        let mut known = self.known.lock().await;
        if let Some(last) = self.last() {
            if last.taken_at >= asked_at {
                return Ok(last);
            }
            tokio::time::sleep_until(last.taken_at + 2 * pause_after(last.took)).await;
        }
        let (taken_at, as_of) = (Instant::now(), source.clock.now());
        let snapshot = source.store.snapshot().await?;
        let signature = snapshot.signature(loaded.id).await?;
        let (states, counts) = known.read(&snapshot, &loaded, &self.progress).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_seconds_is_shown_until_the_next_one_can_be_there_and_computes_half_of_the_time() {
        for (took_ms, shown_ms, pause_ms) in
            [(20, 2_000, 20), (700, 2_000, 500), (1_000, 2_000, 500), (1_001, 4_004, 1_001), (9_000, 36_000, 9_000)]
        {
            let took = Duration::from_millis(took_ms);
            assert_eq!(good_for(took).as_millis(), shown_ms, "{took:?}");
            assert_eq!(pause_after(took).as_millis(), pause_ms, "{took:?}");
        }
    }
}

//! What was read of the units of a wave: only those that changed since are read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::PipelineError;
use super::counting::CountsByUnit;
use super::forming::States;
use super::known_waves::LoadedWave;
use super::part_reader::PartReader;
use super::parts::KnownParts;
use super::progress::Progress;
use crate::storage::{Snapshot, UnitCounts};
use crate::survey::UnitId;

/// Units that are read at once; while threads make counts of them, the next are read.
const UNITS_AT_ONCE: usize = 16;

/// What is kept of the units of a wave, as it was last read. Of a wave that is formed in parts no unit is kept.
#[derive(Default)]
pub(super) struct KnownUnits {
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
    pub(super) async fn read(
        &mut self,
        snapshot: &Snapshot,
        loaded: &LoadedWave,
        progress: &Progress,
    ) -> Result<(States, CountsByUnit), PipelineError> {
        let versions = snapshot.versions(loaded.id).await?;
        let pending = snapshot.pending(loaded.id, loaded).await?;
        if self.parts.are_wanted(loaded) {
            let by_unit = versions.iter().copied().collect();
            let reader = PartReader { snapshot, loaded, versions: &by_unit, pending: &pending, progress };
            if let Some(days) = self.parts.catch_up(&reader).await? {
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
        let mut counting = Vec::new();
        for some in changed.chunks(UNITS_AT_ONCE) {
            let units: Vec<UnitId> = some.iter().map(|(unit, _)| *unit).collect();
            let rows = snapshot.rows(loaded.id, &units, true).await?;
            let of_wave = Arc::clone(&loaded.counting);
            counting.push(tokio::task::spawn_blocking(move || {
                let counts = rows.counts(&of_wave.shape)?;
                counts.values().try_for_each(|counts| counts.state.prepare(&of_wave.shape))?;
                Ok::<_, PipelineError>(counts)
            }));
        }
        for (some, counted) in changed.chunks(UNITS_AT_ONCE).zip(counting) {
            let mut counted = counted.await.map_err(|_| PipelineError::Interrupted)??;
            for (unit, version) in some {
                let counts = Arc::new(counted.remove(unit).unwrap_or_default());
                self.units.insert(*unit, KnownUnit { version: *version, counts });
            }
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

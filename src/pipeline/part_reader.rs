//! Reads a wave part by part: some units each, so that memory never holds the state of more than a few.

use std::collections::BTreeMap;
use std::ops::Range;

use super::PipelineError;
use super::known_waves::LoadedWave;
use super::progress::Progress;
use crate::storage::{Snapshot, UnitCounts};
use crate::survey::UnitId;

/// The units of a part: each part leaves some 75 kB, each unit of one that is formed takes some 200, and with calibration by many
/// cells a megabyte.
const UNITS_PER_PART: usize = 16;
/// Parts that are formed side by side. As many are read while they are.
const PARTS_AT_ONCE: usize = 4;

/// The parts of a wave as of one moment.
pub(super) struct PartReader<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) loaded: &'a LoadedWave,
    /// How often each unit was folded.
    pub(super) versions: &'a BTreeMap<UnitId, i64>,
    /// What is not folded yet.
    pub(super) pending: &'a BTreeMap<UnitId, UnitCounts>,
    pub(super) progress: &'a Progress,
}

/// What is read of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    /// All but the products that design effects need.
    WithoutProducts,
}

/// The places in the plan of a part's units.
pub(super) fn units_of(loaded: &LoadedWave, part: usize) -> Range<usize> {
    let first = part * UNITS_PER_PART;
    first..loaded.wave.units.len().min(first + UNITS_PER_PART)
}

fn ids(loaded: &LoadedWave, part: usize) -> impl Iterator<Item = UnitId> {
    loaded.wave.units[units_of(loaded, part)].iter().map(|unit| unit.id)
}

impl PartReader<'_> {
    /// How many parts there are.
    pub(super) fn parts(&self) -> usize {
        self.loaded.wave.units.len().div_ceil(UNITS_PER_PART)
    }

    /// How often each unit of a part was folded; nothing where something is pending.
    pub(super) fn versions_of(&self, part: usize) -> Option<Vec<i64>> {
        let version = |unit: UnitId| {
            let version = self.versions.get(&unit).copied().unwrap_or_default();
            (!self.pending.contains_key(&unit)).then_some(version)
        };
        ids(self.loaded, part).map(version).collect()
    }

    /// Has something made of each of these parts, by threads, from the places of its units and what is counted of them. `take` gets it
    /// in the order of the parts.
    pub(super) async fn each<T: Send + 'static>(
        &self,
        parts: &[usize],
        wanted: Wanted,
        make: impl Fn(&LoadedWave, Range<usize>, BTreeMap<UnitId, UnitCounts>) -> Result<T, PipelineError>
        + Clone
        + Send
        + 'static,
        mut take: impl FnMut(usize, T),
    ) -> Result<(), PipelineError> {
        let mut making = Vec::new();
        for some in parts.chunks(PARTS_AT_ONCE).chain([&[][..]]) {
            // Those of before are being made meanwhile.
            let mut counts = self.read(some, wanted).await?;
            let begin = |part: &usize| {
                let of_part = ids(self.loaded, *part).filter_map(|unit| Some((unit, counts.remove(&unit)?))).collect();
                let (loaded, units, make) = (self.loaded.clone(), units_of(self.loaded, *part), make.clone());
                (*part, tokio::task::spawn_blocking(move || make(&loaded, units, of_part)))
            };
            let next = some.iter().map(begin).collect();
            for (part, made) in std::mem::replace(&mut making, next) {
                take(part, made.await.map_err(|_| PipelineError::Interrupted)??);
                self.progress.advance(1);
            }
        }
        Ok(())
    }

    async fn read(&self, parts: &[usize], wanted: Wanted) -> Result<BTreeMap<UnitId, UnitCounts>, PipelineError> {
        let units: Vec<UnitId> = parts.iter().flat_map(|part| ids(self.loaded, *part)).collect();
        let (id, shape) = (self.loaded.id, &self.loaded.counting.shape);
        let mut counts = match wanted {
            Wanted::All => self.snapshot.counts(id, shape, &units).await?,
            Wanted::WithoutProducts => self.snapshot.counts_without_products(id, shape, &units).await?,
        };
        for unit in units {
            if let Some(pending) = self.pending.get(&unit) {
                counts.entry(unit).or_default().merge(pending.clone())?;
            }
        }
        Ok(counts)
    }
}

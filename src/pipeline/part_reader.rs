//! Reads a wave part by part: some units each, so that memory never holds the state of more than a few.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use tokio::task::JoinHandle;

use super::PipelineError;
use super::known_waves::LoadedWave;
use super::progress::Progress;
use crate::storage::{Snapshot, UnitCounts};
use crate::survey::UnitId;

/// The units of a part: each part leaves some 75 kB, each unit of one that is formed takes some 200, and with calibration by many
/// cells a megabyte.
const UNITS_PER_PART: usize = 16;
/// Parts that are formed side by side, while the next one is read.
const PARTS_AT_ONCE: usize = 4;

/// What is counted of the units of a part; one without responses need not be among them.
pub(super) type CountsOfPart = BTreeMap<UnitId, UnitCounts>;

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
        make: impl Fn(&LoadedWave, Range<usize>, CountsOfPart) -> Result<T, PipelineError> + Clone + Send + 'static,
        mut take: impl FnMut(usize, T),
    ) -> Result<(), PipelineError> {
        let mut under_way: VecDeque<(usize, JoinHandle<Result<T, PipelineError>>)> = VecDeque::new();
        let mut parts = parts.iter().copied();
        loop {
            let next = parts.next();
            if next.is_none() || under_way.len() == PARTS_AT_ONCE {
                let Some((part, thread)) = under_way.pop_front() else { return Ok(()) };
                take(part, thread.await.map_err(|_| PipelineError::Interrupted)??);
                self.progress.advance(1);
            }
            if let Some(part) = next {
                under_way.push_back((part, self.begin(part, wanted, make.clone()).await?));
            }
        }
    }

    /// Reads a part, and leaves the rest to a thread.
    async fn begin<T: Send + 'static>(
        &self,
        part: usize,
        wanted: Wanted,
        make: impl Fn(&LoadedWave, Range<usize>, CountsOfPart) -> Result<T, PipelineError> + Send + 'static,
    ) -> Result<JoinHandle<Result<T, PipelineError>>, PipelineError> {
        let units: Vec<UnitId> = ids(self.loaded, part).collect();
        let rows = self.snapshot.rows(self.loaded.id, &units, wanted == Wanted::All).await?;
        let pending: Vec<(UnitId, UnitCounts)> =
            units.iter().filter_map(|unit| Some((*unit, self.pending.get(unit)?.clone()))).collect();
        let loaded = self.loaded.clone();
        Ok(tokio::task::spawn_blocking(move || {
            let mut counts = rows.counts(&loaded.counting.shape)?;
            for (unit, pending) in pending {
                counts.entry(unit).or_default().merge(pending)?;
            }
            make(&loaded, units_of(&loaded, part), counts)
        }))
    }
}

//! A wave of many units is formed part by part: some units are read, what they say is kept, and what it was made of is dropped.
//!
//! So memory holds the results of all units and the state of a few, and one more answer costs what its part costs. It takes that
//! no stratum has units in two parts, and no calibration; else the wave is formed as a whole.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::PipelineError;
use super::counting::CountsByUnit;
use super::gather::{Gathered, OpenLinkAnswers, gather};
use super::known_waves::LoadedWave;
use super::progress::Progress;
use crate::estimation::{BetweenLevels, Contribution, SampleBuilder, UnitState};
use crate::index::{
    Method, OpenLinkResults, UnitResults, WaveResults, compute_units, covariance_of, put_together, wanted_covariances,
};
use crate::statistics::{LonelyPsu, SparseCovariance};
use crate::storage::{Snapshot, UnitCounts};
use crate::survey::{OpenAnswers, UnitId};

/// A wave of more units is formed part by part.
const WHOLE_MAX: usize = 1_000;
/// The units of a part: each part leaves some 75 kB, each unit of one that is formed takes some 200.
const UNITS_PER_PART: usize = 16;
/// Parts that are read and formed side by side.
const PARTS_AT_ONCE: usize = 8;

/// What is known of the parts of a wave.
#[derive(Default)]
pub(super) struct KnownParts {
    parts: Vec<KnownPart>,
    /// Whether strata were seen in two parts: then they always will be, for no response goes away.
    are_tied: bool,
}

/// A part and what it was formed of.
struct KnownPart {
    /// How often each of its units was folded; nothing where it also holds what was pending.
    versions: Option<Vec<i64>>,
    part: Arc<Part>,
}

/// What some units of a wave say.
struct Part {
    units: Vec<Arc<UnitResults>>,
    covariance: SparseCovariance,
    everybody: Contribution,
    /// Answers over the open link: how many, and where they are kept apart what they say.
    open_link: u64,
    apart: Option<(Vec<Arc<UnitResults>>, Contribution)>,
    /// The days of each unit that has answers, without its state.
    days: CountsByUnit,
}

impl KnownParts {
    /// Whether a wave is formed in parts, as far as is known.
    pub(super) fn are_wanted(&self, loaded: &LoadedWave) -> bool {
        loaded.wave.units.len() > WHOLE_MAX && loaded.wave.plan.calibration.is_none() && !self.are_tied
    }

    /// Forms the parts anew whose units were folded since, or have something pending. Returns what is counted of each unit by day,
    /// nothing where it shows that the wave cannot be formed in parts.
    pub(super) async fn catch_up(
        &mut self,
        (snapshot, progress): (&Snapshot, &Progress),
        loaded: &LoadedWave,
        versions: &BTreeMap<UnitId, i64>,
        pending: &BTreeMap<UnitId, UnitCounts>,
    ) -> Result<Option<CountsByUnit>, PipelineError> {
        let count = loaded.wave.units.len().div_ceil(UNITS_PER_PART);
        let wanted: Vec<(usize, Option<Vec<i64>>)> =
            (0..count).map(|part| (part, versions_of(loaded, part, versions, pending))).collect();
        let is_good = |(part, versions): &(usize, Option<Vec<i64>>)| {
            versions.is_some() && self.parts.get(*part).is_some_and(|known| known.versions == *versions)
        };
        let stale: Vec<_> = wanted.into_iter().filter(|part| !is_good(part)).collect();
        progress.begin(stale.len() as u64);
        for stale in stale.chunks(PARTS_AT_ONCE) {
            let units: Vec<UnitId> = stale.iter().flat_map(|(part, _)| ids(loaded, *part)).collect();
            let mut counts = snapshot.counts(loaded.id, &loaded.counting.shape, &units).await?;
            for unit in units {
                if let Some(pending) = pending.get(&unit) {
                    counts.entry(unit).or_default().merge(pending.clone())?;
                }
            }
            let form = |(part, _): &(usize, Option<Vec<i64>>)| {
                let of_part = ids(loaded, *part).filter_map(|unit| Some((unit, counts.remove(&unit)?))).collect();
                let (loaded, units) = (loaded.clone(), units_of(loaded, *part));
                tokio::task::spawn_blocking(move || Part::form(&loaded, units, of_part))
            };
            let forming: Vec<_> = stale.iter().map(form).collect();
            for ((number, versions), part) in stale.iter().zip(forming) {
                let part = Arc::new(part.await.map_err(|_| PipelineError::Interrupted)??);
                let known = KnownPart { versions: versions.clone(), part };
                // Parts are formed in their order, so a new one is the next.
                match self.parts.get_mut(*number) {
                    Some(old) => *old = known,
                    None => self.parts.push(known),
                }
                progress.advance(1);
            }
        }
        self.are_tied = self.share_strata();
        if self.are_tied {
            self.parts = Vec::new();
            return Ok(None);
        }
        let days = self.parts.iter().flat_map(|known| &known.part.days);
        Ok(Some(days.map(|(unit, counts)| (*unit, Arc::clone(counts))).collect()))
    }

    /// The parts as they are.
    pub(super) fn snapshot(&self) -> Parts {
        Parts(self.parts.iter().map(|known| Arc::clone(&known.part)).collect())
    }

    fn share_strata(&self) -> bool {
        let mut met = HashSet::new();
        let strata = self.parts.iter().flat_map(|known| {
            let apart = known.part.apart.iter().flat_map(|(_, everybody)| everybody.strata());
            let of_part: HashSet<&String> = known.part.everybody.strata().iter().chain(apart).collect();
            of_part
        });
        strata.into_iter().any(|stratum| !met.insert(stratum))
    }
}

fn units_of(loaded: &LoadedWave, part: usize) -> Range<usize> {
    let first = part * UNITS_PER_PART;
    first..loaded.wave.units.len().min(first + UNITS_PER_PART)
}

fn ids(loaded: &LoadedWave, part: usize) -> impl Iterator<Item = UnitId> {
    loaded.wave.units[units_of(loaded, part)].iter().map(|unit| unit.id)
}

/// How often each unit of a part was folded; nothing where something is pending.
fn versions_of(
    loaded: &LoadedWave,
    part: usize,
    versions: &BTreeMap<UnitId, i64>,
    pending: &BTreeMap<UnitId, UnitCounts>,
) -> Option<Vec<i64>> {
    let version = |unit: UnitId| {
        let version = versions.get(&unit).copied().unwrap_or_default();
        (!pending.contains_key(&unit)).then_some(version)
    };
    ids(loaded, part).map(version).collect()
}

impl Part {
    fn form(
        loaded: &LoadedWave,
        units: Range<usize>,
        mut counts: BTreeMap<UnitId, UnitCounts>,
    ) -> Result<Self, PipelineError> {
        let (wave, method) = (&loaded.wave, loaded.method()?);
        let state_of = |unit: UnitId| -> Option<&UnitState> { Some(&counts.get(&unit)?.state) };
        let Gathered { sample, open_link } = gather(loaded, units.clone(), state_of, None)?;
        let (sample, everybody) = sample.finish_part(&wanted_covariances(wave, method, units.len()))?;
        let (open_link, apart) = match open_link {
            OpenLinkAnswers::None => (0, None),
            OpenLinkAnswers::Counted(answers) => (answers, None),
            OpenLinkAnswers::Apart(builder) => {
                let (sample, everybody) = builder.finish_part(&BetweenLevels::default())?;
                let answers = sample.overall().responses();
                (answers, Some((compute_units(wave, method, &wave.units[units.clone()], &sample), everybody)))
            }
        };
        for counts in counts.values_mut() {
            counts.state = UnitState::default();
        }
        Ok(Self {
            units: compute_units(wave, method, &wave.units[units.clone()], &sample),
            covariance: covariance_of(&sample, units.len()),
            everybody,
            open_link,
            apart,
            days: counts.into_iter().map(|(unit, counts)| (unit, Arc::new(counts))).collect(),
        })
    }
}

/// The parts of a wave as of one moment, in the plan's order.
pub(super) struct Parts(Vec<Arc<Part>>);

impl Parts {
    /// The results of the wave.
    pub(super) fn results(&self, loaded: &LoadedWave) -> Result<WaveResults, PipelineError> {
        let (wave, method) = (&loaded.wave, loaded.method()?);
        let shape = &loaded.counting.shape;
        let lonely = wave.plan.estimation.lonely_psu;
        let everybody = Contribution::everybody(self.0.iter().map(|part| &part.everybody), shape, lonely)?;
        let mut covariance = SparseCovariance::default();
        self.0.iter().for_each(|part| covariance.append(&part.covariance));
        let units = self.0.iter().flat_map(|part| part.units.iter().cloned()).collect();
        let results = put_together(wave, method, units, (&everybody, covariance));
        Ok(WaveResults { open_link: self.open_link(loaded, method)?, ..results })
    }

    fn open_link(&self, loaded: &LoadedWave, method: &Method) -> Result<OpenLinkResults, PipelineError> {
        let answers: u64 = self.0.iter().map(|part| part.open_link).sum();
        if answers == 0 {
            return Ok(OpenLinkResults::None);
        }
        let (wave, shape) = (&loaded.wave, &loaded.counting.shape);
        if wave.plan.open_link.answers == OpenAnswers::Counted {
            return Ok(OpenLinkResults::Counted(answers));
        }
        let apart = self.0.iter().filter_map(|part| Some(&part.apart.as_ref()?.1));
        let everybody = Contribution::everybody(apart, shape, LonelyPsu::Remove)?;
        let mut units = Vec::with_capacity(wave.units.len());
        for (number, part) in self.0.iter().enumerate() {
            if let Some((of_part, _)) = &part.apart {
                units.extend(of_part.iter().cloned());
                continue;
            }
            let range = units_of(loaded, number);
            let nobody = SampleBuilder::of(shape.clone(), range.len()).finish(&BetweenLevels::default())?;
            units.extend(compute_units(wave, method, &wave.units[range], &nobody));
        }
        Ok(OpenLinkResults::apart(put_together(wave, method, units, (&everybody, SparseCovariance::default()))))
    }
}

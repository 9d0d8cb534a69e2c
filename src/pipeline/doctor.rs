//! Counting everything again: do the kept counts equal what the responses say?

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::PipelineError;
use super::context::Context;
use super::counts::Counts;
use super::known_waves::{LoadedWave, unmeasured};
use crate::estimation::{Recruitment, StateKey, products_to_bytes};
use crate::foundation::{Code, Weight};
use crate::storage::{KeptResponse, Snapshot, UnitCounter, UnitCounts, WaveCounter};
use crate::survey::{Channel, UnitId};

/// What a recount found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// Responses that were counted again.
    pub responses: u64,
    /// Kept sums that were compared.
    pub tallies: u64,
    /// What does not agree.
    pub mismatches: Vec<Mismatch>,
    /// The settings of the database by which it records what Plumbline forgets.
    pub recording: Vec<String>,
}

/// A count that does not agree with the responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The wave.
    pub wave: Code,
    /// The unit.
    pub unit: Code,
    /// What was compared: a stratum and PSU, or a day and channel.
    pub place: String,
    /// What is kept.
    pub kept: String,
    /// What the responses say.
    pub recounted: String,
}

/// Whoever counts everything again.
#[derive(Clone)]
pub struct Doctor {
    context: Context,
}

impl Doctor {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Recounts every wave from its responses, as of one moment; it may run while answers arrive.
    pub async fn check_up(&self) -> Result<Checkup, PipelineError> {
        self.context.demand_management()?;
        Counts::of(&self.context).fold().await?;
        let snapshot = self.context.store.snapshot().await?;
        let recording = self.context.store.recording_settings().await?;
        let mut checkup = Checkup { recording, ..Checkup::default() };
        for (code, _) in self.context.store.wave_states().await? {
            let loaded = self.context.load_wave(&code).await?;
            check_wave(&snapshot, &loaded, &mut checkup).await?;
        }
        Ok(checkup)
    }
}

async fn check_wave(snapshot: &Snapshot, loaded: &LoadedWave, checkup: &mut Checkup) -> Result<(), PipelineError> {
    let (responses, mut recounted) = recount(snapshot, loaded).await?;
    checkup.responses += responses;
    let units: Vec<UnitId> = loaded.wave.units.iter().map(|unit| unit.id).collect();
    let mut kept = snapshot.counts(loaded.id, &loaded.counting.shape, &units).await?;
    for (unit, pending) in snapshot.pending(loaded.id, loaded).await? {
        kept.entry(unit).or_default().merge(pending)?;
    }
    for unit in &loaded.wave.units {
        let kept = kept.remove(&unit.id).unwrap_or_default();
        let recounted = recounted.remove(&unit.id).unwrap_or_default();
        checkup.tallies += kept.state.sums().len() as u64;
        let found = compare_unit(&kept, &recounted).into_iter();
        checkup.mismatches.extend(found.map(|[place, kept, recounted]| Mismatch {
            wave: loaded.wave.plan.code.clone(),
            unit: unit.code().clone(),
            place,
            kept,
            recounted,
        }));
    }
    Ok(())
}

/// Counts a wave's responses, in all and by unit.
async fn recount(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
) -> Result<(u64, HashMap<UnitId, UnitCounts>), PipelineError> {
    let shape = &loaded.counting.shape;
    let mut counters: HashMap<UnitId, UnitCounter<'_>> =
        loaded.wave.units.iter().map(|unit| (unit.id, UnitCounter::new(shape))).collect();
    let mut responses = 0;
    let count = |response: KeptResponse<'_>| {
        responses += 1;
        let counter = counters.get_mut(&response.unit).ok_or_else(|| unmeasured(response.unit))?;
        counter.add(&loaded.counted(&response)?)
    };
    snapshot.each_response(loaded.id, count).await?;
    let counts: Result<_, _> = counters.into_iter().map(|(unit, counter)| Ok((unit, counter.finish()?))).collect();
    counts.map(|counts| (responses, counts))
}

/// Where counts differ: the place, what is kept, what was counted.
fn compare_unit(kept: &UnitCounts, recounted: &UnitCounts) -> Vec<[String; 3]> {
    let mut found = differences(kept.state.sums(), recounted.state.sums(), place_of, |sums| {
        let (responses, people) = (sums.tally().responses(), sums.tally().weight_sum() as f64 / Weight::SCALE as f64);
        format!("{responses} responses for {people} people, sums {}", fingerprint(&sums.to_bytes()))
    });
    let of_cell = |cell: &String| format!("products of answers{}{cell}", if cell.is_empty() { "" } else { ", " });
    let products = (kept.state.products(), recounted.state.products());
    found.extend(differences(products.0, products.1, of_cell, |products| fingerprint(&products_to_bytes(products))));
    let of_day = |(day, channel): &(NaiveDate, Channel)| format!("{day} {}", channel.as_str());
    found.extend(differences(&kept.days, &recounted.days, of_day, u64::to_string));
    found
}

/// Enough of a hash to see that sums differ.
fn fingerprint(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..12].to_owned()
}

fn place_of(key: &StateKey) -> String {
    let StateKey { recruitment, stratum, psu, cell } = key;
    let whose = match (recruitment, psu.as_str()) {
        (Recruitment::OpenLink, _) => "over the open link".to_owned(),
        (Recruitment::Sample, "") => "respondents that are their own PSU".to_owned(),
        (Recruitment::Sample, psu) => format!("PSU {psu}"),
    };
    let cell = if cell.is_empty() { String::new() } else { format!(", {cell}") };
    format!("stratum {stratum}, {whose}{cell}")
}

fn differences<K: Ord, T: PartialEq>(
    kept: &BTreeMap<K, T>,
    recounted: &BTreeMap<K, T>,
    place: impl Fn(&K) -> String,
    told: impl Fn(&T) -> String,
) -> Vec<[String; 3]> {
    let shown = |value: Option<&T>| value.map_or_else(|| "nothing".to_owned(), &told);
    let only_recounted = recounted.keys().filter(|key| !kept.contains_key(*key));
    let differing = kept.keys().chain(only_recounted).filter(|key| kept.get(*key) != recounted.get(*key));
    differing.map(|key| [place(key), shown(kept.get(key)), shown(recounted.get(key))]).collect()
}

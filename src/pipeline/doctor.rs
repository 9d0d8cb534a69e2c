//! Counting everything again: do the tallies equal what the responses say?

use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use super::waves::{LoadedWave, unmeasured};
use super::{PipelineError, Platform};
use crate::estimation::TallySums;
use crate::foundation::Code;
use crate::storage::{KeptResponse, Snapshot};
use crate::survey::{Channel, Unit, UnitId};

/// What a recount found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// Responses that were counted again.
    pub responses: u64,
    /// Tallies that were compared.
    pub tallies: u64,
    /// What does not agree.
    pub mismatches: Vec<Mismatch>,
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

type Places<T> = BTreeMap<String, T>;

impl Platform {
    /// Recounts every wave from its responses, as of one moment; it may run while answers arrive.
    pub async fn check_up(&self) -> Result<Checkup, PipelineError> {
        self.0.store.fold_pending().await?;
        let snapshot = self.0.store.snapshot().await?;
        let mut checkup = Checkup::default();
        for (code, _) in self.0.store.wave_states().await? {
            let loaded = self.load_wave(&code).await?;
            let recounted = recount(&snapshot, &loaded).await?;
            for unit in &loaded.wave.units {
                check_unit(&snapshot, &loaded, unit, &recounted[&unit.id], &mut checkup).await?;
            }
        }
        Ok(checkup)
    }
}

/// What the responses of a unit say.
#[derive(Default)]
struct Recount {
    responses: u64,
    sums: Places<TallySums>,
    days: Places<u64>,
}

async fn check_unit(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
    unit: &Unit,
    recounted: &Recount,
    checkup: &mut Checkup,
) -> Result<(), PipelineError> {
    checkup.responses += recounted.responses;
    let mut kept_sums = Places::new();
    let items = loaded.wave.questionnaire.kept_scales().len();
    for row in snapshot.tallies(loaded.id, unit.id, items).await? {
        kept_sums.insert(place_of(&row.stratum, row.psu.as_ref()), row.sums);
    }
    checkup.tallies += kept_sums.len() as u64;
    let mut kept_days = Places::new();
    for count in snapshot.daily_counts(loaded.id, unit.id).await? {
        kept_days.insert(day_of(count.day, count.channel), count.responses);
    }
    let wave = &loaded.wave.plan.code;
    checkup.mismatches.extend(compare(wave, unit.code(), &kept_sums, &recounted.sums));
    checkup.mismatches.extend(compare(wave, unit.code(), &kept_days, &recounted.days));
    Ok(())
}

/// Counts a wave's responses by unit; every measured unit has a count.
async fn recount(snapshot: &Snapshot, loaded: &LoadedWave) -> Result<HashMap<UnitId, Recount>, PipelineError> {
    let items = loaded.wave.questionnaire.kept_scales().len();
    let mut units: HashMap<UnitId, Recount> =
        loaded.wave.units.iter().map(|unit| (unit.id, Recount::default())).collect();
    let count = |response: KeptResponse| {
        let counted = units.get_mut(&response.unit).ok_or_else(|| unmeasured(response.unit))?;
        counted.responses += 1;
        let channel = loaded.wave.plan.channel(response.mode, response.source);
        if channel != Channel::Drawn {
            *counted.days.entry(day_of(response.answered_on, channel)).or_default() += 1;
        }
        if channel == Channel::OpenLink {
            return Ok(());
        }
        let ratings = loaded.ratings_of(&response.answers)?;
        let place = &response.placement;
        let sums = match counted.sums.entry(place_of(&place.stratum, place.psu.as_ref())) {
            Vacant(free) => free.insert(TallySums::new(items)?),
            Occupied(counted) => counted.into_mut(),
        };
        sums.add_response(place.weight, &ratings)?;
        Ok::<_, PipelineError>(())
    };
    snapshot.each_response(loaded.id, count).await?;
    Ok(units)
}

fn day_of(day: chrono::NaiveDate, channel: Channel) -> String {
    format!("{day} {}", channel.as_str())
}

fn place_of(stratum: &Code, psu: Option<&Code>) -> String {
    match psu {
        Some(psu) => format!("stratum {stratum}, PSU {psu}"),
        None => format!("stratum {stratum}, respondents that are their own PSU"),
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(
    wave: &Code,
    unit: &Code,
    kept: &Places<T>,
    recounted: &Places<T>,
) -> Vec<Mismatch> {
    let shown = |value: Option<&T>| value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"));
    let mut places: Vec<&String> = kept.keys().chain(recounted.keys()).collect();
    places.sort();
    places.dedup();
    places
        .into_iter()
        .filter(|place| kept.get(*place) != recounted.get(*place))
        .map(|place| Mismatch {
            wave: wave.clone(),
            unit: unit.clone(),
            place: place.clone(),
            kept: shown(kept.get(place)),
            recounted: shown(recounted.get(place)),
        })
        .collect()
}

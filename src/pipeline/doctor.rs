//! Counting everything again: do the tallies equal what the responses say?

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};

use super::waves::LoadedWave;
use super::{PipelineError, Platform};
use crate::estimation::TallySums;
use crate::foundation::Code;
use crate::storage::Snapshot;
use crate::survey::{Mode, Unit};

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
    /// What was compared: a stratum and PSU, or a day and mode.
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
            for unit in &loaded.wave.units {
                check_unit(&snapshot, &loaded, unit, &mut checkup).await?;
            }
        }
        Ok(checkup)
    }
}

async fn check_unit(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
    unit: &Unit,
    checkup: &mut Checkup,
) -> Result<(), PipelineError> {
    let (sums, days, responses) = recount(snapshot, loaded, unit).await?;
    checkup.responses += responses;
    let mut kept_sums = Places::new();
    let items = loaded.wave.questionnaire.rated_items().count();
    for row in snapshot.tallies(loaded.id, unit.id, items).await? {
        kept_sums.insert(place_of(&row.stratum, row.psu.as_ref()), row.sums);
    }
    checkup.tallies += kept_sums.len() as u64;
    let mut kept_days = Places::new();
    for count in snapshot.daily_counts(loaded.id, unit.id).await? {
        kept_days.insert(day_of(count.day, count.mode), count.responses);
    }
    let wave = &loaded.wave.plan.code;
    checkup.mismatches.extend(compare(wave, unit.code(), &kept_sums, &sums));
    checkup.mismatches.extend(compare(wave, unit.code(), &kept_days, &days));
    Ok(())
}

async fn recount(
    snapshot: &Snapshot,
    loaded: &LoadedWave,
    unit: &Unit,
) -> Result<(Places<TallySums>, Places<u64>, u64), PipelineError> {
    let items = loaded.wave.questionnaire.rated_items().count();
    let (mut sums, mut days, mut count) = (Places::new(), Places::new(), 0);
    for response in snapshot.responses(loaded.id, unit.id).await? {
        let ratings = loaded.ratings_of(&response.answers)?;
        let place = &response.placement;
        let mut one = TallySums::new(items)?;
        one.add_response(place.weight, &ratings)?;
        match sums.entry(place_of(&place.stratum, place.psu.as_ref())) {
            Vacant(free) => {
                free.insert(one);
            }
            Occupied(mut counted) => counted.get_mut().add(&one)?,
        }
        *days.entry(day_of(response.answered_on, response.mode)).or_default() += 1;
        count += 1;
    }
    Ok((sums, days, count))
}

fn day_of(day: chrono::NaiveDate, mode: Mode) -> String {
    format!("{day} {}", mode.as_str())
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

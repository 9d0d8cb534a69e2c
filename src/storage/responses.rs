//! Keeping responses: many in one transaction, each once.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entities::{free_text, pending_batch, response, wave};
use super::fold::Entry;
use super::transaction::Work;
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::foundation::Code;
use crate::survey::{Mode, Placement, Source, UnitId, WaveState};

/// Rows a statement: 14 values each, and SQLite takes at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 2_000;
/// Keys a look-up.
const KEYS_PER_STATEMENT: usize = 8_000;

/// A response ready to be kept: packed, and under a key that does not tell the id it was sent with.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResponse {
    /// The wave.
    pub wave: WaveId,
    /// The unit that is rated.
    pub unit: UnitId,
    /// A one-way derivation of the submission's id.
    pub key: Uuid,
    /// Equal exactly when the content is the same.
    pub content_hash: Uuid,
    /// Its place in the sample.
    pub placement: Placement,
    /// How it was given.
    pub mode: Mode,
    /// Who sent it.
    pub source: Source,
    /// The language in which it was given.
    pub language: String,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
    /// How long it took, in minutes.
    pub duration_minutes: Option<u16>,
    /// The packed answers.
    pub answers: String,
    /// The packed answers about the respondent.
    pub respondent: String,
    /// The rating of each rated item, 0 where there is none.
    pub ratings: Vec<u8>,
    /// What was written in text items, each under a key of its own.
    pub words: Vec<(Uuid, Code, String)>,
}

/// What became of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept.
    Stored,
    /// It had been kept before.
    Repeated,
    /// Another response with this key had been kept before.
    Conflict,
    /// It is new, and the wave is not open.
    NotOpen,
}

type Key = (WaveId, Uuid);

impl Store {
    /// Keeps the responses in one transaction and tells, in their order, what became of each.
    ///
    /// When this returns, they are durable, and so is the note of what they add to the tallies (see `fold.rs`).
    pub async fn insert_responses(&self, new: &[NewResponse]) -> Result<Vec<Outcome>, StorageError> {
        self.transaction(&InsertResponses(new)).await
    }
}

struct InsertResponses<'a>(&'a [NewResponse]);

impl Work for InsertResponses<'_> {
    type Output = Vec<Outcome>;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<Outcome>, StorageError> {
        let new = self.0;
        let kept = find_kept(transaction, new).await?;
        let open = open_waves(transaction).await?;
        let mut storing: HashMap<Key, usize> = HashMap::with_capacity(new.len());
        for (position, response) in new.iter().enumerate() {
            let key = (response.wave, response.key);
            if !kept.contains_key(&key) && open.contains(&response.wave.0) {
                storing.entry(key).or_insert(position);
            }
        }
        let mut positions: Vec<usize> = storing.values().copied().collect();
        // In the order of the table's key, so that neighbours are written together.
        positions.sort_unstable_by_key(|position| {
            let response = &new[*position];
            (response.wave.0, response.unit.0, response.key)
        });
        insert(transaction, new, &positions).await?;
        let stored: Vec<&NewResponse> = positions.iter().map(|position| &new[*position]).collect();
        note_for_fold(transaction, &stored).await?;
        keep_words(transaction, &stored).await?;
        Ok(outcomes(new, &storing, &kept))
    }
}

/// What became of each response, given which position stores each new key and what was kept before.
fn outcomes(new: &[NewResponse], storing: &HashMap<Key, usize>, kept: &HashMap<Key, Uuid>) -> Vec<Outcome> {
    let outcome = |(position, response): (usize, &NewResponse)| {
        let key = (response.wave, response.key);
        let stored_by = storing.get(&key);
        if stored_by == Some(&position) {
            return Outcome::Stored;
        }
        match stored_by.map(|by| new[*by].content_hash).or_else(|| kept.get(&key).copied()) {
            Some(hash) if hash == response.content_hash => Outcome::Repeated,
            Some(_) => Outcome::Conflict,
            None => Outcome::NotOpen,
        }
    };
    new.iter().enumerate().map(outcome).collect()
}

/// The waves that take answers. Read in the transaction, so that nothing is kept after a wave was closed.
async fn open_waves(transaction: &DatabaseTransaction) -> Result<HashSet<i32>, StorageError> {
    let open: Vec<i32> = wave::Entity::find()
        .select_only()
        .column(wave::Column::Id)
        .filter(wave::Column::State.eq(WaveState::Open.as_str()))
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(open.into_iter().collect())
}

/// The content hashes of those responses whose keys are kept already, under whatever unit.
async fn find_kept(transaction: &DatabaseTransaction, new: &[NewResponse]) -> Result<HashMap<Key, Uuid>, StorageError> {
    let mut keys: Vec<Uuid> = new.iter().map(|response| response.key).collect();
    keys.sort_unstable();
    let mut kept = HashMap::new();
    for chunk in keys.chunks(KEYS_PER_STATEMENT) {
        let found: Vec<(i32, Uuid, Uuid)> = response::Entity::find()
            .select_only()
            .columns([response::Column::WaveId, response::Column::Key, response::Column::ContentHash])
            .filter(response::Column::Key.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(transaction)
            .await?;
        kept.extend(found.into_iter().map(|(wave, key, hash)| ((WaveId(wave), key), hash)));
    }
    Ok(kept)
}

/// Inserts the responses at `positions`. Another server may have kept one of them since we looked: then the race is lost,
/// and the transaction is done again.
async fn insert(
    transaction: &DatabaseTransaction,
    new: &[NewResponse],
    positions: &[usize],
) -> Result<(), StorageError> {
    for chunk in positions.chunks(ROWS_PER_STATEMENT) {
        let key = [response::Column::WaveId, response::Column::UnitId, response::Column::Key];
        let inserted = response::Entity::insert_many(chunk.iter().map(|position| model(&new[*position])))
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(transaction)
            .await?;
        if inserted < chunk.len() as u64 {
            return Err(StorageError::LostRace);
        }
    }
    Ok(())
}

fn model(new: &NewResponse) -> response::ActiveModel {
    response::ActiveModel {
        wave_id: Set(new.wave.0),
        unit_id: Set(new.unit.0),
        key: Set(new.key),
        content_hash: Set(new.content_hash),
        stratum: Set(new.placement.stratum.to_string()),
        psu: Set(new.placement.psu.as_ref().map(Code::to_string)),
        weight: Set(new.placement.weight.billionths()),
        mode: Set(new.mode.as_str().to_owned()),
        source: Set(new.source.as_str().to_owned()),
        language: Set(new.language.clone()),
        answered_on: Set(new.answered_on),
        duration_minutes: Set(new.duration_minutes.map(i32::from)),
        answers: Set(new.answers.clone()),
        respondent: Set(new.respondent.clone()),
    }
}

/// Notes what the responses add to the tallies: one row a unit, in the same transaction.
async fn note_for_fold(transaction: &DatabaseTransaction, stored: &[&NewResponse]) -> Result<(), StorageError> {
    let mut by_unit: BTreeMap<(i32, i64), Vec<&NewResponse>> = BTreeMap::new();
    for response in stored {
        by_unit.entry((response.wave.0, response.unit.0)).or_default().push(response);
    }
    let batch = |((wave, unit), responses): ((i32, i64), Vec<&NewResponse>)| pending_batch::ActiveModel {
        wave_id: Set(wave),
        unit_id: Set(unit),
        // A key is stored once, so the first one names the batch.
        id: Set(responses[0].key),
        entries: Set(responses.into_iter().map(|response| Entry::of(response).to_line()).collect()),
    };
    let batches: Vec<_> = by_unit.into_iter().map(batch).collect();
    for chunk in batches.chunks(ROWS_PER_STATEMENT) {
        pending_batch::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    Ok(())
}

async fn keep_words(transaction: &DatabaseTransaction, stored: &[&NewResponse]) -> Result<(), StorageError> {
    let words = stored.iter().flat_map(|response| {
        response.words.iter().map(|(key, item, words)| free_text::ActiveModel {
            wave_id: Set(response.wave.0),
            unit_id: Set(response.unit.0),
            key: Set(*key),
            item: Set(item.to_string()),
            words: Set(words.clone()),
        })
    });
    let mut models: Vec<_> = words.collect();
    // By key, so that the words do not lie in the order of the responses.
    models.sort_by_key(|model| model.key.clone().into_value().map(|value| value.to_string()));
    for chunk in models.chunks(ROWS_PER_STATEMENT) {
        free_text::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    Ok(())
}

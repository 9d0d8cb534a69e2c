//! Keeping responses: many in one transaction, each once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};
use serde::Serialize;
use uuid::Uuid;

use super::entities::{free_text, wave};
use super::noting::note_for_fold;
use super::rows::{Columns, json_statement, rows_per_statement};
use super::spending::{KnownCodes, spend};
use super::waves::WaveId;
use super::writer::Work;
use super::{NewResponse, StorageError, Store};
use crate::foundation::Code;
use crate::survey::{CodeRefusal, WaveState};

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
    /// It is new, and its code is not taken.
    Refused(CodeRefusal),
}

type Key = (WaveId, Uuid);

impl Store {
    /// Keeps the responses in one transaction and tells, in their order, what became of each.
    ///
    /// When this returns, they are durable, and so is the note of what they add to the tallies (see `fold.rs`).
    pub async fn insert_responses(&self, new: &[NewResponse]) -> Result<Vec<Outcome>, StorageError> {
        // Nearly always all of them are new and welcome, and inserting finds out by itself. If not, it is looked up what is.
        match self.transaction_once(&InsertResponses { new, look_up: false }).await {
            Err(error) if error.is_transient() => self.transaction(&InsertResponses { new, look_up: true }).await,
            result => result,
        }
    }
}

struct InsertResponses<'a> {
    new: &'a [NewResponse],
    look_up: bool,
}

impl Work for InsertResponses<'_> {
    type Output = Vec<Outcome>;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<Outcome>, StorageError> {
        let new = self.new;
        let mut kept = HashMap::new();
        let (storing, refused) = if self.look_up {
            kept = find_kept(transaction, new).await?;
            choose(transaction, new, &kept).await?
        } else {
            let mut storing = HashMap::with_capacity(new.len());
            for (position, response) in new.iter().enumerate() {
                storing.entry(key_of(response)).or_insert(position);
            }
            (storing, HashMap::new())
        };
        let placed = spend(transaction, storing.values().map(|position| &new[*position]).collect()).await?;
        let mut stored: Vec<&NewResponse> = placed.iter().map(AsRef::as_ref).collect();
        // In the order of the table's key, so that neighbours are written together.
        stored.sort_unstable_by_key(|response| (response.wave.0, response.key));
        insert(transaction, &stored).await?;
        note_for_fold(transaction, &stored).await?;
        keep_words(transaction, &stored).await?;
        Ok(outcomes(new, &storing, &kept, &refused))
    }
}

fn key_of(response: &NewResponse) -> Key {
    (response.wave, response.key)
}

/// Which position stores each key that is new, welcome and has the code that it came with; and which codes are not taken.
/// Repeats come before codes: a response that is kept needs its code no more.
async fn choose(
    transaction: &DatabaseTransaction,
    new: &[NewResponse],
    kept: &HashMap<Key, Uuid>,
) -> Result<(HashMap<Key, usize>, HashMap<usize, CodeRefusal>), StorageError> {
    let open = open_waves(transaction).await?;
    let is_welcome = |response: &&NewResponse| !kept.contains_key(&key_of(response)) && open.contains(&response.wave.0);
    let mut codes = KnownCodes::look_up(transaction, new.iter().filter(is_welcome)).await?;
    let (mut storing, mut refused) = (HashMap::new(), HashMap::new());
    for (position, response) in new.iter().enumerate().filter(|(_, response)| is_welcome(response)) {
        if let Entry::Vacant(free) = storing.entry(key_of(response)) {
            match codes.give(response) {
                Ok(()) => drop(free.insert(position)),
                Err(refusal) => drop(refused.insert(position, refusal)),
            }
        }
    }
    Ok((storing, refused))
}

/// What became of each response, given which position stores each new key, what was kept before, and which codes are not
/// taken.
fn outcomes(
    new: &[NewResponse],
    storing: &HashMap<Key, usize>,
    kept: &HashMap<Key, Uuid>,
    refused: &HashMap<usize, CodeRefusal>,
) -> Vec<Outcome> {
    let outcome = |(position, response): (usize, &NewResponse)| {
        if let Some(refusal) = refused.get(&position) {
            return Outcome::Refused(*refusal);
        }
        let key = key_of(response);
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

/// The waves that take answers.
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

/// The hash that is kept under the key of a row of `sought`. A subquery and not a join: by a join both engines at times
/// prefer a walk through the whole wave, having no statistics of a table that grows this fast.
fn kept_hash(sought: &str) -> String {
    format!(
        "SELECT kept.content_hash FROM response AS kept \
         WHERE kept.wave_id = {sought}.wave_id AND kept.key = {sought}.key LIMIT 1"
    )
}

/// What is looked up of a response.
const SOUGHT: Columns = &[("wave_id", "integer"), ("key", "uuid")];

/// The content hashes of those responses whose keys are kept already, under whatever unit.
async fn find_kept(transaction: &DatabaseTransaction, new: &[NewResponse]) -> Result<HashMap<Key, Uuid>, StorageError> {
    let backend = transaction.get_database_backend();
    let look_up = |sought: &str| {
        format!(
            "SELECT wave_id, key, content_hash FROM (SELECT sought.wave_id, sought.key, ({}) AS content_hash \
             FROM (SELECT {sought}) AS sought) AS found WHERE content_hash IS NOT NULL",
            kept_hash("sought")
        )
    };
    let mut sought: Vec<(i32, Uuid)> = new.iter().map(|response| (response.wave.0, response.key)).collect();
    sought.sort_unstable();
    let mut kept = HashMap::new();
    for chunk in sought.chunks(rows_per_statement(transaction, sought.len())) {
        for row in transaction.query_all_raw(json_statement(backend, SOUGHT, chunk, look_up)?).await? {
            let (wave, key, hash): (i32, Uuid, Uuid) = row.try_get_many_by_index()?;
            kept.insert((WaveId(wave), key), hash);
        }
    }
    Ok(kept)
}

/// What is kept of a response, in the order of [`row`].
const KEPT: Columns = &[
    ("wave_id", "integer"),
    ("unit_id", "bigint"),
    ("key", "uuid"),
    ("content_hash", "uuid"),
    ("stratum", "text"),
    ("psu", "text"),
    ("weight", "bigint"),
    ("mode", "text"),
    ("source", "text"),
    ("collector", "text"),
    ("language", "text"),
    ("answered_on", "date"),
    ("duration_minutes", "integer"),
    ("answers", "text"),
    ("respondent", "text"),
];

/// Inserts the responses: those whose key is new, under whatever unit, and whose wave is open now. All of them must be;
/// else the transaction is done again. After a look-up, it is another server that was faster.
async fn insert(transaction: &DatabaseTransaction, stored: &[&NewResponse]) -> Result<(), StorageError> {
    let backend = transaction.get_database_backend();
    let names: Vec<&str> = KEPT.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    let insert = |rows: &str| {
        format!(
            "INSERT INTO response ({names}) SELECT {names} FROM (SELECT {rows}) AS new \
             WHERE ({}) IS NULL AND (SELECT state FROM wave WHERE wave.id = new.wave_id) = '{}' \
             ON CONFLICT (wave_id, key, unit_id) DO NOTHING",
            kept_hash("new"),
            WaveState::Open.as_str()
        )
    };
    for chunk in stored.chunks(rows_per_statement(transaction, stored.len())) {
        let rows: Vec<_> = chunk.iter().map(|response| row(response)).collect();
        let inserted = transaction.execute_raw(json_statement(backend, KEPT, &rows, insert)?).await?;
        if inserted.rows_affected() < chunk.len() as u64 {
            return Err(StorageError::LostRace);
        }
    }
    Ok(())
}

/// The values of [`KEPT`].
fn row(new: &NewResponse) -> impl Serialize + '_ {
    let place = &new.placement;
    (
        new.wave.0,
        new.unit.0,
        new.key,
        new.content_hash,
        place.stratum.as_str(),
        place.psu.as_ref().map(Code::as_str),
        place.weight.billionths(),
        new.mode.as_str(),
        new.source.as_str(),
        new.collector.as_ref().map(Code::as_str),
        &new.language,
        new.answered_on,
        new.duration_minutes,
        &new.answers,
        &new.respondent,
    )
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
    // Each value is a parameter of its own here, so a statement takes few rows however many there are.
    for chunk in models.chunks(rows_per_statement(transaction, 0)) {
        free_text::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    Ok(())
}

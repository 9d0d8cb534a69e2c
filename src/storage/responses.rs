//! Keeping responses: many in one transaction, each once.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entities::wave;
use super::inbox::put_into_inbox;
use super::rows::{Columns, Kind, keys_statement, names, rows_per_statement, rows_statement};
use super::spending::{KnownCodes, spend};
use super::waves::WaveId;
use super::writer::{TRIES_MAX, Work, pause_after};
use super::{NewResponse, StorageError, Store};
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
    /// When this returns, they are durable: in the inbox, from which readers count them (see `fold.rs`).
    pub async fn insert_responses(&self, new: &[NewResponse]) -> Result<Vec<Outcome>, StorageError> {
        let mut tries = 0;
        let outcomes = loop {
            match self.try_to_insert(new, tries > 0).await {
                Err(error) if error.is_transient() && tries < TRIES_MAX => tries += 1,
                result => break result?,
            }
            // The first time nobody was in the way: it is yet to be looked up who is welcome.
            if tries > 1 {
                pause_after(tries).await;
            }
        };
        if let Err(error) = self.planner.look(&self.reader, &self.writer, new.len()).await {
            tracing::warn!(%error, "the database could not look at its answers; it does so by itself later");
        }
        Ok(outcomes)
    }

    /// Nearly always all of them are welcome, and inserting finds out by itself. If not, it is looked up who is.
    ///
    /// Whatever is looked up is looked up before the transaction, which then only writes: what somebody else writes in between is in
    /// the way of what is written here, so that all is done again. A transaction that had read would not be durable on a
    /// distributed database (`docs/SCALE.md`).
    async fn try_to_insert(&self, new: &[NewResponse], look_up: bool) -> Result<Vec<Outcome>, StorageError> {
        let before = self.writer.before();
        let kept = find_kept(&before, new).await?;
        let (storing, refused) = if look_up || !kept.is_empty() {
            choose(&before, new, &kept).await?
        } else {
            let mut storing = HashMap::with_capacity(new.len());
            for (position, response) in new.iter().enumerate() {
                storing.entry(key_of(response)).or_insert(position);
            }
            (storing, HashMap::new())
        };
        let stored = storing.values().map(|position| &new[*position]).collect();
        self.transaction_once(&KeepResponses(stored)).await?;
        Ok(outcomes(new, &storing, &kept, &refused))
    }
}

/// Responses that are new, welcome and have the codes that they came with, as far as was known before.
struct KeepResponses<'a>(Vec<&'a NewResponse>);

impl Work for KeepResponses<'_> {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        let placed = spend(transaction, &self.0).await?;
        let mut stored: Vec<&NewResponse> = placed.iter().map(AsRef::as_ref).collect();
        // In the order of the table's key, so that neighbours are written together.
        stored.sort_unstable_by_key(|response| (response.wave.0, response.received_key));
        receive(transaction, &stored).await?;
        stored.sort_unstable_by_key(|response| (response.wave.0, response.key));
        put_into_inbox(transaction, &stored).await
    }
}

fn key_of(response: &NewResponse) -> Key {
    (response.wave, response.received_key)
}

/// Which position stores each key that is new, welcome and has the code that it came with; and which codes are not taken.
/// Repeats come before codes: a response that is kept needs its code no more.
async fn choose(
    before: &impl ConnectionTrait,
    new: &[NewResponse],
    kept: &HashMap<Key, Uuid>,
) -> Result<(HashMap<Key, usize>, HashMap<usize, CodeRefusal>), StorageError> {
    let open = open_waves(before).await?;
    let is_welcome = |response: &&NewResponse| !kept.contains_key(&key_of(response)) && open.contains(&response.wave.0);
    let mut codes = KnownCodes::look_up(before, new.iter().filter(is_welcome)).await?;
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
            // Of submissions that an earlier program received it is not known what they said.
            Some(hash) if hash == response.content_hash || hash.is_nil() => Outcome::Repeated,
            Some(_) => Outcome::Conflict,
            None => Outcome::NotOpen,
        }
    };
    new.iter().enumerate().map(outcome).collect()
}

/// The waves that take answers.
async fn open_waves(before: &impl ConnectionTrait) -> Result<HashSet<i32>, StorageError> {
    let open: Vec<i32> = wave::Entity::find()
        .select_only()
        .column(wave::Column::Id)
        .filter(wave::Column::State.eq(WaveState::Open.as_str()))
        .into_tuple()
        .all(before)
        .await?;
    Ok(open.into_iter().collect())
}

/// The content hashes of those submissions that were received already, for whatever unit.
async fn find_kept(before: &impl ConnectionTrait, new: &[NewResponse]) -> Result<HashMap<Key, Uuid>, StorageError> {
    let backend = before.get_database_backend();
    let mut sought: BTreeMap<i32, Vec<Uuid>> = BTreeMap::new();
    for response in new {
        sought.entry(response.wave.0).or_default().push(response.received_key);
    }
    let mut kept = HashMap::new();
    for (wave, mut keys) in sought {
        let text = |any: &str| format!("SELECT key, content_hash FROM received WHERE wave_id = {wave} AND key {any}");
        keys.sort_unstable();
        // A key is less than a tenth of a response.
        for chunk in keys.chunks(8 * rows_per_statement(backend, new.len())) {
            let statement = keys_statement(backend, chunk, text)?;
            for row in before.query_all_raw(statement).await? {
                let (key, hash): (Uuid, Uuid) = row.try_get_many_by_index()?;
                kept.insert((WaveId(wave), key), hash);
            }
        }
    }
    Ok(kept)
}

/// What a submission is known by.
const RECEIVED: Columns<3> = [("wave_id", Kind::Integer), ("key", Kind::Uuid), ("content_hash", Kind::Uuid)];

/// Takes the submissions in: those whose key is new and whose wave is open now. All of them must be; else the transaction is done
/// again: it is another server that was faster, or who is welcome was not looked up.
async fn receive(transaction: &DatabaseTransaction, stored: &[&NewResponse]) -> Result<(), StorageError> {
    let (backend, names) = (transaction.get_database_backend(), names(&RECEIVED));
    // A join, because a distributed database refuses a subquery a row. It begins with the rows, which SQLite is told by CROSS. And
    // no ON CONFLICT, with which a distributed database does not say how many rows it wrote, and takes ten times as long.
    let insert = |rows: &str| {
        format!(
            "INSERT INTO received ({names}) SELECT {names} FROM (SELECT {rows}) AS new \
             CROSS JOIN (SELECT id, state AS wave_state FROM wave) AS state \
             WHERE state.id = new.wave_id AND wave_state = '{}'",
            WaveState::Open.as_str()
        )
    };
    // A key and a hash are less than a fifth of a response.
    for chunk in stored.chunks(5 * rows_per_statement(backend, stored.len())) {
        let rows = chunk.iter().map(|new| [new.wave.0.into(), new.received_key.into(), new.content_hash.into()]);
        let statement = rows_statement(backend, &RECEIVED, rows, insert)?;
        let inserted = transaction.execute_raw(statement).await.map_err(StorageError::from);
        let inserted =
            inserted.map_err(|error| if error.is_taken_key("received") { StorageError::LostRace } else { error })?;
        if inserted.rows_affected() < chunk.len() as u64 {
            return Err(StorageError::LostRace);
        }
    }
    Ok(())
}

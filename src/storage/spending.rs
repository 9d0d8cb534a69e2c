//! Spending the codes of invitations, in the transaction that keeps the answers.
//!
//! A code is spent by deleting its row: whoever deletes it has it, and nothing is left that could tell which answer was
//! given with it. On PostgreSQL a deleted row keeps the number of its transaction, which the answer has, too, until the
//! table is vacuumed; `forgetting.rs` does that.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use uuid::Uuid;

use super::register::code;
use super::rows::keys_statement;
use super::waves::WaveId;
use super::{NewResponse, StorageError};
use crate::foundation::Weight;
use crate::survey::{CodeRefusal, InvitationState, Placement, UnitId};

/// A code by its wave and its hash.
type CodeKey = (WaveId, Uuid);

/// Hashes a statement.
const ROWS_PER_STATEMENT: usize = 512;

/// The codes of `responses` by wave, in one order on all servers, so that two never wait for each other in a circle.
fn by_wave<'a>(responses: impl Iterator<Item = &'a NewResponse>) -> BTreeMap<i32, BTreeSet<Uuid>> {
    let mut codes: BTreeMap<i32, BTreeSet<Uuid>> = BTreeMap::new();
    for (wave, hash) in responses.filter_map(code_key) {
        codes.entry(wave.0).or_default().insert(hash);
    }
    codes
}

/// Runs a statement on all `hashes`; `text` writes it around what comes after the column. Returns the rows that it gives.
async fn on_hashes(
    connection: &impl ConnectionTrait,
    hashes: BTreeSet<Uuid>,
    text: impl Fn(&str) -> String,
) -> Result<Vec<QueryResult>, StorageError> {
    let hashes: Vec<Uuid> = hashes.into_iter().collect();
    let mut rows = Vec::with_capacity(hashes.len());
    for chunk in hashes.chunks(ROWS_PER_STATEMENT) {
        let statement = keys_statement(connection.get_database_backend(), chunk, &text)?;
        rows.extend(connection.query_all_raw(statement).await?);
    }
    Ok(rows)
}

/// What is known of the codes of a group, and which of them are given to a response of the group.
#[derive(Default)]
pub(super) struct KnownCodes {
    known: HashMap<CodeKey, (UnitId, InvitationState)>,
    given: HashSet<CodeKey>,
}

impl KnownCodes {
    /// Looks the codes of `responses` up. They are not locked, which a distributed database refuses: if another server spends
    /// one in the meantime, [`spend`] finds it gone, and the transaction is done again.
    pub(super) async fn look_up(
        before: &impl ConnectionTrait,
        responses: impl Iterator<Item = &NewResponse>,
    ) -> Result<Self, StorageError> {
        let mut known = HashMap::new();
        for (wave, hashes) in by_wave(responses) {
            let text = |any: &str| {
                format!("SELECT hash, unit_id, state FROM invitation WHERE wave_id = {wave} AND hash {any}")
            };
            for row in on_hashes(before, hashes, text).await? {
                let (hash, unit, state): (Uuid, i64, String) = row.try_get_many_by_index()?;
                let state = InvitationState::from_name(&state)
                    .ok_or_else(|| StorageError::damaged("invitation", format!("the state {state:?} is unknown")))?;
                known.insert((WaveId(wave), hash), (UnitId(unit), state));
            }
        }
        Ok(Self { known, given: HashSet::new() })
    }

    /// Gives a response the code that it came with; the reason if it cannot have it. A response without one needs none.
    pub(super) fn give(&mut self, response: &NewResponse) -> Result<(), CodeRefusal> {
        let Some(key) = code_key(response) else { return Ok(()) };
        match self.known.get(&key) {
            Some((_, InvitationState::Revoked)) => Err(CodeRefusal::Revoked),
            Some((_, InvitationState::Reserve)) => Err(CodeRefusal::Reserved),
            Some((unit, _)) if *unit != response.unit => Err(CodeRefusal::OtherUnit),
            Some(_) if self.given.insert(key) => Ok(()),
            // The tag of the code was right when it was read: there was such a code.
            Some(_) | None => Err(CodeRefusal::Spent),
        }
    }
}

fn code_key(response: &NewResponse) -> Option<CodeKey> {
    Some((response.wave, response.invitation?))
}

/// Spends the codes of `storing` and gives each response the place of its invitation. Every code must be open, for the
/// response's unit and there only once; else the transaction is done again. Without codes nothing is asked.
pub(super) async fn spend<'a>(
    transaction: &DatabaseTransaction,
    storing: &[&'a NewResponse],
) -> Result<Vec<Cow<'a, NewResponse>>, StorageError> {
    let wanted = by_wave(storing.iter().copied());
    if wanted.is_empty() {
        return Ok(storing.iter().copied().map(Cow::Borrowed).collect());
    }
    let mut placements: HashMap<(CodeKey, UnitId), Placement> = HashMap::new();
    for (wave, hashes) in wanted {
        let text = |any: &str| {
            format!(
                "DELETE FROM invitation WHERE wave_id = {wave} AND state = '{}' \
                 AND hash {any} RETURNING hash, unit_id, stratum, psu, weight",
                InvitationState::Open.as_str()
            )
        };
        for row in on_hashes(transaction, hashes, text).await? {
            let (hash, unit, stratum, psu, weight) = row.try_get_many_by_index()?;
            placements.insert(((WaveId(wave), hash), UnitId(unit)), placement(stratum, psu, weight)?);
        }
    }
    let mut placed = |response: &'a NewResponse| {
        let Some(key) = code_key(response) else { return Ok(Cow::Borrowed(response)) };
        // Not there: it was not open, is for another unit, or another response of the group has it.
        let placement = placements.remove(&(key, response.unit)).ok_or(StorageError::LostRace)?;
        Ok(Cow::Owned(NewResponse { placement, ..response.clone() }))
    };
    storing.iter().copied().map(&mut placed).collect()
}

fn placement(stratum: String, psu: Option<String>, weight: i64) -> Result<Placement, StorageError> {
    Ok(Placement {
        stratum: code("invitation", stratum)?,
        psu: psu.map(|psu| code("invitation", psu)).transpose()?,
        weight: Weight::from_billionths(weight).map_err(|error| StorageError::damaged("invitation", error))?,
    })
}

//! Spending the codes of invitations, in the transaction that keeps the answers.
//!
//! A code is spent by deleting its row: whoever deletes it has it, and nothing is left that could tell which answer was
//! given with it. On PostgreSQL a deleted row keeps the number of its transaction, which the answer has, too, until the
//! table is vacuumed; `forgetting.rs` does that.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use uuid::Uuid;

use super::StorageError;
use super::register::code;
use super::responses::NewResponse;
use super::rows::{Columns, json_statement};
use super::waves::WaveId;
use crate::foundation::Weight;
use crate::survey::{CodeRefusal, InvitationState, Placement, UnitId};

/// A code by its wave and its hash.
type CodeKey = (WaveId, Uuid);

/// Rows a statement: small ones.
const ROWS_PER_STATEMENT: usize = 192;

/// What is known of the codes of a group, and which of them are given to a response of the group.
#[derive(Default)]
pub(super) struct KnownCodes {
    known: HashMap<CodeKey, (UnitId, InvitationState)>,
    given: HashSet<CodeKey>,
}

impl KnownCodes {
    /// Looks the codes of `responses` up, and on a server keeps others from spending them in the meantime.
    pub(super) async fn look_up(
        transaction: &DatabaseTransaction,
        responses: impl Iterator<Item = &NewResponse>,
    ) -> Result<Self, StorageError> {
        const SOUGHT: Columns = &[("wave_id", "integer"), ("hash", "uuid")];
        let mut sought: Vec<(i32, Uuid)> = responses.filter_map(code_key).map(|(wave, hash)| (wave.0, hash)).collect();
        // In one order on all servers, so that two never wait for each other in a circle.
        sought.sort_unstable();
        sought.dedup();
        let backend = transaction.get_database_backend();
        let locked = if backend == DbBackend::Sqlite { "" } else { "ORDER BY wave_id, hash FOR UPDATE" };
        let text = |sought: &str| {
            format!(
                "SELECT wave_id, hash, unit_id, state FROM invitation \
                 WHERE (wave_id, hash) IN (SELECT wave_id, hash FROM (SELECT {sought}) AS sought) {locked}"
            )
        };
        let mut known = HashMap::new();
        for chunk in sought.chunks(ROWS_PER_STATEMENT) {
            for row in transaction.query_all_raw(json_statement(backend, SOUGHT, chunk, text)?).await? {
                let (wave, hash, unit, state): (i32, Uuid, i64, String) = row.try_get_many_by_index()?;
                let state = InvitationState::from_name(&state)
                    .ok_or_else(|| StorageError::damaged("invitation", format!("{state:?} is no state")))?;
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
    storing: Vec<&'a NewResponse>,
) -> Result<Vec<Cow<'a, NewResponse>>, StorageError> {
    const SPENT: Columns = &[("wave_id", "integer"), ("hash", "uuid"), ("unit_id", "bigint")];
    let wanted = storing.iter().filter_map(|response| Some((response.wave.0, response.invitation?, response.unit.0)));
    let mut wanted: Vec<(i32, Uuid, i64)> = wanted.collect();
    if wanted.is_empty() {
        return Ok(storing.into_iter().map(Cow::Borrowed).collect());
    }
    wanted.sort_unstable();
    let backend = transaction.get_database_backend();
    let text = |spent: &str| {
        format!(
            "DELETE FROM invitation WHERE state = '{}' AND (wave_id, hash, unit_id) IN \
             (SELECT wave_id, hash, unit_id FROM (SELECT {spent}) AS spent) \
             RETURNING wave_id, hash, stratum, psu, weight",
            InvitationState::Open.as_str()
        )
    };
    let mut placements: HashMap<CodeKey, Placement> = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(ROWS_PER_STATEMENT) {
        for row in transaction.query_all_raw(json_statement(backend, SPENT, chunk, text)?).await? {
            let (wave, hash, stratum, psu, weight) = row.try_get_many_by_index()?;
            placements.insert((WaveId(wave), hash), placement(stratum, psu, weight)?);
        }
    }
    if placements.len() < wanted.len() {
        return Err(StorageError::LostRace);
    }
    let placed = |response: &'a NewResponse| match code_key(response).and_then(|key| placements.remove(&key)) {
        Some(placement) => Cow::Owned(NewResponse { placement, ..response.clone() }),
        None => Cow::Borrowed(response),
    };
    Ok(storing.into_iter().map(placed).collect())
}

fn placement(stratum: String, psu: Option<String>, weight: i64) -> Result<Placement, StorageError> {
    Ok(Placement {
        stratum: code("invitation", stratum)?,
        psu: psu.map(|psu| code("invitation", psu)).transpose()?,
        weight: Weight::from_billionths(weight).map_err(|error| StorageError::damaged("invitation", error))?,
    })
}

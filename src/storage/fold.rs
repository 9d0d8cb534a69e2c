//! Counts follow the log, exactly once.
//!
//! A commit puts responses into the inbox, in batches by unit. A fold takes the batches of some units that nobody counted, adds them
//! to the units' counts and marks them as counted, in one transaction under the units' leases (their `tally_version` rows). So a
//! batch is added once, whichever server folds it and whenever it became visible; nothing is ever folded by a sequence number, which
//! a slower commit could undercut. What was counted waits in the inbox until it is settled (`settle.rs`).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::counting::{UnitCounter, UnitCounts, WaveCounter};
use super::entities::{inbox, recount_due, wave};
use super::inbox::{batches, each_of_batch, mark_as_counted};
use super::rows::{Columns, Kind, is_one_of, names, rows_statement};
use super::states::{add_kept, write_days, write_states};
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::survey::UnitId;

/// Units a transaction: far fewer commits and statements than units, and yet SQLite's other writers do not wait for long.
const UNITS_EMBEDDED: usize = 64;
/// The same on a server, where only other folds wait, and each statement of many rows for 40 ms (`rows.rs`).
const UNITS_ON_SERVER: usize = 4_000;
/// Batches a transaction, so that a fold after an outage does not hold its leases for long.
const BATCHES_EMBEDDED: usize = 2_000;
/// The same on a server.
const BATCHES_ON_SERVER: usize = 40_000;

/// A round folds at least so many units, those that have most pending: fewer are not worth a delay.
const UNITS_A_ROUND: usize = 8;
/// Or one of so many, so that a long list does not wait for long.
const ONE_UNIT_OF: usize = 8;
/// A round leaves no more than this pending, some thousand responses: each reading adds them.
const BYTES_LEFT: i64 = 160 * 1024;

impl Store {
    /// The waves of which something is pending, with their codes. A wave that is yet to be counted from its responses is none.
    pub async fn pending_waves(&self) -> Result<Vec<(WaveId, String)>, StorageError> {
        let pending = inbox::Entity::find()
            .select_only()
            .column(inbox::Column::WaveId)
            .filter(inbox::Column::IsCounted.eq(false));
        let due = recount_due::Entity::find().select_only().column(recount_due::Column::WaveId);
        let waves = wave::Entity::find()
            .select_only()
            .columns([wave::Column::Id, wave::Column::Code])
            .filter(wave::Column::Id.in_subquery(pending.into_query()))
            .filter(wave::Column::Id.not_in_subquery(due.into_query()))
            .into_tuple::<(i32, String)>()
            .all(&self.reader)
            .await?;
        Ok(waves.into_iter().map(|(id, code)| (WaveId(id), code)).collect())
    }

    /// Adds what is pending of a wave to its counts. Returns how many batches were added.
    pub async fn fold(&self, wave: WaveId, counter: &impl WaveCounter) -> Result<usize, StorageError> {
        let mut folded = 0;
        loop {
            let units: Vec<i64> = self.pending_units(wave).await?.into_iter().map(|(unit, _)| unit).collect();
            if units.is_empty() {
                return Ok(folded);
            }
            folded += self.fold_units(wave, counter, units).await?;
        }
    }

    /// The same for the units that have most pending. Returns whether some was left.
    ///
    /// Who reads a unit reads all its counts again after each fold. Where answers to many units trickle in, most of them therefore
    /// wait until there is more to add at once.
    pub async fn fold_largest(&self, wave: WaveId, counter: &impl WaveCounter) -> Result<bool, StorageError> {
        let pending = self.pending_units(wave).await?;
        let largest = largest(&pending);
        let is_some_left = largest.len() < pending.len();
        self.fold_units(wave, counter, largest).await?;
        Ok(is_some_left)
    }

    /// The units of which something is pending, with the bytes that it takes.
    async fn pending_units(&self, wave: WaveId) -> Result<Vec<(i64, i64)>, StorageError> {
        use inbox::Column;
        // In bytes, which both engines know of a long text without reading it.
        let bytes = Expr::from(Func::cust("octet_length").arg(Expr::col(Column::Entries))).sum().cast_as("bigint");
        let pending = inbox::Entity::find()
            .select_only()
            .column(Column::UnitId)
            .column_as(bytes, "bytes")
            .filter(batches(wave, false))
            .group_by(Column::UnitId);
        Ok(pending.into_tuple().all(&self.reader).await?)
    }

    async fn fold_units(
        &self,
        wave: WaveId,
        counter: &impl WaveCounter,
        mut units: Vec<i64>,
    ) -> Result<usize, StorageError> {
        // One order for all servers, so that two never wait for each other's leases in a circle.
        units.sort_unstable();
        let (units_max, batches_max) =
            if self.is_embedded() { (UNITS_EMBEDDED, BATCHES_EMBEDDED) } else { (UNITS_ON_SERVER, BATCHES_ON_SERVER) };
        let mut folded = 0;
        for units in units.chunks(units_max) {
            // After an outage a unit may have more than one transaction takes.
            loop {
                let batches = self.transaction(&FoldUnits { wave, units, counter, batches_max }).await?;
                folded += batches;
                if batches < batches_max {
                    break;
                }
            }
        }
        Ok(folded)
    }
}

/// The units that a round folds, of all with the bytes that are pending.
fn largest(pending: &[(i64, i64)]) -> Vec<i64> {
    let mut by_size = pending.to_vec();
    by_size.sort_unstable_by_key(|(unit, bytes)| (Reverse(*bytes), *unit));
    let at_least = UNITS_A_ROUND.max(by_size.len().div_ceil(ONE_UNIT_OF));
    let mut left: i64 = by_size.iter().map(|(_, bytes)| bytes).sum();
    let mut units = Vec::new();
    for (unit, bytes) in by_size {
        if units.len() >= at_least && left <= BYTES_LEFT {
            break;
        }
        left -= bytes;
        units.push(unit);
    }
    units
}

struct FoldUnits<'a, C> {
    wave: WaveId,
    units: &'a [i64],
    counter: &'a C,
    batches_max: usize,
}

impl<C: WaveCounter> Work for FoldUnits<'_, C> {
    type Output = usize;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<usize, StorageError> {
        let Self { wave, units, counter, batches_max } = *self;
        take_leases(transaction, wave, units).await?;
        let backend = transaction.get_database_backend();
        let of_units = is_one_of(backend, inbox::Column::UnitId, Kind::Bigint, units.iter().copied());
        let pending = inbox::Entity::find()
            .filter(batches(wave, false))
            .filter(of_units.clone())
            .limit(batches_max as u64)
            .all(transaction)
            .await?;
        let mut counts = count_batches(counter, &pending)?;
        add_kept(transaction, wave, counter.shape(), &mut counts).await?;
        write_states(transaction, wave, &counts).await?;
        write_days(transaction, wave, &counts).await?;
        let these = is_one_of(backend, inbox::Column::Id, Kind::Uuid, pending.iter().map(|batch| batch.id));
        mark_as_counted(transaction, batches(wave, false).add(of_units).add(these)).await?;
        Ok(pending.len())
    }
}

/// What batches add up to, by unit.
pub(super) fn count_batches(
    counter: &impl WaveCounter,
    batches: &[inbox::Model],
) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
    let mut counters: BTreeMap<UnitId, UnitCounter<'_>> = BTreeMap::new();
    for batch in batches {
        let of_unit = counters.entry(UnitId(batch.unit_id)).or_insert_with(|| UnitCounter::new(counter.shape()));
        each_of_batch(batch, |response| of_unit.add(&counter.counted(&response)?))?;
    }
    counters.into_iter().map(|(unit, counter)| Ok((unit, counter.finish()?))).collect()
}

/// Where the folds of each unit are counted.
const LEASES: Columns<3> = [("wave_id", Kind::Integer), ("unit_id", Kind::Bigint), ("version", Kind::Bigint)];

/// Counts the fold and locks the units' counts until the transaction ends. `units` are in order.
pub(super) async fn take_leases(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    units: &[i64],
) -> Result<(), StorageError> {
    let insert = |rows: &str| {
        format!(
            "INSERT INTO tally_version ({}) SELECT {rows} WHERE true \
             ON CONFLICT (wave_id, unit_id) DO UPDATE SET version = tally_version.version + 1",
            names(&LEASES)
        )
    };
    let rows = units.iter().map(|unit| [wave.0.into(), (*unit).into(), 1_i64.into()]);
    transaction.execute_raw(rows_statement(transaction.get_database_backend(), &LEASES, rows, insert)?).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_units_are_folded_at_once_and_of_many_those_with_most() {
        assert_eq!(largest(&[]), Vec::<i64>::new());
        let few: Vec<(i64, i64)> = (1..=8).map(|unit| (unit, 70)).collect();
        assert_eq!(largest(&few), (1..=8).collect::<Vec<_>>());
        let mut many: Vec<(i64, i64)> = (1..=100).map(|unit| (unit, 70)).collect();
        many[90].1 = 140;
        assert_eq!(largest(&many), [91].into_iter().chain(1..=12).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn a_round_leaves_little_and_comes_to_an_end(sizes in prop::collection::vec(1_i64..10_000, 0..2_000)) {
            let mut pending: Vec<(i64, i64)> = (1..).zip(sizes).collect();
            let mut rounds = 0;
            while !pending.is_empty() {
                let folded = largest(&pending);
                pending.retain(|(unit, _)| !folded.contains(unit));
                prop_assert!(pending.iter().map(|(_, bytes)| bytes).sum::<i64>() <= BYTES_LEFT);
                rounds += 1;
            }
            prop_assert!(rounds <= 50, "{rounds}");
        }
    }
}

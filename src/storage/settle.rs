//! What lies in the inbox is settled into the log, once the tallies have it.
//!
//! By a later transaction than the one in which it came, together with whatever else came in the meantime, in the order of the keys:
//! from then on neither engine tells when an answer came (`sheaves.rs`).

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::entities::{inbox, sheaf, tally_version, wave};
use super::inbox::{batches, keep_words};
use super::layout::behind_head;
use super::rows::{Columns, Kind, is_one_of, names, rows_statement};
use super::sheaves::{bind, branch_of, key_of};
use super::states_anew::write_states_anew;
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};

/// Units a transaction, so that SQLite's other writers do not wait for long.
const UNITS_EMBEDDED: usize = 8;
/// The same on a server, where only folds of these units wait.
const UNITS_ON_SERVER: usize = 64;
/// Batches a transaction.
const BATCHES_MAX: usize = 2_000;
/// Sheaves a statement: some megabytes.
const SHEAVES_PER_STATEMENT: usize = 64;

impl Store {
    /// The waves of which something is yet to be settled.
    pub async fn unsettled_waves(&self) -> Result<Vec<WaveId>, StorageError> {
        let counted =
            inbox::Entity::find().select_only().column(inbox::Column::WaveId).filter(inbox::Column::IsCounted.eq(true));
        let waves = wave::Entity::find()
            .select_only()
            .column(wave::Column::Id)
            .filter(wave::Column::Id.in_subquery(counted.into_query()))
            .into_tuple::<i32>()
            .all(&self.reader)
            .await?;
        Ok(waves.into_iter().map(WaveId).collect())
    }

    /// Puts everything of a wave that was counted and lies in the inbox into the log.
    pub async fn settle(&self, wave: WaveId) -> Result<(), StorageError> {
        let units = inbox::Entity::find()
            .select_only()
            .column(inbox::Column::UnitId)
            .distinct()
            .filter(batches(wave, true))
            .into_tuple::<i64>()
            .all(&self.reader)
            .await?;
        let units: BTreeSet<i64> = units.into_iter().collect();
        let units: Vec<i64> = units.into_iter().collect();
        for units in units.chunks(if self.is_embedded() { UNITS_EMBEDDED } else { UNITS_ON_SERVER }) {
            while self.transaction(&SettleUnits { wave, units }).await? == BATCHES_MAX {}
        }
        Ok(())
    }
}

struct SettleUnits<'a> {
    wave: WaveId,
    /// In order, so that two servers never wait for each other in a circle.
    units: &'a [i64],
}

impl Work for SettleUnits<'_> {
    /// How many batches were settled.
    type Output = usize;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<usize, StorageError> {
        self.hold_units(transaction).await?;
        let backend = transaction.get_database_backend();
        let of_units = is_one_of(backend, inbox::Column::UnitId, Kind::Bigint, self.units.iter().copied());
        let settled = inbox::Entity::find()
            .filter(batches(self.wave, true))
            .filter(of_units.clone())
            .limit(BATCHES_MAX as u64)
            .all(transaction)
            .await?;
        let mut by_unit: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
        for batch in &settled {
            by_unit.entry(batch.unit_id).or_default().extend(behind_head("inbox", &batch.entries)?.lines());
        }
        let mut written = Vec::new();
        for (unit, lines) in &by_unit {
            written.extend(self.bind_unit(transaction, *unit, lines).await?);
        }
        self.write(transaction, written).await?;
        let units: Vec<i64> = by_unit.keys().copied().collect();
        write_states_anew(transaction, self.wave, &units).await?;
        keep_words(transaction, &settled).await?;
        inbox::Entity::delete_many()
            .filter(inbox::Column::WaveId.eq(self.wave.0))
            .filter(of_units)
            .filter(is_one_of(backend, inbox::Column::Id, Kind::Uuid, settled.iter().map(|batch| batch.id)))
            .exec(transaction)
            .await?;
        Ok(settled.len())
    }
}

/// A sheaf that is to be written: its unit, its branch, its text.
type Written = (i64, String, String);

impl SettleUnits<'_> {
    /// Keeps others from settling or folding the units until the transaction ends, by a change that changes nothing: their counts
    /// stay what they are. What was counted has such a row.
    async fn hold_units(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        use tally_version::Column;
        let units = self.units.iter().copied();
        tally_version::Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version))
            .filter(Column::WaveId.eq(self.wave.0))
            .filter(is_one_of(transaction.get_database_backend(), Column::UnitId, Kind::Bigint, units))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// The sheaves of a unit that these lines change. One that is parted is removed.
    async fn bind_unit(
        &self,
        transaction: &DatabaseTransaction,
        unit: i64,
        lines: &[&str],
    ) -> Result<Vec<Written>, StorageError> {
        use sheaf::Column;
        let of_unit = || sheaf::Entity::find().filter(Column::WaveId.eq(self.wave.0)).filter(Column::UnitId.eq(unit));
        let branches: Vec<String> =
            of_unit().select_only().column(Column::Branch).into_tuple().all(transaction).await?;
        let branches: BTreeSet<String> = branches.into_iter().collect();
        let mut added: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in lines {
            added.entry(branch_of(key_of(line)?, &branches)).or_default().push(line);
        }
        let changed = added.keys().copied().filter(|branch| branches.contains(*branch));
        let changed = is_one_of(transaction.get_database_backend(), Column::Branch, Kind::Text, changed);
        let kept = of_unit().filter(changed).all(transaction).await?;
        let kept: BTreeMap<String, String> = kept.into_iter().map(|row| (row.branch, row.entries)).collect();
        let (mut written, mut parted) = (Vec::new(), Vec::new());
        for (branch, lines) in added {
            let before = kept.get(branch);
            let bound = bind(branch, before.map_or("", String::as_str), &lines)?;
            if before.is_some() && !bound.contains_key(branch) {
                parted.push(branch);
            }
            written.extend(bound.into_iter().map(|(branch, text)| (unit, branch, text)));
        }
        if !parted.is_empty() {
            sheaf::Entity::delete_many()
                .filter(Column::WaveId.eq(self.wave.0))
                .filter(Column::UnitId.eq(unit))
                .filter(Column::Branch.is_in(parted))
                .exec(transaction)
                .await?;
        }
        Ok(written)
    }

    async fn write(&self, transaction: &DatabaseTransaction, mut written: Vec<Written>) -> Result<(), StorageError> {
        const SHEAF: Columns<4> =
            [("wave_id", Kind::Integer), ("unit_id", Kind::Bigint), ("branch", Kind::Text), ("entries", Kind::Text)];
        let insert = |rows: &str| {
            format!(
                "INSERT INTO sheaf ({}) SELECT {rows} WHERE true \
                 ON CONFLICT (wave_id, unit_id, branch) DO UPDATE SET entries = excluded.entries",
                names(&SHEAF)
            )
        };
        while !written.is_empty() {
            let rest = written.split_off(SHEAVES_PER_STATEMENT.min(written.len()));
            let rows = written
                .into_iter()
                .map(|(unit, branch, text)| [self.wave.0.into(), unit.into(), branch.into(), text.into()]);
            transaction.execute_raw(rows_statement(transaction.get_database_backend(), &SHEAF, rows, insert)?).await?;
            written = rest;
        }
        Ok(())
    }
}

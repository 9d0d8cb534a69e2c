//! Reading and writing kept counts: the states of many units with one statement a table.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::StorageError;
use super::counting::UnitCounts;
use super::entities::{daily_count, product, tally};
use super::waves::WaveId;
use crate::estimation::{Part, Shape, StateKey, products_to_bytes};
use crate::survey::{Channel, UnitId};

/// Rows a statement: seven values each, of which PostgreSQL takes 65,535.
pub(super) const ROWS_PER_STATEMENT: usize = 2_000;
/// Units whose rows are read at once: some megabytes.
const UNITS_PER_STATEMENT: usize = 500;

/// The kept counts of these units; one of which nothing is kept is not among them.
pub(super) async fn read_counts(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    shape: &Shape,
    units: &[UnitId],
) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
    let mut counts: BTreeMap<UnitId, UnitCounts> = BTreeMap::new();
    for units in units.chunks(UNITS_PER_STATEMENT) {
        let units = || units.iter().map(|unit| unit.0);
        let tallies = tally::Entity::find()
            .filter(tally::Column::WaveId.eq(wave.0))
            .filter(tally::Column::UnitId.is_in(units()))
            .all(connection)
            .await?;
        for row in tallies {
            let key = key_of(&row)?;
            counts.entry(UnitId(row.unit_id)).or_default().state.add_kept_sums(shape, key, &row.sums)?;
        }
        let products = product::Entity::find()
            .filter(product::Column::WaveId.eq(wave.0))
            .filter(product::Column::UnitId.is_in(units()))
            .all(connection)
            .await?;
        for row in products {
            counts.entry(UnitId(row.unit_id)).or_default().state.add_kept_products(shape, row.cell, &row.sums)?;
        }
        let days = daily_count::Entity::find()
            .filter(daily_count::Column::WaveId.eq(wave.0))
            .filter(daily_count::Column::UnitId.is_in(units()))
            .all(connection)
            .await?;
        for row in days {
            let damaged = |reason: &str| StorageError::damaged("daily_count", reason);
            let channel = Channel::from_name(&row.mode).ok_or_else(|| damaged("unknown mode"))?;
            let responses = u64::try_from(row.responses).map_err(|_| damaged("a negative count"))?;
            counts.entry(UnitId(row.unit_id)).or_default().days.insert((row.answered_on, channel), responses);
        }
    }
    Ok(counts)
}

fn key_of(row: &tally::Model) -> Result<StateKey, StorageError> {
    let part = Part::from_name(&row.part).ok_or_else(|| StorageError::damaged("tally", "unknown part"))?;
    let (stratum, psu, cell) = (row.stratum.clone(), row.psu.clone(), row.cell.clone());
    Ok(StateKey { part, stratum, psu, cell })
}

/// Adds to counts what is kept under the same keys, so that they may be written in the place of it.
pub(super) async fn add_kept(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    shape: &Shape,
    counts: &mut BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    let units = || counts.keys().map(|unit| unit.0);
    // More than the keys that are sought may come by: those of other units or strata that share a sampling unit's name.
    let psus: BTreeSet<&str> =
        counts.values().flat_map(|counts| counts.state.sums().keys()).map(|key| key.psu.as_str()).collect();
    let psus: Vec<&str> = psus.into_iter().collect();
    let mut kept_sums = Vec::new();
    for psus in psus.chunks(ROWS_PER_STATEMENT) {
        let rows = tally::Entity::find()
            .filter(tally::Column::WaveId.eq(wave.0))
            .filter(tally::Column::UnitId.is_in(units()))
            .filter(tally::Column::Psu.is_in(psus.iter().copied()))
            .all(transaction)
            .await?;
        kept_sums.extend(rows);
    }
    let cells: BTreeSet<&str> =
        counts.values().flat_map(|counts| counts.state.products().keys()).map(String::as_str).collect();
    let kept_products = product::Entity::find()
        .filter(product::Column::WaveId.eq(wave.0))
        .filter(product::Column::UnitId.is_in(units()))
        .filter(product::Column::Cell.is_in(cells))
        .all(transaction)
        .await?;
    for row in kept_sums {
        let key = key_of(&row)?;
        if let Some(counts) =
            counts.get_mut(&UnitId(row.unit_id)).filter(|counts| counts.state.sums().contains_key(&key))
        {
            counts.state.add_kept_sums(shape, key, &row.sums)?;
        }
    }
    for row in kept_products {
        let counts = counts.get_mut(&UnitId(row.unit_id));
        if let Some(counts) = counts.filter(|counts| counts.state.products().contains_key(&row.cell)) {
            counts.state.add_kept_products(shape, row.cell, &row.sums)?;
        }
    }
    Ok(())
}

/// Writes states in the place of what is kept under the same keys.
pub(super) async fn write_states(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    write_sums(transaction, wave, counts).await?;
    write_products(transaction, wave, counts).await
}

async fn write_sums(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    use tally::Column::{Cell, Part, Psu, Stratum, Sums, UnitId, WaveId};
    let rows = counts.iter().flat_map(|(unit, counts)| {
        counts.state.sums().iter().map(|(key, sums)| tally::ActiveModel {
            wave_id: Set(wave.0),
            unit_id: Set(unit.0),
            part: Set(key.part.as_str().to_owned()),
            stratum: Set(key.stratum.clone()),
            psu: Set(key.psu.clone()),
            cell: Set(key.cell.clone()),
            sums: Set(sums.to_bytes()),
        })
    });
    let replaced = OnConflict::columns([WaveId, UnitId, Part, Stratum, Psu, Cell]).update_column(Sums).to_owned();
    for rows in rows.collect::<Vec<_>>().chunks(ROWS_PER_STATEMENT) {
        let insert = tally::Entity::insert_many(rows.iter().cloned()).on_conflict(replaced.clone());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

async fn write_products(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    use product::Column::{Cell, Sums, UnitId, WaveId};
    let rows = counts.iter().flat_map(|(unit, counts)| {
        counts.state.products().iter().map(|(cell, products)| product::ActiveModel {
            wave_id: Set(wave.0),
            unit_id: Set(unit.0),
            cell: Set(cell.clone()),
            sums: Set(products_to_bytes(products)),
        })
    });
    let replaced = OnConflict::columns([WaveId, UnitId, Cell]).update_column(Sums).to_owned();
    for rows in rows.collect::<Vec<_>>().chunks(ROWS_PER_STATEMENT) {
        let insert = product::Entity::insert_many(rows.iter().cloned()).on_conflict(replaced.clone());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Adds to the counts by day.
pub(super) async fn write_days(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    use daily_count::Column::{AnsweredOn, Mode, Responses, UnitId, WaveId};
    let mut rows = Vec::new();
    for (unit, counts) in counts {
        for ((answered_on, channel), responses) in &counts.days {
            let responses = i64::try_from(*responses).map_err(|error| StorageError::damaged("daily_count", error))?;
            rows.push(daily_count::ActiveModel {
                wave_id: Set(wave.0),
                unit_id: Set(unit.0),
                answered_on: Set(*answered_on),
                mode: Set(channel.as_str().to_owned()),
                responses: Set(responses),
            });
        }
    }
    let sum = Expr::col((daily_count::Entity, Responses)).add(Expr::col(("excluded", Responses)));
    let added = OnConflict::columns([WaveId, UnitId, AnsweredOn, Mode]).value(Responses, sum).to_owned();
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let insert = daily_count::Entity::insert_many(rows.iter().cloned()).on_conflict(added.clone());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

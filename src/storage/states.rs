//! Reading and writing kept counts: the states of many units with one statement a table.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Value};

use super::StorageError;
use super::counting::UnitCounts;
use super::entities::{daily_count, product, tally};
use super::rows::{Columns, Kind, is_one_of, names, rows_statement};
use super::waves::WaveId;
use crate::estimation::{Recruitment, Shape, StateKey, products_to_bytes};
use crate::survey::{Channel, UnitId};

/// Names of sampling units a statement, and rows with the products of answers: some megabytes.
const ROWS_PER_STATEMENT: usize = 2_000;
/// Rows a statement with sums and with days: as many bytes.
const SMALL_ROWS_PER_STATEMENT: usize = 20_000;
/// Units whose rows are read at once: some megabytes.
const UNITS_PER_STATEMENT: usize = 500;

/// What is kept of some units, as it was read: whoever asks for it may have another thread make counts of it.
pub struct KeptRows {
    tallies: Vec<tally::Model>,
    products: Vec<product::Model>,
    days: Vec<daily_count::Model>,
}

/// What is kept of these units, with or without the products of answers.
pub(super) async fn read_rows(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    units: &[UnitId],
    with_products: bool,
) -> Result<KeptRows, StorageError> {
    let units = || units.iter().map(|unit| unit.0);
    let tallies = tally::Entity::find()
        .filter(tally::Column::WaveId.eq(wave.0))
        .filter(tally::Column::UnitId.is_in(units()))
        .all(connection)
        .await?;
    let products = product::Entity::find()
        .filter(product::Column::WaveId.eq(wave.0))
        .filter(product::Column::UnitId.is_in(units()));
    let products = if with_products { products.all(connection).await? } else { Vec::new() };
    let days = daily_count::Entity::find()
        .filter(daily_count::Column::WaveId.eq(wave.0))
        .filter(daily_count::Column::UnitId.is_in(units()))
        .all(connection)
        .await?;
    Ok(KeptRows { tallies, products, days })
}

/// The kept counts of these units; one of which nothing is kept is not among them.
pub(super) async fn read_counts(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    shape: &Shape,
    units: &[UnitId],
) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
    let mut counts = BTreeMap::new();
    for units in units.chunks(UNITS_PER_STATEMENT) {
        counts.extend(read_rows(connection, wave, units, true).await?.counts(shape)?);
    }
    Ok(counts)
}

impl KeptRows {
    /// The counts by unit, whose sums have this shape; one of which nothing is kept is not among them.
    pub fn counts(self, shape: &Shape) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
        let mut counts: BTreeMap<UnitId, UnitCounts> = BTreeMap::new();
        for row in self.tallies {
            let (unit, sums) = (UnitId(row.unit_id), key_and_sums(row)?);
            counts.entry(unit).or_default().state.add_kept_sums(shape, sums.0, &sums.1)?;
        }
        for row in self.products {
            counts.entry(UnitId(row.unit_id)).or_default().state.add_kept_products(shape, row.cell, &row.sums)?;
        }
        for row in self.days {
            let damaged = |reason: &str| StorageError::damaged("daily_count", reason);
            let channel = Channel::from_name(&row.mode).ok_or_else(|| damaged("unknown mode"))?;
            let responses = u64::try_from(row.responses).map_err(|_| damaged("a negative count"))?;
            counts.entry(UnitId(row.unit_id)).or_default().days.insert((row.answered_on, channel), responses);
        }
        Ok(counts)
    }
}

fn key_and_sums(row: tally::Model) -> Result<(StateKey, Vec<u8>), StorageError> {
    let tally::Model { part, stratum, psu, cell, sums, .. } = row;
    let recruitment = Recruitment::from_name(&part).ok_or_else(|| StorageError::damaged("tally", "unknown part"))?;
    Ok((StateKey { recruitment, stratum, psu, cell }, sums))
}

/// Adds to counts what is kept under the same keys, so that they may be written in the place of it.
pub(super) async fn add_kept(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    shape: &Shape,
    counts: &mut BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    let backend = transaction.get_database_backend();
    let units = || counts.keys().map(|unit| unit.0);
    // More than the keys that are sought may come by: those of other units or strata that share a sampling unit's name.
    let psus: BTreeSet<&str> =
        counts.values().flat_map(|counts| counts.state.sums().keys()).map(|key| key.psu.as_str()).collect();
    let psus: Vec<&str> = psus.into_iter().collect();
    let mut kept_sums = Vec::new();
    for psus in psus.chunks(ROWS_PER_STATEMENT) {
        let rows = tally::Entity::find()
            .filter(tally::Column::WaveId.eq(wave.0))
            .filter(is_one_of(backend, tally::Column::UnitId, Kind::Bigint, units()))
            .filter(is_one_of(backend, tally::Column::Psu, Kind::Text, psus.iter().copied()))
            .all(transaction)
            .await?;
        kept_sums.extend(rows);
    }
    let cells: BTreeSet<&str> =
        counts.values().flat_map(|counts| counts.state.products().keys()).map(String::as_str).collect();
    let kept_products = product::Entity::find()
        .filter(product::Column::WaveId.eq(wave.0))
        .filter(is_one_of(backend, product::Column::UnitId, Kind::Bigint, units()))
        .filter(is_one_of(backend, product::Column::Cell, Kind::Text, cells))
        .all(transaction)
        .await?;
    for row in kept_sums {
        let (unit, (key, sums)) = (UnitId(row.unit_id), key_and_sums(row)?);
        if let Some(counts) = counts.get_mut(&unit).filter(|counts| counts.state.sums().contains_key(&key)) {
            counts.state.add_kept_sums(shape, key, &sums)?;
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

/// Writes rows into a table; `kept` says what is done with a row that is there under the same key.
async fn write<const N: usize>(
    transaction: &DatabaseTransaction,
    (table, columns): (&str, &Columns<N>),
    kept: &str,
    mut rows: Vec<[Value; N]>,
    rows_per_statement: usize,
) -> Result<(), StorageError> {
    // WHERE: else SQLite takes ON for the condition of a join.
    let insert = |selected: &str| {
        format!("INSERT INTO {table} ({}) SELECT {selected} WHERE true ON CONFLICT {kept}", names(columns))
    };
    while !rows.is_empty() {
        let rest = rows.split_off(rows_per_statement.min(rows.len()));
        transaction.execute_raw(rows_statement(transaction.get_database_backend(), columns, rows, insert)?).await?;
        rows = rest;
    }
    Ok(())
}

const SUMS: Columns<7> = [
    ("wave_id", Kind::Integer),
    ("unit_id", Kind::Bigint),
    ("part", Kind::Text),
    ("stratum", Kind::Text),
    ("psu", Kind::Text),
    ("cell", Kind::Text),
    ("sums", Kind::Bytes),
];

async fn write_sums(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    let rows = counts.iter().flat_map(|(unit, counts)| {
        counts.state.sums().iter().map(|(key, sums)| {
            let StateKey { recruitment, stratum, psu, cell } = key;
            let names = [recruitment.as_str(), stratum, psu, cell].map(Value::from);
            let [part, stratum, psu, cell] = names;
            [wave.0.into(), unit.0.into(), part, stratum, psu, cell, sums.to_bytes().into()]
        })
    });
    let replaced = "(wave_id, unit_id, part, stratum, psu, cell) DO UPDATE SET sums = excluded.sums";
    write(transaction, ("tally", &SUMS), replaced, rows.collect(), SMALL_ROWS_PER_STATEMENT).await
}

const PRODUCTS: Columns<4> =
    [("wave_id", Kind::Integer), ("unit_id", Kind::Bigint), ("cell", Kind::Text), ("sums", Kind::Bytes)];

async fn write_products(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    let rows = counts.iter().flat_map(|(unit, counts)| {
        counts.state.products().iter().map(|(cell, products)| {
            [wave.0.into(), unit.0.into(), cell.as_str().into(), products_to_bytes(products).into()]
        })
    });
    let replaced = "(wave_id, unit_id, cell) DO UPDATE SET sums = excluded.sums";
    write(transaction, ("product", &PRODUCTS), replaced, rows.collect(), ROWS_PER_STATEMENT).await
}

const DAYS: Columns<5> = [
    ("wave_id", Kind::Integer),
    ("unit_id", Kind::Bigint),
    ("answered_on", Kind::Date),
    ("mode", Kind::Text),
    ("responses", Kind::Bigint),
];

/// Adds to the counts by day.
pub(super) async fn write_days(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    counts: &BTreeMap<UnitId, UnitCounts>,
) -> Result<(), StorageError> {
    let mut rows = Vec::new();
    for (unit, counts) in counts {
        for ((answered_on, channel), responses) in &counts.days {
            let responses = i64::try_from(*responses).map_err(|error| StorageError::damaged("daily_count", error))?;
            rows.push([wave.0.into(), unit.0.into(), (*answered_on).into(), channel.as_str().into(), responses.into()]);
        }
    }
    let added =
        "(wave_id, unit_id, answered_on, mode) DO UPDATE SET responses = daily_count.responses + excluded.responses";
    write(transaction, ("daily_count", &DAYS), added, rows, SMALL_ROWS_PER_STATEMENT).await
}

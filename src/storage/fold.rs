//! Tallies follow the log, exactly once.
//!
//! The commit that keeps responses also writes `pending_batch` rows by unit: what those responses add to the unit's
//! tallies. A fold takes the batches of some units, adds them to their tallies and deletes them, in one transaction under
//! the units' leases (their `tally_version` rows). So a batch is added once, whichever server folds it and whenever it
//! became visible; nothing is ever folded by a sequence number, which a slower commit could undercut.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::{daily_count, pending_batch, tally, tally_version};
use super::responses::NewResponse;
use super::transaction::Work;
use super::{StorageError, Store};
use crate::estimation::TallySums;
use crate::foundation::Weight;
use crate::survey::Channel;

/// Batches of a unit in a transaction, so that a fold after an outage does not hold the lease for long.
const BATCHES_PER_FOLD: u64 = 500;
/// Units a transaction: fewer commits than units, and yet SQLite's other writers do not wait for long.
const UNITS_PER_FOLD: usize = 8;
/// Rows a statement.
const ROWS_PER_STATEMENT: usize = 2_000;

/// What one response adds to the tallies: a line of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry<'a> {
    stratum: &'a str,
    psu: &'a str,
    weight: Weight,
    channel: Channel,
    answered_on: NaiveDate,
    /// A digit each.
    ratings: Cow<'a, str>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(response: &'a NewResponse) -> Self {
        Self {
            stratum: response.placement.stratum.as_str(),
            psu: response.placement.psu.as_ref().map_or("", |psu| psu.as_str()),
            weight: response.placement.weight,
            channel: response.channel,
            answered_on: response.answered_on,
            ratings: response.ratings.iter().map(|rating| char::from(b'0' + rating)).collect(),
        }
    }

    /// Tab-separated: codes hold no tabs.
    pub(super) fn to_line(&self) -> String {
        let Self { stratum, psu, weight, channel, answered_on, ratings } = self;
        let channel = channel.as_str();
        format!("{stratum}\t{psu}\t{}\t{channel}\t{answered_on}\t{ratings}\n", weight.billionths())
    }

    fn from_line(line: &'a str) -> Option<Self> {
        let mut fields = line.split('\t');
        Some(Self {
            stratum: fields.next()?,
            psu: fields.next()?,
            weight: Weight::from_billionths(fields.next()?.parse().ok()?).ok()?,
            channel: Channel::from_name(fields.next()?)?,
            answered_on: fields.next()?.parse().ok()?,
            ratings: Cow::Borrowed(fields.next()?),
        })
    }
}

/// What a unit's batches add up to.
#[derive(Default)]
pub(super) struct Additions {
    /// By stratum and primary sampling unit.
    pub(super) sums: BTreeMap<(String, String), TallySums>,
    /// By day and channel.
    pub(super) days: BTreeMap<(NaiveDate, Channel), i64>,
}

impl Additions {
    pub(super) fn of(batches: &[pending_batch::Model]) -> Result<Self, StorageError> {
        let mut additions = Self::default();
        for batch in batches {
            additions.add_batch(&batch.entries)?;
        }
        Ok(additions)
    }

    fn add_batch(&mut self, entries: &str) -> Result<(), StorageError> {
        for line in entries.lines() {
            let entry = Entry::from_line(line).ok_or_else(|| StorageError::damaged("pending_batch", line))?;
            if entry.channel != Channel::Drawn {
                *self.days.entry((entry.answered_on, entry.channel)).or_default() += 1;
            }
            if entry.channel == Channel::OpenLink {
                continue;
            }
            let ratings: Vec<u8> = entry.ratings.bytes().map(|digit| digit.saturating_sub(b'0')).collect();
            let place = (entry.stratum.to_owned(), entry.psu.to_owned());
            let sums = match self.sums.entry(place) {
                Occupied(kept) => kept.into_mut(),
                Vacant(free) => free.insert(TallySums::new(ratings.len())?),
            };
            sums.add_response(entry.weight, &ratings)?;
        }
        Ok(())
    }
}

impl Store {
    /// Folds everything that is pending. Returns how many batches were added.
    pub async fn fold_pending(&self) -> Result<usize, StorageError> {
        let mut folded = 0;
        loop {
            let units: Vec<(i32, i64)> = pending_batch::Entity::find()
                .select_only()
                .columns([pending_batch::Column::WaveId, pending_batch::Column::UnitId])
                .distinct()
                // One order for all servers, so that two never wait for each other's leases in a circle.
                .order_by_asc(pending_batch::Column::WaveId)
                .order_by_asc(pending_batch::Column::UnitId)
                .into_tuple()
                .all(&self.db)
                .await?;
            if units.is_empty() {
                return Ok(folded);
            }
            for chunk in units.chunks(UNITS_PER_FOLD) {
                folded += self.transaction(&FoldUnits(chunk)).await?;
            }
        }
    }
}

struct FoldUnits<'a>(&'a [(i32, i64)]);

impl Work for FoldUnits<'_> {
    type Output = usize;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<usize, StorageError> {
        let mut folded = 0;
        for (wave, unit) in self.0 {
            folded += fold_unit(transaction, *wave, *unit).await?;
        }
        Ok(folded)
    }
}

async fn fold_unit(transaction: &DatabaseTransaction, wave: i32, unit: i64) -> Result<usize, StorageError> {
    take_lease(transaction, wave, unit).await?;
    let batches = pending_batch::Entity::find()
        .filter(pending_batch::Column::WaveId.eq(wave))
        .filter(pending_batch::Column::UnitId.eq(unit))
        .limit(BATCHES_PER_FOLD)
        .all(transaction)
        .await?;
    let additions = Additions::of(&batches)?;
    add_sums(transaction, wave, unit, additions.sums).await?;
    add_days(transaction, wave, unit, additions.days).await?;
    pending_batch::Entity::delete_many()
        .filter(pending_batch::Column::WaveId.eq(wave))
        .filter(pending_batch::Column::UnitId.eq(unit))
        .filter(pending_batch::Column::Id.is_in(batches.iter().map(|batch| batch.id)))
        .exec(transaction)
        .await?;
    Ok(batches.len())
}

/// Counts the fold and locks the unit's tallies until the transaction ends.
async fn take_lease(transaction: &DatabaseTransaction, wave: i32, unit: i64) -> Result<(), StorageError> {
    let row = tally_version::ActiveModel { wave_id: Set(wave), unit_id: Set(unit), version: Set(1) };
    let next = Expr::col((tally_version::Entity, tally_version::Column::Version)).add(1);
    tally_version::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([tally_version::Column::WaveId, tally_version::Column::UnitId])
                .value(tally_version::Column::Version, next)
                .to_owned(),
        )
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

async fn add_sums(
    transaction: &DatabaseTransaction,
    wave: i32,
    unit: i64,
    mut sums: BTreeMap<(String, String), TallySums>,
) -> Result<(), StorageError> {
    let psus: Vec<String> = sums.keys().map(|(_, psu)| psu.clone()).collect();
    for chunk in psus.chunks(ROWS_PER_STATEMENT) {
        let kept = tally::Entity::find()
            .filter(tally::Column::WaveId.eq(wave))
            .filter(tally::Column::UnitId.eq(unit))
            .filter(tally::Column::Psu.is_in(chunk))
            .all(transaction)
            .await?;
        for row in kept {
            if let Some(sums) = sums.get_mut(&(row.stratum, row.psu)) {
                sums.add(&TallySums::from_bytes(sums.items(), &row.sums)?)?;
            }
        }
    }
    let rows: Vec<_> = sums
        .into_iter()
        .map(|((stratum, psu), sums)| tally::ActiveModel {
            wave_id: Set(wave),
            unit_id: Set(unit),
            stratum: Set(stratum),
            psu: Set(psu),
            sums: Set(sums.to_bytes()),
        })
        .collect();
    let key = [tally::Column::WaveId, tally::Column::UnitId, tally::Column::Stratum, tally::Column::Psu];
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        tally::Entity::insert_many(chunk.iter().cloned())
            .on_conflict(OnConflict::columns(key).update_column(tally::Column::Sums).to_owned())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

async fn add_days(
    transaction: &DatabaseTransaction,
    wave: i32,
    unit: i64,
    days: BTreeMap<(NaiveDate, Channel), i64>,
) -> Result<(), StorageError> {
    let rows: Vec<_> = days
        .into_iter()
        .map(|((answered_on, channel), responses)| daily_count::ActiveModel {
            wave_id: Set(wave),
            unit_id: Set(unit),
            answered_on: Set(answered_on),
            mode: Set(channel.as_str().to_owned()),
            responses: Set(responses),
        })
        .collect();
    let key = [
        daily_count::Column::WaveId,
        daily_count::Column::UnitId,
        daily_count::Column::AnsweredOn,
        daily_count::Column::Mode,
    ];
    let sum = Expr::col((daily_count::Entity, daily_count::Column::Responses))
        .add(Expr::col(("excluded", daily_count::Column::Responses)));
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        daily_count::Entity::insert_many(chunk.iter().cloned())
            .on_conflict(OnConflict::columns(key).value(daily_count::Column::Responses, sum.clone()).to_owned())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_back_from_its_line() {
        let entry = Entry {
            stratum: "D01",
            psu: "",
            weight: Weight::ONE,
            channel: Channel::Mode(crate::survey::Mode::Web),
            answered_on: NaiveDate::from_ymd_opt(2024, 11, 20).unwrap(),
            ratings: Cow::Borrowed("5043"),
        };
        assert_eq!(Entry::from_line(entry.to_line().trim_end()), Some(entry));
        assert_eq!(Entry::from_line("D01\t\tx"), None);
    }
}

//! Reading what estimates and monitoring rest on.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::{daily_count, response, tally, tally_version};
use super::register::code;
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::estimation::TallySums;
use crate::foundation::{Code, Weight};
use crate::survey::{Mode, Placement, UnitId};

/// The kept sums of one primary sampling unit.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyRow {
    /// The unit.
    pub unit: UnitId,
    /// The stratum.
    pub stratum: Code,
    /// The primary sampling unit; none for all respondents that are their own.
    pub psu: Option<Code>,
    /// The sums.
    pub sums: TallySums,
}

/// What estimation needs of one kept response.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptResponse {
    /// Its place in the sample.
    pub placement: Placement,
    /// Its packed answers.
    pub answers: String,
    /// How it was given.
    pub mode: Mode,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
}

/// How many responses of a unit were given on a day in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCount {
    /// The unit.
    pub unit: UnitId,
    /// The mode.
    pub mode: Mode,
    /// The day.
    pub day: NaiveDate,
    /// How many.
    pub responses: u64,
}

impl Store {
    /// How often each unit of a wave was folded: while the numbers stay, so do the tallies.
    pub async fn tally_versions(&self, wave: WaveId) -> Result<Vec<(UnitId, i64)>, StorageError> {
        let rows = tally_version::Entity::find()
            .filter(tally_version::Column::WaveId.eq(wave.0))
            .order_by_asc(tally_version::Column::UnitId)
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|row| (UnitId(row.unit_id), row.version)).collect())
    }

    /// The tallies of one unit in a wave whose questionnaire has `items` rated items.
    pub async fn tallies(&self, wave: WaveId, unit: UnitId, items: usize) -> Result<Vec<TallyRow>, StorageError> {
        let rows = tally::Entity::find()
            .filter(tally::Column::WaveId.eq(wave.0))
            .filter(tally::Column::UnitId.eq(unit.0))
            .all(&self.db)
            .await?;
        let read = |row: tally::Model| {
            Ok(TallyRow {
                unit,
                stratum: code("tally", row.stratum)?,
                psu: if row.psu.is_empty() { None } else { Some(code("tally", row.psu)?) },
                sums: TallySums::from_bytes(items, &row.sums)?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The kept responses of one unit in a wave.
    pub async fn responses(&self, wave: WaveId, unit: UnitId) -> Result<Vec<KeptResponse>, StorageError> {
        use response::Column;
        let rows: Vec<(String, Option<String>, i64, String, String, NaiveDate)> = response::Entity::find()
            .select_only()
            .columns([Column::Stratum, Column::Psu, Column::Weight, Column::Answers, Column::Mode, Column::AnsweredOn])
            .filter(Column::WaveId.eq(wave.0))
            .filter(Column::UnitId.eq(unit.0))
            .into_tuple()
            .all(&self.db)
            .await?;
        let damaged = |reason: &dyn std::fmt::Display| StorageError::damaged("response", reason);
        let read = |(stratum, psu, weight, answers, mode, answered_on): (String, Option<String>, i64, _, String, _)| {
            let placement = Placement {
                stratum: code("response", stratum)?,
                psu: psu.map(|psu| code("response", psu)).transpose()?,
                weight: Weight::from_billionths(weight).map_err(|error| damaged(&error))?,
            };
            let mode = Mode::from_name(&mode).ok_or_else(|| damaged(&"unknown mode"))?;
            Ok(KeptResponse { placement, answers, mode, answered_on })
        };
        rows.into_iter().map(read).collect()
    }

    /// Responses by unit, day and mode.
    pub async fn daily_counts(&self, wave: WaveId) -> Result<Vec<DailyCount>, StorageError> {
        let rows = daily_count::Entity::find().filter(daily_count::Column::WaveId.eq(wave.0)).all(&self.db).await?;
        let damaged = |reason: &dyn std::fmt::Display| StorageError::damaged("daily_count", reason);
        let read = |row: daily_count::Model| {
            Ok(DailyCount {
                unit: UnitId(row.unit_id),
                mode: Mode::from_name(&row.mode).ok_or_else(|| damaged(&"unknown mode"))?,
                day: row.answered_on,
                responses: u64::try_from(row.responses).map_err(|error| damaged(&error))?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

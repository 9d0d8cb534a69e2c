//! Reading what estimates and monitoring rest on, as of one moment.
//!
//! Responses are kept a little before the tallies follow them. A [`Snapshot`] reads both in one transaction and adds
//! what is pending, so that its tallies always say exactly what its responses say.

use std::collections::btree_map::Entry::{Occupied, Vacant};

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbBackend, DbErr, DerivePartialModel, EntityTrait, IsolationLevel, QueryFilter,
    QueryOrder, QuerySelect, TransactionTrait,
};
use uuid::Uuid;

use super::entities::{daily_count, pending_batch, response, tally, tally_version};
use super::fold::Additions;
use super::register::code;
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::estimation::TallySums;
use crate::foundation::{Code, Weight};
use crate::survey::{Channel, Mode, Placement, Source, UnitId};

/// Responses that are read at once: a few megabytes.
const RESPONSES_PER_PAGE: u64 = 10_000;

/// The kept sums of one primary sampling unit.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyRow {
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
    /// The unit that is rated.
    pub unit: UnitId,
    /// Its place in the sample.
    pub placement: Placement,
    /// Its packed answers.
    pub answers: String,
    /// Its packed answers about the respondent.
    pub respondent: String,
    /// How it was given.
    pub mode: Mode,
    /// Who sent it.
    pub source: Source,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
}

/// How many responses were given on a day over a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCount {
    /// The channel.
    pub channel: Channel,
    /// The day.
    pub day: NaiveDate,
    /// How many.
    pub responses: u64,
}

/// The store as of one moment.
pub struct Snapshot(DatabaseTransaction);

impl Store {
    /// What is committed now, unmoved by what is committed while it is read.
    pub async fn snapshot(&self) -> Result<Snapshot, StorageError> {
        let isolation = match self.db.get_database_backend() {
            // A transaction that only reads sees one state of the file.
            DbBackend::Sqlite => None,
            _ => Some(IsolationLevel::RepeatableRead),
        };
        Ok(Snapshot(self.db.begin_with_config(isolation, None).await?))
    }
}

impl Snapshot {
    /// How often each unit of a wave was folded: while the numbers stay, so do the tallies.
    pub async fn tally_versions(&self, wave: WaveId) -> Result<Vec<(UnitId, i64)>, StorageError> {
        let rows = tally_version::Entity::find()
            .filter(tally_version::Column::WaveId.eq(wave.0))
            .order_by_asc(tally_version::Column::UnitId)
            .all(&self.0)
            .await?;
        Ok(rows.into_iter().map(|row| (UnitId(row.unit_id), row.version)).collect())
    }

    /// The tallies of one unit in a wave whose questionnaire has `items` rated items.
    pub async fn tallies(&self, wave: WaveId, unit: UnitId, items: usize) -> Result<Vec<TallyRow>, StorageError> {
        let mut sums = self.pending(wave, unit).await?.sums;
        let rows = tally::Entity::find()
            .filter(tally::Column::WaveId.eq(wave.0))
            .filter(tally::Column::UnitId.eq(unit.0))
            .all(&self.0)
            .await?;
        for row in rows {
            let kept = TallySums::from_bytes(items, &row.sums)?;
            match sums.entry((row.stratum, row.psu)) {
                Vacant(free) => {
                    free.insert(kept);
                }
                Occupied(mut pending) => pending.get_mut().add(&kept)?,
            }
        }
        let read = |((stratum, psu), sums): ((String, String), TallySums)| {
            Ok(TallyRow {
                stratum: code("tally", stratum)?,
                psu: if psu.is_empty() { None } else { Some(code("tally", psu)?) },
                sums,
            })
        };
        sums.into_iter().map(read).collect()
    }

    /// Hands every kept response of a wave to `take`, in the order of the keys, which tells nothing; one pass over the wave.
    pub async fn each_response<E: From<StorageError>>(
        &self,
        wave: WaveId,
        mut take: impl FnMut(KeptResponse) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut last = None;
        loop {
            let page = self.page(wave, last).await.map_err(StorageError::from)?;
            last = page.last().map(|row| (row.key, row.unit_id));
            let is_last = (page.len() as u64) < RESPONSES_PER_PAGE;
            for row in page {
                take(row.read()?)?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// The responses that follow upon the one with this key and unit.
    async fn page(&self, wave: WaveId, after: Option<(Uuid, i64)>) -> Result<Vec<KeptRow>, DbErr> {
        use response::Column;
        let mut page = response::Entity::find()
            .filter(Column::WaveId.eq(wave.0))
            .order_by_asc(Column::Key)
            .order_by_asc(Column::UnitId)
            .limit(RESPONSES_PER_PAGE);
        if let Some((key, unit)) = after {
            let place = Expr::tuple([Expr::col(Column::Key), Expr::col(Column::UnitId)]);
            page = page.filter(place.gt(Expr::tuple([Expr::val(key), Expr::val(unit)])));
        }
        page.into_partial_model().all(&self.0).await
    }

    /// Responses of one unit in a wave by day and channel.
    pub async fn daily_counts(&self, wave: WaveId, unit: UnitId) -> Result<Vec<DailyCount>, StorageError> {
        let mut days = self.pending(wave, unit).await?.days;
        let rows = daily_count::Entity::find()
            .filter(daily_count::Column::WaveId.eq(wave.0))
            .filter(daily_count::Column::UnitId.eq(unit.0))
            .all(&self.0)
            .await?;
        for row in rows {
            let channel = Channel::from_name(&row.mode);
            let channel = channel.ok_or_else(|| StorageError::damaged("daily_count", "unknown mode"))?;
            *days.entry((row.answered_on, channel)).or_default() += row.responses;
        }
        let read = |((day, channel), responses): ((NaiveDate, Channel), i64)| {
            let responses = u64::try_from(responses).map_err(|error| StorageError::damaged("daily_count", error))?;
            Ok(DailyCount { channel, day, responses })
        };
        days.into_iter().map(read).collect()
    }

    /// What the fold has not yet added to a unit.
    async fn pending(&self, wave: WaveId, unit: UnitId) -> Result<Additions, StorageError> {
        let batches = pending_batch::Entity::find()
            .filter(pending_batch::Column::WaveId.eq(wave.0))
            .filter(pending_batch::Column::UnitId.eq(unit.0))
            .all(&self.0)
            .await?;
        Additions::of(&batches)
    }
}

/// The columns of a [`KeptResponse`].
#[derive(DerivePartialModel)]
#[sea_orm(entity = "response::Entity")]
struct KeptRow {
    key: Uuid,
    unit_id: i64,
    stratum: String,
    psu: Option<String>,
    weight: i64,
    answers: String,
    respondent: String,
    mode: String,
    source: String,
    answered_on: NaiveDate,
}

impl KeptRow {
    fn read(self) -> Result<KeptResponse, StorageError> {
        let damaged = |reason: &dyn std::fmt::Display| StorageError::damaged("response", reason);
        let placement = Placement {
            stratum: code("response", self.stratum)?,
            psu: self.psu.map(|psu| code("response", psu)).transpose()?,
            weight: Weight::from_billionths(self.weight).map_err(|error| damaged(&error))?,
        };
        let mode = Mode::from_name(&self.mode).ok_or_else(|| damaged(&"unknown mode"))?;
        let source = Source::from_name(&self.source).ok_or_else(|| damaged(&"unknown source"))?;
        let Self { unit_id, answers, respondent, answered_on, .. } = self;
        Ok(KeptResponse { unit: UnitId(unit_id), placement, answers, respondent, mode, source, answered_on })
    }
}

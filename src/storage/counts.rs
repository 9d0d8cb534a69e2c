//! Reading what estimates and monitoring rest on, as of one moment.
//!
//! Responses are kept a little before their counts follow them. A [`Snapshot`] reads both as of one moment, and what is pending,
//! so that together they always say exactly what the responses say.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::counting::UnitCounts;
use super::entities::{pending_batch, response, tally_version};
use super::fold::count_batches;
use super::register::code;
use super::states::{KeptRows, read_counts, read_rows};
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::estimation::Shape;
use crate::foundation::Weight;
use crate::survey::{Mode, Placement, Source, UnitId};

/// Responses that are read at once: a few megabytes.
const RESPONSES_PER_PAGE: u64 = 10_000;

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

/// What changes with everything that is committed to a wave: how often its units were folded, and the batches that are pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    folds: i64,
    batches: Vec<Uuid>,
}

async fn signature(connection: &impl ConnectionTrait, wave: WaveId) -> Result<Signature, StorageError> {
    use pending_batch::Column;
    // The batches last: what is folded in between is then missed in both, and found the next time.
    let folds = tally_version::Entity::find()
        .select_only()
        .column_as(tally_version::Column::Version.sum().cast_as("bigint"), "folds")
        .filter(tally_version::Column::WaveId.eq(wave.0))
        .into_tuple::<Option<i64>>()
        .one(connection)
        .await?;
    let batches = pending_batch::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::WaveId.eq(wave.0))
        .order_by_asc(Column::UnitId)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(Signature { folds: folds.flatten().unwrap_or(0), batches })
}

/// The store as of one moment.
pub struct Snapshot(pub(super) DatabaseTransaction);

impl Store {
    /// What changes with everything that is committed to a wave.
    pub async fn signature(&self, wave: WaveId) -> Result<Signature, StorageError> {
        signature(&self.reader, wave).await
    }

    /// What is committed now, unmoved by what is committed while it is read.
    pub async fn snapshot(&self) -> Result<Snapshot, StorageError> {
        Ok(Snapshot(self.reader.snapshot().await?))
    }
}

impl Snapshot {
    /// How often each unit of a wave was folded: while the numbers stay, so do the states.
    pub async fn versions(&self, wave: WaveId) -> Result<Vec<(UnitId, i64)>, StorageError> {
        let rows = tally_version::Entity::find()
            .filter(tally_version::Column::WaveId.eq(wave.0))
            .order_by_asc(tally_version::Column::UnitId)
            .all(&self.0)
            .await?;
        Ok(rows.into_iter().map(|row| (UnitId(row.unit_id), row.version)).collect())
    }

    /// What the fold has not yet added to the counts of a wave whose sums have this shape, by unit.
    pub async fn pending(&self, wave: WaveId, shape: &Shape) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
        let batches =
            pending_batch::Entity::find().filter(pending_batch::Column::WaveId.eq(wave.0)).all(&self.0).await?;
        count_batches(shape, &batches)
    }

    /// The kept counts of these units, without what is pending; one of which nothing is kept is not among them.
    pub async fn counts(
        &self,
        wave: WaveId,
        shape: &Shape,
        units: &[UnitId],
    ) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
        read_counts(&self.0, wave, shape, units).await
    }

    /// The same as it is kept, with or without the products that design effects need, which are half of it.
    pub async fn rows(&self, wave: WaveId, units: &[UnitId], with_products: bool) -> Result<KeptRows, StorageError> {
        read_rows(&self.0, wave, units, with_products).await
    }

    /// What changes with everything that is committed to a wave.
    pub async fn signature(&self, wave: WaveId) -> Result<Signature, StorageError> {
        signature(&self.0, wave).await
    }

    /// Hands every kept response of a wave to `take`, in the order of the keys, which tells nothing; one pass over the wave.
    pub async fn each_response<E: From<StorageError>>(
        &self,
        wave: WaveId,
        take: impl FnMut(KeptResponse) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        each_response(&self.0, wave, take).await
    }
}

/// See [`Snapshot::each_response`].
pub(super) async fn each_response<E: From<StorageError>>(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    mut take: impl FnMut(KeptResponse) -> Result<(), E> + Send,
) -> Result<(), E> {
    let mut last = None;
    loop {
        let page = page(connection, wave, last).await.map_err(StorageError::from)?;
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
async fn page(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    after: Option<(Uuid, i64)>,
) -> Result<Vec<KeptRow>, DbErr> {
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
    page.into_partial_model().all(connection).await
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

//! Reading what estimates and monitoring rest on, as of one moment.
//!
//! Responses are kept a little before their counts follow them, and a little longer before the log has them. A [`Snapshot`] reads all
//! of it as of one moment, so that together it always says exactly what the responses say.

use std::collections::BTreeMap;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::counting::{UnitCounts, WaveCounter};
use super::entities::{inbox, sheaf, tally_version};
use super::fold::count_batches;
use super::inbox::{batches, each_of_batch};
use super::kept_response::KeptResponse;
use super::layout::behind_head;
use super::states::{KeptRows, read_counts, read_rows};
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::estimation::Shape;
use crate::survey::UnitId;

/// Sheaves that are read at once: a few megabytes.
const SHEAVES_PER_PAGE: u64 = 64;

/// What changes with everything that is committed to a wave: how often its units were folded, and the batches that are pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    folds: i64,
    batches: Vec<Uuid>,
}

async fn signature(connection: &impl ConnectionTrait, wave: WaveId) -> Result<Signature, StorageError> {
    use inbox::Column;
    // The batches last: what is folded in between is then missed in both, and found the next time.
    let folds = tally_version::Entity::find()
        .select_only()
        .column_as(tally_version::Column::Version.sum().cast_as("bigint"), "folds")
        .filter(tally_version::Column::WaveId.eq(wave.0))
        .into_tuple::<Option<i64>>()
        .one(connection)
        .await?;
    let batches = inbox::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(batches(wave, false))
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

    /// What the fold has not yet added to the counts of a wave, by unit.
    pub async fn pending(
        &self,
        wave: WaveId,
        counter: &impl WaveCounter,
    ) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
        let pending = inbox::Entity::find().filter(batches(wave, false)).all(&self.0).await?;
        count_batches(counter, &pending)
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

    /// Hands every kept response of a wave to `take`, in no order that tells anything; one pass over the wave.
    pub async fn each_response(
        &self,
        wave: WaveId,
        take: impl FnMut(KeptResponse<'_>) -> Result<(), StorageError> + Send,
    ) -> Result<(), StorageError> {
        each_response(&self.0, wave, take).await
    }
}

/// See [`Snapshot::each_response`].
pub(super) async fn each_response(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    mut take: impl FnMut(KeptResponse<'_>) -> Result<(), StorageError> + Send,
) -> Result<(), StorageError> {
    // Unit by unit: a distributed database finds all of one in one place.
    let units: Vec<i64> = sheaf::Entity::find()
        .select_only()
        .column(sheaf::Column::UnitId)
        .distinct()
        .filter(sheaf::Column::WaveId.eq(wave.0))
        .into_tuple()
        .all(connection)
        .await?;
    for unit in units {
        let mut after = None;
        loop {
            let page = page(connection, wave, unit, after.take()).await?;
            for sheaf in &page {
                let lines = behind_head("sheaf", &sheaf.entries)?.lines();
                lines
                    .map(|line| KeptResponse::from_line("sheaf", UnitId(unit), line))
                    .try_for_each(|read| take(read?))?;
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last.branch),
                None => break,
            }
        }
    }
    let unsettled = inbox::Entity::find().filter(inbox::Column::WaveId.eq(wave.0)).all(connection).await?;
    unsettled.iter().try_for_each(|batch| each_of_batch(batch, &mut take))
}

/// The sheaves of a unit that follow upon a branch.
async fn page(
    connection: &impl ConnectionTrait,
    wave: WaveId,
    unit: i64,
    after: Option<String>,
) -> Result<Vec<sheaf::Model>, StorageError> {
    use sheaf::Column;
    let page = sheaf::Entity::find()
        .filter(Column::WaveId.eq(wave.0))
        .filter(Column::UnitId.eq(unit))
        .filter(Condition::all().add_option(after.map(|branch| Column::Branch.gt(branch))))
        .order_by_asc(Column::Branch)
        .limit(SHEAVES_PER_PAGE);
    Ok(page.all(connection).await?)
}

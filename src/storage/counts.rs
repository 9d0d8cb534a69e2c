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
use super::layout::behind_head;
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
    let mut range = Some(KeyRange::ALL);
    while let Some(keys) = range {
        let page = page(connection, wave, keys).await.map_err(StorageError::from)?;
        range = keys.next(page.last().map(|row| (row.key, row.unit_id)), page.len() as u64 == RESPONSES_PER_PAGE);
        for row in page {
            take(row.read()?)?;
        }
    }
    Ok(())
}

/// The keys of a page of responses.
///
/// A distributed database asks each part of the table for a full page and throws most of it away, unless the page has an end, too.
/// Keys are one-way derivations and lie evenly, so an end is known from how far the last full page went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct KeyRange {
    /// The last response before: its key and its unit.
    after: Option<(Uuid, i64)>,
    /// The last key; all that follow, where there is none.
    to: Option<u128>,
}

impl KeyRange {
    const ALL: Self = Self { after: None, to: None };

    /// What follows after a page, of which this is the last response; nothing after the last one.
    fn next(self, last: Option<(Uuid, i64)>, is_full: bool) -> Option<Self> {
        let begin = self.after.map_or(0, |(key, _)| key.as_u128());
        if let (Some(last), true) = (last, is_full) {
            let end = last.0.as_u128();
            return Some(Self { after: Some(last), to: end.checked_add((end - begin).max(1)) });
        }
        // Not full: there is nothing more up to its end. Where keys are fewer, the next one goes further.
        let end = self.to?;
        let further = (end - begin).max(1).saturating_mul(2);
        Some(Self { after: Some((Uuid::from_u128(end), i64::MAX)), to: end.checked_add(further) })
    }
}

async fn page(connection: &impl ConnectionTrait, wave: WaveId, keys: KeyRange) -> Result<Vec<KeptRow>, DbErr> {
    use response::Column;
    let mut page = response::Entity::find()
        .filter(Column::WaveId.eq(wave.0))
        .order_by_asc(Column::Key)
        .order_by_asc(Column::UnitId)
        .limit(RESPONSES_PER_PAGE);
    if let Some((key, unit)) = keys.after {
        let place = Expr::tuple([Expr::col(Column::Key), Expr::col(Column::UnitId)]);
        page = page.filter(place.gt(Expr::tuple([Expr::val(key), Expr::val(unit)])));
    }
    if let Some(to) = keys.to {
        page = page.filter(Column::Key.lte(Uuid::from_u128(to)));
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
        let [answers, respondent] = [&self.answers, &self.respondent].map(|packed| behind_head("response", packed));
        let (answers, respondent) = (answers?.to_owned(), respondent?.to_owned());
        let Self { unit_id, answered_on, .. } = self;
        Ok(KeptResponse { unit: UnitId(unit_id), placement, answers, respondent, mode, source, answered_on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goes through `keys` in pages of so many, and returns them as they came with the number of pages.
    fn read_all(keys: &[u128], per_page: usize) -> (Vec<u128>, usize) {
        let (mut read, mut pages, mut range) = (Vec::new(), 0, Some(KeyRange::ALL));
        while let Some(keys_of_page) = range {
            let KeyRange { after, to } = keys_of_page;
            let page: Vec<(Uuid, i64)> = keys
                .iter()
                .map(|key| (Uuid::from_u128(*key), 7))
                .filter(|place| after.is_none_or(|after| *place > after) && to.is_none_or(|to| place.0.as_u128() <= to))
                .take(per_page)
                .collect();
            range = keys_of_page.next(page.last().copied(), page.len() == per_page);
            read.extend(page.iter().map(|(key, _)| key.as_u128()));
            pages += 1;
        }
        (read, pages)
    }

    #[test]
    fn pages_with_an_end_read_every_key_once_however_the_keys_lie() {
        let even: Vec<u128> = (0..1_000).map(|key| key * (u128::MAX / 1_000)).collect();
        let low: Vec<u128> = (0..1_000).collect();
        let high: Vec<u128> = (0..1_000).map(|key| u128::MAX - 999 + key).collect();
        let apart: Vec<u128> = low.iter().chain(&high).copied().collect();
        for (keys, pages_max) in [(&even, 25), (&low, 160), (&high, 160), (&apart, 300), (&vec![], 1)] {
            let (read, pages) = read_all(keys, 100);
            assert_eq!(read, *keys);
            assert!(pages <= pages_max, "{pages}");
        }
    }
}

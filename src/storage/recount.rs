//! Forming a wave's counts anew from its responses: once, after the schema has learned to keep other ones.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IsolationLevel, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
};

use super::counting::{UnitCounter, UnitCounts, WaveCounter};
use super::counts::each_response;
use super::entities::{daily_count, product, received, recount_due, tally, wave};
use super::fold::take_leases;
use super::inbox::{batches, mark_as_counted};
use super::jobs::finish_job;
use super::states::{write_days, write_states};
use super::waves::WaveId;
use super::writer::Work;
use super::{KeptResponse, StorageError, Store};
use crate::jobs::Claim;
use crate::survey::UnitId;

impl Store {
    /// The waves that are yet to be counted from their responses, with their codes.
    pub async fn waves_to_recount(&self) -> Result<Vec<(WaveId, String)>, StorageError> {
        let due = recount_due::Entity::find().select_only().column(recount_due::Column::WaveId);
        let waves =
            wave::Entity::find().filter(wave::Column::Id.in_subquery(due.into_query())).all(&self.reader).await?;
        Ok(waves.into_iter().map(|model| (WaveId(model.id), model.code)).collect())
    }

    /// How many responses a wave has.
    pub async fn response_count(&self, wave: WaveId) -> Result<u64, StorageError> {
        Ok(received::Entity::find().filter(received::Column::WaveId.eq(wave.0)).count(&self.reader).await?)
    }

    /// Forms the counts of a wave that is due from its responses, in one transaction: what is pending is among them. The job is
    /// finished with it.
    pub async fn recount(&self, claim: Claim, wave: WaveId, counter: &impl WaveCounter) -> Result<(), StorageError> {
        self.transaction(&Recount { claim, wave, counter }).await
    }
}

struct Recount<'a, C> {
    claim: Claim,
    wave: WaveId,
    counter: &'a C,
}

impl<C: WaveCounter> Work for Recount<'_, C> {
    type Output = ();

    /// So that no response is counted that was pending later: both are read as of one moment.
    fn isolation(&self) -> Option<IsolationLevel> {
        Some(IsolationLevel::RepeatableRead)
    }

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        recount_due::Entity::delete_by_id(self.wave.0).exec(transaction).await?;
        let counts = self.count(transaction).await?;
        let units: Vec<i64> = counts.keys().map(|unit| unit.0).collect();
        take_leases(transaction, self.wave, &units).await?;
        let wave = self.wave.0;
        tally::Entity::delete_many().filter(tally::Column::WaveId.eq(wave)).exec(transaction).await?;
        product::Entity::delete_many().filter(product::Column::WaveId.eq(wave)).exec(transaction).await?;
        daily_count::Entity::delete_many().filter(daily_count::Column::WaveId.eq(wave)).exec(transaction).await?;
        mark_as_counted(transaction, batches(self.wave, false)).await?;
        write_states(transaction, self.wave, &counts).await?;
        write_days(transaction, self.wave, &counts).await?;
        finish_job(transaction, self.claim).await
    }
}

impl<C: WaveCounter> Recount<'_, C> {
    async fn count(&self, transaction: &DatabaseTransaction) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
        let mut counters: BTreeMap<UnitId, UnitCounter<'_>> = BTreeMap::new();
        let count = |response: KeptResponse<'_>| {
            let counter = counters.entry(response.unit).or_insert_with(|| UnitCounter::new(self.counter.shape()));
            counter.add(&self.counter.counted(&response)?)
        };
        each_response(transaction, self.wave, count).await?;
        counters.into_iter().map(|(unit, counter)| Ok((unit, counter.finish()?))).collect()
    }
}

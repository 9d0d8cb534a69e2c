//! Forming a wave's counts anew from its responses: once, after the schema has learned to keep other ones.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IsolationLevel, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
};

use super::counting::{CountedResponse, UnitCounter, UnitCounts};
use super::counts::{KeptResponse, each_response};
use super::entities::{daily_count, pending_batch, product, recount_due, response, tally, wave};
use super::fold::take_leases;
use super::jobs::finish_job;
use super::states::{write_days, write_states};
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::estimation::Shape;
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
        Ok(response::Entity::find().filter(response::Column::WaveId.eq(wave.0)).count(&self.reader).await?)
    }

    /// Forms the counts of a wave that is due from its responses, in one transaction: what is pending is among them. `counted`
    /// tells what counts of a response. The job is finished with it.
    pub async fn recount(
        &self,
        claim: Claim,
        wave: WaveId,
        shape: &Shape,
        counted: Counted<'_>,
    ) -> Result<(), StorageError> {
        self.transaction(&Recount { claim, wave, shape, counted }).await
    }
}

/// Tells what counts of a response.
pub type Counted<'a> = &'a (dyn Fn(&KeptResponse) -> Result<CountedResponse<'static>, StorageError> + Send + Sync);

struct Recount<'a> {
    claim: Claim,
    wave: WaveId,
    shape: &'a Shape,
    counted: Counted<'a>,
}

impl Work for Recount<'_> {
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
        pending_batch::Entity::delete_many().filter(pending_batch::Column::WaveId.eq(wave)).exec(transaction).await?;
        write_states(transaction, self.wave, &counts).await?;
        write_days(transaction, self.wave, &counts).await?;
        finish_job(transaction, self.claim).await
    }
}

impl Recount<'_> {
    async fn count(&self, transaction: &DatabaseTransaction) -> Result<BTreeMap<UnitId, UnitCounts>, StorageError> {
        let mut counters: BTreeMap<UnitId, UnitCounter<'_>> = BTreeMap::new();
        let count = |response: KeptResponse| {
            let counter = counters.entry(response.unit).or_insert_with(|| UnitCounter::new(self.shape));
            counter.add(&(self.counted)(&response)?)
        };
        each_response(transaction, self.wave, count).await?;
        counters.into_iter().map(|(unit, counter)| Ok((unit, counter.finish()?))).collect()
    }
}

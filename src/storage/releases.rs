//! Releases: rows that are written once, together with the wave's step to released, and never changed.

use chrono::NaiveDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::entities::{release, wave};
use super::jobs::finish_job;
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::jobs::Claim;
use crate::survey::WaveState;

/// What a wave published, and of what it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// 1 for the first release of the wave.
    pub number: i32,
    /// The day.
    pub released_on: NaiveDate,
    /// The version of the program that computed it.
    pub program: String,
    /// The method, such as `sipas-top2@2017`.
    pub method: String,
    /// The hash of the plan.
    pub plan_hash: String,
    /// The hash of the questionnaire.
    pub questionnaire_hash: String,
    /// The hash of the units that were measured, as the register had them.
    pub register_hash: String,
    /// The hash of the content.
    pub content_hash: String,
    /// What was published.
    pub content: Vec<u8>,
}

impl Store {
    /// Moves a wave from closed to released, keeps what it publishes and finishes the job, all or nothing. Returns whether it did; it does not
    /// where somebody else moved the wave in the meantime.
    pub async fn release_wave(&self, claim: Claim, wave: WaveId, release: &Release) -> Result<bool, StorageError> {
        self.transaction(&ReleaseWave { claim, wave, release }).await
    }

    /// Keeps what a wave publishes that was released before releases were kept; harmless when it is kept already.
    pub async fn keep_release(&self, claim: Claim, wave: WaveId, release: &Release) -> Result<(), StorageError> {
        self.transaction(&KeepRelease { claim, wave, release }).await
    }

    /// The latest release of a wave.
    pub async fn latest_release(&self, wave: WaveId) -> Result<Option<Release>, StorageError> {
        let found = release::Entity::find()
            .filter(release::Column::WaveId.eq(wave.0))
            .order_by_desc(release::Column::Number)
            .limit(1)
            .one(&self.reader)
            .await?;
        Ok(found.map(|model| Release {
            number: model.number,
            released_on: model.released_on,
            program: model.program,
            method: model.method,
            plan_hash: model.plan_hash,
            questionnaire_hash: model.questionnaire_hash,
            register_hash: model.register_hash,
            content_hash: model.content_hash,
            content: model.content,
        }))
    }

    /// The codes of released waves of which no release is kept: they were released before releases were.
    pub async fn waves_without_release(&self) -> Result<Vec<String>, StorageError> {
        let kept = release::Entity::find().select_only().column(release::Column::WaveId).into_query();
        Ok(wave::Entity::find()
            .select_only()
            .column(wave::Column::Code)
            .filter(wave::Column::State.eq(WaveState::Released.as_str()))
            .filter(wave::Column::Id.not_in_subquery(kept))
            .into_tuple()
            .all(&self.reader)
            .await?)
    }
}

struct ReleaseWave<'a> {
    claim: Claim,
    wave: WaveId,
    release: &'a Release,
}

impl Work for ReleaseWave<'_> {
    type Output = bool;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<bool, StorageError> {
        let moved = wave::Entity::update_many()
            .col_expr(wave::Column::State, WaveState::Released.as_str().into())
            .filter(wave::Column::Id.eq(self.wave.0))
            .filter(wave::Column::State.eq(WaveState::Closed.as_str()))
            .exec(transaction)
            .await?;
        if moved.rows_affected == 0 {
            return Ok(false);
        }
        keep(transaction, self.wave, self.release).await?;
        finish_job(transaction, self.claim).await?;
        Ok(true)
    }
}

struct KeepRelease<'a> {
    claim: Claim,
    wave: WaveId,
    release: &'a Release,
}

impl Work for KeepRelease<'_> {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        keep(transaction, self.wave, self.release).await?;
        finish_job(transaction, self.claim).await
    }
}

async fn keep(transaction: &DatabaseTransaction, wave: WaveId, release: &Release) -> Result<(), StorageError> {
    let row = release::ActiveModel {
        wave_id: Set(wave.0),
        number: Set(release.number),
        released_on: Set(release.released_on),
        program: Set(release.program.clone()),
        method: Set(release.method.clone()),
        plan_hash: Set(release.plan_hash.clone()),
        questionnaire_hash: Set(release.questionnaire_hash.clone()),
        register_hash: Set(release.register_hash.clone()),
        content_hash: Set(release.content_hash.clone()),
        content: Set(release.content.clone()),
    };
    let once = OnConflict::columns([release::Column::WaveId, release::Column::Number]).do_nothing().to_owned();
    release::Entity::insert(row).on_conflict(once).exec_without_returning(transaction).await?;
    Ok(())
}

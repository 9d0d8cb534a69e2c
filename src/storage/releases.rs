//! Releases: rows that are written once, together with the wave's step to released, and never changed.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use super::entities::{release, wave};
use super::jobs::finish_job;
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::jobs::Claim;
use crate::release::{CorrectionReason, ReleaseFacts};
use crate::survey::WaveState;

/// A release with what was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRelease {
    /// When it was made, and of what.
    pub facts: ReleaseFacts,
    /// What was published.
    pub content: Vec<u8>,
}

impl Store {
    /// Moves a wave from closed to released, keeps what it publishes and finishes the job, all or nothing. Returns whether it did; it does not
    /// where somebody else moved the wave in the meantime.
    pub async fn release_wave(&self, claim: Claim, wave: WaveId, release: &KeptRelease) -> Result<bool, StorageError> {
        self.transaction(&ReleaseWave { claim, wave, release }).await
    }

    /// Keeps a release of a wave that is released already, and finishes the job: a correction, or what was published before releases
    /// were kept. Harmless where a release of this number is kept.
    pub async fn keep_release(&self, claim: Claim, wave: WaveId, release: &KeptRelease) -> Result<(), StorageError> {
        self.transaction(&KeepRelease { claim, wave, release }).await
    }

    /// The facts of a wave's releases, the first one first.
    pub async fn releases(&self, wave: WaveId) -> Result<Vec<ReleaseFacts>, StorageError> {
        let columns = release::Column::iter().filter(|column| !matches!(column, release::Column::Content));
        let found = release::Entity::find()
            .select_only()
            .columns(columns)
            .expr_as(Expr::value(Vec::<u8>::new()), "content")
            .filter(release::Column::WaveId.eq(wave.0))
            .order_by_asc(release::Column::Number)
            .all(&self.reader)
            .await?;
        found.into_iter().map(|model| Ok(read(model)?.facts)).collect()
    }

    /// The release of a wave with this number.
    pub async fn release(&self, wave: WaveId, number: i32) -> Result<Option<KeptRelease>, StorageError> {
        release::Entity::find_by_id((wave.0, number)).one(&self.reader).await?.map(read).transpose()
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
    release: &'a KeptRelease,
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
    release: &'a KeptRelease,
}

impl Work for KeepRelease<'_> {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        keep(transaction, self.wave, self.release).await?;
        finish_job(transaction, self.claim).await
    }
}

fn read(model: release::Model) -> Result<KeptRelease, StorageError> {
    let reason = (!model.reason.is_empty()).then(|| CorrectionReason::from_json(&model.reason));
    let facts = ReleaseFacts {
        number: model.number,
        released_on: model.released_on,
        reason: reason.transpose().map_err(|error| StorageError::damaged("release", error))?,
        program: model.program,
        method: model.method,
        plan_hash: model.plan_hash,
        questionnaire_hash: model.questionnaire_hash,
        register_hash: model.register_hash,
        content_hash: model.content_hash,
    };
    Ok(KeptRelease { facts, content: model.content })
}

async fn keep(transaction: &DatabaseTransaction, wave: WaveId, release: &KeptRelease) -> Result<(), StorageError> {
    let KeptRelease { facts, content } = release;
    let row = release::ActiveModel {
        wave_id: Set(wave.0),
        number: Set(facts.number),
        released_on: Set(facts.released_on),
        reason: Set(facts.reason.as_ref().map(CorrectionReason::to_json).unwrap_or_default()),
        program: Set(facts.program.clone()),
        method: Set(facts.method.clone()),
        plan_hash: Set(facts.plan_hash.clone()),
        questionnaire_hash: Set(facts.questionnaire_hash.clone()),
        register_hash: Set(facts.register_hash.clone()),
        content_hash: Set(facts.content_hash.clone()),
        content: Set(content.clone()),
    };
    let once = OnConflict::columns([release::Column::WaveId, release::Column::Number]).do_nothing().to_owned();
    release::Entity::insert(row).on_conflict(once).exec_without_returning(transaction).await?;
    Ok(())
}

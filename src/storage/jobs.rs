//! Jobs: wanted once, worked on by one at a time, and finished in the transaction that keeps what they made.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    UpdateMany,
};

use super::entities::job::{ActiveModel, Column, Entity, Model};
use super::writer::Work;
use super::{StorageError, Store};
use crate::jobs::{Claim, Job, JobId, JobKind, JobState};

/// A job to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What is done.
    pub kind: JobKind,
    /// To what: the code of a wave.
    pub object: String,
    /// Who wants it.
    pub wanted_by: String,
    /// The day.
    pub wanted_on: chrono::NaiveDate,
}

impl Store {
    /// Notes a job to be done, and returns its number: that of an unfinished one of the same kind and object, if there is one.
    pub async fn want_job(&self, new: &NewJob) -> Result<JobId, StorageError> {
        self.transaction(&WantJob(new)).await
    }

    /// The latest jobs, at most so many, the latest first.
    pub async fn latest_jobs(&self, at_most: u64) -> Result<Vec<Job>, StorageError> {
        let found = Entity::find().order_by_desc(Column::Id).limit(at_most).all(&self.reader).await?;
        found.into_iter().map(read).collect()
    }

    /// The jobs that are not finished, the earliest first.
    pub async fn unfinished_jobs(&self) -> Result<Vec<Job>, StorageError> {
        let found = Entity::find().filter(is_unfinished()).order_by_asc(Column::Id).all(&self.reader).await?;
        found.into_iter().map(read).collect()
    }

    /// The job with this number.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StorageError> {
        Entity::find_by_id(id.0).one(&self.reader).await?.map(read).transpose()
    }

    /// Takes a job that was free when it was read; nothing where somebody else was faster, or it is finished by now.
    pub async fn claim_job(&self, job: &Job) -> Result<Option<Claim>, StorageError> {
        let taken = Entity::update_many()
            .col_expr(Column::State, JobState::Running.as_str().into())
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .col_expr(Column::Beat, 0.into())
            .filter(Column::Id.eq(job.id.0))
            .filter(Column::Tries.eq(job.tries))
            .filter(Column::Beat.eq(job.beat))
            .filter(is_unfinished());
        let is_taken = self.execute(&taken.into_query()).await? == 1;
        Ok(is_taken.then_some(Claim { id: job.id, attempt: job.tries + 1 }))
    }

    /// Says that somebody works on a job, and how far it is: so many steps of so many. Returns whether the job is still theirs.
    pub async fn beat_job(&self, claim: Claim, done: u64, total: u64) -> Result<bool, StorageError> {
        let steps = |steps: u64| i64::try_from(steps).unwrap_or(i64::MAX).into();
        let beat = held_by(claim)
            .col_expr(Column::Beat, Expr::col(Column::Beat).add(1))
            .col_expr(Column::Done, steps(done))
            .col_expr(Column::Total, steps(total));
        Ok(self.execute(&beat.into_query()).await? == 1)
    }

    /// Says that a job cannot be done, and why. Returns whether it was still theirs who say it.
    pub async fn fail_job(&self, claim: Claim, message: &str) -> Result<bool, StorageError> {
        let failed = held_by(claim)
            .col_expr(Column::State, JobState::Failed.as_str().into())
            .col_expr(Column::Message, message.into());
        Ok(self.execute(&failed.into_query()).await? == 1)
    }

    /// Says that nobody wants a job any more. Returns whether it was not finished yet.
    pub async fn cancel_job(&self, id: JobId) -> Result<bool, StorageError> {
        let cancelled = Entity::update_many()
            .col_expr(Column::State, JobState::Cancelled.as_str().into())
            .filter(Column::Id.eq(id.0))
            .filter(is_unfinished());
        Ok(self.execute(&cancelled.into_query()).await? == 1)
    }
}

/// Says within a transaction that a job is done. What the transaction did is undone where the job is not theirs any more who do it:
/// they were taken for dead, or it was cancelled.
pub(super) async fn finish_job(transaction: &DatabaseTransaction, claim: Claim) -> Result<(), StorageError> {
    let done = held_by(claim)
        .col_expr(Column::State, JobState::Done.as_str().into())
        .col_expr(Column::Done, Expr::case(Expr::col(Column::Total).gt(0), Expr::col(Column::Total)).finally(1).into());
    let done = transaction.execute(&done.into_query()).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StorageError::JobTaken) }
}

fn is_unfinished() -> sea_orm::Condition {
    let unfinished = JobState::ALL.into_iter().filter(|state| !state.is_final()).map(JobState::as_str);
    sea_orm::Condition::all().add(Column::State.is_in(unfinished))
}

/// A change of a job as long as whoever changes it holds it.
fn held_by(claim: Claim) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(claim.id.0))
        .filter(Column::Tries.eq(claim.attempt))
        .filter(Column::State.eq(JobState::Running.as_str()))
}

struct WantJob<'a>(&'a NewJob);

impl Work for WantJob<'_> {
    type Output = JobId;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<JobId, StorageError> {
        let Self(NewJob { kind, object, wanted_by, wanted_on }) = self;
        let row = ActiveModel {
            id: NotSet,
            kind: Set(kind.as_str().to_owned()),
            object: Set(object.clone()),
            state: Set(JobState::Waiting.as_str().to_owned()),
            done: Set(0),
            total: Set(0),
            tries: Set(0),
            beat: Set(0),
            wanted_by: Set(wanted_by.clone()),
            wanted_on: Set(*wanted_on),
            message: Set(String::new()),
        };
        let once = OnConflict::new().do_nothing().to_owned();
        Entity::insert(row).on_conflict(once).exec_without_returning(transaction).await?;
        let wanted = Entity::find()
            .filter(Column::Kind.eq(kind.as_str()))
            .filter(Column::Object.eq(object.as_str()))
            .filter(is_unfinished())
            .one(transaction)
            .await?;
        // Whoever held it may have finished it between the two statements: then it is wanted once more.
        wanted.map(|model| JobId(model.id)).ok_or(StorageError::LostRace)
    }
}

fn read(model: Model) -> Result<Job, StorageError> {
    let unknown = |what: &str, name: &str| StorageError::damaged("job", format!("the {what} {name:?} is unknown"));
    let steps = |steps: i64| u64::try_from(steps).map_err(|error| StorageError::damaged("job", error));
    Ok(Job {
        id: JobId(model.id),
        kind: JobKind::from_name(&model.kind).ok_or_else(|| unknown("kind", &model.kind))?,
        state: JobState::from_name(&model.state).ok_or_else(|| unknown("state", &model.state))?,
        object: model.object,
        done: steps(model.done)?,
        total: steps(model.total)?,
        tries: model.tries,
        beat: model.beat,
        wanted_by: model.wanted_by,
        wanted_on: model.wanted_on,
        message: model.message,
    })
}

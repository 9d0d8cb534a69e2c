//! Jobs: wanted once, worked on by one at a time, and finished in the transaction that keeps what they made.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use super::entities::job::{ActiveModel, Column, Entity, Model};
use super::entities::job_progress;
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
    /// What else must be known to do it; may be empty.
    pub argument: String,
    /// Who wants it.
    pub wanted_by: String,
    /// The day.
    pub wanted_on: NaiveDate,
}

impl Store {
    /// Notes a job to be done, and returns its number: that of an unfinished one of the same kind and object, if there is one.
    pub async fn want_job(&self, new: &NewJob) -> Result<JobId, StorageError> {
        self.transaction(&WantJob(new)).await
    }

    /// The latest jobs, at most so many, the latest first.
    pub async fn latest_jobs(&self, at_most: u64) -> Result<Vec<Job>, StorageError> {
        self.read_jobs(Entity::find().order_by_desc(Column::Id).limit(at_most)).await
    }

    /// The jobs that are not finished, the earliest first.
    pub async fn unfinished_jobs(&self) -> Result<Vec<Job>, StorageError> {
        self.read_jobs(Entity::find().filter(is_unfinished()).order_by_asc(Column::Id)).await
    }

    /// The job with this number.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StorageError> {
        Ok(self.read_jobs(Entity::find_by_id(id.0)).await?.pop())
    }

    async fn read_jobs(&self, wanted: Select<Entity>) -> Result<Vec<Job>, StorageError> {
        let found = wanted.all(&self.reader).await?;
        let progress = job_progress::Entity::find()
            .filter(job_progress::Column::JobId.is_in(found.iter().map(|job| job.id)))
            .all(&self.reader)
            .await?;
        let mut progress: HashMap<i32, _> = progress.into_iter().map(|progress| (progress.job_id, progress)).collect();
        found.into_iter().map(|job| read(progress.remove(&job.id), job)).collect()
    }

    /// Takes a job that was free when it was read; nothing where somebody else was faster, or it is finished by now.
    pub async fn claim_job(&self, job: &Job) -> Result<Option<Claim>, StorageError> {
        let taken = Entity::update_many()
            .col_expr(Column::State, JobState::Running.as_str().into())
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(Column::Id.eq(job.id.0))
            .filter(Column::Tries.eq(job.tries))
            .filter(is_unfinished());
        let is_taken = self.execute(&taken.into_query()).await? == 1;
        Ok(is_taken.then_some(Claim { id: job.id, attempt: job.tries + 1 }))
    }

    /// Says that somebody works on a job, and how far it is: so many steps of so many. Returns whether the job is still theirs.
    pub async fn beat_job(&self, claim: Claim, done: u64, total: u64) -> Result<bool, StorageError> {
        let held = Entity::find().select_only().column(Column::Id).filter(is_held_by(claim));
        let steps = |steps: u64| i64::try_from(steps).unwrap_or(i64::MAX).into();
        let beat = job_progress::Entity::update_many()
            .col_expr(job_progress::Column::Beat, Expr::col(job_progress::Column::Beat).add(1))
            .col_expr(job_progress::Column::Done, steps(done))
            .col_expr(job_progress::Column::Total, steps(total))
            .filter(job_progress::Column::JobId.in_subquery(held.into_query()));
        Ok(self.execute(&beat.into_query()).await? == 1)
    }

    /// Says that a job cannot be done, and why. Returns whether it was still theirs who say it.
    pub async fn fail_job(&self, claim: Claim, message: &str) -> Result<bool, StorageError> {
        let failed = Entity::update_many()
            .filter(is_held_by(claim))
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
    let done = Entity::update_many().filter(is_held_by(claim)).col_expr(Column::State, JobState::Done.as_str().into());
    let done = transaction.execute(&done.into_query()).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StorageError::JobTaken) }
}

fn is_unfinished() -> Condition {
    let unfinished = JobState::ALL.into_iter().filter(|state| !state.is_final()).map(JobState::as_str);
    Condition::all().add(Column::State.is_in(unfinished))
}

/// Whether a job is still theirs who claimed it.
fn is_held_by(claim: Claim) -> Condition {
    Condition::all()
        .add(Column::Id.eq(claim.id.0))
        .add(Column::Tries.eq(claim.attempt))
        .add(Column::State.eq(JobState::Running.as_str()))
}

struct WantJob<'a>(&'a NewJob);

impl Work for WantJob<'_> {
    type Output = JobId;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<JobId, StorageError> {
        let Self(NewJob { kind, object, argument, wanted_by, wanted_on }) = self;
        let row = ActiveModel {
            id: NotSet,
            kind: Set(kind.as_str().to_owned()),
            object: Set(object.clone()),
            argument: Set(argument.clone()),
            state: Set(JobState::Waiting.as_str().to_owned()),
            tries: Set(0),
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
        let id = wanted.map(|model| model.id).ok_or(StorageError::LostRace)?;
        let nothing_done = job_progress::ActiveModel { job_id: Set(id), beat: Set(0), done: Set(0), total: Set(0) };
        let once = OnConflict::new().do_nothing().to_owned();
        job_progress::Entity::insert(nothing_done).on_conflict(once).exec_without_returning(transaction).await?;
        Ok(JobId(id))
    }
}

fn read(progress: Option<job_progress::Model>, job: Model) -> Result<Job, StorageError> {
    let unknown = |what: &str, name: &str| StorageError::damaged("job", format!("the {what} {name:?} is unknown"));
    let steps = |steps: i64| u64::try_from(steps).map_err(|error| StorageError::damaged("job_progress", error));
    let progress = progress.ok_or_else(|| StorageError::damaged("job_progress", format!("{} has no row", job.id)))?;
    Ok(Job {
        id: JobId(job.id),
        kind: JobKind::from_name(&job.kind).ok_or_else(|| unknown("kind", &job.kind))?,
        state: JobState::from_name(&job.state).ok_or_else(|| unknown("state", &job.state))?,
        object: job.object,
        argument: job.argument,
        done: steps(progress.done)?,
        total: steps(progress.total)?,
        tries: job.tries,
        beat: progress.beat,
        wanted_by: job.wanted_by,
        wanted_on: job.wanted_on,
        message: job.message,
    })
}

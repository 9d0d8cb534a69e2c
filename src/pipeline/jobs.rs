//! Long work: wanted by somebody, done by whoever is free, watched by anybody, and cancelled.
//!
//! Whoever works on a job says so each second; whoever hears nothing of a worker for a while takes the job over. What a job makes is
//! kept in the transaction that finishes it, and only if the job is still theirs who did it: so it is made once, whoever was
//! cut off.

use std::slice;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::PipelineError;
use super::context::{Context, Shared};
use super::counts::Counts;
use super::progress::Progress;
use super::releases::Releases;
use crate::foundation::MaybeMissing;
use crate::jobs::{Claim, Job, JobId, JobKind, JobState, Watch};
use crate::release::CorrectionReason;
use crate::storage::{NewJob, StorageError};

/// How often a worker is heard of until it counts as silent: a busy database may swallow some beats.
const BEATS: u32 = 10;
/// How many jobs are listed.
const LISTED: u64 = 100;

/// Is told now and then how far a job is.
pub type Tell<'a> = &'a (dyn Fn(&Job) + Send + Sync);

/// Long work.
#[derive(Clone)]
pub struct Jobs {
    context: Context,
}

impl Jobs {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// How often a worker is heard of, and how often somebody looks for work.
    fn pause(&self) -> Duration {
        self.context.job_silence / BEATS
    }

    /// The latest jobs, the latest first.
    pub async fn latest(&self) -> Result<Vec<Job>, PipelineError> {
        self.context.demand_management()?;
        Ok(self.context.store.latest_jobs(LISTED).await?)
    }

    /// The job with this number.
    pub async fn find(&self, id: JobId) -> Result<Job, PipelineError> {
        self.context.demand_management()?;
        self.read(id).await
    }

    /// Cancels a job; one that is finished stays as it is. Returns it as it stands then.
    pub async fn cancel(&self, id: JobId) -> Result<Job, PipelineError> {
        self.context.demand_management()?;
        self.context.store.cancel_job(id).await?;
        self.read(id).await
    }

    /// Wants something done to a wave, once: where it is wanted already, that is the job.
    pub async fn want(&self, kind: JobKind, wave: &str) -> Result<JobId, PipelineError> {
        self.want_with(kind, wave, String::new()).await
    }

    /// The same for what needs an `argument`. Where it is wanted already, that is the job, whatever its argument.
    pub(super) async fn want_with(&self, kind: JobKind, wave: &str, argument: String) -> Result<JobId, PipelineError> {
        self.context.demand_management()?;
        let wanted_on = self.context.clock.today();
        let wanted_by = self.context.actor().as_str().to_owned();
        Ok(self
            .context
            .store
            .want_job(&NewJob { kind, object: wave.to_owned(), argument, wanted_by, wanted_on })
            .await?)
    }

    /// Sees to it that a job is finished, and returns it then: it is done here, unless somebody else does it. `tell` is told now and
    /// then how far it is.
    pub async fn finish(&self, id: JobId, tell: Tell<'_>) -> Result<Job, PipelineError> {
        self.context.demand_management()?;
        let (mut watch, begun) = (Watch::new(self.context.job_silence), Instant::now());
        loop {
            let job = self.read(id).await?;
            tell(&job);
            match job.state {
                JobState::Done => return Ok(job),
                JobState::Failed => return Err(PipelineError::JobFailed { id, message: job.message }),
                JobState::Cancelled => return Err(PipelineError::JobCancelled(id)),
                JobState::Waiting | JobState::Running => {}
            }
            if watch.free(slice::from_ref(&job), begun.elapsed()).is_empty() {
                tokio::time::sleep(self.pause()).await;
            } else {
                self.work_on(&job, tell).await?;
            }
        }
    }

    async fn read(&self, id: JobId) -> Result<Job, PipelineError> {
        let found = self.context.store.job(id).await?;
        found.ok_or_else(|| PipelineError::NotFound { what: "job", code: id.to_string() })
    }

    /// Does a job that was free when it was read. Of one that is not, or not any more, nothing comes.
    async fn work_on(&self, job: &Job, tell: Tell<'_>) -> Result<(), PipelineError> {
        let store = &self.context.store;
        let Some(claim) = store.claim_job(job).await? else { return Ok(()) };
        if job.is_hopeless() {
            store.fail_job(claim, &format!("it was begun {} times and never came to its end", job.tries)).await?;
            return Ok(());
        }
        let outcome = match self.progress_of(job).await {
            Ok(progress) => tokio::select! {
                outcome = self.run(job, claim, &progress) => outcome,
                () = self.beat(job, claim, &progress, tell) => return Ok(()),
            },
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) | Err(PipelineError::Storage(StorageError::JobTaken)) => Ok(()),
            // Whoever has a database goes on with it, and whoever does not end in the middle of it.
            Err(error) if error.is_outage() || matches!(error, PipelineError::Interrupted) => Err(error),
            Err(error) => {
                store.fail_job(claim, &error.to_string()).await?;
                Err(error)
            }
        }
    }

    /// Says each second that somebody works on a job, until it is theirs no more.
    async fn beat(&self, job: &Job, claim: Claim, progress: &Progress, tell: Tell<'_>) {
        loop {
            tokio::time::sleep(self.pause()).await;
            let (done, total) = progress.now();
            match self.context.store.beat_job(claim, done, total).await {
                Ok(true) => tell(&Job { state: JobState::Running, done, total, ..job.clone() }),
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, job = %claim.id, "nobody could be told that the job is worked on"),
            }
        }
    }

    async fn progress_of(&self, job: &Job) -> Result<Arc<Progress>, PipelineError> {
        Ok(match job.kind {
            // Whoever reads the wave in the meantime waits for the same computation.
            JobKind::Release | JobKind::Correct | JobKind::KeepRelease => {
                let loaded = self.context.load_wave(&job.object).await?;
                Arc::clone(&self.context.readings.of(loaded.id).progress)
            }
            JobKind::Recount => Arc::default(),
        })
    }

    async fn run(&self, job: &Job, claim: Claim, progress: &Progress) -> Result<(), PipelineError> {
        match job.kind {
            JobKind::Release => Releases::of(&self.context).release(&job.object, claim).await,
            JobKind::Correct => {
                let reason = CorrectionReason::from_json(&job.argument);
                let reason =
                    reason.map_err(|error| StorageError::Damaged { table: "job", reason: error.to_string() })?;
                Releases::of(&self.context).correct(&job.object, reason, claim).await
            }
            JobKind::KeepRelease => Releases::of(&self.context).keep(&job.object, claim).await,
            JobKind::Recount => Counts::of(&self.context).recount(&job.object, claim, progress).await,
        }
    }

    /// Does what the schema, or a version of the program before this one, has left to be done, before anything is read.
    pub(super) async fn catch_up(&self) -> Result<(), PipelineError> {
        for (_, wave) in self.context.store.waves_to_recount().await? {
            tracing::info!(wave, "the wave's answers are counted anew for this version of the database");
            self.finish(self.want(JobKind::Recount, &wave).await?, &|_| ()).await?;
        }
        for wave in self.context.store.waves_without_release().await? {
            tracing::info!(wave, "what the released wave publishes is computed once more, and kept");
            // Of one that cannot be computed the pages say what is wrong.
            if let Err(error) = self.finish(self.want(JobKind::KeepRelease, &wave).await?, &|_| ()).await {
                tracing::error!(%error, wave, "what the released wave publishes could not be kept");
            }
        }
        Ok(())
    }
}

/// Looks for work as long as the platform lives, and does it: what was wanted and not begun, and what somebody was cut off from.
pub(super) async fn keep_working(platform: Weak<Shared>, silence: Duration) {
    let (mut watch, begun) = (Watch::new(silence), Instant::now());
    while let Some(shared) = platform.upgrade() {
        let jobs = Jobs::of(&Context::of_operator(shared));
        match jobs.context.store.unfinished_jobs().await {
            Ok(unfinished) => {
                for job in watch.free(&unfinished, begun.elapsed()) {
                    tracing::info!(job = %job.id, kind = job.kind.as_str(), object = job.object, "works on a job");
                    if let Err(error) = jobs.work_on(job, &|_| ()).await {
                        tracing::warn!(%error, job = %job.id, "the job was not done");
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "jobs cannot be looked for"),
        }
        let pause = jobs.pause();
        drop(jobs);
        tokio::time::sleep(pause).await;
    }
}

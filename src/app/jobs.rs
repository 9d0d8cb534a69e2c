//! `plumbline job`: what is at work, how far it is, and an end to it.

use clap::Subcommand;

use super::error::AnyError;
use super::terminal::{progress_bar, say};
use crate::jobs::{Job, JobId};
use crate::pipeline::Platform;

/// What to do with long work.
#[derive(Debug, Subcommand)]
pub(super) enum JobTask {
    /// List the latest jobs.
    List,
    /// Wait for a job, and show how far it is; where nobody works on it, it is done here.
    Watch {
        /// The job's number.
        number: i32,
    },
    /// Cancel a job. What it was making is not made.
    Cancel {
        /// The job's number.
        number: i32,
    },
}

pub(super) async fn run(platform: &Platform, task: JobTask) -> Result<(), AnyError> {
    let jobs = platform.jobs();
    match task {
        JobTask::List => {
            for job in jobs.latest().await? {
                say!("{}", line(&job));
            }
        }
        JobTask::Watch { number } => finish(platform, JobId(number)).await?,
        JobTask::Cancel { number } => say!("{}", line(&jobs.cancel(JobId(number)).await?)),
    }
    Ok(())
}

/// Sees to it that a job is finished, and shows how far it is.
pub(super) async fn finish(platform: &Platform, id: JobId) -> Result<(), AnyError> {
    let bar = progress_bar(0, "steps").with_message(format!("job {id}"));
    let show = |job: &Job| {
        bar.set_length(job.total);
        bar.set_position(job.done);
    };
    let finished = platform.jobs().finish(id, &show).await;
    bar.finish_and_clear();
    say!("{}", line(&finished?));
    Ok(())
}

fn line(job: &Job) -> String {
    let Job { id, kind, object, state, done, total, wanted_by, wanted_on, message, .. } = job;
    let steps = if *total > 0 { format!("  {done} of {total}") } else { String::new() };
    let why = if message.is_empty() { String::new() } else { format!("  {message}") };
    format!("{id}  {}  {object}  {}{steps}  {wanted_on}, {wanted_by}{why}", kind.as_str(), state.as_str())
}

//! Why a use case failed.

use std::sync::Arc;

use crate::accounts::Permission;
use crate::estimation::EstimationError;
use crate::foundation::{Finding, Findings, MaybeMissing};
use crate::jobs::JobId;
use crate::statistics::RankSetError;
use crate::storage::StorageError;
use crate::survey::{CodeRefusal, TransitionError};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// There is no such thing.
    #[error("there is no {what} {code:?}")]
    NotFound {
        /// What was looked for: `wave`, `unit`.
        what: &'static str,
        /// The code that was given.
        code: String,
    },
    /// An input is not valid; everything that is wrong with it.
    #[error("{0}")]
    Invalid(#[from] Findings),
    /// Whoever asks may not do this.
    #[error("this is not allowed without {}", needed(*.0))]
    NotAllowed(Permission),
    /// A wave cannot go to that state.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A table cannot be written as CSV.
    #[error("{path}: {cause}")]
    Csv {
        /// The file.
        path: String,
        /// What is wrong.
        cause: csv::Error,
    },
    /// A sample cannot be formed.
    #[error(transparent)]
    Estimation(#[from] EstimationError),
    /// A ranking cannot be formed.
    #[error(transparent)]
    Ranking(#[from] RankSetError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system gave no random numbers.
    #[error("no random numbers: {0}")]
    Randomness(Box<dyn std::error::Error + Send + Sync>),
    /// A job cannot be done; it was tried elsewhere.
    #[error("job {id} failed: {message}")]
    JobFailed {
        /// The job.
        id: JobId,
        /// Why.
        message: String,
    },
    /// Somebody did not want a job any more.
    #[error("job {0} was cancelled")]
    JobCancelled(JobId),
    /// A computation was stopped because the process ends.
    #[error("the computation was interrupted")]
    Interrupted,
}

impl From<Finding> for PipelineError {
    fn from(finding: Finding) -> Self {
        Self::Invalid(finding.into())
    }
}

/// What would have to be shown.
fn needed(permission: Permission) -> &'static str {
    match permission {
        Permission::KeyForms => "the code of a collector of this wave and unit",
        Permission::Answer => "a code for this wave and unit",
        _ => "the administrator's token",
    }
}

impl MaybeMissing for PipelineError {
    fn is_missing(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    fn is_refused(&self) -> bool {
        matches!(self, Self::NotAllowed(_))
    }

    fn is_outage(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_outage())
    }
}

/// Why a submission was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It is not valid; everything that is wrong with it.
    #[error("the submission is not valid:\n{0}")]
    Invalid(Findings),
    /// The wave takes no answers now.
    #[error("the wave takes no answers now")]
    NotOpen,
    /// The wave takes nothing over the open link.
    #[error("this survey is answered by invitation")]
    InvitationNeeded,
    /// The same id was sent before with other content.
    #[error("another response has this id")]
    Conflict,
    /// The code of the invitation is not taken.
    #[error(transparent)]
    Code(#[from] CodeRefusal),
    /// More is waiting than storage can take; try again later.
    #[error("too many submissions are waiting")]
    Overloaded,
    /// Storage failed; nothing was acknowledged, try again later.
    #[error(transparent)]
    Storage(#[from] Arc<StorageError>),
    /// A use case below failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}

impl From<StorageError> for SubmitError {
    fn from(error: StorageError) -> Self {
        Self::Storage(Arc::new(error))
    }
}

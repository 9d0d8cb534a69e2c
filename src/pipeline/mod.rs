//! The use cases: the only place that strings rooms together. Knows nothing of HTTP.
//!
//! Start reading at [`Platform`].

mod estimate_files;

pub use estimate_files::{EstimateError, EstimateOptions, OutputFormat, estimate_files};

use std::sync::Arc;

use crate::foundation::{Clock, Findings};
use crate::index::WaveResults;
use crate::monitoring::Fieldwork;
use crate::ranking::Ranking;
use crate::survey::{Source, Wave};

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
}

/// Why a submission was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It is not valid; everything that is wrong with it.
    #[error("the submission is not valid:\n{0}")]
    Invalid(Findings),
    /// The wave takes no answers today.
    #[error("the wave takes no answers now")]
    NotOpen,
    /// The same id was sent before with other content.
    #[error("another response has this id")]
    Conflict,
    /// More is waiting than storage can take; try again later.
    #[error("too many submissions are waiting")]
    Overloaded,
    /// A use case below failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}

/// A submission that is durably kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The receipt code, for the respondent.
    pub receipt: String,
    /// Whether the same submission had been accepted before.
    pub repeated: bool,
}

/// The platform at work: everything that pages, the API and the commands ask of it.
#[derive(Clone)]
pub struct Platform {
    clock: Arc<dyn Clock>,
}

#[expect(clippy::unused_async, clippy::todo, reason = "the signatures stand first; bodies follow")]
impl Platform {
    /// The clock that decides what day it is.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// All waves, the latest field first.
    pub async fn waves(&self) -> Result<Vec<Arc<Wave>>, PipelineError> {
        todo!()
    }

    /// The wave with this code.
    pub async fn wave(&self, _code: &str) -> Result<Arc<Wave>, PipelineError> {
        todo!()
    }

    /// Takes a submission (the JSON that the API documents), and returns after it is durable.
    pub async fn submit(
        &self,
        _wave: &Wave,
        _submission: &serde_json::Value,
        _source: Source,
    ) -> Result<Accepted, SubmitError> {
        todo!()
    }

    /// The wave in which an answer with this receipt was accepted, if there is one.
    pub async fn find_receipt(&self, _receipt: &str) -> Result<Option<Arc<Wave>>, PipelineError> {
        todo!()
    }

    /// The results of a wave as of its last counted answer.
    pub async fn results(&self, _wave: &Wave) -> Result<Arc<WaveResults>, PipelineError> {
        todo!()
    }

    /// The ranking of a wave's peer group by its headline index.
    pub async fn ranking(&self, _wave: &Wave) -> Result<Arc<Ranking>, PipelineError> {
        todo!()
    }

    /// The state of a wave's fieldwork.
    pub async fn fieldwork(&self, _wave: &Wave) -> Result<Fieldwork, PipelineError> {
        todo!()
    }

    /// Whether this is the administrator's token (compared in constant time).
    #[must_use]
    pub fn is_administrator(&self, _token: &str) -> bool {
        todo!()
    }
}

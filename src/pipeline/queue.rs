//! Group commit: submissions that wait share one transaction, and each is answered after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::SubmitError;
use crate::storage::{NewResponse, Outcome, StorageError, Store};

/// How much may wait and how much shares a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntakeLimits {
    /// Submissions that may wait for storage; one more is told to come back later.
    pub waiting_max: usize,
    /// Submissions that share one transaction.
    pub group_max: usize,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self { waiting_max: 4_096, group_max: 1_024 }
    }
}

/// A storage that is silent for so long is not waited for: clients are told to come back, and what was kept all the same is
/// found again by its id.
const STORAGE_PATIENCE: Duration = Duration::from_secs(10);

struct Waiting {
    response: NewResponse,
    answer: oneshot::Sender<Result<Outcome, Arc<StorageError>>>,
}

/// The queue before storage.
pub(super) struct Queue {
    waiting: mpsc::Sender<Waiting>,
    /// Told after each commit that there is something to fold.
    committed: Arc<Notify>,
    /// Told after each commit that spent a code.
    traces: Arc<Notify>,
    /// Whether the last group could not be kept.
    failing: Arc<AtomicBool>,
}

impl Queue {
    /// Starts the writer of `store`: one, because groups then grow under load, and the larger a group, the less each of
    /// its responses costs. It stops when the intake is dropped and the queue is empty.
    pub(super) fn start(store: &Store, limits: IntakeLimits) -> Self {
        let (sender, waiting) = mpsc::channel(limits.waiting_max);
        let committed = Arc::new(Notify::new());
        let traces = Arc::new(Notify::new());
        let told = (Arc::clone(&committed), Arc::clone(&traces));
        let failing = Arc::<AtomicBool>::default();
        tokio::spawn(write_groups(store.clone(), waiting, told, Arc::clone(&failing), limits.group_max));
        Self { waiting: sender, committed, traces, failing }
    }

    /// Keeps a response and returns what became of it, after it is durable.
    pub(super) async fn keep(&self, response: NewResponse) -> Result<Outcome, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.waiting.try_send(Waiting { response, answer }).map_err(|_| SubmitError::Overloaded)?;
        match answered.await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(error)) => Err(SubmitError::Storage(error)),
            // The writer is gone only when the process shuts down; nothing was acknowledged.
            Err(_) => Err(SubmitError::Overloaded),
        }
    }

    /// Whether the last submissions could not be kept.
    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Resolves after a commit since the last call.
    pub(super) fn committed(&self) -> Arc<Notify> {
        Arc::clone(&self.committed)
    }

    /// Resolves after a commit since the last call that left traces: it spent a code.
    pub(super) fn traces(&self) -> Arc<Notify> {
        Arc::clone(&self.traces)
    }
}

async fn write_groups(
    store: Store,
    mut waiting: mpsc::Receiver<Waiting>,
    (committed, traces): (Arc<Notify>, Arc<Notify>),
    failing: Arc<AtomicBool>,
    group_max: usize,
) {
    let mut failures = Failures::default();
    let mut group = Vec::with_capacity(group_max);
    loop {
        group.clear();
        if waiting.recv_many(&mut group, group_max).await == 0 {
            return;
        }
        let (responses, answers): (Vec<_>, Vec<_>) = group.drain(..).map(|w| (w.response, w.answer)).unzip();
        let keeping = tokio::time::timeout(STORAGE_PATIENCE, store.insert_responses(&responses));
        let kept = keeping.await.unwrap_or(Err(StorageError::Silent));
        // After an error, too: storage that fell silent may have kept them.
        if responses.iter().any(|response| response.invitation.is_some()) {
            traces.notify_one();
        }
        failing.store(kept.is_err(), Ordering::Relaxed);
        match kept {
            Ok(outcomes) => {
                committed.notify_one();
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // A client that hung up no longer listens; its response is kept all the same.
                    drop(answer.send(Ok(outcome)));
                }
            }
            Err(error) => {
                failures.tell(&error, answers.len());
                let error = Arc::new(error);
                for answer in answers {
                    drop(answer.send(Err(Arc::clone(&error))));
                }
            }
        }
    }
}

/// Failures in the log: a line a second at most, because a full disk is filled by its own complaints.
#[derive(Default)]
struct Failures {
    told_at: Option<Instant>,
    untold: usize,
}

impl Failures {
    fn tell(&mut self, error: &StorageError, refused: usize) {
        self.untold += refused;
        if self.told_at.is_none_or(|at| at.elapsed() >= Duration::from_secs(1)) {
            tracing::error!(%error, refused = self.untold, "submissions could not be kept");
            (self.told_at, self.untold) = (Some(Instant::now()), 0);
        }
    }
}

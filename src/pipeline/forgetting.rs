//! Making the engine forget which codes were spent with which answers and when answers came, for as long as the platform works; and
//! saying who prevents it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::background::Stopping;
use crate::storage::{StorageError, Store, TraceHolder};

/// For how long traces gather before the engine is made to forget them.
const PAUSE: Duration = Duration::from_secs(5);

/// What the engine cannot forget for longer than it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTraces {
    /// For how long.
    pub held_for: Duration,
    /// Who prevents it, as far as the engine tells.
    pub holders: Vec<TraceHolder>,
}

impl HeldTraces {
    /// Who prevents it, as a list; empty where the engine does not tell.
    #[must_use]
    pub fn names(&self) -> String {
        self.holders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Whether the engine forgets.
#[derive(Debug, Default)]
pub(super) struct Forgetting {
    held: Mutex<Option<(Instant, Vec<TraceHolder>)>>,
}

impl Forgetting {
    /// What has not been forgotten for so long.
    pub(super) fn held(&self, longer_than: Duration) -> Option<HeldTraces> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, holders) = held.as_ref()?;
        let held_for = since.elapsed();
        (held_for >= longer_than).then(|| HeldTraces { held_for, holders: holders.clone() })
    }

    fn is_done(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Notes who prevents it. Returns whether others do than before.
    fn is_held_by(&self, holders: Vec<TraceHolder>) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.as_mut() {
            Some((_, before)) if *before == holders => false,
            Some((_, before)) => {
                *before = holders;
                true
            }
            None => {
                *held = Some((Instant::now(), holders));
                true
            }
        }
    }
}

/// Makes the engine forget. `traces` is told after each commit that spent a code, and when answers were settled; what a process that
/// was killed has left is forgotten, too. Whoever prevents it for longer than `patience` is named in the log.
pub(super) async fn keep_forgetting(
    store: Store,
    (traces, forgetting): (Arc<Notify>, Arc<Forgetting>),
    patience: Duration,
    mut stopping: Stopping,
) {
    traces.notify_one();
    let mut is_told = false;
    loop {
        let gathered = async {
            traces.notified().await;
            tokio::time::sleep(PAUSE.min(patience)).await;
        };
        tokio::select! {
            () = stopping.is_wanted() => return,
            () = gathered => {}
        }
        match forget(&store, &forgetting, patience).await {
            Ok(None) => is_told = false,
            Ok(Some(are_new)) => {
                traces.notify_one();
                let held = forgetting.held(patience);
                if let Some(held) = held.filter(|_| are_new || !is_told) {
                    let (seconds, holders) = (held.held_for.as_secs(), held.names());
                    tracing::warn!(
                        seconds,
                        holders,
                        "the database cannot forget when answers came and with which codes"
                    );
                    is_told = true;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the database still tells which answers came with which codes, or when; this is tried again");
                traces.notify_one();
            }
        }
    }
}

/// Forgets, or notes who prevents it and returns whether they are others than before.
async fn forget(store: &Store, forgetting: &Forgetting, patience: Duration) -> Result<Option<bool>, StorageError> {
    if store.forget_traces().await? {
        forgetting.is_done();
        return Ok(None);
    }
    Ok(Some(forgetting.is_held_by(store.trace_holders(patience).await?)))
}

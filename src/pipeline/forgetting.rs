//! Making the engine forget which codes were spent with which answers, for as long as the platform works.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;

use crate::storage::Store;

/// For how long spent codes gather before the engine is made to forget them.
const PAUSE: Duration = Duration::from_secs(5);

/// The task that does it.
pub(super) struct Forgetting {
    stopping: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Forgetting {
    /// Starts it. `spent` is told after each commit that spent a code; what a process that was killed has left is forgotten, too.
    pub(super) fn start(store: Store, spent: Arc<Notify>) -> Self {
        spent.notify_one();
        let stopping = Arc::<Notify>::default();
        let task = tokio::spawn(keep_forgetting(store, spent, Arc::clone(&stopping)));
        Self { stopping, task: Mutex::new(Some(task)) }
    }

    /// Stops it after what it is at: a store is closed only when nobody has a connection of their own to it.
    pub(super) async fn stop(&self) {
        self.stopping.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::warn!(%error, "the task that forgets spent codes broke off");
        }
    }
}

async fn keep_forgetting(store: Store, spent: Arc<Notify>, stopping: Arc<Notify>) {
    loop {
        let gathered = async {
            spent.notified().await;
            tokio::time::sleep(PAUSE).await;
        };
        tokio::select! {
            () = stopping.notified() => return,
            () = gathered => {}
        }
        match store.forget_spent_codes().await {
            Ok(true) => {}
            Ok(false) => spent.notify_one(),
            Err(error) => {
                tracing::warn!(%error, "the database still tells which answers came with which codes; this is tried again");
                spent.notify_one();
            }
        }
    }
}

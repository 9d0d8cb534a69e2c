//! Making the engine forget which codes were spent with which answers and when answers came, for as long as the platform works.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::background::Stopping;
use crate::storage::Store;

/// For how long traces gather before the engine is made to forget them.
const PAUSE: Duration = Duration::from_secs(5);

/// Makes the engine forget. `traces` is told after each commit that spent a code, and when answers were settled; what a process that
/// was killed has left is forgotten, too.
pub(super) async fn keep_forgetting(store: Store, traces: Arc<Notify>, mut stopping: Stopping) {
    traces.notify_one();
    loop {
        let gathered = async {
            traces.notified().await;
            tokio::time::sleep(PAUSE).await;
        };
        tokio::select! {
            () = stopping.is_wanted() => return,
            () = gathered => {}
        }
        match store.forget_traces().await {
            Ok(true) => {}
            Ok(false) => traces.notify_one(),
            Err(error) => {
                tracing::warn!(%error, "the database still tells which answers came with which codes, or when; this is tried again");
                traces.notify_one();
            }
        }
    }
}

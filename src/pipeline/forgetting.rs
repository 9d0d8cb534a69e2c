//! Making the engine forget which codes were spent with which answers, for as long as the platform works.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::background::Stopping;
use crate::storage::Store;

/// For how long spent codes gather before the engine is made to forget them.
const PAUSE: Duration = Duration::from_secs(5);

/// Does it. `spent` is told after each commit that spent a code; what a process that was killed has left is forgotten, too.
pub(super) async fn keep_forgetting(store: Store, spent: Arc<Notify>, mut stopping: Stopping) {
    spent.notify_one();
    loop {
        let gathered = async {
            spent.notified().await;
            tokio::time::sleep(PAUSE).await;
        };
        tokio::select! {
            () = stopping.is_wanted() => return,
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

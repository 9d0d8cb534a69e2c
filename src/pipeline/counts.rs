//! Letting the counts follow what was committed.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::PipelineError;
use super::context::{Context, Shared};
use super::progress::Progress;
use crate::jobs::Claim;
use crate::storage::KeptResponse;

/// The pause between two folds, so that a fold has many batches to add.
const FOLD_PAUSE: Duration = Duration::from_millis(500);

/// What is counted of all responses.
#[derive(Clone)]
pub struct Counts {
    context: Context,
}

impl Counts {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Adds everything that is pending to the counts.
    pub async fn fold(&self) -> Result<(), PipelineError> {
        let store = &self.context.store;
        for (wave, code) in store.pending_waves().await? {
            let counting = self.context.waves.counting(store, &code).await?;
            store.fold(wave, &counting.shape).await?;
        }
        Ok(())
    }

    /// Counts a wave anew from its responses, and finishes the job with it.
    pub(super) async fn recount(&self, wave: &str, claim: Claim, progress: &Progress) -> Result<(), PipelineError> {
        let loaded = self.context.load_wave(wave).await?;
        progress.begin(self.context.store.response_count(loaded.id).await?);
        let counted = |response: &KeptResponse| {
            progress.advance(1);
            loaded.counted(response)
        };
        Ok(self.context.store.recount(claim, loaded.id, &loaded.counting.shape, &counted).await?)
    }
}

/// Lets counts follow commits for as long as the platform lives.
pub(super) async fn keep_folding(platform: Weak<Shared>, committed: Arc<Notify>) {
    while let Some(shared) = platform.upgrade() {
        if let Err(error) = Counts::of(&Context::of_operator(shared)).fold().await {
            tracing::warn!(%error, "counts wait: folding failed and is tried again");
        }
        tokio::time::sleep(FOLD_PAUSE).await;
        committed.notified().await;
    }
}

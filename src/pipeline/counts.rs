//! Letting the counts follow what was committed.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::PipelineError;
use super::background::Stopping;
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

    /// Adds most of what is pending to the counts. Returns whether some was left.
    async fn fold_largest(&self) -> Result<bool, PipelineError> {
        let store = &self.context.store;
        let mut is_some_left = false;
        for (wave, code) in store.pending_waves().await? {
            let counting = self.context.waves.counting(store, &code).await?;
            is_some_left |= store.fold_largest(wave, &counting.shape).await?;
        }
        Ok(is_some_left)
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
pub(super) async fn keep_folding(platform: Weak<Shared>, committed: Arc<Notify>, mut stopping: Stopping) {
    while let Some(shared) = platform.upgrade() {
        let folded = Counts::of(&Context::of_operator(shared)).fold_largest().await;
        let is_some_left = folded.unwrap_or_else(|error| {
            tracing::warn!(%error, "counts wait: folding failed and is tried again");
            false
        });
        let more_is_due = async {
            tokio::time::sleep(FOLD_PAUSE).await;
            if !is_some_left {
                committed.notified().await;
            }
        };
        tokio::select! {
            () = stopping.is_wanted() => return,
            () = more_is_due => {}
        }
    }
}

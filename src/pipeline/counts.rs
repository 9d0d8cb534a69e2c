//! Letting the counts and the log follow what was committed.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::PipelineError;
use super::background::Stopping;
use super::context::{Context, Shared};
use super::known_waves::LoadedWave;
use super::progress::Progress;
use crate::estimation::Shape;
use crate::jobs::Claim;
use crate::storage::{CountedResponse, KeptResponse, StorageError, WaveCounter};

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
            let loaded = self.context.waves.counting(store, &code).await?;
            store.fold(wave, &loaded).await?;
        }
        Ok(())
    }

    /// Adds everything that is pending to the counts and settles it into the log. Returns whether there was anything to settle.
    pub async fn settle(&self) -> Result<bool, PipelineError> {
        self.fold().await?;
        let store = &self.context.store;
        let waves = store.unsettled_waves().await?;
        for wave in &waves {
            store.settle(*wave).await?;
        }
        Ok(!waves.is_empty())
    }

    /// Adds most of what is pending to the counts. Returns whether some was left.
    async fn fold_largest(&self) -> Result<bool, PipelineError> {
        let store = &self.context.store;
        let mut is_some_left = false;
        for (wave, code) in store.pending_waves().await? {
            let loaded = self.context.waves.counting(store, &code).await?;
            is_some_left |= store.fold_largest(wave, &loaded).await?;
        }
        Ok(is_some_left)
    }

    /// Counts a wave anew from its responses, and finishes the job with it.
    pub(super) async fn recount(&self, wave: &str, claim: Claim, progress: &Progress) -> Result<(), PipelineError> {
        let loaded = self.context.load_wave(wave).await?;
        progress.begin(self.context.store.response_count(loaded.id).await?);
        Ok(self.context.store.recount(claim, loaded.id, &Recounting { loaded: &loaded, progress }).await?)
    }
}

/// Counts a wave's responses and tells how far it is.
struct Recounting<'a> {
    loaded: &'a LoadedWave,
    progress: &'a Progress,
}

impl WaveCounter for Recounting<'_> {
    fn shape(&self) -> &Shape {
        self.loaded.shape()
    }

    fn counted<'r>(&self, response: &KeptResponse<'r>) -> Result<CountedResponse<'r>, StorageError> {
        self.progress.advance(1);
        self.loaded.counted(response)
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

/// Settles answers for as long as the platform lives, each time after so long a pause; `traces` is told what is then to be forgotten.
pub(super) async fn keep_settling(
    platform: Weak<Shared>,
    pause: Duration,
    traces: Arc<Notify>,
    mut stopping: Stopping,
) {
    loop {
        tokio::select! {
            () = stopping.is_wanted() => return,
            () = tokio::time::sleep(pause) => {}
        }
        let Some(shared) = platform.upgrade() else { return };
        let is_embedded = shared.store.is_embedded();
        match Counts::of(&Context::of_operator(shared)).settle().await {
            // The log of an embedded store is emptied whatever was written into it.
            Ok(is_any) if is_any || is_embedded => traces.notify_one(),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "answers could not be settled and still tell when they came; this is tried again");
            }
        }
    }
}

//! What a wave publishes: computed once, kept with everything that it was made of, and from then on only read.
//!
//! Nothing is computed again for a released wave, so neither a restart nor another version of the program changes a digit.

use super::context::Context;
use super::known_waves::LoadedWave;
use super::published::{content_hash, damaged_release};
use super::release_formats::FORMAT;
use super::results::Results;
use super::{PipelineError, Standings};
use crate::storage::Release;

/// What waves publish.
#[derive(Clone)]
pub(super) struct Releases {
    context: Context,
}

impl Releases {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Computes what a closed wave publishes, keeps it, and releases the wave. Returns whether it did; it does not where
    /// somebody else moved the wave in the meantime.
    pub(super) async fn release(&self, loaded: &LoadedWave) -> Result<bool, PipelineError> {
        let standings = Results::of(&self.context).exact_standings(&loaded.wave).await?;
        let release = self.release_of(loaded, &standings).await?;
        Ok(self.context.store.release_wave(loaded.id, &release).await?)
    }

    /// Keeps what waves publish that were released before releases were kept. One of which it cannot be computed is told in the
    /// log, and its pages say what is wrong.
    pub(super) async fn keep_missing(&self) -> Result<(), PipelineError> {
        for code in self.context.store.waves_without_release().await? {
            tracing::info!(wave = code, "what the released wave publishes is computed once more, and kept");
            if let Err(error) = self.keep_missing_of(&code).await {
                tracing::error!(%error, wave = code, "what the released wave publishes could not be kept");
            }
        }
        Ok(())
    }

    async fn keep_missing_of(&self, code: &str) -> Result<(), PipelineError> {
        let loaded = self.context.load_wave(code).await?;
        let standings = Results::of(&self.context).exact_standings(&loaded.wave).await?;
        let release = self.release_of(&loaded, &standings).await?;
        Ok(self.context.store.keep_release(loaded.id, &release).await?)
    }

    async fn release_of(&self, loaded: &LoadedWave, standings: &Standings) -> Result<Release, PipelineError> {
        let content = standings.to_json(FORMAT).await?.map_err(|error| damaged_release(&error))?;
        let wave = &loaded.wave;
        let units: Vec<_> = wave.units.iter().map(|unit| &unit.row).collect();
        let units = serde_json::to_vec(&units).map_err(|error| damaged_release(&error))?;
        Ok(Release {
            number: 1,
            released_on: self.context.clock.today(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            method: wave.plan.method.clone(),
            plan_hash: content_hash(wave.plan.to_toml().as_bytes()),
            questionnaire_hash: content_hash(wave.questionnaire.to_toml().as_bytes()),
            register_hash: content_hash(&units),
            content_hash: content_hash(&content),
            content,
        })
    }
}

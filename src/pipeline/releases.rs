//! What a wave publishes: computed once, kept with everything that it was made of, and from then on only read.
//!
//! Nothing is computed again for a released wave, so neither a restart nor another version of the program changes a digit.

use super::release_formats::{self, FORMAT};
use super::waves::LoadedWave;
use super::{PipelineError, Platform, Standings};
use crate::storage::{Release, StorageError};

impl Platform {
    /// Computes what a closed wave publishes, keeps it, and releases the wave. Returns whether it did; it does not where
    /// somebody else moved the wave in the meantime.
    pub(super) async fn release(&self, loaded: &LoadedWave) -> Result<bool, PipelineError> {
        let standings = self.exact_standings(&loaded.wave).await?;
        let release = self.release_of(loaded, &standings).await?;
        Ok(self.inner.store.release_wave(loaded.id, &release).await?)
    }

    /// Keeps what waves publish that were released before releases were kept. One of which it cannot be computed is told in the
    /// log, and its pages say what is wrong.
    pub(super) async fn keep_missing_releases(&self) -> Result<(), PipelineError> {
        for code in self.inner.store.waves_without_release().await? {
            tracing::info!(wave = code, "what the released wave publishes is computed once more, and kept");
            if let Err(error) = self.keep_missing_release(&code).await {
                tracing::error!(%error, wave = code, "what the released wave publishes could not be kept");
            }
        }
        Ok(())
    }

    async fn keep_missing_release(&self, code: &str) -> Result<(), PipelineError> {
        let loaded = self.load_wave(code).await?;
        let standings = self.exact_standings(&loaded.wave).await?;
        let release = self.release_of(&loaded, &standings).await?;
        Ok(self.inner.store.keep_release(loaded.id, &release).await?)
    }

    async fn release_of(&self, loaded: &LoadedWave, standings: &Standings) -> Result<Release, PipelineError> {
        let content = standings.to_json(FORMAT).await?.map_err(|error| damaged(&error))?;
        let wave = &loaded.wave;
        let units: Vec<_> = wave.units.iter().map(|unit| &unit.row).collect();
        let units = serde_json::to_vec(&units).map_err(|error| damaged(&error))?;
        Ok(Release {
            number: 1,
            released_on: self.clock().today(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            method: wave.plan.method.clone(),
            plan_hash: hash(wave.plan.to_toml().as_bytes()),
            questionnaire_hash: hash(wave.questionnaire.to_toml().as_bytes()),
            register_hash: hash(&units),
            content_hash: hash(&content),
            content,
        })
    }

    /// What a released wave publishes; nothing where no release is kept.
    pub(super) async fn read_release(&self, loaded: &LoadedWave) -> Result<Option<Standings>, PipelineError> {
        let Some(release) = self.inner.store.latest_release(loaded.id).await? else { return Ok(None) };
        if hash(&release.content) != release.content_hash {
            return Err(damaged(&"its content is not what was released").into());
        }
        let published = release_formats::read(&release.content).map_err(|reason| damaged(&reason))?;
        let plan = &loaded.wave.plan;
        Ok(Some(Standings::of_published(published, &release.content_hash, &plan.estimation, plan.ranking)))
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn damaged(reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Damaged { table: "release", reason: reason.to_string() }
}

//! What a wave's answers say: its results and rankings.

use std::sync::Arc;
use std::time::Duration;

use super::context::Context;
use super::known_waves::LoadedWave;
use super::{PipelineError, Standings};
use crate::accounts::{Permission, Scope};
use crate::release::ReleaseFacts;
use crate::survey::{Wave, WaveState};

/// The results of waves.
#[derive(Clone)]
pub struct Results {
    context: Context,
}

impl Results {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// The results of a wave and its rankings: what it published once it is released, until then as of a moment ago.
    pub async fn standings(&self, wave: &Wave) -> Result<Standings, PipelineError> {
        self.standings_of(wave, None).await
    }

    /// What the release of this number says; without one the same as [`Results::standings`].
    pub async fn standings_of(&self, wave: &Wave, release: Option<i32>) -> Result<Standings, PipelineError> {
        let loaded = self.context.load(wave).await?;
        self.context.demand(Permission::SeeResults, &Scope::of(&loaded.wave))?;
        if loaded.wave.state == WaveState::Released {
            let published = Arc::clone(&self.context.readings.of(loaded.id).published);
            if let Some(standings) = published.standings(&self.context.store, &loaded, release).await? {
                return Ok(standings);
            }
        }
        if let Some(number) = release {
            return Err(PipelineError::NotFound { what: "release", code: number.to_string() });
        }
        // A released wave without a release was released before releases were kept, by a program that still runs beside this one.
        let patience =
            if loaded.wave.state == WaveState::Released { Duration::MAX } else { self.context.readings.patience };
        self.read(loaded, patience).await
    }

    /// What is known of each release of a wave, the first one first; none before it is released.
    pub async fn releases(&self, wave: &Wave) -> Result<Arc<[ReleaseFacts]>, PipelineError> {
        let loaded = self.context.load(wave).await?;
        self.context.demand(Permission::SeeResults, &Scope::of(&loaded.wave))?;
        let published = Arc::clone(&self.context.readings.of(loaded.id).published);
        Ok(published.all(&self.context.store, &loaded).await?.0)
    }

    /// The results of a wave and its rankings with every answer that is committed, however long that takes and whatever was
    /// published: what is decided by rests on nothing older.
    pub(super) async fn exact_standings(&self, wave: &Wave) -> Result<Standings, PipelineError> {
        self.read(self.context.load(wave).await?, Duration::MAX).await
    }

    async fn read(&self, loaded: LoadedWave, patience: Duration) -> Result<Standings, PipelineError> {
        let readings = self.context.readings.of(loaded.id);
        let (reading, _) = readings.read(&self.context.source(), loaded, patience).await?;
        Ok(reading.standings.clone())
    }
}

//! What a wave's answers say: its results and rankings.

use std::sync::Arc;
use std::time::Duration;

use super::context::Context;
use super::known_waves::LoadedWave;
use super::published::read_published;
use super::{PipelineError, Standings};
use crate::accounts::{Permission, Scope};
use crate::index::WaveResults;
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

    /// The estimates of a wave, without its rankings.
    pub async fn estimates(&self, wave: &Wave) -> Result<Arc<WaveResults>, PipelineError> {
        Ok(self.standings(wave).await?.results)
    }

    /// The results of a wave and its rankings: what it published once it is released, until then as of a moment ago.
    pub async fn standings(&self, wave: &Wave) -> Result<Standings, PipelineError> {
        let loaded = self.context.load(wave).await?;
        self.context.demand(Permission::SeeResults, &Scope::of(&loaded.wave))?;
        if loaded.wave.state != WaveState::Released {
            return self.read(loaded, self.context.readings.patience).await;
        }
        let readings = self.context.readings.of(loaded.id);
        if let Some(published) = readings.published.get() {
            return Ok(published.clone());
        }
        match read_published(&self.context.store, &loaded).await? {
            Some(published) => Ok(readings.published.get_or_init(|| async { published }).await.clone()),
            // It was released before releases were kept, by a program that still runs beside this one.
            None => self.read(loaded, Duration::MAX).await,
        }
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

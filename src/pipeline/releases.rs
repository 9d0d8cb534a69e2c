//! What a wave publishes: computed once, kept with everything that it was made of, and from then on only read.
//!
//! Nothing is computed again for a released wave, so neither a restart nor another version of the program changes a digit.

use super::context::Context;
use super::known_waves::LoadedWave;
use super::published::damaged_release;
use super::release_formats::FORMAT;
use super::results::Results;
use super::{PipelineError, Standings};
use crate::foundation::{Finding, Findings};
use crate::jobs::Claim;
use crate::release::{CorrectionReason, ReleaseFacts, content_hash};
use crate::statistics::NegativeWeightRule;
use crate::storage::KeptRelease;
use crate::survey::{Wave, WaveState};

/// What waves publish.
#[derive(Clone)]
pub(super) struct Releases {
    context: Context,
}

impl Releases {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// What keeps the weights of a wave from a release, with what to do: they cannot be calibrated as the plan wants, or some
    /// are negative and the plan does not allow it. None where nothing does.
    pub(super) async fn flaws_of_weights(&self, wave: &Wave) -> Result<Findings, PipelineError> {
        let mut found = Findings::default();
        let Some(plan) = &wave.plan.calibration else { return Ok(found) };
        let results = Results::of(&self.context).exact_standings(wave).await?.results;
        if let Some(reason) = &results.uncalibrated {
            found.push("calibration", "not_met", reason.to_string());
        }
        if let (Some(negative), NegativeWeightRule::Refused) = (&results.negative_weights, plan.negative_weights) {
            let message =
                format!("{negative}; or let the plan say `negative_weights = \"allowed\"` under [calibration]");
            found.push("calibration.negative_weights", "negative_weights", message);
        }
        Ok(found)
    }

    /// Computes what a closed wave publishes, keeps it, releases the wave and finishes the job. It fails where the weights are not
    /// as the plan wants them, and where somebody else moved the wave in the meantime.
    pub(super) async fn release(&self, wave: &str, claim: Claim) -> Result<(), PipelineError> {
        let loaded = self.context.load_wave(wave).await?;
        loaded.wave.state.advance_to(WaveState::Released)?;
        self.flaws_of_weights(&loaded.wave).await?.into_result(())?;
        let standings = Results::of(&self.context).exact_standings(&loaded.wave).await?;
        let release = self.release_of(&loaded, &standings).await?;
        let is_released = self.context.store.release_wave(claim, loaded.id, &release).await?;
        self.context.waves.forget(wave).await;
        if is_released {
            return Ok(());
        }
        // Somebody else moved it since it was read: judge again by where it stands now.
        let now = self.context.load_wave(wave).await?.wave.state;
        Ok(now.advance_to(WaveState::Released).map(|_| ())?)
    }

    /// Computes what a wave published that was released before releases were kept, keeps it and finishes the job.
    pub(super) async fn keep(&self, wave: &str, claim: Claim) -> Result<(), PipelineError> {
        let loaded = self.context.load_wave(wave).await?;
        let standings = Results::of(&self.context).exact_standings(&loaded.wave).await?;
        let release = self.release_of(&loaded, &standings).await?;
        Ok(self.context.store.keep_release(claim, loaded.id, &release).await?)
    }

    /// Computes anew what a released wave publishes, keeps it as a further release and finishes the job. It fails where nothing
    /// would be other than it was published.
    pub(super) async fn correct(
        &self,
        wave: &str,
        reason: CorrectionReason,
        claim: Claim,
    ) -> Result<(), PipelineError> {
        let loaded = self.context.load_wave(wave).await?;
        demand_released(&loaded.wave)?;
        self.flaws_of_weights(&loaded.wave).await?.into_result(())?;
        let results = Results::of(&self.context);
        let before = results.standings(&loaded.wave).await?;
        let standings = results.exact_standings(&loaded.wave).await?;
        let KeptRelease { facts, content } = self.release_of(&loaded, &standings).await?;
        let latest = before.release.as_ref().map_or(0, |published| published.facts().number);
        // Written in the layout of today, whatever it was published in.
        if self.content_of(&before).await? == content {
            let message = format!("what would be published is what release {latest} says, to the last digit");
            return Err(Finding::new("wave", "nothing_changed", message).into());
        }
        let facts = ReleaseFacts { number: latest + 1, reason: Some(reason), ..facts };
        self.context.store.keep_release(claim, loaded.id, &KeptRelease { facts, content }).await?;
        self.context.readings.of(loaded.id).published.forget();
        Ok(())
    }

    async fn content_of(&self, standings: &Standings) -> Result<Vec<u8>, PipelineError> {
        Ok(standings.to_json(FORMAT).await?.map_err(|error| damaged_release(&error))?)
    }

    /// The first release of a wave that says this.
    async fn release_of(&self, loaded: &LoadedWave, standings: &Standings) -> Result<KeptRelease, PipelineError> {
        let content = self.content_of(standings).await?;
        let wave = &loaded.wave;
        let units: Vec<_> = wave.units.iter().map(|unit| &unit.row).collect();
        let units = serde_json::to_vec(&units).map_err(|error| damaged_release(&error))?;
        let facts = ReleaseFacts {
            number: 1,
            released_on: self.context.clock.today(),
            reason: None,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            method: wave.plan.method.clone(),
            plan_hash: content_hash(wave.plan.to_toml().as_bytes()),
            questionnaire_hash: content_hash(wave.questionnaire.to_toml().as_bytes()),
            register_hash: content_hash(&units),
            content_hash: content_hash(&content),
        };
        Ok(KeptRelease { facts, content })
    }
}

/// Only what was published can be corrected.
pub(super) fn demand_released(wave: &Wave) -> Result<(), PipelineError> {
    if wave.state == WaveState::Released {
        return Ok(());
    }
    let message = format!("the wave is {}; only what was released can be corrected", wave.state.as_str());
    Err(Finding::new("wave", "not_released", message).into())
}

//! Planning waves and moving them on.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::counting::Counting;
use super::gather::calibration_of;
use super::{PipelineError, Platform};
use crate::accounts::{Permission, Scope};
use crate::estimation::EstimationError;
use crate::foundation::{Code, Finding, Findings};
use crate::index::Method;
use crate::statistics::NegativeWeightRule;
use crate::storage::{StorageError, StoredWave, WaveId};
use crate::survey::{Plan, Questionnaire, RatingReader, UnitId, UnitList, Wave, WaveState, read_margin};

/// For how long a wave's state is believed before it is read again. Commits check it themselves.
const STATE_BELIEVED_FOR: Duration = Duration::from_secs(1);

/// A wave with its number in storage.
#[derive(Clone)]
pub(super) struct LoadedWave {
    pub(super) id: WaveId,
    pub(super) wave: Arc<Wave>,
    /// Reads the ratings out of the wave's packed answers.
    pub(super) ratings: RatingReader,
    /// What is counted of its responses.
    pub(super) counting: Arc<Counting>,
    read_at: Instant,
}

impl LoadedWave {
    /// Whether it was read a moment ago, or is released and so changes no more.
    fn is_fresh(&self) -> bool {
        self.wave.state == WaveState::Released || self.read_at.elapsed() < STATE_BELIEVED_FOR
    }

    /// The rating of each rated item in a packed sheet, 0 where there is none.
    pub(super) fn ratings_of(&self, packed: &str) -> Result<Vec<u8>, StorageError> {
        let mut ratings = Vec::new();
        let read = self.ratings.read(packed, &mut ratings);
        read.map_err(|error| StorageError::Damaged { table: "response", reason: error.to_string() })?;
        Ok(ratings)
    }
}

/// What is wrong with a store that keeps a response on a unit which its wave does not measure.
pub(super) fn unmeasured(unit: UnitId) -> StorageError {
    StorageError::Damaged { table: "response", reason: format!("the wave does not measure the unit {}", unit.0) }
}

fn no_such_wave(code: &str) -> PipelineError {
    PipelineError::NotFound { what: "wave", code: code.to_owned() }
}

impl Platform {
    /// All waves that whoever asks may know of, the latest field first.
    pub async fn waves(&self) -> Result<Vec<Arc<Wave>>, PipelineError> {
        let mut waves = Vec::new();
        for (code, _) in self.inner.store.wave_states().await? {
            let wave = self.load_wave(&code).await?.wave;
            if self.may(Permission::KnowWave, &Scope::of(&wave)) {
                waves.push(wave);
            }
        }
        waves.sort_by(|a, b| b.plan.field.opens.cmp(&a.plan.field.opens).then_with(|| a.plan.code.cmp(&b.plan.code)));
        Ok(waves)
    }

    /// The wave with this code. To whoever may not know of it, there is none.
    pub async fn wave(&self, code: &str) -> Result<Arc<Wave>, PipelineError> {
        let wave = self.load_wave(code).await?.wave;
        if self.may(Permission::KnowWave, &Scope::of(&wave)) { Ok(wave) } else { Err(no_such_wave(code)) }
    }

    pub(super) async fn load_wave(&self, code: &str) -> Result<LoadedWave, PipelineError> {
        // Addresses may hold anything, and what is no code need not be looked for.
        if Code::new(code).is_err() {
            return Err(no_such_wave(code));
        }
        let known = self.inner.waves.read().await.get(code).cloned();
        if let Some(loaded) = known.as_ref().filter(|loaded| loaded.is_fresh()) {
            return Ok(loaded.clone());
        }
        // Of the many requests that come to this point at once, one reads; the others take what is known, if anything is.
        let reading = match (self.inner.reading_wave.try_lock(), known.as_ref()) {
            (Ok(reading), _) => reading,
            (Err(_), Some(loaded)) => return Ok(loaded.clone()),
            (Err(_), None) => self.inner.reading_wave.lock().await,
        };
        let read = self.read_wave(code).await;
        drop(reading);
        match (read, known) {
            // Storage does not answer: what was known may still be so, and whoever writes finds out.
            (Err(PipelineError::Storage(error)), Some(loaded)) => {
                tracing::warn!(%error, wave = code, "the wave could not be read again; what was known of it is used");
                Ok(loaded)
            }
            (read, _) => read,
        }
    }

    async fn read_wave(&self, code: &str) -> Result<LoadedWave, PipelineError> {
        let known = self.inner.waves.read().await.get(code).cloned();
        if let Some(loaded) = known.as_ref().filter(|loaded| loaded.is_fresh()) {
            return Ok(loaded.clone());
        }
        // Ten thousand units and their plan are not read again each second: only what may have changed.
        if let Some(loaded) = known {
            let now = self.inner.store.wave_now(code).await?;
            if now.is_some_and(|now| now == (loaded.wave.state, loaded.wave.recordings.clone())) {
                let loaded = LoadedWave { read_at: Instant::now(), ..loaded };
                self.inner.waves.write().await.insert(code.to_owned(), loaded.clone());
                return Ok(loaded);
            }
        }
        let stored = self.inner.store.wave(code).await?;
        let stored = stored.ok_or_else(|| no_such_wave(code))?;
        let register = self.inner.store.units_of(stored.id).await?;
        let register: HashMap<_, _> = register.into_iter().map(|unit| (unit.id, unit)).collect();
        let units: Option<UnitList> = stored.units.iter().map(|id| register.get(id).cloned()).collect();
        let units = units.ok_or_else(|| StorageError::Damaged {
            table: "wave_unit",
            reason: format!("a unit of {code} is not in the register"),
        })?;
        let StoredWave { id, plan, state, questionnaire, recordings, .. } = stored;
        let wave = Wave { plan, state, questionnaire, units, recordings };
        let ratings = RatingReader::new(&wave.questionnaire);
        let counting = Arc::new(Counting::of(&wave)?);
        let loaded = LoadedWave { id, wave: Arc::new(wave), ratings, counting, read_at: Instant::now() };
        self.inner.waves.write().await.insert(code.to_owned(), loaded.clone());
        Ok(loaded)
    }

    /// Creates a wave from a plan in TOML. A questionnaire named by a path is read relative to `folder`.
    pub async fn create_wave(&self, plan: &str, folder: &Path) -> Result<Plan, PipelineError> {
        self.demand_management()?;
        let mut plan = Plan::from_toml(plan)?;
        read_margins(&mut plan, folder)?;
        let questionnaire = self.find_questionnaire(&plan.questionnaire, folder).await?;
        let register = self.inner.store.units().await?;
        let units = plan.check_against(&questionnaire, &register, Method::named(&plan.method).is_some())?;
        if let Some(calibration) = &plan.calibration {
            let wrong = |error: EstimationError| Finding::new("calibration.margin", "contradiction", error.to_string());
            calibration_of(calibration).map_err(|error| Findings::from(wrong(error)))?;
        }
        self.inner.store.create_wave(&plan, &questionnaire, &units).await?;
        Ok(plan)
    }

    /// What keeps the weights of a wave from a release, with what to do: they cannot be calibrated as the plan wants, or some
    /// are negative and the plan does not allow it. None where nothing does.
    pub async fn flaws_of_weights(&self, code: &str) -> Result<Findings, PipelineError> {
        self.demand_management()?;
        let wave = self.load_wave(code).await?.wave;
        let mut found = Findings::default();
        let Some(plan) = &wave.plan.calibration else { return Ok(found) };
        let results = self.exact_standings(&wave).await?.results;
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

    /// A questionnaire by a path that ends in `.toml`, by the code of an imported one, or by that of a built-in one.
    async fn find_questionnaire(&self, name: &str, folder: &Path) -> Result<Questionnaire, PipelineError> {
        if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path)
                .map_err(|cause| PipelineError::File { path: path.display().to_string(), cause })?;
            return Ok(Questionnaire::from_toml(&text)?);
        }
        let mut kept = self.inner.store.questionnaires(name).await?;
        match (kept.pop(), kept.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => {
                let message =
                    format!("there are several versions of {name:?}; name a file instead, like \"{name}.toml\"");
                let mut findings = Findings::default();
                findings.push("questionnaire", "ambiguous", message);
                Err(findings.into())
            }
            (None, _) => Questionnaire::built_in(name)
                .ok_or_else(|| PipelineError::NotFound { what: "questionnaire", code: name.to_owned() }),
        }
    }

    /// Keeps a questionnaire, so that plans can name it by its code.
    pub async fn import_questionnaire(&self, text: &str) -> Result<Questionnaire, PipelineError> {
        self.demand_management()?;
        let questionnaire = Questionnaire::from_toml(text)?;
        self.inner.store.keep_questionnaire(&questionnaire).await?;
        Ok(questionnaire)
    }

    /// Moves a wave to its next state.
    pub async fn advance_wave(&self, code: &str, to: WaveState) -> Result<(), PipelineError> {
        self.demand_management()?;
        let from = self.load_wave(code).await?.wave.state;
        from.advance_to(to)?;
        let has_moved = if to == WaveState::Released {
            self.flaws_of_weights(code).await?.into_result(())?;
            self.release(&self.load_wave(code).await?).await?
        } else {
            self.inner.store.advance_wave(code, from, to).await?
        };
        self.inner.waves.write().await.remove(code);
        if has_moved {
            return Ok(());
        }
        // Somebody else moved it since it was read: judge again by where it stands now.
        let now = self.load_wave(code).await?.wave.state;
        Ok(now.advance_to(to).map(|_| ())?)
    }
}

/// Reads the margins that a plan names by file, relative to `folder`: the plan then holds their counts.
fn read_margins(plan: &mut Plan, folder: &Path) -> Result<(), PipelineError> {
    for margin in plan.calibration.iter_mut().flat_map(|calibration| &mut calibration.margins) {
        let Some(name) = margin.file.take() else { continue };
        let path = folder.join(&name);
        let shown = || path.display().to_string();
        let file = std::fs::File::open(&path).map_err(|cause| PipelineError::File { path: shown(), cause })?;
        margin.levels = read_margin(file, &margin.columns, &plan.missing).map_err(|findings| {
            let within = |finding: Finding| Finding { path: format!("{name}, {}", finding.path), ..finding };
            PipelineError::Invalid(Findings(findings.0.into_iter().map(within).collect()))
        })?;
    }
    Ok(())
}

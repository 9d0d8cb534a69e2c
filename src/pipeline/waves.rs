//! Planning waves and moving them on.

use std::path::Path;
use std::sync::Arc;

use super::PipelineError;
use super::context::Context;
use super::gather::calibration_of;
use super::jobs::Jobs;
use super::known_waves::no_such_wave;
use super::methods::{check_method, method_of, read_method};
use super::releases::{Releases, demand_released};
use crate::accounts::{Permission, Scope};
use crate::estimation::EstimationError;
use crate::foundation::{Finding, Findings};
use crate::jobs::{JobId, JobKind};
use crate::release::CorrectionReason;
use crate::survey::{Plan, Questionnaire, Wave, WaveState, read_margin};

/// The waves: planned, opened, closed, released.
#[derive(Clone)]
pub struct Waves {
    context: Context,
}

impl Waves {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// All waves that whoever asks may know of, the latest field first.
    pub async fn all(&self) -> Result<Vec<Arc<Wave>>, PipelineError> {
        let mut waves = Vec::new();
        for (code, _) in self.context.store.wave_states().await? {
            let wave = self.context.load_wave(&code).await?.wave;
            if self.context.may(Permission::KnowWave, &Scope::of(&wave)) {
                waves.push(wave);
            }
        }
        waves.sort_by(|a, b| b.plan.field.opens.cmp(&a.plan.field.opens).then_with(|| a.plan.code.cmp(&b.plan.code)));
        Ok(waves)
    }

    /// The wave with this code. To whoever may not know of it, there is none.
    pub async fn find(&self, code: &str) -> Result<Arc<Wave>, PipelineError> {
        let wave = self.context.load_wave(code).await?.wave;
        if self.context.may(Permission::KnowWave, &Scope::of(&wave)) { Ok(wave) } else { Err(no_such_wave(code)) }
    }

    /// Creates a wave from a plan in TOML. A questionnaire, a method or a margin that is named by a path is read
    /// relative to `folder`.
    pub async fn create(&self, plan: &str, folder: &Path) -> Result<Plan, PipelineError> {
        self.context.demand_management()?;
        let mut plan = Plan::from_toml(plan)?;
        read_margins(&mut plan, folder)?;
        read_method(&mut plan, folder)?;
        let method = method_of(&plan)?;
        let questionnaire = self.find_questionnaire(&plan.questionnaire, folder).await?;
        let register = self.context.store.units().await?;
        let units = plan.check_against(&questionnaire, &register, method.is_some())?;
        method.map_or(Ok(()), |method| check_method(&method, &questionnaire))?;
        if let Some(calibration) = &plan.calibration {
            let wrong = |error: EstimationError| Finding::new("calibration.margin", "contradiction", error.to_string());
            calibration_of(calibration).map_err(|error| Findings::from(wrong(error)))?;
        }
        self.context.store.create_wave(&plan, &questionnaire, &units).await?;
        Ok(plan)
    }

    /// What keeps the weights of a wave from a release, with what to do; none where nothing does.
    pub async fn flaws_of_weights(&self, code: &str) -> Result<Findings, PipelineError> {
        self.context.demand_management()?;
        Releases::of(&self.context).flaws_of_weights(&self.context.load_wave(code).await?.wave).await
    }

    /// A questionnaire by a path that ends in `.toml`, by the code of an imported one, or by that of a built-in one.
    async fn find_questionnaire(&self, name: &str, folder: &Path) -> Result<Questionnaire, PipelineError> {
        if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path)
                .map_err(|cause| PipelineError::File { path: path.display().to_string(), cause })?;
            return Ok(Questionnaire::from_toml(&text)?);
        }
        let mut kept = self.context.store.questionnaires(name).await?;
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
        self.context.demand_management()?;
        let questionnaire = Questionnaire::from_toml(text)?;
        self.context.store.keep_questionnaire(&questionnaire).await?;
        Ok(questionnaire)
    }

    /// Moves a wave to its next state. To release it is a job, which is done when this returns.
    pub async fn advance(&self, code: &str, to: WaveState) -> Result<(), PipelineError> {
        self.context.demand_management()?;
        let from = self.context.load_wave(code).await?.wave.state;
        from.advance_to(to)?;
        if to == WaveState::Released {
            let jobs = Jobs::of(&self.context);
            jobs.finish(jobs.want(JobKind::Release, code).await?, &|_| ()).await?;
            self.context.waves.forget(code).await;
            return Ok(());
        }
        let has_moved = self.context.store.advance_wave(code, from, to).await?;
        self.context.waves.forget(code).await;
        if has_moved {
            return Ok(());
        }
        // Somebody else moved it since it was read: judge again by where it stands now.
        let now = self.context.load_wave(code).await?.wave.state;
        Ok(now.advance_to(to).map(|_| ())?)
    }

    /// Wants a closed wave released, by whoever is free: see [`Jobs`].
    pub async fn want_release(&self, code: &str) -> Result<JobId, PipelineError> {
        self.context.demand_management()?;
        self.context.load_wave(code).await?.wave.state.advance_to(WaveState::Released)?;
        Jobs::of(&self.context).want(JobKind::Release, code).await
    }

    /// Wants what a released wave published corrected for this reason, by a further release: see [`Jobs`]. What is published then is
    /// computed anew; the releases before stay readable.
    pub async fn want_correction(&self, code: &str, reason: &CorrectionReason) -> Result<JobId, PipelineError> {
        self.context.demand_management()?;
        demand_released(&self.context.load_wave(code).await?.wave)?;
        let (jobs, argument) = (Jobs::of(&self.context), reason.to_json());
        let id = jobs.want_with(JobKind::Correct, code, argument.clone()).await?;
        if jobs.find(id).await?.argument == argument {
            return Ok(id);
        }
        let message = format!("job {id} is correcting it for another reason; wait for it, or cancel it");
        Err(Finding::new("reason", "under_way", message).into())
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

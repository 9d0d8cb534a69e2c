//! What the parts of a calibrated wave leave for the factors of all: only parts that changed since are read again.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::PipelineError;
use super::gather::{calibration_of, gather};
use super::known_waves::LoadedWave;
use super::part_reader::{CountsOfPart, PartReader, Wanted};
use crate::estimation::{CommonFit, EstimationError, MarginCounts};
use crate::survey::CalibrationPlan;

/// What is known of the parts of a calibrated wave.
#[derive(Default)]
pub(super) struct KnownMargins(Vec<KnownPart>);

/// A part and what it was counted of.
struct KnownPart {
    /// How often each of its units was folded; nothing where it also holds what was pending.
    versions: Option<Vec<i64>>,
    counts: Arc<MarginCounts>,
}

impl KnownMargins {
    /// Counts the parts anew whose units were folded since, or have something pending.
    pub(super) async fn catch_up(
        &mut self,
        reader: &PartReader<'_>,
        plan: &CalibrationPlan,
    ) -> Result<(), PipelineError> {
        let is_good = |part: &usize| {
            let versions = reader.versions_of(*part);
            versions.is_some() && self.0.get(*part).is_some_and(|known| known.versions == versions)
        };
        let stale: Vec<usize> = (0..reader.parts()).filter(|part| !is_good(part)).collect();
        reader.progress.begin(stale.len() as u64);
        let plan = plan.clone();
        let make = move |loaded: &LoadedWave, units: Range<usize>, counts: CountsOfPart| {
            let gathered = gather(loaded, units, |unit| Some(&counts.get(&unit)?.state), Some(&plan))?;
            Ok(Arc::new(gathered.sample.margin_counts()?))
        };
        let take = |part: usize, counts: Arc<MarginCounts>| {
            let known = KnownPart { versions: reader.versions_of(part), counts };
            // Parts come in their order, so a new one is the next.
            match self.0.get_mut(part) {
                Some(old) => *old = known,
                None => self.0.push(known),
            }
        };
        reader.each(&stale, Wanted::WithoutProducts, make, take).await
    }

    /// Whether a stratum has units in two parts.
    pub(super) fn are_tied(&self) -> bool {
        let mut met = HashSet::new();
        self.0.iter().flat_map(|known| known.counts.strata()).any(|stratum| !met.insert(stratum))
    }

    /// What all parts share; else why the weights cannot be calibrated as the plan wants.
    pub(super) async fn fit(
        &self,
        loaded: &LoadedWave,
        plan: &CalibrationPlan,
    ) -> Result<Result<CommonFit, EstimationError>, PipelineError> {
        let (parts, loaded, plan): (Vec<_>, _, _) =
            (self.0.iter().map(|known| Arc::clone(&known.counts)).collect(), loaded.clone(), plan.clone());
        let fitting = tokio::task::spawn_blocking(move || {
            let parts: Vec<&MarginCounts> = parts.iter().map(Arc::as_ref).collect();
            CommonFit::of(&calibration_of(&plan)?, &loaded.counting.shape, &parts)
        });
        match fitting.await.map_err(|_| PipelineError::Interrupted)? {
            Err(error) if !error.is_of_calibration() => Err(error.into()),
            found => Ok(found),
        }
    }
}

//! A wave of many units is formed part by part: some units are read, what they say is kept, and what it was made of is dropped.
//!
//! So memory holds the results of all units and the state of a few, and one more answer costs what its part costs. It takes that
//! no stratum has units in two parts; else the wave is formed as a whole.
//!
//! With calibration one more answer changes the weights of all: what the factors are found from is kept of each part, and then every part
//! is formed anew.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::PipelineError;
use super::counting::CountsByUnit;
use super::gather::{Gathered, OpenLinkAnswers, gather};
use super::known_margins::KnownMargins;
use super::known_waves::LoadedWave;
use super::part_reader::{CountsOfPart, PartReader, Wanted, units_of};
use crate::estimation::{BetweenLevels, CommonFit, Contribution, EstimationError, SampleBuilder, UnitState};
use crate::index::{
    Method, OpenLinkResults, UnitResults, WaveResults, compute_units, covariance_of, put_together, wanted_covariances,
};
use crate::statistics::{LonelyPsu, SparseCovariance};
use crate::survey::{OpenAnswers, UnitId};

/// A wave of more units is formed part by part.
const WHOLE_MAX: usize = 1_000;

/// What is known of the parts of a wave.
#[derive(Default)]
pub(super) struct KnownParts {
    parts: Vec<KnownPart>,
    margins: KnownMargins,
    /// Whether any part was formed with calibrated weights.
    are_calibrated: bool,
    /// Why the weights of a wave could not be calibrated that wants it.
    uncalibrated: Option<EstimationError>,
    /// Whether strata were seen in two parts: then they always will be, for no response goes away.
    are_tied: bool,
}

/// A part and what it was formed of.
struct KnownPart {
    /// How often each of its units was folded; nothing where it also holds what was pending.
    versions: Option<Vec<i64>>,
    part: Arc<FormedPart>,
}

/// What some units of a wave say.
struct FormedPart {
    units: Vec<Arc<UnitResults>>,
    covariance: SparseCovariance,
    everybody: Contribution,
    /// Answers over the open link: how many, and where they are kept apart what they say.
    open_link: u64,
    apart: Option<(Vec<Arc<UnitResults>>, Contribution)>,
    /// The days of each unit that has answers, without its state.
    days: CountsByUnit,
}

impl KnownParts {
    /// Whether a wave is formed in parts, as far as is known.
    pub(super) fn are_wanted(&self, loaded: &LoadedWave) -> bool {
        loaded.wave.units.len() > WHOLE_MAX && !self.are_tied
    }

    /// Forms the parts anew whose units were folded since, or have something pending; all of them with calibration. Returns what is
    /// counted of each unit by day, nothing where it shows that the wave cannot be formed in parts.
    pub(super) async fn catch_up(&mut self, reader: &PartReader<'_>) -> Result<Option<CountsByUnit>, PipelineError> {
        let fit = self.fit(reader).await?;
        if !self.are_tied {
            self.form(reader, fit).await?;
            self.are_tied = self.share_strata();
        }
        if self.are_tied {
            (self.parts, self.margins) = (Vec::new(), KnownMargins::default());
            return Ok(None);
        }
        let days = self.parts.iter().flat_map(|known| &known.part.days);
        Ok(Some(days.map(|(unit, counts)| (*unit, Arc::clone(counts))).collect()))
    }

    /// What all parts share; nothing where weights are not calibrated, or cannot be.
    async fn fit(&mut self, reader: &PartReader<'_>) -> Result<Option<Arc<CommonFit>>, PipelineError> {
        let Some(plan) = &reader.loaded.wave.plan.calibration else { return Ok(None) };
        self.margins.catch_up(reader, plan).await?;
        self.are_tied = self.margins.are_tied();
        if self.are_tied {
            return Ok(None);
        }
        let (fit, reason) = match self.margins.fit(reader.loaded, plan).await? {
            Ok(fit) => (Some(Arc::new(fit)), None),
            Err(reason) => (None, Some(reason)),
        };
        self.uncalibrated = reason;
        Ok(fit)
    }

    async fn form(&mut self, reader: &PartReader<'_>, fit: Option<Arc<CommonFit>>) -> Result<(), PipelineError> {
        // What was formed with other factors is not used again, even where a round was cut off and left some of it.
        let is_calibrated = fit.is_some();
        self.are_calibrated |= is_calibrated;
        let is_good = |part: &usize| {
            let versions = reader.versions_of(*part);
            let known = self.parts.get(*part).filter(|_| !self.are_calibrated);
            versions.is_some() && known.is_some_and(|known| known.versions == versions)
        };
        let stale: Vec<usize> = (0..reader.parts()).filter(|part| !is_good(part)).collect();
        reader.progress.begin(stale.len() as u64);
        let make = move |loaded: &LoadedWave, units: Range<usize>, counts: CountsOfPart| {
            Ok(Arc::new(FormedPart::form(loaded, units, counts, fit.as_deref())?))
        };
        let take = |part: usize, formed: Arc<FormedPart>| {
            let known = KnownPart { versions: reader.versions_of(part), part: formed };
            // Parts come in their order, so a new one is the next.
            match self.parts.get_mut(part) {
                Some(old) => *old = known,
                None => self.parts.push(known),
            }
        };
        reader.each(&stale, Wanted::All, make, take).await?;
        self.are_calibrated = is_calibrated;
        Ok(())
    }

    /// The parts as they are.
    pub(super) fn snapshot(&self) -> Parts {
        let parts = self.parts.iter().map(|known| Arc::clone(&known.part)).collect();
        Parts { parts, uncalibrated: self.uncalibrated.clone() }
    }

    fn share_strata(&self) -> bool {
        let mut met = HashSet::new();
        let strata = self.parts.iter().flat_map(|known| {
            let apart = known.part.apart.iter().flat_map(|(_, everybody)| everybody.strata());
            let of_part: HashSet<&String> = known.part.everybody.strata().iter().chain(apart).collect();
            of_part
        });
        strata.into_iter().any(|stratum| !met.insert(stratum))
    }
}

impl FormedPart {
    fn form(
        loaded: &LoadedWave,
        units: Range<usize>,
        mut counts: CountsOfPart,
        fit: Option<&CommonFit>,
    ) -> Result<Self, PipelineError> {
        let (wave, method) = (&loaded.wave, loaded.method()?);
        let state_of = |unit: UnitId| -> Option<&UnitState> { Some(&counts.get(&unit)?.state) };
        let calibration = fit.and(wave.plan.calibration.as_ref());
        let Gathered { sample, open_link } = gather(loaded, units.clone(), state_of, calibration)?;
        let wanted = wanted_covariances(wave, method, units.len());
        let (sample, everybody) = match fit {
            Some(fit) => sample.finish_calibrated_part(fit, &wanted)?,
            None => sample.finish_part(&wanted)?,
        };
        let (open_link, apart) = match open_link {
            OpenLinkAnswers::None => (0, None),
            OpenLinkAnswers::Counted(answers) => (answers, None),
            OpenLinkAnswers::Apart(builder) => {
                let (sample, everybody) = builder.finish_part(&BetweenLevels::default())?;
                let answers = sample.overall().responses();
                (answers, Some((compute_units(wave, method, &wave.units[units.clone()], &sample), everybody)))
            }
        };
        for counts in counts.values_mut() {
            counts.state = UnitState::default();
        }
        Ok(Self {
            units: compute_units(wave, method, &wave.units[units.clone()], &sample),
            covariance: covariance_of(&sample, units.len()),
            everybody,
            open_link,
            apart,
            days: counts.into_iter().map(|(unit, counts)| (unit, Arc::new(counts))).collect(),
        })
    }
}

/// The parts of a wave as of one moment, in the plan's order.
pub(super) struct Parts {
    parts: Vec<Arc<FormedPart>>,
    uncalibrated: Option<EstimationError>,
}

impl Parts {
    /// The results of the wave.
    pub(super) fn results(&self, loaded: &LoadedWave) -> Result<WaveResults, PipelineError> {
        let (wave, method) = (&loaded.wave, loaded.method()?);
        let shape = &loaded.counting.shape;
        let lonely = wave.plan.estimation.lonely_psu;
        let contributions = || self.parts.iter().map(|part| &part.everybody);
        let everybody = Contribution::everybody(contributions(), shape, lonely)?;
        let mut covariance = SparseCovariance::default();
        self.parts.iter().for_each(|part| covariance.append(&part.covariance));
        let units = self.parts.iter().flat_map(|part| part.units.iter().cloned()).collect();
        let results = put_together(wave, method, units, (&everybody, covariance));
        Ok(WaveResults {
            uncalibrated: self.uncalibrated.clone(),
            negative_weights: Contribution::negative_weights(contributions()),
            open_link: self.open_link(loaded, method)?,
            ..results
        })
    }

    fn open_link(&self, loaded: &LoadedWave, method: &Method) -> Result<OpenLinkResults, PipelineError> {
        let answers: u64 = self.parts.iter().map(|part| part.open_link).sum();
        if answers == 0 {
            return Ok(OpenLinkResults::None);
        }
        let (wave, shape) = (&loaded.wave, &loaded.counting.shape);
        if wave.plan.open_link.answers == OpenAnswers::Counted {
            return Ok(OpenLinkResults::Counted(answers));
        }
        let apart = self.parts.iter().filter_map(|part| Some(&part.apart.as_ref()?.1));
        let everybody = Contribution::everybody(apart, shape, LonelyPsu::Remove)?;
        let mut units = Vec::with_capacity(wave.units.len());
        for (number, part) in self.parts.iter().enumerate() {
            if let Some((of_part, _)) = &part.apart {
                units.extend(of_part.iter().cloned());
                continue;
            }
            let range = units_of(loaded, number);
            let nobody = SampleBuilder::of(shape.clone(), range.len()).finish(&BetweenLevels::default())?;
            units.extend(compute_units(wave, method, &wave.units[range], &nobody));
        }
        Ok(OpenLinkResults::apart(put_together(wave, method, units, (&everybody, SparseCovariance::default()))))
    }
}

//! The walk through the sample, stratum by stratum and stage by stage, that gathers every covariance.

use std::collections::BTreeMap;

use super::EstimationError;
use super::between::{BetweenStage, BetweenSums, Pairs, Scores};
use super::unit_totals::{DomainTotals, UnitTotals};
use crate::statistics::{LonelyPsu, StageCovariance, StratumMoments, StratumSize, SymmetricMatrix};

/// What all strata of a sample share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Survey<'a> {
    pub(super) items: usize,
    pub(super) lonely: LonelyPsu,
    /// What a whole part of a total is worth.
    pub(super) scale: f64,
    /// The scores whose covariances between levels are wanted.
    pub(super) scores: &'a Scores,
}

/// The units of one stratum at one stage, added up.
pub(super) struct StratumSums<'a> {
    survey: Survey<'a>,
    drawn: u64,
    domains: BTreeMap<usize, DomainSums>,
    between: BetweenSums,
}

/// The units of a stratum that have members of one domain.
pub(super) struct DomainSums {
    pub(super) moments: StratumMoments,
    /// Units with a member.
    pub(super) members: u64,
    /// Units with a member who answered, item by item.
    pub(super) answering: Vec<u64>,
    /// The covariances within units, added up; nothing where one of them is missing.
    within: Option<SymmetricMatrix>,
}

impl DomainSums {
    fn new(items: usize) -> Self {
        Self {
            moments: StratumMoments::new(3 * items),
            members: 0,
            answering: vec![0; items],
            within: Some(SymmetricMatrix::zeros(3 * items)),
        }
    }

    fn add(&mut self, unit: &DomainTotals) -> Result<(), EstimationError> {
        self.moments.add_psu(&unit.totals)?;
        if let Some(answered) = &unit.answered {
            self.members += 1;
            self.answering.iter_mut().zip(answered).for_each(|(count, answered)| *count += u64::from(*answered));
        }
        match (&mut self.within, &unit.within) {
            (_, None) => {}
            (Some(sum), Some(Some(within))) => sum.add_scaled(within, 1.0),
            (sum, Some(_)) => *sum = None,
        }
        Ok(())
    }
}

impl<'a> StratumSums<'a> {
    pub(super) fn new(survey: Survey<'a>) -> Self {
        Self { survey, drawn: 0, domains: BTreeMap::new(), between: survey.scores.no_sums() }
    }

    /// Adds a unit that was drawn in the stratum; one without responses was not.
    pub(super) fn add_unit(&mut self, unit: &UnitTotals) -> Result<(), EstimationError> {
        if unit.domains.is_empty() {
            return Ok(());
        }
        self.drawn += 1;
        for (domain, totals) in &unit.domains {
            let sums = self.domains.entry(*domain).or_insert_with(|| DomainSums::new(self.survey.items));
            sums.add(totals)?;
        }
        self.between.add_unit(&self.survey.scores.of_unit(unit, self.survey.scale), &unit.between);
        Ok(())
    }

    /// How many units were drawn.
    pub(super) fn drawn(&self) -> u64 {
        self.drawn
    }

    /// The stratum as one unit of the stage above: its totals, and the covariance within it.
    pub(super) fn into_unit(self, size: StratumSize) -> UnitTotals {
        let mut unit = UnitTotals::default();
        let mut between = BetweenStage::new(self.survey.lonely);
        between.add_stratum(self.between, size);
        unit.between = between.finish();
        for (domain, sums) in self.domains {
            let mut stage = StageCovariance::new(3 * self.survey.items, self.survey.lonely, self.survey.scale);
            stage.add_stratum(&sums.moments, size);
            let is_member = sums.members > 0;
            let answered = is_member.then(|| sums.answering.iter().map(|count| *count > 0).collect());
            let totals = sums.moments.sums().to_vec();
            let within = with_later_stages(stage.finish(), sums.within.as_ref(), size);
            unit.domains.insert(domain, DomainTotals { totals, answered, within: Some(within) });
        }
        unit
    }
}

/// The covariance of a stage with what the units drawn in it add: `C + n/N Σ_i C_i`.
fn with_later_stages(
    stage: Option<SymmetricMatrix>,
    within: Option<&SymmetricMatrix>,
    size: StratumSize,
) -> Option<SymmetricMatrix> {
    let mut sum = stage?;
    if size.fraction() > 0.0 {
        sum.add_scaled(within?, size.fraction());
    }
    Some(sum)
}

/// What the first-stage strata add up to for one domain.
pub(super) struct DomainCovariance {
    stage: StageCovariance,
    within: Option<SymmetricMatrix>,
    /// Units with a member less strata with one.
    pub(super) df: u64,
    /// The same among those who answered, item by item.
    pub(super) df_of_items: Vec<u64>,
}

impl DomainCovariance {
    pub(super) fn covariance(self) -> Option<SymmetricMatrix> {
        let mut sum = self.stage.finish()?;
        sum.add_scaled(&self.within?, 1.0);
        Some(sum)
    }
}

/// The first stage of the whole sample.
pub(super) struct FirstStage<'a> {
    survey: Survey<'a>,
    domains: BTreeMap<usize, DomainCovariance>,
    between: BetweenStage,
    /// No more pairs of domains than so many share a stratum.
    pairs_max: usize,
}

/// What the strata of the first stage come to.
pub(super) struct Gathered {
    pub(super) domains: BTreeMap<usize, DomainCovariance>,
    /// Covariances between levels.
    pub(super) pairs: Pairs,
    /// No more pairs of domains than so many share a stratum.
    pub(super) pairs_max: usize,
}

impl<'a> FirstStage<'a> {
    pub(super) fn new(survey: Survey<'a>) -> Self {
        let between = BetweenStage::new(survey.lonely);
        Self { survey, domains: BTreeMap::new(), between, pairs_max: 0 }
    }

    pub(super) fn add_stratum(&mut self, stratum: StratumSums<'_>, size: StratumSize) {
        let items = self.survey.items;
        self.pairs_max = self.pairs_max.saturating_add(stratum.domains.len().saturating_pow(2));
        self.between.add_stratum(stratum.between, size);
        for (domain, sums) in stratum.domains {
            let sum = self.domains.entry(domain).or_insert_with(|| DomainCovariance {
                stage: StageCovariance::new(3 * items, self.survey.lonely, self.survey.scale),
                within: Some(SymmetricMatrix::zeros(3 * items)),
                df: 0,
                df_of_items: vec![0; items],
            });
            sum.stage.add_stratum(&sums.moments, size);
            if size.fraction() > 0.0 {
                match (&mut sum.within, sums.within) {
                    (Some(sum), Some(within)) => sum.add_scaled(&within, size.fraction()),
                    (sum, _) => *sum = None,
                }
            }
            sum.df += sums.members.saturating_sub(1);
            for (df, units) in sum.df_of_items.iter_mut().zip(&sums.answering) {
                *df += units.saturating_sub(1);
            }
        }
    }

    pub(super) fn finish(self) -> Gathered {
        Gathered { domains: self.domains, pairs: self.between.finish(), pairs_max: self.pairs_max }
    }
}

//! The walk through the sample, stratum by stratum and stage by stage, that gathers every covariance.

use std::collections::BTreeMap;

use super::EstimationError;
use super::absent_totals::AbsentStratum;
use super::auxiliary::{AbsentStrata, AbsentSums, StratumCounts};
use super::averaged::{Averaged, StrataInPlay};
use super::between::{BetweenStage, BetweenSums};
use super::explicit::Explicit;
use super::own_units::{OwnScores, OwnUnits};
use super::position_pairs::Pairs;
use super::scores::Scores;
use super::unit_totals::{DomainTotals, Projection, UnitTotals};
use crate::statistics::{LonelyPsu, StageCovariance, StratumCovariance, StratumMoments, StratumSize, SymmetricMatrix};

/// What all strata of a sample share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Survey<'a> {
    pub(super) items: usize,
    /// How many groups of items are counted.
    pub(super) groups: usize,
    pub(super) lonely: LonelyPsu,
    /// Whether weights are calibrated: then each unit counts in each domain, as in R.
    pub(super) is_calibrated: bool,
    /// What a whole part of a total is worth.
    pub(super) scale: f64,
    /// The scores whose covariances between levels are wanted.
    pub(super) scores: &'a Scores,
}

impl Survey<'_> {
    /// By `average` the first stage is left as it is, and multiplied when a statistic is read.
    fn lonely_of_first_stage(&self) -> LonelyPsu {
        if self.lonely == LonelyPsu::Average { LonelyPsu::Remove } else { self.lonely }
    }
}

/// The units of one stratum at one stage, added up.
pub(super) struct StratumSums<'a> {
    survey: Survey<'a>,
    drawn: u64,
    /// Whether later stages left nothing to chance.
    is_census: bool,
    domains: BTreeMap<usize, DomainSums>,
    counts: StratumCounts,
    between: BetweenSums,
}

/// The units of a stratum that have members of one domain.
pub(super) struct DomainSums {
    pub(super) moments: StratumMoments,
    /// How respondents that are units scatter around the means that `moments` holds of them.
    scatter: Option<SymmetricMatrix>,
    /// Units with a member who answered: item by item, then any item of each group.
    pub(super) answering: Vec<u64>,
    /// The covariances within units, added up; nothing where one of them is missing.
    within: Option<SymmetricMatrix>,
}

impl DomainSums {
    fn new(items: usize, groups: usize) -> Self {
        Self {
            moments: StratumMoments::new(3 * items),
            scatter: None,
            answering: vec![0; items + groups],
            within: Some(SymmetricMatrix::zeros(3 * items)),
        }
    }

    fn add(&mut self, unit: &DomainTotals) -> Result<(), EstimationError> {
        self.moments.add_psu(&unit.totals)?;
        self.answering.iter_mut().zip(&unit.answered).for_each(|(count, answered)| *count += u64::from(*answered));
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
        let between = BetweenSums::of_rows(survey.scores.rows());
        let (domains, counts) = (BTreeMap::new(), StratumCounts::default());
        Self { survey, drawn: 0, is_census: true, domains, counts, between }
    }

    /// Adds a unit that was drawn in the stratum; one without responses was not.
    pub(super) fn add_unit(&mut self, unit: &UnitTotals) -> Result<(), EstimationError> {
        if unit.domains.is_empty() {
            return Ok(());
        }
        self.drawn += 1;
        self.is_census &= !unit.is_sampled;
        for (domain, totals) in &unit.domains {
            let sums =
                self.domains.entry(*domain).or_insert_with(|| DomainSums::new(self.survey.items, self.survey.groups));
            sums.add(totals)?;
        }
        self.counts.add_unit(unit.auxiliary.clone());
        let (scores, counts) = self.survey.scores.of_unit(unit, self.survey.scale);
        self.between.add_unit(&scores, &counts, &unit.between);
        Ok(())
    }

    /// Adds respondents that are units themselves.
    pub(super) fn add_own_units(&mut self, units: OwnUnits, scores: &OwnScores) -> Result<(), EstimationError> {
        self.drawn += units.drawn;
        self.counts.add_own(units.auxiliary);
        for (domain, totals) in &units.domains {
            let sums =
                self.domains.entry(*domain).or_insert_with(|| DomainSums::new(self.survey.items, self.survey.groups));
            sums.moments.merge(&totals.moments)?;
            if let Some((_, scatter)) = &totals.calibrated {
                let none = || SymmetricMatrix::zeros(3 * self.survey.items);
                sums.scatter.get_or_insert_with(none).add_scaled(scatter, 1.0);
            }
            sums.answering.iter_mut().zip(&totals.answering).for_each(|(count, more)| *count += more);
        }
        self.between.add_own_units(scores);
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
        unit.between = between.finish_within();
        unit.is_sampled = !self.is_census || size.correction() > 0.0;
        for (domain, sums) in self.domains {
            let mut stage = StageCovariance::new(3 * self.survey.items, self.survey.lonely, self.survey.scale);
            stage.add(&StratumCovariance::of(&sums.moments, sums.scatter.as_ref(), size, self.survey.scale), size);
            let answered = sums.answering.iter().map(|count| *count > 0).collect();
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
#[derive(Debug, Clone)]
pub(super) struct DomainCovariance {
    stage: StageCovariance,
    within: Option<SymmetricMatrix>,
    /// Units with a member who answered less strata with one: item by item, then any item of each group.
    pub(super) df: Vec<u64>,
    /// Units with a member who answered, in the same order.
    pub(super) psus: Vec<u64>,
    /// Whether every unit of every stage was drawn.
    pub(super) is_census: bool,
    strata: Vec<StrataInPlay>,
}

impl DomainCovariance {
    fn empty(survey: Survey<'_>) -> Self {
        let (items, counted) = (survey.items, survey.items + survey.groups);
        Self {
            stage: StageCovariance::new(3 * items, survey.lonely_of_first_stage(), survey.scale),
            within: Some(SymmetricMatrix::zeros(3 * items)),
            df: vec![0; counted],
            psus: vec![0; counted],
            is_census: true,
            strata: vec![StrataInPlay::default(); counted],
        }
    }

    /// Adds other strata.
    pub(super) fn merge(&mut self, other: &Self) {
        self.stage.merge(&other.stage);
        match (&mut self.within, &other.within) {
            (Some(sum), Some(more)) => sum.add_scaled(more, 1.0),
            (sum, _) => *sum = None,
        }
        self.df.iter_mut().zip(&other.df).for_each(|(sum, more)| *sum += more);
        self.psus.iter_mut().zip(&other.psus).for_each(|(sum, more)| *sum += more);
        self.is_census &= other.is_census;
        for (sum, more) in self.strata.iter_mut().zip(&other.strata) {
            sum.all += more.all;
            sum.lonely += more.lonely;
        }
    }

    /// Adds a stratum; `added` is what its first stage adds.
    fn add_stratum(&mut self, sums: &DomainSums, added: &StratumCovariance, size: StratumSize, is_calibrated: bool) {
        self.stage.add(added, size);
        if size.fraction() > 0.0 {
            match (&mut self.within, &sums.within) {
                (Some(sum), Some(within)) => sum.add_scaled(within, size.fraction()),
                (sum, _) => *sum = None,
            }
        }
        self.psus.iter_mut().zip(&sums.answering).for_each(|(psus, units)| *psus += units);
        let is_lonely = size.drawn < 2 && size.correction() > 0.0;
        for ((df, strata), units) in self.df.iter_mut().zip(&mut self.strata).zip(&sums.answering) {
            *df += units.saturating_sub(1);
            if *units > 0 || is_calibrated {
                strata.all += 1;
                strata.lonely += u64::from(is_lonely);
            }
        }
    }

    /// Adds strata without a member.
    fn add_absent(&mut self, sums: &AbsentSums, is_lonely: bool) {
        if is_lonely {
            sums.add_lonely_to(&mut self.stage);
        } else {
            sums.add_to(&mut self.stage);
        }
        self.is_census = false;
        for strata in &mut self.strata {
            strata.all += sums.strata;
            strata.lonely += if is_lonely { sums.strata } else { 0 };
        }
    }

    /// The covariance, and for `average` the first stage, which is yet to be multiplied.
    pub(super) fn covariance(self, rule: LonelyPsu) -> Option<(SymmetricMatrix, Option<Averaged>)> {
        let others = self.stage.finish()?;
        let mut sum = others.clone();
        sum.add_scaled(&self.within?, 1.0);
        let is_averaged = rule == LonelyPsu::Average && self.strata.iter().any(|strata| strata.lonely > 0);
        let averaged =
            is_averaged.then(|| Averaged { others, factors: self.strata.iter().map(StrataInPlay::factor).collect() });
        Some((sum, averaged))
    }
}

/// The first stage of the whole sample.
pub(super) struct FirstStage<'a> {
    survey: Survey<'a>,
    domains: BTreeMap<usize, DomainCovariance>,
    /// What strata add to the domains that have no member in them.
    absent: Vec<AbsentStratum>,
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
        Self { survey, domains: BTreeMap::new(), absent: Vec::new(), between, pairs_max: 0 }
    }

    /// Adds a stratum; of domains other than the `explicit` ones through its auxiliary counts.
    pub(super) fn add_stratum(
        &mut self,
        stratum: StratumSums<'_>,
        explicit: &Explicit,
        size: StratumSize,
    ) -> Result<(), EstimationError> {
        if let Some(members) = explicit.members.clone() {
            self.absent.push(stratum.counts.finish(members, size.drawn, self.survey.scale)?);
        }
        let is_census = stratum.is_census && size.correction() == 0.0;
        self.pairs_max = self.pairs_max.saturating_add(stratum.domains.len().saturating_pow(2));
        let mut between_levels = stratum.between;
        between_levels.add_expected(self.survey.scores);
        self.between.add_stratum(between_levels, size);
        for (domain, sums) in stratum.domains {
            let added = StratumCovariance::of(&sums.moments, sums.scatter.as_ref(), size, self.survey.scale);
            let everybody = explicit.level_of_all.filter(|level| *level == domain).map(|_| 0);
            for domain in everybody.into_iter().chain([domain]) {
                let sum = self.domains.entry(domain).or_insert_with(|| DomainCovariance::empty(self.survey));
                sum.is_census &= is_census;
                sum.add_stratum(&sums, &added, size, self.survey.is_calibrated);
            }
        }
        Ok(())
    }

    pub(super) fn finish(self, projection: &Projection) -> Gathered {
        let Self { survey, mut domains, absent, mut between, pairs_max } = self;
        let absent = AbsentStrata::new(absent, projection.strata_of_whole.as_deref());
        between.add_pairs(&absent.pairs(survey.scores));
        let regressions = projection.calibrated.iter().flat_map(|(fitted, regressions)| {
            // Everybody has members in all strata.
            regressions.iter().enumerate().skip(1).map(move |(domain, regression)| (domain, fitted, regression))
        });
        for (domain, fitted, regression) in regressions {
            let sums = absent.of(domain, fitted, regression);
            for (sums, is_lonely) in sums.iter().zip([false, true]) {
                let Some(sums) = sums else { continue };
                let sum = domains.entry(domain).or_insert_with(|| DomainCovariance::empty(survey));
                sum.add_absent(sums, is_lonely);
            }
        }
        let factor = |position, statistic| {
            let strata = || {
                let (domain, base) = survey.scores.base(position, statistic)?;
                domains.get(&domain)?.strata[base].factor()
            };
            strata().unwrap_or(1.0)
        };
        let pairs = between.finish(factor);
        Gathered { domains, pairs, pairs_max }
    }
}

//! A sample that is ready to be read: totals, their covariance, and what design effects need, for each domain.

use super::averaged::Averaged;
use super::cell_sums::CellSums;
use super::groups::Groups;
use super::margins::numbers;
use super::negative::NegativeWeights;
use super::position_pairs::Pairs;
use super::scores::BetweenLevels;
use super::strata::DomainCovariance;
use super::tally::BILLIONTH;
use super::unit_totals::add_checked;
use super::{EstimationError, Statistic};
use crate::foundation::RatingScale;
use crate::statistics::{
    Confidence, Estimate, Linearised, LinearisedSample, LonelyPsu, SparseCovariance, SymmetricMatrix, precision,
};

/// The sample as a whole and each of its levels. Made by [`super::SampleBuilder::finish`].
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    domains: Vec<Domain>,
    /// Of each statistic that was asked for, the covariance between the levels that were asked for.
    between: Vec<SparseCovariance>,
    lonely: Vec<String>,
    negative: Option<NegativeWeights>,
}

impl Sample {
    pub(super) fn new(domains: Vec<Domain>, lonely: Vec<String>, negative: Option<NegativeWeights>) -> Self {
        Self { domains, between: Vec::new(), lonely, negative }
    }

    /// `pairs` is nothing where they were not gathered.
    pub(super) fn with_covariances(self, wanted: &BetweenLevels, pairs: Option<&Pairs>) -> Self {
        let between =
            |(position, statistic)| covariance_between(&self.domains, &wanted.levels, (position, statistic), pairs);
        let between = wanted.statistics.iter().enumerate().map(between).collect();
        Self { between, ..self }
    }

    /// Everybody.
    #[must_use]
    pub fn overall(&self) -> &Domain {
        &self.domains[0]
    }

    /// The levels, in the order of their numbers.
    #[must_use]
    pub fn levels(&self) -> &[Domain] {
        &self.domains[1..]
    }

    /// The strata in which a single unit was drawn, of whatever stage.
    #[must_use]
    pub fn lonely_strata(&self) -> &[String] {
        &self.lonely
    }

    /// The weights that a calibration made negative; nothing where there are none.
    #[must_use]
    pub fn negative_weights(&self) -> Option<&NegativeWeights> {
        self.negative.as_ref()
    }

    /// The covariance of the statistic at `position` in the list that was asked for (see [`BetweenLevels`]) between the
    /// levels asked for; 0 where a level has no estimate or no precision. Nothing for a statistic that was not.
    ///
    /// Without calibration it is exactly 0 between levels that share no stratum, and takes no room. Where more than
    /// [`BetweenLevels::PAIRS_MAX`] pairs of levels are tied, there are variances alone.
    #[must_use]
    pub fn covariance_between(&self, position: usize) -> Option<&SparseCovariance> {
        self.between.get(position)
    }
}

fn covariance_between(
    domains: &[Domain],
    levels: &[usize],
    (position, statistic): (usize, &Statistic),
    pairs: Option<&Pairs>,
) -> SparseCovariance {
    let variance = |level: &usize| domains.get(level + 1)?.covariance(statistic, statistic);
    let variances: Vec<Option<f64>> = levels.iter().map(variance).collect();
    let numbers = variances.iter().map(|variance| variance.unwrap_or(0.0)).collect();
    let Some(pairs) = pairs else { return SparseCovariance::ungathered(numbers) };
    let has_both = |(a, b): &(usize, usize)| variances[*a].is_some() && variances[*b].is_some();
    let pairs = pairs.iter().filter(|(pair, _)| has_both(pair));
    SparseCovariance::new(numbers, pairs.map(|(pair, values)| (*pair, values[position])))
}

/// The entries of a gradient that are in play, by index of the total.
type Gradient = [(usize, f64)];

/// Whom a statistic rests on: those who answered at least one of its items.
struct Base {
    n: u64,
    weight_sum: f64,
    df: u64,
    sampling_units: u64,
    /// What the first stage is multiplied by for lonely strata; nothing where all are lonely.
    factor: Option<f64>,
}

/// The members of one level, or everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    responses: u64,
    answered: Vec<u64>,
    weight_sum: f64,
    groups: Groups,
    /// Of each group of items, how many answered at least one, and their weight.
    answered_any: Vec<(u64, f64)>,
    /// The weight of each rating of each item.
    ratings: Vec<Vec<f64>>,
    totals: Vec<f64>,
    /// The same in whole billionths; nothing where weights are calibrated.
    whole_totals: Option<Vec<i128>>,
    /// Nothing where lonely strata leave none.
    covariance: Option<SymmetricMatrix>,
    averaged: Option<Averaged>,
    pairs: SymmetricMatrix,
    /// Item by item, then group by group.
    df: Vec<u64>,
    /// The sampling units of those who answered, in the same order.
    sampling_units: Vec<u64>,
    is_census: bool,
}

impl Domain {
    pub(super) fn empty(scales: &[RatingScale], groups: &Groups) -> Self {
        let items = scales.len();
        Self {
            responses: 0,
            answered: vec![0; items],
            weight_sum: 0.0,
            groups: groups.clone(),
            answered_any: vec![(0, 0.0); groups.len()],
            ratings: scales.iter().map(|scale| vec![0.0; usize::from(scale.points())]).collect(),
            totals: vec![0.0; 3 * items],
            whole_totals: Some(vec![0; 3 * items]),
            covariance: Some(SymmetricMatrix::zeros(3 * items)),
            averaged: None,
            pairs: SymmetricMatrix::zeros(3 * items),
            df: vec![0; items + groups.len()],
            sampling_units: vec![0; items + groups.len()],
            is_census: false,
        }
    }

    /// Adds members whose weights are multiplied by a factor; without one, weights stay whole numbers.
    pub(super) fn add(
        &mut self,
        sums: &CellSums,
        calibrated: Option<f64>,
        scales: &[RatingScale],
    ) -> Result<(), EstimationError> {
        let (tally, factor) = (&sums.tally, calibrated.unwrap_or(1.0));
        self.responses += tally.responses();
        self.weight_sum += factor * (tally.weight_sum() as f64 * BILLIONTH);
        for (item, (answered, ratings)) in self.answered.iter_mut().zip(&mut self.ratings).enumerate() {
            *answered += tally.answered(item);
            for (sum, weight) in ratings.iter_mut().zip(tally.rating_weights(item)) {
                *sum += factor * (*weight as f64 * BILLIONTH);
            }
        }
        for (group, (answered, weight)) in self.answered_any.iter_mut().enumerate() {
            let (more, more_weight) = sums.answering.of(group);
            *answered += more;
            *weight += factor * (more_weight as f64 * BILLIONTH);
        }
        let totals = tally.totals(scales)?;
        match &mut self.whole_totals {
            Some(whole) if calibrated.is_none() => add_checked(whole, &totals)?,
            whole => *whole = None,
        }
        let totals = numbers(&totals, BILLIONTH);
        self.totals.iter_mut().zip(totals).for_each(|(sum, total)| *sum += factor * total);
        Ok(())
    }

    /// Adds the sums of a part of the same domain, without its covariance.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), EstimationError> {
        let add = |sums: &mut [f64], more: &[f64]| sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        self.responses += other.responses;
        self.weight_sum += other.weight_sum;
        self.answered.iter_mut().zip(&other.answered).for_each(|(sum, more)| *sum += more);
        for ((answered, weight), (more, more_weight)) in self.answered_any.iter_mut().zip(&other.answered_any) {
            *answered += more;
            *weight += more_weight;
        }
        self.ratings.iter_mut().zip(&other.ratings).for_each(|(sums, more)| add(sums, more));
        add(&mut self.totals, &other.totals);
        match (&mut self.whole_totals, &other.whole_totals) {
            (Some(whole), Some(more)) => add_checked(whole, more)?,
            (whole, _) => *whole = None,
        }
        self.pairs.add_scaled(&other.pairs, 1.0);
        Ok(())
    }

    /// The same without its covariance.
    pub(super) fn without_covariance(&self) -> Self {
        Self { covariance: None, averaged: None, ..self.clone() }
    }

    pub(super) fn set_pairs(&mut self, pairs: SymmetricMatrix) {
        self.pairs = pairs;
    }

    pub(super) fn set_covariance(&mut self, found: DomainCovariance, rule: LonelyPsu) {
        self.df.clone_from(&found.df);
        self.sampling_units.clone_from(&found.psus);
        self.is_census = found.is_census;
        let (covariance, averaged) = found.covariance(rule).unzip();
        (self.covariance, self.averaged) = (covariance, averaged.flatten());
    }

    pub(super) fn items(&self) -> usize {
        self.answered.len()
    }

    /// Its weighted totals, in the order of [`super::TallySums::totals`], calibrated if the sample is: of each item how many people
    /// are satisfied, then of each item for how many somebody answered, then of each item the sum of their scores.
    #[must_use]
    pub fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// The covariance of [`Self::totals`] under the design; nothing where lonely strata leave none. By `average` lonely
    /// strata are those in which somebody answered at least one item.
    #[must_use]
    pub fn covariance_of_totals(&self) -> Option<SymmetricMatrix> {
        let mut covariance = self.covariance.clone()?;
        if let Some(averaged) = &self.averaged {
            let factor = self.base(&(0..self.items()).collect::<Vec<_>>())?.factor?;
            covariance.add_scaled(&averaged.others, factor - 1.0);
        }
        Some(covariance)
    }

    /// How many responses it holds.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self.responses
    }

    /// The sum of the weights of its members, calibrated if the sample is: how many people it stands for.
    #[must_use]
    pub fn people(&self) -> f64 {
        self.weight_sum
    }

    /// The weighted share of each rating of the item at `position`, worst first; nothing when nobody answered it.
    #[must_use]
    pub fn distribution(&self, position: usize) -> Option<Vec<f64>> {
        let weights = &self.ratings[position];
        let sum: f64 = weights.iter().sum();
        (sum > 0.0).then(|| weights.iter().map(|weight| weight / sum).collect())
    }

    /// How many answered the item at `position`.
    #[must_use]
    pub fn answered(&self, position: usize) -> u64 {
        self.answered[position]
    }

    /// How many answered at least one of these items; nothing of a group that was not counted.
    #[must_use]
    pub fn answered_any(&self, items: &[usize]) -> Option<u64> {
        Some(self.base(items)?.n)
    }

    /// Whom a statistic of these items rests on. Nothing of a group that was not counted (see
    /// [`super::SampleBuilder::counting`]).
    fn base(&self, items: &[usize]) -> Option<Base> {
        let (position, (n, weight_sum)) = if let [item] = items {
            (*item, (self.answered[*item], self.totals[self.items() + item]))
        } else {
            let group = self.groups.position(items)?;
            (self.items() + group, self.answered_any[group])
        };
        let factor = self.averaged.as_ref().map_or(Some(1.0), |averaged| averaged.factors[position]);
        let (df, sampling_units) = (self.df[position], self.sampling_units[position]);
        Some(Base { n, weight_sum, df, sampling_units, factor })
    }

    /// `aᵀ C b` of two gradients, each with the items that its statistic rests on.
    fn bilinear(&self, a: (&[usize], &Gradient), b: (&[usize], &Gradient)) -> Option<f64> {
        let plain = self.covariance.as_ref()?.bilinear(a.1, b.1);
        let Some(averaged) = &self.averaged else { return Some(plain) };
        let factor = (self.base(a.0)?.factor? * self.base(b.0)?.factor?).sqrt();
        Some(plain + (factor - 1.0) * averaged.others.bilinear(a.1, b.1))
    }

    /// Without calibration the value comes from whole numbers: what is equal as a fraction is equal to the last bit.
    fn linearise(&self, statistic: &Statistic) -> Option<Linearised> {
        let Linearised { value, gradient } = statistic.functional.linearise(&self.totals)?;
        let whole = self.whole_totals.as_ref().and_then(|totals| statistic.functional.value_at_whole(totals));
        Some(Linearised { value: whole.unwrap_or(value), gradient })
    }

    /// The estimate with its interval; nothing where one of its items has no answer, unless the statistic leaves such out,
    /// and nothing of a group of items that was not counted.
    ///
    /// Precision is left out where lonely strata leave none (see [`crate::statistics::LonelyPsu`]) and where no degree of
    /// freedom is left.
    #[must_use]
    pub fn estimate(&self, statistic: &Statistic, confidence: Confidence) -> Option<Estimate> {
        let Linearised { value, gradient } = self.linearise(statistic)?;
        let Base { n, weight_sum, df, sampling_units, .. } = self.base(&statistic.items)?;
        let of_sample = |variance| {
            let sample = LinearisedSample {
                variance,
                df,
                sampling_units,
                is_census: self.is_census,
                n,
                weight_sum,
                z_sum: gradient.iter().map(|(total, slope)| slope * self.totals[*total]).sum(),
                z_square_sum: self.pairs.bilinear(&gradient, &gradient),
            };
            let interval = statistic.interval(confidence);
            precision(value, &sample, interval, confidence.level, confidence.design_effect)
        };
        let of_base = (statistic.items.as_slice(), gradient.as_slice());
        Some(Estimate { value, n, precision: self.bilinear(of_base, of_base).and_then(of_sample) })
    }

    /// The covariance of two statistics of this domain; nothing where one of them has no estimate or no precision.
    #[must_use]
    pub fn covariance(&self, a: &Statistic, b: &Statistic) -> Option<f64> {
        let has_df = |statistic: &Statistic| self.base(&statistic.items).is_some_and(|base| base.df > 0);
        if ![a, b].into_iter().all(has_df) {
            return None;
        }
        let (of_a, of_b) = (self.linearise(a)?, self.linearise(b)?);
        self.bilinear((a.items.as_slice(), &of_a.gradient), (b.items.as_slice(), &of_b.gradient))
    }
}

//! A sample that is ready to be read: totals, their covariance, and what design effects need, for each domain.

use super::between::{BetweenLevels, Pairs};
use super::margins::numbers;
use super::negative::NegativeWeights;
use super::strata::DomainCovariance;
use super::unit_totals::BILLIONTH;
use super::{EstimationError, Statistic, TallySums};
use crate::statistics::{Confidence, Estimate, Linearised, LinearisedSample, SymmetricMatrix, precision};

/// The sample as a whole and each of its levels. Made by [`super::SampleBuilder::finish`].
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    domains: Vec<Domain>,
    /// Of each statistic that was asked for, the covariance between the levels that were asked for.
    between: Vec<Vec<Vec<f64>>>,
    lonely: Vec<String>,
    negative: Option<NegativeWeights>,
}

impl Sample {
    pub(super) fn new(domains: Vec<Domain>, lonely: Vec<String>, negative: Option<NegativeWeights>) -> Self {
        Self { domains, between: Vec::new(), lonely, negative }
    }

    pub(super) fn with_covariances(self, wanted: &BetweenLevels, pairs: &Pairs) -> Self {
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
    /// levels asked for, row by row; 0 where a level has no estimate or no precision. Nothing for a statistic that was not.
    ///
    /// Without calibration it is exactly 0 between levels that share no stratum. The diagonal is the variance.
    #[must_use]
    pub fn covariance_between(&self, position: usize) -> &[Vec<f64>] {
        self.between.get(position).map_or(&[], Vec::as_slice)
    }
}

fn covariance_between(
    domains: &[Domain],
    levels: &[usize],
    (position, statistic): (usize, &Statistic),
    pairs: &Pairs,
) -> Vec<Vec<f64>> {
    let variance = |level: &usize| domains.get(level + 1)?.covariance(statistic, statistic);
    let variances: Vec<Option<f64>> = levels.iter().map(variance).collect();
    let mut covariance = vec![vec![0.0; levels.len()]; levels.len()];
    for (i, variance) in variances.iter().enumerate() {
        covariance[i][i] = variance.unwrap_or(0.0);
    }
    for ((a, b), values) in pairs {
        if variances[*a].is_some() && variances[*b].is_some() {
            covariance[*a][*b] = values[position];
            covariance[*b][*a] = values[position];
        }
    }
    covariance
}

/// The members of one level, or everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    responses: u64,
    answered: Vec<u64>,
    weight_sum: f64,
    /// The weight of each rating of each item.
    ratings: Vec<[f64; 5]>,
    totals: Vec<f64>,
    /// Nothing where lonely strata leave none.
    covariance: Option<SymmetricMatrix>,
    pairs: SymmetricMatrix,
    df: u64,
    df_of_items: Vec<u64>,
}

impl Domain {
    pub(super) fn empty(items: usize) -> Self {
        Self {
            responses: 0,
            answered: vec![0; items],
            weight_sum: 0.0,
            ratings: vec![[0.0; 5]; items],
            totals: vec![0.0; 3 * items],
            covariance: Some(SymmetricMatrix::zeros(3 * items)),
            pairs: SymmetricMatrix::zeros(3 * items),
            df: 0,
            df_of_items: vec![0; items],
        }
    }

    /// Adds members whose weights are multiplied by `factor`.
    pub(super) fn add_tally(
        &mut self,
        tally: &TallySums,
        factor: f64,
        satisfied_from: u8,
    ) -> Result<(), EstimationError> {
        self.responses += tally.responses();
        self.weight_sum += factor * (tally.weight_sum() as f64 * BILLIONTH);
        for (item, (answered, ratings)) in self.answered.iter_mut().zip(&mut self.ratings).enumerate() {
            *answered += tally.answered(item);
            for (sum, weight) in ratings.iter_mut().zip(tally.rating_weights(item)) {
                *sum += factor * (weight as f64 * BILLIONTH);
            }
        }
        let totals = numbers(&tally.totals(satisfied_from)?, BILLIONTH);
        self.totals.iter_mut().zip(totals).for_each(|(sum, total)| *sum += factor * total);
        Ok(())
    }

    pub(super) fn set_pairs(&mut self, pairs: SymmetricMatrix) {
        self.pairs = pairs;
    }

    pub(super) fn set_covariance(&mut self, found: DomainCovariance) {
        self.df = found.df;
        self.df_of_items.clone_from(&found.df_of_items);
        self.covariance = found.covariance();
    }

    pub(super) fn items(&self) -> usize {
        self.answered.len()
    }

    /// Its weighted totals, in the order of [`TallySums::totals`], calibrated if the sample is: of each item how many people
    /// are satisfied, then of each item for how many somebody answered, then of each item the sum of their ratings.
    #[must_use]
    pub fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// The covariance of [`Self::totals`] under the design; nothing where lonely strata leave none.
    #[must_use]
    pub fn covariance_of_totals(&self) -> Option<&SymmetricMatrix> {
        self.covariance.as_ref()
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
    pub fn distribution(&self, position: usize) -> Option<[f64; 5]> {
        let weights = self.ratings[position];
        let sum: f64 = weights.iter().sum();
        (sum > 0.0).then(|| weights.map(|weight| weight / sum))
    }

    fn linearise(&self, statistic: &Statistic) -> Option<Linearised> {
        statistic.functional.linearise(&self.totals)
    }

    /// The estimate with its interval; nothing where one of its items has no answer.
    ///
    /// Precision is left out where lonely strata leave none (see [`crate::statistics::LonelyPsu`]) and where no degree of
    /// freedom is left.
    #[must_use]
    pub fn estimate(&self, statistic: &Statistic, confidence: Confidence) -> Option<Estimate> {
        let Linearised { value, gradient } = self.linearise(statistic)?;
        let items = self.items();
        let (n, weight_sum) = match statistic.item {
            Some(item) => (self.answered[item], self.totals[items + item]),
            None => (self.responses, self.weight_sum),
        };
        let of_sample = |covariance: &SymmetricMatrix| {
            let sample = LinearisedSample {
                variance: covariance.bilinear(&gradient, &gradient),
                df: self.df(statistic),
                n,
                weight_sum,
                z_sum: gradient.iter().map(|(total, slope)| slope * self.totals[*total]).sum(),
                z_square_sum: self.pairs.bilinear(&gradient, &gradient),
            };
            precision(value, &sample, statistic.interval(confidence), confidence.level)
        };
        Some(Estimate { value, n, precision: self.covariance.as_ref().and_then(of_sample) })
    }

    /// How many degrees of freedom a statistic has.
    fn df(&self, statistic: &Statistic) -> u64 {
        statistic.item.map_or(self.df, |item| self.df_of_items[item])
    }

    /// The covariance of two statistics of this domain; nothing where one of them has no estimate or no precision.
    #[must_use]
    pub fn covariance(&self, a: &Statistic, b: &Statistic) -> Option<f64> {
        let has_precision = [a, b].into_iter().all(|statistic| self.df(statistic) > 0);
        let covariance = self.covariance.as_ref().filter(|_| has_precision)?;
        let (a, b) = (self.linearise(a)?, self.linearise(b)?);
        Some(covariance.bilinear(&a.gradient, &b.gradient))
    }
}

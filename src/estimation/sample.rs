//! A sample that is ready to be read: totals, their covariance, and what design effects need, for each domain.

use std::collections::BTreeMap;

use super::{EstimationError, Statistic, TallySums};
use crate::foundation::Weight;
use crate::statistics::{Estimate, Linearised, LinearisedSample, PairSums, StratumMoments, SymmetricMatrix, precision};

/// Billionths to ones.
const SCALE: f64 = 1.0 / Weight::SCALE as f64;

/// The sample as a whole and each of its levels. Made by [`super::SampleBuilder::finish`].
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    domains: Vec<Domain>,
    shared: Vec<SharedStratum>,
}

/// A stratum with members of more than one level: there, levels covary.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SharedStratum {
    psus: f64,
    /// Each primary sampling unit that is not a single respondent: the totals of each domain in it.
    clusters: Vec<Vec<(usize, Vec<f64>)>>,
    /// The stratum's totals of each domain.
    totals: Vec<(usize, Vec<f64>)>,
}

impl SharedStratum {
    pub(super) fn new(
        psus: u64,
        clusters: Vec<Vec<(usize, Vec<i64>)>>,
        totals: impl Iterator<Item = (usize, Vec<i128>)>,
    ) -> Self {
        let scaled = |x: Vec<i64>| x.into_iter().map(|total| total as f64 * SCALE).collect();
        let cluster = |row: Vec<(usize, Vec<i64>)>| {
            row.into_iter().filter(|(domain, _)| *domain > 0).map(|(domain, x)| (domain, scaled(x))).collect()
        };
        let total = |(domain, x): (usize, Vec<i128>)| (domain, x.iter().map(|sum| *sum as f64 * SCALE).collect());
        Self {
            psus: psus as f64,
            clusters: clusters.into_iter().map(cluster).collect(),
            totals: totals.filter(|(domain, _)| *domain > 0).map(total).collect(),
        }
    }

    /// Adds to `covariance` between levels, with `z_Ai` the linearised total of level A in PSU `i`:
    ///
    /// ```text
    /// n/(n − 1) · (Σ_i z_Ai z_Bi − Σ_i z_Ai Σ_i z_Bi / n)
    /// ```
    ///
    /// A respondent that is its own PSU belongs to one level only, so it adds to the sums and not to the products.
    fn add_covariance(&self, linearised: &BTreeMap<usize, (usize, Linearised)>, covariance: &mut [Vec<f64>]) {
        if self.psus < 2.0 {
            return;
        }
        let factor = self.psus / (self.psus - 1.0);
        let project = |row: &[(usize, Vec<f64>)]| -> Vec<(usize, f64)> {
            let one = |(domain, x): &(usize, Vec<f64>)| {
                linearised.get(domain).map(|(position, linearised)| (*position, linearised.at(x)))
            };
            row.iter().filter_map(one).collect()
        };
        let mut add = |z: &[(usize, f64)], weight: f64| {
            for (a, left) in z {
                for (b, right) in z.iter().filter(|(b, _)| b != a) {
                    covariance[*a][*b] += weight * left * right;
                }
            }
        };
        for cluster in self.clusters.iter().filter(|cluster| cluster.len() > 1) {
            add(&project(cluster), factor);
        }
        add(&project(&self.totals), -factor / self.psus);
    }
}

impl Sample {
    pub(super) fn new(domains: Vec<Domain>, shared: Vec<SharedStratum>) -> Self {
        Self { domains, shared }
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

    /// The covariance of one statistic between the numbered levels, row by row in the order given; 0 where a level has no
    /// estimate or no precision.
    ///
    /// Exactly 0 between levels that share no stratum. The diagonal is the variance. The levels must not overlap.
    #[must_use]
    pub fn covariance_between(&self, levels: &[usize], statistic: &Statistic) -> Vec<Vec<f64>> {
        let linearise = |(position, level): (usize, &usize)| {
            let domain = self.levels().get(*level).filter(|domain| !domain.is_lonely)?;
            Some((level + 1, (position, domain.linearise(statistic)?)))
        };
        let linearised: BTreeMap<_, _> = levels.iter().enumerate().filter_map(linearise).collect();
        let mut covariance = vec![vec![0.0; levels.len()]; levels.len()];
        for stratum in &self.shared {
            stratum.add_covariance(&linearised, &mut covariance);
        }
        for (domain, (position, Linearised { gradient, .. })) in &linearised {
            covariance[*position][*position] = self.domains[*domain].covariance.bilinear(gradient, gradient);
        }
        covariance
    }
}

/// The members of one level, or everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    tally: TallySums,
    totals: Vec<f64>,
    covariance: SymmetricMatrix,
    pairs: SymmetricMatrix,
    /// Whether it touches a stratum with a single primary sampling unit.
    is_lonely: bool,
    df: u64,
    df_of_items: Vec<u64>,
}

impl Domain {
    pub(super) fn new(tally: TallySums, pairs: &PairSums, satisfied_from: u8) -> Result<Self, EstimationError> {
        let totals: Vec<f64> = tally.totals(satisfied_from)?.iter().map(|total| *total as f64 * SCALE).collect();
        let covariance = SymmetricMatrix::zeros(totals.len());
        let df_of_items = vec![0; tally.items()];
        let pairs = pairs.to_matrix(SCALE);
        Ok(Self { tally, totals, covariance, pairs, is_lonely: false, df: 0, df_of_items })
    }

    /// Adds a stratum of `psus` primary sampling units, of which `moments` holds those with a member of the domain.
    pub(super) fn add_stratum(&mut self, moments: &StratumMoments, psus: u64, answering: &[u64]) {
        match moments.covariance(psus, SCALE * SCALE) {
            Some(covariance) => self.covariance.add_scaled(&covariance, 1.0),
            None => self.is_lonely = true,
        }
        self.df += moments.psus().saturating_sub(1);
        for (df, psus) in self.df_of_items.iter_mut().zip(answering) {
            *df += psus.saturating_sub(1);
        }
    }

    /// How many responses it holds.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self.tally.responses()
    }

    /// The weighted share of each rating of the item at `position`, worst first; nothing when nobody answered it.
    #[must_use]
    pub fn distribution(&self, position: usize) -> Option<[f64; 5]> {
        let weights = self.tally.rating_weights(position).map(|weight| weight as f64);
        let sum: f64 = weights.iter().sum();
        (sum > 0.0).then(|| weights.map(|weight| weight / sum))
    }

    fn linearise(&self, statistic: &Statistic) -> Option<Linearised> {
        statistic.functional.linearise(&self.totals)
    }

    /// The estimate with its interval at the confidence `level`; nothing where one of its items has no answer.
    ///
    /// Precision is left out (R's `lonely.psu = "fail"`, without failing for the others) where the domain touches a
    /// stratum with a single primary sampling unit, and where no degree of freedom is left.
    #[must_use]
    pub fn estimate(&self, statistic: &Statistic, level: f64) -> Option<Estimate> {
        let Linearised { value, gradient } = self.linearise(statistic)?;
        let items = self.tally.items();
        let (n, df, weight_sum) = match statistic.item {
            Some(item) => (self.tally.answered(item), self.df_of_items[item], self.totals[items + item]),
            None => (self.responses(), self.df, self.tally.weight_sum() as f64 * SCALE),
        };
        let sample = LinearisedSample {
            variance: self.covariance.bilinear(&gradient, &gradient),
            df: if self.is_lonely { 0 } else { df },
            n,
            weight_sum,
            z_sum: gradient.iter().map(|(total, slope)| slope * self.totals[*total]).sum(),
            z_square_sum: self.pairs.bilinear(&gradient, &gradient),
        };
        Some(Estimate { value, n, precision: precision(value, &sample, statistic.interval, level) })
    }

    /// The covariance of two statistics of this domain; nothing where one of them has no estimate or no precision.
    #[must_use]
    pub fn covariance(&self, a: &Statistic, b: &Statistic) -> Option<f64> {
        if self.is_lonely {
            return None;
        }
        let (a, b) = (self.linearise(a)?, self.linearise(b)?);
        Some(self.covariance.bilinear(&a.gradient, &b.gradient))
    }
}

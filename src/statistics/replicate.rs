//! Replicate weights: the variance of any statistic, smooth or not, by computing it again under other weights.

use rand::{Rng, RngExt};

use super::StratumSize;

/// What makes replicate weights impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplicateError {
    /// A stratum with a single PSU says nothing of its own variance.
    #[error("stratum {0} has fewer than two primary sampling units")]
    LonelyPsu(usize),
    /// More PSUs were drawn than the population has.
    #[error("more primary sampling units of stratum {0} were drawn than there are")]
    Population(usize),
    /// A variance needs two replicates at least.
    #[error("two replicates are needed at least")]
    TooFew,
    /// The statistic has no finite value under a replicate, or not as many values as under the others.
    #[error("the statistic has no value under replicate {0}")]
    NoValue(usize),
}

/// Replicate weights as multipliers of the PSUs' weights. PSUs are numbered stratum after stratum.
///
/// ```text
/// V = scale · Σ_r c_r (θ_r − θ̄)(θ_r − θ̄)ᵀ,    θ̄ the mean of the replicates with c_r > 0
/// ```
///
/// Source: R `survey::as.svrepdesign` and `svrVar` (`mse = FALSE`); Wolter (2007), Introduction to Variance Estimation.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicateWeights {
    kind: Kind,
    /// The stratum of each PSU and its number of PSUs.
    strata: Vec<(usize, usize)>,
    scale: f64,
    /// `c_r`.
    scales: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Replicate r leaves out PSU r.
    Jackknife,
    /// How often each PSU was drawn, replicate after replicate.
    Bootstrap(Vec<u16>),
}

impl ReplicateWeights {
    /// The stratified jackknife (JKn): replicate r leaves out PSU r, of stratum h, and gives the others of its stratum its
    /// weight, `n_h / (n_h − 1)`; `c_r = f_h (n_h − 1) / n_h`, scale 1. With a single stratum it is JK1.
    ///
    /// For totals it is the linearised variance exactly. Not for quantiles: the jackknife is not consistent there.
    pub fn jackknife(strata: &[StratumSize]) -> Result<Self, ReplicateError> {
        let drawn = |stratum: &StratumSize| usize::try_from(stratum.drawn).unwrap_or(usize::MAX);
        let positions = positions(strata.iter().map(drawn))?;
        let is_possible = |stratum: &StratumSize| stratum.population.is_none_or(|size| size >= stratum.drawn as f64);
        if let Some(h) = strata.iter().position(|stratum| !is_possible(stratum)) {
            return Err(ReplicateError::Population(h));
        }
        let scale = |(h, n): &(usize, usize)| strata[*h].correction() * (*n as f64 - 1.0) / *n as f64;
        let scales = positions.iter().map(scale).collect();
        Ok(Self { kind: Kind::Jackknife, strata: positions, scale: 1.0, scales })
    }

    /// Rao and Wu's rescaled bootstrap (R's `subbootstrap`): of the `n_h` PSUs of each stratum `n_h − 1` are drawn with
    /// replacement; a PSU drawn m times has the multiplier `m n_h / (n_h − 1)`; scale `1 / (R − 1)`.
    ///
    /// The same seed gives the same draws. Also for quantiles. With replacement: there is no finite population correction.
    pub fn bootstrap(psus: &[usize], replicates: usize, rng: &mut impl Rng) -> Result<Self, ReplicateError> {
        let positions = positions(psus.iter().copied())?;
        if replicates < 2 {
            return Err(ReplicateError::TooFew);
        }
        let mut draws = vec![0_u16; replicates * positions.len()];
        for replicate in draws.chunks_mut(positions.len()) {
            let mut first = 0;
            for n in psus {
                for _ in 1..*n {
                    let count = &mut replicate[first + rng.random_range(0..*n)];
                    *count = count.saturating_add(1);
                }
                first += n;
            }
        }
        let scale = 1.0 / (replicates as f64 - 1.0);
        Ok(Self { kind: Kind::Bootstrap(draws), strata: positions, scale, scales: vec![1.0; replicates] })
    }

    /// How many replicates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are none (never: an error is given instead).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// What all replicates are multiplied by.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The scale of each replicate, `c_r`.
    #[must_use]
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// The multipliers of all PSUs under replicate `r`: whoever was sampled in PSU i has `multiplier[i]` times the weight.
    #[must_use]
    pub fn multipliers(&self, r: usize) -> Vec<f64> {
        let mut multipliers = vec![1.0; self.strata.len()];
        self.fill(r, &mut multipliers);
        multipliers
    }

    /// The covariance of the values of `statistic`, which is computed once for each replicate from the multipliers of all
    /// PSUs: whoever was sampled in PSU i has `multiplier[i]` times the weight.
    pub fn covariance(&self, mut statistic: impl FnMut(&[f64]) -> Vec<f64>) -> Result<Vec<Vec<f64>>, ReplicateError> {
        let mut multipliers = vec![1.0; self.strata.len()];
        let mut values: Vec<Vec<f64>> = Vec::with_capacity(self.len());
        for r in 0..self.len() {
            self.fill(r, &mut multipliers);
            let found = statistic(&multipliers);
            let is_same_length = values.first().is_none_or(|first| first.len() == found.len());
            if !is_same_length || found.iter().any(|value| !value.is_finite()) {
                return Err(ReplicateError::NoValue(r));
            }
            values.push(found);
        }
        Ok(self.covariance_of(&values))
    }

    fn covariance_of(&self, values: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let counted: Vec<(&Vec<f64>, f64)> =
            values.iter().zip(self.scales.iter().copied()).filter(|(_, c)| *c > 0.0).collect();
        let size = values.first().map_or(0, Vec::len);
        let mean: Vec<f64> =
            (0..size).map(|i| counted.iter().map(|(value, _)| value[i]).sum::<f64>() / counted.len() as f64).collect();
        let entry = |i: usize, j: usize| {
            let product = |(value, c): &(&Vec<f64>, f64)| c * (value[i] - mean[i]) * (value[j] - mean[j]);
            self.scale * counted.iter().map(product).sum::<f64>()
        };
        (0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect()
    }

    /// The multipliers of replicate `r`.
    fn fill(&self, r: usize, multipliers: &mut [f64]) {
        let psus = self.strata.len();
        let grown = |n: usize| n as f64 / (n as f64 - 1.0);
        for (psu, (multiplier, (h, n))) in multipliers.iter_mut().zip(&self.strata).enumerate() {
            *multiplier = match &self.kind {
                Kind::Jackknife if psu == r => 0.0,
                Kind::Jackknife if *h == self.strata[r].0 => grown(*n),
                Kind::Jackknife => 1.0,
                Kind::Bootstrap(draws) => f64::from(draws[r * psus + psu]) * grown(*n),
            };
        }
    }
}

/// The stratum of each PSU and its size.
fn positions(psus: impl Iterator<Item = usize> + Clone) -> Result<Vec<(usize, usize)>, ReplicateError> {
    match psus.clone().position(|n| n < 2) {
        Some(h) => Err(ReplicateError::LonelyPsu(h)),
        None => Ok(psus.enumerate().flat_map(|(h, n)| std::iter::repeat_n((h, n), n)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn total(totals: &[f64]) -> impl FnMut(&[f64]) -> Vec<f64> {
        move |multipliers| vec![multipliers.iter().zip(totals).map(|(m, x)| m * x).sum()]
    }

    /// `Σ_h f_h n_h / (n_h − 1) Σ (x_i − x̄_h)²`.
    fn linearised(strata: &[StratumSize], totals: &[f64]) -> f64 {
        let mut rest = totals;
        let mut variance = 0.0;
        for stratum in strata {
            let (here, after) = rest.split_at(usize::try_from(stratum.drawn).unwrap());
            rest = after;
            let n = stratum.drawn as f64;
            let mean = here.iter().sum::<f64>() / n;
            variance += stratum.correction() * n / (n - 1.0) * here.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        }
        variance
    }

    fn size((drawn, left): (u64, Option<f64>)) -> StratumSize {
        StratumSize { drawn, population: left.map(|left| drawn as f64 + left) }
    }

    prop_compose! {
        fn design()(
            strata in proptest::collection::vec((2_u64..6, prop::option::of(0.0_f64..20.0)), 1..5),
            totals in proptest::collection::vec(0.0_f64..100.0, 30),
        ) -> (Vec<StratumSize>, Vec<f64>) {
            let strata: Vec<StratumSize> = strata.into_iter().map(size).collect();
            let psus: u64 = strata.iter().map(|stratum| stratum.drawn).sum();
            (strata, totals[..usize::try_from(psus).unwrap()].to_vec())
        }
    }

    proptest! {
        #[test]
        fn the_jackknife_variance_of_a_total_is_the_linearised_one((strata, totals) in design()) {
            let found = ReplicateWeights::jackknife(&strata).unwrap().covariance(total(&totals)).unwrap()[0][0];
            let expected = linearised(&strata, &totals);
            prop_assert!((found - expected).abs() <= 1e-9 * (1.0 + expected), "{found} {expected}");
        }

        #[test]
        fn every_bootstrap_replicate_keeps_the_number_of_psus_of_each_stratum((strata, _) in design(), seed: u64) {
            let psus: Vec<usize> = strata.iter().map(|stratum| usize::try_from(stratum.drawn).unwrap()).collect();
            let weights = ReplicateWeights::bootstrap(&psus, 20, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
            let mut sums = vec![0.0; psus.len()];
            let sum = |multipliers: &[f64]| {
                let mut rest = multipliers;
                for (sum, n) in sums.iter_mut().zip(&psus) {
                    let (here, after) = rest.split_at(*n);
                    (*sum, rest) = (here.iter().sum::<f64>() - *n as f64, after);
                }
                sums.clone()
            };
            let covariance = weights.covariance(sum).unwrap();
            prop_assert!(covariance.iter().flatten().all(|entry| entry.abs() < 1e-20), "{covariance:?}");
        }
    }

    #[test]
    fn the_bootstrap_variance_of_a_total_is_near_the_linearised_one() {
        let strata = [size((8, None)), size((5, None))];
        let totals = [3.0, 8.0, 1.0, 9.0, 4.0, 4.0, 7.0, 2.0, 30.0, 20.0, 26.0, 24.0, 28.0];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let weights = ReplicateWeights::bootstrap(&[8, 5], 20_000, &mut rng).unwrap();
        let ratio = weights.covariance(total(&totals)).unwrap()[0][0] / linearised(&strata, &totals);
        // The Monte-Carlo error of a variance from 20,000 replicates is 1 %.
        assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
        let again = ReplicateWeights::bootstrap(&[8, 5], 20_000, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_eq!(weights, again);
    }

    #[test]
    fn designs_and_statistics_that_have_no_variance_are_refused() {
        let stratum = |drawn, population| StratumSize { drawn, population };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(
            ReplicateWeights::jackknife(&[stratum(2, None), stratum(1, None)]),
            Err(ReplicateError::LonelyPsu(1))
        );
        assert_eq!(ReplicateWeights::jackknife(&[stratum(2, Some(f64::NAN))]), Err(ReplicateError::Population(0)));
        assert_eq!(ReplicateWeights::bootstrap(&[0], 9, &mut rng), Err(ReplicateError::LonelyPsu(0)));
        assert_eq!(ReplicateWeights::bootstrap(&[2], 1, &mut rng), Err(ReplicateError::TooFew));
        let weights = ReplicateWeights::jackknife(&[stratum(3, None)]).unwrap();
        let ratio = |m: &[f64]| vec![if m[1] > 0.0 { m[0] } else { f64::NAN }];
        assert_eq!(weights.covariance(ratio), Err(ReplicateError::NoValue(1)));
        let ragged = |m: &[f64]| vec![0.0; if m[2] > 0.0 { 2 } else { 1 }];
        assert_eq!(weights.covariance(ragged), Err(ReplicateError::NoValue(2)));
    }
}

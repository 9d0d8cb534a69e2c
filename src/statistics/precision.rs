//! From a linearised estimate to its standard error, interval and design effect.

use serde::{Deserialize, Serialize};

use super::estimate::Precision;
use super::interval::{IntervalInput, IntervalMethod};

/// What the sample says about a linearised estimate `θ`, with `z_k = gᵀ d_k` the linearised variable of respondent `k`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearisedSample {
    /// Its variance under the design, `gᵀ C g`.
    pub variance: f64,
    /// Degrees of freedom: primary sampling units with an answering respondent of the domain, less their strata.
    pub df: u64,
    /// Primary sampling units with an answering respondent of the domain.
    pub sampling_units: u64,
    /// Whether every unit of every stage was drawn.
    pub is_census: bool,
    /// How many respondents it rests on.
    pub n: u64,
    /// The sum of their weights, `N`.
    pub weight_sum: f64,
    /// `Σ_k w_k z_k`.
    pub z_sum: f64,
    /// `Σ_k w_k z_k²`.
    pub z_square_sum: f64,
}

/// What a design effect compares with: the two definitions of R.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesignEffect {
    /// A simple random sample of the same size drawn with replacement, R's `deff = "replace"`: it needs no number of people,
    /// so it means the same for weights of any size.
    #[default]
    WithReplacement,
    /// The same drawn without replacement from as many people as the weights sum to, R's `deff = TRUE`.
    WithoutReplacement,
}

impl DesignEffect {
    /// Its name in plans, design files and what is published.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithReplacement => "with_replacement",
            Self::WithoutReplacement => "without_replacement",
        }
    }
}

/// Standard error, interval and design effect of the estimate `value`; nothing without degrees of freedom.
#[must_use]
pub fn precision(
    value: f64,
    sample: &LinearisedSample,
    interval: IntervalMethod,
    level: f64,
    reference: DesignEffect,
) -> Option<Precision> {
    let LinearisedSample { variance, df, sampling_units, is_census, n, .. } = *sample;
    if df == 0 {
        return None;
    }
    let se = variance.max(0.0).sqrt();
    let (low, high) = interval.ends(IntervalInput { value, se, df, n, level });
    let design_effect = design_effect(sample, reference);
    let n_effective = design_effect.filter(|deff| *deff > 0.0).map(|deff| n as f64 / deff);
    Some(Precision { se, df, sampling_units, is_census, low, high, design_effect, n_effective })
}

/// Weights whose sum is above `n` by a smaller share than this were made to sum to `n`.
const NORMALISED: f64 = 1e-6;

/// The design effect: the variance over that of a simple random sample of the same size.
///
/// ```text
/// s² = n/(n − 1) · (Σ w z² / N − (Σ w z / N)²)         R's svyvar of the linearised variable
/// V_srswr = s² · N² / n                                R's svytotal(z, deff = "replace")
/// V_srs = s² · N² · (N − n) / (N n)                    R's svytotal(z, deff = TRUE)
/// with replacement: V / V_srswr        without: V / V_srs = V / V_srswr · N / (N − n)
/// ```
///
/// For a ratio over those who answered they equal R's `svymean(y, deff = …)` among them. Where the weights sum to no more
/// than `n` they say nothing of a population, and both are the one with replacement. So it is where they sum to more
/// by less than [`NORMALISED`]: weights of mean 1, whose sum rounding leaves a little above or below `n`. Nothing for `n < 2`,
/// and where nothing varies.
fn design_effect(sample: &LinearisedSample, reference: DesignEffect) -> Option<f64> {
    let LinearisedSample { variance, n, weight_sum, z_sum, z_square_sum, .. } = *sample;
    let n = n as f64;
    if n < 2.0 {
        return None;
    }
    let z_variance = n / (n - 1.0) * (z_square_sum / weight_sum - (z_sum / weight_sum).powi(2));
    let with_replacement = z_variance * weight_sum.powi(2) / n;
    let is_of_population = reference == DesignEffect::WithoutReplacement && weight_sum > n * (1.0 + NORMALISED);
    let correction = if is_of_population { (weight_sum - n) / weight_sum } else { 1.0 };
    let reference_variance = with_replacement * correction;
    (reference_variance > 0.0).then(|| variance.max(0.0) / reference_variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 of 1,000 people asked, all with weight 10; the total of a share of one half.
    fn simple_random_sample() -> LinearisedSample {
        let spread = 100.0 / 99.0 * 0.25;
        let variance = spread / 100.0;
        LinearisedSample {
            variance,
            df: 99,
            sampling_units: 100,
            is_census: false,
            n: 100,
            weight_sum: 1000.0,
            z_sum: 0.0,
            z_square_sum: 1000.0 * 0.25e-6,
        }
    }

    fn effect(sample: &LinearisedSample, reference: DesignEffect) -> f64 {
        precision(0.5, sample, IntervalMethod::Xlogit, 0.95, reference).unwrap().design_effect.unwrap()
    }

    #[test]
    fn a_simple_random_sample_has_the_design_effect_of_its_missing_finite_population_correction() {
        let sample = simple_random_sample();
        assert!((effect(&sample, DesignEffect::WithoutReplacement) - 1.0 / 0.9).abs() < 1e-12);
        assert!((effect(&sample, DesignEffect::WithReplacement) - 1.0).abs() < 1e-12);
        let n_effective =
            |reference| precision(0.5, &sample, IntervalMethod::Xlogit, 0.95, reference).unwrap().n_effective.unwrap();
        assert!((n_effective(DesignEffect::WithoutReplacement) - 90.0).abs() < 1e-9);
        assert!((n_effective(DesignEffect::WithReplacement) - 100.0).abs() < 1e-9);
    }

    /// 100 people whose weights sum to this, which are about 1: each z is a tenth of what it is with weight 10.
    fn weighing(weight_sum: f64) -> LinearisedSample {
        LinearisedSample { weight_sum, z_square_sum: 100.0 * 0.25e-4, ..simple_random_sample() }
    }

    #[test]
    fn weights_that_say_nothing_of_a_population_compare_with_replacement() {
        for weight_sum in [99.0, 100.0 - 1e-7, 100.0, 100.0 + 2e-14, 100.0 + 1e-7] {
            let found = effect(&weighing(weight_sum), DesignEffect::WithoutReplacement);
            assert_eq!(found.to_bits(), effect(&weighing(weight_sum), DesignEffect::WithReplacement).to_bits());
        }
        assert!(effect(&weighing(101.0), DesignEffect::WithoutReplacement) > 90.0);
    }

    #[test]
    fn weights_of_mean_1_in_which_a_domain_weighs_a_little_more_or_less_give_a_design_effect_of_about_1() {
        for weight_sum in [97.0, 99.9, 100.001, 100.1, 103.0] {
            assert!((effect(&weighing(weight_sum), DesignEffect::WithReplacement) - 1.0).abs() < 0.05, "{weight_sum}");
        }
    }

    #[test]
    fn without_degrees_of_freedom_there_is_no_precision() {
        let sample = LinearisedSample { df: 0, ..simple_random_sample() };
        assert_eq!(precision(0.5, &sample, IntervalMethod::Mean, 0.95, DesignEffect::WithReplacement), None);
    }
}

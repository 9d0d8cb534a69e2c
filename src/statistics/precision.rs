//! From a linearised estimate to its standard error, interval and design effects.

use super::estimate::Precision;
use super::interval::{IntervalInput, IntervalMethod};

/// What the sample says about a linearised estimate `θ`, with `z_k = gᵀ d_k` the linearised variable of respondent `k`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearisedSample {
    /// Its variance under the design, `gᵀ C g`.
    pub variance: f64,
    /// Degrees of freedom: primary sampling units with an answering respondent of the domain, less their strata.
    pub df: u64,
    /// How many respondents it rests on.
    pub n: u64,
    /// The sum of their weights, `N`.
    pub weight_sum: f64,
    /// `Σ_k w_k z_k`.
    pub z_sum: f64,
    /// `Σ_k w_k z_k²`.
    pub z_square_sum: f64,
}

/// Standard error, interval and design effects of the estimate `value`; nothing without degrees of freedom.
#[must_use]
pub fn precision(value: f64, sample: &LinearisedSample, interval: IntervalMethod, level: f64) -> Option<Precision> {
    let LinearisedSample { variance, df, n, .. } = *sample;
    if df == 0 {
        return None;
    }
    let se = variance.max(0.0).sqrt();
    let (low, high) = interval.ends(IntervalInput { value, se, df, n, level });
    let (design_effect, design_effect_with_replacement) = design_effects(sample).unzip();
    let n_effective = design_effect.filter(|deff| *deff > 0.0).map(|deff| n as f64 / deff);
    Some(Precision { se, df, low, high, design_effect, design_effect_with_replacement, n_effective })
}

/// Weights whose sum is above `n` by a smaller share than this were made to sum to `n`.
const NORMALISED: f64 = 1e-6;

/// Both design effects of R: the variance over that of a simple random sample of the same size, drawn *without* replacement
/// (the default, `deff = TRUE`) and *with* (`deff = "replace"`).
///
/// ```text
/// s² = n/(n − 1) · (Σ w z² / N − (Σ w z / N)²)         R's svyvar of the linearised variable
/// V_srs = s² · N² · (N − n) / (N n)                    R's svytotal(z, deff = TRUE)
/// V_srswr = s² · N² / n                                R's svytotal(z, deff = "replace")
/// deff = V / V_srs        deff_with_replacement = V / V_srswr = deff · (N − n) / N
/// ```
///
/// For a ratio over those who answered they equal R's `svymean(y, deff = …)` among them. Where the weights sum to no more
/// than `n` they say nothing of a population: the default is then the one with replacement. So it is where they sum to more
/// by less than [`NORMALISED`]: weights of mean 1, whose sum rounding leaves a little above or below `n`. Nothing for `n < 2`,
/// and where nothing varies.
fn design_effects(sample: &LinearisedSample) -> Option<(f64, f64)> {
    let LinearisedSample { variance, n, weight_sum, z_sum, z_square_sum, .. } = *sample;
    let n = n as f64;
    if n < 2.0 {
        return None;
    }
    let spread = n / (n - 1.0) * (z_square_sum / weight_sum - (z_sum / weight_sum).powi(2));
    let with_replacement = spread * weight_sum.powi(2) / n;
    let correction = if weight_sum > n * (1.0 + NORMALISED) { (weight_sum - n) / weight_sum } else { 1.0 };
    let without_replacement = with_replacement * correction;
    let effect = |reference: f64| variance.max(0.0) / reference;
    (without_replacement > 0.0).then(|| (effect(without_replacement), effect(with_replacement)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 of 1,000 people asked, all with weight 10; the total of a share of one half.
    fn simple_random_sample() -> LinearisedSample {
        let spread = 100.0 / 99.0 * 0.25;
        let variance = spread / 100.0;
        LinearisedSample { variance, df: 99, n: 100, weight_sum: 1000.0, z_sum: 0.0, z_square_sum: 1000.0 * 0.25e-6 }
    }

    #[test]
    fn a_simple_random_sample_has_the_design_effect_of_its_missing_finite_population_correction() {
        let precision = precision(0.5, &simple_random_sample(), IntervalMethod::Xlogit, 0.95).unwrap();
        assert!((precision.design_effect.unwrap() - 1.0 / 0.9).abs() < 1e-12);
        assert!((precision.n_effective.unwrap() - 90.0).abs() < 1e-9);
        assert!((precision.design_effect_with_replacement.unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn weights_that_say_nothing_of_a_population_compare_with_replacement() {
        // 100 people with weight 1: each z is a tenth of what it is with weight 10, and so is no correction left.
        let sample = LinearisedSample { weight_sum: 100.0, z_square_sum: 100.0 * 0.25e-4, ..simple_random_sample() };
        let precision = precision(0.5, &sample, IntervalMethod::Xlogit, 0.95).unwrap();
        assert!((precision.design_effect.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(precision.design_effect, precision.design_effect_with_replacement);
    }

    #[test]
    fn weights_that_sum_to_the_answers_but_for_rounding_say_nothing_of_a_population() {
        let deff = |weight_sum: f64| {
            let sample = LinearisedSample { weight_sum, z_square_sum: 100.0 * 0.25e-4, ..simple_random_sample() };
            precision(0.5, &sample, IntervalMethod::Xlogit, 0.95).unwrap().design_effect.unwrap()
        };
        for weight_sum in [100.0 - 1e-7, 100.0 + 2e-14, 100.0 + 1e-7] {
            assert!((deff(weight_sum) - 1.0).abs() < 1e-8, "{weight_sum}");
        }
        assert!(deff(101.0) > 90.0);
    }

    #[test]
    fn without_degrees_of_freedom_there_is_no_precision() {
        let sample = LinearisedSample { df: 0, ..simple_random_sample() };
        assert_eq!(precision(0.5, &sample, IntervalMethod::Mean, 0.95), None);
    }
}

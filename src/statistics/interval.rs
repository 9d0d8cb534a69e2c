//! Confidence intervals, by the names of R's `svyciprop`.

use std::f64::consts::FRAC_PI_2;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::interval_likelihood::shares_at_distance;
use super::quantile::{beta_quantile, student_t_quantile};

/// A share nearer to 0 or 1 than this is 0 or 1: a mean of 22 ones may be off 1 by its last bit.
const SHARE_MARGIN: f64 = 1e-12;

/// How an interval is made from an estimate and its standard error. All but [`IntervalMethod::Mean`] are for shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Symmetric on the logit scale, so that it stays within 0–1.
    #[default]
    Xlogit,
    /// The Wald interval of a logistic regression on nothing: the same numbers as `Xlogit`.
    Logit,
    /// What a scaled likelihood ratio test does not refuse (Rao and Scott).
    Likelihood,
    /// Symmetric on the arcsine square root scale.
    Asin,
    /// Exact for the binomial with an effective sample size (Korn and Graubard).
    Beta,
    /// Symmetric about the estimate; also for means and points. Not cut off at 0 and 1.
    Mean,
    /// The score interval with an effective sample size (Wilson).
    Wilson,
}

/// No interval method has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no interval method `{0}`; there are xlogit, logit, likelihood, asin, beta, mean and wilson")]
pub struct UnknownIntervalMethod(pub String);

impl FromStr for IntervalMethod {
    type Err = UnknownIntervalMethod;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|method| method.as_str() == name);
        found.ok_or_else(|| UnknownIntervalMethod(name.to_owned()))
    }
}

/// What an interval is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct IntervalInput {
    pub value: f64,
    pub se: f64,
    pub df: u64,
    pub n: u64,
    pub level: f64,
}

impl IntervalMethod {
    /// Every method.
    pub const ALL: [Self; 7] =
        [Self::Xlogit, Self::Logit, Self::Likelihood, Self::Asin, Self::Beta, Self::Mean, Self::Wilson];

    /// Its name in R, in plans and in design files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xlogit => "xlogit",
            Self::Logit => "logit",
            Self::Likelihood => "likelihood",
            Self::Asin => "asin",
            Self::Beta => "beta",
            Self::Mean => "mean",
            Self::Wilson => "wilson",
        }
    }

    /// Lower and upper end at the confidence `level`, with `t` the quantile of Student's t at `df` degrees of freedom,
    /// `n` the respondents and `n₀ = v (1 − v) / se²`, the size of the simple random sample with this standard error:
    ///
    /// ```text
    /// mean           v ± t · se
    /// xlogit, logit  expit( logit v ± t · se / (v (1 − v)) )
    /// asin           sin²( arcsin √v ± t · se / (2 √(v (1 − v))) ), the angle kept within 0 and π/2
    /// wilson         ( v + k/2 ± √(k v (1 − v) + k²/4) ) / (1 + k),   k = t² / n₀
    /// beta           Korn and Graubard's with n* = n₀ · (t_{n−1} / t)²
    /// likelihood     all x with 2 (n − 1) KL(v, x) ≤ t² n / n₀,  KL(v, x) = v ln(v/x) + (1 − v) ln((1 − v)/(1 − x))
    /// ```
    ///
    /// R folds the angle of `asin` back where it leaves 0 to π/2, which gives an interval without 0 for shares near 0;
    /// here the end is then 0 or 1. R's `likelihood` interpolates the profile with a spline; it is right to some 1e-6.
    ///
    /// NaN at both ends where there is no interval: for an estimate or a standard error that is no number, and by all but
    /// `mean` for a share outside 0–1, which negative weights make and no scale of shares can hold. Otherwise the estimate
    /// lies within, to the last bit.
    ///
    /// Degenerate case of all but `mean`: where the share is 0 or 1, or nothing varies (`se` = 0), these scales say nothing;
    /// the Korn–Graubard interval takes over with `n* = n (t_{n−1} / t)²`: the design effect cannot be seen there, 1 is
    /// taken.
    ///
    /// Source: R `survey::svyciprop`.
    pub(super) fn ends(self, input: IntervalInput) -> (f64, f64) {
        let value = input.value;
        let has_scale = self == Self::Mean || (-SHARE_MARGIN..=1.0 + SHARE_MARGIN).contains(&value);
        let (low, high) = if has_scale { self.raw_ends(input) } else { (f64::NAN, f64::NAN) };
        if value.is_nan() || low.is_nan() || high.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        // Quantiles and exponentials are rounded.
        (low.min(value), high.max(value))
    }

    /// The ends, rounded as they come out; NaN where something is no number.
    fn raw_ends(self, IntervalInput { value, se, df, n, level }: IntervalInput) -> (f64, f64) {
        if se.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        let tail = 0.5 * (1.0 - level);
        let t = student_t_quantile(tail, df as f64);
        // Where it is not needed it would take as long as all the rest. At a level of rounding both are 0.
        let t_ratio = || {
            let t_elements = student_t_quantile(tail, n.saturating_sub(1).max(1) as f64);
            if t > 0.0 { t_elements / t } else { 1.0 }
        };
        let spread = value * (1.0 - value);
        match self {
            Self::Mean => (value - t * se, value + t * se),
            _ if se <= 0.0 || value <= SHARE_MARGIN || value >= 1.0 - SHARE_MARGIN => {
                korn_graubard(value.clamp(0.0, 1.0), n as f64 * t_ratio().powi(2), tail)
            }
            Self::Xlogit | Self::Logit => {
                let logit = (value / (1.0 - value)).ln();
                let reach = t * se / spread;
                (expit(logit - reach), expit(logit + reach))
            }
            Self::Asin => {
                let angle = value.sqrt().asin();
                let reach = t * se / (2.0 * spread.sqrt());
                ((angle - reach).max(0.0).sin().powi(2), (angle + reach).min(FRAC_PI_2).sin().powi(2))
            }
            Self::Wilson => {
                let k = (t * se).powi(2) / spread;
                let reach = (k * spread + 0.25 * k * k).sqrt();
                (((value + 0.5 * k - reach) / (1.0 + k)).max(0.0), ((value + 0.5 * k + reach) / (1.0 + k)).min(1.0))
            }
            Self::Beta => korn_graubard(value, spread / (se * se) * t_ratio().powi(2), tail),
            Self::Likelihood => {
                let n = n as f64;
                shares_at_distance(value, (t * se).powi(2) * n / (2.0 * (n - 1.0).max(0.0) * spread))
            }
        }
    }
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The exact (Clopper–Pearson) interval of a share with the effective sample size `n*`:
///
/// ```text
/// low  = beta quantile of α/2     at (n* v, n* (1 − v) + 1)
/// high = beta quantile of 1 − α/2 at (n* v + 1, n* (1 − v))
/// ```
///
/// The share itself where `n*` is infinite. Source: Korn and Graubard (1998), Survey Methodology 24, 193–201.
fn korn_graubard(share: f64, n_effective: f64, tail: f64) -> (f64, f64) {
    if n_effective == f64::INFINITY {
        return (share, share);
    }
    // At the ends the beta quantile has a closed form.
    let end = tail.powf(1.0 / n_effective);
    if share <= SHARE_MARGIN {
        return (0.0, 1.0 - end);
    }
    if share >= 1.0 - SHARE_MARGIN {
        return (end, 1.0);
    }
    let (successes, failures) = (n_effective * share, n_effective * (1.0 - share));
    (beta_quantile(tail, successes, failures + 1.0), beta_quantile(1.0 - tail, successes + 1.0, failures))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn input(value: f64, se: f64, df: u64, n: u64) -> IntervalInput {
        IntervalInput { value, se, df, n, level: 0.95 }
    }

    fn assert_close(found: (f64, f64), expected: (f64, f64)) {
        assert!((found.0 - expected.0).abs() < 1e-12 && (found.1 - expected.1).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn the_xlogit_interval_is_that_of_r() {
        let found = IntervalMethod::Xlogit.ends(input(0.812_560_289_676_369, 0.004_719_213_728_973_84, 1008, 14679));
        assert_close(found, (0.803_123_242_156_918, 0.821_645_440_740_188));
    }

    #[test]
    fn the_mean_interval_is_that_of_r() {
        let found = IntervalMethod::Mean.ends(input(0.691_554_731_815_649, 0.017_998_770_170_062, 90, 1284));
        assert_close(found, (0.655_797_033_354_808, 0.727_312_430_276_489));
    }

    #[test]
    fn where_everybody_agrees_the_exact_interval_still_has_a_width() {
        // With df = n − 1 it is Clopper and Pearson's: (α/2)^(1/n) and its mirror image.
        let end = 0.025_f64.powf(1.0 / 40.0);
        assert_close(IntervalMethod::Xlogit.ends(input(1.0, 0.0, 39, 40)), (end, 1.0));
        assert_close(IntervalMethod::Xlogit.ends(input(0.0, 0.0, 39, 40)), (0.0, 1.0 - end));
    }

    #[test]
    fn a_share_that_no_sampling_unit_varies_in_gets_the_exact_interval() {
        let (low, high) = IntervalMethod::Xlogit.ends(input(0.9, 0.0, 49, 50));
        assert_close((low, high), (0.781_864_633_565_797_7, 0.966_724_906_410_977_5));
    }

    #[test]
    fn every_method_is_found_by_its_name_and_others_are_named() {
        for method in IntervalMethod::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
        }
        let error = "wald".parse::<IntervalMethod>().unwrap_err();
        assert!(error.to_string().contains("`wald`"), "{error}");
    }

    /// `scipy.stats.binomtest(45, 50).proportion_ci(method = "wilson")`: the standard error is √(p q / n), and with so many
    /// degrees of freedom t is the normal quantile.
    #[test]
    fn of_a_simple_random_sample_wilson_is_the_textbooks() {
        let input = IntervalInput { df: 1 << 50, ..input(0.9, (0.09_f64 / 50.0).sqrt(), 1, 50) };
        assert_close(IntervalMethod::Wilson.ends(input), (0.786_397_685_625_203_4, 0.956_524_235_068_109_5));
    }

    #[test]
    fn what_is_no_number_gives_no_interval_and_no_panic() {
        for method in IntervalMethod::ALL {
            for (value, se) in [(f64::NAN, 0.1), (0.5, f64::NAN), (f64::NAN, 0.0)] {
                let (low, high) = method.ends(input(value, se, 10, 20));
                assert!(low.is_nan() && high.is_nan(), "{method:?} {value} {se}: {low} {high}");
            }
            let (low, high) = method.ends(input(0.5, f64::INFINITY, 1, 0));
            assert!(!(low > 0.5 || high < 0.5), "{method:?}: {low} {high}");
        }
    }

    #[test]
    fn a_share_outside_0_and_1_has_no_interval_but_the_symmetric_one() {
        for method in IntervalMethod::ALL {
            for value in [-0.2, 1.207_3, 1.0 + 1e-9] {
                for se in [0.0, 0.3] {
                    let (low, high) = method.ends(input(value, se, 8, 10));
                    if method == IntervalMethod::Mean {
                        assert!(low <= value && value <= high, "{value} {se}: {low} {high}");
                    } else {
                        assert!(low.is_nan() && high.is_nan(), "{method:?} {value} {se}: {low} {high}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_the_sample_an_interval_holds_its_estimate_or_there_is_none(
            value in prop_oneof![-3.0_f64..4.0, -1e-12_f64..1e-12, (1.0 - 1e-11_f64)..(1.0 + 1e-11), any::<f64>()],
            se in prop_oneof![0.0_f64..2.0, Just(0.0), any::<f64>().prop_map(f64::abs)],
            df in 1_u64..5000, n in 0_u64..10_000, level in 0.5_f64..0.9999,
        ) {
            for method in IntervalMethod::ALL {
                let (low, high) = method.ends(IntervalInput { level, ..input(value, se, df, n) });
                let is_none = low.is_nan() && high.is_nan();
                prop_assert!(is_none || (low <= value && value <= high), "{method:?} {value} {se}: {low} {high}");
            }
        }

        #[test]
        fn tiny_and_huge_errors_and_levels_near_0_and_1_give_ends_that_are_numbers(
            value in 0.0_f64..=1.0, se in -300.0_f64..10.0, df in 1_u64..5000, n in 2_u64..10_000, tail in -300.0_f64..0.0,
            is_low: bool,
        ) {
            let level = if is_low { 10_f64.powf(tail) } else { 1.0 - 10_f64.powf(tail.max(-15.5)) };
            prop_assume!(level > 0.0 && level < 1.0);
            for method in IntervalMethod::ALL {
                let (low, high) = method.ends(IntervalInput { level, ..input(value, 10_f64.powf(se), df.min(n - 1), n) });
                prop_assert!(low <= value + 1e-9 && value - 1e-9 <= high, "{method:?} {level:e}: {low} {high}");
            }
        }

        #[test]
        fn an_interval_of_a_share_holds_the_share_stays_within_0_and_1_and_grows_with_the_level(
            value in 0.0_f64..=1.0, se in 0.0_f64..0.5, df in 1_u64..5000, n in 2_u64..10_000,
        ) {
            // There are no more sampling units than respondents.
            let df = df.min(n - 1);
            for method in IntervalMethod::ALL {
                let ends = |level| method.ends(IntervalInput { level, ..input(value, se, df, n) });
                let ((low, high), (wider_low, wider_high)) = (ends(0.9), ends(0.99));
                prop_assert!(low <= value + 1e-9 && value - 1e-9 <= high, "{method:?}: {low} {high}");
                prop_assert!(wider_low <= low + 1e-12 && high - 1e-12 <= wider_high, "{method:?}: {low} {high}");
                prop_assert!(method == IntervalMethod::Mean || (0.0 <= low && high <= 1.0), "{method:?}: {low} {high}");
            }
        }
    }
}

//! The difference of two estimates, and whether it is more than chance.

use serde::Serialize;

use super::distribution::student_t_two_sided;
use super::quantile::student_t_quantile;

/// A difference `a − b` in the unit of the estimates, with its t test of no difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// `a − b`.
    pub value: f64,
    /// Its standard error, `√(Var a + Var b − 2 Cov(a, b))`.
    pub se: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// The test statistic, `value / se`.
    pub t: f64,
    /// The probability of a `|t|` as large or larger where there is no difference.
    pub p_value: f64,
    /// Lower end of the confidence interval, `value − t_df · se`.
    pub low: f64,
    /// Upper end of the confidence interval.
    pub high: f64,
}

impl Difference {
    /// The difference of the estimates `a` and `b` with their variances and covariance under the design.
    ///
    /// R's `svyttest(y ~ group)` is this with the means of the two groups and `df` one less than the design's (primary
    /// sampling units less strata). Two independent samples have a covariance of 0.
    ///
    /// Nothing where the standard error is 0 or rounding (below 1e-7 of the errors it is formed from): that no error was
    /// seen is no proof that there is none. Nothing either without degrees of freedom, for numbers that are not finite,
    /// or a `level` that is not between 0 and 1.
    #[must_use]
    pub fn new(a: f64, b: f64, variances: [f64; 2], covariance: f64, df: f64, level: f64) -> Option<Self> {
        let size = variances[0] + variances[1];
        let variance = size - 2.0 * covariance;
        let (value, se) = (a - b, variance.max(0.0).sqrt());
        let is_sure = variance > 1e-14 * size && se.is_finite() && value.is_finite();
        if !(is_sure && df > 0.0 && level > 0.0 && level < 1.0) {
            return None;
        }
        let t = value / se;
        let reach = student_t_quantile(0.5 * (1.0 - level), df) * se;
        let p_value = student_t_two_sided(t, df);
        Some(Self { value, se, df, t, p_value, low: value - reach, high: value + reach })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `scipy.stats.ttest_ind_from_stats(0.8, 0.02 * 200**0.5, 200, 0.75, 0.015 * 200**0.5, 200)` has t = 2 and 398 degrees of
    /// freedom; the interval is ± `scipy.stats.t.ppf(0.975, 398)` = 1.965942 standard errors.
    #[test]
    fn of_two_independent_groups_it_is_the_textbooks_t_test() {
        let found = Difference::new(0.8, 0.75, [4e-4, 2.25e-4], 0.0, 398.0, 0.95).unwrap();
        assert!((found.se - 0.025).abs() < 1e-15 && (found.t - 2.0).abs() < 1e-12);
        assert!((found.p_value - 0.046_179_344_531_325).abs() < 1e-12, "{}", found.p_value);
        assert!((found.high - 0.05 - 0.025 * 1.965_942_323_976_267).abs() < 1e-12, "{}", found.high);
    }

    #[test]
    fn where_no_error_is_seen_nothing_is_said() {
        assert_eq!(Difference::new(0.8, 0.7, [1e-4, 1e-4], 1e-4, 30.0, 0.95), None);
        assert_eq!(Difference::new(0.8, 0.7, [0.0, 0.0], 0.0, 30.0, 0.95), None);
        assert_eq!(Difference::new(0.8, 0.7, [1e-4, 1e-4], 0.0, 0.0, 0.95), None);
        assert_eq!(Difference::new(f64::NAN, 0.7, [1e-4, 1e-4], 0.0, 30.0, 0.95), None);
        assert_eq!(Difference::new(0.8, 0.7, [1e-4, 1e-4], 0.0, 30.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn the_interval_leaves_out_0_exactly_where_the_test_refuses_no_difference(
            a in 0.0_f64..1.0, b in 0.0_f64..1.0, se in 0.01_f64..0.5, correlation in -0.9_f64..0.9, df in 0.5_f64..1e6,
        ) {
            let found = Difference::new(a, b, [se * se, se * se], correlation * se * se, df, 0.95).unwrap();
            prop_assume!((found.p_value - 0.05).abs() > 1e-9);
            prop_assert_eq!(found.p_value < 0.05, found.low > 0.0 || found.high < 0.0);
            let mirrored = Difference::new(b, a, [se * se, se * se], correlation * se * se, df, 0.95).unwrap();
            prop_assert_eq!((mirrored.t, mirrored.p_value), (-found.t, found.p_value));
        }
    }
}

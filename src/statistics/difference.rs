//! The difference of two estimates, and whether it is more than chance.

use serde::{Deserialize, Serialize};

use super::distribution::student_t_two_sided;
use super::quantile::student_t_quantile;

/// A difference `a − b` in the unit of the estimates, with its t test of no difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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

/// Degrees of freedom of the difference of two estimates with these variances, covariance and degrees of freedom: those of
/// Satterthwaite, kept between the smaller and twice the smaller of the two.
///
/// ```text
/// df = V² / (V_a² / df_a + V_b² / df_b),   V = V_a + V_b − 2 |C|,   min(df_a, df_b) ≤ df ≤ 2 min(df_a, df_b)
/// ```
///
/// Twice the smaller is what a pair would have if both units had as few sampling units as the one with fewer. Without that
/// limit a unit of few sampling units whose variance happens to look small would borrow the many degrees of freedom of
/// the other: of 30 units with 2 or 30 sampling units Holm's sets then hold in 41 of 100 surveys, with it in 99
/// (`cargo run --release --example rank_coverage`). A unit of variance 0 takes no part: the other one's stand. Infinitely
/// many where both are.
///
/// Two units that share all sampling units have the smaller; the covariance, of whichever sign, leads there.
///
/// Source: Satterthwaite (1946), Biometrics Bulletin 2, 110–114.
#[must_use]
pub fn difference_df([a, b]: [f64; 2], covariance: f64, [df_a, df_b]: [f64; 2]) -> f64 {
    match (a > 0.0, b > 0.0) {
        (true, false) => return df_a,
        (false, true) => return df_b,
        _ => (),
    }
    let fewest = df_a.min(df_b);
    if fewest == f64::INFINITY {
        return fewest;
    }
    // Relative to the larger variance, so that no square leaves the range of numbers.
    let largest = a.max(b);
    let (a, b, covariance) = (a / largest, b / largest, covariance / largest);
    let variance = (a + b - 2.0 * covariance.abs()).max(0.0);
    let df = variance.powi(2) / (a * a / df_a + b * b / df_b);
    // Both variances 0: not a number, and the smaller is on the safe side.
    df.max(fewest).min(2.0 * fewest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Welch's degrees of freedom by `scipy.stats.ttest_ind_from_stats`: standard errors 2 and 4 of 20 and 8.
    #[test]
    fn independent_units_have_those_of_satterthwaite_up_to_twice_the_smaller() {
        let welch = 400.0 / (16.0 / 19.0 + 256.0 / 7.0);
        assert!((difference_df([4.0, 16.0], 0.0, [19.0, 7.0]) - welch).abs() < 1e-12);
        assert!((difference_df([1.0, 1.0], 0.0, [2.0, 2.0]) - 4.0).abs() < 1e-12);
        assert!((difference_df([1e-6, 1.0], 0.0, [2.0, 100.0]) - 4.0).abs() < 1e-12);
        assert!((difference_df([1.0, 1.0], 0.0, [2.0, f64::INFINITY]) - 4.0).abs() < 1e-12);
        assert!(difference_df([1.0, 1.0], 0.0, [f64::INFINITY; 2]).is_infinite());
        assert!((difference_df([1.0, 0.0], 0.0, [7.0, 1.0]) - 7.0).abs() < 1e-12);
        assert!((difference_df([1.0, 1.0], 0.9, [7.0, 9.0]) - 7.0).abs() < 1e-12);
        assert!((difference_df([0.0, 0.0], 0.0, [7.0, 9.0]) - 7.0).abs() < 1e-12);
    }

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
        fn degrees_of_freedom_never_rise_where_those_of_a_unit_fall(
            a in 1e-9_f64..1.0, b in 1e-9_f64..1.0, correlation in -1.0_f64..1.0, df_a in 1.0_f64..2e3, df_b in 1.0_f64..2e3,
        ) {
            let of = |df_a: f64| difference_df([a, b], correlation * (a * b).sqrt(), [df_a, df_b]);
            let found = of(df_a);
            prop_assert!((df_a.min(df_b)..=2.0 * df_a.min(df_b)).contains(&found));
            prop_assert!(of(0.7 * df_a) <= found);
        }

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

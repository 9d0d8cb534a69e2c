//! Confidence intervals, by the names of R's `svyciprop`.

use super::quantile::{beta_quantile, student_t_quantile};

/// How an interval is made from an estimate and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    #[default]
    /// For shares: symmetric on the logit scale, so that it stays within 0–1.
    Xlogit,
    /// For means and points: symmetric about the estimate.
    Mean,
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
    /// Lower and upper end at the confidence `level`, with `t` the quantile of Student's t at `df` degrees of freedom:
    ///
    /// ```text
    /// Mean     v ± t · se
    /// Xlogit   expit( logit v ± t · se / (v (1 − v)) )
    /// ```
    ///
    /// Degenerate case of `Xlogit`: where the share is 0 or 1, or nothing varies (`se` = 0), the logit scale says
    /// nothing; the Korn–Graubard exact interval takes over (see [`korn_graubard`]).
    ///
    /// Source: R `survey::svyciprop(method = "xlogit")` and `("mean")`.
    pub(super) fn ends(self, input: IntervalInput) -> (f64, f64) {
        let IntervalInput { value, se, df, level, .. } = input;
        let t = student_t_quantile(0.5 * (1.0 - level), df as f64);
        match self {
            Self::Mean => (value - t * se, value + t * se),
            // A mean of 22 ones may be off 1 by its last bit.
            Self::Xlogit if se <= 0.0 || value <= 1e-12 || value >= 1.0 - 1e-12 => korn_graubard(input, t),
            Self::Xlogit => {
                let logit = (value / (1.0 - value)).ln();
                let reach = t * se / (value * (1.0 - value));
                (expit(logit - reach), expit(logit + reach))
            }
        }
    }
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The exact (Clopper–Pearson) interval with an effective sample size, where the standard error is 0:
///
/// ```text
/// n* = n · (t_{n−1} / t_df)²                     the design effect cannot be seen there: 1 is taken
/// low  = beta quantile of α/2     at (n* v, n* (1 − v) + 1)
/// high = beta quantile of 1 − α/2 at (n* v + 1, n* (1 − v))
/// ```
///
/// Source: Korn and Graubard (1998), Survey Methodology 24, 193–201.
fn korn_graubard(input: IntervalInput, t: f64) -> (f64, f64) {
    let tail = 0.5 * (1.0 - input.level);
    let share = input.value.clamp(0.0, 1.0);
    let df_elements = input.n.saturating_sub(1).max(1) as f64;
    let n_effective = input.n as f64 * (student_t_quantile(tail, df_elements) / t).powi(2);
    // At the ends the beta quantile has a closed form, exact at any size.
    let end = tail.powf(1.0 / n_effective);
    if share <= 1e-12 {
        return (0.0, 1.0 - end);
    }
    if share >= 1.0 - 1e-12 {
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

    proptest! {
        #[test]
        fn an_interval_of_a_share_holds_the_share_and_stays_within_0_and_1(
            value in 0.0_f64..=1.0, se in 0.0_f64..0.5, df in 1_u64..5000, n in 2_u64..10_000,
        ) {
            let (low, high) = IntervalMethod::Xlogit.ends(input(value, se, df, n));
            prop_assert!(0.0 <= low && low <= value + 1e-9 && value - 1e-9 <= high && high <= 1.0, "{low} {high}");
        }
    }
}

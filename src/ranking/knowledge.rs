//! What a comparison may take as known of an estimate.

use crate::statistics::student_t_quantile;

/// The sampling error of an estimate as comparisons see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knowledge {
    /// The standard error; 0 where the estimate is exact, or where nothing is known of its error.
    pub se: f64,
    /// Its degrees of freedom; infinite where it is taken as known.
    pub df: f64,
    /// Whether there is no sampling error: a full census, or a score that no sample stands behind.
    pub is_exact: bool,
}

impl Knowledge {
    /// An estimate without sampling error.
    pub const EXACT: Self = Self { se: 0.0, df: f64::INFINITY, is_exact: true };

    /// A sample's estimate. Where its standard error is 0, everybody in the sample agreed, which is no proof that everybody
    /// does. Such an estimate takes the error that its own published interval implies at this `level`:
    ///
    /// ```text
    /// se = max(value − low, high − value) / t_df
    /// ```
    ///
    /// Without an interval, or with one that has no width, its error stays unknown: it is told apart from nobody.
    #[must_use]
    pub fn of_sample(value: f64, se: f64, df: f64, interval: Option<[f64; 2]>, level: f64) -> Self {
        let implied = |[low, high]: [f64; 2]| {
            let implied = (value - low).max(high - value) / student_t_quantile(0.5 * (1.0 - level), df);
            if (low + high + implied).is_finite() { implied.max(0.0) } else { 0.0 }
        };
        let se = if se > 0.0 { se } else { interval.map_or(0.0, implied) };
        Self { se, df, is_exact: false }
    }

    /// Whether nothing is known of the error.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.se == 0.0 && !self.is_exact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_everybody_agreed_the_interval_says_how_little_is_known() {
        // Four answers in two villages, all satisfied: Korn and Graubard's interval reaches down to 4e-7.
        let found = Knowledge::of_sample(1.0, 0.0, 1.0, Some([4e-7, 1.0]), 0.95);
        assert!((found.se - (1.0 - 4e-7) / 12.706_204_736_174_7).abs() < 1e-12);
        assert_eq!((found.df, found.is_exact, found.is_unknown()), (1.0, false, false));
    }

    #[test]
    fn a_seen_error_stays_and_an_error_that_nothing_tells_is_unknown() {
        assert!((Knowledge::of_sample(0.9, 0.01, 9.0, Some([0.1, 1.0]), 0.95).se - 0.01).abs() < f64::EPSILON);
        for interval in [None, Some([0.9, 0.9]), Some([f64::NAN, 1.0])] {
            assert!(Knowledge::of_sample(0.9, 0.0, 9.0, interval, 0.95).is_unknown(), "{interval:?}");
        }
        assert!(!Knowledge::EXACT.is_unknown());
    }
}

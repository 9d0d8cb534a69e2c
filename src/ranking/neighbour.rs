//! How a ranked unit compares with the ones next to it.

use serde::Serialize;

use crate::foundation::Code;
use crate::statistics::{Difference, Estimate};

/// A ranked unit compared with one next to it in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbour {
    /// The unit next to it.
    pub unit: Code,
    /// Its estimate less the neighbour's, in the unit of the estimates.
    pub value: f64,
    /// The same with its standard error, interval and p value, of this pair by itself. Nothing where no sampling error of the
    /// difference is seen (see [`Difference::new`]).
    pub test: Option<Difference>,
    /// Whether the ranking tells the two apart, all pairs judged together.
    pub is_distinct: bool,
}

/// What can be said of the difference between neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// More than chance, even with all pairs judged together.
    Real,
    /// It may be chance: its interval holds 0, and the ranking does not tell the two apart.
    Chance,
    /// The interval of the pair by itself leaves out 0, but the ranking does not tell the two apart.
    RealOnlyAlone,
    /// The ranking tells the two apart, but the interval holds 0: rank sets take standard errors as known, while the interval
    /// allows for few degrees of freedom.
    RealOnlyJointly,
    /// No sampling error of the difference is seen.
    Unknown,
}

impl Neighbour {
    /// What can be said of the difference.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let Some(test) = self.test else { return Verdict::Unknown };
        match (test.low > 0.0 || test.high < 0.0, self.is_distinct) {
            (true, true) => Verdict::Real,
            (false, false) => Verdict::Chance,
            (true, false) => Verdict::RealOnlyAlone,
            (false, true) => Verdict::RealOnlyJointly,
        }
    }

    /// The same, seen from the neighbour.
    fn mirrored(&self, unit: Code) -> Self {
        let mirror =
            |test: Difference| Difference { value: -test.value, t: -test.t, low: -test.high, high: -test.low, ..test };
        Self { unit, value: -self.value, test: self.test.map(mirror), is_distinct: self.is_distinct }
    }
}

/// The neighbours before and after each unit, in the order of `ranked`; `covariance` is that of their estimates.
pub(super) fn neighbours(
    ranked: &[(&Code, &Estimate)],
    covariance: &[Vec<f64>],
    level: f64,
    are_distinct: impl Fn(usize, usize) -> bool,
) -> Vec<[Option<Neighbour>; 2]> {
    let mut found: Vec<[Option<Neighbour>; 2]> = vec![[None, None]; ranked.len()];
    for second in 1..ranked.len() {
        let first = second - 1;
        let [(first_unit, first_estimate), (second_unit, second_estimate)] = [ranked[first], ranked[second]];
        let variances = [covariance[second][second], covariance[first][first]];
        let between = covariance[second][first];
        let df = |estimate: &Estimate| estimate.precision.map_or(0, |precision| precision.df) as f64;
        let df = degrees_of_freedom(variances, between, [df(second_estimate), df(first_estimate)]);
        let [a, b] = [second_estimate.value, first_estimate.value];
        let seen = Neighbour {
            unit: first_unit.clone(),
            value: a - b,
            test: Difference::new(a, b, variances, between, df, level),
            is_distinct: are_distinct(second, first),
        };
        found[first][1] = Some(seen.mirrored(second_unit.clone()));
        found[second][0] = Some(seen);
    }
    found
}

/// Degrees of freedom of the difference of two estimates with these variances, covariance and degrees of freedom, after
/// Satterthwaite:
///
/// ```text
/// df = V² / (V_a² / df_a + V_b² / df_b),   V = V_a + V_b − 2 C,   kept between the smaller of df_a, df_b and their sum
/// ```
///
/// R's rule for the domain of both (sampling units less strata) gives the sum where they share no stratum, which is too many
/// where one variance is much larger; two units that share all sampling units have the smaller. Not a number, so that no
/// test is made, where both variances are 0.
fn degrees_of_freedom([a, b]: [f64; 2], covariance: f64, [df_a, df_b]: [f64; 2]) -> f64 {
    let df = (a + b - 2.0 * covariance).powi(2) / (a * a / df_a + b * b / df_b);
    df.clamp(df_a.min(df_b), df_a + df_b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::Precision;

    fn estimate(value: f64, df: u64) -> Estimate {
        let precision = Precision { se: 0.0, df, low: 0.0, high: 1.0, design_effect: None, n_effective: None };
        Estimate { value, n: 10, precision: Some(precision) }
    }

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    /// `scipy.stats.ttest_ind_from_stats(80, 2 * 20**0.5, 20, 75, 4 * 8**0.5, 8, equal_var=False)`: means with standard errors
    /// 2 and 4, 19 and 7 degrees of freedom.
    #[test]
    fn of_independent_units_the_test_is_that_of_welch() {
        let (a, b) = (estimate(75.0, 7), estimate(80.0, 19));
        let (unit_a, unit_b) = (code("a"), code("b"));
        let covariance = [vec![4.0, 0.0], vec![0.0, 16.0]];
        let found = neighbours(&[(&unit_b, &b), (&unit_a, &a)], &covariance, 0.95, |_, _| false);
        let [previous, next] = [found[1][0].as_ref().unwrap(), found[0][1].as_ref().unwrap()];
        let test = previous.test.unwrap();
        assert!((test.t + 1.118_033_988_749_895).abs() < 1e-12);
        assert!((test.p_value - 0.288_045_272_830_34).abs() < 1e-10, "{}", test.p_value);
        assert_eq!((previous.unit.as_str(), previous.value), ("b", -5.0));
        assert_eq!((next.unit.as_str(), next.value), ("a", 5.0));
        let mirrored = Difference { value: 5.0, t: -test.t, low: -test.high, high: -test.low, ..test };
        assert_eq!(next.test, Some(mirrored));
        assert_eq!((found[0][0].is_none(), found[1][1].is_none()), (true, true));
    }

    #[test]
    fn what_the_units_share_narrows_the_difference() {
        let units = [code("a"), code("b")];
        let estimates = [estimate(0.9, 30), estimate(0.8, 30)];
        let ranked: Vec<_> = units.iter().zip(&estimates).collect();
        let se = |between: f64| {
            let covariance = [vec![0.01, between], vec![between, 0.01]];
            neighbours(&ranked, &covariance, 0.95, |_, _| false)[1][0].as_ref().unwrap().test.map(|test| test.se)
        };
        assert!((se(0.0).unwrap() - 0.02_f64.sqrt()).abs() < 1e-15);
        assert!((se(0.005).unwrap() - 0.1).abs() < 1e-15);
        assert_eq!(se(0.01), None);
    }

    #[test]
    fn a_difference_is_real_only_where_the_pair_and_the_ranking_say_so() {
        let units = [code("a"), code("b")];
        let verdict = |difference: f64, df: u64, is_distinct: bool| {
            let estimates = [estimate(0.5 + difference, df), estimate(0.5, df)];
            let ranked: Vec<_> = units.iter().zip(&estimates).collect();
            let covariance = [vec![0.005, 0.0], vec![0.0, 0.005]];
            neighbours(&ranked, &covariance, 0.95, |_, _| is_distinct)[1][0].as_ref().unwrap().verdict()
        };
        assert_eq!(verdict(0.35, 100, true), Verdict::Real);
        assert_eq!(verdict(0.10, 100, false), Verdict::Chance);
        assert_eq!(verdict(0.22, 100, false), Verdict::RealOnlyAlone);
        assert_eq!(verdict(0.35, 1, true), Verdict::RealOnlyJointly);
    }

    #[test]
    fn units_without_sampling_error_have_a_difference_and_no_test() {
        let units = [code("a"), code("b")];
        let estimates = [estimate(1.0, 5), estimate(0.5, 5)];
        let ranked: Vec<_> = units.iter().zip(&estimates).collect();
        let found = neighbours(&ranked, &[vec![0.0; 2], vec![0.0; 2]], 0.95, |_, _| false);
        let previous = found[1][0].as_ref().unwrap();
        assert_eq!((previous.value, previous.test, previous.is_distinct), (-0.5, None, false));
        assert_eq!(previous.verdict(), Verdict::Unknown);
    }

    proptest! {
        #[test]
        fn degrees_of_freedom_lie_between_the_smaller_and_the_sum(
            a in 1e-9_f64..1.0, b in 1e-9_f64..1.0, correlation in -1.0_f64..1.0, df_a in 1_u32..2_000, df_b in 1_u32..2_000,
        ) {
            let df = [f64::from(df_a), f64::from(df_b)];
            let found = degrees_of_freedom([a, b], correlation * (a * b).sqrt(), df);
            prop_assert!((df[0].min(df[1])..=df[0] + df[1]).contains(&found));
        }
    }
}

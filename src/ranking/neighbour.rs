//! How a ranked unit compares with the ones next to it.

use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::foundation::Code;
use crate::statistics::{Difference, difference_df};

/// A ranked unit compared with one next to it in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// More than chance, even with all pairs judged together; then the interval of the pair by itself leaves out 0, too,
    /// because both rest on the same degrees of freedom.
    Real,
    /// Neither has a sampling error.
    Exact,
    /// It may be chance: its interval holds 0, and the ranking does not tell the two apart.
    Chance,
    /// The interval of the pair by itself leaves out 0, but the ranking does not tell the two apart.
    RealOnlyAlone,
    /// No sampling error of the difference is seen.
    Unknown,
}

impl Neighbour {
    /// What can be said of the difference.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.test {
            None if self.is_distinct => Verdict::Exact,
            None => Verdict::Unknown,
            Some(_) if self.is_distinct => Verdict::Real,
            Some(test) if test.low > 0.0 || test.high < 0.0 => Verdict::RealOnlyAlone,
            Some(_) => Verdict::Chance,
        }
    }

    /// The same, seen from the neighbour.
    fn mirrored(&self, unit: Code) -> Self {
        let mirror =
            |test: Difference| Difference { value: -test.value, t: -test.t, low: -test.high, high: -test.low, ..test };
        Self { unit, value: -self.value, test: self.test.map(mirror), is_distinct: self.is_distinct }
    }
}

/// The variances of ranked estimates, and the covariance of any two of them; nothing where it was not gathered.
pub(super) struct Shared<'a> {
    pub(super) variances: &'a [f64],
    pub(super) between: &'a dyn Fn(usize, usize) -> Option<f64>,
}

impl Shared<'_> {
    /// The variances, the covariance and the degrees of freedom of the difference of two. Where it is not known what they share,
    /// their errors are taken for fully opposed, which makes the difference as uncertain as it can be, on the smaller degrees of
    /// freedom.
    fn difference(&self, [a, b]: [usize; 2], df: [f64; 2]) -> ([f64; 2], f64, f64) {
        let variances = [self.variances[a], self.variances[b]];
        match (self.between)(a, b) {
            Some(between) => (variances, between, difference_df(variances, between, df)),
            None => (variances, -(variances[0] * variances[1]).sqrt(), df[0].min(df[1])),
        }
    }
}

/// The neighbours before and after each unit, in the order of `ranked`, which gives value and error of each.
pub(super) fn neighbours(
    ranked: &[(&Code, f64, Knowledge)],
    shared: &Shared,
    level: f64,
    are_distinct: impl Fn(usize, usize) -> bool,
) -> Vec<[Option<Neighbour>; 2]> {
    let mut found: Vec<[Option<Neighbour>; 2]> = vec![[None, None]; ranked.len()];
    for second in 1..ranked.len() {
        let first = second - 1;
        let [(first_unit, b, of_first), (second_unit, a, of_second)] = [ranked[first], ranked[second]];
        let (variances, between, df) = shared.difference([second, first], [of_second.df, of_first.df]);
        let is_seen = !of_first.is_unknown() && !of_second.is_unknown();
        let seen = Neighbour {
            unit: first_unit.clone(),
            value: a - b,
            test: Difference::new(a, b, variances, between, df, level).filter(|_| is_seen),
            is_distinct: are_distinct(second, first),
        };
        found[first][1] = Some(seen.mirrored(second_unit.clone()));
        found[second][0] = Some(seen);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    fn of_rows(
        ranked: &[(&Code, f64, Knowledge)],
        rows: &[Vec<f64>],
        is_distinct: bool,
    ) -> Vec<[Option<Neighbour>; 2]> {
        let variances: Vec<f64> = (0..rows.len()).map(|i| rows[i][i]).collect();
        let shared = Shared { variances: &variances, between: &|i, j| Some(rows[i][j]) };
        neighbours(ranked, &shared, 0.95, |_, _| is_distinct)
    }

    #[test]
    fn where_it_is_not_known_what_two_share_their_difference_is_as_uncertain_as_it_can_be() {
        let units = [code("a"), code("b")];
        let ranked = [(&units[0], 0.9, known(9.0)), (&units[1], 0.8, known(30.0))];
        let shared = Shared { variances: &[0.01, 0.04], between: &|_, _| None };
        let found = neighbours(&ranked, &shared, 0.95, |_, _| false);
        let test = found[0][1].as_ref().unwrap().test.unwrap();
        assert!((test.se - 0.3).abs() < 1e-15 && test.df.to_bits() == 9.0_f64.to_bits(), "{test:?}");
    }

    fn known(df: f64) -> Knowledge {
        Knowledge { se: 0.1, df, is_exact: false }
    }

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    /// `scipy.stats.ttest_ind_from_stats(80, 2 * 20**0.5, 20, 75, 4 * 8**0.5, 8, equal_var=False)`: means with standard errors
    /// 2 and 4, 19 and 7 degrees of freedom.
    #[test]
    fn of_independent_units_the_test_is_that_of_welch() {
        let (unit_a, unit_b) = (code("a"), code("b"));
        let covariance = [vec![4.0, 0.0], vec![0.0, 16.0]];
        let found = of_rows(&[(&unit_b, 80.0, known(19.0)), (&unit_a, 75.0, known(7.0))], &covariance, false);
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
        let ranked: Vec<_> = units.iter().zip([0.9, 0.8]).map(|(unit, value)| (unit, value, known(30.0))).collect();
        let se = |between: f64| {
            let covariance = [vec![0.01, between], vec![between, 0.01]];
            of_rows(&ranked, &covariance, false)[1][0].as_ref().unwrap().test.map(|test| test.se)
        };
        assert!((se(0.0).unwrap() - 0.02_f64.sqrt()).abs() < 1e-15);
        assert!((se(0.005).unwrap() - 0.1).abs() < 1e-15);
        assert_eq!(se(0.01), None);
    }

    #[test]
    fn a_difference_is_real_only_where_the_pair_and_the_ranking_say_so() {
        let units = [code("a"), code("b")];
        let verdict = |difference: f64, is_distinct: bool| {
            let values = [0.5 + difference, 0.5];
            let ranked: Vec<_> = units.iter().zip(values).map(|(unit, value)| (unit, value, known(100.0))).collect();
            let covariance = [vec![0.005, 0.0], vec![0.0, 0.005]];
            of_rows(&ranked, &covariance, is_distinct)[1][0].as_ref().unwrap().verdict()
        };
        assert_eq!(verdict(0.35, true), Verdict::Real);
        assert_eq!(verdict(0.10, false), Verdict::Chance);
        assert_eq!(verdict(0.22, false), Verdict::RealOnlyAlone);
    }

    #[test]
    fn a_difference_without_a_seen_error_has_no_test_and_is_real_only_between_exact_scores() {
        let units = [code("a"), code("b")];
        let verdict = |known: Knowledge, is_distinct: bool| {
            let ranked: Vec<_> = units.iter().zip([1.0, 0.5]).map(|(unit, value)| (unit, value, known)).collect();
            let found = of_rows(&ranked, &[vec![0.0; 2], vec![0.0; 2]], is_distinct);
            let previous = found[1][0].as_ref().unwrap();
            assert_eq!((previous.value, previous.test), (-0.5, None));
            previous.verdict()
        };
        assert_eq!(verdict(Knowledge { se: 0.0, df: 5.0, is_exact: false }, false), Verdict::Unknown);
        assert_eq!(verdict(Knowledge::EXACT, true), Verdict::Exact);
    }
}

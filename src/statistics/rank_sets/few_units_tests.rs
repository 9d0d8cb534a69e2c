//! Rank sets where little is known: few sampling units, errors of 0, exact scores.

use proptest::prelude::*;

use super::*;
use crate::statistics::{difference_df, normal_quantile, student_t_quantile, student_t_two_sided};

const LEVEL: f64 = 0.95;

fn sets_of(found: &RankSets) -> Vec<(usize, usize)> {
    found.sets.iter().map(|set| (set.low, set.high)).collect()
}

/// Every way to form sets, by name.
fn all_methods<'a>(comparison: &'a Comparison, seed: u64) -> Vec<(&'static str, RankSets<'a>)> {
    let simulation = Simulation::new(1_000, seed);
    vec![
        ("holm", comparison.holm(LEVEL).unwrap()),
        ("sidak", comparison.joint_intervals(LEVEL, JointIntervals::Sidak).unwrap()),
        ("single", comparison.simultaneous(LEVEL, &simulation, Steps::Single).unwrap()),
        ("down", comparison.simultaneous(LEVEL, &simulation, Steps::Down).unwrap()),
        ("marginal", comparison.marginal(LEVEL, &simulation, Steps::Down).unwrap()),
    ]
}

#[test]
fn two_units_are_told_apart_by_the_t_test_of_their_difference() {
    // Equal variances on 2 degrees of freedom each: 4 for the difference.
    let point = student_t_quantile(0.025, 4.0);
    for (times, expected) in [(0.999, [(1, 2), (1, 2)]), (1.001, [(1, 1), (2, 2)])] {
        let estimates = [times * point * 0.01 * 2.0_f64.sqrt(), 0.0];
        let comparison = Comparison::new(&estimates, Covariance::Independent(&[0.01; 2])).unwrap();
        let comparison = comparison.with_df(vec![2.0; 2]).unwrap();
        assert_eq!(sets_of(&comparison.holm(LEVEL).unwrap()), expected, "{times}");
    }
}

#[test]
fn exact_scores_are_told_apart_by_any_difference_and_unknown_errors_by_none() {
    let (estimates, se) = ([92.1, 70.0, 70.0, 91.0], [0.0; 4]);
    let plain = || Comparison::new(&estimates, Covariance::Independent(&se)).unwrap();
    for (method, sets) in all_methods(&plain().with_exact(vec![true; 4]).unwrap(), 1) {
        assert_eq!(sets_of(&sets), [(1, 1), (3, 4), (3, 4), (2, 2)], "{method}");
        assert!(sets.are_distinct(0, 1) && !sets.are_distinct(1, 2), "{method}");
        assert_eq!(sets.close_calls(), 0, "{method}");
    }
    for (method, sets) in all_methods(&plain(), 1) {
        assert_eq!(sets_of(&sets), [(1, 4); 4], "{method}");
    }
    // One unknown among sampled units: nobody is told apart from it, the others are from each other.
    let comparison = Comparison::new(&[1.0, 0.9, 0.5], Covariance::Independent(&[0.0, 0.01, 0.01])).unwrap();
    for (method, sets) in all_methods(&comparison, 1) {
        assert_eq!(sets_of(&sets), [(1, 3), (1, 2), (2, 3)], "{method}");
    }
}

#[test]
fn an_exact_score_among_sampled_units_is_told_apart_by_their_errors_alone() {
    let comparison = Comparison::new(&[0.9, 0.8, 0.3], Covariance::Independent(&[0.0, 0.01, 0.01])).unwrap();
    let comparison = comparison.with_df(vec![f64::INFINITY, 2.0, 2.0]).unwrap();
    let comparison = comparison.with_exact(vec![true, false, false]).unwrap();
    // 10 standard errors are p = 0.0099 on 2 degrees of freedom, tested last: the others lie at 60 and 35.
    assert_eq!(sets_of(&comparison.holm(LEVEL).unwrap()), [(1, 1), (2, 2), (3, 3)]);
    assert_eq!(sets_of(&comparison.holm(0.995).unwrap()), [(1, 2), (1, 2), (3, 3)]);
}

#[test]
fn what_cannot_be_known_is_refused() {
    let plain = || Comparison::new(&[1.0, 2.0], Covariance::Independent(&[0.1, 0.0])).unwrap();
    for df in [0.0, -1.0, f64::NAN, 0.4] {
        assert!(matches!(plain().with_df(vec![3.0, df]), Err(RankSetError::DegreesOfFreedom { unit: 1, .. })), "{df}");
    }
    assert_eq!(plain().with_df(vec![1.0]).unwrap_err(), RankSetError::Shape { estimates: 2, found: 1 });
    assert_eq!(plain().with_exact(vec![true]).unwrap_err(), RankSetError::Shape { estimates: 2, found: 1 });
    assert_eq!(plain().with_exact(vec![true; 2]).unwrap_err(), RankSetError::NotExact { unit: 0, value: 0.1 * 0.1 });
}

/// Estimates with standard errors (some 0) and degrees of freedom (some infinite).
fn units() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    let df = prop_oneof![4 => 1.0_f64..40.0, 1 => 40.0_f64..3e3, 1 => Just(f64::INFINITY)];
    let se = prop_oneof![6 => 0.001_f64..0.2, 1 => Just(0.0)];
    prop::collection::vec((0.0_f64..1.0, se, df), 2..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_set_of_a_unit_never_shrinks_when_its_degrees_of_freedom_fall(
        units in units(), which: prop::sample::Index, part in 0.05_f64..1.0, shared in 0.0_f64..0.9, seed: u64,
    ) {
        let which = which.index(units.len());
        let column = |take: fn(&(f64, f64, f64)) -> f64| units.iter().map(take).collect::<Vec<f64>>();
        let (estimates, se, df) = (column(|unit| unit.0), column(|unit| unit.1), column(|unit| unit.2));
        let mut fewer = df.clone();
        fewer[which] = (part * df[which]).clamp(Comparison::DF_MIN, 1e4);
        let entry = |i: usize, j: usize| if i == j { se[i] * se[i] } else { shared * se[i] * se[j] };
        let rows: Vec<Vec<f64>> = (0..se.len()).map(|i| (0..se.len()).map(|j| entry(i, j)).collect()).collect();
        for ties in [Covariance::Independent(&se), Covariance::Full(&rows)] {
            let with = |df: &[f64]| Comparison::new(&estimates, ties).unwrap().with_df(df.to_vec()).unwrap();
            let (more, fewer) = (with(&df), with(&fewer));
            for ((method, more), (_, fewer)) in all_methods(&more, seed).iter().zip(all_methods(&fewer, seed)) {
                let (before, after) = (more.sets[which], fewer.sets[which]);
                prop_assert!(after.low <= before.low && before.high <= after.high, "{method} {before:?} {after:?}");
            }
        }
    }

    #[test]
    fn a_simulated_step_asks_for_no_more_than_bonferroni(units in units(), seed: u64) {
        let column = |take: fn(&(f64, f64, f64)) -> f64| units.iter().map(take).collect::<Vec<f64>>();
        let (estimates, se) = (column(|unit| unit.0), column(|unit| unit.1));
        let comparison = Comparison::new(&estimates, Covariance::Independent(&se)).unwrap();
        let comparison = comparison.with_df(column(|unit| unit.2)).unwrap();
        let simultaneous = comparison.simultaneous(LEVEL, &Simulation::new(2_000, seed), Steps::Down).unwrap();
        let varying = se.iter().filter(|se| **se > 0.0).count();
        for critical in &simultaneous.critical {
            let bonferroni = normal_quantile(0.5 * (1.0 - LEVEL) / (varying * (varying - 1) / 2) as f64);
            prop_assert!(critical.value < bonferroni + 5.0 * critical.monte_carlo_se, "{critical:?} {bonferroni}");
        }
    }

    #[test]
    fn holm_is_the_procedure_on_the_sorted_p_values_of_t_tests(units in units()) {
        let column = |take: fn(&(f64, f64, f64)) -> f64| units.iter().map(take).collect::<Vec<f64>>();
        let (estimates, se, df) = (column(|unit| unit.0), column(|unit| unit.1), column(|unit| unit.2));
        let comparison = Comparison::new(&estimates, Covariance::Independent(&se)).unwrap().with_df(df.clone()).unwrap();
        let mut tests: Vec<f64> = Vec::new();
        for (i, j) in (0..units.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let variances = [se[i] * se[i], se[j] * se[j]];
            let t = (estimates[i] - estimates[j]) / (variances[0] + variances[1]).sqrt();
            let is_known = se[i] > 0.0 && se[j] > 0.0;
            tests.push(if is_known { student_t_two_sided(t, difference_df(variances, 0.0, [df[i], df[j]])) } else { 1.0 });
        }
        tests.sort_by(f64::total_cmp);
        let told = tests.iter().enumerate().take_while(|(k, p)| (tests.len() - k) as f64 * **p < 1.0 - LEVEL).count();
        prop_assert_eq!(comparison.holm(LEVEL).unwrap().decisions, 2 * told);
    }
}

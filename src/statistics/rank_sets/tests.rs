//! Rank sets hold what they promise for any estimates, and their critical values are those known exactly.

use proptest::prelude::*;

use super::independent::LargestFirst;
use super::*;
use crate::statistics::normal_quantile;

fn bounds(sets: &RankSets) -> Vec<(usize, usize)> {
    sets.sets.iter().map(|set| (set.low, set.high)).collect()
}

fn independent<'a>(estimates: &'a [f64], se: &'a [f64]) -> Comparison<'a> {
    Comparison::new(estimates, Covariance::Independent(se)).unwrap()
}

fn holm(estimates: &[f64], se: &[f64]) -> Vec<(usize, usize)> {
    bounds(&independent(estimates, se).holm(0.95).unwrap())
}

/// Every way to form sets, by name.
fn all_methods<'a>(
    comparison: &'a Comparison,
    level: f64,
    simulation: &Simulation,
) -> Vec<(&'static str, RankSets<'a>)> {
    vec![
        ("holm", comparison.holm(level).unwrap()),
        ("sidak", comparison.joint_intervals(level, JointIntervals::Sidak).unwrap()),
        ("bonferroni", comparison.joint_intervals(level, JointIntervals::Bonferroni).unwrap()),
        ("single", comparison.simultaneous(level, simulation, Steps::Single).unwrap()),
        ("down", comparison.simultaneous(level, simulation, Steps::Down).unwrap()),
        ("marginal single", comparison.marginal(level, simulation, Steps::Single).unwrap()),
        ("marginal down", comparison.marginal(level, simulation, Steps::Down).unwrap()),
    ]
}

#[test]
fn far_units_get_one_rank_and_near_ones_share_theirs() {
    let (estimates, se) = ([0.9, 0.5, 0.501], [0.01; 3]);
    let comparison = independent(&estimates, &se);
    for (method, sets) in all_methods(&comparison, 0.95, &Simulation::new(1_000, 1)) {
        assert_eq!(bounds(&sets), [(1, 1), (2, 3), (2, 3)], "{method}");
        assert!(sets.are_distinct(0, 2) && sets.are_distinct(2, 0) && !sets.are_distinct(1, 2), "{method}");
        assert_eq!(sets.decisions, 4, "{method}");
    }
}

#[test]
fn one_unit_has_rank_one_no_unit_has_none_and_units_without_any_sampling_error_are_not_told_apart() {
    for (estimates, se, expected) in [
        (vec![0.4], vec![0.1], vec![(1, 1)]),
        (vec![], vec![], vec![]),
        (vec![1.0, 0.8], vec![0.0; 2], vec![(1, 2), (1, 2)]),
    ] {
        for (method, sets) in all_methods(&independent(&estimates, &se), 0.95, &Simulation::new(1_000, 1)) {
            assert_eq!(bounds(&sets), expected, "{method}");
        }
    }
}

#[test]
fn holm_goes_on_where_bonferroni_ends() {
    // Three pairs with p = 0.0001, 0.02 and 0.03, about: the second needs 0.05 / 2, the third 0.05.
    let (z, se) = (|p: f64| 0.01 * std::f64::consts::SQRT_2 * normal_quantile(0.5 * p), [0.01; 3]);
    assert_eq!(holm(&[z(0.02) + z(0.03), z(0.03), 0.0], &se), [(1, 1), (2, 2), (3, 3)]);
    assert_eq!(holm(&[z(0.026) + z(0.026), z(0.026), 0.0], &se), [(1, 2), (1, 3), (2, 3)]);
}

/// The quantile of the range of n standard normal variables over √2, by numerical integration of
/// `n ∫ φ(x) (Φ(x + w) − Φ(x))^(n−1) dx` (`SciPy` 1.17, `quad` and `brentq`); five units is R's `qtukey(0.95, 5, Inf)/sqrt(2)`.
const RANGES: &[(usize, f64, f64)] = &[
    (2, 0.95, 1.959_963_984_540_054),
    (5, 0.90, 2.459_515_764_271_417),
    (5, 0.95, 2.727_774_370_870_499),
    (37, 0.95, 3.850_413_219_673_012),
    (1_000, 0.95, 5.211_113_569_560_093),
    (1_000, 0.99, 5.546_454_808_066_344),
    (10_000, 0.95, 5.993_125_732_579_335),
];

#[test]
fn the_critical_values_of_equal_variances_are_those_of_the_range() {
    for &(units, level, expected) in RANGES {
        let (estimates, se) = (vec![0.0; units], vec![0.3; units]);
        let comparison = independent(&estimates, &se);
        let sets = comparison.simultaneous(level, &Simulation::new(100_000, 7), Steps::Single).unwrap();
        let CriticalValue { value, monte_carlo_se } = sets.critical[0];
        assert!(monte_carlo_se > 0.0 && monte_carlo_se < 0.02, "{monte_carlo_se}");
        let off = (value - expected) / monte_carlo_se;
        assert!(off.abs() < 3.5, "{units} units at {level}: {value} instead of {expected}");
    }
}

#[test]
fn both_samplers_draw_the_same_maxima_with_all_pairs_open_and_with_some_closed() {
    let estimates = [0.0, 0.3, 0.35, 0.9, 0.5, 0.2, 0.8, 0.6];
    let se = [0.1, 0.02, 0.3, 0.0, 0.1, 0.0, 0.05, 0.0];
    // The last one's error is not known: it is in no pair.
    let exact = [false, false, false, true, false, true, false, false];
    let comparison = independent(&estimates, &se).with_exact(exact.to_vec()).unwrap();
    let simulation = Simulation::new(40_000, 3);
    let draws: Vec<usize> = (0..40_000).collect();
    for told_from in [f64::INFINITY, 2.0, 0.5] {
        let mut ordered = LargestFirst::new(&comparison).maxima(&simulation, &draws, told_from);
        let mut whole = correlated::WholeDraws::new(&comparison).unwrap().maxima(&simulation, &draws, told_from);
        ordered.sort_by(f64::total_cmp);
        whole.sort_by(f64::total_cmp);
        // The largest distance of the two distributions (Kolmogorov–Smirnov), at a chance of 1e-4.
        let place = |value: &f64| whole.partition_point(|other| other < value);
        let distance = ordered.iter().enumerate().map(|(i, value)| i.abs_diff(place(value))).max().unwrap();
        assert!(distance < 629, "{told_from}: {distance}");
    }
}

#[test]
fn a_correlation_that_cancels_tells_apart_what_independence_does_not() {
    let covariance = [vec![1.0, 0.99], vec![0.99, 1.0]];
    let simulation = Simulation::new(10_000, 1);
    let tied = Comparison::new(&[0.0, 1.0], Covariance::Full(&covariance)).unwrap();
    assert_eq!(bounds(&tied.simultaneous(0.95, &simulation, Steps::Down).unwrap()), [(2, 2), (1, 1)]);
    let apart = independent(&[0.0, 1.0], &[1.0; 2]);
    assert_eq!(bounds(&apart.simultaneous(0.95, &simulation, Steps::Down).unwrap()), [(1, 2), (1, 2)]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    use RankSetError as E;
    let full = |rows: &[Vec<f64>]| Comparison::new(&[1.0, 2.0], Covariance::Full(rows)).unwrap_err();
    let errors = |estimates: &[f64], se: &[f64]| Comparison::new(estimates, Covariance::Independent(se)).unwrap_err();
    assert!(matches!(errors(&[f64::NAN], &[1.0]), E::Estimate { unit: 0, .. }));
    assert!(matches!(errors(&[0.0, 1.0], &[1.0, -0.1]), E::Variance { unit: 1, .. }));
    assert!(matches!(errors(&[0.0], &[f64::INFINITY]), E::Variance { unit: 0, .. }));
    assert_eq!(errors(&[0.0], &[]), E::Shape { estimates: 1, found: 0 });
    assert!(matches!(full(&[vec![1.0, 0.0]]), E::Shape { estimates: 2, found: 1 }));
    assert!(matches!(full(&[vec![1.0, 0.1], vec![0.2, 1.0]]), E::Asymmetric { row: 1, column: 0, .. }));
    assert!(matches!(full(&[vec![1.0, f64::NAN], vec![0.2, 1.0]]), E::Asymmetric { .. }));
    assert!(matches!(full(&[vec![1.0, 1.1], vec![1.1, 1.0]]), E::NotACovariance { row: 1, column: 0 }));
    assert!(matches!(full(&[vec![0.0, 0.1], vec![0.1, 1.0]]), E::NotACovariance { .. }));
    assert!(matches!(full(&[vec![-1.0, 0.0], vec![0.0, 1.0]]), E::Variance { unit: 0, .. }));
    let many = vec![0.0; Comparison::UNITS_MAX + 1];
    assert!(matches!(errors(&many, &many), E::TooManyUnits { .. }));
    let many = &many[..=Comparison::MARGINAL_UNITS_MAX];
    let comparison = independent(many, many);
    assert!(matches!(comparison.marginal(0.9, &Simulation::new(1_000, 1), Steps::Down), Err(E::TooManyUnits { .. })));
}

#[test]
fn levels_and_draws_are_limited() {
    let comparison = independent(&[0.0, 1.0], &[1.0; 2]);
    let simultaneous = |level, draws| comparison.simultaneous(level, &Simulation::new(draws, 1), Steps::Down);
    for level in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(simultaneous(level, 100_000), Err(RankSetError::Level(_))), "{level}");
        assert!(matches!(comparison.holm(level), Err(RankSetError::Level(_))), "{level}");
        assert!(comparison.joint_intervals(level, JointIntervals::Sidak).is_err(), "{level}");
    }
    for (level, draws, is_enough) in [
        (0.95, 999, false),
        (0.95, 1_000, true),
        (0.999, 9_999, false),
        (0.999, 10_001, true),
        (1.0 - 1e-16, 10_000_000, false),
    ] {
        assert_eq!(simultaneous(level, draws).is_ok(), is_enough, "{level} {draws}");
    }
    assert!(simultaneous(0.5, Simulation::DRAWS_MAX + 1).is_err());
}

/// Estimates, independent standard errors (some 0), and a covariance of rank 3 plus a little of each unit's own.
fn units() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<Vec<f64>>)> {
    let unit = (0.0_f64..1.0, prop_oneof![4 => 0.001_f64..0.2, 1 => Just(0.0)], [-0.1_f64..0.1, -0.1..0.1, -0.1..0.1]);
    prop::collection::vec(unit, 1..9).prop_map(|units| {
        let (estimates, se) = units.iter().map(|unit| (unit.0, unit.1)).unzip();
        let shared = |i: usize, j: usize| (0..3).map(|k| units[i].2[k] * units[j].2[k]).sum::<f64>();
        let own = |i: usize, j: usize| if i == j { 1e-4 } else { 0.0 };
        let row = |i: usize| (0..units.len()).map(|j| shared(i, j) + own(i, j)).collect();
        (estimates, se, (0..units.len()).map(row).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_set_holds_the_observed_rank_and_grows_with_the_level(
        (estimates, se, covariance) in units(),
        (low, high) in (0.05_f64..0.9, 0.9_f64..0.99),
        seed: u64,
    ) {
        let simulation = Simulation::new(1_000, seed);
        for covariance in [Covariance::Independent(&se), Covariance::Full(&covariance)] {
            let comparison = Comparison::new(&estimates, covariance).unwrap();
            let wide = all_methods(&comparison, high, &simulation);
            for ((method, narrow), (_, wide)) in all_methods(&comparison, low, &simulation).iter().zip(&wide) {
                for (i, (narrow, wide)) in narrow.sets.iter().zip(&wide.sets).enumerate() {
                    let rank = 1 + estimates.iter().filter(|other| **other > estimates[i]).count();
                    prop_assert!(narrow.low <= rank && rank <= narrow.high, "{method}");
                    prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high, "{method}");
                }
            }
        }
    }

    #[test]
    fn stepping_down_never_widens_and_the_sets_are_those_of_the_pairs_told_apart(
        (estimates, se, covariance) in units(),
        seed: u64,
    ) {
        let simulation = Simulation::new(1_000, seed);
        for covariance in [Covariance::Independent(&se), Covariance::Full(&covariance)] {
            let comparison = Comparison::new(&estimates, covariance).unwrap();
            let methods = all_methods(&comparison, 0.9, &simulation);
            let named = |name: &str| &methods.iter().find(|(method, _)| *method == name).unwrap().1;
            for (narrow, wide) in [("down", "single"), ("marginal down", "marginal single"), ("sidak", "bonferroni")] {
                for (narrow, wide) in named(narrow).sets.iter().zip(&named(wide).sets) {
                    prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
                }
            }
            let c: Vec<f64> = named("down").critical.iter().map(|critical| critical.value).collect();
            prop_assert!(c.is_sorted_by(|a, b| a >= b), "{:?}", c);
            for (method, sets) in &methods {
                for (i, set) in sets.sets.iter().enumerate() {
                    let told = |side: fn(f64, f64) -> bool| {
                        let is_told = |j: &usize| side(estimates[*j], estimates[i]) && sets.are_distinct(i, *j);
                        (0..estimates.len()).filter(is_told).count()
                    };
                    let expected = (1 + told(|a, b| a > b), estimates.len() - told(|a, b| a < b));
                    prop_assert_eq!((set.low, set.high), expected, "{}", method);
                }
            }
        }
    }

    #[test]
    fn neither_threads_nor_the_order_of_the_units_change_a_bit(
        (estimates, se, covariance) in units(),
        seed: u64,
        threads in 2_usize..5,
    ) {
        let units = estimates.len();
        let order: Vec<usize> = (0..units).map(|i| (i + 1) % units).rev().collect();
        let moved = |values: &[f64]| order.iter().map(|i| values[*i]).collect::<Vec<f64>>();
        let moved_rows: Vec<Vec<f64>> = order.iter().map(|i| moved(&covariance[*i])).collect();
        let (moved_estimates, moved_se) = (moved(&estimates), moved(&se));
        let one = Simulation::new(1_000, seed);
        let many = Simulation { threads, ..one };
        for (here, there) in [
            (Covariance::Independent(&se), Covariance::Independent(&moved_se)),
            (Covariance::Full(&covariance), Covariance::Full(&moved_rows)),
        ] {
            let here = Comparison::new(&estimates, here).unwrap();
            let there = Comparison::new(&moved_estimates, there).unwrap();
            for ((method, here), (_, there)) in all_methods(&here, 0.9, &one).iter().zip(all_methods(&there, 0.9, &many)) {
                let moved: Vec<RankSet> = order.iter().map(|i| here.sets[*i]).collect();
                prop_assert_eq!(&moved, &there.sets, "{}", method);
                if !method.starts_with("marginal") {
                    prop_assert_eq!(&here.critical, &there.critical, "{}", method);
                }
            }
        }
    }

    #[test]
    fn holm_is_the_procedure_on_sorted_p_values((estimates, se, _) in units(), level in 0.05_f64..0.99) {
        let comparison = independent(&estimates, &se);
        let units = estimates.len();
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (i, j) in (0..units).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let sd = se[i].hypot(se[j]);
            let z = (estimates[i] - estimates[j]).abs() / sd;
            let is_known = se[i] > 0.0 && se[j] > 0.0;
            pairs.push((if is_known { 2.0 * crate::statistics::quantile::normal_upper_tail(z) } else { 1.0 }, i, j));
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let m = pairs.len();
        let told = pairs.iter().enumerate().take_while(|(k, pair)| (m - k) as f64 * pair.0 <= 1.0 - level);
        let sets = comparison.holm(level).unwrap();
        let told: Vec<(usize, usize)> = told.map(|(_, pair)| (pair.1, pair.2)).collect();
        prop_assert_eq!(2 * told.len(), sets.decisions);
        prop_assert!(told.iter().all(|(i, j)| sets.are_distinct(*i, *j)));
    }
}

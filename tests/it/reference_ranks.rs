//! Rank sets agree with R: `csranks`, `p.adjust`, and Klein, Wright and Wieczorek's intervals in base R; where R's few draws do
//! not decide, with an independent simulation of 400,000 draws with `numpy` (`tests/reference/README.md`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use plumbline::ranking::{RankMethod, RankOptions, RankOrder, unit_ranks};
use plumbline::statistics::{Comparison, Covariance, CriticalValue, JointIntervals, RankSets, Simulation, Steps};
use serde_json::Value;

use crate::reference::path;

/// The draws of `ranks_highprec.json` and `expected_ranks_highprec.json`.
const DRAWS_HIGHPREC: f64 = 400_000.0;
/// The draws of `csranks` in `ranks_reference.json` and `expected_ranks.json`.
const DRAWS_CSRANKS: usize = 20_000;
/// Estimates with independent errors, in `ranks_reference.json`.
const INDEPENDENT: [&str; 4] = ["pisa", "pisa2018", "pisa2022", "equal_variance_toy"];

fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(file)).unwrap()).unwrap()
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// One case of the reference values.
struct Case {
    name: String,
    estimates: Vec<f64>,
    se: Vec<f64>,
    /// The covariance; nothing where the estimates are independent.
    covariance: Option<Vec<Vec<f64>>>,
    expected: Value,
    /// The values of the independent simulation.
    highprec: Value,
}

impl Case {
    fn comparison(&self) -> Comparison<'_> {
        let covariance = self.covariance.as_deref().map_or(Covariance::Independent(&self.se), Covariance::Full);
        Comparison::new(&self.estimates, covariance).unwrap()
    }
}

/// PISA and a toy, then three indices of nine districts, uncalibrated and raked.
fn cases() -> Vec<Case> {
    let (ranks, highprec) = (json("ranks_reference.json"), json("ranks_highprec.json"));
    let (districts, districts_highprec) = (json("expected_ranks.json"), json("expected_ranks_highprec.json"));
    let case = |name: &str, all: &Value, highprec: &Value| {
        let expected = all[name].clone();
        let rows = expected["covariance"].as_array();
        Case {
            name: name.to_owned(),
            estimates: numbers(&expected["est"]),
            se: numbers(&expected["se"]),
            covariance: rows.map(|rows| rows.iter().map(numbers).collect()),
            highprec: highprec[name].clone(),
            expected,
        }
    };
    let independent = INDEPENDENT.iter().map(|name| case(name, &ranks, &highprec));
    let tied = districts.as_object().unwrap().keys().map(|name| case(name, &districts, &districts_highprec));
    independent.chain(tied).collect()
}

/// Panics unless the sets are those of `expected`; counts them.
fn assert_sets(found: &RankSets, expected: &Value, what: &str) -> usize {
    let low: Vec<f64> = found.sets.iter().map(|set| set.low as f64).collect();
    let high: Vec<f64> = found.sets.iter().map(|set| set.high as f64).collect();
    assert_eq!(low, numbers(&expected["L"]), "{what}, low");
    assert_eq!(high, numbers(&expected["U"]), "{what}, high");
    found.sets.len()
}

/// Two threads, seed 1.
fn simulation(draws: usize) -> Simulation<'static> {
    Simulation { threads: 2, ..Simulation::new(draws, 1) }
}

#[test]
fn ranks_holm_and_joint_intervals_are_those_of_r() {
    let mut compared = 0;
    for case in cases() {
        let (comparison, name) = (case.comparison(), &case.name);
        let holm = comparison.holm(0.95).unwrap();
        compared += assert_sets(&holm, &case.expected["holm_pairwise"], &format!("{name}, Holm"));
        for (kind, key) in [(JointIntervals::Sidak, "kww_sidak"), (JointIntervals::Bonferroni, "kww_bonferroni")] {
            let found = comparison.joint_intervals(0.95, kind).unwrap();
            compared += assert_sets(&found, &case.expected[key], &format!("{name}, {key}"));
            let z = case.expected[key]["z"].as_f64().unwrap();
            assert!((found.critical[0].value - z).abs() < 1e-12 * z, "{name}, {key}: {:?}", found.critical);
        }
        let places = unit_ranks(&case.estimates, &holm, &RankOptions::new(RankMethod::Holm, 0.95));
        let ranks: Vec<f64> = places.iter().map(|place| place.rank as f64).collect();
        assert_eq!(ranks, numbers(&case.expected["rank"]), "{name}");
        compared += ranks.len();
    }
    println!("| Ranks, Holm and joint intervals: PISA, a toy, 6 × 9 districts | {compared} | equal |");
    assert_eq!(compared, 4 * (37 + 38 + 37 + 5 + 6 * 9));
}

#[test]
fn joint_intervals_of_travel_times_with_the_shortest_first_are_those_of_r() {
    let expected = &json("ranks_reference.json")["traveltime2011_ascending"];
    let (times, se) = (RankOrder::Asc.signed(numbers(&expected["est"])), numbers(&expected["se"]));
    let comparison = Comparison::new(&times, Covariance::Independent(&se)).unwrap();
    for (kind, key) in [(JointIntervals::Sidak, "kww_sidak"), (JointIntervals::Bonferroni, "kww_bonferroni")] {
        let found = comparison.joint_intervals(0.9, kind).unwrap();
        assert_sets(&found, &expected[key], key);
        let z = expected[key]["z"].as_f64().unwrap();
        assert!((found.critical[0].value - z).abs() < 1e-12 * z, "{key}: {:?}", found.critical);
    }
    println!("| Ranks: joint intervals of 51 travel times at 90 % | {} | equal |", 2 * times.len());
    assert_eq!(times.len(), 51);
}

/// How far a simulated value lies from another, in the standard errors of both.
fn distance(found: CriticalValue, expected: &Value, expected_se: f64) -> f64 {
    (found.value - expected.as_f64().unwrap()).abs() / found.monte_carlo_se.hypot(expected_se)
}

#[test]
fn simulated_sets_are_those_of_400_000_draws_and_critical_values_within_their_error() {
    let (mut compared, mut largest) = (0, 0.0_f64);
    for case in cases() {
        let (comparison, name) = (case.comparison(), &case.name);
        let draws = if case.covariance.is_some() { 50_000 } else { 100_000 };
        let single = comparison.simultaneous(0.95, &simulation(draws), Steps::Single).unwrap();
        let down = comparison.simultaneous(0.95, &simulation(draws), Steps::Down).unwrap();
        compared += assert_sets(&single, &case.highprec["single"], &format!("{name}, single step"));
        compared += assert_sets(&down, &case.highprec["stepdown"], &format!("{name}, step down"));
        for (found, key) in [(&single, "crit_single"), (&down, "crit_last")] {
            let found = *found.critical.last().unwrap();
            // The other simulation has the same distribution, with more draws.
            let other_se = found.monte_carlo_se * (draws as f64 / DRAWS_HIGHPREC).sqrt();
            let distance = distance(found, &case.highprec[key], other_se);
            assert!(distance < 3.5, "{name}, {key}: {found:?}, off by {distance} standard errors");
            largest = largest.max(distance);
        }
        let reference_se = case.expected["crit_mc_se"].as_f64().unwrap();
        let distance = distance(single.critical[0], &case.expected["crit_single_twosided"], reference_se);
        assert!(distance < 3.5, "{name}, csranks' single step: off by {distance} standard errors");
    }
    println!("| Ranks: simultaneous sets, single step and step down | {compared} | equal |");
    println!("| Ranks: critical values, in Monte-Carlo standard errors | 20 | {largest:.1} |");
    assert_eq!(compared, 2 * (37 + 38 + 37 + 5 + 6 * 9));
}

#[test]
fn one_sided_marginal_and_best_and_worst_sets_are_those_of_csranks() {
    let mut compared = 0;
    for case in cases().into_iter().filter(|case| !case.name.starts_with("pisa")) {
        let (comparison, name) = (case.comparison(), &case.name);
        for (steps, suffix) in [(Steps::Single, "single"), (Steps::Down, "stepdown")] {
            let joint = comparison.simultaneous(0.95, &simulation(DRAWS_CSRANKS), steps).unwrap();
            let marginal = comparison.marginal(0.95, &simulation(DRAWS_CSRANKS), steps).unwrap();
            for (side, found) in [
                ("simul_twosided", &joint),
                ("simul_lower", &joint.clone().lower()),
                ("simul_upper", &joint.clone().upper()),
                ("marg_twosided", &marginal),
            ] {
                let key = format!("{side}_{suffix}");
                compared += assert_sets(found, &case.expected[&key], &format!("{name}, {key}"));
            }
        }
        for (method, key, tier) in [(RankMethod::Best, "tau_best3", 1), (RankMethod::Worst, "tau_worst3", 2)] {
            let options = RankOptions { threads: 2, draws: DRAWS_CSRANKS, ..RankOptions::new(method, 0.95) };
            let found = options.rank_sets(&comparison, &|_| ()).unwrap();
            let places = unit_ranks(&case.estimates, &found, &options);
            let is_among: Vec<Value> = places.iter().map(|place| Value::Bool(place.tier == tier)).collect();
            assert_eq!(Value::Array(is_among), case.expected[key], "{name}, {key}");
            compared += places.len();
        }
    }
    println!("| Ranks: one-sided, marginal, best 3 and worst 3 sets, a toy and 6 × 9 districts | {compared} | equal |");
    assert_eq!(compared, 10 * (5 + 6 * 9));
}

#[test]
fn five_equal_units_have_the_critical_value_of_the_range() {
    let comparison = Comparison::new(&[5.0, 4.0, 3.0, 2.0, 1.0], Covariance::Independent(&[0.3; 5])).unwrap();
    let found = comparison.simultaneous(0.95, &simulation(200_000), Steps::Single).unwrap().critical[0];
    let distance = (found.value - 2.72777).abs() / found.monte_carlo_se;
    println!(
        "| Ranks: 5 equal units, 2.72777, in Monte-Carlo standard errors ({:.4}) | 1 | {distance:.1} |",
        found.monte_carlo_se
    );
    assert!(distance < 3.0 && found.monte_carlo_se < 0.005, "{found:?}");
}

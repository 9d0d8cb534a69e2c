//! The Fay–Herriot model agrees with R's package `sae`, with each estimator of the variance between areas.
//!
//! `cargo test --test it reference -- --nocapture` prints the largest difference of each case (see `docs/METHOD.md`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use plumbline::statistics::{Area, FayHerriot, VarianceEstimator};
use serde_json::Value;

use crate::reference::path;

/// R stopped when a step fell below 1e-12 of the variance; what follows from the variance is as near as that.
const TOLERANCE: f64 = 1e-9;

const ESTIMATORS: [(&str, VarianceEstimator); 3] =
    [("REML", VarianceEstimator::Reml), ("ML", VarianceEstimator::Ml), ("FH", VarianceEstimator::FayHerriot)];

fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(file)).unwrap()).unwrap()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The largest relative difference between two lists of the same length.
#[track_caller]
fn largest(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let difference = |(found, expected): (&f64, &f64)| (found - expected).abs() / expected.abs();
    let largest = found.iter().zip(expected).map(difference).fold(0.0, f64::max);
    assert!(largest <= TOLERANCE, "{largest}: {found:?} instead of {expected:?}");
    largest
}

/// Fits with each estimator and compares everything that R gave.
fn compare(case: &str, columns: &[&str], areas: &[Area], expected: &Value, se_key: &str) {
    for (name, estimator) in ESTIMATORS {
        let (model, expected) = (FayHerriot::fit(columns, areas, estimator).unwrap(), &expected[name]);
        let (beta, se): (Vec<f64>, Vec<f64>) = model.coefficients.iter().map(|c| (c.value, c.se)).unzip();
        let (eblup, mse): (Vec<f64>, Vec<f64>) = model.predictions.iter().map(|p| (p.value, p.mse)).unzip();
        let scalar = |value: f64, key: &str| largest(&[value], &[expected[key].as_f64().unwrap()]);
        let mut differences = vec![
            scalar(model.model_variance, "refvar"),
            largest(&beta, &numbers(&expected["beta"])),
            largest(&se, &numbers(&expected[se_key])),
            largest(&eblup, &numbers(&expected["eblup"])),
            largest(&mse, &numbers(&expected["mse"])),
        ];
        let mut compared = 1 + 2 * beta.len() + 2 * eblup.len();
        if expected["loglik"].is_number() {
            differences.push(scalar(model.log_likelihood, "loglik"));
            compared += 1;
        }
        println!("| {case}, {name} | {compared} | {:.1e} relative |", differences.into_iter().fold(0.0, f64::max));
    }
}

#[test]
fn the_model_of_milk_expenditure_is_that_of_sae() {
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        // SmallArea, ni, yi, SD, CV, MajorArea, MA, v
        let row: Vec<f64> = row.unwrap().iter().map(|cell| cell.parse().unwrap()).collect();
        let in_major = |code: f64| f64::from(u8::from((row[5] - code).abs() < 0.5));
        Area { estimate: row[2], variance: row[7], covariates: vec![1.0, in_major(2.0), in_major(3.0), in_major(4.0)] }
    };
    let areas: Vec<Area> = csv::Reader::from_path(path("milk.csv")).unwrap().records().map(row).collect();
    assert_eq!(areas.len(), 43);
    let columns = ["intercept", "major2", "major3", "major4"];
    compare("Fay–Herriot, milk, 43 areas", &columns, &areas, &json("fay_herriot_milk.json"), "se");
}

#[test]
fn the_model_of_171_communes_is_that_of_sae() {
    let expected = json("expected_fay_herriot.json");
    let [y, v, x1, x2] = ["y", "v", "x1", "x2"].map(|key| numbers(&expected[key]));
    let area = |d: usize| Area { estimate: y[d], variance: v[d], covariates: vec![1.0, x1[d], x2[d]] };
    let areas: Vec<Area> = (0..y.len()).map(area).collect();
    assert_eq!(areas.len(), 171);
    compare("Fay–Herriot, 171 communes", &["intercept", "x1", "x2"], &areas, &expected, "se_beta");
}

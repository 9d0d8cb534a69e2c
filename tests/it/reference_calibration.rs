//! Calibrated estimates, totals, covariances and weights agree with R's `survey` package, by each method.
//!
//! `cargo test --test it reference_calibration -- --nocapture` prints the largest difference of each case (see
//! `docs/METHOD.md`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use plumbline::estimation::{Measure, Sample, Statistic};
use plumbline::foundation::RatingScale;
use plumbline::statistics::{CalibrationCell, CalibrationMethod, calibrate};
use serde_json::Value;

use crate::reference::{DISTRICTS, Largest, criteria, json, named, path};
use crate::reference_design::{A, Design, ROWS, Row, compare_domains, margin, results, sample, totals_of_item_1};

const MARGINS: &[&[&str]] = &[&["district"], &["sex"], &["age_band"]];
const CALIBRATIONS: [(&str, &str, CalibrationMethod, &[&[&str]]); 4] = [
    ("rake_exact", "w_rake", CalibrationMethod::Raking, MARGINS),
    ("greg", "w_greg", CalibrationMethod::Linear, MARGINS),
    ("logit", "w_logit", CalibrationMethod::Logit { lower: 0.5, upper: 2.0 }, MARGINS),
    ("post", "w_post", CalibrationMethod::Linear, &[&["sex", "age_band"]]),
];

/// The totals of item 1, their standard errors and covariance.
fn compare_totals(sample: &Sample, expected: &Value, case: &str) {
    let mut largest = Largest::new(format!("{case}: totals, standard errors, covariance, relative"));
    let totals = totals_of_item_1(sample.overall());
    for (i, (total, se)) in totals.into_iter().enumerate() {
        largest.compare_relative(total, &expected["total"][i], "total");
        largest.compare_relative(se, &expected["se"][i], "its standard error");
        for j in 0..2 {
            let covariance = sample.overall().covariance_of_totals().unwrap().get(22 * i, 22 * j);
            largest.compare_relative(covariance, &expected["vcov"][i][j], "covariance");
        }
    }
    largest.report(8);
}

/// R's `rake()` meets the same margins by turns; its standard errors are not exact and no target.
fn compare_with_alternating_raking(sample: &Sample, levels: &BTreeMap<(String, String), usize>, expected: &Value) {
    let mut largest = Largest::new("calibration rake_ipf: estimates and totals, relative");
    let districts = DISTRICTS.iter().map(|code| &expected["by_district"][code]).zip(sample.levels());
    for (expected, domain) in districts.chain([(&expected["overall"], sample.overall())]) {
        for (name, estimate) in named(&results(domain)) {
            largest.compare_relative(estimate.value, &expected["estimates"][&name], &name);
        }
    }
    for column in ["sex", "service"] {
        for (level, expected) in expected[format!("domains_{column}")].as_object().unwrap() {
            let estimates = named(&results(&sample.levels()[levels[&(column.to_owned(), level.clone())]]));
            for name in ["index_items", "index_factors", "index_pooled", "index_score100"] {
                largest.compare_relative(estimates[name].value, &expected[name], level);
            }
        }
    }
    for (i, (total, _)) in totals_of_item_1(sample.overall()).into_iter().enumerate() {
        largest.compare_relative(total, &expected["totals_q01"]["total"][i], "total");
    }
    largest.report(10 * 53 + 8 * 4 + 2);
}

#[test]
fn calibrated_estimates_errors_and_covariances_are_those_of_r() {
    let (all, criteria) = (&json("expected.json")["calib"], criteria());
    let factors: Vec<Statistic> = criteria
        .factors
        .iter()
        .map(|(_, items)| Statistic::average(&[RatingScale::FIVE; 22], Measure::Share, &[items]))
        .collect();
    for (name, _, how, margins) in CALIBRATIONS {
        let design = Design { domains: &["sex", "service"], calibration: Some((how, margins)), ..A };
        let (sample, levels) = sample(&design);
        let expected = &all[name];
        let mut largest = Largest::new(format!("calibration {name}: estimates and standard errors"));
        let domains = DISTRICTS.iter().map(|code| &expected["by_district"][code]).zip(sample.levels());
        for (expected, domain) in domains.chain([(&expected["overall"], sample.overall())]) {
            for (name, estimate) in named(&results(domain)) {
                largest.compare(estimate.value, &expected["estimates"][&name], &name);
                largest.compare(estimate.precision.unwrap().se, &expected["se"][&name], &name);
            }
        }
        largest.report(2 * 10 * 53);
        let mut between = Largest::new(format!("calibration {name}: covariances between districts"));
        for (position, kind) in ["index_items", "index_factors", "index_pooled"].into_iter().enumerate() {
            let found = sample.covariance_between(position).unwrap().to_rows();
            for (i, j) in (0..9).flat_map(|i| (0..9).map(move |j| (i, j))) {
                between.compare(found[i][j], &expected["cov_between_districts"][kind][i][j], kind);
            }
        }
        between.report(3 * 81);
        let mut largest = Largest::new(format!("calibration {name}: covariances between factors"));
        for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))) {
            let found = sample.overall().covariance(&factors[i], &factors[j]).unwrap();
            largest.compare(found, &expected["overall"]["cov_factors"][i][j], "factors");
        }
        largest.report(25);
        compare_totals(&sample, &expected["totals_q01"], &format!("calibration {name}"));
        if how == CalibrationMethod::Raking {
            compare_with_alternating_raking(&sample, &levels, &all["rake_ipf"]);
        }
        for column in ["sex", "service"] {
            let case = format!("calibration {name}: domains of {column}");
            compare_domains((&sample, &levels), column, &expected[format!("domains_{column}")], &case);
        }
    }
}

/// A cell for each respondent, with indicators of the levels: all of the first margin, all but the first of the others.
fn cells(margins: &[&[&str]]) -> (Vec<CalibrationCell>, Vec<f64>) {
    let margins: Vec<_> = margins.iter().map(|columns| (columns, margin(columns))).collect();
    let levels: usize = margins.iter().map(|(_, (margin, _))| margin.levels.len()).sum();
    let dropped: Vec<usize> = margins
        .iter()
        .scan(0, |at, (_, (margin, _))| {
            *at += margin.levels.len();
            Some(*at)
        })
        .take(margins.len() - 1)
        .collect();
    let keep = |values: Vec<f64>| -> Vec<f64> {
        values.into_iter().enumerate().filter(|(at, _)| !dropped.contains(at)).map(|(_, value)| value).collect()
    };
    let cell = |row: &Row| {
        let mut x = vec![0.0; levels];
        let mut begin = 0;
        for (columns, (margin, numbers)) in &margins {
            let values: Vec<String> = columns.iter().map(|column| row[*column].clone()).collect();
            x[begin + numbers[&values] as usize] = 1.0;
            begin += margin.levels.len();
        }
        CalibrationCell { x: keep(x), weight: row["weight"].parse().unwrap() }
    };
    let cells: Vec<CalibrationCell> = ROWS.iter().map(cell).collect();
    let totals = keep(margins.iter().flat_map(|(_, (margin, _))| margin.levels.iter().map(|(_, n)| *n)).collect());
    (cells, totals)
}

#[test]
fn calibrated_weights_are_those_of_r() {
    let expected = &json("expected.json")["calib"];
    let weights: Vec<Row> =
        csv::Reader::from_path(path("expected_weights.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    for (name, column, how, margins) in CALIBRATIONS {
        let (cells, totals) = cells(margins);
        let found = calibrate(&cells, &totals, how).unwrap();
        let factors = || found.factors.iter().copied();
        let range = [factors().fold(f64::INFINITY, f64::min), factors().fold(0.0, f64::max)];
        // R prints twelve digits, and its `rake()` stops within 1e-9.
        let sections = [(name, column, 1e-11), ("rake_ipf", "w_rake_ipf", 1e-9)];
        let is_raking = how == CalibrationMethod::Raking;
        for (section, column, tolerance) in sections.into_iter().take(1 + usize::from(is_raking)) {
            let mut largest = Largest::within(tolerance, format!("calibration {section}: weights and range, relative"));
            for ((cell, factor), (row, expected)) in cells.iter().zip(&found.factors).zip(ROWS.iter().zip(&weights)) {
                assert_eq!(row["resp_id"], expected["resp_id"]);
                let weight: f64 = expected[column].parse().unwrap();
                largest.compare_relative(cell.weight * factor, &Value::from(weight), column);
            }
            for (end, factor) in range.into_iter().enumerate() {
                largest.compare_relative(
                    factor,
                    &expected[section]["weight_range"][end],
                    "smallest and largest factor",
                );
            }
            largest.report(ROWS.len() + 2);
        }
    }
}

/// What the rank sets of `reference_ranks.rs` start from.
#[test]
fn indices_of_districts_that_are_ranked_and_their_covariances_are_those_of_r() {
    let expected = json("expected_ranks.json");
    let raked = Design { calibration: Some((CalibrationMethod::Raking, MARGINS)), ..A };
    let mut largest = Largest::new("A and raked: ranked indices, standard errors and covariances, relative");
    for (name, design) in [("A", A), ("rake_exact", raked)] {
        let (sample, _) = sample(&design);
        for (position, kind) in ["index_items", "index_factors", "index_pooled"].into_iter().enumerate() {
            let (expected, covariance) =
                (&expected[format!("{name}_{kind}")], sample.covariance_between(position).unwrap().to_rows());
            assert_eq!(expected["names"], serde_json::json!(DISTRICTS));
            let errors: Vec<f64> = (0..9).map(|i| covariance[i][i].sqrt()).collect();
            for (i, domain) in sample.levels().iter().enumerate() {
                largest.compare_relative(named(&results(domain))[kind].value, &expected["est"][i], "index");
                largest.compare_relative(errors[i], &expected["se"][i], "standard error");
                for j in 0..9 {
                    let size = errors[i] * errors[j];
                    largest.compare_sized(covariance[i][j], &expected["covariance"][i][j], size, "covariance");
                }
            }
        }
    }
    largest.report(2 * 3 * (9 + 9 + 81));
}

//! `estimate` from files of random surveys gives what a naive second implementation gives, and what must hold of it holds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod margins;
mod naive;
mod survey;

use std::collections::BTreeMap;

use plumbline::pipeline::{EstimateOptions, OutputFormat, estimate_files};
use proptest::prelude::*;
use tempfile::TempDir;

use naive::{Expected, Naive};
use survey::{Survey, survey};

type Row = BTreeMap<String, String>;

/// Both files that were written, or the error.
fn estimate(survey: &Survey, responses: &str) -> Result<[String; 2], String> {
    let folder = TempDir::new().unwrap();
    survey.write_design(folder.path());
    std::fs::write(folder.path().join("responses.csv"), responses).unwrap();
    estimate_in(&folder)
}

fn estimate_in(folder: &TempDir) -> Result<[String; 2], String> {
    let place = |name: &str| folder.path().join(name);
    let options = EstimateOptions {
        responses: place("responses.csv"),
        design: place("design.toml"),
        output: place("estimates.csv"),
        covariance: Some(place("covariance.csv")),
        format: OutputFormat::Csv,
    };
    let outcome = estimate_files(&options, |_| ()).map_err(|error| error.to_string());
    if let Err(error) = outcome {
        assert!(!place("estimates.csv").exists() && !place("covariance.csv").exists(), "an error writes nothing");
        return Err(error.replace(&folder.path().display().to_string(), ""));
    }
    Ok(["estimates.csv", "covariance.csv"].map(|name| std::fs::read_to_string(place(name)).unwrap()))
}

fn rows(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn number(row: &Row, column: &str) -> Option<f64> {
    Some(&row[column]).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap())
}

/// To a part in a billion; what is less than `rounding` is noise.
fn near(found: Option<f64>, expected: Option<f64>, rounding: f64) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs() + rounding,
        (found, expected) => found == expected,
    }
}

fn compare(row: &Row, expected: &Expected) -> Result<(), TestCaseError> {
    let shown = format!("{row:?} {expected:?}");
    prop_assert_eq!(number(row, "n"), Some(expected.n as f64), "{}", &shown);
    prop_assert!(near(number(row, "estimate"), expected.value, 1e-12 * expected.size), "{}", &shown);
    let df = expected.precision.map(|(_, df)| df as f64);
    prop_assert_eq!(number(row, "df"), df, "{}", &shown);
    let variance = expected.precision.map(|(variance, _)| variance);
    let noise = 1e-13 * expected.size.powi(2);
    prop_assert!(near(number(row, "se").map(|se| se * se), variance, noise), "{}", &shown);
    if let Some((low, high)) = expected.interval {
        // The ends are as exact as the standard error.
        let rounding = 1e-9 * expected.size + 10.0 * noise.sqrt();
        prop_assert!(near(number(row, "ci_low"), Some(low), rounding), "{}", &shown);
        prop_assert!(near(number(row, "ci_high"), Some(high), rounding), "{}", &shown);
    }
    if let (Some(deff), Some(variance)) = (expected.deff, variance) {
        let (n_eff, rounding) = (expected.n as f64 / deff, 10.0 * noise / variance);
        prop_assert!(near(number(row, "deff"), Some(deff), rounding * deff), "{}", &shown);
        prop_assert!(near(number(row, "n_eff"), Some(n_eff), rounding * n_eff), "{}", &shown);
    }
    Ok(())
}

proptest! {
    #[test]
    fn estimates_are_those_of_the_naive_implementation(survey in survey(1..40)) {
        let positions: Vec<usize> = (0..survey.people.len()).collect();
        let found = estimate(&survey, &survey.csv(&positions));
        let naive = Naive::new(&survey);
        let (naive, [estimates, covariance]) = match (naive, found) {
            (None, Err(error)) => {
                prop_assert!(error.starts_with("margin "), "{}", error);
                return Ok(());
            }
            (Some(naive), Err(error)) if naive.is_lonely() && survey.design.lonely == "fail" => {
                prop_assert!(error.starts_with("stratum "), "{}", error);
                return Ok(());
            }
            (Some(naive), Ok(found)) => (naive, found),
            (naive, found) => return Err(TestCaseError::fail(format!("{} {found:?}", naive.is_some()))),
        };
        prop_assert!(survey.design.lonely != "fail" || !naive.is_lonely());
        let expected = naive.estimates();
        let found = rows(&estimates);
        prop_assert_eq!(found.len(), expected.len());
        for expected in &expected {
            let name = |row: &Row| format!("{} {}", row["statistic"], row["item"]);
            let row = found.iter().find(|row| row["level"] == expected.level && name(row) == expected.name).unwrap();
            compare(row, expected)?;
        }
        let between = naive.between(&expected);
        let found = rows(&covariance);
        prop_assert_eq!(found.len(), between.len());
        for row in found {
            let (expected, rounding) = between[&(row["statistic"].clone(), row["level_a"].clone(), row["level_b"].clone())];
            prop_assert!(near(number(&row, "covariance"), expected, rounding), "{:?} {:?}", row, expected);
        }
    }
}

//! `estimate` from files of random surveys gives what a naive second implementation gives, and what must hold of it holds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod columns;
mod margins;
mod naive;
mod survey;

use std::collections::BTreeMap;

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use proptest::prelude::*;
use tempfile::TempDir;

pub(crate) use columns::{write_parquet, write_parquet_in_groups};
use naive::{Expected, Naive};
use survey::{Survey, survey};

type Row = BTreeMap<String, String>;

/// Both files that were written, or the error.
fn estimate(survey: &Survey, responses: &str) -> Result<[String; 2], String> {
    let folder = TempDir::new().unwrap();
    survey.write_design(folder.path());
    std::fs::write(folder.path().join("responses.csv"), responses).unwrap();
    estimate_in(&folder, "responses.csv")
}

fn estimate_in(folder: &TempDir, responses: &str) -> Result<[String; 2], String> {
    let place = |name: &str| folder.path().join(name);
    let options = EstimateOptions {
        responses: place(responses),
        design: place("design.toml"),
        output: place("estimates.csv"),
        covariance: Some(place("covariance.csv")),
        format: OutputFormat::Csv,
        weights: None,
        replicates: None,
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
    let variance = variance.filter(|variance| *variance > 100.0 * noise);
    if let (Some(deff), Some(variance)) = (expected.deff, variance) {
        let (n_eff, rounding) = (expected.n as f64 / deff, 10.0 * noise / variance);
        prop_assert!(near(number(row, "deff"), Some(deff), rounding * deff), "{}", &shown);
        prop_assert!(near(number(row, "n_eff"), Some(n_eff), rounding * n_eff), "{}", &shown);
    }
    Ok(())
}

proptest! {
    // A quarter of the usual cases: each takes files and some 40 ms.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

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
                // Without strata the whole sample is one.
                let is_named = error.starts_with("stratum ")
                    || survey.design.strata == 0 && error.starts_with("the sample has only one sampling unit");
                prop_assert!(is_named, "{}", error);
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

    #[test]
    fn rows_in_another_order_give_the_same_bytes(survey in survey(1..40), order in prop::collection::vec(any::<u32>(), 40)) {
        let mut positions: Vec<usize> = (0..survey.people.len()).collect();
        let first = estimate(&survey, &survey.csv(&positions));
        positions.sort_by_key(|position| order[*position]);
        match (first, estimate(&survey, &survey.csv(&positions))) {
            // Which of several mistakes is named depends on which comes first.
            (Err(_), Err(_)) => {}
            (first, second) => prop_assert_eq!(first, second),
        }
    }

    #[test]
    fn weights_that_are_all_multiplied_change_no_estimate_and_no_precision(mut survey in survey(1..40), factor in 2_i64..1000) {
        survey.design.weighted = true;
        survey.design.calibration = None;
        let positions: Vec<usize> = (0..survey.people.len()).collect();
        let first = estimate(&survey, &survey.csv(&positions));
        survey.people.iter_mut().for_each(|person| person.weight *= factor);
        let second = estimate(&survey, &survey.csv(&positions));
        prop_assert_eq!(first.is_ok(), second.is_ok());
        let (Ok([first, _]), Ok([second, _])) = (first, second) else { return Ok(()) };
        for (first, second) in rows(&first).iter().zip(rows(&second)) {
            prop_assert_eq!([&first["n"], &first["df"]], [&second["n"], &second["df"]]);
            for column in ["estimate", "se"] {
                // Only what is rounding may change.
                prop_assert!(near(number(&second, column), number(first, column), 3e-5), "{:?} {:?}", first, second);
            }
            let variance = |row: &Row| number(row, "se").map(|se| se * se);
            prop_assert!(near(variance(&second), variance(first), 1e-9), "{:?} {:?}", first, second);
        }
    }

    #[test]
    fn what_the_margins_tell_is_met_and_has_no_error(mut survey in survey(2..40)) {
        prop_assume!(survey.design.calibration.is_some());
        for person in &mut survey.people {
            person.ratings = [if person.sex == 1 { 5 } else { 1 }; 3];
        }
        let positions: Vec<usize> = (0..survey.people.len()).collect();
        let Ok([estimates, _]) = estimate(&survey, &survey.csv(&positions)) else { return Ok(()) };
        let counts = survey.counts(survey.design.calibration.as_ref().unwrap());
        let sum = |from: usize| counts.iter().filter(|((sex, _), _)| *sex >= from).map(|(_, people)| people).sum::<f64>();
        let everybody = rows(&estimates).into_iter().filter(|row| row["level"].is_empty());
        for row in everybody.filter(|row| ["top2", "index_items", "index_pooled"].contains(&row["statistic"].as_str())) {
            prop_assert!(near(number(&row, "estimate"), Some(sum(1) / sum(0)), 1e-12), "{:?} {}", row, sum(1) / sum(0));
            prop_assert!(number(&row, "se").is_none_or(|se| se < 1e-9), "{:?}", row);
        }
    }

    #[test]
    fn parquet_and_csv_in_other_clothes_give_the_same_bytes(survey in survey(1..40)) {
        let csv = survey.csv(&(0..survey.people.len()).collect::<Vec<_>>());
        let plain = estimate(&survey, &csv);
        let (header, body) = csv.split_once('\n').unwrap();
        let other = format!("\u{feff}{}\n{body}", header.replace(',', " , ")).replace('\n', " \r\n\r\n");
        prop_assert_eq!(&plain, &estimate(&survey, &other));
        let folder = TempDir::new().unwrap();
        survey.write_design(folder.path());
        write_parquet(&csv, &folder.path().join("responses.parquet"));
        prop_assert_eq!(plain, estimate_in(&folder, "responses.parquet"));
    }
}

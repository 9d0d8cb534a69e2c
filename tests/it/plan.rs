//! `plumbline plan` gives the published numbers in all formats, and says what is wrong with what it is asked.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use crate::support::process::{plumbline, run};

/// A plan needs no store; were this one opened, it would be an error.
const NO_STORE: &str = "sqlite:///nowhere/at/all.db";

fn plan(arguments: &str) -> String {
    let arguments: Vec<&str> = ["plan"].into_iter().chain(arguments.split_whitespace()).collect();
    run(NO_STORE, &arguments)
}

/// The figures by their names, as CSV has them.
fn figures(arguments: &str) -> BTreeMap<String, f64> {
    let text = plan(&format!("{arguments} --format csv"));
    let rows = csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap);
    rows.map(|row| (row[0].to_owned(), row[1].parse().unwrap_or(f64::NAN))).collect()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
}

#[test]
fn the_published_numbers_come_out() {
    for (population, slovin) in [(100, 80.0), (500, 222.2), (1_000, 285.7), (100_000, 398.4)] {
        let found = figures(&format!("--margin 0.05 --population {population}"));
        assert_close(found["answers_by_slovin"], slovin, 0.05);
        assert!(found["answers_for_margin"] < slovin);
    }
    for (other, answers) in [("0.83", 5_271.0), ("0.80", 903.0), ("0.75", 247.0)] {
        assert_close(figures(&format!("--separate 0.85,{other}"))["answers_to_separate"], answers, 0.5);
    }
    for (design_effect, low, high) in [(1, 0.8147, 0.8783), (2, 0.7988, 0.8887)] {
        let found = figures(&format!("--answers 486 --share 0.8492 --design-effect {design_effect}"));
        assert_close(found["interval_low"], low, 5e-5);
        assert_close(found["interval_high"], high, 5e-5);
    }
}

const READ_BY_OFFICIALS: &str = "\
At 95% confidence, for an expected share of 85%, a design effect of 1.5, 12,000 people in a unit:

      765  answers      in a unit give a margin of ±3 points
    1,275  people       in a unit to be asked for them, if 60% answer
    6,885  answers      in all 9 units together
  1,016.9  answers      by Slovin's formula for ±3 points

      765  answers      in each unit mean that
     6.54  points       below 85% is the nearest unit told apart with 80% power
       36  pairs        are compared in a ranking of 9 units
     9.69  points       below 85% is the nearest unit told apart jointly among all pairs
    32.4%  probability  that a unit truly 1 point below 85% comes out ahead of it
    18.4%  probability  that a unit truly 2 points below 85% comes out ahead of it
     1.5%  probability  that a unit truly 5 points below 85% comes out ahead of it

Slovin's number differs because it supposes a share of one half, a simple random sample and 95% confidence;
it knows neither the expected share nor the design effect.

Jointly (by Bonferroni, the first step of Holm's procedure) means that with the stated confidence no pair at all is
told apart wrongly. Units that differ by less may come out in the wrong order by chance alone.
";

#[test]
fn the_text_is_a_table_that_explains_itself() {
    let arguments = "--margin 0.03 --share 0.85 --design-effect 1.5 --population 12000 --response-rate 0.6 --units 9";
    assert_eq!(plan(arguments), READ_BY_OFFICIALS);
}

#[test]
fn json_and_csv_hold_the_same_unrounded_figures_and_json_what_was_assumed() {
    let arguments = "--answers 40 --share 0.05 --separate 0.05,0.02 --margin 0.02 --units 3";
    let table = figures(arguments);
    let document: Value = serde_json::from_str(&plan(&format!("{arguments} --format json"))).unwrap();
    let list = document["figures"].as_array().unwrap();
    assert_eq!(list.len(), table.len());
    for figure in list {
        let found = table[figure["quantity"].as_str().unwrap()];
        assert!(!figure["meaning"].as_str().unwrap().is_empty() && figure["unit"].is_string());
        match figure["value"].as_f64() {
            Some(value) => assert_close(found, value, 1e-12 * value),
            None => assert!(found.is_nan() && figure["value"].is_null()),
        }
    }
    // 40 answers tell no share apart from 5%, and none is 5 points below it.
    assert!(table["difference_separated"].is_nan() && table["misordered_at_five_points"].is_nan());
    assert!(
        plan(arguments).contains("     none               below 5% is the nearest unit told apart with 80% power\n")
    );
    let assumed = &document["assumptions"];
    assert_eq!((&assumed["level"], &assumed["units"], &assumed["population"]), (&0.95.into(), &3.into(), &Value::Null));
}

#[test]
fn the_expected_share_is_the_higher_one_to_separate_else_one_half() {
    assert!(plan("--separate 0.7,0.85").contains("for an expected share of 85%"));
    assert!(plan("--separate 0.7,0.85 --share 0.6").contains("for an expected share of 60%"));
    assert!(plan("--margin 0.05").contains("for an expected share of 50%"));
}

#[test]
fn what_cannot_be_planned_is_one_clear_error() {
    let table = [
        ("", "error: nothing is asked: give a margin, two shares to separate, or a number of answers"),
        ("--units 9", "error: nothing is asked"),
        ("--margin 3", "error: the margin must be 0.0001 to 0.5, not 3 (write a share: 0.03 for 3%)"),
        ("--margin -0.1", "error: the margin must be 0.0001 to 0.5, not -0.1"),
        ("--margin nan", "error: the margin must be 0.0001 to 0.5, not NaN"),
        ("--separate 85,80", "error: a share to separate must be 0.0001 to 0.9999, not 85"),
        ("--separate 0.8,0.8", "error: the shares to separate must differ by at least 0.0001; 0.8 and 0.8 do not"),
        ("--separate 0.8", "write two shares with a comma between them, such as 0.85,0.80"),
        ("--separate 0.8,much", "\"much\" is no number"),
        ("--answers 0", "error: the number of answers must be 1 to 10000000000, not 0"),
        ("--answers 9 --population 8", "error: there cannot be more answers than people: 9 of 8"),
        ("--answers 9 --level 95", "error: the level must be 0.5 to 0.999999, not 95 (write a share: 0.03 for 3%)"),
        ("--answers 9 --units 1", "error: the number of units must be 2 to 10000, not 1"),
        ("--answers 9 --design-effect 0", "error: the design effect must be 0.01 to 1000, not 0"),
    ];
    for (arguments, message) in table {
        let arguments: Vec<&str> = ["plan"].into_iter().chain(arguments.split_whitespace()).collect();
        let output = plumbline(NO_STORE, &arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(error.contains(message), "{arguments:?}: {error}");
    }
}

#[test]
fn the_help_has_examples() {
    let help = plan("--help");
    assert!(help.contains("plumbline plan --separate 0.85,0.80") && help.contains("0.03 for three points"), "{help}");
}

/// What people may write for a number.
fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        (0.0_f64..1.0).prop_map(|share| share.to_string()),
        (0_u64..5_000).prop_map(|count| count.to_string()),
        any::<f64>().prop_map(|value| value.to_string()),
        "[0-9eE.,%+-]{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_written_is_answered_in_numbers_or_refused(
        asked in prop::sample::subsequence(vec!["--margin", "--answers", "--share", "--level", "--units", "--power"], 1..5),
        numbers in prop::collection::vec(any_number(), 5),
        pair in prop::option::of((any_number(), any_number())),
    ) {
        let mut arguments = vec!["plan".to_owned(), "--format".to_owned(), "csv".to_owned()];
        arguments.extend(asked.iter().zip(&numbers).map(|(name, number)| format!("{name}={number}")));
        arguments.extend(pair.map(|(first, second)| format!("--separate={first},{second}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = plumbline(NO_STORE, &arguments).output().unwrap();
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        prop_assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        if output.status.success() {
            for row in csv::Reader::from_reader(stdout.as_bytes()).into_records() {
                let row = row.unwrap();
                prop_assert!(row[1].is_empty() || row[1].parse::<f64>().is_ok_and(f64::is_finite), "{arguments:?}: {row:?}");
            }
        } else {
            prop_assert!(stdout.is_empty() && stderr.starts_with("error: "), "{arguments:?}: {stderr}");
        }
    }
}

//! n, degrees of freedom, standard errors and design effects rest on who answered, as in R; and a tie is a tie.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};

use crate::reference::path;

type Row = BTreeMap<String, String>;

/// The rows of a file.
fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// What `estimate` says of a file of responses.
fn estimates(responses: PathBuf, design: &str) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let [written, output] = ["design.toml", "estimates.csv"].map(|name| folder.path().join(name));
    std::fs::write(&written, design).unwrap();
    let options = EstimateOptions {
        responses,
        design: written,
        output,
        covariance: None,
        format: OutputFormat::Csv,
        ..EstimateOptions::default()
    };
    estimate_files(&options, |_| ()).unwrap();
    rows(&options.output)
}

/// The same of responses that are written here.
fn estimates_of(responses: &str, design: &str) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responses.csv");
    std::fs::write(&path, responses).unwrap();
    estimates(path, design)
}

fn find<'a>(rows: &'a [Row], level: &str, statistic: &str, item: &str) -> &'a Row {
    rows.iter().find(|row| row["level"] == level && row["statistic"] == statistic && row["item"] == item).unwrap()
}

/// Compares the share of each item, and of the factor that is this item alone, with R.
fn compare(case: &str, file: &str, design: &str) {
    let found = estimates(path(&format!("answering/{file}.csv")), design);
    let expected = rows(&path("answering/answering.csv"));
    let mut compared = 0;
    for expected in expected.iter().filter(|row| row["case"] == case) {
        let found = find(&found, &expected["level"], "top2", &expected["item"]);
        let what = format!("{case} {} {}", expected["level"], expected["item"]);
        assert_eq!((&found["n"], &found["df"]), (&expected["n"], &expected["df"]), "{what}");
        for (ours, theirs) in [("estimate", "estimate"), ("se", "se"), ("deff", "deff")] {
            let [ours, theirs] = [&found[ours], &expected[theirs]].map(|number| number.parse::<f64>().ok());
            let theirs = theirs.filter(|number| number.is_finite());
            let near = |(a, b): (f64, f64)| (a - b).abs() <= 1e-9 * b.abs().max(1e-3);
            assert!(ours.zip(theirs).map_or(ours.is_none() == theirs.is_none(), near), "{what}: {ours:?} {theirs:?}");
        }
        compared += 1;
    }
    assert!(compared > 0, "{case}");
}

#[test]
fn sampling_units_without_answers_and_weights_of_0_count_in_the_design_as_in_r() {
    compare(
        "drawn",
        "drawn",
        "[columns]\nweight=\"w\"\nstrata=[\"unit\"]\npsu=\"psu\"\nitems=[\"q1\",\"q2\"]\ndomains=[\"unit\"]\n",
    );
    compare(
        "weight_0",
        "weight_0",
        "[columns]\nweight=\"w\"\nstrata=[\"h\"]\npsu=\"v\"\nitems=[\"q1\",\"q2\"]\ndomains=[\"d\"]\n",
    );
}

#[test]
fn lonely_strata_add_the_mean_of_the_strata_in_which_somebody_answered_as_in_r() {
    let design = |of_stages: &str| {
        format!(
            "[columns]\nweight=\"w\"\nstrata=[\"h\"]\n{of_stages}\nitems=[\"q1\",\"q2\"]\ndomains=[\"d\"]\n\
             [options]\nlonely_psu=\"average\"\n"
        )
    };
    compare("average", "average", &design("psu=\"v\""));
    compare("average_fpc", "average", &design("psu=\"v\"\nfpc=[\"N\"]"));
    compare("average_stages", "average_stages", &design("stages=[\"v\",\"p\"]\nfpc=[\"N\",\"M\"]"));
}

#[test]
fn a_factor_of_an_item_that_few_answered_is_as_sure_as_the_item() {
    for (case, of_strata, df, low, high) in
        [("few_of_many", "strata=[\"d\"]\n", "7", 0.668, 1.0), ("few_villages", "", "2", 0.360, 0.735)]
    {
        let file = case;
        let design =
            format!("[columns]\npsu=\"v\"\n{of_strata}items=[\"q1\",\"f1\"]\n[[factor]]\ncode=\"f\"\nitems=[\"f1\"]\n");
        compare(case, file, &design);
        let rows = estimates(path(&format!("answering/{file}.csv")), &design);
        let (item, factor) = (find(&rows, "", "top2", "f1"), find(&rows, "", "factor", "f"));
        for column in ["n", "df", "estimate", "se", "ci_low", "ci_high", "deff", "n_eff"] {
            assert_eq!(item[column], factor[column], "{case} {column}");
        }
        assert_eq!(factor["df"], df);
        let end = |name: &str| factor[name].parse::<f64>().unwrap();
        assert!((end("ci_low") - low).abs() < 0.002 && (end("ci_high") - high).abs() < 0.002, "{factor:?}");
    }
}

#[test]
fn the_same_answers_at_any_weights_are_one_number() {
    let answers =
        |satisfied: usize, all: usize| (0..all).map(move |k| if k < satisfied { 4 + k % 2 } else { 1 + k % 3 });
    let weights = ["10", "20", "30", "0.1", "0.333333333", "7.3", "1", "999.999999989", "0.000000007"];
    let mut text = "unit,psu,w,q1,q2\n".to_owned();
    for (unit, weight) in weights.iter().enumerate() {
        for (k, (first, second)) in answers(13, 16).zip(answers(5, 16)).enumerate() {
            writeln!(text, "u{unit},u{unit}p{},{weight},{first},{second}", k % 4).unwrap();
        }
    }
    let design = "[columns]\nweight=\"w\"\nstrata=[\"unit\"]\npsu=\"psu\"\nitems=[\"q1\",\"q2\"]\ndomains=[\"unit\"]\n";
    let found = estimates_of(&text, design);
    for (statistic, item) in
        [("top2", "q1"), ("mean", "q1"), ("top2", "q2"), ("index_items", ""), ("index_pooled", ""), ("index_score", "")]
    {
        let first = find(&found, "u0", statistic, item);
        for unit in 1..weights.len() {
            assert_eq!(
                find(&found, &format!("u{unit}"), statistic, item)["estimate"],
                first["estimate"],
                "{statistic}"
            );
        }
    }
    assert_eq!(find(&found, "u2", "top2", "q1")["estimate"], "0.8125");
}

const ROUTED: &str = "d,v,civil,land\na,1,5,\na,2,4,\na,3,2,\nb,4,4,1\nb,5,2,5\nb,6,,4\n";

#[test]
fn an_item_that_nobody_was_asked_withholds_the_index_with_a_true_reason_or_is_left_out_where_that_is_wished() {
    let design = |unasked: &str| {
        format!(
            "[columns]\npsu=\"v\"\nstrata=[\"d\"]\nitems=[\"civil\",\"land\"]\ndomains=[\"d\"]\n\
             [[factor]]\ncode=\"f\"\nitems=[\"civil\",\"land\"]\n[options]\nunasked_items=\"{unasked}\"\n"
        )
    };
    let withheld = estimates_of(ROUTED, &design("withhold"));
    for (statistic, item) in [("factor", "f"), ("index_items", ""), ("index_factors", ""), ("index_score", "")] {
        let row = find(&withheld, "a", statistic, item);
        assert_eq!((row["estimate"].as_str(), row["n"].as_str()), ("", "3"), "{statistic}");
        assert_eq!(row["withheld"], "3 answered, but nobody answered land", "{statistic}");
        assert_eq!(find(&withheld, "b", statistic, item)["withheld"], "");
    }
    assert_eq!(find(&withheld, "a", "top2", "land")["withheld"], "nobody answered");
    let left_out = estimates_of(ROUTED, &design("leave_out"));
    let item = find(&left_out, "a", "top2", "civil");
    for (statistic, item_of) in [("factor", "f"), ("index_items", ""), ("index_factors", "")] {
        let row = find(&left_out, "a", statistic, item_of);
        for column in ["n", "df", "estimate", "se", "ci_low", "ci_high", "deff"] {
            assert_eq!(row[column], item[column], "{statistic} {column}");
        }
        assert_eq!(find(&left_out, "b", statistic, item_of), find(&withheld, "b", statistic, item_of));
    }
}

#[test]
fn the_design_effect_that_is_printed_is_named() {
    let design = |options: &str| format!("[columns]\npsu=\"v\"\nitems=[\"civil\"]\n[options]\n{options}\n");
    for (options, name) in [
        ("", "with_replacement"),
        ("design_effect=\"with_replacement\"", "with_replacement"),
        ("design_effect=\"without_replacement\"", "without_replacement"),
    ] {
        assert_eq!(estimates_of(ROUTED, &design(options))[0]["design_effect_method"], name);
    }
}

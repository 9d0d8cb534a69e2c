//! On how much ranks from files rest: few sampling units, errors of 0, scores without a sample.

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};

use crate::rank_files::{Desk, column};
use crate::reference::path;

/// The ends of all sets, in the order of the units.
fn sets(rows: &[std::collections::BTreeMap<String, String>]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {}-{}", row["unit"], row["rank_low"], row["rank_high"])).collect()
}

#[test]
fn a_district_of_four_answers_who_all_agree_is_not_surely_first() {
    let desk = Desk::new(&[]);
    let options = EstimateOptions {
        responses: path("cases/zero-se/zse.csv"),
        design: path("cases/zero-se/zse.toml"),
        output: desk.file("estimates"),
        covariance: Some(desk.file("covariance")),
        format: OutputFormat::Csv,
        ..EstimateOptions::default()
    };
    estimate_files(&options, |_| ()).unwrap();
    for method in ["holm", "simultaneous", "marginal", "kww", "best"] {
        for ties in [&[][..], &["--covariance", "covariance"]] {
            let given = ["--estimates", "estimates", "--method", method, "--draws", "2000"];
            let (said, rows) = desk.ranks(&[&given[..], ties].concat());
            let small = rows.iter().find(|row| row["unit"] == "Small").unwrap();
            assert_eq!(
                (small["rank"].as_str(), &*small["rank_low"], &*small["rank_high"]),
                ("1", "1", "6"),
                "{method}"
            );
            assert!(said.contains("Standard error 0 in a sample: Small."), "{said}");
            assert!(said.contains("sampling units per unit"), "{said}");
        }
    }
}

#[test]
fn scores_that_are_said_to_be_exact_are_told_apart_and_others_are_not() {
    let scores = "unit,estimate,se\nA,70.0,0\nB,92.1,0\nC,70.0,0\n";
    let column_says = "unit,estimate,se,exact\nA,70.0,0,true\nB,92.1,,TRUE\nC,70.0,0,yes\n";
    let desk = Desk::new(&[
        ("scores.csv", scores),
        ("said.csv", column_says),
        ("bare.csv", "unit,estimate\nA,70.0\nB,92.1\nC,70.0\n"),
        (
            "list.json",
            r#"[{"unit":"A","estimate":70.0,"exact":"true","se":null},{"unit":"B","estimate":92.1,"exact":"true","se":0},{"unit":"C","estimate":70.0,"exact":"true","se":0}]"#,
        ),
    ]);
    for method in ["holm", "simultaneous", "marginal", "kww"] {
        for given in [&["scores.csv", "--exact"][..], &["said.csv"], &["bare.csv", "--exact"], &["list.json"]] {
            let (said, rows) = desk.ranks(&[&["--method", method, "--draws", "1000", "--estimates"], given].concat());
            assert_eq!(sets(&rows), ["B 1-1", "A 2-3", "C 2-3"], "{method} {given:?}");
            assert!(said.contains("Exact, without sampling error: A, B, C."), "{said}");
            assert!(!said.contains("ATTENTION"), "{said}");
        }
        let (said, rows) = desk.ranks(&["--method", method, "--draws", "1000", "--estimates", "scores.csv"]);
        assert_eq!(sets(&rows), ["B 1-3", "A 1-3", "C 1-3"], "{method}");
        assert!(said.contains("say so with --exact"), "{said}");
    }
}

#[test]
fn sets_use_the_degrees_of_freedom_of_the_file_and_say_loudly_when_it_has_none() {
    // A difference of 3 standard errors: p = 0.003 in a large sample, 0.04 on 4 degrees of freedom, 0.10 on 2.
    let with = |df: &str| format!("unit,estimate,se,df\nA,0.73,0.01,{df}\nB,0.6875735931,0.01,{df}\n");
    let desk = Desk::new(&[
        ("large.csv", "unit,estimate,se\nA,0.73,0.01\nB,0.6875735931,0.01\n"),
        ("two.csv", &with("2")),
        ("one.csv", &with("1")),
        ("mixed.csv", "unit,estimate,se,df,sampling_units\nA,0.73,0.01,2,3\nB,0.6,0.01,,30\n"),
    ]);
    for method in ["holm", "simultaneous"] {
        let of = |file: &str| desk.ranks(&["--method", method, "--estimates", file]);
        let (said, rows) = of("large.csv");
        assert_eq!(sets(&rows), ["A 1-1", "B 2-2"]);
        assert!(
            said.contains("ATTENTION: the file has no degrees of freedom") && said.contains("large samples"),
            "{said}"
        );
        let (said, rows) = of("two.csv");
        assert_eq!(sets(&rows), ["A 1-1", "B 2-2"]);
        assert!(
            said.contains("The sets are based on 2 degrees of freedom per unit") && !said.contains("ATTENTION"),
            "{said}"
        );
        assert_eq!(sets(&of("one.csv").1), ["A 1-2", "B 1-2"]);
        let (said, _) = of("mixed.csv");
        assert!(said.contains("3 to 30 sampling units per unit") && said.contains("ATTENTION: B without df"), "{said}");
    }
}

#[test]
fn a_single_unit_is_named_in_the_singular() {
    let desk = Desk::new(&[
        ("one.csv", "unit,estimate,se,df,sampling_units\nA,0.73,0.01,1,2\n"),
        ("two.csv", "unit,estimate,se,df,sampling_units\nA,0.73,0.01,1,2\nB,0.5,0.01,2,3\n"),
    ]);
    let of = |file: &str| desk.ranks(&["--method", "holm", "--estimates", file]).0;
    let said = of("one.csv");
    assert!(said.contains("Ranked: 1 unit, highest first."), "{said}");
    assert!(said.contains("based on 2 sampling units per unit (1 degree of freedom)."), "{said}");
    let said = of("two.csv");
    assert!(
        said.contains("Ranked: 2 units, ") && said.contains("2 to 3 sampling units per unit (1 to 2 degrees of"),
        "{said}"
    );
}

#[test]
fn what_contradicts_itself_is_refused_by_line_and_column() {
    for (rows, message) in [
        (
            "A,1,0.1,true,3",
            "units.csv: line 2, column exact: an exact score has no sampling error, but its standard error is 0.1",
        ),
        ("A,1,0.1,maybe,3", "units.csv: line 2, column exact: \"maybe\" is neither true nor false"),
        ("A,1,0.1,,0", "units.csv: line 2, column df: degrees of freedom must be at least 0.5, not 0"),
        ("A,1,0.1,,x", "units.csv: line 2, column df: \"x\" is not a number"),
    ] {
        let desk = Desk::new(&[("units.csv", &format!("unit,estimate,se,exact,df\n{rows}\n"))]);
        let error = desk.error(&["--estimates", "units.csv", "--method", "holm"]);
        assert!(error.starts_with(message), "{rows}: {error}");
    }
    let desk = Desk::new(&[("units.csv", "unit,estimate,se,exact,df\nA,1,0,true,0\nB,2,0.1,,1\n")]);
    let (_, rows) = desk.ranks(&["--estimates", "units.csv", "--method", "holm"]);
    assert_eq!(column(&rows, "unit"), ["B", "A"], "degrees of freedom of an exact score say nothing");
}

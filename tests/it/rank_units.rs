//! Which units of a file are ranked: what is wrong with a row is told by its place, and limits are held on both sides.

use std::fmt::Write as _;

use crate::rank_files::{Desk, column};

const HOLM: [&str; 4] = ["--estimates", "units", "--method", "holm"];

/// What is said of a file.
fn error(units: &str, further: &[&str]) -> String {
    Desk::new(&[("units", units)]).error(&[&HOLM, further].concat())
}

fn ranked(units: &str, further: &[&str]) -> (String, Vec<std::collections::BTreeMap<String, String>>) {
    Desk::new(&[("units", units)]).ranks(&[&HOLM, further].concat())
}

#[test]
fn a_name_of_500_characters_is_taken_and_one_of_501_is_refused_by_its_place() {
    let units = |length: usize| format!("unit,estimate,se\nA,1,0.1\n{},2,0.1\n", "ă".repeat(length));
    assert_eq!(column(&ranked(&units(500), &[]).1, "rank"), ["1", "2"]);
    assert_eq!(error(&units(501), &[]), "units: line 3, column unit: the name of a unit has at most 500 characters");
}

#[test]
fn a_name_with_a_line_break_or_a_control_character_is_refused() {
    for name in ["\"A\nB\"", "A\u{7}"] {
        let error = error(&format!("unit,estimate,se\n{name},2,0.1\n"), &[]);
        assert_eq!(error, "units: line 2, column unit: control characters and line breaks are not taken");
    }
}

#[test]
fn degrees_of_freedom_at_the_least_are_taken_and_below_them_refused() {
    let units = |df: &str| format!("unit,estimate,se,df\nA,1,0.1,{df}\nB,2,0.1,{df}\n");
    assert_eq!(ranked(&units("0.5"), &[]).1.len(), 2);
    let error = error(&units("0.49"), &[]);
    assert!(
        error.starts_with("units: line 2, column df: degrees of freedom must be at least 0.5, not 0.49"),
        "{error}"
    );
}

#[test]
fn a_list_is_refused_by_object_and_key() {
    for (list, message) in [
        (
            r#"[{"unit":"A","estimate":1,"se":1},{"unit":"B","se":1}]"#,
            "object 2, key estimate: the object has no such key; write null",
        ),
        (
            r#"[{"unit":"A","estimate":"much","se":1}]"#,
            "object 1, key estimate: \"much\" is not a number; write it like 0.85",
        ),
        (r#"[{"unit":"A","estimate":[1],"se":1}]"#, "object 1, key estimate: this is neither a text nor a number"),
        (r#"[{"unit":null,"estimate":1,"se":1}]"#, "object 1, key unit: the unit has no name"),
        (r#"[{"unit":"A\u0007","estimate":1,"se":1}]"#, "object 1, key unit: control characters"),
        (r#"[{"unit":"A","estimate":1,"se":-1}]"#, "object 1, key se: a standard error must not be negative: -1"),
        ("[1]", "not a list of JSON objects: its value 1 is not an object"),
        (
            r#"[{"unit":"A","estimate":1,"se":1,"estimate":2}]"#,
            "not a list of JSON objects: the key \"estimate\" is there twice",
        ),
        ("[]", "not a list of JSON objects: the list is empty"),
    ] {
        let error = error(list, &[]);
        assert!(error.starts_with(&format!("units: {message}")), "{list}: {error}");
    }
}

#[test]
fn a_list_behind_a_mark_of_its_encoding_and_blanks_is_read() {
    let list = "\u{feff} \n[{\"unit\":\"A\",\"estimate\":1,\"se\":1},{\"unit\":\"B\",\"estimate\":\"9\",\"se\":null}]";
    let (_, rows) = ranked(list, &[]);
    assert_eq!((column(&rows, "unit"), column(&rows, "rank")), (vec!["A", "B"], vec!["1", ""]));
}

#[test]
fn where_no_unit_has_both_numbers_it_is_told_how_many_there_are() {
    let error = error("unit,estimate,se\nA,1,\nB,,0.1\nC,,\n", &[]);
    assert_eq!(error, "units: none of the 3 units has both an estimate and a standard error");
}

#[test]
fn estimates_for_everybody_alone_have_no_units() {
    let only = "domain,level,statistic,item,estimate,se\n,,index_items,,0.5,0.1\n";
    let error = error(only, &[]);
    assert_eq!(error, "units: there are only estimates for everybody; estimate with a domain to have units");
}

#[test]
fn of_many_names_twenty_are_listed_and_that_there_are_more() {
    let file = |count: usize| {
        let mut text = "domain,level,statistic,item,estimate,se\n".to_owned();
        for item in 0..count {
            writeln!(text, "area,A,top2,q{item:02},0.5,0.1").unwrap();
        }
        text
    };
    let top2 = ["--statistic", "top2"];
    assert!(error(&file(20), &top2).ends_with(", q18, q19"), "{}", error(&file(20), &top2));
    assert!(error(&file(21), &top2).ends_with(", q18, q19, …"), "{}", error(&file(21), &top2));
}

#[test]
fn a_unit_that_is_there_for_two_items_is_not_counted_twice() {
    let file = "domain,level,statistic,item,estimate,se\narea,A,index_items,,0.5,0.1\narea,A,index_items,,0.6,0.1\n";
    let error = error(file, &[]);
    assert!(error.starts_with("units: line 3, column level: \"A\" is there a second time, first in row 2"), "{error}");
}

#[test]
fn without_standard_errors_only_scores_that_are_said_to_be_exact_are_ranked() {
    let scores = "unit,estimate\nA,1\nB,2\n";
    assert_eq!(column(&ranked(scores, &["--exact"]).1, "unit"), ["B", "A"]);
    assert_eq!(error(scores, &[]), "units: line 1: there is no column se; there are: unit, estimate");
}

#[test]
fn a_column_that_is_nearly_called_right_is_named() {
    let error = error("unit,Estimate,se\nA,1,1\n", &[]);
    assert!(error.starts_with("units: line 1: there is no column estimate; did you mean \"Estimate\"?"), "{error}");
}

#[test]
fn a_name_that_csv_guards_as_a_formula_is_the_same_unit_in_every_file() {
    let units = "unit,estimate,se\n'-D01,1,0.1\n'=D02,2,0.1\nD03,9,0.1\n";
    let covariance = "statistic,level_a,level_b,covariance\nx,-D01,'=D02,0\nx,'-D01,D03,0\nx,=D02,D03,0\n";
    let desk = Desk::new(&[("units", units), ("cov.csv", covariance)]);
    let (_, rows) = desk.ranks(&[&HOLM[..], &["--covariance", "cov.csv"]].concat());
    assert_eq!(column(&rows, "unit"), ["D03", "'=D02", "'-D01"], "what is written is guarded once, not twice");
}

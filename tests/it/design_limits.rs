//! Limits of a design file and of what stands in its columns: at the limit it is taken, past it refused with what to write.

use crate::reference_statistics::Desk;

const RESPONSES: &str = "stratum,psu,w,n,sex,q1\na,1,2,2,F,5\na,2,3,2,M,4\nb,3,1,2,F,1\nb,4,1,2,M,2\n";
const MEAN: &str = "[[statistic]]\nkind = \"mean\"\nitem = \"q1\"\n";

fn refused(columns: &str, rest: &str) -> String {
    Desk::with(RESPONSES, &format!("[columns]\n{columns}\n{rest}")).error()
}

/// Whether estimates come out.
fn is_taken(responses: &str, design: &str) -> bool {
    !Desk::with(responses, design).rows().0.is_empty()
}

#[test]
fn five_columns_are_crossed_and_six_are_not() {
    let responses = "a,b,c,d,e,f,q1\n1,1,1,1,1,1,5\n1,1,1,1,1,1,4\n";
    let by = |columns: &str| format!("[columns]\n[[statistic]]\nkind = \"mean\"\nitem = \"q1\"\nby = [{columns}]\n");
    assert!(is_taken(responses, &by("\"a\", \"b\", \"c\", \"d\", \"e\"")));
    let error = Desk::with(responses, &by("\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"")).error();
    assert!(error.ends_with("[[statistic]] number 1: by crosses at most 5 columns, not 6"), "{error}");
}

#[test]
fn a_quantile_has_one_to_a_hundred_probabilities() {
    let with = |count: usize| {
        let p: Vec<String> = (1..=count).map(|p| format!("{}", p as f64 / 200.0)).collect();
        format!("[[statistic]]\nkind = \"quantile\"\nitem = \"q1\"\np = [{}]\n", p.join(", "))
    };
    assert!(is_taken(RESPONSES, &format!("[columns]\n{}", with(100))));
    for count in [0, 101] {
        let error = refused("", &with(count));
        assert!(error.ends_with(&format!("p must have 1 to 100 numbers, not {count}")), "{error}");
    }
}

#[test]
fn a_thousand_statistics_are_taken_and_one_more_is_not() {
    let design = |count: usize| format!("[columns]\n{}", "[[statistic]]\nkind = \"total\"\n".repeat(count));
    assert!(is_taken(RESPONSES, &design(1_000)));
    let error = Desk::with(RESPONSES, &design(1_001)).error();
    assert!(error.ends_with("a design may have 1000 [[statistic]] blocks, not 1001"), "{error}");
}

#[test]
fn numbers_that_are_none_are_refused_in_a_statistic() {
    for (rest, named) in [
        ("kind = \"share\"\nitem = \"q1\"\nfrom = inf", "from must be a number, not inf"),
        ("kind = \"share\"\nitem = \"q1\"\nfrom = nan", "from must be a number, not NaN"),
        ("kind = \"quantile\"\nitem = \"q1\"\np = [0.0]", "p must lie between 0 and 1, such as 0.5, not 0"),
        ("kind = \"quantile\"\nitem = \"q1\"\np = [nan]", "p must lie between 0 and 1, such as 0.5, not NaN"),
        ("kind = \"mean\"\nitem = \"\"", "the name of a column must have 1 to 500 characters"),
    ] {
        let error = refused("", &format!("[[statistic]]\n{rest}\n"));
        assert!(error.contains("[[statistic]] number 1: ") && error.contains(named), "{rest}: {error}");
    }
}

#[test]
fn what_weights_are_cut_off_at_must_leave_something() {
    for cap in
        ["times_mean = 0", "times_median = -1", "times_mean = inf", "quantile = 0", "quantile = 1", "quantile = nan"]
    {
        let error = refused("weight = \"w\"", &format!("[trimming]\n{cap}\n{MEAN}"));
        assert!(
            error.contains("trimming needs one cap: times_median or times_mean, above 0, or quantile"),
            "{cap}: {error}"
        );
    }
}

#[test]
fn two_to_ten_thousand_replicates_are_made() {
    let design = |count: usize| format!("[make_replicates]\ntype = \"bootstrap\"\ncount = {count}\n{MEAN}");
    for count in [0, 1, 10_001] {
        let error = refused("", &design(count));
        assert!(error.ends_with(&format!("make_replicates.count must be 2 to 10000, not {count}")), "{error}");
    }
    assert!(is_taken(RESPONSES, &format!("[columns]\n{}", design(10_000))));
    assert!(is_taken(RESPONSES, &format!("[columns]\n{}", design(2))));
}

#[test]
fn replicates_that_cannot_be_meant_are_refused_by_key() {
    let table = "[replicates]\ntype = \"JK1\"\n";
    for (columns, rest, named) in [
        ("replicates = [\"n\", \"n\"]", table.to_owned(), "columns.replicates names \"n\" twice"),
        ("replicates = [\"n\", \"w\"]", format!("{table}df = 0\n"), "replicates.df must be at least 1"),
        ("replicates = \"*\"", table.to_owned(), "such as \"repw*\", not \"*\""),
        ("replicates = [\"n\", \"w\"]", format!("{table}weights = 1\n"), "weights"),
    ] {
        let error = refused(columns, &format!("{rest}{MEAN}"));
        assert!(error.contains(named), "{columns}: {error}");
    }
}

#[test]
fn a_calibration_that_is_none_has_nothing_else() {
    let margin = "[[calibration.margin]]\ncolumns = [\"sex\"]\nfile = \"margin_sex.csv\"\n";
    for (rest, what) in [
        ("bounds = [0.5, 2.0]\n", "bounds"),
        ("total = 10\n", "a total"),
        ("negative_weights = \"allowed\"\n", "negative_weights"),
        (margin, "margins"),
    ] {
        let error = refused("", &format!("[calibration]\nmethod = \"none\"\n{rest}{MEAN}"));
        assert!(error.ends_with(&format!("calibration has {what} but the method \"none\"")), "{error}");
    }
    assert!(is_taken(RESPONSES, &format!("[columns]\n[calibration]\nmethod = \"none\"\n{MEAN}")));
}

#[test]
fn a_calibration_has_people_columns_and_each_once() {
    let margin = |columns: &str| format!("[[calibration.margin]]\ncolumns = [{columns}]\nfile = \"margin_sex.csv\"\n");
    for (total, columns, named) in [
        ("0", "\"sex\"", "calibration.total must be the number of people"),
        ("-5", "\"sex\"", "calibration.total must be the number of people"),
        ("1.1e12", "\"sex\"", "calibration.total must be the number of people"),
        ("nan", "\"sex\"", "calibration.total must be the number of people"),
        ("10", "", "a calibration.margin must name at least one column"),
        ("10", "\"sex\", \"sex\"", "calibration.margin.columns names \"sex\" twice"),
    ] {
        let error =
            refused("", &format!("[calibration]\nmethod = \"raking\"\ntotal = {total}\n{}{MEAN}", margin(columns)));
        assert!(error.contains(named), "{total} {columns}: {error}");
    }
}

#[test]
fn of_fewer_than_one_unit_none_can_be_drawn() {
    let design = "[columns]\nitems = [\"q1\"]\nstrata = [\"stratum\"]\npsu = \"psu\"\nfpc = [\"n\"]\n";
    assert!(is_taken(RESPONSES, design));
    for (written, shown) in [("0.5", "0.5"), ("-2", "-2"), ("inf", "inf")] {
        let error = Desk::with(&RESPONSES.replacen("a,1,2,2,", &format!("a,1,2,{written},"), 1), design).error();
        let message = format!(
            "line 2, column \"n\": \"{shown}\" is not a number of units to draw from; use a number of at least 1"
        );
        assert!(error.ends_with(&message), "{error}");
    }
}

#[test]
fn a_name_of_a_stratum_may_have_500_characters() {
    let design = "[columns]\nitems = [\"q1\"]\nstrata = [\"stratum\"]\n";
    let named = |length: usize| RESPONSES.replace("\na,", &format!("\n{},", "ă".repeat(length)));
    assert!(is_taken(&named(500), design));
    let error = Desk::with(&named(501), design).error();
    assert!(error.ends_with("line 2, column \"stratum\": the stratum has more than 500 characters"), "{error}");
}

#[test]
fn answers_as_words_are_refused_with_how_to_export_them() {
    let error = Desk::with(&RESPONSES.replace("F,5", "F,Satisfied"), "[columns]\nitems = [\"q1\"]\n").error();
    let message = "line 2, column \"q1\": \"Satisfied\" is not a rating; use 1 to 5, or nothing where not answered; \
                   export answers as codes, not as words";
    assert!(error.ends_with(message), "{error}");
}

#[test]
fn a_rating_with_decimals_is_a_rating_only_where_they_are_zeros() {
    let design = "[columns]\nitems = [\"q1\"]\n";
    assert!(is_taken(&RESPONSES.replace("F,5", "F,5.0"), design));
    for rating in ["4.5", "0", "6", "-1"] {
        let error = Desk::with(&RESPONSES.replace("F,5", &format!("F,{rating}")), design).error();
        assert!(error.contains(&format!("line 2, column \"q1\": \"{rating}\" is not a rating; use 1 to 5")), "{error}");
    }
}

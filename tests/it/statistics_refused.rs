//! What statistics and weights cannot mean is refused with one clear error, and degenerate cases give no number rather than a wrong one.

use std::collections::BTreeMap;

use crate::reference_statistics::{Desk, number, read};

const RESPONSES: &str = "stratum,psu,w,sex,wait,answered,r1,r2,q1\n\
                         a,1,2,F,10,yes,1,3,5\na,1,2,M,20,yes,1,3,4\na,2,3,F,30,no,4,2,\na,2,3,M,,yes,4,2,3\n\
                         b,3,1,F,15,yes,2,0,5\nb,4,1,M,25,yes,0,2,5\n";
const COLUMNS: &str = "[columns]\nweight = \"w\"\nstrata = [\"stratum\"]\npsu = \"psu\"\n";

fn error(design: &str) -> String {
    Desk::with(RESPONSES, &format!("{COLUMNS}{design}")).error()
}

#[test]
fn what_a_statistic_cannot_mean_is_refused_by_number_and_key() {
    let statistic =
        |rest: &str| error(&format!("[[statistic]]\nkind = \"mean\"\nitem = \"wait\"\n[[statistic]]\n{rest}"));
    for (rest, named) in [
        ("kind = \"mode\"\nitem = \"wait\"", "mode"),
        ("kind = \"mean\"", "[[statistic]] number 2: name a column as item"),
        ("kind = \"mean\"\nitem = \"wait\"\np = [0.5]", "this kind has no key p"),
        ("kind = \"indices\"\nitem = \"wait\"", "the kind indices has no key item"),
        ("kind = \"indices\"", "needs columns.items"),
        ("kind = \"quantile\"\nitem = \"wait\"\np = [1.0]", "p must lie between 0 and 1"),
        ("kind = \"quantile\"\nitem = \"wait\"\nrule = \"hf5\"", "there are math, school, hf7 and shahvaish"),
        ("kind = \"quantile\"\nitem = \"wait\"\ninterval = \"wald\"", "for quantiles score and replicates"),
        ("kind = \"quantile\"\nitem = \"wait\"\ninterval = \"replicates\"", "needs columns.replicates"),
        ("kind = \"share\"\nitem = \"wait\"\nfrom = 3\nvalue = 4", "value and from exclude each other"),
        ("kind = \"difference\"\nitem = \"wait\"", "as between"),
        ("kind = \"independence\"\nitem = \"sex\"\nwith = \"sex\"", "name two columns"),
        ("kind = \"mean\"\nitem = \"wait\"\nby = [\"sex\", \"sex\"]", "by names \"sex\" twice"),
        ("kind = \"mean\"\nitem = \"weight\"", "no column \"weight\""),
        ("kind = \"mean\"\nitem = \"sex\"", "line 2, column \"sex\": \"F\" is not a number"),
    ] {
        let error = statistic(rest);
        assert!(error.contains(named), "{rest}: {error}");
    }
}

#[test]
fn what_weights_and_subsets_cannot_mean_is_refused() {
    let mean = "[[statistic]]\nkind = \"mean\"\nitem = \"wait\"\n";
    for (design, named) in [
        ("[subset]\nsex = [\"X\"]\n", "subset: no row is left by the condition on \"sex\""),
        ("[subset]\nsex = []\n", "names no values"),
        ("[subset]\nwait = { from = 3, to = 1 }\n", "from no larger than to"),
        ("[subset]\nwait = {}\n", "needs from or to"),
        ("replicates = \"r*\"\n", "needs a table [replicates]"),
        ("[replicates]\ntype = \"JK1\"\n", "needs columns.replicates"),
        ("replicates = \"r\"\n[replicates]\ntype = \"JK1\"\n", "such as \"repw*\""),
        ("replicates = \"x*\"\n[replicates]\ntype = \"JK1\"\n", "names 0 columns"),
        ("replicates = \"r*\"\n[replicates]\ntype = \"JK9\"\n", "there is no type \"JK9\""),
        ("replicates = \"r*\"\n[replicates]\ntype = \"Fay\"\n", "needs rho"),
        ("replicates = \"r*\"\n[replicates]\ntype = \"JKn\"\n", "needs rscales"),
        ("replicates = \"r*\"\n[replicates]\ntype = \"JKn\"\nrscales = [0.5]\n", "1 numbers for 2 replicates"),
        ("replicates = \"r*\"\n[replicates]\ntype = \"BRR\"\nscale = 2\n", "has a scale of its own"),
        ("replicates = [\"r1\", \"sex\"]\n[replicates]\ntype = \"JK1\"\n", "column \"sex\": \"F\" is not a number"),
        ("[nonresponse]\ncolumn = \"answered\"\nresponded = [\"YES\"]\n", "no row has one of the values"),
        ("[nonresponse]\ncolumn = \"answered\"\nresponded = []\n", "must name the values"),
        (
            "[nonresponse]\ncolumn = \"answered\"\nresponded = [\"no\"]\nclasses = [\"stratum\"]\n",
            "nobody of the class \"b\" responded",
        ),
        (
            "[nonresponse]\ncolumn = \"answered\"\nresponded = [\"yes\"]\nclasses = [\"wait\"]\n",
            "row 4 has no value in one of the columns of nonresponse.classes",
        ),
        ("[trimming]\n", "needs one cap"),
        ("[trimming]\ntimes_mean = 2\nquantile = 0.5\n", "needs one cap"),
        ("[trimming]\ntimes_median = 0.1\n", "raise the cap"),
        ("[make_replicates]\ntype = \"bootstrap\"\ncount = 1\n", "make_replicates.count"),
    ] {
        let error = error(&format!("{design}{mean}"));
        assert!(error.contains(named), "{design}: {error}");
    }
    assert!(error("").contains("columns.items must name 1 to"), "{}", error(""));
}

#[test]
fn replicates_cannot_be_made_of_replicates_nor_of_lonely_units() {
    let mean = "[[statistic]]\nkind = \"mean\"\nitem = \"wait\"\n";
    let with = |design: &str| {
        let mut desk = Desk::with(RESPONSES, &format!("{design}{mean}"));
        desk.options.replicates = Some(desk.file("replicates.csv"));
        desk
    };
    let given = with(&format!("{COLUMNS}replicates = \"r*\"\n[replicates]\ntype = \"JK1\"\n"));
    assert!(given.error().contains("are there already"), "{}", given.error());
    let lonely = with(&COLUMNS.replace("strata = [\"stratum\"]", "strata = [\"psu\"]"));
    assert!(lonely.error().contains("only one sampling unit"), "{}", lonely.error());
    let one = Desk::with("q1\n5\n", "[columns]\nitems = [\"q1\"]\n").error();
    assert_eq!(one, "the sample has only one sampling unit, which says nothing about how units vary");
    let mut same = with(COLUMNS);
    same.options.weights.clone_from(&same.options.replicates);
    assert!(same.error().contains("named twice"), "{}", same.error());
}

#[test]
fn what_cannot_be_known_is_left_empty() {
    let design = format!(
        "{COLUMNS}{}",
        "[[statistic]]\nkind = \"mean\"\nitem = \"wait\"\nby = [\"psu\"]\n\
         [[statistic]]\nkind = \"difference\"\nitem = \"wait\"\nbetween = \"sex\"\nlevels = [\"F\", \"X\"]\n\
         [[statistic]]\nkind = \"independence\"\nitem = \"sex\"\nwith = \"q1\"\nby = [\"psu\"]\n"
    );
    let rows = Desk::with(RESPONSES, &design).rows();
    // One sampling unit says nothing about how units vary.
    let one = rows.find(&[("statistic", "mean"), ("level", "1")]);
    assert_eq!((one["estimate"].as_str(), one["se"].as_str(), one["n"].as_str()), ("15.0", "", "2"));
    let nobody = rows.find(&[("statistic", "difference")]);
    assert_eq!((nobody["estimate"].as_str(), nobody["p_value"].as_str()), ("", ""));
    let table = rows.find(&[("statistic", "independence"), ("level", "3")]);
    assert_eq!((table["test"].as_str(), table["n"].as_str()), ("", "1"));
}

#[test]
fn items_beside_statistics_are_those_without_them_and_a_subset_of_all_changes_nothing() {
    let plain = format!("{COLUMNS}items = [\"q1\"]\ndomains = [\"sex\"]\n");
    let with_covariance = |design: &str| {
        let mut desk = Desk::with(&RESPONSES.replace("4,2,\n", "4,2,2\n"), design);
        desk.options.covariance = Some(desk.file("covariance.csv"));
        let rows = desk.rows();
        (rows, read(&desk.file("covariance.csv")))
    };
    let (streamed, covariance) = with_covariance(&plain);
    let statistic = "[[statistic]]\nkind = \"total\"\n";
    let (beside, _) = with_covariance(&format!("{plain}{statistic}"));
    assert_eq!(beside.0.len(), streamed.0.len() + 1);
    for (a, b) in streamed.0.iter().zip(&beside.0) {
        assert!(a.iter().all(|(column, value)| b[column] == *value), "{a:?} {b:?}");
    }
    let (held, covariance_held) = with_covariance(&format!("{plain}[subset]\nw = {{ from = 0 }}\n"));
    for (a, b) in streamed.0.iter().zip(&held.0) {
        for column in ["estimate", "se", "ci_low", "ci_high"] {
            assert_eq!(a[column].is_empty(), b[column].is_empty(), "{a:?} {b:?}");
            if !a[column].is_empty() {
                assert!((number(a, column) - number(b, column)).abs() < 1e-9, "{column}: {a:?} {b:?}");
            }
        }
    }
    assert_eq!(covariance.len(), covariance_held.len());
    let of = |row: &BTreeMap<String, String>| ["statistic", "level_a", "level_b"].map(|column| row[column].clone());
    for a in &covariance {
        let b = covariance_held.iter().find(|b| of(b) == of(a)).unwrap();
        if !a["covariance"].is_empty() && !b["covariance"].is_empty() {
            assert!((number(a, "covariance") - number(b, "covariance")).abs() < 1e-12, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_margin_may_be_unknown_of_those_alone_who_did_not_respond() {
    let design = format!(
        "{COLUMNS}{}",
        "[nonresponse]\ncolumn = \"answered\"\nresponded = [\"yes\"]\n[calibration]\nmethod = \"raking\"\n\
         [[calibration.margin]]\ncolumns = [\"sex\"]\nfile = \"sexes.csv\"\n[[statistic]]\nkind = \"total\"\nby = [\"sex\"]\n"
    );
    let desk = |responses: &str| {
        let desk = Desk::with(responses, &design);
        std::fs::write(desk.file("sexes.csv"), "sex,Freq\nF,30\nM,20\n").unwrap();
        desk
    };
    // The only one who did not respond is of unknown sex.
    let rows = desk(&RESPONSES.replace("a,2,3,F,30,no", "a,2,3,,30,no")).rows();
    for (level, people) in [("F", 30.0), ("M", 20.0)] {
        assert!((number(rows.find(&[("level", level)]), "estimate") - people).abs() < 1e-9, "{level}");
    }
    let error = desk(&RESPONSES.replace("b,4,1,M,25", "b,4,1,,25")).error();
    assert!(error.contains("row 6 responded, but has no level of the margin \"sex\""), "{error}");
}

#[test]
fn those_who_did_not_respond_have_weight_0_and_the_others_stand_for_them() {
    let design = format!(
        "{COLUMNS}{}",
        "[nonresponse]\ncolumn = \"answered\"\nresponded = [\"yes\"]\nclasses = [\"stratum\"]\n[[statistic]]\nkind = \"total\"\n"
    );
    let mut desk = Desk::with(RESPONSES, &design);
    desk.options.weights = Some(desk.file("weights.csv"));
    let total = desk.rows();
    let total = total.find(&[("statistic", "total")]);
    assert!((number(total, "estimate") - 12.0).abs() < 1e-12, "{total:?}");
    assert_eq!(total["n"], "5");
    let weights = read(&desk.file("weights.csv"));
    let found: Vec<f64> = weights.iter().map(|row| number(row, "weight")).collect();
    let expected = [20.0 / 7.0, 20.0 / 7.0, 0.0, 30.0 / 7.0, 1.0, 1.0];
    assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
}

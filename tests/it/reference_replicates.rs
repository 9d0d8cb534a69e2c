//! Statistics under replicate weights agree with R's `survey` package, on two real data sets that come with it and on the synthetic
//! survey (`tests/reference/statistics.R`).

use crate::reference::{Largest, json, path};
use crate::reference_statistics::{Desk, compare, compare_f, compare_levels, compare_quantile, compare_t};

#[test]
fn cardiac_arrests_under_balanced_half_samples_have_the_errors_of_r() {
    let expected = &json("statistics_expected.json")["scd"];
    let design = |mse: bool| {
        format!(
            "[columns]\nreplicates = \"half*\"\n[replicates]\ntype = \"BRR\"\ncombined = false\nmse = {mse}\n{}",
            ["arrests", "alive"]
                .map(|item| ["mean", "total"]
                    .map(|kind| { format!("[[statistic]]\nkind = \"{kind}\"\nitem = \"{item}\"\n") })
                    .concat())
                .concat()
        ) + "[[statistic]]\nkind = \"mean\"\nitem = \"alive\"\nby = [\"ambulance\"]\n"
    };
    let mut largest = Largest::new("Cardiac arrests in Seattle (`scd`), BRR: means, totals, a domain, relative");
    for (mse, total) in [(false, "total"), (true, "mse")] {
        let rows = Desk::new(path("scd.csv"), &design(mse)).rows();
        for (at, item) in ["arrests", "alive"].into_iter().enumerate() {
            for (kind, key) in [("mean", "mean"), ("total", total)] {
                let row = rows.find(&[("statistic", kind), ("item", item), ("domain", "")]);
                compare(&mut largest, row, (&expected[key]["est"][at], &expected[key]["se"][at]));
                assert_eq!(row["df"].parse().ok(), expected["df"].as_u64());
                assert!(row["method"].starts_with("replicates BRR"), "{row:?}");
            }
        }
        let ambulance = |level: &str| rows.find(&[("domain", "ambulance"), ("level", level)]);
        let block = &expected["by_ambulance"];
        compare(&mut largest, ambulance("1"), (&block["est"][0], &block["se"][0]));
        // One half sample has no second ambulance; R leaves it out and warns.
        assert_eq!(ambulance("2")["se"], "");
    }
    largest.report(2 * (2 * 4 + 2));
}

#[test]
fn cholesterol_under_the_design_and_three_kinds_of_replicate_weights_has_the_errors_of_r() {
    let all = &json("statistics_expected.json")["nhanes"];
    let rscales = &all["jkn"]["rscales"];
    let kinds = [
        ("design", String::new(), String::new()),
        (
            "fay",
            "replicates = \"fay*\"".to_owned(),
            "[replicates]\ntype = \"Fay\"\nrho = 0.3\ncombined = false".to_owned(),
        ),
        (
            "jkn",
            "replicates = \"jkn*\"".to_owned(),
            format!("[replicates]\ntype = \"JKn\"\nscale = 1\nrscales = {rscales}\ncombined = false"),
        ),
        (
            "boot",
            format!("replicates = {:?}", (1..=20).map(|number| format!("boot{number}")).collect::<Vec<_>>()),
            "[replicates]\ntype = \"bootstrap\"\nmse = true\ncombined = false".to_owned(),
        ),
    ];
    for (name, columns, table) in kinds {
        let design = format!(
            "[columns]\nweight = \"weight\"\nstrata = [\"stratum\"]\npsu = \"psu\"\n{columns}\n{table}\n{}",
            r#"
            [[statistic]]
            kind = "mean"
            item = "chol"
            [[statistic]]
            kind = "mean"
            item = "chol"
            by = ["race"]
            [[statistic]]
            kind = "total"
            item = "chol"
            [[statistic]]
            kind = "difference"
            item = "chol"
            between = "sex"
            levels = [2, 1]
            [[statistic]]
            kind = "independence"
            item = "race"
            with = "sex"
            "#
        );
        let (rows, expected) = (Desk::new(path("nhanes.csv"), &design).rows(), &all[name]);
        let mut largest = Largest::new(format!("Cholesterol in the United States (`nhanes`), {name}, relative"));
        let mean = rows.find(&[("statistic", "mean"), ("domain", "")]);
        compare(&mut largest, mean, (&expected["mean"]["est"], &expected["mean"]["se"]));
        assert_eq!(mean["df"].parse().ok(), expected["df"].as_u64(), "{name}");
        compare_levels(&mut largest, &rows, &[("domain", "race")], "level", &expected["by_race"]);
        let total = rows.find(&[("statistic", "total")]);
        compare(&mut largest, total, (&expected["total"]["est"], &expected["total"]["se"]));
        compare_t(&mut largest, rows.find(&[("statistic", "difference")]), &expected["difference"]);
        compare_f(&mut largest, rows.find(&[("statistic", "independence")]), &expected["chisq"]);
        largest.report(2 + 8 + 2 + 6 + 4);
    }
}

#[test]
fn quantiles_under_a_bootstrap_have_the_intervals_of_r() {
    let design = r#"
        [columns]
        weight = "weight"
        replicates = "boot*"
        [replicates]
        type = "bootstrap"
        combined = false
        [[statistic]]
        kind = "quantile"
        item = "wait_min"
        [[statistic]]
        kind = "quantile"
        item = "wait_min"
        p = [0.25]
        rule = "school"
        interval = "beta"
        [[statistic]]
        kind = "quantile"
        item = "wait_min"
        interval = "replicates"
    "#;
    let rows = Desk::new(path("waiting_bootstrap.csv"), design).rows();
    let expected = &json("statistics_expected.json")["quantiles"];
    let mut largest = Largest::new("Quantiles of the waiting time under a bootstrap, three intervals, relative");
    let methods = [("math, mean", "mean"), ("school, beta", "beta"), ("math, replicates", "replicates")];
    for (method, key) in methods {
        let row = rows.find(&[("method", &format!("replicates bootstrap, {method}"))]);
        compare_quantile(&mut largest, row, &expected[key]);
        assert_eq!(row["df"].parse().ok(), expected["df"].as_u64());
    }
    largest.report(12);
}

//! `small-areas` from files gives the predictions of R's `sae`, predicts areas without a direct estimate, and refuses by name.

use std::fmt::Write;
use std::path::PathBuf;

use plumbline::files::{OutputFormat, SmallAreaOptions, small_area_files};
use plumbline::statistics::VarianceEstimator;
use tempfile::TempDir;

use crate::reference::{Largest, json, path};
use crate::reference_statistics::{number, read};

struct Desk {
    folder: TempDir,
    options: SmallAreaOptions,
}

impl Desk {
    fn new(estimates: &str, covariates: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("estimates.csv"), estimates).unwrap();
        std::fs::write(file("covariates.csv"), covariates).unwrap();
        let options = SmallAreaOptions {
            estimates: file("estimates.csv"),
            covariates: file("covariates.csv"),
            columns: Vec::new(),
            statistic: None,
            item: None,
            domain: None,
            method: VarianceEstimator::Reml,
            output: file("modelled.csv"),
            format: OutputFormat::Csv,
        };
        Self { folder, options }
    }

    fn error(&self) -> String {
        let error = small_area_files(&self.options).unwrap_err().to_string();
        error.replace(&self.folder.path().display().to_string(), "")
    }
}

/// The milk data of `sae` as two tables; the areas from `without` on have no direct estimate.
fn milk(without: usize) -> Desk {
    let (mut estimates, mut covariates) = ("area,estimate,se\n".to_owned(), "area,major2,major3,major4\n".to_owned());
    for (at, row) in csv::Reader::from_path(path("milk.csv")).unwrap().records().enumerate() {
        let row = row.unwrap();
        if at < without {
            writeln!(estimates, "{},{},{}", &row[0], &row[2], row[7].parse::<f64>().unwrap().sqrt()).unwrap();
        }
        let major = |code: &str| u8::from(&row[5] == code);
        writeln!(covariates, "{},{},{},{}", &row[0], major("2"), major("3"), major("4")).unwrap();
    }
    Desk::new(&estimates, &covariates)
}

#[test]
fn milk_expenditure_is_predicted_as_by_sae_with_each_method() {
    let expected = json("fay_herriot_milk.json");
    let mut largest = Largest::new("`small-areas`, milk, 43 areas, three methods, relative");
    for (name, method) in
        [("REML", VarianceEstimator::Reml), ("ML", VarianceEstimator::Ml), ("FH", VarianceEstimator::FayHerriot)]
    {
        let mut desk = milk(43);
        desk.options.method = method;
        let told = small_area_files(&desk.options).unwrap();
        assert!(told[0].starts_with("MODELLED"), "{told:?}");
        for (at, row) in read(&desk.options.output).iter().enumerate() {
            largest.compare_relative(number(row, "modelled"), &expected[name]["eblup"][at], name);
            largest.compare_relative(number(row, "mse"), &expected[name]["mse"][at], name);
            assert_eq!(row["kind"], "modelled");
        }
    }
    largest.report(3 * 43 * 2);
}

#[test]
fn an_area_without_a_direct_estimate_is_predicted_by_the_regression_and_says_so() {
    let desk = milk(40);
    let told = small_area_files(&desk.options).unwrap().join("\n");
    assert!(told.contains("3 areas have no direct estimate"), "{told}");
    let rows = read(&desk.options.output);
    assert_eq!(rows.len(), 43);
    let last = &rows[42];
    assert_eq!((last["kind"].as_str(), last["direct"].as_str()), ("modelled without a direct estimate", ""));
    assert!(number(last, "gamma").abs() < 1e-300 && number(last, "mse") > number(&rows[0], "mse"));
}

#[test]
fn what_estimate_writes_is_modelled_and_the_statistic_is_chosen() {
    let mut estimates = "domain,level,statistic,item,n,estimate,se\n,,index_items,,9,0.5,0.1\n".to_owned();
    let mut covariates = "unit,x,y\n".to_owned();
    for (at, value) in [0.61, 0.72, 0.69, 0.83, 0.88, 0.79].into_iter().enumerate() {
        writeln!(estimates, "commune,C{at},index_items,,9,{value},0.05\ncommune,C{at},top2,q1,9,0.1,0.2").unwrap();
        writeln!(covariates, "C{at},{at},1").unwrap();
    }
    let mut desk = Desk::new(&estimates, &covariates);
    // The column y says what the intercept says.
    assert!(desk.error().contains("column \"y\" says nothing"), "{}", desk.error());
    desk.options.columns = vec!["x".to_owned()];
    small_area_files(&desk.options).unwrap();
    assert!((number(&read(&desk.options.output)[3], "direct") - 0.83).abs() < 1e-12);
    desk.options.statistic = Some("top3".to_owned());
    assert!(desk.error().contains("--statistic may be: index_items, top2"), "{}", desk.error());
    desk.options.statistic = Some("top2".to_owned());
    assert!(desk.error().contains("--item may be: q1"), "{}", desk.error());
    desk.options.domain = Some("district".to_owned());
    assert!(desk.error().contains("--domain may be: commune"), "{}", desk.error());
}

#[test]
fn what_cannot_be_modelled_is_refused_by_name() {
    let areas = "area,x\na,1\nb,2\nc,3.5\nd,4\n";
    let estimates = "area,estimate,se\na,1,0.1\nb,2,0.1\nc,2.5,0.1\nd,4,0.1\n";
    for (estimates, covariates, named) in [
        (estimates, areas.replace("d,4", "d,"), "line 5, column x: every area needs a number"),
        (estimates, areas.replace("d,4", "c,4"), "\"c\" is there a second time"),
        (estimates, areas.replace("d,4\n", ""), "no row of the area \"d\""),
        (estimates, areas.replace("area", "place"), "there must be a column area, unit or level"),
        ("area,estimate,se\na,1,0.1\nb,2,0.1\n", areas.to_owned(), "need at least 3 areas"),
        ("area,estimate,se\na,x,0.1\n", areas.to_owned(), "line 2, column estimate: \"x\" is not a number"),
        ("area,estimate,se\na,1,-0.1\n", areas.to_owned(), "must not be negative"),
        ("area,value,se\na,1,0.1\n", areas.to_owned(), "no column estimate"),
    ] {
        let error = Desk::new(estimates, &covariates).error();
        assert!(error.contains(named), "{named}: {error}");
    }
    let mut desk = Desk::new(estimates, areas);
    desk.options.output.clone_from(&desk.options.estimates);
    assert!(desk.error().contains("named twice"));
    desk.options.output = PathBuf::from("/nowhere/at/all.csv");
    assert!(desk.error().contains("/nowhere"));
}

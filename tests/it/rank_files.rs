//! `plumbline rank` from files: what it writes, what it says, and which line and column it names when it cannot.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use plumbline::files::{EstimateOptions, OutputFormat, RankFileOptions, estimate_files, rank_files};
use plumbline::ranking::{RankMethod, RankOptions};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::reference::path;

/// A folder with files to rank.
pub(crate) struct Desk(TempDir);

const UNITS: &str = "unit,estimate,se\nCosta Rica,0.5,0.01\nB,0.9,0.02\nC,,\nD,0.89,0.02\nE,0.5,0.01\n";
const COVARIANCE: &str = "statistic,level_a,level_b,covariance
x,Costa Rica,Costa Rica,0.0001\nx,Costa Rica,B,0\nx,Costa Rica,D,0.00001\nx,Costa Rica,E,0
x,B,D,0\nx,E,B,0\nx,E,D,0\nx,D,E,0\nx,C,B,\n";

impl Desk {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let desk = Self(TempDir::new().unwrap());
        for (name, text) in files {
            std::fs::write(desk.file(name), text).unwrap();
        }
        desk
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the real command in the folder.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline"));
        command.current_dir(self.0.path()).arg("rank").args(arguments).output().unwrap()
    }

    /// What the command says, and the rows that it writes, keyed by the header.
    pub(crate) fn ranks(&self, arguments: &[&str]) -> (String, Vec<BTreeMap<String, String>>) {
        let output = self.run(&[arguments, &["--output", "ranks.csv"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows = csv::Reader::from_path(self.file("ranks.csv")).unwrap().deserialize().map(Result::unwrap).collect();
        (String::from_utf8(output.stdout).unwrap(), rows)
    }

    /// The one line of the error.
    pub(crate) fn error(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["--output", "ranks.csv"], arguments].concat());
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(!self.file("ranks.csv").exists(), "an error writes nothing");
        error.strip_prefix("error: ").unwrap().trim_end().to_owned()
    }
}

pub(crate) fn column<'a>(rows: &'a [BTreeMap<String, String>], name: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[name].as_str()).collect()
}

/// The reference survey, estimated.
fn estimated(format: OutputFormat) -> Desk {
    let desk = Desk::new(&[]);
    let options = EstimateOptions {
        responses: path("responses.csv"),
        design: path("design.toml"),
        output: desk.file("estimates"),
        covariance: Some(desk.file("covariance")),
        format,
        weights: None,
        replicates: None,
    };
    estimate_files(&options, |_| ()).unwrap();
    desk
}

#[test]
fn what_estimate_writes_is_ranked_as_r_does_from_csv_and_from_json() {
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path("expected_ranks.json")).unwrap()).unwrap();
    for format in [OutputFormat::Csv, OutputFormat::Json] {
        let desk = estimated(format);
        for (method, key) in
            [("simultaneous", "simul_twosided_stepdown"), ("holm", "holm_pairwise"), ("kww", "kww_sidak")]
        {
            for index in ["index_items", "index_pooled"] {
                let (said, rows) = desk.ranks(&[
                    "--estimates",
                    "estimates",
                    "--covariance",
                    "covariance",
                    "--statistic",
                    index,
                    "--method",
                    method,
                ]);
                assert!(said.contains("Ranked: 9 units of district, the first of 5 domains"), "{said}");
                let expected = &expected[format!("A_{index}")];
                for row in &rows {
                    let i = row["unit"][1..].parse::<usize>().unwrap() - 1;
                    let ranks = ["rank", "rank_low", "rank_high"].map(|name| row[name].parse::<u64>().ok());
                    let expected = [&expected["rank"][i], &expected[key]["L"][i], &expected[key]["U"][i]];
                    assert_eq!(ranks, expected.map(serde_json::Value::as_u64), "{method} {index} {row:?}");
                }
                let ranks: Vec<usize> = column(&rows, "rank").iter().map(|rank| rank.parse().unwrap()).collect();
                assert!(ranks.is_sorted() && ranks.len() == 9, "{ranks:?}");
            }
        }
    }
}

#[test]
fn a_bare_table_is_ranked_and_units_without_precision_come_last_without_ranks() {
    let desk = Desk::new(&[("units.csv", UNITS), ("cov.csv", COVARIANCE)]);
    let bare = ["--estimates", "units.csv", "--method"];
    let (said, rows) = desk.ranks(&[&bare[..], &["simultaneous"]].concat());
    assert_eq!(column(&rows, "unit"), ["B", "D", "Costa Rica", "E", "C"]);
    assert_eq!(column(&rows, "rank"), ["1", "2", "3", "3", ""]);
    assert_eq!(column(&rows, "rank_low"), ["1", "1", "3", "3", ""]);
    assert_eq!(column(&rows, "rank_high"), ["2", "2", "4", "4", ""]);
    assert_eq!(column(&rows, "tier"), ["1", "1", "2", "2", ""]);
    assert_eq!(column(&rows, "estimate"), ["0.9", "0.89", "0.5", "0.5", ""]);
    for sentence in [
        "Ranked: 4 units, highest first.",
        "with 95 % confidence all sets of ranks hold the true ranks, together",
        "2 may each be first: B, D.",
        "B has rank 1; the data allow 1 to 2. Tier 1.",
        "Clearly different: 4 of 6 pairs.",
        "Monte-Carlo standard error",
        "(100000 draws, seed 1)",
        "treated as independent",
        "Withheld: C (",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    let (said, tied) = desk.ranks(&[&bare[..], &["simultaneous", "--covariance", "cov.csv"]].concat());
    assert_eq!(column(&tied, "rank_high"), column(&rows, "rank_high"));
    assert!(!said.contains("treated as independent"), "{said}");
    let (said, rows) = desk.ranks(&[&bare[..], &["best", "--tau", "2"]].concat());
    assert_eq!(column(&rows, "tier"), ["1", "1", "2", "2", ""]);
    assert!(said.contains("Among the best 2 may be: B, D. Surely not: Costa Rica, E."), "{said}");
    let (said, rows) = desk.ranks(&[&bare[..], &["worst", "--tau", "1", "--order", "asc"]].concat());
    assert_eq!(column(&rows, "unit"), ["Costa Rica", "E", "D", "B", "C"]);
    assert!(said.contains("Among the worst 1 may be: D, B. Surely not: Costa Rica, E."), "{said}");
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_a_higher_level_allows_no_less() {
    let desk = estimated(OutputFormat::Csv);
    let rank_of = |domain: &str, level: &str| {
        let options = ["--estimates", "estimates", "--domain", domain, "--method", "marginal", "--level", level];
        desk.ranks(&[&options[..], &["--draws", "20000", "--seed", "9"]].concat())
    };
    assert_eq!(rank_of("age_band", "0.9"), rank_of("age_band", "0.9"));
    let (narrow, wide) = (rank_of("service", "0.5").1, rank_of("service", "0.99").1);
    assert_eq!(column(&narrow, "unit"), column(&wide, "unit"));
    let bound = |rows: &[BTreeMap<String, String>], name: &str| -> Vec<usize> {
        column(rows, name).iter().map(|rank| rank.parse().unwrap()).collect()
    };
    assert!(bound(&narrow, "rank_high").iter().zip(bound(&wide, "rank_high")).all(|(narrow, wide)| *narrow <= wide));
    assert!(bound(&narrow, "rank_low").iter().zip(bound(&wide, "rank_low")).all(|(narrow, wide)| *narrow >= wide));
}

#[test]
fn every_bad_value_is_one_error_with_its_line_and_column() {
    for (from, to, message) in [
        ("B,0.9,0.02", "B,0.9,x", "units.csv: line 3, column se: \"x\" is not a number; write it like 0.85"),
        ("B,0.9,0.02", "B,0.9,-0.02", "units.csv: line 3, column se: a standard error must not be negative"),
        ("B,0.9,0.02", "B,-inf,0.02", "units.csv: line 3, column estimate: -inf is not a finite number"),
        ("B,0.9,0.02", "B,0.9,inf", "units.csv: line 3, column se: inf is not a finite number"),
        ("B,0.9,0.02", "B,1e200,0.02", "units.csv: 1e200 of unit \"B\" is too large"),
        ("B,0.9,0.02", "D,0.9,0.02", "units.csv: line 5, column unit: \"D\" is there a second time, first in row 3"),
        ("B,0.9,0.02", ",0.9,0.02", "units.csv: line 3, column unit: the unit has no name"),
        ("B,0.9,0.02", "B,0.9", "units.csv: line 3: the row has 2 cells, the header 3"),
        (
            "unit,estimate,se",
            "unit,estimate,error",
            "units.csv: line 1: there is no column se; there are: unit, estimate, error",
        ),
        (
            "unit,estimate,se",
            "name,estimate,se",
            "units.csv: line 1: there is neither a column unit nor a column level",
        ),
        (UNITS, "", "units.csv: line 1: the file is empty"),
        (UNITS, "unit,estimate,se\n", "units.csv: there is no unit in this file"),
        (UNITS, "unit,estimate,se\nA,1,\n", "units.csv: the only unit has no estimate or no standard error"),
        (
            UNITS,
            "[{\"unit\": \"A\", \"estimate\": 1, \"se\": true}]",
            "units.csv: object 1, key se: this is neither a text nor a number",
        ),
        (UNITS, "[{\"unit\": \"A\"", "units.csv: not a list of JSON objects: "),
    ] {
        assert!(UNITS.contains(from));
        let desk = Desk::new(&[("units.csv", &UNITS.replacen(from, to, 1))]);
        let error = desk.error(&["--estimates", "units.csv", "--method", "simultaneous", "--draws", "1000"]);
        assert!(error.starts_with(message), "{to}: {error}");
    }
}

#[test]
fn every_bad_covariance_is_one_error_that_says_where() {
    for (from, to, message) in [
        ("x,B,D,0", "x,B,Z,0", "cov.csv: line 6, column level_b: the estimates have no unit \"Z\""),
        ("x,B,D,0", "x,B,D,", "cov.csv: line 6, column covariance: this is empty"),
        ("x,B,D,0", "x,B,D,inf", "cov.csv: line 6, column covariance: inf is not a finite number"),
        ("x,B,D,0", "y,B,D,0", "cov.csv: line 6, column statistic: the file holds more than one statistic"),
        ("x,B,D,0", "x,E,B,0", "cov.csv: line 7, column level_b: \"E\" with \"B\" is there a second time"),
        ("x,B,D,0\n", "", "cov.csv: statistic \"x\": there is no covariance of \"D\" and \"B\""),
        ("x,D,E,0", "x,D,E,0.0001", "cov.csv: line 9, column covariance: 0.0001 was 0 the other way round"),
        ("x,B,D,0", "x,B,D,0.001", "cov.csv: these are not covariances: a combination of units with \"D\" and \"B\""),
        (
            "Costa Rica,0.0001",
            "Costa Rica,0.01",
            "cov.csv: line 2, column covariance: 0.01 is not the square of the standard",
        ),
        ("level_a", "level", "cov.csv: line 1: there is no column level_a"),
        (COVARIANCE, "statistic,level_a,level_b,covariance\n", "cov.csv: there are no covariances in this file"),
    ] {
        assert!(COVARIANCE.contains(from), "{from}");
        let desk = Desk::new(&[("units.csv", UNITS), ("cov.csv", &COVARIANCE.replacen(from, to, 1))]);
        let error = desk.error(&["--estimates", "units.csv", "--covariance", "cov.csv", "--method", "holm"]);
        assert!(error.starts_with(message), "{to}: {error}");
    }
}

#[test]
fn a_matrix_with_a_negative_eigenvalue_is_refused_where_it_is_drawn_from() {
    let units = "unit,estimate,se\nA,1,1\nB,2,1\nC,3,1\n";
    let covariance = "statistic,level_a,level_b,covariance\nx,A,B,0.9\nx,A,C,-0.9\nx,B,C,0.9\n";
    let desk = Desk::new(&[("units.csv", units), ("cov.csv", covariance)]);
    let error = desk.error(&["--estimates", "units.csv", "--covariance", "cov.csv", "--method", "simultaneous"]);
    assert!(error.starts_with("cov.csv: these are not covariances: a combination of units with"), "{error}");
}

#[test]
fn ranks_are_not_written_over_the_estimates() {
    let desk = Desk::new(&[("units.csv", UNITS)]);
    let output = desk.run(&["--estimates", "units.csv", "--method", "holm", "--output", "./units.csv"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("this file is named twice"), "{error}");
    assert_eq!(std::fs::read_to_string(desk.file("units.csv")).unwrap(), UNITS);
}

#[test]
fn options_that_cannot_be_meant_are_refused_by_name() {
    let desk = Desk::new(&[("units.csv", UNITS)]);
    for (arguments, message) in [
        (&["--method", "holm", "--level", "1"][..], "--level must lie between 0 and 1"),
        (&["--method", "kww", "--level", "NaN"], "--level must lie between 0 and 1"),
        (&["--method", "simultaneous", "--draws", "999"], "--draws must be 1000 to 10000000 at level 0.95, not 999"),
        (&["--method", "marginal", "--draws", "10000001"], "--draws must be 1000 to 10000000"),
        (&["--method", "best", "--level", "0.9999999999"], "--level 0.9999999999 is too near to 1 to be simulated"),
        (&["--method", "best", "--tau", "0"], "--tau must be 1 to the number of ranked units, 4, not 0"),
        (&["--method", "worst", "--tau", "5"], "--tau must be 1 to the number of ranked units, 4, not 5"),
        (&["--method", "holm", "--domain", "district"], "--domain does not go with a file of unit,estimate,se"),
        (&["--method", "holm", "--estimates", "nowhere.csv"], "nowhere.csv: "),
    ] {
        let estimates = if arguments.contains(&"--estimates") { &[][..] } else { &["--estimates", "units.csv"] };
        let error = desk.error(&[estimates, arguments].concat());
        assert!(error.starts_with(message), "{arguments:?}: {error}");
    }
}

#[test]
fn what_is_not_in_the_estimates_is_answered_with_what_is() {
    let desk = estimated(OutputFormat::Csv);
    for (arguments, message) in [
        (
            &["--domain", "province"][..],
            "estimates: there is no domain \"province\"; --domain may be: age_band, district",
        ),
        (
            &["--statistic", "index"],
            "estimates: there is no statistic \"index\"; --statistic may be: factor, index_factors",
        ),
        (&["--statistic", "top2"], "estimates: top2 is there for items or factors; --item may be: q01, q02"),
        (&["--statistic", "index_score", "--covariance", "estimates"], "estimates: line 1: there is no column level_a"),
    ] {
        let error = desk.error(&[&["--estimates", "estimates", "--method", "holm"], arguments].concat());
        assert!(error.starts_with(message), "{arguments:?}: {error}");
    }
    let (said, rows) =
        desk.ranks(&["--estimates", "estimates", "--method", "holm", "--statistic", "top2", "--item", "q03"]);
    assert!(said.contains("by top2 of q03") && rows.len() == 9, "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_ranked_or_refused_in_one_line(
        rows in "([a-d]{0,2},[-0-9.eN]{0,4},[-0-9.e]{0,4}\n){0,6}[a,\"\r\n]{0,3}",
        pairs in "(x,[a-d],[a-d],[-0-9.e]{0,3}\n){0,9}",
        method in prop::sample::select(RankMethod::ALL.to_vec()),
        has_covariance: bool,
    ) {
        let desk = Desk::new(&[
            ("units.csv", &format!("unit,estimate,se\n{rows}")),
            ("cov.csv", &format!("statistic,level_a,level_b,covariance\n{pairs}")),
        ]);
        let options = RankFileOptions {
            exact: false,
            estimates: desk.file("units.csv"),
            statistic: None,
            item: None,
            domain: None,
            covariance: has_covariance.then(|| desk.file("cov.csv")),
            output: desk.file("ranks.csv"),
            format: OutputFormat::Csv,
            ranking: RankOptions { tau: 1, draws: 1_000, ..RankOptions::new(method, 0.95) },
        };
        let outcome = rank_files(&options, &|_| ());
        if let Err(error) = outcome {
            prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
        } else {
            let written = csv::Reader::from_path(desk.file("ranks.csv")).unwrap().into_records().count();
            // A row of nothing but blanks and separators is no row (docs/TABLES.md).
            let mut records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rows.as_bytes());
            let has_words = |record: &csv::StringRecord| record.iter().any(|cell| !cell.trim_matches([' ', '\t']).is_empty());
            prop_assert_eq!(written, records.records().map(Result::unwrap).filter(has_words).count());
        }
    }
}

//! The statistics that a design file asks for agree with R's `survey` package on the synthetic survey (`tests/reference/statistics.R`).
//!
//! `cargo test --test it reference_statistics -- --nocapture` prints the largest difference of each case (see `docs/METHOD.md`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use serde_json::Value;
use tempfile::TempDir;

use crate::reference::{Largest, json, path};

/// A folder to estimate in.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) options: EstimateOptions,
}

/// The rows of an output.
pub(crate) struct Rows(pub(crate) Vec<BTreeMap<String, String>>);

impl Desk {
    /// A design for responses; margins of the reference folder are there.
    pub(crate) fn new(responses: PathBuf, design: &str) -> Self {
        let folder = TempDir::new().unwrap();
        for file in ["margin_sex.csv", "margin_age_band.csv"] {
            std::fs::copy(path(file), folder.path().join(file)).unwrap();
        }
        std::fs::write(folder.path().join("design.toml"), design).unwrap();
        let options = EstimateOptions {
            responses,
            design: folder.path().join("design.toml"),
            output: folder.path().join("estimates"),
            covariance: None,
            format: OutputFormat::Csv,
            weights: None,
            replicates: None,
        };
        Self { folder, options }
    }

    /// A desk with responses that are written to it.
    pub(crate) fn with(responses: &str, design: &str) -> Self {
        let mut desk = Self::new(PathBuf::new(), design);
        desk.options.responses = desk.folder.path().join("responses.csv");
        std::fs::write(&desk.options.responses, responses).unwrap();
        desk
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn told(&self) -> Vec<String> {
        estimate_files(&self.options, |_| ()).unwrap()
    }

    pub(crate) fn rows(&self) -> Rows {
        self.told();
        Rows(read(&self.options.output))
    }

    /// The refusal, without the name of the folder.
    pub(crate) fn error(&self) -> String {
        let error = estimate_files(&self.options, |_| ()).unwrap_err().to_string();
        error.replace(&self.folder.path().display().to_string(), "")
    }
}

pub(crate) fn read(file: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect()
}

impl Rows {
    /// The one row with these values in these columns.
    pub(crate) fn find(&self, wanted: &[(&str, &str)]) -> &BTreeMap<String, String> {
        let is_wanted = |row: &&BTreeMap<String, String>| wanted.iter().all(|(column, value)| row[*column] == *value);
        let found: Vec<_> = self.0.iter().filter(is_wanted).collect();
        assert_eq!(found.len(), 1, "{wanted:?}: {found:?}");
        found[0]
    }
}

pub(crate) fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// Estimate and standard error of a row.
pub(crate) fn compare(largest: &mut Largest, row: &BTreeMap<String, String>, expected: (&Value, &Value)) {
    largest.compare_relative(number(row, "estimate"), expected.0, &format!("{row:?}"));
    largest.compare_relative(number(row, "se"), expected.1, &format!("{row:?}"));
}

/// The levels of a block `level, est, se`.
pub(crate) fn compare_levels(
    largest: &mut Largest,
    rows: &Rows,
    wanted: &[(&str, &str)],
    column: &str,
    expected: &Value,
) {
    for (at, level) in expected["level"].as_array().unwrap().iter().enumerate() {
        let row = rows.find(&[wanted, &[(column, level.as_str().unwrap())]].concat());
        compare(largest, row, (&expected["est"][at], &expected["se"][at]));
    }
}

pub(crate) fn compare_t(largest: &mut Largest, row: &BTreeMap<String, String>, expected: &Value) {
    // R has the second group less the first one.
    largest.compare_relative(-number(row, "estimate"), &expected["est"], "difference");
    largest.compare_relative(-number(row, "test"), &expected["t"], "t");
    largest.compare_relative(number(row, "df"), &expected["df"], "degrees of freedom");
    largest.compare_relative(number(row, "p_value"), &expected["p"], "p");
    largest.compare_relative(-number(row, "ci_high"), &expected["ci"][0], "low");
    largest.compare_relative(-number(row, "ci_low"), &expected["ci"][1], "high");
}

pub(crate) fn compare_f(largest: &mut Largest, row: &BTreeMap<String, String>, expected: &Value) {
    for (column, key) in [("test", "F"), ("numerator_df", "ndf"), ("denominator_df", "ddf"), ("p_value", "p")] {
        largest.compare_relative(number(row, column), &expected[key], key);
    }
}

pub(crate) fn compare_quantile(largest: &mut Largest, row: &BTreeMap<String, String>, expected: &Value) {
    for (at, column) in ["estimate", "ci_low", "ci_high", "se"].into_iter().enumerate() {
        largest.compare_relative(number(row, column), &expected[at], column);
    }
}

/// The columns of the synthetic survey.
pub(crate) const SURVEY: &str = "[columns]\nweight = \"weight\"\nstrata = [\"district\"]\npsu = \"village\"\n";

/// A statistic of each kind.
const STATISTICS: &str = r#"
[[statistic]]
kind = "mean"
item = "wait_min"
by = ["sex"]
[[statistic]]
kind = "mean"
item = "wait_min"
by = ["district", "sex"]
[[statistic]]
kind = "total"
item = "wait_min"
[[statistic]]
kind = "total"
by = ["sex"]
[[statistic]]
kind = "share"
item = "channel"
[[statistic]]
kind = "share"
item = "wait_min"
from = 30
by = ["sex"]
[[statistic]]
kind = "difference"
item = "wait_min"
between = "sex"
[[statistic]]
kind = "difference"
item = "wait_min"
between = "sex"
levels = ["F", "M"]
by = ["district"]
[[statistic]]
kind = "independence"
item = "channel"
with = "sex"
[[statistic]]
kind = "independence"
item = "channel"
with = "sex"
by = ["district"]
[[statistic]]
kind = "quantile"
item = "wait_min"
by = ["district"]
[[statistic]]
kind = "quantile"
item = "wait_min"
p = [0.9]
rule = "hf7"
interval = "xlogit"
by = ["district"]
"#;

#[test]
fn statistics_of_the_synthetic_survey_are_those_of_r() {
    let design = format!("{SURVEY}{STATISTICS}");
    let rows = Desk::new(path("responses.csv"), &design).rows();
    let expected = &json("statistics_expected.json")["survey"];
    let mut largest =
        Largest::new("Statistics of the synthetic survey: means, totals, shares, crossed domains, relative");
    compare_levels(&mut largest, &rows, &[("statistic", "mean"), ("domain", "sex")], "level", &expected["mean_by_sex"]);
    compare_levels(&mut largest, &rows, &[("domain", "district × sex")], "level", &expected["mean_crossed"]);
    let total = rows.find(&[("statistic", "total"), ("domain", "")]);
    compare(&mut largest, total, (&expected["total"]["est"], &expected["total"]["se"]));
    compare_levels(
        &mut largest,
        &rows,
        &[("statistic", "total"), ("domain", "sex")],
        "level",
        &expected["people_by_sex"],
    );
    compare_levels(&mut largest, &rows, &[("item", "channel"), ("statistic", "share")], "part", &expected["channel"]);
    compare_levels(&mut largest, &rows, &[("part", "at least 30")], "level", &expected["long_by_sex"]);
    let phone = rows.find(&[("part", "phone")]);
    largest.compare_relative(number(phone, "ci_low"), &expected["phone"]["ci"][0], "low");
    largest.compare_relative(number(phone, "ci_high"), &expected["phone"]["ci"][1], "high");
    largest.report(2 * (2 + 18 + 1 + 2 + 2 + 2) + 2);
    let mut largest =
        Largest::new("Statistics of the synthetic survey: t tests, Rao–Scott tests, quantiles in domains, relative");
    let difference = |level: &str| rows.find(&[("statistic", "difference"), ("level", level)]);
    compare_t(&mut largest, difference(""), &expected["ttest_sex"]);
    compare_t(&mut largest, difference("D01"), &expected["ttest_sex_D01"]);
    let independence = |level: &str| rows.find(&[("statistic", "independence"), ("level", level)]);
    compare_f(&mut largest, independence(""), &expected["chisq"]);
    compare_f(&mut largest, independence("D02"), &expected["chisq_D02"]);
    let quantile = |part: &str| rows.find(&[("statistic", "quantile"), ("level", "D03"), ("part", part)]);
    compare_quantile(&mut largest, quantile("0.5"), &expected["median_D03"]);
    compare_quantile(&mut largest, quantile("0.9"), &expected["q90_D03"]);
    largest.report(2 * 6 + 2 * 4 + 2 * 4);
    assert_eq!(difference("")["compared"], "F − M");
    assert_eq!(difference("")["method"], "linearisation, t");
}

#[test]
fn a_subset_stays_in_the_design_as_in_r() {
    let design = format!(
        "{SURVEY}{}",
        r#"items = ["q02"]
        [subset]
        age_band = ["30-44"]
        wait_min = { from = 5, to = 40 }
        [[statistic]]
        kind = "mean"
        item = "wait_min"
        "#
    );
    let rows = Desk::new(path("responses.csv"), &design).rows();
    let expected = &json("statistics_expected.json")["survey"];
    let mut largest = Largest::new("A subset of the synthetic survey: a mean, an item, relative");
    let mean = rows.find(&[("item", "wait_min")]);
    compare(&mut largest, mean, (&expected["subset_mean"]["est"], &expected["subset_mean"]["se"]));
    let item = rows.find(&[("item", "q02"), ("statistic", "top2")]);
    compare(&mut largest, item, (&expected["subset_q02"]["est"], &expected["subset_q02"]["se"]));
    largest.report(4);
    for (column, key) in [("df", "df"), ("n", "n")] {
        assert_eq!(mean[column].parse().ok(), expected["subset_mean"][key].as_u64(), "{column}");
    }
}

//! `estimate` from files gives R's numbers, in both formats, and says what is wrong with which row.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use serde_json::Value;
use tempfile::TempDir;

use crate::reference::path;

/// A folder with files to estimate from.
struct Desk {
    folder: TempDir,
    options: EstimateOptions,
}

impl Desk {
    fn new(responses: &str, design: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let place = |name: &str| folder.path().join(name);
        std::fs::write(place("responses.csv"), responses).unwrap();
        std::fs::write(place("design.toml"), design).unwrap();
        let options = EstimateOptions {
            responses: place("responses.csv"),
            design: place("design.toml"),
            output: place("estimates"),
            covariance: Some(place("covariance")),
            format: OutputFormat::Csv,
            weights: None,
            replicates: None,
        };
        Self { folder, options }
    }

    fn error(&self) -> String {
        let error = estimate_files(&self.options, |_| ()).unwrap_err().to_string();
        error.replace(&self.folder.path().display().to_string(), "")
    }

    fn rows(&self) -> Vec<BTreeMap<String, String>> {
        estimate_files(&self.options, |_| ()).unwrap();
        rows(&self.options.output)
    }
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

const SMALL_DESIGN: &str = "
[columns]
weight = \"w\"
strata = [\"region\", \"zone\"]
psu = \"office\"
items = [\"q1\", \"q2\"]
domains = [\"sex\"]
";
const SMALL_RESPONSES: &str = "\u{feff}region,zone,office,w,sex,q1,q2
a,1,x,1.5,F,5,4
a,1,y,2,M,2,
a,12,x,2.5,F,4,1
a,12,y,1,,3,5
";

#[test]
fn the_reference_survey_with_all_its_domains_is_that_of_r() {
    let folder = TempDir::new().unwrap();
    let options = EstimateOptions {
        responses: path("responses.csv"),
        design: path("design.toml"),
        output: folder.path().join("estimates.csv"),
        covariance: Some(folder.path().join("covariance.csv")),
        format: OutputFormat::Csv,
        weights: None,
        replicates: None,
    };
    let mut bytes_read = 0;
    estimate_files(&options, |bytes| bytes_read = bytes).unwrap();
    assert_eq!(bytes_read, std::fs::metadata(path("responses.csv")).unwrap().len());

    let expected: Value = serde_json::from_slice(&std::fs::read(path("expected.json")).unwrap()).unwrap();
    let (mut compared, mut largest) = (0, 0.0_f64);
    let mut compare = |found: &str, expected: &Value| {
        let difference = (found.parse::<f64>().unwrap() - expected.as_f64().unwrap()).abs();
        assert!(difference <= 1e-9, "{found} instead of {expected}");
        largest = largest.max(difference);
        compared += 1;
    };
    for row in rows(&options.output) {
        let (domain, level, statistic) = (row["domain"].as_str(), row["level"].as_str(), row["statistic"].as_str());
        let name = if statistic == "index_score" { "index_score100" } else { statistic };
        match domain {
            "" | "district" => {
                let a = &expected["A"];
                let block = if domain.is_empty() { &a["overall"] } else { &a["by_district"][level] };
                let name = if row["item"].is_empty() { name.to_owned() } else { format!("{name}_{}", row["item"]) };
                compare(&row["estimate"], &block["estimates"][&name]);
                compare(&row["se"], &block["se"][&name]);
            }
            _ if statistic.starts_with("index") => {
                let block = &expected["A"]["domains"][domain][level];
                compare(&row["estimate"], &block[name]);
                compare(&row["se"], &block[format!("se_{name}")]);
                assert_eq!(
                    (row["n"].parse(), row["df"].parse()),
                    (Ok(block["n"].as_u64().unwrap()), Ok(block["df"].as_u64().unwrap()))
                );
            }
            _ => (),
        }
    }
    for row in rows(options.covariance.as_ref().unwrap()).iter().filter(|row| row["statistic"] != "index_score") {
        let number = |level: &str| level[1..].parse::<usize>().unwrap() - 1;
        let block = &expected["A"]["cov_between_districts"][&row["statistic"]];
        compare(&row["covariance"], &block[number(&row["level_a"])][number(&row["level_b"])]);
    }
    println!("| A: `estimate`, with sex, age band, ethnicity and service | {compared} | {largest:.1e} |");
    assert!(compared > 1300, "{compared}");
}

#[test]
fn both_formats_say_the_same() {
    let mut desk = Desk::new(SMALL_RESPONSES, SMALL_DESIGN);
    let table = desk.rows();
    desk.options.format = OutputFormat::Json;
    estimate_files(&desk.options, |_| ()).unwrap();
    let list: Vec<Value> = serde_json::from_slice(&std::fs::read(&desk.options.output).unwrap()).unwrap();
    assert_eq!(list.len(), table.len());
    for (object, row) in list.iter().zip(&table) {
        for (key, text) in row {
            match &object[key] {
                Value::Null => assert_eq!(text, ""),
                Value::String(value) => assert_eq!(text, value),
                Value::Bool(value) => assert_eq!(*text, value.to_string()),
                number => {
                    // The reader of JSON may be off by the last bit; what was written is not.
                    let (found, expected) = (text.parse::<f64>().unwrap(), number.as_f64().unwrap());
                    assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{key}: {found} {expected}");
                }
            }
        }
    }
}

#[test]
fn rows_without_a_level_count_overall_only_and_columns_of_strata_do_not_run_together() {
    let rows = Desk::new(SMALL_RESPONSES, SMALL_DESIGN).rows();
    let index =
        |level: &str| rows.iter().find(|row| row["level"] == level && row["statistic"] == "index_items").unwrap();
    assert_eq!([index("")["n"].as_str(), &index("F")["n"], &index("M")["n"]], ["4", "2", "1"]);
    assert_eq!(index("")["df"], "2");
    // Nobody among the men answered q2: there is no index, and no number is invented.
    assert_eq!((index("M")["estimate"].as_str(), index("M")["se"].as_str()), ("", ""));
    assert_eq!(index("M")["withheld"], "1 answered, but nobody answered q2");
}

#[test]
fn without_columns_for_the_design_it_is_a_simple_random_sample() {
    let rows = Desk::new("q1\n5\n1\n4\n\n", "[columns]\nitems = [\"q1\"]\n").rows();
    let share = &rows[0];
    assert_eq!((share["statistic"].as_str(), share["n"].as_str(), share["df"].as_str()), ("top2", "3", "2"));
    // Linearised: two thirds, with the variance p (1 − p) / (n − 1) of the mean.
    assert!((share["se"].parse::<f64>().unwrap() - (2.0_f64 / 9.0 / 2.0).sqrt()).abs() < 1e-15);
    // Without weights it is compared with replacement: it is such a sample itself.
    assert!((share["deff"].parse::<f64>().unwrap() - 1.0).abs() < 1e-15);
}

#[test]
fn without_a_domain_the_covariances_are_a_header_alone() {
    let desk = Desk::new("q1\n5\n1\n", "[columns]\nitems = [\"q1\"]\n");
    estimate_files(&desk.options, |_| ()).unwrap();
    let covariances = std::fs::read_to_string(desk.options.covariance.as_ref().unwrap()).unwrap();
    assert_eq!(covariances, "statistic,level_a,level_b,covariance\n");
}

#[test]
fn a_wrong_value_is_one_error_with_its_line_and_column() {
    let table = [
        ("a,1,y,2,M,2,", "a,1,y,2,M,2,6", "/responses.csv: line 3, column \"q2\": \"6\" is not a rating"),
        ("a,1,y,2,M,2,", "a,1,y,2,M,no,", "line 3, column \"q1\": \"no\" is not a rating"),
        ("a,12,x,2.5,", "a,12,x,-2,", "line 4, column \"w\": a weight must be 0, or above 0"),
        ("a,12,x,2.5,", "a,12,x,,", "line 4, column \"w\": the weight is missing"),
        ("a,12,x,2.5,", "a,12,x,0.0000000002,", "line 4, column \"w\": a weight must be 0, or above 0"),
        ("a,12,x,", "a,\"1\u{1f}2\",x,", "line 4, column \"zone\": the stratum holds control characters"),
        ("a,12,x,2.5,F", "a,12,x,2.5,\"F\nG\"", "line 4, column \"sex\": the level holds control characters"),
        ("a,1,y,2,M,2,", "\r\na,1,y,2,M,2,\n\n\na,1,y,2,M,2,6", "line 7, column \"q2\""),
        ("a,12,x,2.5,F,4,1", "a,12,x,2.5,F,4,\"1", "line 4: the row begins a quote that is not closed"),
        ("a,1,y,2,M,2,", "a,1,y,2,M", "line 3: the row has 5 cells, the header 7"),
        ("office,w", "office,weight", "the file has no column \"w\""),
        ("office,w,sex", "office,w,w", "there must be one column \"w\"; the header has 2"),
    ];
    for (from, to, message) in table {
        assert!(SMALL_RESPONSES.contains(from));
        let error = Desk::new(&SMALL_RESPONSES.replacen(from, to, 1), SMALL_DESIGN).error();
        assert!(error.contains(message), "{to}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn weights_that_billionths_cannot_hold_are_refused_and_the_same_weights_in_thousands_are_not() {
    let design = "[columns]\nitems = [\"q\"]\nweight = \"w\"\n";
    let error = Desk::new("q,w\n5,0.00000123456789\n1,2.2222222222e-6\n", design).error();
    assert!(error.contains("mean is 1.7285e-6; multiply all by the same number, such as 1000000"), "{error}");
    for few_digits in ["q,w\n5,0.000001\n1,0.000002\n", "q,w\n5,1.23456789012345\n1,2.22222222222222\n"] {
        assert_eq!(Desk::new(few_digits, design).rows()[0]["n"], "2");
    }
}

#[test]
fn nothing_is_written_where_one_file_would_overwrite_the_other() {
    let mut desk = Desk::new(SMALL_RESPONSES, SMALL_DESIGN);
    desk.options.covariance = Some(desk.options.output.clone());
    assert!(desk.error().contains("this file is named twice"), "{}", desk.error());
    assert!(!desk.options.output.exists());
    desk.options.covariance = None;
    desk.options.output.clone_from(&desk.options.responses);
    assert!(desk.error().contains("this file is named twice"), "{}", desk.error());
    assert_eq!(std::fs::read_to_string(&desk.options.responses).unwrap(), SMALL_RESPONSES);
}

#[test]
fn domains_of_200_items_have_at_most_60_levels() {
    let items: Vec<String> = (1..=200).map(|item| format!("q{item}")).collect();
    let design = format!("[columns]\nitems = {items:?}\ndomains = [\"place\"]\n");
    let header = format!("place,{}", items.join(","));
    let rows: Vec<String> = (1..=61).map(|level| format!("\n{level},{}", ["4"; 200].join(","))).collect();
    // The header is line 1: levels 1 to 60 were taken, and level 61 was not.
    let error = Desk::new(&format!("{header}{}", rows.concat()), &design).error();
    assert!(error.contains("line 62, column \"place\": the domains have more than 60 levels"), "{error}");
}

#[test]
fn a_design_that_cannot_be_meant_is_an_error_that_names_the_file() {
    let design = format!("{SMALL_DESIGN}[calibration]\nmethod = \"raking\"\n");
    let error = Desk::new(SMALL_RESPONSES, &design).error();
    assert!(error.starts_with("/design.toml: a calibration needs at least one [[calibration.margin]]"), "{error}");
    let table = [
        ("psu = \"office\"", "psu = office", "/design.toml: line 5: "),
        ("psu = \"office\"", "psu = \"o\\nf\"", "/design.toml: the name of a column must have 1 to 500 characters"),
        ("psu = \"office\"", "ps\u{7}u = 1", "/design.toml: line 5: "),
    ];
    for (from, to, named) in table {
        let error = Desk::new(SMALL_RESPONSES, &SMALL_DESIGN.replace(from, to)).error();
        assert!(error.starts_with(named) && !error.contains(char::is_control), "{to}: {error}");
    }
    let margin = "method = \"raking\"\n[[calibration.margin]]\ncolumns = [\"Freq\"]\nfile = \"m.csv\"\n";
    let error = Desk::new(SMALL_RESPONSES, &design.replace("method = \"raking\"", margin)).error();
    assert!(error.contains("cannot name the column Freq"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let mut desk = Desk::new(SMALL_RESPONSES, SMALL_DESIGN);
    desk.options.responses = PathBuf::from("nowhere.csv");
    assert!(desk.error().starts_with("nowhere.csv: "), "{}", desk.error());
}

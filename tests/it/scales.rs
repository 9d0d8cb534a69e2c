//! Scales of any length: as R has them, and the same digits from a file and from a wave.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use plumbline::survey::WaveState;
use serde_json::Value;
use tempfile::TempDir;

use crate::reference::path;
use crate::support::{World, on_both_engines};

/// Four items on four scales; `europe10` is answered from 0 to 10, `Europe` from 1 for most in favour to 11 for most against.
const SCALES: &str = r#"
items = ["economic.cond.national", "Europe", "europe10", "political.knowledge"]
[[scales]]
items = ["Europe"]
max = 11
satisfied_from = 7
reversed = true
[[scales]]
items = ["europe10"]
min = 0
max = 10
satisfied_from = 7
nps = true
[[scales]]
items = ["political.knowledge"]
min = 0
max = 3
satisfied_from = 2
"#;

/// Runs `estimate` and returns its rows.
fn estimate(responses: &Path, design: &str, format: OutputFormat) -> Vec<Value> {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("design.toml"), design).unwrap();
    for margin in ["gender", "vote"] {
        std::fs::write(place(&format!("{margin}.csv")), margin_of(margin)).unwrap();
    }
    let options = EstimateOptions {
        responses: responses.to_owned(),
        design: place("design.toml"),
        output: place("estimates"),
        format,
        ..EstimateOptions::default()
    };
    estimate_files(&options, |_| ()).unwrap();
    serde_json::from_str(&std::fs::read_to_string(&options.output).unwrap()).unwrap()
}

fn design(columns: &str, more: &str) -> String {
    let (items, scales) = SCALES.trim_start().split_once('\n').unwrap();
    format!("[columns]\n{items}\n{columns}\n{scales}\n{more}\n")
}

const CLUSTERED: &str = "weight = \"w\"\nstrata = [\"vote\"]\npsu = \"unit\"\ndomains = [\"gender\"]";

#[test]
fn estimates_on_scales_of_four_lengths_are_those_of_r() {
    let mut expected = csv::Reader::from_path(path("scales/expected.csv")).unwrap();
    let expected: Vec<BTreeMap<String, String>> = expected.deserialize().map(Result::unwrap).collect();
    let mut compared = 0;
    for (case, columns) in [("simple", "domains = [\"gender\"]"), ("clustered", CLUSTERED)] {
        let design = design(columns, "[options]\nlonely_psu = \"remove\"");
        let found = estimate(&path("scales/beps.csv"), &design, OutputFormat::Json);
        for expected in expected.iter().filter(|row| row["case"] == case) {
            let is_same = |row: &&Value| {
                row["level"] == *expected["level"]
                    && row["statistic"] == *expected["statistic"]
                    && row["item"].as_str().unwrap_or("") == expected["item"]
            };
            let row = found.iter().find(is_same).unwrap();
            for column in ["n", "df", "estimate", "se", "ci_low", "ci_high"] {
                let Ok(theirs) = expected[column].parse::<f64>() else { continue };
                let ours = row[column].as_f64().unwrap();
                assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{expected:?} {column}: {ours}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 6 * (9 * 6 + 4));
}

#[test]
fn one_scale_for_all_is_the_same_as_one_for_each_and_replicates_are_made_of_it() {
    let items = "items = [\"europe10\"]";
    let of_all =
        format!("[columns]\n{items}\n{CLUSTERED}\n[scale]\nmin = 0\nmax = 10\nsatisfied_from = 7\nnps = true\n");
    let of_one = format!(
        "[columns]\n{items}\n{CLUSTERED}\n[[scales]]\nitems = [\"europe10\"]\nmin = 0\nmax = 10\nsatisfied_from = 7\nnps = true\n"
    );
    let options = "[options]\nlonely_psu = \"remove\"\n";
    let file = path("scales/beps.csv");
    let rows = |design: &str| estimate(&file, &format!("{design}{options}"), OutputFormat::Json);
    let found = rows(&of_all);
    assert_eq!(found, rows(&of_one));
    // Made in memory, since there is a subset that leaves everybody in.
    let in_memory = rows(&format!("{of_one}[subset]\nage = {{ from = 0 }}\n"));
    let key = |row: &Value| ["level", "statistic", "item"].map(|column| row[column].as_str().unwrap_or("").to_owned());
    let in_memory: BTreeMap<_, _> = in_memory.iter().map(|row| (key(row), row)).collect();
    for row in &found {
        let other = in_memory[&key(row)];
        for column in ["n", "df", "estimate", "se", "ci_low", "ci_high"] {
            let [a, b] = [row, other].map(|row| row[column].as_f64().unwrap());
            assert!((a - b).abs() <= 1e-9 * a.abs(), "{row} {column} {b}");
        }
    }
}

#[test]
fn a_score_that_nobody_gave_an_answer_for_is_a_row_that_says_so_streamed_and_in_memory() {
    let folder = TempDir::new().unwrap();
    let responses = folder.path().join("r.csv");
    std::fs::write(&responses, "d,q,nps,age\na,4,9,30\na,5,2,30\na,3,10,30\nb,4,,30\nb,2,,30\nb,1,,30\n").unwrap();
    let design = "[columns]\nitems = [\"q\", \"nps\"]\ndomains = [\"d\"]\n[[scales]]\nitems = [\"nps\"]\nmin = 0\nmax = 10\n\
                  satisfied_from = 9\nnps = true\n";
    let streamed = estimate(&responses, design, OutputFormat::Json);
    let in_memory = estimate(&responses, &format!("{design}[subset]\nage = {{ from = 0 }}\n"), OutputFormat::Json);
    let of_b = |rows: &[Value]| -> Vec<(Value, Value, Value, Value)> {
        let is_score = |row: &&Value| row["level"] == "b" && row["statistic"] == "nps";
        let told = |row: &Value| ["item", "n", "estimate", "withheld"].map(|column| row[column].clone()).into();
        rows.iter().filter(is_score).map(told).collect()
    };
    let nobody = |item: Value| (item, 0.into(), Value::Null, "nobody answered".into());
    assert_eq!(of_b(&streamed), [nobody("nps".into()), nobody(Value::Null)]);
    let names = |rows: &[Value]| -> Vec<[Value; 3]> {
        rows.iter().map(|row| ["level", "statistic", "item"].map(|column| row[column].clone())).collect()
    };
    assert_eq!(names(&streamed), names(&in_memory));
    let scores: Vec<&Value> = streamed.iter().filter(|row| row["level"] == "a" && row["statistic"] == "nps").collect();
    assert!((scores[0]["estimate"].as_f64().unwrap() - 100.0 / 3.0).abs() < 1e-12, "{scores:?}");
}

const UNITS: &str = "\
code,level,kind,parent_code,name_vi,valid_from,valid_to
Conservative,district,district,,Một,,
Labour,district,district,,Hai,,
LiberalDemocrat,district,district,,Ba,,
";

const QUESTIONNAIRE: &str = r#"
code = "q"
title = { vi = "Thử" }
not_applicable = { vi = "Không" }
[[scale]]
code = "usual"
max = 5
satisfied_from = 4
labels.vi = ["1", "2", "3", "4", "5"]
[[scale]]
code = "eleven"
max = 11
satisfied_from = 7
labels.vi = ["Ủng hộ", "Phản đối"]
[[scale]]
code = "ten"
min = 0
max = 10
satisfied_from = 7
nps = true
labels.vi = ["Không", "Có"]
[[scale]]
code = "four"
min = 0
max = 3
satisfied_from = 2
labels.vi = ["0", "1", "2", "3"]
[[factor]]
code = "f"
vi = "Nội dung"
  [[factor.item]]
  code = "economic.cond.national"
  vi = "Kinh tế"
  [[factor.item]]
  code = "Europe"
  vi = "Châu Âu"
  scale = "eleven"
  reversed = true
  [[factor.item]]
  code = "europe10"
  vi = "Châu Âu 10"
  scale = "ten"
  [[factor.item]]
  code = "political.knowledge"
  vi = "Hiểu biết"
  scale = "four"
[[respondent]]
code = "gender"
kind = "single"
required = true
vi = "Giới tính"
  [[respondent.option]]
  code = "female"
  vi = "Nữ"
  [[respondent.option]]
  code = "male"
  vi = "Nam"
"#;

const PLAN: &str = r#"
questionnaire = "q"
method = "sipas-mean@2023"
modes = ["paper"]
title = { vi = "Đợt" }
units = { level = "district", codes = ["Conservative", "Labour", "LiberalDemocrat"] }
period = { from = 2024-01-01, to = 2024-12-31 }
field = { opens = 2024-11-01, closes = 2024-11-30 }
columns = { unit = "vote", stratum = "vote", psu = "unit", weight = "w" }
[estimation]
lonely_psu = "remove"
"#;

const GENDER: [(&str, f64); 2] = [("female", 22_000.0), ("male", 20_000.0)];
const VOTE: [(&str, f64); 3] = [("Conservative", 13_000.0), ("Labour", 19_000.0), ("LiberalDemocrat", 10_000.0)];

fn levels_of(margin: &str) -> &'static [(&'static str, f64)] {
    if margin == "gender" { &GENDER } else { &VOTE }
}

fn margin_of(margin: &str) -> String {
    let rows: Vec<String> = levels_of(margin).iter().map(|(level, people)| format!("{level},{people}")).collect();
    format!("{margin},Freq\n{}\n", rows.join("\n"))
}

/// The lines of a calibration, for a plan and for a design file.
fn calibrated(how: &str, margins: &[&str]) -> [String; 2] {
    let head = format!("[calibration]\n{how}\n");
    let (mut plan, mut design) = (head.clone(), head);
    for margin in margins {
        let level = |(value, people): &(&str, f64)| format!("{{ values = [\"{value}\"], people = {people:?} }}");
        let levels: Vec<String> = levels_of(margin).iter().map(level).collect();
        let column = if *margin == "vote" { "unit" } else { margin };
        writeln!(plan, "[[calibration.margin]]\ncolumns = [\"{column}\"]\nlevels = [{}]", levels.join(", ")).unwrap();
        writeln!(design, "[[calibration.margin]]\ncolumns = [\"{margin}\"]\nfile = \"{margin}.csv\"").unwrap();
    }
    [plan, design]
}

type Numbers = BTreeMap<[String; 3], [Option<f64>; 8]>;

fn numbers(rows: &[Value], unit: &str) -> Numbers {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let columns = ["n", "df", "estimate", "se", "ci_low", "ci_high", "deff", "n_eff"];
    let of = |row: &Value| {
        let key = [unit, "statistic", "item"].map(|column| text(&row[column]));
        (key, columns.map(|column| row[column].as_f64()))
    };
    rows.iter().map(of).collect()
}

on_both_engines! {
    async fn a_wave_gives_the_digits_of_estimate_on_every_scale_by_every_calibration(database: TestDatabase) {
        let world = World::empty(database).await;
        world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
        world.platform.waves().import_questionnaire(QUESTIONNAIRE).await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("beps.csv");
        let text = std::fs::read_to_string(path("scales/beps.csv")).unwrap();
        std::fs::write(&file, text.replace("Liberal Democrat", "LiberalDemocrat")).unwrap();
        for (name, how, margins) in [
            ("plain", "method = \"none\"", &[][..]),
            ("linear", "method = \"linear\"", &["gender", "vote"][..]),
            ("raking", "method = \"raking\"", &["gender", "vote"][..]),
            ("logit", "method = \"logit\"\nbounds = [0.1, 100.0]", &["gender", "vote"][..]),
            ("post", "method = \"poststratification\"", &["gender"][..]),
        ] {
            let [of_plan, of_design] = calibrated(how, margins);
            let of_plan = if margins.is_empty() { String::new() } else { of_plan };
            let plan = format!("code = \"{name}\"\n{PLAN}\n{of_plan}");
            world.platform.waves().create(&plan, Path::new(".")).await.unwrap();
            world.platform.waves().advance(name, WaveState::Open).await.unwrap();
            let summary = world.platform.imports().responses(name, &file, Arc::default()).await.unwrap();
            assert_eq!(summary.rejected, 0, "{name}");
            let document = world.get_as_administrator(&format!("/api/v1/waves/{name}/results")).await.json();
            assert!(document["uncalibrated"].is_null(), "{name}: {}", document["uncalibrated"]);
            let wave = numbers(document["rows"].as_array().unwrap(), "unit");
            let columns = "weight = \"w\"\nstrata = [\"vote\"]\npsu = \"unit\"\ndomains = [\"vote\"]";
            let options = "[[factor]]\ncode = \"f\"\nitems = [\"economic.cond.national\", \"Europe\", \"europe10\", \
                           \"political.knowledge\"]\n[options]\nlonely_psu = \"remove\"\n";
            let found = estimate(&file, &design(columns, &format!("{options}{of_design}")), OutputFormat::Json);
            let found = numbers(&found, "level");
            assert_eq!(wave.len(), 4 * (4 * 2 + 1 + 1 + 5));
            for (key, numbers) in &wave {
                assert_eq!(numbers, &found[key], "{name} {key:?}");
            }
            assert_eq!(wave.len(), found.len());
            let page = world.get_as_administrator(&format!("/en/r/{name}/Labour")).await.text;
            assert!(page.contains("NPS") && !page.contains("NaN"), "{page}");
        }
        let document = world.get_as_administrator("/api/v1/waves/plain/units/Labour").await.text;
        for share in ["share_0", "share_11", "share_3"] {
            assert!(document.contains(share), "{share}: {document}");
        }
        assert!(world.platform.doctor().check_up().await.unwrap().mismatches.is_empty());
    }
}

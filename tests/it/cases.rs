//! Small inputs that failed once, as people sent them: ties, routing, calibration that makes weights negative.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use plumbline::survey::WaveState;
use serde_json::Value;
use tempfile::TempDir;

use crate::rank_files::{Desk, column};
use crate::reference::path;
use crate::support::{World, on_both_engines};

const UNITS: &str = "\
code,level,kind,parent_code,name_vi,valid_from,valid_to
080,district,city,,Thành phố,,
082,district,district,,Huyện Hai,,
083,district,district,,Huyện Ba,,
STP,department,department,,Sở Tư pháp,,
STNMT,department,department,,Sở Tài nguyên,,
SNV,department,department,,Sở Nội vụ,,
SKHCN,department,department,,Sở Khoa học,,
";

/// What was estimated of a file in the folder of cases, and what was told.
fn estimate(responses: &Path, design: &Path, folder: &TempDir) -> (Vec<Value>, Vec<String>) {
    let options = EstimateOptions {
        responses: responses.to_owned(),
        design: design.to_owned(),
        output: folder.path().join("estimates.json"),
        format: OutputFormat::Json,
        ..EstimateOptions::default()
    };
    let told = estimate_files(&options, |_| ()).unwrap();
    (serde_json::from_str(&std::fs::read_to_string(&options.output).unwrap()).unwrap(), told)
}

/// A wave of these files that takes answers and has those of the case.
async fn open(world: &World, plan: &str, folder: &str, answers: &str) {
    world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
    let plan = world.platform.waves().create(plan, &path(folder)).await.unwrap();
    let code = plan.code.to_string();
    world.platform.waves().advance(&code, WaveState::Open).await.unwrap();
    // Days of the tests' clock.
    let text = std::fs::read_to_string(path(&format!("{folder}/{answers}"))).unwrap().replace("2026-", "2024-");
    let copy = TempDir::new().unwrap();
    let file = copy.path().join(answers);
    std::fs::write(&file, text).unwrap();
    let summary = world.platform.imports().responses(&code, &file, Arc::default()).await.unwrap();
    assert_eq!(summary.rejected, 0);
}

/// The tie with these weights in the place of 10, 20 and 30.
fn tied(weights: [&str; 3]) -> String {
    let text = std::fs::read_to_string(path("cases/tie/tie.csv")).unwrap();
    let weighted = ["p0,", "p1,", "p2,", "p3,"].iter().fold(text, |text, psu| {
        let text = text.replace(&format!("{psu}10,"), &format!("{psu}{},", weights[0]));
        let text = text.replace(&format!("{psu}20,"), &format!("{psu}{},", weights[1]));
        text.replace(&format!("{psu}30,"), &format!("{psu}{},", weights[2]))
    });
    assert!(weighted.contains(weights[2]));
    weighted
}

#[test]
fn the_same_answers_with_other_weights_tie() {
    let folder = TempDir::new().unwrap();
    for weights in [["10", "20", "30"], ["0.7", "1.3", "77.123456789"], ["3", "0.000000001", "999999"]] {
        let responses = folder.path().join("tie.csv");
        std::fs::write(&responses, tied(weights)).unwrap();
        let (rows, _) = estimate(&responses, &path("cases/tie/estimate.toml"), &folder);
        let shares: Vec<&Value> = rows
            .iter()
            .filter(|row| row["domain"] == "unit" && row["statistic"] == "top2" && row["item"] == "q1")
            .map(|row| &row["estimate"])
            .collect();
        assert_eq!(shares, [0.8125; 3], "{weights:?}");
        let desk = Desk::new(&[]);
        let design = path("cases/tie/estimate.toml");
        let output = desk.file("estimates");
        estimate_files(&EstimateOptions { responses, design, output, ..EstimateOptions::default() }, |_| ()).unwrap();
        let (_, ranked) = desk.ranks(&["--estimates", "estimates", "--method", "holm"]);
        assert_eq!(column(&ranked, "rank"), ["1", "1", "1"], "{ranked:?}");
    }
}

#[test]
fn linear_calibration_that_makes_a_weight_negative_is_told() {
    let folder = TempDir::new().unwrap();
    let design = folder.path().join("neg.toml");
    std::fs::copy(path("cases/linear/neg.toml"), &design).unwrap();
    std::fs::write(folder.path().join("n1.csv"), "sex,Freq\nF,100\nM,50\n").unwrap();
    std::fs::write(folder.path().join("n2.csv"), "d,Freq\nX,20\nY,130\n").unwrap();
    let (rows, told) = estimate(&path("cases/linear/neg.csv"), &design, &folder);
    let told = told.join("\n");
    assert!(told.contains("1 respondent has a negative weight") && told.contains("sex M, d X (1)"), "{told}");
    for row in rows.iter().filter(|row| row["ci_low"].is_number()) {
        let [low, value, high] = ["ci_low", "estimate", "ci_high"].map(|column| row[column].as_f64().unwrap());
        assert!(low <= value && value <= high, "{row}");
    }
}

on_both_engines! {
    async fn three_units_with_the_same_answers_share_the_first_rank(database: TestDatabase) {
        let world = World::empty(database).await;
        let plan = std::fs::read_to_string(path("cases/tie/plan.toml")).unwrap().replace("2026-", "2024-");
        open(&world, &plan, "cases/tie", "tie.csv").await;
        let ranking = world.get_as_administrator("/api/v1/waves/w1/ranking").await.json();
        let ranks: Vec<&Value> = ranking["rows"].as_array().unwrap().iter().map(|row| &row["rank"]).collect();
        assert_eq!(ranks, [1, 1, 1], "{ranking}");
    }

    async fn who_was_asked_of_other_services_only_is_told_as_it_is(database: TestDatabase) {
        let world = World::empty(database).await;
        let plan = |code: &str, more: &str| format!(
            "code = \"{code}\"\nquestionnaire = \"q_svc.toml\"\nmethod = \"sipas-top2@2017\"\nmodes = [\"paper\"]\n\
             title = {{ vi = \"Đợt\" }}\nunits = {{ level = \"department\", codes = \"all\", on = 2025-06-01 }}\n\
             period = {{ from = 2024-01-01, to = 2024-12-31 }}\nfield = {{ opens = 2024-11-01, closes = 2024-11-30 }}\n\
             columns = {{ id = \"id\", unit = \"district\" }}\n{more}\n"
        );
        open(&world, &plan("r", ""), "cases/routed", "svc.csv").await;
        let document = world.get_as_administrator("/api/v1/waves/r/ranking").await.json();
        let row = document["rows"].as_array().unwrap().iter().find(|row| row["unit"] == "STNMT").unwrap();
        assert_eq!((&row["withheld"], &row["n"]), (&"items_unanswered".into(), &55.into()), "{row}");
        assert_eq!(row["unanswered_items"], serde_json::json!(["civil1"]));
        let page = world.get_as_administrator("/en/r/r/STNMT").await.text;
        assert!(page.contains("55 answered, none of them civil1") && !page.contains("Nobody has answered"), "{page}");
        let left_out = plan("l", "[estimation]\nunasked_items = \"leave_out\"");
        open(&world, &left_out, "cases/routed", "svc.csv").await;
        let rows = world.get_as_administrator("/api/v1/waves/l/results").await.json();
        let rows = rows["rows"].as_array().unwrap();
        let of = |statistic: &str, item: Option<&str>| {
            let is_it = |row: &&Value| row["unit"] == "STNMT" && row["statistic"] == statistic && row["item"].as_str() == item;
            rows.iter().find(is_it).unwrap()["estimate"].as_f64().unwrap()
        };
        assert_eq!(of("index_items", None).to_bits(), of("top2", Some("land1")).to_bits());
    }
}

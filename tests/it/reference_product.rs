//! The reference survey through the whole product: imported or sent, in any order, by one server or two, the HTTP API
//! gives R's numbers to 1e-9 and the reference rank sets.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use plumbline::pipeline::Platform;
use plumbline::survey::WaveState;
use serde_json::{Map, Value, json};

use crate::reference::path;
use crate::support::{World, on_both_engines, platform_on};

const TOLERANCE: f64 = 1e-9;
const WAVE: &str = "reference";

pub(crate) const PLAN: &str = r#"
code = "reference"
questionnaire = "reference"
method = "sipas-top2@2017"
modes = ["paper", "telephone"]
title = { vi = "Khảo sát chuẩn" }
units = { level = "district", codes = ["D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09"] }
period = { from = 2024-01-01, to = 2024-12-31 }
field = { opens = 2024-11-01, closes = 2024-11-20, grace_days = 7 }
columns = { id = "resp_id", unit = "district", stratum = "district", psu = "village", weight = "weight" }
"#;

fn read(file: &str) -> String {
    std::fs::read_to_string(path(file)).unwrap()
}

fn parse(file: &str) -> Value {
    serde_json::from_str(&read(file)).unwrap()
}

pub(crate) fn units() -> String {
    let rows = (1..=9).map(|number| format!("D0{number},district,district,,Huyện {number},,\n"));
    "code,level,kind,parent_code,name_vi,valid_from,valid_to\n".to_owned() + &rows.collect::<String>()
}

/// The questionnaire that `meta.json` describes.
pub(crate) fn questionnaire() -> String {
    let labels = r#"scale_labels = { vi = ["1", "2", "3", "4", "5"] }"#;
    let mut text = format!(
        "code = \"reference\"\nscale = {{ kind = \"likert5\", satisfied_from = 4 }}\ntitle = {{ vi = \"Chuẩn\" }}\n\
         {labels}\nnot_applicable = {{ vi = \"Không\" }}\n"
    );
    for factor in parse("meta.json")["factors"].as_array().unwrap() {
        let code = factor["factor"].as_str().unwrap();
        writeln!(text, "[[factor]]\ncode = \"{code}\"\nvi = \"{code}\"").unwrap();
        for item in factor["items"].as_array().unwrap() {
            let item = item.as_str().unwrap();
            writeln!(text, "[[factor.item]]\ncode = \"{item}\"\nvi = \"{item}\"").unwrap();
        }
    }
    text
}

async fn prepare(world: &World) {
    world.platform.register().import_units(units().as_bytes()).await.unwrap();
    world.platform.waves().import_questionnaire(&questionnaire()).await.unwrap();
    world.platform.waves().create(PLAN, Path::new(".")).await.unwrap();
    world.platform.waves().advance(WAVE, WaveState::Open).await.unwrap();
}

/// The rows of the reference file, shuffled by a fixed rule.
fn shuffled_rows() -> (String, Vec<String>) {
    let text = read("responses.csv");
    let (header, rows) = text.split_once("\r\n").unwrap();
    let mut rows: Vec<String> = rows.lines().map(str::to_owned).collect();
    rows.sort_by_key(|row| *blake3::hash(row.as_bytes()).as_bytes());
    (header.to_owned(), rows)
}

async fn import(platform: &Platform, header: &str, rows: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("responses.csv");
    std::fs::write(&file, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let imported = platform.imports().responses(WAVE, &file, Arc::default()).await.unwrap();
    assert_eq!((imported.stored, imported.rejected), (rows.len() as u64, 0));
}

/// The row as a collector sends it.
fn submission(header: &str, row: &str, number: usize) -> Value {
    let cells: Map<String, Value> =
        header.split(',').zip(row.split(',')).map(|(name, cell)| (name.to_owned(), json!(cell))).collect();
    let answers: Map<String, Value> = (1..=22)
        .map(|item| {
            let code = format!("q{item:02}");
            let rating = cells[&code].as_str().unwrap().parse::<u8>().ok();
            (code, json!(rating))
        })
        .collect();
    let weight: f64 = cells["weight"].as_str().unwrap().parse().unwrap();
    json!({
        "id": uuid::Uuid::from_u128(1 + number as u128), "unit": cells["district"], "mode": "paper", "language": "vi",
        "answered_on": "2024-11-20", "answers": answers, "respondent": {},
        "design": {"stratum": cells["district"], "psu": cells["village"], "weight": weight}
    })
}

fn close(found: &Value, expected: &Value, what: &str) {
    let (found, expected) = (found.as_f64(), expected.as_f64());
    let (Some(found), Some(expected)) = (found, expected) else { panic!("{what}: {found:?} and {expected:?}") };
    assert!((found - expected).abs() <= TOLERANCE, "{what}: {found} differs from R's {expected}");
}

/// The name of a row in the reference values.
fn reference_name(row: &Value) -> Option<String> {
    let statistic = row["statistic"].as_str().unwrap();
    match (statistic, row["item"].as_str()) {
        ("top2" | "mean" | "factor", Some(item)) => Some(format!("{statistic}_{item}")),
        ("index_score", _) => Some("index_score100".to_owned()),
        ("index_items" | "index_factors" | "index_pooled", _) => Some(statistic.to_owned()),
        _ => None,
    }
}

/// Every estimate, standard error and xlogit interval that the API gives is R's.
async fn assert_agrees_with_r(world: &World) {
    let answer = world.get_as_administrator("/api/v1/waves/reference/results").await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let expected = &parse("expected.json")["A"];
    let document = answer.json();
    let (mut compared, mut intervals) = (0, 0);
    for row in document["rows"].as_array().unwrap() {
        let Some(name) = reference_name(row) else { continue };
        let unit = row["unit"].as_str();
        let block = unit.map_or(&expected["overall"], |unit| &expected["by_district"][unit]);
        let what = format!("{name} of {unit:?}");
        close(&row["estimate"], &block["estimates"][&name], &what);
        close(&row["se"], &block["se"][&name], &what);
        compared += 1;
        if let (Some("top2"), Some(item)) = (row["statistic"].as_str(), row["item"].as_str()) {
            let block = unit.map_or(&expected["ci_overall"][item], |unit| &expected["ci_by_district"][unit][item]);
            if block["xlogit"].is_array() {
                close(&row["ci_low"], &block["xlogit"][0], &what);
                close(&row["ci_high"], &block["xlogit"][1], &what);
                assert_eq!(row["df"], block["df"], "{what}");
                intervals += 1;
            }
        }
    }
    // 53 statistics of nine districts and overall; intervals of 22 items overall and of 5 items a district.
    assert_eq!((compared, intervals), (530, 22 + 45));
}

async fn assert_ranks_as_the_reference(world: &World) {
    let document = world.get_as_administrator("/api/v1/waves/reference/ranking").await.json();
    let expected = &parse("expected_ranks.json")["A_index_items"];
    let position = |unit: &Value| expected["names"].as_array().unwrap().iter().position(|name| name == unit).unwrap();
    let rows = document["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 9);
    for row in rows {
        let at = position(&row["unit"]);
        assert_eq!(row["rank"], expected["rank"][at], "{row}");
        assert_eq!(row["rank_low"], expected["holm_pairwise"]["L"][at], "{row}");
        assert_eq!(row["rank_high"], expected["holm_pairwise"]["U"][at], "{row}");
    }
}

on_both_engines! {
    async fn an_imported_wave_gives_the_numbers_of_r(database: TestDatabase) {
        let world = World::empty(database).await;
        prepare(&world).await;
        let text = read("responses.csv");
        let (header, rows) = text.split_once("\r\n").unwrap();
        import(&world.platform, header, &rows.lines().map(str::to_owned).collect::<Vec<_>>()).await;
        assert_agrees_with_r(&world).await;
        assert_ranks_as_the_reference(&world).await;
    }

    async fn shuffled_halves_by_two_servers_at_once_give_the_same_to_the_last_bit(database: TestDatabase) {
        let world = World::empty(database).await;
        prepare(&world).await;
        let other = platform_on(world.url()).await;
        let (header, rows) = shuffled_rows();
        let (left, right) = rows.split_at(rows.len() / 2);
        tokio::join!(import(&world.platform, &header, left), import(&other, &header, right));
        assert_agrees_with_r(&world).await;
        assert_ranks_as_the_reference(&world).await;
        let ours = world.platform.results().standings(&world.platform.waves().find(WAVE).await.unwrap()).await.unwrap().results;
        let theirs = other.results().standings(&other.waves().find(WAVE).await.unwrap()).await.unwrap().results;
        assert_eq!(ours, theirs);
    }

    async fn half_by_file_and_half_over_http_give_the_numbers_of_r(database: TestDatabase) {
        let world = World::empty(database).await;
        prepare(&world).await;
        let (header, rows) = shuffled_rows();
        let (filed, sent) = rows.split_at(rows.len() / 2);
        import(&world.platform, &header, filed).await;
        for group in (0..sent.len()).collect::<Vec<_>>().chunks(256) {
            let submissions: Vec<Value> = group.iter().map(|at| submission(&header, &sent[*at], *at)).collect();
            let waiting = submissions.iter().map(|submission| world.submit_as_collector(WAVE, submission));
            for answer in futures_util::future::join_all(waiting).await {
                assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
            }
        }
        assert_agrees_with_r(&world).await;
        assert_ranks_as_the_reference(&world).await;
        assert_eq!(world.platform.doctor().check_up().await.unwrap().mismatches, []);
    }
}

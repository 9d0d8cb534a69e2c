//! Calibration that went wrong says so: negative weights, levels without answers, margins of shares; and a wave gives the
//! digits of `estimate` for every method.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use plumbline::survey::WaveState;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{World, on_both_engines};

/// Linear calibration to the margins below makes the weight of the only man of A negative. R's survey 4.1 gives A a share of
/// 1.2073170732 with a standard error of 0.4158848025, and by `xlogit` NaN for both ends.
const ANSWERS: &str = "\
id,unit,w,q1,sex
1,A,10,5,F
2,A,10,4,F
11,A,10,4,F
3,A,10,2,M
6,B,20,5,F
7,B,20,1,F
8,B,20,4,M
9,B,20,5,M
10,B,20,4,M
12,B,20,4,M
";

const UNITS: &str = "\
code,level,kind,parent_code,name_vi,valid_from,valid_to
A,district,district,,Huyện Một,,
B,district,district,,Huyện Hai,,
";

const QUESTIONNAIRE: &str = r#"
code = "q"
scale = { kind = "likert5", satisfied_from = 4 }
title = { vi = "Thử" }
scale_labels = { vi = ["1", "2", "3", "4", "5"] }
not_applicable = { vi = "Không" }
[[factor]]
code = "visit"
vi = "Lần đến"
  [[factor.item]]
  code = "q1"
  vi = "Chờ"
[[respondent]]
code = "sex"
kind = "single"
required = true
vi = "Giới tính"
  [[respondent.option]]
  code = "F"
  vi = "Nữ"
  [[respondent.option]]
  code = "M"
  vi = "Nam"
"#;

const PLAN: &str = r#"
code = "w"
questionnaire = "q"
method = "sipas-top2@2017"
modes = ["paper"]
title = { vi = "Đợt" }
units = { level = "district", codes = ["A", "B"] }
period = { from = 2024-01-01, to = 2024-12-31 }
field = { opens = 2024-11-01, closes = 2024-11-30 }
columns = { id = "id", unit = "unit", weight = "w" }
"#;

/// Both margins of the population, each level with its people.
const SEX: [(&str, f64); 2] = [("F", 100.0), ("M", 50.0)];
const UNIT: [(&str, f64); 2] = [("A", 20.0), ("B", 130.0)];

fn planned(how: &str, margins: &[(&str, [(&str, f64); 2])]) -> String {
    let level = |(value, people): &(&str, f64)| format!("{{ values = [\"{value}\"], people = {people:?} }}");
    let margin = |(column, levels): &(&str, [(&str, f64); 2])| {
        let levels: Vec<String> = levels.iter().map(level).collect();
        format!("[[calibration.margin]]\ncolumns = [\"{column}\"]\nlevels = [{}]\n", levels.join(", "))
    };
    format!(
        "{PLAN}\n[ranking]\nanswers_min = 1\n[calibration]\n{how}\n{}",
        margins.iter().map(margin).collect::<String>()
    )
}

async fn open(world: &World, plan: &str, answers: &str) {
    world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
    world.platform.waves().import_questionnaire(QUESTIONNAIRE).await.unwrap();
    world.platform.waves().create(plan, Path::new(".")).await.unwrap();
    world.platform.waves().advance("w", WaveState::Open).await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("answers.csv");
    std::fs::write(&file, answers).unwrap();
    assert_eq!(world.platform.imports().responses("w", &file, Arc::default()).await.unwrap().rejected, 0);
}

async fn results(world: &World) -> Value {
    world.get_as_administrator("/api/v1/waves/w/results").await.json()
}

/// Runs `estimate` with these lines under `[calibration]`, and returns its rows and its notes.
fn estimate(how: &str, margins: &[(&str, [(&str, f64); 2])]) -> Result<(Vec<Value>, Vec<String>), String> {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    let mut design = format!(
        "[columns]\nweight = \"w\"\nstrata = [\"unit\"]\ndomains = [\"unit\"]\nitems = [\"q1\"]\n\
         [[factor]]\ncode = \"visit\"\nitems = [\"q1\"]\n[calibration]\n{how}\n"
    );
    for (column, levels) in margins {
        let rows: Vec<String> = levels.iter().map(|(level, people)| format!("{level},{people}")).collect();
        std::fs::write(place(column), format!("{column},Freq\n{}\n", rows.join("\n"))).unwrap();
        writeln!(design, "[[calibration.margin]]\ncolumns = [\"{column}\"]\nfile = \"{column}\"").unwrap();
    }
    std::fs::write(place("design.toml"), design).unwrap();
    std::fs::write(place("answers.csv"), ANSWERS).unwrap();
    let options = EstimateOptions {
        responses: place("answers.csv"),
        design: place("design.toml"),
        output: place("estimates.json"),
        covariance: None,
        format: OutputFormat::Json,
        ..EstimateOptions::default()
    };
    let notes = estimate_files(&options, |_| ()).map_err(|error| error.to_string())?;
    Ok((serde_json::from_str(&std::fs::read_to_string(&options.output).unwrap()).unwrap(), notes))
}

type Numbers = BTreeMap<(String, String, String), [Option<f64>; 4]>;

/// Value, standard error and both ends by unit, statistic and item.
fn numbers(rows: &[Value], unit: &str) -> Numbers {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let of = |row: &Value| {
        let key = (text(&row[unit]), text(&row["statistic"]), text(&row["item"]));
        (key, ["estimate", "se", "ci_low", "ci_high"].map(|column| row[column].as_f64()))
    };
    rows.iter().map(of).collect()
}

const LINEAR: &str = "method = \"linear\"";

on_both_engines! {
    async fn a_wave_gives_the_digits_of_estimate_by_every_calibration(database: TestDatabase) {
        let world = World::empty(database).await;
        world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
        world.platform.waves().import_questionnaire(QUESTIONNAIRE).await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("answers.csv");
        std::fs::write(&file, ANSWERS).unwrap();
        let both = [("sex", SEX), ("unit", UNIT)];
        for (name, how, margins) in [
            ("linear", LINEAR, &both[..]),
            ("raking", "method = \"raking\"", &both[..]),
            ("logit", "method = \"logit\"\nbounds = [0.01, 50.0]", &both[..]),
            ("post", "method = \"poststratification\"", &both[..1]),
            ("shares", "method = \"raking\"\ntotal = 150", &[("sex", SEX.map(|(level, people)| (level, people / 150.0))), both[1]]),
        ] {
            let plan = planned(how, margins).replace("code = \"w\"", &format!("code = \"{name}\""));
            world.platform.waves().create(&plan, Path::new(".")).await.unwrap();
            world.platform.waves().advance(name, WaveState::Open).await.unwrap();
            world.platform.imports().responses(name, &file, Arc::default()).await.unwrap();
            let document = world.get_as_administrator(&format!("/api/v1/waves/{name}/results")).await.json();
            assert!(document["uncalibrated"].is_null(), "{name}: {}", document["uncalibrated"]);
            let wave = numbers(document["rows"].as_array().unwrap(), "unit");
            let file = numbers(&estimate(how, margins).unwrap().0, "level");
            assert_eq!((wave.len(), &wave), (file.len(), &file), "{name}");
        }
    }

    async fn negative_weights_are_named_and_stop_a_release_unless_the_plan_allows_them(database: TestDatabase) {
        let world = World::empty(database).await;
        open(&world, &planned(LINEAR, &[("sex", SEX), ("unit", UNIT)]), ANSWERS).await;
        let document = results(&world).await;
        let negative = &document["negative_weights"];
        assert_eq!((&negative["respondents"], &negative["combinations"][0]["respondents"]), (&1.into(), &1.into()));
        assert_eq!(negative["combinations"][0]["levels"], serde_json::json!([["M"], ["A"]]));
        assert!((negative["smallest"].as_f64().unwrap() + 4.146_341_463_414_634).abs() < 1e-9);
        let rows = document["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["unit"] == "A" && row["statistic"] == "index_items").unwrap();
        assert!((row["estimate"].as_f64().unwrap() - 1.207_317_073_2).abs() < 1e-9);
        assert!((row["se"].as_f64().unwrap() - 0.415_884_802_5).abs() < 1e-9);
        assert!(row["ci_low"].is_null() && row["ci_high"].is_null(), "{row}");
        let page = world.get_as_administrator("/en/r/w").await.text;
        for told in ["Negative weights", "120.73", "Nam, Huyện Một (1)"] {
            assert!(page.contains(told), "{told}");
        }
        assert!(!page.contains("NaN"));
        let page = world.get_as_administrator("/vi/office/w").await.text;
        assert!(page.contains("Quyền số") && page.contains("Nam, Huyện Một (1)"), "{page}");
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        let error = world.platform.waves().advance("w", WaveState::Released).await.unwrap_err().to_string();
        for told in ["1 respondent has a negative weight", "-4.146", "sex M, unit A (1)", "negative_weights = \"allowed\""] {
            assert!(error.contains(told), "{told}: {error}");
        }
    }

    async fn a_plan_that_allows_negative_weights_is_released_with_them(database: TestDatabase) {
        let world = World::empty(database).await;
        let how = format!("{LINEAR}\nnegative_weights = \"allowed\"");
        open(&world, &planned(&how, &[("sex", SEX), ("unit", UNIT)]), ANSWERS).await;
        for state in [WaveState::Closed, WaveState::Released] {
            world.platform.waves().advance("w", state).await.unwrap();
        }
        assert_eq!(world.get("/api/v1/waves/w/results").await.json()["negative_weights"]["respondents"], 1);
    }

    async fn a_level_without_answers_is_told_in_words_from_the_first_day_to_the_release(database: TestDatabase) {
        let world = World::empty(database).await;
        let plan = planned("method = \"raking\"", &[("sex", SEX), ("unit", UNIT)]);
        open(&world, &plan, "id,unit,w,q1,sex\n").await;
        for (language, people) in [("vi", "Nam: 50 người"), ("en", "Nam: 50 people"), ("cs", "Nam: počet lidí 50")] {
            let page = world.get_as_administrator(&format!("/{language}/office/w")).await.text;
            assert!(page.contains(people) && page.contains("Huyện Hai"), "{people}: {page}");
        }
        let document = world.get_as_administrator("/api/v1/waves/w/fieldwork").await.json();
        assert_eq!(document["unanswered"].as_array().unwrap().len(), 4);
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        let flaws = world.platform.waves().flaws_of_weights("w").await.unwrap().to_string();
        assert!(flaws.contains("margin sex: no response has \"F\" (100 people), \"M\" (50 people)"), "{flaws}");
        let error = world.platform.waves().advance("w", WaveState::Released).await.unwrap_err().to_string();
        assert_eq!(error, flaws);
    }
}

#[test]
fn estimate_counts_and_names_negative_weights_and_stops_only_where_the_design_refuses_them() {
    let margins = [("sex", SEX), ("unit", UNIT)];
    let (rows, notes) = estimate(LINEAR, &margins).unwrap();
    let [Some(value), Some(_), None, None] =
        numbers(&rows, "level")[&("A".into(), "index_items".into(), String::new())]
    else {
        panic!("{rows:?}")
    };
    assert!((value - 1.207_317_073_2).abs() < 1e-9);
    let notes = notes.join("\n");
    for told in ["1 respondent has a negative weight", "sex M, unit A (1)", "outside 0 to 1", "of unit A is 1.2073"] {
        assert!(notes.contains(told), "{told}: {notes}");
    }
    let error = estimate(&format!("{LINEAR}\nnegative_weights = \"refused\""), &margins).unwrap_err();
    assert!(error.contains("1 respondent has a negative weight"), "{error}");
    assert!(estimate("method = \"raking\"", &margins).unwrap().1.is_empty());
}

#[test]
fn margins_of_shares_are_recognised_told_and_scaled_to_a_total() {
    for whole in [1.0, 100.0] {
        let shares = |margin: [(&'static str, f64); 2]| margin.map(|(level, people)| (level, whole * people / 150.0));
        let mixed = [("sex", shares(SEX)), ("unit", UNIT)];
        let error = estimate(LINEAR, &mixed).unwrap_err();
        assert!(error.contains(&format!("margin sex sums to {whole}, as shares do")), "{error}");
        assert!(error.contains("`total = 150`"), "{error}");
        let counted = numbers(&estimate(LINEAR, &[("sex", SEX), ("unit", UNIT)]).unwrap().0, "level");
        let scaled = numbers(&estimate(&format!("{LINEAR}\ntotal = 150"), &mixed).unwrap().0, "level");
        for (key, [value, se, ..]) in &counted {
            let [found, found_se, ..] = scaled[key];
            assert!((value.unwrap() - found.unwrap()).abs() < 1e-9 && (se.unwrap() - found_se.unwrap()).abs() < 1e-9);
        }
        let notes = estimate("method = \"raking\"", &[("sex", shares(SEX)), ("unit", shares(UNIT))]).unwrap().1;
        assert!(notes[0].contains("as shares do"), "{notes:?}");
    }
    let error = estimate(&format!("{LINEAR}\ntotal = 612000"), &[("sex", SEX), ("unit", UNIT)]).unwrap_err();
    assert!(error.contains("margin sex sums to 150: that is neither the total of 612000 people nor shares"), "{error}");
}

#[test]
fn a_plan_whose_margins_contradict_each_other_is_refused_when_it_is_made() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = crate::support::Engine::Sqlite.fresh_database().await.unwrap();
        let world = World::empty(database).await;
        world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
        world.platform.waves().import_questionnaire(QUESTIONNAIRE).await.unwrap();
        let shares = SEX.map(|(level, people)| (level, people / 150.0));
        let plan = planned(LINEAR, &[("sex", shares), ("unit", UNIT)]);
        let error = world.platform.waves().create(&plan, Path::new(".")).await.unwrap_err().to_string();
        assert!(error.contains("calibration.margin: margin sex sums to 1, as shares do"), "{error}");
    });
}

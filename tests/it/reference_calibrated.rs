//! A wave whose plan calibrates its weights gives R's calibrated numbers through the HTTP API, and says so when it cannot.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use plumbline::survey::WaveState;
use serde_json::{Value, json};

use crate::reference::{Largest, json as reference, path};
use crate::reference_product::{PLAN, questionnaire, units};
use crate::support::{Answer, World, on_both_engines};

const CALIBRATION: &str = r#"
[calibration]
method = "raking"
[[calibration.margin]]
columns = ["unit"]
file = "margin_unit.csv"
[[calibration.margin]]
columns = ["sex"]
file = "margin_sex.csv"
[[calibration.margin]]
columns = ["age_band"]
file = "margin_age_band.csv"
"#;

/// A required question about the respondent with these options.
fn question(code: &str, options: &[&str]) -> String {
    let option = |option: &&str| format!("  [[respondent.option]]\n  code = \"{option}\"\n  vi = \"{option}\"\n");
    let options: String = options.iter().map(option).collect();
    format!("[[respondent]]\ncode = \"{code}\"\nkind = \"single\"\nrequired = true\nvi = \"{code}\"\n{options}")
}

/// The reference wave, open, with calibrated weights; its margin files lie beside the plan.
pub(crate) async fn prepare(world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    for name in ["margin_sex.csv", "margin_age_band.csv"] {
        std::fs::copy(path(name), place(name)).unwrap();
    }
    let districts = std::fs::read_to_string(path("margin_district.csv")).unwrap();
    std::fs::write(place("margin_unit.csv"), districts.replacen("district", "unit", 1)).unwrap();
    let asked =
        questionnaire() + &question("sex", &["F", "M"]) + &question("age_band", &["18-29", "30-44", "45-59", "60+"]);
    world.platform.register().import_units(units().as_bytes()).await.unwrap();
    world.platform.waves().import_questionnaire(&asked).await.unwrap();
    world.platform.waves().create(&format!("{PLAN}{CALIBRATION}"), folder.path()).await.unwrap();
    world.platform.waves().advance("reference", WaveState::Open).await.unwrap();
}

pub(crate) async fn results(world: &World) -> Value {
    let answer = world.get_as_administrator("/api/v1/waves/reference/results").await;
    assert!(answer.status.is_success(), "{}", answer.text);
    answer.json()
}

fn submission(sex: &Value) -> Value {
    json!({
        "id": uuid::Uuid::from_u128(1), "unit": "D01", "mode": "paper", "language": "vi", "answered_on": "2024-11-20",
        "answers": {"q01": 5}, "respondent": {"sex": sex, "age_band": "60+"},
        "design": {"stratum": "D01", "psu": "V1", "weight": 2}
    })
}

on_both_engines! {
    async fn an_imported_wave_gives_the_calibrated_numbers_of_r(database: TestDatabase) {
        let world = World::empty(database).await;
        prepare(&world).await;
        let imported =
            world.platform.imports().responses("reference", &path("responses.csv"), Arc::default()).await.unwrap();
        assert_eq!(imported.rejected, 0);
        let expected = &reference("expected.json")["calib"]["rake_exact"];
        let mut largest = Largest::new("a wave with margins, over HTTP");
        for row in results(&world).await["rows"].as_array().unwrap() {
            let name = match row["statistic"].as_str().unwrap() {
                "index_score" => "index_score100".to_owned(),
                index if index.starts_with("index_") => index.to_owned(),
                _ => continue,
            };
            let block = row["unit"].as_str().map_or(&expected["overall"], |unit| &expected["by_district"][unit]);
            largest.compare(row["estimate"].as_f64().unwrap(), &block["estimates"][&name], &name);
            largest.compare(row["se"].as_f64().unwrap(), &block["se"][&name], &name);
        }
        largest.report(10 * 4 * 2);
        for state in [WaveState::Closed, WaveState::Released] {
            world.platform.waves().advance("reference", state).await.unwrap();
        }
    }

    async fn margins_that_cannot_be_met_yet_leave_the_weights_alone_and_stop_a_release(database: TestDatabase) {
        let world = World::empty(database).await;
        prepare(&world).await;
        let refused: Answer = world.submit_as_collector("reference", &submission(&Value::Null)).await;
        assert_eq!(refused.status.as_u16(), 422);
        assert_eq!(refused.json()[0]["path"], "respondent.sex");
        assert_eq!(world.submit_as_collector("reference", &submission(&json!("F"))).await.status.as_u16(), 201);
        let document = results(&world).await;
        let reason = document["uncalibrated"].as_str().unwrap();
        assert!(reason.contains("margin unit: no response has \"D02\""), "{reason}");
        world.platform.waves().advance("reference", WaveState::Closed).await.unwrap();
        let error = world.platform.waves().advance("reference", WaveState::Released).await.unwrap_err().to_string();
        assert!(error.contains("D02"), "{error}");
        assert_eq!(world.platform.waves().find("reference").await.unwrap().state, WaveState::Closed);
    }
}

#[test]
fn a_margin_file_that_is_wrong_is_named_with_its_line() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = crate::support::Engine::Sqlite.fresh_database().await.unwrap();
        let world = World::empty(database).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("margin_unit.csv"), "unit,Freq\nD01,many\n").unwrap();
        let plan =
            format!("{PLAN}{}", CALIBRATION.split("[[calibration.margin]]\ncolumns = [\"sex\"]").next().unwrap());
        let error = world.platform.waves().create(&plan, folder.path()).await.unwrap_err().to_string();
        assert!(error.contains("margin_unit.csv, line 2, column Freq"), "{error}");
        let error = world.platform.waves().create(&plan, Path::new("nowhere")).await.unwrap_err().to_string();
        assert!(error.contains("margin_unit.csv"), "{error}");
    });
}

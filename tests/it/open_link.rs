//! The open link: who comes by it chose themselves, and is never in the official index unless the plan says so.

use std::path::Path;

use axum::http::StatusCode;
use plumbline::survey::WaveState;
use serde_json::{Value, json};

use crate::support::{SMALL_PLAN, TestDatabase, World, on_both_engines, submission};

/// The small survey, whose plan does this with open answers, with ten answers of a sample and ten over the open link.
async fn answered(database: TestDatabase, answers: &str) -> World {
    let world = World::small(database).await;
    let plan = SMALL_PLAN.replace("code = \"w\"", "code = \"v\"").replace("\"counted\"", &format!("\"{answers}\""));
    world.platform.waves().create(&plan, Path::new(".")).await.unwrap();
    world.platform.waves().advance("v", WaveState::Open).await.unwrap();
    for number in 1..=10_u128 {
        let asked = rated(number, 5);
        let asked = world.submit_as_collector("v", &asked).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
        let came = world.submit_to("v", &rated(100 + number, 1)).await;
        let expected = if answers == "refused" { StatusCode::FORBIDDEN } else { StatusCode::CREATED };
        assert_eq!(came.status, expected, "{}", came.text);
    }
    world.platform.waves().advance("v", WaveState::Closed).await.unwrap();
    world.platform.waves().advance("v", WaveState::Released).await.unwrap();
    world
}

fn rated(number: u128, rating: u8) -> Value {
    let mut submission = submission(number);
    for item in ["q01", "q02", "q03", "q04"] {
        submission["answers"][item] = json!(rating);
    }
    submission
}

fn index(document: &Value, unit: &Value) -> Value {
    let rows = document["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["statistic"] == "index_items" && row["unit"] == *unit);
    row.map_or(Value::Null, |row| json!([row["n"], row["estimate"]]))
}

on_both_engines! {
    async fn open_answers_are_kept_apart_and_leave_no_trace_in_the_official_numbers(database: TestDatabase) {
        let world = answered(database, "apart").await;
        let results = world.get("/api/v1/waves/v/results").await.json();
        assert_eq!((&results["responses"], &results["open_link_counted"]), (&json!(10), &json!(0)));
        assert_eq!(index(&results, &json!("D01")), json!([10, 1.0]));
        let apart = world.get("/api/v1/waves/v/open-link").await.json();
        assert_eq!((&apart["answers"], &apart["counted"]), (&json!(10), &json!(false)));
        for unit in [json!("D01"), Value::Null] {
            assert_eq!(index(&apart, &unit), json!([10, 0.0]), "{unit}");
        }
        assert_eq!(apart["rows"][0].get("se"), None);
        let fieldwork = world.get("/api/v1/waves/v/fieldwork").await.json();
        assert_eq!((&fieldwork["overall"]["answered"], &fieldwork["overall"]["open_link"]), (&json!(10), &json!(10)));
        let page = world.get("/en/r/v").await.text;
        assert!(page.contains("no margin of error and are no part of the ranking"), "{page}");
        let csv = world.get("/api/v1/waves/v/open-link?format=csv").await.text;
        assert!(csv.starts_with("unit,statistic,item,n,estimate\n"), "{csv}");
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (20, vec![]));
    }

    async fn where_the_plan_counts_them_the_results_say_what_their_margins_are_worth(database: TestDatabase) {
        let world = answered(database, "counted").await;
        let results = world.get("/api/v1/waves/v/results").await.json();
        assert_eq!((&results["responses"], &results["open_link_counted"]), (&json!(20), &json!(10)));
        assert_eq!(index(&results, &json!("D01")), json!([20, 0.5]));
        let apart = world.get("/api/v1/waves/v/open-link").await.json();
        assert_eq!((&apart["counted"], &apart["rows"]), (&json!(true), &json!([])));
        for page in ["/en/r/v", "/en/r/v/D01"] {
            assert!(world.get(page).await.text.contains("cannot be read as margins of error"), "{page}");
        }
    }

    async fn where_the_plan_refuses_them_the_form_leads_to_the_invitation(database: TestDatabase) {
        let world = answered(database, "refused").await;
        let results = world.get("/api/v1/waves/v/results").await.json();
        assert_eq!(results["responses"], 10);
        assert_eq!(world.get("/api/v1/waves/v/open-link").await.json()["answers"], 0);
    }
}

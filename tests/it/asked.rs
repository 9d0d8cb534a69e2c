//! What a program may ask the result API for, up to the limits and past them: refusals say what to write instead.

use axum::http::{StatusCode, header};
use plumbline::survey::WaveState;
use serde_json::{Value, json};

use crate::releases::closed;
use crate::support::{Answer, TestDatabase, World, on_both_engines};

/// Addresses that take a release.
const OF_RELEASES: [&str; 4] = ["results", "ranking", "units/D01", "open-link"];

async fn released(database: TestDatabase) -> World {
    let world = closed(database).await;
    world.platform.waves().advance("w", WaveState::Released).await.unwrap();
    world
}

async fn get(world: &World, path: &str) -> Answer {
    world.get(&format!("/api/v1/waves/w/{path}")).await
}

fn problem(answer: &Answer, status: StatusCode, code: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["code"], code, "{told}");
    assert!(!told["message"].as_str().unwrap().is_empty(), "{told}");
    told
}

on_both_engines! {
    async fn a_release_is_asked_for_by_a_number_that_a_release_can_have(database: TestDatabase) {
        let world = released(database).await;
        for path in OF_RELEASES {
            for number in ["2147483648", "-2147483649", "99999999999999999999", "", "1e0", "0x1", "1,000", "%2B"] {
                let told = problem(&get(&world, &format!("{path}?release={number}")).await, StatusCode::BAD_REQUEST, "bad_request");
                assert!(told["message"].as_str().unwrap().contains("release"), "{told}");
            }
            for number in ["2147483647", "-2147483648", "0", "2"] {
                let told = problem(&get(&world, &format!("{path}?release={number}")).await, StatusCode::NOT_FOUND, "not_found");
                assert_eq!(told["message"], format!("there is no release {number:?}"));
            }
            assert_eq!(get(&world, &format!("{path}?release=1")).await.json()["release"], 1, "{path}");
        }
    }

    async fn a_parameter_that_is_there_twice_is_refused_though_it_says_the_same(database: TestDatabase) {
        let world = released(database).await;
        for (path, parameter) in [
            ("results", "release=1"),
            ("ranking", "rank_sets=holm"),
            ("units/D01", "rank_sets=holm"),
            ("ranking", "q=D01"),
            ("open-link", "per_page=5"),
            ("releases", "format=csv"),
            ("units/D01", "format=json"),
        ] {
            assert_eq!(get(&world, &format!("{path}?{parameter}")).await.status, StatusCode::OK, "{path} {parameter}");
            problem(&get(&world, &format!("{path}?{parameter}&{parameter}")).await, StatusCode::BAD_REQUEST, "bad_request");
        }
    }

    async fn a_parameter_that_nobody_knows_changes_nothing(database: TestDatabase) {
        let world = released(database).await;
        for path in OF_RELEASES {
            let plain = get(&world, path).await;
            let with = get(&world, &format!("{path}?units=D02&sort=x&&=")).await;
            assert_eq!((with.status, with.json()), (StatusCode::OK, plain.json()), "{path}");
        }
    }

    async fn a_format_that_is_not_there_is_refused_everywhere_with_those_that_are(database: TestDatabase) {
        let world = released(database).await;
        for path in OF_RELEASES.into_iter().chain(["releases", "", "fieldwork"]) {
            let path = format!("/api/v1/waves/w/{path}").trim_end_matches('/').to_owned();
            for format in ["xlsx", "CSV", "c%73v", ""] {
                let told = problem(&world.get(&format!("{path}?format={format}")).await, StatusCode::BAD_REQUEST, "bad_request");
                let finding = &told["findings"][0];
                assert_eq!((&finding["path"], &finding["code"]), (&json!("format"), &json!("unknown_format")));
                assert!(finding["message"].as_str().unwrap().contains("format=parquet"), "{told}");
            }
        }
    }

    async fn a_unit_is_found_by_its_whole_code_and_by_nothing_near_it(database: TestDatabase) {
        let world = released(database).await;
        for code in ["d01", "D1", "D0", "D011", "D01%20", "%C4%90", "District%20One"] {
            problem(&get(&world, &format!("units/{code}")).await, StatusCode::NOT_FOUND, "not_found");
        }
        let told = get(&world, "units/D99").await.json();
        assert_eq!(told["message"], "there is no unit \"D99\"");
        problem(&get(&world, "units/D99?release=7").await, StatusCode::NOT_FOUND, "not_found");
    }

    async fn a_unit_that_nobody_answered_for_is_there_without_numbers(database: TestDatabase) {
        let world = released(database).await;
        let unit = get(&world, "units/D03").await;
        assert_eq!(unit.status, StatusCode::OK);
        assert_eq!(unit.json()["responses"], 0, "{}", unit.text);
        assert!(unit.json()["rows"].as_array().unwrap().iter().all(|row| row["estimate"].is_null()), "{}", unit.text);
        assert!(get(&world, "units/D03?format=csv").await.text.starts_with("unit,statistic,item,"));
    }

    async fn a_page_past_the_last_is_empty_and_leads_back(database: TestDatabase) {
        let world = released(database).await;
        for (path, rows) in [("results", "rows"), ("ranking", "rows"), ("open-link", "rows")] {
            let past = get(&world, &format!("{path}?page=1000000&per_page=1")).await;
            let document = past.json();
            assert_eq!((&document["page"], &document["total"]), (&json!(1_000_000), &json!(3)), "{path}");
            assert_eq!(document[rows].as_array().map_or(0, Vec::len), 0, "{path}: {document}");
            let links = past.headers[header::LINK].to_str().unwrap();
            assert!(links.contains("page=3&per_page=1>; rel=\"prev\"") && !links.contains("next"), "{links}");
            problem(&get(&world, &format!("{path}?page=1000001")).await, StatusCode::BAD_REQUEST, "bad_request");
        }
    }

    async fn everything_that_is_wrong_with_a_page_is_told_at_once(database: TestDatabase) {
        let world = released(database).await;
        let asked = format!("results?page=0&per_page=1001&q={}", "x".repeat(65));
        let told = problem(&get(&world, &asked).await, StatusCode::BAD_REQUEST, "bad_request");
        let found: Vec<_> = told["findings"].as_array().unwrap().iter().map(|found| &found["path"]).collect();
        assert_eq!(found, ["page", "per_page", "q"]);
        assert_eq!(told["findings"][1]["message"], "per_page is a whole number from 1 to 1000");
        let longest = get(&world, &format!("results?per_page=1000&q={}", "%C4%83".repeat(64))).await;
        assert_eq!((longest.status, &longest.json()["total"]), (StatusCode::OK, &json!(0)));
    }

    async fn before_the_release_the_list_of_releases_is_empty_for_the_administrator(database: TestDatabase) {
        let world = closed(database).await;
        let listed = world.get_as_administrator("/api/v1/waves/w/releases").await;
        assert_eq!((listed.status, &listed.json()["releases"]), (StatusCode::OK, &json!([])));
        for path in OF_RELEASES {
            let asked = world.get_as_administrator(&format!("/api/v1/waves/w/{path}?release=1")).await;
            problem(&asked, StatusCode::NOT_FOUND, "not_found");
        }
    }
}

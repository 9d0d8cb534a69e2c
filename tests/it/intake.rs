//! Submissions over HTTP: each is kept once, and refused with everything that is wrong with it.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::survey::WaveState;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::{World, on_both_engines, platform_on, submission};

/// The rows of a table, as text a column.
async fn count(world: &World, table: &str) -> i64 {
    let connection = world.database().connect().await;
    let backend = connection.get_database_backend();
    let statement = Statement::from_string(backend, format!("SELECT count(*) FROM {table}"));
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

on_both_engines! {
    async fn the_same_submission_again_is_answered_as_the_first_time(database: TestDatabase) {
        let world = World::small(database).await;
        let first = world.submit(&submission(1)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
        let again = world.submit(&submission(1)).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(again.text, first.text);
        assert_eq!(count(&world, "received").await, 1);
    }

    async fn the_same_id_with_other_content_is_a_conflict_even_for_another_unit(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        for (key, value) in [("unit", json!("D02")), ("answers", json!({"q01": 1})), ("language", json!("en"))] {
            let mut other = submission(1);
            other[key] = value;
            assert_eq!(world.submit(&other).await.status, StatusCode::CONFLICT, "{key}");
        }
        assert_eq!(count(&world, "received").await, 1);
    }

    async fn many_at_once_with_one_id_leave_one_response(database: TestDatabase) {
        let world = World::small(database).await;
        let tries = (0..40).map(|number| {
            let mut submission = submission(1);
            submission["answers"]["q01"] = json!(1 + number % 2);
            submission
        });
        let tries: Vec<Value> = tries.collect();
        let answers = futures_of(&world, &tries).await;
        assert_eq!(answers.iter().filter(|status| **status == StatusCode::CREATED).count(), 1);
        assert_eq!(answers.iter().filter(|status| **status == StatusCode::OK).count(), 19);
        assert_eq!(answers.iter().filter(|status| **status == StatusCode::CONFLICT).count(), 20);
    }

    async fn new_answers_are_kept_beside_repeats_and_conflicts(database: TestDatabase) {
        let world = World::small(database).await;
        let mut all: Vec<Value> = (1..=60).map(submission).collect();
        futures_of(&world, &all[..40]).await;
        for conflicting in &mut all[..20] {
            conflicting["unit"] = json!("D02");
            conflicting["language"] = json!("en");
        }
        let answers = futures_of(&world, &all).await;
        for expected in [StatusCode::CREATED, StatusCode::OK, StatusCode::CONFLICT] {
            assert_eq!(answers.iter().filter(|status| **status == expected).count(), 20, "{expected}");
        }
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (60, vec![]));
    }

    async fn neither_the_id_nor_the_receipt_is_kept(database: TestDatabase) {
        let world = World::small(database).await;
        let mut sent = submission(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
        sent["answers"]["why"] = json!("Tốt");
        let receipt = world.submit(&sent).await.json()["receipt"].as_str().unwrap().to_owned();
        let id = sent["id"].as_str().unwrap().replace('-', "");
        let connection = world.database().connect().await;
        let other = world.submit(&submission(1)).await;
        assert_eq!(other.status, StatusCode::CREATED);
        world.platform.counts().settle().await.unwrap();
        assert_eq!(world.submit(&submission(2)).await.status, StatusCode::CREATED);
        for table in ["received", "inbox", "tally", "setting", "sheaf", "free_text"] {
            let statement = Statement::from_string(connection.get_database_backend(), format!("SELECT * FROM {table}"));
            for row in connection.query_all_raw(statement).await.unwrap() {
                let shown = format!("{row:?}").replace('-', "").to_lowercase();
                assert!(!shown.contains(&id) && !shown.contains(&receipt.replace('-', "").to_lowercase()), "{table}");
            }
        }
        let found = world.get(&format!("/en/receipt?code={receipt}")).await;
        assert!(found.text.contains("Small wave"), "{}", found.text);
    }

    async fn tallies_equal_a_recount(database: TestDatabase) {
        let world = World::small(database).await;
        for number in 1..=50_u32 {
            let mut submission = submission(u128::from(number));
            submission["unit"] = json!(format!("D0{}", 1 + number % 3));
            submission["answers"]["q02"] = json!(1 + number % 5);
            assert_eq!(world.submit(&submission).await.status, StatusCode::CREATED);
        }
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!(checkup.mismatches, []);
        assert_eq!((checkup.responses, checkup.tallies), (50, 6));
    }

    async fn a_changed_tally_is_found_by_a_recount(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        world.platform.doctor().check_up().await.unwrap();
        let connection = world.database().connect().await;
        for (table, found) in [("product", 1), ("tally", 3)] {
            connection.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
            assert_eq!(world.platform.doctor().check_up().await.unwrap().mismatches.len(), found, "{table}");
        }
    }

    async fn a_closed_wave_takes_nothing_and_says_when_it_was_open(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        let refused = world.submit(&submission(2)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.json()["code"], "not_open");
        assert_eq!(refused.json()["field"]["closes"], "2024-11-30");
        assert_eq!(count(&world, "received").await, 1);
    }

    async fn a_wave_closed_by_another_server_takes_nothing(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        platform_on(world.url()).await.waves().advance("w", WaveState::Closed).await.unwrap();
        // This server still believes the wave open; the commit knows better.
        assert_eq!(world.submit(&submission(2)).await.status, StatusCode::CONFLICT);
        assert_eq!(count(&world, "received").await, 1);
    }
}

async fn futures_of(world: &World, submissions: &[Value]) -> Vec<StatusCode> {
    let mut waiting = tokio::task::JoinSet::new();
    for submission in submissions {
        let (routes, body) = (world.routes(), submission.to_string());
        waiting.spawn(async move {
            let request = Request::post("/api/v1/waves/w/responses").header(header::CONTENT_TYPE, "application/json");
            tower::ServiceExt::oneshot(routes, request.body(Body::from(body)).unwrap()).await.unwrap().status()
        });
    }
    waiting.join_all().await
}

on_both_engines! {
    async fn everything_that_is_wrong_is_told_at_once(database: TestDatabase) {
        let world = World::small(database).await;
        let answer = world.submit(&json!({
            "id": "x", "unit": "D09", "mode": "kiosk", "language": "vi", "answered_on": "2024-12-24", "weight": 3,
            "answers": {"q01": 6, "q99": 1, "q02": "5"}, "respondent": {"sex": "X"}, "design": {"weight": 2}
        })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let findings = answer.json();
        let mut paths: Vec<&str> = findings.as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
        paths.sort_unstable();
        let expected = [
            "answered_on", "answers.q01", "answers.q02", "answers.q99", "design", "id", "mode", "respondent.sex", "unit",
            "weight",
        ];
        assert_eq!(paths, expected, "{findings}");
        assert!(findings.as_array().unwrap().iter().all(|f| f["code"].is_string() && f["message"].is_string()));
    }
}

#[test]
fn a_request_that_is_no_submission_is_refused_by_what_is_wrong_with_it() {
    crate::support::Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let post = |path: &str, kind: &str, body: String| {
            Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()
        };
        let route = "/api/v1/waves/w/responses";
        let largest = 64 * 1024;
        let padded = |length: usize| {
            let text = submission(1).to_string();
            let padding = " ".repeat(length - text.len());
            format!("{text}{padding}")
        };
        let cases = [
            (post(route, "text/plain", submission(1).to_string()), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (post(route, "application/json", "{".to_owned()), StatusCode::BAD_REQUEST),
            (post("/api/v1/waves/none/responses", "application/json", "{}".to_owned()), StatusCode::NOT_FOUND),
            (post(route, "application/json", padded(largest)), StatusCode::CREATED),
            (post(route, "application/json", padded(largest + 1)), StatusCode::PAYLOAD_TOO_LARGE),
            (post(route, "application/json; charset=utf-8", submission(1).to_string()), StatusCode::OK),
        ];
        let mut packed = post(route, "application/json", submission(1).to_string());
        packed.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
        for (request, status) in cases.into_iter().chain([(packed, StatusCode::UNSUPPORTED_MEDIA_TYPE)]) {
            let shown = format!("{request:?}");
            let answer = world.send(request).await;
            assert_eq!(answer.status, status, "{} {}", answer.text, &shown[..200.min(shown.len())]);
        }
        // Which of the two counts is nobody's to guess.
        let twice = submission(2).to_string().replacen("\"q01\":", "\"q01\":1,\"q01\":", 1);
        let refused = world.send(post(route, "application/json", twice)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
        assert!(
            refused.text.contains("\"duplicate\"") && refused.text.contains("the key \\\"q01\\\" is there twice"),
            "{}",
            refused.text
        );
        let wrong = Request::post(route).header(header::AUTHORIZATION, "Bearer wrong").body(Body::empty()).unwrap();
        assert_eq!(world.send(wrong).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn only_a_collector_may_place_a_response_in_the_sample() {
    crate::support::Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let mut placed = submission(1);
        placed["design"] = json!({"stratum": "D01", "psu": "V1", "weight": 30.3232});
        let refused = world.submit(&placed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()[0]["code"], "not_allowed");
        assert_eq!(world.submit_as_collector("w", &placed).await.status, StatusCode::CREATED);
        placed["id"] = json!(uuid::Uuid::from_u128(2));
        placed["design"]["weight"] = json!(-1);
        assert_eq!(world.submit_as_collector("w", &placed).await.json()[0]["path"], "design.weight");
    });
}

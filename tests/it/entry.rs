//! Devices, collectors and paper: who may send answers for others, and forms that two people type in.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::foundation::Code;
use plumbline::survey::AccessKind;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::kept::{KeptLine, kept};
use crate::support::{Answer, SMALL_PLAN, TestDatabase, World, on_both_engines, submission};

/// The small survey with a wave `v` that takes every mode.
async fn world(database: TestDatabase) -> World {
    let world = World::small(database).await;
    let modes = "modes = [\"web\", \"kiosk\", \"paper\", \"interviewer\"]";
    let plan = SMALL_PLAN.replace("code = \"w\"", "code = \"v\"").replace("modes = [\"web\", \"paper\"]", modes);
    world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
    world.platform.waves().advance("v", plumbline::survey::WaveState::Open).await.unwrap();
    world
}

async fn grant(world: &World, kind: AccessKind, name: &str, unit: Option<&str>) -> String {
    let seed = name.bytes().map(u64::from).sum();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let name = Code::new(name).unwrap();
    world.platform.collectors().grant("v", kind, &name, unit, &mut random).await.unwrap()
}

async fn post_json(world: &World, token: &str, submission: &Value) -> Answer {
    let request = Request::post("/api/v1/waves/v/responses")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    world.send(request.body(Body::from(submission.to_string())).unwrap()).await
}

/// What is kept of responses, each told in this way.
async fn rows(world: &World, told: impl Fn(&KeptLine) -> String) -> Vec<String> {
    kept(world.database()).await.iter().map(told).collect()
}

fn sent(number: u128, mode: &str, unit: &str) -> Value {
    let mut sent = submission(number);
    sent["mode"] = json!(mode);
    sent["unit"] = json!(unit);
    sent
}

/// A page as the collector with this code sees it.
async fn page(world: &World, code: &str, path: &str, body: Option<&str>) -> Answer {
    let request = match body {
        Some(_) => Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
        None => Request::get(path),
    };
    let request = request.header(header::COOKIE, format!("plumbline_collector={code}"));
    world.send(request.body(Body::from(body.unwrap_or_default().to_owned())).unwrap()).await
}

const FORM: &str = "unit=D01&batch=B-1&mode=paper&language=vi&day=2024-11-18";

async fn enter(world: &World, code: &str, turn: &str, form: u32, answers: &str) -> Answer {
    page(world, code, "/en/entry/form", Some(&format!("{FORM}&turn={turn}&form={form}&{answers}"))).await
}

fn said(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let to = answer.headers[header::LOCATION].to_str().unwrap();
    to.split("said=").nth(1).and_then(|rest| rest.split('&').next()).unwrap()
}

const GOOD: &str = "answers.q01=5&answers.q02=4&answers.q03=0&respondent.sex=1";

on_both_engines! {
    async fn who_sends_a_token_that_does_not_read_is_told_so_and_not_taken_for_nobody(database: TestDatabase) {
        let world = world(database).await;
        for token in ["Bearer ABCD-é", "Token ABCD", "Bearer"] {
            let request = Request::post("/api/v1/waves/v/responses")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, header::HeaderValue::from_bytes(token.as_bytes()).unwrap());
            let answer = world.send(request.body(Body::from(sent(1, "web", "D01").to_string())).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token}: {}", answer.text);
        }
        assert_eq!(rows(&world, |kept| kept.source().to_owned()).await, [""; 0]);
    }

    async fn a_device_answers_for_its_unit_and_nobody_elses_and_a_day_at_a_counter_is_a_cluster(database: TestDatabase) {
        let world = world(database).await;
        let device = grant(&world, AccessKind::Kiosk, "counter-1", Some("D01")).await;
        assert_eq!(post_json(&world, &device, &sent(1, "kiosk", "D01")).await.status, StatusCode::CREATED);
        assert_eq!(post_json(&world, &device, &sent(1, "kiosk", "D01")).await.status, StatusCode::OK);
        for (mode, unit, path) in [("kiosk", "D02", "unit"), ("paper", "D01", "mode"), ("web", "D01", "mode")] {
            let refused = post_json(&world, &device, &sent(2, mode, unit)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
            assert_eq!(refused.json()[0]["path"], path, "{}", refused.text);
        }
        let kept = rows(&world, |kept| [kept.source(), kept.collector(), kept.psu()].join(" ")).await;
        assert_eq!(kept, ["collector counter-1 D01.2024-11-20"]);
        world.platform.collectors().revoke("v", "counter-1").await.unwrap();
        assert_eq!(post_json(&world, &device, &sent(3, "kiosk", "D01")).await.status, StatusCode::UNAUTHORIZED);
        let again = Code::new("counter-1").unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let taken = world.platform.collectors().grant("v", AccessKind::Kiosk, &again, Some("D01"), &mut random).await;
        assert!(taken.unwrap_err().to_string().contains("take another name"));
    }

    async fn what_two_people_type_alike_is_kept_once(database: TestDatabase) {
        let world = world(database).await;
        let (lan, minh) = (
            grant(&world, AccessKind::Collector, "lan", None).await,
            grant(&world, AccessKind::Collector, "minh", Some("D01")).await,
        );
        assert_eq!(said(&enter(&world, &minh, "second", 1, GOOD).await), "no_first");
        assert_eq!(said(&enter(&world, &lan, "first", 1, GOOD).await), "noted");
        assert_eq!(rows(&world, |kept| kept.mode().to_owned()).await, [""; 0]);
        assert!(page(&world, &lan, "/en/entry/batches", None).await.text.contains("B-1"));
        assert_eq!(said(&enter(&world, &minh, "second", 1, GOOD).await), "kept");
        for turn in ["first", "second", "only"] {
            assert_eq!(said(&enter(&world, &lan, turn, 1, "answers.q01=1").await), "kept_before");
        }
        assert_eq!(rows(&world, |kept| [kept.mode(), kept.collector(), kept.answers()].join(" ")).await, ["paper minh 5;4;-;;"]);
        // As a crash leaves it: the form is kept, and its first entry is still there.
        let left = "INSERT INTO form_entry SELECT wave_id, unit_id, 'B-1', 1, 1, 'lan', 'paper', '2024-11-20', '{}' FROM inbox";
        world.database().connect().await.execute_unprepared(left).await.unwrap();
        assert!(page(&world, &lan, "/en/entry/batches", None).await.text.contains("B-1"));
        assert_eq!(said(&enter(&world, &lan, "first", 1, GOOD).await), "kept_before");
        assert!(!page(&world, &lan, "/en/entry/batches", None).await.text.contains("B-1"));
        assert_eq!(said(&enter(&world, &lan, "only", 2, GOOD).await), "kept");
        assert_eq!(rows(&world, |kept| kept.mode().to_owned()).await.len(), 2);
    }

    async fn what_two_people_read_differently_waits_for_a_decision(database: TestDatabase) {
        let world = world(database).await;
        let lan = grant(&world, AccessKind::Collector, "lan", None).await;
        enter(&world, &lan, "first", 7, GOOD).await;
        let other = "answers.q01=3&answers.q02=4&respondent.sex=2";
        assert_eq!(said(&enter(&world, &lan, "second", 7, other).await), "differs");
        let list = page(&world, &lan, "/en/entry/differences?unit=D01", None).await;
        for name in ["pick.answers.q01", "pick.answers.q03", "pick.respondent.sex"] {
            assert_eq!(list.text.matches(&format!("name=\"{name}\"")).count(), 2, "{name}: {}", list.text);
        }
        assert!(!list.text.contains("pick.answers.q02") && !list.text.contains("pick.day"));
        assert_eq!(rows(&world, |kept| kept.mode().to_owned()).await, [""; 0]);
        let decision = "unit=D01&batch=B-1&form=7&pick.answers.q01=second&pick.answers.q03=first&pick.respondent.sex=second";
        let settled = page(&world, &lan, "/en/entry/differences", Some(decision)).await;
        assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text);
        assert_eq!(rows(&world, |kept| [kept.answers(), kept.respondent()].join(" ")).await, ["3;4;-;; M"]);
        let list = page(&world, &lan, "/en/entry/differences?unit=D01", None).await;
        assert!(list.text.contains("No form of this unit is waiting"), "{}", list.text);
    }

    async fn a_form_with_a_mistake_is_shown_again_with_everything_that_was_typed(database: TestDatabase) {
        let world = world(database).await;
        let lan = grant(&world, AccessKind::Collector, "lan", Some("D01")).await;
        let wrong = enter(&world, &lan, "first", 1, "answers.q01=9&answers.q02=4").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("aria-invalid") && wrong.text.contains("value=\"4\""), "{}", wrong.text);
        let numberless = enter(&world, &lan, "first", 0, GOOD).await;
        assert_eq!(numberless.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = |number: &str| format!("from 1 to {number}");
        assert!(wrong.text.contains(&told("5")) && numberless.text.contains(&told("99,999")), "{}", numberless.text);
        for (language, words) in [("vi", "không ở tương lai"), ("en", "not in the future"), ("cs", "není v budoucnosti")] {
            let late = FORM.replace("2024-11-18", "2034-11-18");
            let path = format!("/{language}/entry/form");
            let refused = page(&world, &lan, &path, Some(&format!("{late}&turn=only&form=1&{GOOD}"))).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text.contains(words) && !refused.text.contains("answered_on"), "{}", refused.text);
        }
        let elsewhere = FORM.replace("D01", "D02");
        let refused = page(&world, &lan, "/en/entry/form", Some(&format!("{elsewhere}&turn=only&form=1&{GOOD}"))).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "lan enters forms of D01 alone");
        for (code, path) in [("", "/en/entry/batches"), ("AAAA-BBBB", "/en/entry/form?unit=D01")] {
            let sent_back = page(&world, code, path, None).await;
            assert_eq!(sent_back.headers[header::LOCATION], "/en/entry", "{path}");
        }
        let device = grant(&world, AccessKind::Kiosk, "counter", Some("D01")).await;
        for code in [device.as_str(), "no code"] {
            let answer = page(&world, "", "/en/entry", Some(&format!("code={code}"))).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{code}");
        }
        let let_in = page(&world, "", "/en/entry", Some(&format!("code={}", lan.to_lowercase()))).await;
        assert_eq!(let_in.headers[header::LOCATION], "/en/entry/batches");
        assert!(let_in.headers[header::SET_COOKIE].to_str().unwrap().contains("HttpOnly; SameSite=Strict"));
        // Phones make a long dash of a short one; some keyboards write digits of full width.
        let (dash, none, wide) = (lan.replace('-', "%E2%80%93"), lan.replace('-', ""), lan.replace('1', "%EF%BC%91"));
        for typed in [dash, none, wide, lan.to_lowercase()] {
            let let_in = page(&world, "", "/en/entry", Some(&format!("code={typed}"))).await;
            let cookie = let_in.headers[header::SET_COOKIE].to_str().unwrap();
            assert!(cookie.starts_with(&format!("plumbline_collector={lan};")), "{typed}: {cookie}");
        }
    }
}

//! A database that an earlier release made is brought up: it answers the same documents, knows its codes and receipts, and goes on.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use chrono::{DateTime, FixedOffset};
use http_body_util::BodyExt;
use migrations::{Migrator, MigratorTrait};
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::foundation::FixedClock;
use plumbline::pipeline::{KeySource, Platform, PlatformLimits};
use plumbline::storage::{CopyProgress, Store};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Engine, TestDatabase, on_both_engines};

const DATABASE: &str = include_str!("earlier/2026-11-28.sql");
const KNOWN: &str = include_str!("earlier/2026-11-28.json");
/// How many steps the schema had.
const STEPS: u32 = 6;

struct Unseen;

impl CopyProgress for Unseen {
    fn begin(&self, _: u64) {}
    fn advance(&self, _: u64) {}
}

/// The database of the earlier release as this one brings it up; on a server it is copied there.
async fn brought_up(database: &TestDatabase) {
    if database.url().starts_with("sqlite:") {
        load(database).await;
        return;
    }
    let file: TestDatabase = Engine::Sqlite.fresh_database().await.unwrap();
    load(&file).await;
    let (source, target) = (Store::open(file.url()).await.unwrap(), Store::connect(database.url()).await.unwrap());
    target.migrate().await.unwrap();
    source.copy_into(&target, &Unseen).await.unwrap();
}

async fn load(file: &TestDatabase) {
    let connection = file.connect().await;
    connection.execute_unprepared(DATABASE).await.unwrap();
    connection.close().await.unwrap();
    let store = Store::open(file.url()).await.unwrap();
    assert!(store.check_schema().await.is_err(), "it lacks steps");
    let missing = Migrator::migrations().len() - STEPS as usize;
    assert_eq!(store.migrate().await.unwrap(), missing);
    assert_eq!(store.migrate().await.unwrap(), 0, "once is enough");
    store.close().await.unwrap();
}

async fn start(url: &str) -> Platform {
    let store = Store::open(url).await.unwrap();
    let noon: DateTime<FixedOffset> = "2026-11-29T12:00:00+07:00".parse().unwrap();
    let limits = PlatformLimits { reader_patience: std::time::Duration::from_mins(1), ..PlatformLimits::default() };
    let keys = KeySource { outside: None, fresh: [1; 32] };
    Platform::start(store, Arc::new(FixedClock(noon)), keys, limits).await.unwrap()
}

/// The status, and the body as JSON; `Null` where it is none.
async fn send(platform: &Platform, token: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let routes = router(platform, SignIn::new().unwrap(), true);
    let mut request = Request::builder().uri(path);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = match body {
        Some(body) => {
            request.method("POST").header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    let answer = routes.oneshot(request.unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The answer over the open link that the earlier release was sent with this number.
fn sent_before(number: u32) -> Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{number:012}"), "unit": format!("D0{number}"), "mode": "web",
        "language": "vi", "answered_on": "2026-11-29",
        "answers": {"q01": 5, "q02": null, "q03": 3, "q04": 2, "why": format!("lời {number}")},
        "respondent": {"sex": "F"}
    })
}

/// An answer by invitation.
fn invited(number: u32, code: &Value) -> Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{number:012}"), "unit": "D01", "mode": "web", "language": "vi",
        "answered_on": "2026-11-29", "code": code,
        "answers": {"q01": 4, "q02": 4, "q03": 4, "q04": 4}, "respondent": {"sex": "M"}
    })
}

async fn answers_the_same(platform: &Platform, known: &Value) {
    let token = platform.administrators().renew_token([2; 16]).await.unwrap();
    for (path, before) in known["documents"].as_object().unwrap() {
        let (status, mut now) = send(platform, token.reveal(), path, None).await;
        // What is said besides is no change of what was said.
        if let (Some(now), Some(before)) = (now.as_object_mut(), before.as_object()) {
            now.retain(|name, _| before.contains_key(name));
        }
        assert_eq!((status, &now), (200, before), "{path}");
    }
    let checkup = platform.doctor().check_up().await.unwrap();
    assert_eq!((checkup.responses, checkup.mismatches), (185, vec![]));
}

on_both_engines! {
    async fn a_database_of_an_earlier_release_answers_the_same_and_goes_on(database: TestDatabase) {
        brought_up(&database).await;
        let known: Value = serde_json::from_str(KNOWN).unwrap();
        let platform = start(database.url()).await;
        answers_the_same(&platform, &known).await;
        for receipt in known["receipts"].as_array().unwrap() {
            let found = platform.intake().find_receipt(receipt.as_str().unwrap()).await.unwrap();
            assert_eq!(found.unwrap().plan.code.as_str(), "w");
        }
        // What was sent before is known again, to the same receipt.
        for number in 1..=3 {
            let (status, again) = send(&platform, "", "/api/v1/waves/w/responses", Some(&sent_before(number))).await;
            assert_eq!((status, &again["receipt"]), (200, &known["receipts"][number as usize - 1]));
        }
        let mut other = sent_before(1);
        other["answers"]["q01"] = json!(1);
        // What they said was kept as a hash, which tied ratings to words and is forgotten: what comes again counts as the same.
        assert_eq!(send(&platform, "", "/api/v1/waves/w/responses", Some(&other)).await.0, 200);
        for (number, code, expected) in [(4, &known["spent"], 200), (5, &known["spent"], 200), (6, &known["spent"], 403)] {
            let (status, _) = send(&platform, "", "/api/v1/waves/w/responses", Some(&invited(number, code))).await;
            assert_eq!(status, expected, "{number}");
        }
        assert_eq!(send(&platform, "", "/api/v1/waves/w/responses", Some(&invited(7, &known["unspent"]))).await.0, 201);
        for who in ["collector", "kiosk"] {
            let shown = known[who].as_str().unwrap();
            assert!(platform.recognise(shown).await.unwrap().unwrap().actor().access().is_some(), "{who}");
        }
        let wave = platform.waves().find("w").await.unwrap();
        let waiting = platform.keying().batches(&wave, &wave.units[0]).await.unwrap();
        assert_eq!((waiting[0].batch.as_str(), waiting[0].waiting.as_slice()), ("B-1", [1].as_slice()));
    }

    async fn the_steps_of_the_schema_go_down_and_up_and_nothing_is_lost(database: TestDatabase) {
        brought_up(&database).await;
        let known: Value = serde_json::from_str(KNOWN).unwrap();
        let connection = database.connect().await;
        let steps = u32::try_from(Migrator::migrations().len()).unwrap();
        Migrator::down(&connection, Some(steps - STEPS)).await.unwrap();
        let store = Store::open(database.url()).await.unwrap();
        assert!(store.check_schema().await.is_err());
        store.migrate().await.unwrap();
        answers_the_same(&start(database.url()).await, &known).await;
        // And all the way: an empty database, which can be used again.
        Migrator::down(&connection, None).await.unwrap();
        assert_eq!(Store::open(database.url()).await.unwrap().migrate().await.unwrap(), steps as usize);
        assert!(start(database.url()).await.waves().all().await.unwrap().is_empty());
    }
}

//! A small survey at work: three districts, four rated items, one wave that is open.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::{DateTime, FixedOffset};
use http_body_util::BodyExt;
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::foundation::FixedClock;
use plumbline::pipeline::{KeySource, Platform, PlatformLimits};
use plumbline::storage::Store;
use plumbline::survey::WaveState;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::TestDatabase;

/// The districts of the small survey.
const UNITS: &str = "\
code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to
D01,district,district,,Huyện Một,District One,,
D02,district,district,,Huyện Hai,District Two,,
D03,district,district,,Huyện Ba,District Three,,
";

const QUESTIONNAIRE: &str = include_str!("small-questionnaire.toml");
/// The plan of the wave `w`.
pub(crate) const SMALL_PLAN: &str = include_str!("small-plan.toml");

/// The platform on a store of the test's own.
pub(crate) struct World {
    pub(crate) platform: Platform,
    /// The administrator's token.
    pub(crate) administrator: String,
    database: TestDatabase,
    routes: Router,
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// The same as text.
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// A platform at noon of 20 November 2024 on a store that is migrated if need be.
pub(crate) async fn platform_on(url: &str) -> Platform {
    // A test wants to see what it has just sent, however slow the machine.
    platform_with(url, std::time::Duration::from_mins(1)).await
}

/// The same for readers of so much patience.
pub(crate) async fn platform_with(url: &str, reader_patience: std::time::Duration) -> Platform {
    platform_under(url, PlatformLimits { reader_patience, ..PlatformLimits::default() }).await
}

/// The same under these limits.
pub(crate) async fn platform_under(url: &str, limits: PlatformLimits) -> Platform {
    let store = Store::connect(url).await.unwrap();
    store.migrate().await.unwrap();
    let noon: DateTime<FixedOffset> = "2024-11-20T12:00:00+07:00".parse().unwrap();
    Platform::start(store, Arc::new(FixedClock(noon)), KeySource { outside: None, fresh: [7; 32] }, limits)
        .await
        .unwrap()
}

impl World {
    /// The small survey with its wave `w` open.
    pub(crate) async fn small(database: TestDatabase) -> Self {
        let world = Self::empty(database).await;
        world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
        world.platform.waves().import_questionnaire(QUESTIONNAIRE).await.unwrap();
        world.platform.waves().create(SMALL_PLAN, Path::new(".")).await.unwrap();
        world.platform.waves().advance("w", WaveState::Open).await.unwrap();
        world
    }

    /// A migrated store and nothing in it.
    pub(crate) async fn empty(database: TestDatabase) -> Self {
        let platform = platform_on(database.url()).await;
        let routes = router(&platform, SignIn::new().unwrap(), true);
        let administrator = platform.administrators().renew_token([9; 16]).await.unwrap().reveal().to_owned();
        Self { platform, administrator, database, routes }
    }

    /// The same database, served by a process that has just started.
    pub(crate) async fn restarted(self) -> Self {
        let platform = platform_on(self.url()).await;
        let routes = router(&platform, SignIn::new().unwrap(), true);
        Self { platform, routes, ..self }
    }

    /// All routes, for requests at the same time.
    pub(crate) fn routes(&self) -> Router {
        self.routes.clone()
    }

    /// The address of the store.
    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// The store itself, to look at what is kept.
    pub(crate) fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Sends any request through all layers.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, bytes: bytes.to_vec(), text }
    }

    /// GET as anybody.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// GET with the administrator's token.
    pub(crate) async fn get_as_administrator(&self, path: &str) -> Answer {
        let token = format!("Bearer {}", self.administrator);
        self.send(Request::get(path).header(header::AUTHORIZATION, token).body(Body::empty()).unwrap()).await
    }

    /// Submits to the wave `w` as anybody.
    pub(crate) async fn submit(&self, submission: &Value) -> Answer {
        self.submit_to("w", submission).await
    }

    /// Submits to `wave` as anybody.
    pub(crate) async fn submit_to(&self, wave: &str, submission: &Value) -> Answer {
        let request =
            Request::post(format!("/api/v1/waves/{wave}/responses")).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(submission.to_string())).unwrap()).await
    }

    /// Submits to `wave` as a collector.
    pub(crate) async fn submit_as_collector(&self, wave: &str, submission: &Value) -> Answer {
        let request = Request::post(format!("/api/v1/waves/{wave}/responses"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.administrator));
        self.send(request.body(Body::from(submission.to_string())).unwrap()).await
    }
}

/// A valid submission to the wave `w` with the id of this number.
pub(crate) fn submission(number: u128) -> Value {
    json!({
        "id": uuid::Uuid::from_u128(number), "unit": "D01", "mode": "web", "language": "vi",
        "answered_on": "2024-11-20",
        "answers": {"q01": 5, "q02": 4, "q03": null, "q04": 2},
        "respondent": {"sex": "F"}
    })
}

//! The ways of taking answers in that are compared, each as a server in a process of its own.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use chrono::NaiveDate;
use plumbline::foundation::SystemClock;
use plumbline::pipeline::{KeySource, Platform, PlatformLimits};
use plumbline::storage::Store;
use plumbline::survey::Wave;
use plumbline::validation::{Sent, Submission};
use plumbline::web;
use serde_json::{Value, json};
use tower_http::compression::CompressionLayer;

use crate::database::{Engine, TestDatabase};
use crate::fixture::{WAVE, today};
use crate::load::{Measured, load};
use crate::process::{SERVE, Server, plumbline, prepare};

/// A way of taking answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Parsed, validated and answered; not kept.
    WithoutStorage,
    /// Kept and tallied, waiting submissions in one transaction.
    Grouped(Engine),
    /// Kept and tallied, a transaction each.
    OneByOne(Engine),
}

impl Mode {
    /// All of them, in the order of the report.
    pub(crate) const ALL: [Self; 5] = [
        Self::WithoutStorage,
        Self::Grouped(Engine::Sqlite),
        Self::OneByOne(Engine::Sqlite),
        Self::Grouped(Engine::Postgres),
        Self::OneByOne(Engine::Postgres),
    ];

    /// The mode's name in the report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WithoutStorage => "no storage",
            Self::Grouped(Engine::Sqlite) => "SQLite, group commit",
            Self::OneByOne(Engine::Sqlite) => "SQLite, one commit a request",
            Self::Grouped(Engine::Postgres) => "PostgreSQL, group commit",
            Self::OneByOne(Engine::Postgres) => "PostgreSQL, one commit a request",
        }
    }
}

/// Measures one mode once on a fresh store; nothing where its engine is missing.
pub(crate) async fn measure(mode: Mode, connections: usize, time: Duration) -> Option<Measured> {
    let (server, database) = serve(mode).await?;
    Some(load(&server, connections, time, database.as_ref()).await)
}

/// A server in this mode on a fresh store; nothing where its engine is missing.
pub(crate) async fn serve(mode: Mode) -> Option<(Server, Option<TestDatabase>)> {
    let (engine, group_max) = match mode {
        Mode::WithoutStorage => {
            let own = std::env::current_exe().expect("the benchmark knows its own file");
            let mut command = Command::new(own);
            let server = Server::spawn(command.arg("--serve-without-storage").stdin(Stdio::null()));
            return Some((server, None));
        }
        Mode::Grouped(engine) => (engine, None),
        Mode::OneByOne(engine) => (engine, Some("1")),
    };
    let database = match engine.fresh_database().await {
        Ok(database) => database,
        Err(error) => {
            eprintln!("{} is left out: {error}", mode.name());
            return None;
        }
    };
    prepare(database.url(), today());
    let mut command = plumbline(database.url(), SERVE);
    command.envs(group_max.map(|max| ("PLUMBLINE_INTAKE__GROUP_MAX", max)));
    Some((Server::spawn(&mut command), Some(database)))
}

#[derive(Clone)]
struct Untold {
    wave: Arc<Wave>,
    today: NaiveDate,
}

/// Serves the intake as the product does, up to the point where a valid response would be kept.
pub(crate) async fn serve_without_storage() {
    let wave = small_wave().await;
    let routes = Router::new()
        .route(&format!("/api/v1/waves/{WAVE}/responses"), post(check))
        .with_state(Untold { wave, today: today() })
        .layer(CompressionLayer::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("Without storage on http://{}", listener.local_addr().expect("a listener has an address"));
    axum::serve(listener, web::wrap(routes)).await.expect("the server runs until it is killed");
}

async fn check(State(state): State<Untold>, Json(submission): Json<Value>) -> (StatusCode, Json<Value>) {
    match Submission::from_json(&submission, &state.wave).check(&state.wave, Sent::OPEN, state.today) {
        Ok(response) => {
            (StatusCode::CREATED, Json(json!({ "id": response.id, "receipt": "0000-0000-0000-0000-0000" })))
        }
        Err(findings) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!(findings))),
    }
}

/// The wave of the fixture, read back from a store that is then given up.
async fn small_wave() -> Arc<Wave> {
    let database: TestDatabase = Engine::Sqlite.fresh_database().await.expect("a temporary folder can be made");
    prepare(database.url(), today());
    let store = Store::connect(database.url()).await.expect("the store was just made");
    let clock = SystemClock::new(chrono::FixedOffset::east_opt(0).expect("UTC is an offset"));
    let platform =
        Platform::start(store, Arc::new(clock), KeySource { outside: None, fresh: [0; 32] }, PlatformLimits::default())
            .await;
    platform.expect("the store is migrated").waves().find(WAVE).await.expect("the wave was just made")
}

//! A fresh store for each test: a file in a folder of its own, or a database of its own on the local PostgreSQL.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::spread::{drop_spread, is_distributed, spread};

/// Names another PostgreSQL to run the tests on: a URL of a database whose user may create databases.
const OTHER_SERVER: &str = "PLUMBLINE_TEST_POSTGRES";
/// Where PostgreSQL is expected otherwise; its user `postgres` must be let in without a password, as CI sets it up.
const SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";
/// Set to 1, a missing PostgreSQL fails the tests that need it instead of skipping them.
const REQUIRE: &str = "PLUMBLINE_REQUIRE_POSTGRES";

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The embedded one; always there.
    Sqlite,
    /// The server, where there is one.
    Postgres,
}

/// An empty store, gone when dropped.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    url: String,
    host: Host,
}

#[derive(Debug)]
enum Host {
    /// Held so that the folder is removed with the test.
    Folder(#[expect(dead_code, reason = "held for its drop")] TempDir),
    /// The name of a database on the server.
    Server(String),
}

impl Engine {
    /// Runs `test` on a fresh store. Without PostgreSQL its tests say on standard error that they were skipped.
    pub(crate) fn run<F: Future<Output = ()>>(self, name: &str, test: impl FnOnce(TestDatabase) -> F) {
        let runtime =
            Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime can be made");
        runtime.block_on(async {
            match self.fresh_database().await {
                Ok(database) => test(database).await,
                Err(error) => {
                    skip(name, &format_args!("no PostgreSQL where {OTHER_SERVER} or the default says: {error}"));
                }
            }
        });
    }

    /// Makes an empty store; an error where there is no PostgreSQL.
    pub(crate) async fn fresh_database(self) -> Result<TestDatabase, DbErr> {
        match self {
            Self::Sqlite => {
                let folder = TempDir::with_prefix("plumbline-").expect("a temporary folder can be made");
                let url = format!("sqlite://{}", folder.path().join("plumbline.db").display());
                Ok(TestDatabase { url, host: Host::Folder(folder) })
            }
            Self::Postgres => {
                static COUNT: AtomicUsize = AtomicUsize::new(0);
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("plumbline_test_{}_{count}", std::process::id());
                // A killed run with the same process number may have left one behind.
                administer(&format!("DROP DATABASE IF EXISTS {name}")).await?;
                administer(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await?;
                let url = database_of(&server(), &name);
                if is_distributed() {
                    spread(&name).await?;
                }
                Ok(TestDatabase { url, host: Host::Server(name) })
            }
        }
    }
}

impl TestDatabase {
    /// The store's address, as `--database-url` takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The same store under another address.
    pub(crate) fn at(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// Whether it is spread over several servers, and so comes with the present schema.
    pub(crate) fn is_spread(&self) -> bool {
        matches!(self.host, Host::Server(_)) && is_distributed()
    }

    /// Whether there is nothing in it yet, not even the schema. Says that a test is skipped which needs that.
    pub(crate) fn is_empty(&self) -> bool {
        if self.is_spread() {
            tell(&format!("SKIPPED: a test of an empty database ({} is spread over several servers)", self.url));
        }
        !self.is_spread()
    }

    /// A connection beside the platform's own, to look at what is kept.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        let url = if self.url.starts_with("sqlite:") { format!("{}?mode=rwc", self.url) } else { self.url.clone() };
        Database::connect(ConnectOptions::new(url)).await.expect("the test's own store can be reached")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Host::Server(name) = &self.host else { return };
        let (name, shown) = (name.clone(), name);
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let everywhere = async move {
            administer(&statement).await?;
            if is_distributed() { drop_spread(&name).await } else { Ok(()) }
        };
        // The test's runtime may be unwinding; a thread of its own waits for the server in any case.
        let dropped = std::thread::spawn(move || Runtime::new().map(|runtime| runtime.block_on(everywhere)));
        if !matches!(dropped.join(), Ok(Ok(Ok(())))) {
            tell(&format!("{shown} could not be dropped"));
        }
    }
}

/// The URL of the server's own database that the tests connect to first.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests decides on which server")]
pub(super) fn server() -> String {
    std::env::var(OTHER_SERVER).unwrap_or_else(|_| SERVER.to_owned())
}

/// Whether the tests run on a server that somebody named: what stands before or beside it may then not fit.
pub(crate) fn is_elsewhere() -> bool {
    server() != SERVER
}

/// The URL of another database of the server that `server` is a URL of.
pub(super) fn database_of(server: &str, database: &str) -> String {
    let (host, options) = server.split_once('?').map_or((server, None), |(host, options)| (host, Some(options)));
    let begin = host.find("://").map_or(0, |at| at + 3);
    let end = host[begin..].find('/').map_or(host.len(), |at| begin + at);
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{}/{database}{options}", &host[..end])
}

#[test]
fn a_database_of_a_server_has_its_own_name_and_the_options_of_the_server() {
    for (server, expected) in [
        (SERVER, "postgres://postgres@127.0.0.1:5432/x"),
        ("postgres://u:p@h", "postgres://u:p@h/x"),
        ("postgres://u@h:1/name?sslmode=require", "postgres://u@h:1/x?sslmode=require"),
    ] {
        assert_eq!(database_of(server, "x"), expected);
    }
}

pub(super) async fn connect_to(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).connect_timeout(Duration::from_secs(5)).sqlx_logging(false);
    Database::connect(options).await
}

async fn administer(statement: &str) -> Result<(), DbErr> {
    let connection = connect_to(&server()).await?;
    connection.execute_unprepared(statement).await?;
    connection.close().await
}

/// Says that the test `name` was skipped, or fails it where PostgreSQL is required.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests decides whether PostgreSQL is required")]
fn skip(name: &str, error: &impl std::fmt::Display) {
    let is_required = std::env::var(REQUIRE).is_ok_and(|value| value == "1");
    assert!(!is_required, "{REQUIRE}=1, but {name} cannot be tested: {error}");
    tell(&format!("SKIPPED: {name} ({error})"));
}

/// What a test needs, or nothing where this machine does not have it: then the test says so, or fails where all are required.
pub(crate) fn or_skip<T>(name: &str, needed: Result<T, String>) -> Option<T> {
    needed.map_err(|error| skip(name, &error)).ok()
}

/// Says a line past the capture of passing tests.
fn tell(line: &str) {
    // Nothing is left to do where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

//! What the integration tests share: fresh stores on both engines, and the macro that makes two tests of one.
//!
//! A test that keeps something is written once:
//!
//! ```ignore
//! on_both_engines! {
//!     async fn a_response_sent_twice_is_kept_once(database: TestDatabase) { … }
//! }
//! ```
//!
//! and runs as `a_response_sent_twice_is_kept_once::sqlite` and `::postgres`.

pub(crate) mod cluster;
mod database;
pub(crate) mod fixture;
pub(crate) mod http;
pub(crate) mod invitations;
pub(crate) mod kept;
pub(crate) mod load;
pub(crate) mod pooler;
pub(crate) mod process;
mod spread;
mod world;

pub(crate) use database::{Engine, TestDatabase, or_skip};
pub(crate) use world::{Answer, SMALL_PLAN, World, platform_on, platform_under, platform_with, submission};

/// Makes one asynchronous test run on SQLite and on PostgreSQL, as two tests.
macro_rules! on_both_engines {
    ($(async fn $name:ident($database:ident: TestDatabase) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "what the test's file imports, the test may use")]
            use super::*;

            async fn test($database: $crate::support::TestDatabase) $body

            #[test]
            fn sqlite() {
                $crate::support::Engine::Sqlite.run(module_path!(), test);
            }

            #[test]
            fn postgres() {
                $crate::support::Engine::Postgres.run(module_path!(), test);
            }
        }
    )+};
}
pub(crate) use on_both_engines;

on_both_engines! {
    async fn a_fresh_database_is_empty_and_writable(database: TestDatabase) {
        use sea_orm::ConnectionTrait;
        let connection = database.connect().await;
        let created = connection.execute_unprepared("CREATE TABLE plumbline_was_here (a INTEGER)").await;
        assert!(created.is_ok(), "{created:?} at {}", database.url());
    }
}

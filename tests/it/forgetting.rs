//! That the database is made to forget, and that whoever prevents it is named.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::pipeline::PlatformLimits;
use sea_orm::{ConnectionTrait, IsolationLevel, Statement, TransactionTrait};
use tower::ServiceExt;

use crate::support::invitations::{draw, invited};
use crate::support::process::run;
use crate::support::{Engine, World, on_both_engines, platform_under, submission};

#[test]
fn a_snapshot_that_is_held_open_delays_the_forgetting_and_does_not_prevent_it() {
    Engine::Postgres.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let store = world.platform.store();
        assert!(store.forget_traces().await.unwrap());
        let connection = world.database().connect().await;
        let watching = connection.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await.unwrap();
        watching.execute_unprepared("SELECT COUNT(*) FROM invitation").await.unwrap();
        assert_eq!(world.submit(&invited(1, &cards[0])).await.status, StatusCode::CREATED);
        assert!(!store.forget_traces().await.unwrap());
        watching.rollback().await.unwrap();
        assert!(store.forget_traces().await.unwrap());
    });
}

on_both_engines! {
    async fn who_keeps_the_database_from_forgetting_is_named(database: TestDatabase) {
        let world = World::small(database).await;
        let limits = PlatformLimits {
            settle_after: Duration::from_millis(50),
            held_after: Duration::from_millis(200),
            ..PlatformLimits::default()
        };
        let platform = platform_under(world.url(), limits).await;
        let routes = router(&platform, SignIn::new().unwrap(), true);
        let token = platform.administrators().renew_token([8; 16]).await.unwrap();
        let ask = async |path: &str| {
            let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
            let answer = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
        };
        let is_told = async |word: &str| {
            for _ in 0..600 {
                let said = ask("/readyz").await;
                if said.contains(word) {
                    return said;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("{word:?} is not said: {}", ask("/readyz").await);
        };
        assert_eq!(ask("/readyz").await, "ready\n");
        let connection = world.database().connect().await;
        let watching = connection.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await.unwrap();
        let looked = Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM received");
        watching.query_one_raw(looked).await.unwrap();
        assert_eq!(world.submit(&submission(1)).await.status, StatusCode::CREATED);
        let holder = if world.url().starts_with("sqlite:") { format!("process {}", std::process::id()) } else { "session ".to_owned() };
        let said = is_told(&format!("could not forget when answers came; held by: {holder}")).await;
        assert!(said.starts_with("ready\n"), "it works all the same: {said}");
        let page = ask("/en/office/w").await;
        assert!(page.contains("has not been able to forget in which order answers came, because of: "), "{page}");
        watching.rollback().await.unwrap();
        for _ in 0..600 {
            if ask("/readyz").await == "ready\n" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(ask("/readyz").await, "ready\n");
        assert!(!ask("/en/office/w").await.contains("has not been able to forget"));
        platform.shut_down().await.unwrap();
    }
}

#[test]
fn a_server_that_records_statements_is_warned_about() {
    Engine::Postgres.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let connection = world.database().connect().await;
        let name = world.url().rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        connection.execute_unprepared(&format!("ALTER DATABASE \"{name}\" SET log_statement = 'all'")).await.unwrap();
        let said = run(world.url(), &["doctor"]);
        assert!(said.contains("The database records what Plumbline forgets: log_statement = all"), "{said}");
        assert!(said.contains("All agree."), "{said}");
        connection.execute_unprepared(&format!("ALTER DATABASE \"{name}\" RESET log_statement")).await.unwrap();
        assert!(!run(world.url(), &["doctor"]).contains("log_statement"));
    });
}

//! PostgreSQL behind a pooler that gives each transaction another connection to the server.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::survey::WaveState;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::releases::published;
use crate::support::fixture::{WAVE, today};
use crate::support::invitations::{draw, invited};
use crate::support::load::{Load, assert_whole};
use crate::support::pooler::Pooler;
use crate::support::process::{Server, plumbline, prepare, run};
use crate::support::{Engine, TestDatabase, World, or_skip, platform_on};

/// Runs a test on PostgreSQL behind pgbouncer, where both are there.
fn behind_a_pooler<F: Future<Output = ()>>(name: &str, test: impl FnOnce(TestDatabase, Pooler) -> F) {
    behind_a_pooler_with("", name, test);
}

fn behind_a_pooler_with<F: Future<Output = ()>>(
    settings: &str,
    name: &str,
    test: impl FnOnce(TestDatabase, Pooler) -> F,
) {
    Engine::Postgres.run(name, |database| async {
        if let Some(pooler) = or_skip(name, Pooler::start(settings)) {
            test(database, pooler).await;
        }
    });
}

#[test]
fn a_survey_runs_from_draw_to_release_behind_a_pooler() {
    behind_a_pooler(module_path!(), |database, pooler| async move {
        let url = format!("{}?pooler=transaction", pooler.url(database.url()));
        let world = World::small(database.at(&url)).await;
        let other = router(&platform_on(&url).await, SignIn::new().unwrap(), true);
        let cards = draw(&world.platform, 6, 0).await;
        let mut sending = JoinSet::new();
        for (number, card) in (1..).zip(&cards[..40]) {
            let (submission, routes) = (invited(number, card), [world.routes(), other.clone()]);
            sending.spawn(async move {
                for routes in routes {
                    let request = Request::post("/api/v1/waves/w/responses")
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(Body::from(submission.to_string()));
                    let status = routes.oneshot(request.unwrap()).await.unwrap().status();
                    assert!([StatusCode::CREATED, StatusCode::OK].contains(&status), "{status}");
                }
            });
            if number % 10 == 0 {
                assert_eq!(world.get_as_administrator("/api/v1/waves/w/results").await.status, StatusCode::OK);
            }
        }
        sending.join_all().await;
        world.platform.counts().fold().await.unwrap();
        assert!(world.platform.store().forget_traces().await.is_ok());
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (40, vec![]));
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let before = published(&world).await;
        assert_eq!(published(&world.restarted().await).await, before);
    });
}

#[test]
fn two_servers_behind_a_pooler_keep_every_answer_once() {
    behind_a_pooler(module_path!(), |database, pooler| async move {
        let url = format!("{}?pooler=transaction", pooler.url(database.url()));
        prepare(&url, today());
        let servers = [(); 2].map(|()| Server::start(&url));
        let load = Load::start(&servers.each_ref().map(|server| server.address), today());
        load.more(500).await;
        assert!(run(&url, &["wave", "list"]).contains(WAVE));
        load.more(100).await;
        let acknowledged = load.finish().await;
        assert_whole(database.url(), acknowledged.len()).await;
    });
}

/// Else the tests above would prove nothing: neither of the setting that a pooler refuses, nor of names that others left.
#[test]
fn a_pooler_that_is_not_named_is_in_the_way() {
    for (settings, obstacle) in [
        ("", "unsupported startup parameter: extra_float_digits"),
        ("ignore_startup_parameters = extra_float_digits", "prepared statement \"sqlx_s_1\" already exists"),
    ] {
        behind_a_pooler_with(settings, module_path!(), |database, pooler| async move {
            let output = plumbline(&pooler.url(database.url()), &["migrate"]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && said.contains(obstacle), "{said}");
        });
    }
}

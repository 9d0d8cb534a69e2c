//! The link that signs the administrator in: it works once, for whoever has it, and is not used up by anything else.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use plumbline::accounts::Actor;
use plumbline::app::router;
use plumbline::entrance::SignIn;
use sea_orm::ConnectionTrait;
use tower::ServiceExt;

use crate::support::{World, on_both_engines};

/// The routes with a link of their own, and its path.
fn entrance(world: &World) -> (Router, String) {
    let sign_in = SignIn::new().unwrap();
    let path = sign_in.path();
    (router(&world.platform, sign_in, true), path)
}

/// The status of an answer, and the cookie that it sets.
async fn press(routes: &Router, path: &str) -> (StatusCode, String) {
    send(routes, Method::POST, path).await
}

async fn send(routes: &Router, method: Method, path: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let answer = routes.clone().oneshot(request).await.unwrap();
    let cookie = answer.headers().get(header::SET_COOKIE).map_or("", |cookie| cookie.to_str().unwrap());
    (answer.status(), cookie.to_owned())
}

on_both_engines! {
    async fn the_link_signs_in_whoever_comes_first_and_nobody_after(database: TestDatabase) {
        let world = World::small(database).await;
        let (routes, path) = entrance(&world);
        let (status, cookie) = press(&routes, &path).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{cookie}");
        }
        assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "browsers forget it when they close");
        let token = cookie.split(['=', ';']).nth(1).unwrap();
        let known = world.platform.recognise(token).await.unwrap().unwrap();
        assert_eq!(*known.actor(), Actor::Administrator);
        assert_eq!(press(&routes, &path).await, (StatusCode::NOT_FOUND, String::new()));
    }

    async fn who_only_looks_at_the_link_does_not_use_it_up(database: TestDatabase) {
        let world = World::small(database).await;
        let (routes, path) = entrance(&world);
        for method in [Method::HEAD, Method::GET, Method::GET] {
            assert_eq!(send(&routes, method, &path).await, (StatusCode::OK, String::new()));
        }
        assert_eq!(press(&routes, &path).await.0, StatusCode::SEE_OTHER);
        for method in [Method::HEAD, Method::GET] {
            assert_eq!(send(&routes, method, &path).await, (StatusCode::NOT_FOUND, String::new()));
        }
    }

    async fn a_wrong_code_signs_nobody_in_and_leaves_the_link_unused(database: TestDatabase) {
        let world = World::small(database).await;
        let (routes, path) = entrance(&world);
        let (own, other) = (path.trim_start_matches("/sign-in/"), SignIn::new().unwrap().path());
        let longer = format!("{path}0");
        for wrong in [other.as_str(), &path[..path.len() - 1], &longer, "/sign-in/%20", &path.replace(own, &own.to_uppercase())] {
            for method in [Method::GET, Method::POST] {
                assert_eq!(send(&routes, method, wrong).await, (StatusCode::NOT_FOUND, String::new()), "{wrong}");
            }
        }
        assert_eq!(press(&routes, &path).await.0, StatusCode::SEE_OTHER);
    }

    async fn of_two_who_come_at_once_one_is_signed_in(database: TestDatabase) {
        let world = World::small(database).await;
        let (routes, path) = entrance(&world);
        let (one, other) = tokio::join!(press(&routes, &path), press(&routes, &path));
        let mut statuses = [one.0, other.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
    }

    async fn a_link_that_storage_failed_is_good_for_another_try(database: TestDatabase) {
        let world = World::small(database).await;
        let (routes, path) = entrance(&world);
        let connection = world.database().connect().await;
        connection.execute_unprepared("ALTER TABLE setting RENAME TO gone").await.unwrap();
        let (status, cookie) = press(&routes, &path).await;
        assert!(status.is_server_error() && cookie.is_empty(), "{status}: {cookie}");
        connection.execute_unprepared("ALTER TABLE gone RENAME TO setting").await.unwrap();
        assert_eq!(press(&routes, &path).await.0, StatusCode::SEE_OTHER);
    }
}

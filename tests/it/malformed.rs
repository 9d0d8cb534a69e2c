//! Requests that cannot be meant: readers get a page in their language, programs get JSON, and nobody a bare line.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use crate::support::{Answer, Engine, World};

async fn ask(world: &World, method: &Method, path: &str) -> Answer {
    let token = format!("Bearer {}", world.administrator);
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, token);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    world.send(request.body(Body::from("a=b")).unwrap()).await
}

fn assert_is_page(answer: &Answer, status: StatusCode, path: &str) {
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    assert!(answer.text.contains("<html lang=\"cs\">") && answer.text.contains("<h1>"), "{path}: {}", answer.text);
}

fn assert_is_problem(answer: &Answer, status: StatusCode, path: &str) {
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    let told = answer.json();
    assert!(told["code"].is_string() && told["message"].is_string(), "{path}: {}", answer.text);
}

#[test]
fn a_reader_is_answered_with_a_page() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let paths = [
            "/cs/s/%FF",
            "/cs/s/w/%FF",
            "/cs/s/%FF/thanks",
            "/cs/s/w/thanks?receipt=a&receipt=b",
            "/cs/receipt?code=a&code=b",
            "/cs/r/%FF",
            "/cs/r/w/%FF",
            "/cs/office/%FF",
            "/cs/office/w?unit=D01&unit=D02",
            "/cs/sign-in/%FF",
        ];
        for path in paths {
            assert_is_page(&ask(&world, &Method::GET, path).await, StatusCode::BAD_REQUEST, path);
        }
        let posted = ask(&world, &Method::POST, "/cs/s/w/%FF").await;
        assert_is_page(&posted, StatusCode::BAD_REQUEST, "the form");
    });
}

#[test]
fn a_program_is_answered_with_json() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let mut malformed = vec![(Method::GET, "/api/v1/waves?page=1&page=2".to_owned())];
        let description = world.get("/api/v1/openapi.json").await.json();
        for (path, methods) in description["paths"].as_object().unwrap() {
            if let Some((before, after)) = path.split_once("{wave}") {
                let path = format!("{before}%FF{after}").replace("{unit}", "D01");
                let method = if methods["post"].is_object() { Method::POST } else { Method::GET };
                malformed.push((method, path));
            }
        }
        assert_eq!(malformed.len(), 9);
        for (method, path) in malformed {
            assert_is_problem(&ask(&world, &method, &path).await, StatusCode::BAD_REQUEST, &path);
        }
        for path in ["/api/v1", "/api/v1/nope", "/api/v1/waves/w/nope"] {
            assert_is_problem(&ask(&world, &Method::GET, path).await, StatusCode::NOT_FOUND, path);
        }
        for path in ["/api/v1/waves", "/api/v1/waves/w/ranking"] {
            let refused = ask(&world, &Method::PUT, path).await;
            assert_is_problem(&refused, StatusCode::METHOD_NOT_ALLOWED, path);
            assert!(refused.headers.contains_key(header::ALLOW), "{path}");
        }
    });
}

//! Results as readers and programs get them: who may see what, in which format, and what a cache is told.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::survey::WaveState;

use crate::support::{TestDatabase, World, on_both_engines, submission};

/// The small survey with forty answers in, still open.
async fn answered(database: TestDatabase) -> World {
    let world = World::small(database).await;
    for number in 1..=40_u128 {
        let mut submission = submission(number);
        submission["unit"] = ["D01", "D02"][usize::try_from(number % 2).unwrap()].into();
        submission["answers"]["q01"] = [5, 4, 2][usize::try_from(number % 3).unwrap()].into();
        submission["answers"]["q03"] = [4, 1][usize::try_from(number % 2).unwrap()].into();
        assert_eq!(world.submit(&submission).await.status, StatusCode::CREATED);
    }
    world
}

async fn released(database: TestDatabase) -> World {
    let world = answered(database).await;
    world.platform.advance_wave("w", WaveState::Closed).await.unwrap();
    world.platform.advance_wave("w", WaveState::Released).await.unwrap();
    world
}

const RESULTS: [&str; 6] = [
    "/en/r/w",
    "/en/r/w/D01",
    "/api/v1/waves/w/results",
    "/api/v1/waves/w/ranking",
    "/api/v1/waves/w/units/D01",
    "/api/v1/waves/w/fieldwork",
];

on_both_engines! {
    async fn before_the_release_only_the_administrator_sees_results(database: TestDatabase) {
        let world = answered(database).await;
        for path in RESULTS {
            let refused = world.get(path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
            assert!(refused.text.contains("not released"), "{path}: {}", refused.text);
            assert_eq!(world.get_as_administrator(path).await.status, StatusCode::OK, "{path}");
        }
        assert_eq!(world.get("/en/office/w").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.get_as_administrator("/en/office/w?unit=D02").await.status, StatusCode::OK);
        assert_eq!(world.get_as_administrator("/en/office/w?unit=D99").await.status, StatusCode::NOT_FOUND);
    }

    async fn after_the_release_everybody_sees_results_and_strangers_are_not_found(database: TestDatabase) {
        let world = released(database).await;
        for path in RESULTS {
            assert_eq!(world.get(path).await.status, StatusCode::OK, "{path}");
        }
        for path in ["/en/r/x", "/en/r/w/D99", "/api/v1/waves/x", "/api/v1/waves/w/units/D99", "/api/v1/waves/x/results"] {
            assert_eq!(world.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let page = world.get("/en/r/w").await.text;
        assert!(page.contains("District One") && page.contains("District Three: nobody has answered."), "{page}");
    }

    async fn the_page_and_the_api_tell_the_same_numbers(database: TestDatabase) {
        let world = released(database).await;
        let ranking = world.get("/api/v1/waves/w/ranking").await.json();
        let page = world.get("/en/r/w").await.text;
        let ranked: Vec<_> = ranking["rows"].as_array().unwrap().iter().filter(|row| row["rank"].is_u64()).collect();
        assert_eq!(ranked.len(), 2);
        for row in ranked {
            let points = format!("{:.2}", row["estimate"].as_f64().unwrap() * 100.0);
            assert!(page.contains(&points), "{points}");
        }
        let results = world.get("/api/v1/waves/w/results").await.json();
        let answered = world.get("/api/v1/waves/w/fieldwork").await.json()["overall"]["answered"].clone();
        assert_eq!((&results["responses"], &answered), (&40.into(), &40.into()));
    }

    async fn rows_come_as_csv_with_an_entity_tag_that_saves_the_second_transfer(database: TestDatabase) {
        let world = released(database).await;
        let path = "/api/v1/waves/w/results?format=csv";
        let first = world.get(path).await;
        assert_eq!(first.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8; header=present");
        assert!(first.text.starts_with("unit,statistic,item,n,estimate,se,df,ci_low,ci_high,deff,n_eff\n"), "{}", first.text);
        let tag = first.headers[header::ETAG].clone();
        let again = Request::get(path).header(header::IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
        let again = world.send(again).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_ne!(world.get("/api/v1/waves/w/results").await.headers[header::ETAG], tag);
    }

    async fn the_list_of_waves_is_paged_and_hides_drafts(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = include_str!("support/small-plan.toml").replace("\"w\"", "\"draft\"");
        world.platform.create_wave(&plan, std::path::Path::new(".")).await.unwrap();
        let codes = |list: serde_json::Value| list["items"].as_array().unwrap().len();
        assert_eq!(codes(world.get("/api/v1/waves").await.json()), 1);
        let second = world.get_as_administrator("/api/v1/waves?page=2&per_page=1").await;
        assert_eq!((codes(second.json()), &second.json()["total"]), (1, &2.into()));
        assert!(second.headers[header::LINK].to_str().unwrap().contains("rel=\"prev\""));
        let beyond = world.get("/api/v1/waves?page=9&format=csv").await;
        assert_eq!(beyond.text, "code,state,title,opens,closes,accepts_until,method,synthetic\n");
        assert_eq!(world.get("/api/v1/waves/draft").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get("/api/v1/waves?per_page=0").await.status, StatusCode::BAD_REQUEST);
    }

    async fn the_description_names_every_route_of_the_api(database: TestDatabase) {
        let world = World::small(database).await;
        let description = world.get("/api/v1/openapi.json").await.json();
        assert_eq!(description["openapi"], "3.1.0");
        assert!(description["paths"]["/api/v1/waves/{wave}/responses"]["post"].is_object());
        let page = world.get("/cs/api").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("/api/v1/waves/{wave}/fieldwork"));
    }
}

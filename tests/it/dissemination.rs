//! Results as readers and programs get them: who may see what, in which format, and what a cache is told.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::survey::WaveState;
use serde_json::{Value, json};

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
    world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
    world.platform.waves().advance("w", WaveState::Released).await.unwrap();
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

    async fn either_kind_of_rank_sets_is_given_and_which_is_official_is_told(database: TestDatabase) {
        let world = released(database).await;
        let path = "/api/v1/waves/w/ranking";
        let get = async |query: &str| world.get(&format!("{path}{query}")).await;
        let official = get("").await.json();
        assert_eq!((&official["rank_method"], &official["official"]), (&"holm".into(), &"holm".into()));
        assert_eq!((&official["pairs"], &official["simulation"]), (&1.into(), &Value::Null));
        assert_eq!(get("?rank_sets=holm").await.json(), official);
        let simulated = get("?rank_sets=simultaneous").await.json();
        assert_eq!((&simulated["rank_method"], &simulated["official"]), (&"simultaneous".into(), &"holm".into()));
        let simulation = &simulated["simulation"];
        assert_eq!((&simulation["draws"], &simulation["seed"]), (&100_000.into(), &0.into()));
        // Once the one pair is told apart only its other direction is open: the critical value is one-sided.
        assert_eq!(simulated["pairs_told_apart"], 1);
        let [value, error] = ["critical_value", "monte_carlo_se"].map(|field| simulation[field].as_f64().unwrap());
        assert!((value - 1.644_854).abs() < 4.0 * error && error < 0.02, "{simulation}");
        for refused in ["?rank_sets=kww", "?rank_sets="] {
            let refused = get(refused).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST);
            assert_eq!(refused.json()["findings"][0]["path"], "rank_sets");
        }
        let csv = get("?rank_sets=simultaneous&format=csv").await;
        assert_eq!(csv.text.lines().count(), 4, "{}", csv.text);
    }

    async fn a_page_switches_between_rank_sets_and_says_which_are_official(database: TestDatabase) {
        let world = released(database).await;
        for page in ["/en/r/w", "/en/r/w/D01"] {
            assert!(!world.get(page).await.text.contains("not the official ranks"), "{page}");
            let other = world.get(&format!("{page}?sets=simultaneous")).await;
            assert_eq!(other.status, StatusCode::OK, "{page}");
            for told in ["not the official ranks", "100,000 draws", "/cs/r/w"] {
                assert!(other.text.contains(told), "{page}: {told}");
            }
            for refused in ["?sets=kww", "?sets=", "?sets=holm&sets=holm"] {
                let refused = world.get(&format!("{page}{refused}")).await;
                assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{page}");
                assert!(refused.text.contains("The request could not be read"), "{}", refused.text);
            }
        }
        let switched = world.get("/en/r/w?sets=simultaneous").await.text;
        assert!(switched.contains("href=\"/en/r/w/D01?sets=simultaneous\""), "{switched}");
        assert!(switched.contains("href=\"/cs/r/w?sets=simultaneous\""), "{switched}");
        assert!(switched.contains("ranking?format=csv&#38;rank_sets=simultaneous"), "{switched}");
    }

    async fn a_plan_can_make_simultaneous_sets_the_official_ones(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = include_str!("support/small-plan.toml").replace("\"w\"", "\"simulated\"");
        let plan = format!("{plan}\n[estimation]\nrank_sets = \"simultaneous\"\nseed = 11\nlonely_psu = \"average\"\n");
        world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
        let ranking = world.get_as_administrator("/api/v1/waves/simulated/ranking").await.json();
        assert_eq!((&ranking["official"], &ranking["rank_method"]), (&"simultaneous".into(), &"simultaneous".into()));
        // Nobody has answered: there is no pair, and so no critical value.
        assert_eq!((&ranking["simulation"]["seed"], &ranking["simulation"]["critical_value"]), (&11.into(), &Value::Null));
        let wave = world.get_as_administrator("/api/v1/waves/simulated").await.json();
        let settings = json!({
            "lonely_psu": "average", "interval": "xlogit", "design_effect": "with_replacement",
            "unasked_items": "withhold", "rank_sets": "simultaneous", "seed": 11, "answers_min": 10, "psus_min": 2, "calibration": null
        });
        assert_eq!(wave["estimation"], settings);
        let page = world.get_as_administrator("/en/r/simulated?sets=holm").await;
        assert!(page.text.contains("These are not the official ranks. They come from Holm’s method"), "{}", page.text);
        assert!(page.text.contains("rule “average”"), "{}", page.text);
    }

    async fn a_unit_tells_its_difference_to_the_unit_ranked_before_it(database: TestDatabase) {
        let world = released(database).await;
        let ranking = world.get("/api/v1/waves/w/ranking").await.json();
        let [first, second] = [0, 1].map(|place| ranking["rows"][place].clone());
        let number = |value: &Value| value.as_f64().unwrap();
        let unit = |row: &Value| format!("/api/v1/waves/w/units/{}", row["unit"].as_str().unwrap());
        let [ahead, behind] = [world.get(&unit(&first)).await.json(), world.get(&unit(&second)).await.json()];
        assert_eq!((&ahead["previous"], &behind["next"]), (&Value::Null, &Value::Null));
        let difference = &behind["previous"];
        assert_eq!(difference["unit"], first["unit"]);
        let apart = number(&second["estimate"]) - number(&first["estimate"]);
        assert!((number(&difference["difference"]) - apart).abs() < 1e-15);
        // Districts that share no stratum are independent.
        let se = number(&first["se"]).hypot(number(&second["se"]));
        assert!((number(&difference["se"]) - se).abs() < 1e-12);
        let is_apart = second["indistinct_from_count"] == 0;
        assert_eq!(difference["told_apart"], is_apart);
        assert!((number(&ahead["next"]["ci_low"]) + number(&difference["ci_high"])).abs() < 1e-15);
        let page = world.get(&format!("/en/r/w/{}", second["unit"].as_str().unwrap())).await.text;
        let points = format!("{:.2} percentage points behind", -100.0 * number(&difference["difference"]));
        assert!(page.contains(&points) && page.contains("which is ranked just before it"), "{points}: {page}");
        let page = world.get(&format!("/en/r/w/{}", first["unit"].as_str().unwrap())).await.text;
        assert!(page.contains("is ranked first: no unit stands before it."), "{page}");
    }

    async fn rows_come_as_csv_with_an_entity_tag_that_saves_the_second_transfer(database: TestDatabase) {
        let world = released(database).await;
        let path = "/api/v1/waves/w/results?format=csv";
        let first = world.get(path).await;
        assert_eq!(first.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8; header=present");
        assert!(first.text.starts_with("unit,statistic,item,n,estimate,se,df,ci_low,ci_high,deff,n_eff,sampling_units,exact\n"));
        let tag = first.headers[header::ETAG].clone();
        let again = Request::get(path).header(header::IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
        let again = world.send(again).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_ne!(world.get("/api/v1/waves/w/results").await.headers[header::ETAG], tag);
    }

    async fn the_list_of_waves_is_paged_and_hides_drafts(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = include_str!("support/small-plan.toml").replace("\"w\"", "\"draft\"");
        world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
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

//! What a wave publishes is computed once and kept: nothing that happens afterwards changes a byte of it.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::survey::WaveState;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

use crate::support::{TestDatabase, World, on_both_engines, platform_on, platform_with, submission};

const PUBLISHED: [&str; 7] = [
    "/vi/r/w",
    "/en/r/w?sets=simultaneous",
    "/cs/r/w/D01",
    "/api/v1/waves/w/results",
    "/api/v1/waves/w/ranking",
    "/api/v1/waves/w/ranking?rank_sets=simultaneous",
    "/api/v1/waves/w/units/D02",
];

/// The small survey with 40 answers, closed.
pub(crate) async fn closed(database: TestDatabase) -> World {
    let world = World::small(database).await;
    for number in 1..=40_u128 {
        let mut submission = submission(number);
        submission["unit"] = ["D01", "D02"][usize::try_from(number % 2).unwrap()].into();
        submission["answers"]["q01"] = [5, 4, 2][usize::try_from(number % 3).unwrap()].into();
        assert_eq!(world.submit(&submission).await.status, StatusCode::CREATED);
    }
    world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
    world
}

/// Every page and document of the released wave.
pub(crate) async fn published(world: &World) -> Vec<String> {
    let mut texts = Vec::new();
    for path in PUBLISHED {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        texts.push(answer.text);
    }
    texts
}

/// What was published, where nothing can be computed any more: neither answers nor sums are left.
async fn published_without_answers(world: World) -> Vec<String> {
    let connection = world.database().connect().await;
    for table in ["received", "inbox", "sheaf", "tally", "product", "daily_count", "tally_version"] {
        connection.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
    published(&world.restarted().await).await
}

/// A release with its five indices as fields that have names of their own.
fn in_second_format(content: &[u8]) -> Vec<u8> {
    let mut content: Value = serde_json::from_slice(content).unwrap();
    content["format"] = 2.into();
    let name = |id: &Value| id.as_str().unwrap().trim_start_matches("index_").to_owned();
    let headline = name(&content["results"]["headline"]["id"]);
    content["results"]["headline"] = headline.into();
    let with_names = |unit: &mut Value| {
        let mut named = serde_json::Map::from_iter([("nps".to_owned(), Value::Null)]);
        let listed = unit["indices"].as_array().unwrap().iter();
        named.extend(listed.map(|result| (name(&result["index"]), result["estimate"].clone())));
        unit["indices"] = named.into();
    };
    with_names(&mut content["results"]["overall"]);
    content["results"]["units"].as_array_mut().unwrap().iter_mut().for_each(with_names);
    serde_json::to_vec(&content).unwrap()
}

/// A release as the first version that kept releases wrote it: each ranked unit lists the codes of those it cannot be told apart from.
fn in_first_format(content: &[u8]) -> Vec<u8> {
    let mut content: Value = serde_json::from_slice(&in_second_format(content)).unwrap();
    content["format"] = 1.into();
    for ranking in ["/holm", "/simultaneous/Ok"] {
        let entries = content.pointer_mut(ranking).unwrap()["entries"].as_array_mut().unwrap();
        let codes: Vec<Value> = entries.iter().map(|entry| entry["unit"].clone()).collect();
        for entry in entries {
            let ties = entry.as_object_mut().unwrap().remove("ties").unwrap();
            let runs = ties["runs"].as_array().unwrap().iter();
            let position = |run: &Value, end: usize| usize::try_from(run[end].as_u64().unwrap()).unwrap();
            let others: Vec<Value> =
                runs.flat_map(|run| codes[position(run, 0)..=position(run, 1)].iter().cloned()).collect();
            entry["indistinct_from"] = others.into();
        }
    }
    serde_json::to_vec(&content).unwrap()
}

/// Answers from six villages of each district: those of the first are the best by far, those of the others alike.
fn sampled_rows() -> String {
    let mut rows = "number,district,village,weight,q01,q02,q03,q04,sex\n".to_owned();
    for number in 0..180 {
        let (district, village) = (1 + number % 3, number / 3 % 6);
        let rating = if district == 1 { 4 + number / 18 % 2 } else { 1 + (number / 3 + village) % 4 };
        writeln!(rows, "{number},D0{district},D0{district}-V{village},1,{rating},{rating},{rating},{rating},F")
            .unwrap();
    }
    rows
}

/// The small survey with those answers, closed: its districts can be ranked.
pub(crate) async fn sampled(database: TestDatabase) -> World {
    let world = World::small(database).await;
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows.csv");
    std::fs::write(&rows, sampled_rows()).unwrap();
    world.platform.imports().responses("w", &rows, std::sync::Arc::default()).await.unwrap();
    world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
    world
}

on_both_engines! {
    async fn a_release_in_an_earlier_format_says_the_same(database: TestDatabase) {
        let world = sampled(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let first = published(&world).await;
        let connection = world.database().connect().await;
        let backend = connection.get_database_backend();
        let query = Statement::from_string(backend, "SELECT content FROM release");
        let content: Vec<u8> = connection.query_one_raw(query).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        let old = in_first_format(&content);
        let ranked: Value = serde_json::from_slice(&old).unwrap();
        let others = |at: usize| ranked["holm"]["entries"][at]["indistinct_from"].as_array().unwrap().len();
        assert_eq!([others(0), others(1), others(2)], [0, 1, 1], "one district is ahead, two cannot be told apart");
        let mut world = world;
        for old in [old, in_second_format(&content)] {
            let values = [old.clone().into(), blake3::hash(&old).to_hex().to_string().into()];
            let change = "UPDATE release SET content = $1, content_hash = $2";
            connection.execute_raw(Statement::from_sql_and_values(backend, change, values)).await.unwrap();
            world = world.restarted().await;
            assert_eq!(published(&world).await, first);
        }
        assert_eq!(published_without_answers(world).await, first);
    }

    async fn a_released_wave_is_told_from_its_release_alone(database: TestDatabase) {
        let world = closed(database).await;
        let before = world.get_as_administrator("/api/v1/waves/w/results").await.json();
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let first = published(&world).await;
        let rows = &world.get("/api/v1/waves/w/results").await.json()["rows"];
        assert_eq!(rows, &before["rows"], "a release says what was last seen, to the last digit");
        assert_eq!(published_without_answers(world).await, first);
    }

    async fn a_wave_that_was_released_before_releases_were_kept_gets_one(database: TestDatabase) {
        let world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let first = published(&world).await;
        let connection = world.database().connect().await;
        connection.execute_unprepared("DELETE FROM release").await.unwrap();
        drop(platform_on(world.url()).await);
        assert_eq!(published_without_answers(world).await, first);
    }

    async fn a_release_that_was_changed_is_not_shown(database: TestDatabase) {
        let world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let connection = world.database().connect().await;
        connection.execute_unprepared("UPDATE release SET content_hash = 'x'").await.unwrap();
        let world = world.restarted().await;
        assert_eq!(world.get("/en/r/w").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    }

    async fn what_was_released_is_kept_by_readers_and_caches_and_sent_once(database: TestDatabase) {
        let mut world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        for (path, encoding) in [
            ("/en/r/w", "br"),
            ("/vi/r/w/D01", "gzip"),
            ("/api/v1/waves/w/results", "gzip"),
            ("/api/v1/waves/w/ranking?format=csv", "br"),
            ("/api/v1/waves/w/units/D01?release=1", "gzip"),
            ("/api/v1/waves/w/open-link", "br"),
        ] {
            let asking = |tag: Option<&str>| {
                let request = Request::get(path).header(header::ACCEPT_ENCODING, encoding);
                let request = tag.into_iter().fold(request, |request, tag| request.header(header::IF_NONE_MATCH, tag));
                request.body(Body::empty()).unwrap()
            };
            let first = world.send(asking(None)).await;
            assert_eq!(first.headers[header::CACHE_CONTROL], "public, max-age=60", "{path}");
            assert_eq!(first.headers[header::CONTENT_ENCODING], encoding, "{path}");
            let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
            assert!(tag.starts_with('"') && tag.ends_with(&format!("-{encoding}\"")), "a strong tag: {tag}");
            assert_eq!(world.send(asking(Some(&tag))).await.status, StatusCode::NOT_MODIFIED, "{path}");
            // The same bytes come from another process.
            world = world.restarted().await;
            assert_eq!(world.send(asking(None)).await.headers[header::ETAG], tag.as_str(), "{path}");
            assert_eq!(world.send(asking(Some(&tag))).await.status, StatusCode::NOT_MODIFIED, "{path}");
        }
    }

    async fn while_the_database_is_away_what_was_read_is_shown_and_the_rest_comes_back(database: TestDatabase) {
        let world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let first = published(&world).await;
        world.platform.store().clone().close().await.unwrap();
        assert_eq!(published(&world).await, first);
        for (path, words) in [("/vi/r/x", "Cơ sở dữ liệu không trả lời"), ("/cs/r/x", "Databáze neodpovídá")] {
            let away = world.get(path).await;
            assert_eq!((away.status, &away.headers[header::RETRY_AFTER]), (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap()));
            assert!(away.text.contains(words), "{}", away.text);
        }
        let away = world.get("/api/v1/waves/x/results").await;
        assert_eq!((away.status.as_u16(), &away.json()["code"]), (503, &"unavailable".into()));
    }

    async fn a_release_counts_every_answer_though_a_reader_is_shown_what_was_last_computed(database: TestDatabase) {
        let world = World::small(database).await;
        let platform = platform_with(world.url(), std::time::Duration::ZERO).await;
        let wave = platform.waves().find("w").await.unwrap();
        assert_eq!(platform.results().standings(&wave).await.unwrap().results.overall.responses, 0);
        assert_eq!(world.submit(&submission(1)).await.status, StatusCode::CREATED);
        assert_eq!(platform.results().standings(&wave).await.unwrap().results.overall.responses, 0);
        for state in [WaveState::Closed, WaveState::Released] {
            platform.waves().advance("w", state).await.unwrap();
        }
        assert_eq!(platform.results().standings(&wave).await.unwrap().results.overall.responses, 1);
    }

    async fn addresses_that_no_page_leads_to_are_answered_and_not_kept(database: TestDatabase) {
        let world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        for (path, is_kept) in [("/en/r/w?sets=holm", true), ("/en/r/w?x=1", false), ("/en/r/w?sets=holm&x=1", false)] {
            let answer = world.get(path).await;
            assert_eq!((answer.status, answer.headers.contains_key(header::ETAG)), (StatusCode::OK, is_kept), "{path}");
        }
    }
}

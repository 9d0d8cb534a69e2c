//! What was published is corrected by a further release, and what was published before stays readable.

use std::time::Duration;

use axum::http::StatusCode;
use plumbline::jobs::JobState;
use plumbline::release::{CorrectionReason, ReleaseFacts};
use plumbline::storage::{KeptRelease, StorageError, WaveId};
use plumbline::survey::WaveState;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::jobs::{another, begin_and_fall_silent, nothing};
use crate::releases::{closed, sampled};
use crate::support::{TestDatabase, World, on_both_engines, platform_on};

/// A released wave that a mistaken program published: it gave everybody together another share.
async fn mistaken(database: TestDatabase) -> World {
    let world = sampled(database).await;
    world.platform.waves().advance("w", WaveState::Released).await.unwrap();
    let connection = world.database().connect().await;
    let backend = connection.get_database_backend();
    let query = Statement::from_string(backend, "SELECT content FROM release");
    let content: Vec<u8> = connection.query_one_raw(query).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    let mut content: Value = serde_json::from_slice(&content).unwrap();
    content["results"]["overall"]["items"][0]["top2"]["value"] = json!(0.125);
    let content = serde_json::to_vec(&content).unwrap();
    let values = [content.clone().into(), blake3::hash(&content).to_hex().to_string().into()];
    let change = "UPDATE release SET content = $1, content_hash = $2";
    connection.execute_raw(Statement::from_sql_and_values(backend, change, values)).await.unwrap();
    world.restarted().await
}

fn reason() -> CorrectionReason {
    CorrectionReason::from_pairs([("vi", "Chương trình tính sai"), ("en", "The program was mistaken")]).unwrap()
}

/// The share of everybody together, as a document of the API has it.
fn overall(document: &Value) -> f64 {
    let rows = document["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["unit"].is_null() && row["statistic"] == "top2").unwrap();
    row["estimate"].as_f64().unwrap()
}

async fn correct(world: &World) -> Result<(), String> {
    let wanted = world.platform.waves().want_correction("w", &reason()).await.map_err(|error| error.to_string())?;
    let finished = world.platform.jobs().finish(wanted, &|_| ()).await;
    finished.map(|job| assert_eq!(job.state, JobState::Done)).map_err(|error| error.to_string())
}

on_both_engines! {
    async fn a_correction_is_a_further_release_and_the_first_stays_readable(database: TestDatabase) {
        let world = mistaken(database).await;
        let before = world.get("/api/v1/waves/w/results").await.json();
        assert_eq!((overall(&before), &before["release"], &before["corrected_by"]), (0.125, &json!(1), &Value::Null));
        assert!(!world.get("/en/r/w").await.text.contains("Release 2"));
        correct(&world).await.unwrap();

        let corrected = world.get("/api/v1/waves/w/results").await.json();
        assert!(overall(&corrected) > 0.2, "{corrected}");
        assert_eq!((&corrected["release"], &corrected["corrected_by"]), (&json!(2), &Value::Null));
        let first = world.get("/api/v1/waves/w/results?release=1").await.json();
        assert_eq!((&first["rows"], &first["release"], &first["corrected_by"]), (&before["rows"], &json!(1), &json!(2)));

        for (path, told) in [
            ("/en/r/w", "The program was mistaken"),
            ("/en/r/w/D01", "/en/r/w/D01?release=1"),
            ("/en/r/w?release=1", "This is release 1"),
            ("/en/r/w?release=1", "/en/r/w/D01?release=1"),
            ("/en/r/w?release=1", "ranking?format=csv&amp;release=1"),
            ("/en/r/w/D01?release=1", "See the corrected results"),
            ("/vi/r/w", "Chương trình tính sai"),
            ("/cs/r/w", "<span lang=\"en\">The program was mistaken"),
        ] {
            let page = world.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(page.text.replace("&#38;", "&amp;").contains(told), "{path}: {told}\n{}", page.text);
        }
        let listed = world.get("/api/v1/waves/w/releases").await.json();
        let numbers: Vec<_> = listed["releases"].as_array().unwrap().iter().map(|of| of["number"].clone()).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(listed["releases"][1]["reason"]["en"], "The program was mistaken");
        assert!(world.get("/api/v1/waves/w/releases?format=csv").await.text.contains("Chương trình tính sai"));
    }

    async fn a_release_that_is_not_there_is_not_found_and_none_is_made_of_nothing(database: TestDatabase) {
        let world = mistaken(database).await;
        for path in ["/en/r/w?release=2", "/en/r/w/D01?release=0", "/api/v1/waves/w/ranking?release=-1"] {
            assert_eq!(world.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/en/r/w?release=x", "/api/v1/waves/w/ranking?release=1.5"] {
            assert_eq!(world.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
        }
        correct(&world).await.unwrap();
        let again = correct(&world).await.unwrap_err();
        assert!(again.contains("is what release 2 says, to the last digit"), "{again}");
        assert_eq!(world.get("/api/v1/waves/w/releases").await.json()["releases"].as_array().unwrap().len(), 2);
    }

    async fn only_what_was_released_is_corrected_and_for_one_reason_at_a_time(database: TestDatabase) {
        let world = closed(database).await;
        let refused = world.platform.waves().want_correction("w", &reason()).await.unwrap_err().to_string();
        assert!(refused.contains("the wave is closed; only what was released can be corrected"), "{refused}");
        assert_eq!(world.get("/api/v1/waves/w/releases").await.status, StatusCode::FORBIDDEN);
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let wanted = world.platform.waves().want_correction("w", &reason()).await.unwrap();
        assert_eq!(world.platform.waves().want_correction("w", &reason()).await.unwrap(), wanted, "the same is one");
        let other = CorrectionReason::from_pairs([("vi", "Lý do khác")]).unwrap();
        let refused = world.platform.waves().want_correction("w", &other).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("job {wanted} is correcting it for another reason")), "{refused}");
    }

    async fn a_correction_that_was_cut_off_is_made_once_by_another_server(database: TestDatabase) {
        let world = mistaken(database).await;
        let (waves, store) = (world.platform.waves(), world.platform.store());
        let wanted = waves.want_correction("w", &reason()).await.unwrap();
        let lost = begin_and_fall_silent(store, wanted).await;
        let job = another(&world).await.jobs().finish(wanted, &|_| ()).await.unwrap();
        assert_eq!((job.state, job.tries), (JobState::Done, 2));
        // Whoever comes back late has made nothing.
        let late = store.keep_release(lost, WaveId(1), &KeptRelease { facts: ReleaseFacts { number: 3, ..nothing().facts }, ..nothing() }).await;
        assert!(matches!(late, Err(StorageError::JobTaken)), "{late:?}");
        let listed = world.restarted().await.get("/api/v1/waves/w/releases").await.json();
        assert_eq!(listed["releases"].as_array().unwrap().len(), 2);
    }

    async fn another_server_shows_a_correction_soon_and_what_it_knows_until_then(database: TestDatabase) {
        let world = mistaken(database).await;
        let other = platform_on(world.url()).await;
        let wave = other.waves().find("w").await.unwrap();
        let number = async || other.results().standings(&wave).await.unwrap().release.unwrap().facts().number;
        assert_eq!(number().await, 1);
        correct(&world).await.unwrap();
        let seen = tokio::time::timeout(Duration::from_mins(1), async {
            while number().await == 1 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        seen.await.expect("it looks for corrections now and then");
        assert_eq!(number().await, 2);
    }
}

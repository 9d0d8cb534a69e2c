//! That one copy of the database tells neither when a settled answer came, nor who wrote which words.
//!
//! The adversary knows in which order people came, has every row in the order in which the engine keeps it, PostgreSQL's numbers of
//! transactions, and every byte of SQLite's file. The test alone knows that minutes and words number the answers.

use std::collections::{HashMap, HashSet};

use axum::http::StatusCode;
use plumbline::secrets::KeyRing;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use uuid::Uuid;

use crate::support::kept::{KeptLine, lines_of};
use crate::support::{TestDatabase, World, on_both_engines, submission};
use crate::unlinkable::rank_correlation;

/// Answers to one unit: more than a sheaf has.
const ANSWERS: usize = 600;
/// Answers between two settlements.
const AT_ONCE: usize = 12;
/// The unit's answers while it has only one sheaf.
const FEW: usize = 204;

/// Submits the answers with these numbers, one after the other; each has its number as minutes and in its words.
async fn arrive(world: &World, numbers: std::ops::Range<usize>, rng: &mut ChaCha8Rng) {
    for number in numbers {
        let mut sent = submission(rng.random());
        sent["duration_minutes"] = json!(number);
        sent["answers"]["why"] = json!(format!("words {number}"));
        sent["answers"]["q01"] = json!(rng.random_range(1..=5));
        assert_eq!(world.submit(&sent).await.status, StatusCode::CREATED);
    }
}

/// What was written, as numbers, in the order in which it is kept, and the transaction that wrote it.
async fn words(database: &TestDatabase) -> Vec<(i64, String)> {
    let connection = database.connect().await;
    let (transaction, order) = match connection.get_database_backend() {
        DbBackend::Postgres => ("CAST(xmin AS TEXT)", "ORDER BY ctid"),
        _ => ("''", ""),
    };
    let query = format!("SELECT words, {transaction} FROM free_text {order}");
    let rows =
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), query)).await.unwrap();
    let number = |row: &sea_orm::QueryResult| {
        let (words, transaction): (String, String) = row.try_get_many_by_index().unwrap();
        (words.strip_prefix("words ").unwrap().parse().unwrap(), transaction)
    };
    rows.iter().map(number).collect()
}

fn numbers(lines: &[KeptLine]) -> Vec<i64> {
    lines.iter().map(|line| line.minutes().parse().unwrap()).collect()
}

/// The lines as somebody sorts them who believes that they came in the order of the transactions.
fn by_transaction(lines: &[KeptLine], rng: &mut ChaCha8Rng) -> Vec<KeptLine> {
    let mut sorted = lines.to_vec();
    sorted.shuffle(rng);
    sorted.sort_by_key(|line| line.transaction.parse::<u64>().unwrap_or_default());
    sorted
}

/// An order that says nothing is correlated with that of arrival by 1/√(n − 1) at random.
fn assert_no_order(numbers: &[i64], what: &str) {
    let (correlation, n) = (rank_correlation(numbers), numbers.len() as f64);
    assert!(correlation.abs() < 4.5 / (n - 1.0).sqrt(), "{what}: {correlation} of {n}");
}

/// Whoever puts the words beside the answers in this order is right once on average.
fn assert_unpaired(answers: &[i64], words: &[i64], what: &str) {
    let right = answers.iter().zip(words).filter(|(answer, word)| answer == word).count();
    assert!(right <= 6, "{what}: {right} of {} pairs are right", words.len());
}

on_both_engines! {
    async fn settled_answers_have_no_order_and_no_words_however_often_they_were_settled(database: TestDatabase) {
        let world = World::small(database).await;
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for first in (0..ANSWERS).step_by(AT_ONCE) {
            arrive(&world, first..first + AT_ONCE, &mut rng).await;
            assert!(world.platform.counts().settle().await.unwrap());
            if ![FEW, ANSWERS].contains(&(first + AT_ONCE)) {
                continue;
            }
            // While others come, whose answers are not settled yet.
            arrive(&world, 1_000 + first / 4..1_003 + first / 4, &mut rng).await;
            let settled = lines_of(world.database(), "sheaf").await;
            let settled: Vec<_> = settled.into_iter().filter(|line| line.minutes().len() < 4).collect();
            assert_eq!(settled.len(), first + AT_ONCE);
            assert_no_order(&numbers(&settled), "as they lie");
            let sorted = by_transaction(&settled, &mut rng);
            assert_no_order(&numbers(&sorted), "by transaction");
            let written: Vec<_> = words(world.database()).await.into_iter().filter(|(number, _)| *number < 1_000).collect();
            assert_eq!(written.len(), settled.len());
            let mut by_age = written.clone();
            by_age.sort_by_key(|(_, transaction)| transaction.parse::<u64>().unwrap_or_default());
            let [written, by_age] = [written, by_age].map(|words| words.into_iter().map(|(number, _)| number).collect::<Vec<_>>());
            for answers in [numbers(&settled), numbers(&sorted)] {
                assert_unpaired(&answers, &written, "as they lie");
                assert_unpaired(&answers, &by_age, "by transaction");
            }
        }
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (ANSWERS as u64 + 6, vec![]));
    }

    async fn neither_an_id_nor_the_number_of_a_form_leads_to_the_answer_with_all_keys(database: TestDatabase) {
        let world = World::small(database).await;
        let ids: Vec<u128> = (1..=20).collect();
        for id in &ids {
            let mut sent = submission(*id);
            sent["answers"]["why"] = json!("words");
            assert_eq!(world.submit(&sent).await.status, StatusCode::CREATED);
        }
        world.platform.counts().settle().await.unwrap();
        let connection = world.database().connect().await;
        let backend = connection.get_database_backend();
        let ask = async |query: &str| connection.query_all_raw(Statement::from_string(backend, query)).await.unwrap();
        let keys: String = ask("SELECT value FROM setting WHERE name = 'keys'").await[0].try_get_by_index(0).unwrap();
        let keys = KeyRing::from_text(&keys).unwrap();
        let mut kept: HashSet<Uuid> = HashSet::new();
        for row in ask("SELECT key FROM free_text").await {
            kept.insert(row.try_get_by_index(0).unwrap());
        }
        kept.extend(lines_of(world.database(), "sheaf").await.iter().map(|line| Uuid::parse_str(line.key()).unwrap()));
        assert_eq!(kept.len(), 2 * ids.len());
        // What can be derived with the keys that are kept.
        for id in ids.iter().map(|id| Uuid::from_u128(*id)) {
            assert!(!kept.contains(&keys.received_key("w", id)) && !kept.contains(&keys.row_key("w", id)));
        }
        let received: Vec<Uuid> =
            ask("SELECT key FROM received").await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let known = ids.iter().filter(|id| received.contains(&keys.received_key("w", Uuid::from_u128(**id)))).count();
        assert_eq!(known, ids.len(), "it is told that they answered, and no more");
    }

    async fn a_sum_of_one_answer_does_not_tell_when_that_came(database: TestDatabase) {
        let world = World::small(database).await;
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut villages: Vec<i64> = (0..60).collect();
        villages.shuffle(&mut rng);
        for some in villages.chunks(4) {
            for village in some {
                let mut sent = submission(rng.random());
                sent["mode"] = json!("paper");
                sent["design"] = json!({"psu": format!("v{village:02}")});
                assert_eq!(world.submit_as_collector("w", &sent).await.status, StatusCode::CREATED);
            }
            world.platform.counts().settle().await.unwrap();
        }
        let connection = world.database().connect().await;
        let (transaction, order) = match connection.get_database_backend() {
            DbBackend::Postgres => ("CAST(xmin AS TEXT)", "ORDER BY ctid"),
            _ => ("''", ""),
        };
        let query = format!("SELECT psu, {transaction} FROM tally {order}");
        let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), query)).await.unwrap();
        let rows: Vec<(String, String)> = rows.iter().map(|row| row.try_get_many_by_index().unwrap()).collect();
        let transactions: HashSet<&str> = rows.iter().map(|(_, transaction)| transaction.as_str()).collect();
        assert_eq!((rows.len(), transactions.len()), (60, 1));
        let came: HashMap<String, i64> = (0..).zip(&villages).map(|(at, village)| (format!("v{village:02}"), at)).collect();
        assert_no_order(&rows.iter().map(|(psu, _)| came[psu]).collect::<Vec<_>>(), "as they lie");
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (60, vec![]));
    }

    async fn nothing_of_the_inbox_is_left_in_the_files_of_the_engine(database: TestDatabase) {
        let world = World::small(database).await;
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for first in (0..120).step_by(AT_ONCE) {
            arrive(&world, first..first + AT_ONCE, &mut rng).await;
            world.platform.counts().settle().await.unwrap();
        }
        while !world.platform.store().forget_traces().await.unwrap() {}
        assert_eq!(lines_of(world.database(), "inbox").await.len(), 0);
        let settled = lines_of(world.database(), "sheaf").await;
        if let Some(path) = world.url().strip_prefix("sqlite://") {
            assert_eq!(std::fs::metadata(format!("{path}-wal")).map_or(0, |log| log.len()), 0, "the log is empty");
            let bytes = std::fs::read(path).unwrap();
            let keys: HashSet<&[u8]> = settled.iter().map(|line| line.key().as_bytes()).collect();
            let places = bytes.windows(32).filter(|window| keys.contains(window)).count();
            assert_eq!((keys.len(), places), (120, 120), "each answer is in one place of the file");
            return;
        }
        if world.database().is_spread() {
            return;
        }
        // The dead rows of the inbox, and of sheaves as they were before.
        let connection = world.database().connect().await;
        connection.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pageinspect").await.unwrap();
        for table in ["inbox", "sheaf", "invitation", "tally", "product"] {
            let items = format!(
                "SELECT COUNT(*) FILTER (WHERE t_xmin IS NOT NULL), (SELECT COUNT(*) FROM {table}) \
                 FROM generate_series(0, pg_relation_size('{table}') / 8192 - 1) AS page, \
                 heap_page_items(get_raw_page('{table}', CAST(page AS INTEGER)))"
            );
            let count = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, items)).await.unwrap().unwrap();
            let (rows, live): (i64, i64) = count.try_get_many_by_index().unwrap();
            assert_eq!(rows, live, "{table}");
        }
    }
}

//! That nobody can tell which answer was given with which code.
//!
//! The adversary of these tests has more than the database shows: the list of all codes in the order in which they were
//! printed, the secret that turns codes into hashes, every row of every table before the first answer and after the last,
//! in the order in which the engine stores them, on PostgreSQL with the numbers of transactions and the raw pages, on
//! SQLite with every byte of the files, and everything that the server logs. He does not watch the database in between, and
//! has no record of PostgreSQL's own log.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;

use axum::http::StatusCode;
use plumbline::accounts::Actor;
use plumbline::pipeline::InvitationCard;
use plumbline::validation::Submission;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::fixture::{WAVE, today};
use crate::support::http::{Connection, post};
use crate::support::invitations::{draw, invited};
use crate::support::kept::{KeptLine, lines_of};
use crate::support::process::{Server, plumbline, run};
use crate::support::{TestDatabase, World, on_both_engines};

/// People of a village, all of whom are invited.
const PEOPLE: usize = 40;
/// Answers that arrive at the same time, so that some share a transaction and some do not.
const AT_ONCE: usize = 7;

/// A row as the adversary finds it.
struct Seen {
    /// Its key, as hexadecimal digits.
    key: String,
    /// Unit, stratum, sampling unit and weight.
    place: String,
    /// In which minutes the answer was given: the test alone knows that they number the answers.
    number: i64,
    /// The transaction that wrote it.
    transaction: String,
}

/// The codes that are not spent, in the order in which they are stored.
async fn codes(connection: &DatabaseConnection) -> Vec<Seen> {
    let is_server = connection.get_database_backend() == DbBackend::Postgres;
    let (transaction, order) = if is_server { ("CAST(xmin AS TEXT)", "ORDER BY ctid") } else { ("''", "") };
    let hex = if is_server { "replace(CAST(hash AS TEXT), '-', '')" } else { "lower(hex(hash))" };
    let query = format!(
        "SELECT {hex}, unit_id || '/' || stratum || '/' || psu || '/' || weight, CAST(0 AS BIGINT), {transaction} \
         FROM invitation {order}"
    );
    let rows =
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), query)).await.unwrap();
    let seen = |row: &sea_orm::QueryResult| {
        let (key, place, number, transaction) = row.try_get_many_by_index().unwrap();
        Seen { key, place, number, transaction }
    };
    rows.iter().map(seen).collect()
}

/// The answers that are settled, in the order in which they are stored.
async fn settled(database: &TestDatabase) -> Vec<Seen> {
    let seen = |kept: &KeptLine| Seen {
        key: kept.key().to_owned(),
        place: [kept.unit.to_string().as_str(), kept.stratum(), kept.psu(), kept.weight()].join("/"),
        number: kept.minutes().parse().unwrap(),
        transaction: kept.transaction.clone(),
    };
    lines_of(database, "sheaf").await.iter().map(seen).collect()
}

/// How many of `guesses` are right, and how many chance gives on average, where each place has as many codes as answers.
fn hits(codes: &[(String, i64)], answers: &[(String, i64)]) -> (usize, usize) {
    let mut of_place: BTreeMap<&str, (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for (place, number) in codes {
        of_place.entry(place).or_default().0.push(*number);
    }
    for (place, number) in answers {
        of_place.entry(place).or_default().1.push(*number);
    }
    let right = of_place.values().map(|(codes, answers)| {
        assert_eq!(codes.len(), answers.len(), "an answer has the place of its code");
        codes.iter().zip(answers).filter(|(code, answer)| code == answer).count()
    });
    // A random pairing has one right pair on average, however many there are.
    (right.sum(), of_place.len())
}

/// Two lists whose orders have nothing to do with each other are correlated by 1/√(n − 1) at random.
pub(crate) fn rank_correlation(numbers: &[i64]) -> f64 {
    let n = numbers.len() as f64;
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by_key(|at| numbers[*at]);
    let squares: f64 = order.iter().enumerate().map(|(rank, at)| (rank as f64 - *at as f64).powi(2)).sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

on_both_engines! {
    async fn whoever_has_both_tables_links_no_better_than_chance(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, PEOPLE, 0).await;
        let connection = world.database().connect().await;
        let before = codes(&connection).await;
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut order: Vec<usize> = (0..cards.len()).collect();
        order.shuffle(&mut rng);
        let answering = &order[..cards.len() / 2];
        let mut numbers: HashMap<String, i64> = HashMap::new();
        for (turn, group) in answering.chunks(AT_ONCE).enumerate() {
            let mut waiting = JoinSet::new();
            for (within, at) in group.iter().enumerate() {
                let number = i64::try_from(turn * AT_ONCE + within).unwrap();
                numbers.insert(cards[*at].code.clone(), number);
                let mut submission = invited(rng.random(), &cards[*at]);
                submission["duration_minutes"] = json!(number);
                let (platform, wave) = (world.platform.clone(), world.platform.waves().find("w").await.unwrap());
                waiting.spawn(async move {
                    let submission = Submission::from_json(&submission, &wave);
                    platform.acting_for(Actor::Anonymous).intake().submit(&wave, submission).await.unwrap()
                });
            }
            waiting.join_all().await;
        }
        world.platform.counts().settle().await.unwrap();
        while !world.platform.store().forget_traces().await.unwrap() {}
        let after = codes(&connection).await;
        let answers = settled(world.database()).await;
        assert_eq!((answers.len(), before.len() - after.len()), (answering.len(), answering.len()));

        // The adversary knows which codes are gone, and turns each printed code into its hash.
        let left: Vec<&str> = after.iter().map(|row| row.key.as_str()).collect();
        let hash_of: HashMap<String, &InvitationCard> = hashes(&connection, &cards).await;
        let gone: Vec<&Seen> = before.iter().filter(|row| !left.contains(&row.key.as_str())).collect();
        let number_of = |row: &&Seen| (row.place.clone(), numbers[&hash_of[&row.key].code]);
        let by_storage: Vec<_> = gone.iter().map(number_of).collect();
        let mut by_hash = gone.clone();
        by_hash.sort_by(|a, b| a.key.cmp(&b.key));
        let by_hash: Vec<_> = by_hash.iter().map(number_of).collect();
        let place_of: HashMap<&str, &str> = gone.iter().map(|row| (hash_of[&row.key].code.as_str(), row.place.as_str())).collect();
        let printed = cards.iter().filter_map(|card| Some((place_of.get(card.code.as_str())?.to_string(), numbers[&card.code])));
        let by_print: Vec<_> = printed.collect();
        let in_storage: Vec<_> = answers.iter().map(|row| (row.place.clone(), row.number)).collect();
        let mut by_key: Vec<&Seen> = answers.iter().collect();
        by_key.sort_by(|a, b| a.key.cmp(&b.key));
        let by_key: Vec<_> = by_key.iter().map(|row| (row.place.clone(), row.number)).collect();
        for codes in [&by_storage, &by_hash, &by_print] {
            for answers in [&in_storage, &by_key] {
                let (right, expected) = hits(codes, answers);
                // Right pairs are Poisson distributed; five standard deviations more would be a link.
                assert!((right as f64) < expected as f64 + 5.0 * (expected as f64).sqrt(), "{right} of {expected}");
            }
            // The order of codes says nothing of the order of answers.
            let order: Vec<i64> = codes.iter().map(|(_, number)| *number).collect();
            let correlation = rank_correlation(&order);
            assert!(correlation.abs() < 4.5 / (order.len() as f64 - 1.0).sqrt(), "{correlation}");
        }
        if world.database().is_spread() {
            return no_traces_on_servers(&connection, &answers).await;
        }
        no_traces(&connection, world.url(), &gone, &answers).await;
    }
}

/// The hash of each printed code, by way of the installation's key, which is in the database.
async fn hashes<'c>(
    connection: &DatabaseConnection,
    cards: &'c [InvitationCard],
) -> HashMap<String, &'c InvitationCard> {
    let query = "SELECT value FROM setting WHERE name = 'keys'";
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), query)).await.unwrap();
    let keys: String = row.unwrap().try_get_by_index(0).unwrap();
    let key = keys.lines().find_map(|line| line.strip_prefix("invitations-1=")).unwrap();
    let key = *blake3::Hash::from_hex(key).unwrap().as_bytes();
    let hash = |card: &InvitationCard| {
        let digits = card.code.chars().filter(|c| *c != '-').take(23);
        let number = digits.fold(0_u128, |number, digit| {
            number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(digit).unwrap() as u128
        });
        let mut hasher = blake3::Hasher::new_keyed(&key);
        for part in [&b"invitation"[..], b"w", &number.to_le_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid().simple().to_string()
    };
    cards.iter().map(|card| (hash(card), card)).collect()
}

/// Nothing in the engine's files ties a spent code to a transaction.
async fn no_traces(connection: &DatabaseConnection, url: &str, gone: &[&Seen], answers: &[Seen]) {
    if let Some(path) = url.strip_prefix("sqlite://") {
        assert_eq!(std::fs::metadata(format!("{path}-wal")).map_or(0, |log| log.len()), 0, "the log is empty");
        let mut bytes = Vec::new();
        std::fs::File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
        let spent: Vec<[u8; 16]> = gone.iter().map(|row| *Uuid::parse_str(&row.key).unwrap().as_bytes()).collect();
        let left = spent.iter().filter(|hash| bytes.windows(16).any(|window| window == &hash[..])).count();
        let freed = Statement::from_string(DbBackend::Sqlite, "PRAGMA freelist_count");
        let freed: i64 = connection.query_one_raw(freed).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        // Pages that were given up whole are not overwritten; they tell of no transaction.
        assert!(left == 0 || freed > 0, "{left} of {} spent codes are still in the file", spent.len());
        return;
    }
    connection.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pageinspect").await.unwrap();
    let items = "SELECT CAST(t_xmax AS TEXT) FROM generate_series(0, pg_relation_size('invitation') / 8192 - 1) AS page, \
                 heap_page_items(get_raw_page('invitation', CAST(page AS INTEGER))) WHERE t_xmax IS NOT NULL";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Postgres, items)).await.unwrap();
    let transactions: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert!(!transactions.is_empty(), "codes are left");
    assert!(answers.iter().all(|answer| !transactions.contains(&answer.transaction)));
}

/// The same for a table whose parts lie on several servers, each with its own numbers of transactions: no row of any says that it was
/// deleted.
async fn no_traces_on_servers(connection: &DatabaseConnection, answers: &[Seen]) {
    connection.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pageinspect").await.unwrap();
    let items = "SELECT result FROM run_command_on_placements('invitation', $$SELECT count(*) || '/' || \
                 count(*) FILTER (WHERE CAST(CAST(t_xmax AS TEXT) AS BIGINT) > 0) \
                 FROM generate_series(0, pg_relation_size('%1$s') / 8192 - 1) AS page, \
                 heap_page_items(get_raw_page('%1$s', CAST(page AS INTEGER))) WHERE t_xmax IS NOT NULL$$)";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Postgres, items)).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let numbers =
        |said: &String| said.split_once('/').map(|(rows, gone)| (rows.parse().unwrap(), gone.parse().unwrap()));
    let found: Vec<(u64, u64)> = found.iter().map(|said| numbers(said).unwrap()).collect();
    assert!(found.iter().map(|(rows, _)| rows).sum::<u64>() > 0, "codes are left");
    assert_eq!(found.iter().map(|(_, gone)| gone).sum::<u64>(), 0, "beside {} answers", answers.len());
}

#[test]
fn the_log_has_neither_code_nor_id_nor_receipt() {
    crate::support::Engine::Sqlite.run(module_path!(), async |database| {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
        crate::support::process::prepare(database.url(), today());
        std::fs::write(path("frame.csv"), "u,v,n\n080,a,60\n080,b,60\n082,c,60\n082,d,60\n").unwrap();
        let sample = "seed = 1\nunit = \"u\"\n[people]\ntake = 6\nsize = \"n\"\n[[stage]]\ncolumn = \"v\"\ntake = 1\nmethod = \"equal\"\n";
        std::fs::write(path("sample.toml"), sample).unwrap();
        let (frame, design, output) = (path("frame.csv"), path("sample.toml"), path("sheets"));
        let arguments = ["invite", "draw", "--wave", WAVE, "--frame", &frame, "--sample", &design, "--base-url", "https://a.example", "--output", &output];
        let told = run(database.url(), &arguments);
        assert!(told.contains("Draw 1 of test-wave") && told.contains("sheets"), "{told}");
        let refused = plumbline(database.url(), &arguments).output().unwrap();
        assert!(String::from_utf8_lossy(&refused.stderr).contains("is there already"));
        let codes = std::fs::read_to_string(path("sheets/codes.csv")).unwrap();
        let codes: Vec<&str> = codes.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(codes.len(), 12);
        let log = path("log");
        let mut command = plumbline(database.url(), crate::support::process::SERVE);
        command.env("PLUMBLINE_LOG_LEVEL", "trace").stderr(std::fs::File::create(&log).unwrap());
        let server = Server::spawn(&mut command);
        let mut connection = Connection::open(server.address).await.unwrap();
        let mut said = codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let of_units = codes[..5].iter().map(|code| (code, "080")).chain(codes[6..].iter().map(|code| (code, "082")));
        for (number, (code, unit)) in (1..).zip(of_units) {
            let id = Uuid::from_u128(0x1234_5678_9abc_4ef0_8234_0000_0000_0000 + number);
            let request = answer(code, id, unit);
            let (status, body) = connection.send(&request).await.unwrap();
            assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
            let (status, _) = connection.send(&code_typed(code)).await.unwrap();
            assert_eq!(StatusCode::from_u16(status).unwrap(), StatusCode::FORBIDDEN);
            said.push(id.to_string());
            said.push(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["receipt"].as_str().unwrap().to_owned());
        }
        // What is logged of a failure tells no code either.
        database.connect().await.execute_unprepared("ALTER TABLE invitation RENAME TO gone").await.unwrap();
        let (status, _) = connection.send(&answer(codes[5], Uuid::from_u128(7), "080")).await.unwrap();
        assert_eq!(status, 503);
        server.kill();
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(log.contains("submissions could not be kept"), "{log}");
        for said in said {
            assert!(!log.contains(&said) && !log.contains(&said.replace('-', "")), "{said}: {log}");
        }
    });
}

fn answer(code: &str, id: Uuid, unit: &str) -> Vec<u8> {
    let mut submission = crate::support::fixture::submission(id, today());
    submission["unit"] = json!(unit);
    submission["code"] = json!(code);
    post(&format!("/api/v1/waves/{WAVE}/responses"), &submission.to_string())
}

fn code_typed(code: &str) -> Vec<u8> {
    let body = format!("code={code}");
    let length = body.len();
    let kind = "application/x-www-form-urlencoded";
    format!("POST /en/i/{WAVE} HTTP/1.1\r\nhost: a\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

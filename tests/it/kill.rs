//! What was acknowledged survives `kill -9`: none lost, none doubled, and the tallies equal a recount.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use plumbline::pipeline::PlatformLimits;
use plumbline::survey::WaveState;
use plumbline::validation::Submission;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::fixture::{WAVE, submission, today};
use crate::support::http::{Connection, post};
use crate::support::process::{Server, plumbline, prepare, run};
use crate::support::{TestDatabase, on_both_engines, platform_under};

/// How many rounds are killed; `cargo test` takes a few, `.ci/run` hundreds.
const ROUNDS: &str = "PLUMBLINE_KILL_ROUNDS";
/// Rounds where nothing is said.
const ROUNDS_DEFAULT: usize = 5;
/// Connections that submit at the same time.
const CLIENTS: usize = 16;
/// The longest time that a server is left alive after its first acknowledgement.
const ALIVE_MS_MAX: u64 = 250;
/// A server that has acknowledged nothing by then is broken, not slow.
const FIRST_WITHIN: Duration = Duration::from_mins(1);

/// What became of the submissions of a round.
#[derive(Debug, Default)]
struct Sent {
    /// Acknowledged, with the body of the acknowledgement.
    acknowledged: HashMap<Uuid, Vec<u8>>,
    /// Sent, and the connection broke before an answer came.
    unanswered: Vec<Uuid>,
}

on_both_engines! {
    async fn an_acknowledged_answer_survives_kill_9(database: TestDatabase) {
        let (rounds, today) = (rounds(), today());
        let url = database.url();
        prepare(url, today);
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let mut kept = 0;
        for round in 0..rounds {
            let alive = Duration::from_millis(rng.random_range(1..=ALIVE_MS_MAX));
            let sent = submit_until_killed(Server::start(url), alive, today, &mut rng).await;
            let server = Server::start(url);
            check_again(server.address, &sent, today, round).await;
            server.kill();
            kept += sent.acknowledged.len() + sent.unanswered.len();
        }
        assert_eq!(count(&database).await, kept, "every id that was sent is kept once");
        let verdict = run(url, &["doctor"]);
        assert!(verdict.contains(&format!("{kept} responses recounted")), "{verdict}");
    }
}

/// The longest time that a command at a job is left alive: it takes about as long.
const AT_WORK_MS_MAX: u64 = 150;
/// A silence that the test can wait for.
const SILENCE: Duration = Duration::from_millis(200);
/// Answers of the wave at which jobs work.
const ANSWERS: u64 = 200;

on_both_engines! {
    async fn a_job_that_is_cut_off_anywhere_is_finished_by_another_server_to_the_same_end(database: TestDatabase) {
        let (url, day) = (database.url(), "2024-11-20".parse().unwrap());
        prepare(url, day);
        let another = async || {
            platform_under(url, PlatformLimits { job_silence: SILENCE, ..PlatformLimits::default() }).await
        };
        let server = another().await;
        let wave = server.waves().find(WAVE).await.unwrap();
        for id in 1..=ANSWERS {
            let sent = submission(Uuid::from_u128(id.into()), day);
            server.intake().submit(&wave, Submission::from_json(&sent, &wave)).await.unwrap();
        }
        server.waves().advance(WAVE, WaveState::Closed).await.unwrap();
        server.shut_down().await.unwrap();
        let connection = database.connect().await;
        let mut rng = ChaCha8Rng::seed_from_u64(10);
        let mut contents = HashSet::new();
        for round in 0..rounds() {
            let alive = Duration::from_millis(rng.random_range(0..=AT_WORK_MS_MAX));
            if round % 2 == 0 {
                let other = another().await;
                let id = other.waves().want_release(WAVE).await.unwrap();
                kill_after(plumbline(url, &["job", "watch", &id.to_string()]), alive).await;
                let job = other.jobs().finish(id, &|_| ()).await.unwrap();
                assert!(job.tries <= 2, "round {round}: {job:?}");
                contents.insert(text(&connection, "SELECT content_hash FROM release").await);
                connection.execute_unprepared("DELETE FROM release").await.unwrap();
                connection.execute_unprepared("UPDATE wave SET state = 'closed'").await.unwrap();
                other.shut_down().await.unwrap();
            } else {
                connection.execute_unprepared("INSERT INTO recount_due (wave_id) SELECT id FROM wave").await.unwrap();
                connection.execute_unprepared("DELETE FROM tally").await.unwrap();
                kill_after(plumbline(url, &["wave", "list"]), alive).await;
                let other = another().await;
                let checkup = other.doctor().check_up().await.unwrap();
                assert_eq!((checkup.responses, checkup.mismatches), (ANSWERS, vec![]), "round {round}");
                other.shut_down().await.unwrap();
            }
        }
        assert_eq!(contents.len(), 1, "each release says the same to the last byte");
    }
}

async fn kill_after(mut command: Command, alive: Duration) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary can be started");
    tokio::time::sleep(alive).await;
    drop(child.kill());
    child.wait().expect("it has ended");
}

async fn text(connection: &DatabaseConnection, query: &str) -> String {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    connection.query_one_raw(statement).await.unwrap().expect("there is a row").try_get_by_index(0).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the rounds are chosen where the tests are started")]
fn rounds() -> usize {
    std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS_DEFAULT)
}

fn request(id: Uuid, today: NaiveDate) -> Vec<u8> {
    post(&format!("/api/v1/waves/{WAVE}/responses"), &submission(id, today).to_string())
}

/// Lets all clients submit for as long as the server is alive.
async fn submit_until_killed(server: Server, alive: Duration, today: NaiveDate, rng: &mut ChaCha8Rng) -> Sent {
    let acknowledged = Arc::new(Notify::new());
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (address, rng, acknowledged) = (server.address, ChaCha8Rng::from_rng(rng), Arc::clone(&acknowledged));
        clients.spawn(submit_until_broken(address, today, rng, acknowledged));
    }
    let first = tokio::time::timeout(FIRST_WITHIN, acknowledged.notified()).await;
    assert!(first.is_ok(), "nothing was acknowledged within {FIRST_WITHIN:?}");
    tokio::time::sleep(alive).await;
    tokio::task::spawn_blocking(|| server.kill()).await.expect("killing does not panic");
    let mut all = Sent::default();
    for sent in clients.join_all().await {
        all.acknowledged.extend(sent.acknowledged);
        all.unanswered.extend(sent.unanswered);
    }
    all
}

async fn submit_until_broken(
    address: SocketAddr,
    today: NaiveDate,
    mut rng: ChaCha8Rng,
    acknowledged: Arc<Notify>,
) -> Sent {
    let mut sent = Sent::default();
    let Ok(mut connection) = Connection::open(address).await else { return sent };
    loop {
        let id = uuid::Builder::from_random_bytes(rng.random()).into_uuid();
        let Ok((status, body)) = connection.send(&request(id, today)).await else {
            sent.unanswered.push(id);
            return sent;
        };
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
        sent.acknowledged.insert(id, body);
        acknowledged.notify_one();
    }
}

/// Repeats everything that was sent: the acknowledged must be known with the same receipt, the rest is kept now.
async fn check_again(address: SocketAddr, sent: &Sent, today: NaiveDate, round: usize) {
    let mut connection = Connection::open(address).await.expect("the restarted server takes connections");
    for (id, acknowledgement) in &sent.acknowledged {
        let (status, body) = connection.send(&request(*id, today)).await.expect("the restarted server answers");
        assert_eq!((status, &body), (200, acknowledgement), "round {round}: {id} was acknowledged and is not kept");
    }
    for id in &sent.unanswered {
        let (status, body) = connection.send(&request(*id, today)).await.expect("the restarted server answers");
        assert!([200, 201].contains(&status), "round {round}: {status} {}", String::from_utf8_lossy(&body));
    }
}

async fn count(database: &TestDatabase) -> usize {
    let connection = database.connect().await;
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM received");
    let row = connection.query_one_raw(statement).await.expect("responses can be counted").expect("a count is a row");
    let count: i64 = row.try_get_by_index(0).expect("a count is a number");
    usize::try_from(count).expect("a count is not negative")
}

//! The load: many connections, each sending the next submission when the last was answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::TestDatabase;
use crate::fixture::{WAVE, submission, today};
use crate::http::{Connection, post};
use crate::process::Server;

/// For how long the load runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(1);
/// Ticks of `/proc` in a second; Linux has told programs 100 on every machine for decades.
const TICKS_PER_SECOND: f64 = 100.0;

/// What was measured once.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Acknowledged submissions a second.
    pub(crate) per_second: f64,
    /// Seconds after the load until the tallies had caught up.
    pub(crate) catch_up_seconds: f64,
    /// The server's processor time for each acknowledged submission, tallying included, in microseconds.
    pub(crate) cpu_us: f64,
    /// The same of the database server's processes that serve this store, if there are any.
    pub(crate) engine_cpu_us: f64,
    /// Median time to an answer, in milliseconds.
    pub(crate) p50_ms: f64,
    /// 99th percentile of the time to an answer, in milliseconds.
    pub(crate) p99_ms: f64,
    /// The most memory that the server has used, in MiB.
    pub(crate) memory_mib: f64,
    /// Acknowledged submissions that are not kept.
    pub(crate) lost: i64,
}

/// Loads the server and measures it; `database` is where its tallies catch up.
pub(crate) async fn load(
    server: &Server,
    connections: usize,
    time: Duration,
    database: Option<&TestDatabase>,
) -> Measured {
    let warm = run(server.address, connections, WARM_UP, 0).await.len();
    catch_up(database).await;
    let cpu = || cpu_seconds(server.process()).expect("the server runs on Linux, until it is killed");
    let (cpu_before, engine_before) = (cpu(), engine_processes(database));
    let begin = Instant::now();
    let mut latencies = run(server.address, connections, time, 1).await;
    let loaded = begin.elapsed();
    let load_ended = Instant::now();
    catch_up(database).await;
    let caught_up = load_ended.elapsed();
    let cpu = cpu() - cpu_before;
    let engine_cpu: f64 =
        engine_before.iter().filter_map(|(process, before)| Some(cpu_seconds(*process)? - before)).sum();
    latencies.sort_unstable();
    let count = latencies.len();
    let kept = kept(database).await;
    let at = |percent: usize| latencies[(count - 1) * percent / 100].as_secs_f64() * 1e3;
    Measured {
        per_second: count as f64 / loaded.as_secs_f64(),
        catch_up_seconds: caught_up.as_secs_f64(),
        cpu_us: cpu / count as f64 * 1e6,
        engine_cpu_us: engine_cpu / count as f64 * 1e6,
        p50_ms: at(50),
        p99_ms: at(99),
        memory_mib: memory_mib(server.process(), "VmHWM:"),
        lost: kept.map_or(0, |kept| i64::try_from(warm + count).unwrap_or(i64::MAX) - kept),
    }
}

/// Submits over all connections for this long and returns the time that each answer took.
async fn run(address: SocketAddr, connections: usize, time: Duration, seed: u64) -> Vec<Duration> {
    let end = Instant::now() + time;
    let today = today();
    let mut clients = JoinSet::new();
    for client in 0..connections {
        let rng = ChaCha8Rng::seed_from_u64(seed << 32 | client as u64);
        clients.spawn(submit(address, end, today, rng));
    }
    clients.join_all().await.concat()
}

async fn submit(address: SocketAddr, end: Instant, today: NaiveDate, mut rng: ChaCha8Rng) -> Vec<Duration> {
    let mut request = Request::new(address, today, &mut rng).await;
    let mut latencies = Vec::new();
    while Instant::now() < end {
        let sent = Instant::now();
        request.send(&mut rng).await;
        latencies.push(sent.elapsed());
    }
    latencies
}

/// A request that is sent again and again, with another id each time.
pub(crate) struct Request {
    connection: Connection,
    bytes: Vec<u8>,
    id_at: usize,
}

impl Request {
    /// To the server at this address.
    pub(crate) async fn to(address: SocketAddr, rng: &mut ChaCha8Rng) -> Self {
        Self::new(address, today(), rng).await
    }

    async fn new(address: SocketAddr, today: NaiveDate, rng: &mut ChaCha8Rng) -> Self {
        let connection = Connection::open(address).await.expect("the server takes connections");
        let template = submission(Uuid::from_u128(rng.random()), today);
        let bytes = post(&format!("/api/v1/waves/{WAVE}/responses"), &template.to_string());
        let id = template["id"].as_str().expect("an id is text").as_bytes();
        let id_at = bytes.windows(id.len()).position(|window| window == id).expect("the request holds its id");
        Self { connection, bytes, id_at }
    }

    /// Sends a submission and waits for its acknowledgement.
    pub(crate) async fn send(&mut self, rng: &mut ChaCha8Rng) {
        let id = uuid::Builder::from_random_bytes(rng.random()).into_uuid();
        let place = self.id_at..self.id_at + uuid::fmt::Hyphenated::LENGTH;
        id.hyphenated().encode_lower(&mut self.bytes[place]);
        let (status, body) = self.connection.send(&self.bytes).await.expect("the server answers");
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    }
}

/// Returns when nothing waits to be added to the tallies.
async fn catch_up(database: Option<&TestDatabase>) {
    let Some(database) = database else { return };
    let connection = database.connect().await;
    while pending(&connection).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How many responses are kept.
pub(crate) async fn kept(database: Option<&TestDatabase>) -> Option<i64> {
    let connection = database?.connect().await;
    Some(count(&connection, "received").await)
}

/// A line of a process's status, in MiB: `VmRSS:` is its memory now, `VmHWM:` the most so far.
pub(crate) fn memory_mib(process: u32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let value =
        status.lines().find_map(|found| found.strip_prefix(line)?.split_whitespace().next()?.parse::<f64>().ok());
    value.map_or(f64::NAN, |kib| kib / 1024.0)
}

async fn pending(connection: &DatabaseConnection) -> i64 {
    count(connection, "inbox WHERE NOT is_counted").await
}

async fn count(connection: &DatabaseConnection, table: &str) -> i64 {
    let text = format!("SELECT COUNT(*) FROM {table}");
    let statement = Statement::from_string(connection.get_database_backend(), text);
    let row = connection.query_one_raw(statement).await.expect("rows can be counted").expect("a count is a row");
    row.try_get_by_index(0).expect("a count is a number")
}

/// PostgreSQL's processes for this store, each of which names its database in its title, with their processor time.
fn engine_processes(database: Option<&TestDatabase>) -> Vec<(u32, f64)> {
    let address = database.and_then(|database| database.url().strip_prefix("postgres://"));
    let Some((_, name)) = address.and_then(|address| address.split_once('/')) else { return Vec::new() };
    let processes = std::fs::read_dir("/proc").expect("the benchmark runs on Linux").flatten();
    let serves = |process: &u32| {
        let title = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        title.starts_with(b"postgres:") && String::from_utf8_lossy(&title).contains(&format!(" {name} "))
    };
    let processes = processes.filter_map(|process| process.file_name().to_str()?.parse().ok()).filter(serves);
    processes.filter_map(|process| Some((process, cpu_seconds(process)?))).collect()
}

/// The processor time that a process has used, in seconds; nothing once it is gone.
fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold blanks; user and system time are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(") ").expect("the name is in parentheses");
    let ticks: f64 = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Some(ticks / TICKS_PER_SECOND)
}

//! How long officers wait who look at the fieldwork again and again while answers come in, and whether intake waits for them.
//!
//! `cargo bench --bench officers [-- --answers 1000000 --officers 20 --per-second 100 --seconds 60]`: a server in a process of its own
//! on an invented wave of 100 units; answers come at a steady pace, first alone and then while each officer loads the page every five
//! seconds; the first look is measured apart. `--keep FOLDER` keeps the SQLite databases that were made, and takes those that are there.

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/database.rs"]
mod database;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/http.rs"]
mod http;
#[path = "../serving/making.rs"]
#[allow(dead_code, reason = "another benchmark uses all of it")]
mod making;

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/spread.rs"]
mod spread;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::pipeline::PlatformLimits;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use database::Engine;
use http::Connection;
use making::{Made, PSUS, start};

/// That of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often an officer loads the page.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// For one look.
const AT_ONCE: Duration = Duration::from_millis(1);
/// Connections that answers come in by.
const SENDERS: usize = 10;

/// Measures how long officers and senders of answers wait for each other.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many answers the wave has at the beginning.
    #[arg(long, default_value_t = 1_000_000)]
    answers: usize,
    /// How many units.
    #[arg(long, default_value_t = 100)]
    units: usize,
    /// How many officers look.
    #[arg(long, default_value_t = 20)]
    officers: usize,
    /// How many answers come a second.
    #[arg(long, default_value_t = 100)]
    per_second: usize,
    /// For how long, once without officers and once with them.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only this engine.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    engine: Option<String>,
    /// Only these weights.
    #[arg(long, value_parser = ["designed", "calibrated"])]
    weights: Option<String>,
    /// Where the SQLite databases are kept that were made.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Serves this database; the benchmark starts this process itself.
    #[arg(long, hide = true)]
    serve: Option<String>,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    if let Some(url) = &arguments.serve {
        return serve(url).await;
    }
    println!(
        "| engine | weights | answers | first look ms | officers' p50 ms | p99 | most | intake's p50 ms alone | p99 | with officers | p99 |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    let is_wanted = |asked: &Option<String>, name: &str| asked.as_deref().is_none_or(|asked| asked == name);
    for (engine, _) in [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")]
        .into_iter()
        .filter(|(_, name)| is_wanted(&arguments.engine, name))
    {
        for (is_calibrated, weights) in [(false, "designed"), (true, "calibrated")]
            .into_iter()
            .filter(|(_, name)| is_wanted(&arguments.weights, name))
        {
            match measure(engine, is_calibrated, &arguments).await {
                Ok(row) => println!("| {engine:?} | {weights} | {} | {row} |", arguments.answers),
                Err(error) => eprintln!("{engine:?} is left out: {error}"),
            }
        }
    }
}

/// The product on a free port, whose address and administrator's token are printed, until it is killed.
async fn serve(url: &str) {
    let platform = start(url, PlatformLimits::default()).await;
    let token = platform.administrators().renew_token([9; 16]).await.expect("the store can be written");
    let routes = router(&platform, SignIn::new().expect("random numbers"), true);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("{} {}", listener.local_addr().expect("a listener has an address"), token.reveal());
    axum::serve(listener, routes).await.expect("the server runs until it is killed");
}

struct Server {
    process: Child,
    address: SocketAddr,
    token: String,
}

impl Server {
    fn spawn(url: &str) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut process = Command::new(program)
            .args(["--serve", url])
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let mut line = String::new();
        let printed = process.stdout.take().expect("it prints");
        BufReader::new(printed).read_line(&mut line).expect("it prints a line");
        let (address, token) = line.trim().split_once(' ').expect("an address and a token");
        Self { process, address: address.parse().expect("an address"), token: token.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A request by the administrator.
fn request(token: &str, method: &str, path: &str, json: &str) -> Vec<u8> {
    let length = json.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
    .into_bytes()
}

/// The cells of the table after the number of answers.
async fn measure(engine: Engine, is_calibrated: bool, arguments: &Arguments) -> Result<String, String> {
    let database = engine.fresh_database().await.map_err(|error| error.to_string())?;
    let made = Made { units: arguments.units, is_calibrated, answers: arguments.answers };
    made.fill(&database, 0, arguments.keep.as_deref()).await;
    let server = Server::spawn(database.url());
    let time = Duration::from_secs(arguments.seconds);
    // The first look forms the sums, and is measured elsewhere.
    look(&server, 1, AT_ONCE).await;
    let alone = send(&server, arguments, time).await;
    let looking = async {
        // The first officer sees what came while nobody looked; the others come when it is there.
        let first = look(&server, 1, AT_ONCE).await;
        (first, look(&server, arguments.officers, time).await)
    };
    let (watched, (first, looks)) = tokio::join!(send(&server, arguments, time), looking);
    let at = |times: &[Duration], per_mille: usize| {
        format!("{:.0}", times[(times.len() - 1) * per_mille / 1_000].as_secs_f64() * 1e3)
    };
    let both = |times: &[Duration]| format!("{} | {}", at(times, 500), at(times, 990));
    let (first, looks) = (at(&first, 1_000), format!("{} | {}", both(&looks), at(&looks, 1_000)));
    Ok(format!("{first} | {looks} | {} | {}", both(&alone), both(&watched)))
}

/// Officers who load the fieldwork page every so often; how long each time took, sorted.
async fn look(server: &Server, officers: usize, time: Duration) -> Vec<Duration> {
    let request = request(&server.token, "GET", "/en/office/w", "");
    let pauses = (0..officers).map(|officer| LOOK_EVERY.mul_f64(officer as f64 / officers as f64));
    steadily(server.address, pauses.collect(), LOOK_EVERY, time, move |_| request.clone()).await
}

/// Answers at a steady pace; how long each took until it was acknowledged, sorted.
async fn send(server: &Server, arguments: &Arguments, time: Duration) -> Vec<Duration> {
    let every = Duration::from_secs_f64(SENDERS as f64 / arguments.per_second as f64);
    let pauses = (0..SENDERS).map(|sender| every.mul_f64(sender as f64 / SENDERS as f64)).collect();
    let (units, path) = (arguments.units, "/api/v1/waves/w/responses");
    let token = server.token.clone();
    let post = move |number: usize| request(&token, "POST", path, &answer(number, units).to_string());
    steadily(server.address, pauses, every, time, post).await
}

/// An answer to everything.
fn answer(number: usize, units: usize) -> Value {
    static SENT: AtomicU64 = AtomicU64::new(1);
    let id = Uuid::from_u64_pair(std::process::id().into(), SENT.fetch_add(1, Ordering::Relaxed));
    let unit = format!("D{:05}", number % units);
    let answers: serde_json::Map<String, Value> =
        (1..=22).map(|item| (format!("q{item:02}"), json!(1 + (number + item) % 5))).collect();
    json!({
        "id": id, "unit": unit, "mode": "interviewer", "language": "vi", "answered_on": "2024-11-20",
        "answers": answers, "respondent": {"sex": "F", "age_band": "30-44"},
        "design": {"stratum": unit, "psu": format!("{unit}V{}", number % PSUS)},
    })
}

/// A connection for each pause, by which requests go after that pause and then every so often; how long each took, sorted.
async fn steadily(
    address: SocketAddr,
    pauses: Vec<Duration>,
    every: Duration,
    time: Duration,
    request: impl Fn(usize) -> Vec<u8> + Clone + Send + Sync + 'static,
) -> Vec<Duration> {
    let begin = Instant::now();
    let mut clients = JoinSet::new();
    let step = pauses.len();
    for (client, pause) in pauses.into_iter().enumerate() {
        let request = request.clone();
        clients.spawn(async move {
            let mut connection = Connection::open(address).await.expect("the server takes connections");
            let mut times = Vec::new();
            let mut due = begin + pause;
            let mut number = client;
            loop {
                tokio::time::sleep_until(due.into()).await;
                let bytes = request(number);
                let (status, body) = connection.send(&bytes).await.expect("the server answers");
                assert!([200, 201].contains(&status), "{status}: {}", String::from_utf8_lossy(&body));
                // From when it was due: who waits behind a slow one waits, too.
                times.push(due.elapsed());
                (due, number) = (due + every, number + step);
                if due >= begin + time {
                    return times;
                }
            }
        });
    }
    let mut times = clients.join_all().await.concat();
    times.sort_unstable();
    times
}

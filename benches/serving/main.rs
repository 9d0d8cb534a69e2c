//! How long reading a wave takes after one more answer, and that it is the same for few answers and many.
//!
//! `cargo bench --bench serving [-- --answers 10000,1000000 --units 100]`: an invented wave of 22 items with 30 sampling units a unit,
//! with calibrated weights (unit, sex, age) and without, on each engine, all layers of the server included. Processor time of this
//! process, in milliseconds, medians of `--rounds`; what PostgreSQL takes beside it is not counted. A calibration has no margin of
//! more than 1,000 units. `warm`: nothing was committed since the page was read last.
//!
//! Memory is the most that a process held that did nothing but this (`VmHWM`): so
//! `--answers 1000000 --units 10000` says what a server of ten thousand units needs. `--engine sqlite --weights designed` leaves out the
//! rest.

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/database.rs"]
mod database;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/spread.rs"]
mod spread;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::Parser;
use http_body_util::BodyExt;
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::foundation::FixedClock;
use plumbline::pipeline::{KeySource, Platform, PlatformLimits, SyntheticWave};
use plumbline::storage::Store;
use plumbline::survey::WaveState;
use tower::ServiceExt;

use database::Engine;

/// That of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PSUS: usize = 30;
/// A calibration takes no more levels than twice as many.
const UNITS_OF_MARGIN_MAX: usize = 1_000;
const PAGES: [(&str, &str); 3] =
    [("ranking", "/en/r/w"), ("results", "/api/v1/waves/w/results"), ("fieldwork", "/en/office/w")];

/// Measures how long reading a wave takes after one more answer.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many answers the wave has, from few to many.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 1_000_000])]
    answers: Vec<usize>,
    /// How many units.
    #[arg(long, default_value_t = 100)]
    units: usize,
    /// Only this engine.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    engine: Option<String>,
    /// Only these weights.
    #[arg(long, value_parser = ["designed", "calibrated"])]
    weights: Option<String>,
    /// How often each page is read after one more answer.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Measures this database, and prints the cells of its row.
    #[arg(long, hide = true)]
    measure: Option<String>,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments = Arguments::parse();
    if let Some(url) = &arguments.measure {
        println!("{}", measure(url, arguments.rounds).await);
        return;
    }
    println!(
        "| engine | weights | answers | first read after a start | {} | {} | MiB while serving |",
        PAGES.map(|(name, _)| name).join(" | "),
        PAGES.map(|(name, _)| format!("{name}, warm")).join(" | ")
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    let is_wanted = |asked: &Option<String>, name: &str| asked.as_deref().is_none_or(|asked| asked == name);
    let engines = [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")];
    for (engine, _) in engines.into_iter().filter(|(_, name)| is_wanted(&arguments.engine, name)) {
        let weights = [(false, "designed"), (true, "calibrated")];
        for (calibrated, _) in weights.into_iter().filter(|(_, name)| is_wanted(&arguments.weights, name)) {
            let database = match engine.fresh_database().await {
                Ok(database) => database,
                Err(error) => {
                    eprintln!("{engine:?} is left out: {error}");
                    continue;
                }
            };
            prepare(database.url(), arguments.units, calibrated).await;
            let mut kept = 0;
            for answers in &arguments.answers {
                grow(database.url(), answers - kept).await;
                kept = *answers;
                let row = measure_alone(database.url(), arguments.rounds);
                let weights = if calibrated { "calibrated" } else { "as designed" };
                println!("| {engine:?} | {weights} | {answers} | {row} |");
            }
        }
    }
}

fn noon() -> DateTime<FixedOffset> {
    "2024-11-20T12:00:00+07:00".parse().expect("a moment")
}

async fn start(url: &str) -> Platform {
    let store = Store::connect(url).await.expect("the store can be opened");
    store.migrate().await.expect("the schema can be made");
    let limits = PlatformLimits { reader_patience: Duration::from_mins(1), ..PlatformLimits::default() };
    Platform::start(store, Arc::new(FixedClock(noon())), KeySource::Database { fresh: [7; 32] }, limits)
        .await
        .expect("the store is migrated")
}

async fn prepare(url: &str, units: usize, calibrated: bool) {
    let platform = start(url).await;
    let codes: Vec<String> = (0..units).map(|unit| format!("D{unit:05}")).collect();
    // A file of the register has at most 200,000 rows.
    for (number, codes) in codes.chunks(5_000).enumerate() {
        platform.register().import_units(register(codes, number == 0).as_bytes()).await.expect("the register is sound");
    }
    let quoted: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
    let mut plan = include_str!("plan.toml").replace("{codes}", &quoted.join(", "));
    if calibrated {
        plan += &calibration(&quoted);
    }
    // What a margin asks must be required.
    let mut asked = include_str!("../../src/survey/templates/sipas-2017.toml").to_owned();
    for question in ["sex", "age_band"] {
        let named = format!("code = {question:?}\n");
        asked = asked.replacen(&named, &format!("{named}required = true\n"), 1);
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("asked.toml"), asked).expect("a file can be written");
    platform.waves().create(&plan, folder.path()).await.expect("the plan is sound");
    platform.waves().advance("w", WaveState::Open).await.expect("the wave can be opened");
    platform.shut_down().await.expect("the store can be closed");
}

/// Districts with these codes, each with communes, which are the sampling units, and the province in the first file.
fn register(codes: &[String], is_first: bool) -> String {
    let header = "code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to";
    let mut rows = vec![header.to_owned()];
    rows.extend(is_first.then(|| "1,province,province,,T,P,,".to_owned()));
    for code in codes {
        rows.push(format!("{code},district,district,1,{code},{code},,"));
        rows.extend((0..PSUS).map(|psu| format!("{code}V{psu},commune,commune,{code},{code}V{psu},{code}V{psu},,")));
    }
    rows.join("\n")
}

/// 8,000 people in each unit, by sex and age as in no country.
fn calibration(units: &[String]) -> String {
    let level = |value: &str, people: usize| format!("{{ values = [{value}], people = {people} }}");
    let people = 8_000 * units.len();
    let shares = |values: &[(&str, usize)]| -> Vec<String> {
        values.iter().map(|(value, percent)| level(&format!("{value:?}"), people * percent / 100)).collect()
    };
    let of_units = ("unit", units.iter().map(|code| level(code, 8_000)).collect());
    let mut margins = vec![
        ("sex", shares(&[("F", 52), ("M", 48)])),
        ("age_band", shares(&[("18-29", 20), ("30-44", 35), ("45-59", 25), ("60+", 20)])),
    ];
    if units.len() <= UNITS_OF_MARGIN_MAX {
        margins.insert(0, of_units);
    }
    let margin = |(column, levels): (&str, Vec<String>)| {
        format!("[[calibration.margin]]\ncolumns = [{column:?}]\nlevels = [{}]\n", levels.join(", "))
    };
    let margins: Vec<String> = margins.into_iter().map(margin).collect();
    format!("\n[calibration]\nmethod = \"raking\"\n{}", margins.concat())
}

async fn grow(url: &str, answers: usize) {
    let platform = start(url).await;
    platform.synthetic().invent(&more(answers), |_| ()).await.expect("answers can be invented");
    platform.shut_down().await.expect("the store can be closed");
}

/// Other answers each time.
fn more(answers: usize) -> SyntheticWave {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    // Other ones than another process invented.
    let seed = (u64::from(std::process::id()) << 32) + COUNT.fetch_add(1, Ordering::Relaxed);
    let until = NaiveDate::from_ymd_opt(2024, 11, 20).expect("a day");
    SyntheticWave { wave: "w".to_owned(), answers, seed, until }
}

/// Measures in a process of its own, which holds what a server holds and not what it took to invent the answers.
fn measure_alone(url: &str, rounds: usize) -> String {
    let program = std::env::current_exe().expect("this program has a path");
    let rounds = rounds.to_string();
    let measured = std::process::Command::new(program).args(["--measure", url, "--rounds", &rounds]).output();
    let measured = measured.expect("this program can be started");
    assert!(measured.status.success(), "{}", String::from_utf8_lossy(&measured.stderr));
    String::from_utf8_lossy(&measured.stdout).trim().to_owned()
}

/// The cells of the table after the number of answers.
async fn measure(url: &str, rounds: usize) -> String {
    let platform = start(url).await;
    let routes = router(&platform, SignIn::new().expect("random numbers"), true);
    let token = platform.administrators().renew_token([9; 16]).await.expect("the store can be written");
    let token = token.reveal().to_owned();
    let (begin, started) = (processor_time(), Instant::now());
    read(&routes, PAGES[0].1, &token).await;
    let mut cells = vec![format!("{:.0} ({:.0} ms on the clock)", since(begin), started.elapsed().as_secs_f64() * 1e3)];
    for (_, page) in PAGES {
        let mut times = Vec::new();
        for _ in 0..rounds {
            platform.synthetic().invent(&more(1), |_| ()).await.expect("an answer can be invented");
            let begin = processor_time();
            read(&routes, page, &token).await;
            times.push(since(begin));
        }
        cells.push(format!("{:.1}", median(times)));
    }
    for (_, page) in PAGES {
        read(&routes, page, &token).await;
        let mut times = Vec::new();
        for _ in 0..rounds {
            let begin = processor_time();
            read(&routes, page, &token).await;
            times.push(since(begin));
        }
        cells.push(format!("{:.1}", median(times)));
    }
    platform.shut_down().await.expect("the store can be closed");
    cells.push(peak_mib());
    cells.join(" | ")
}

async fn read(routes: &Router, page: &str, token: &str) {
    let request = Request::get(page).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = routes.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    assert!(answer.status().is_success(), "{page}: {}", answer.status());
    answer.into_body().collect().await.expect("a body");
}

/// What this process has used so far, in seconds.
fn processor_time() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}

fn since(begin: f64) -> f64 {
    (processor_time() - begin) * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn peak_mib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map_or_else(String::new, |kib| format!("{:.0}", kib / 1024.0))
}

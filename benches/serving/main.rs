//! How long reading a wave takes after one more answer, and that it is the same for few answers and many.
//!
//! `cargo bench --bench serving [-- --answers 10000,1000000 --units 100]`: an invented wave of 22 items with 30 sampling units a unit,
//! with calibrated weights (unit, sex, age) and without, on each engine, all layers of the server included. Processor time of this
//! process in milliseconds, and in parentheses that by the clock, medians of `--rounds`; what PostgreSQL takes beside it is not
//! counted. A calibration has no margin of more than 1,000 units. `warm`: nothing was committed since the page was read last.
//! `released`: milliseconds of processor time of a page and a document that a browser of the public loads after the release,
//! of the most answers alone: a wave that is released takes no more.
//!
//! Memory is the most that a process held that did nothing but this (`VmHWM`): so
//! `--engine sqlite --weights designed --answers 1000000 --units 10000` says what a server of ten thousand units needs.
//!
//! `--keep FOLDER` keeps the SQLite databases that were made, and takes those that are there: to measure again takes seconds.

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/database.rs"]
mod database;
mod making;
mod measuring;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/spread.rs"]
mod spread;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;

use database::Engine;
use making::Made;
use measuring::{PAGES, measure};

/// That of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Where the SQLite databases are kept that were made.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Measures this database, and prints the cells of its row.
    #[arg(long, hide = true)]
    measure: Option<String>,
    /// Releases the wave at the end, which then takes no more answers.
    #[arg(long, hide = true)]
    release: bool,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments = Arguments::parse();
    if let Some(url) = &arguments.measure {
        println!("{}", measure(url, arguments.units, arguments.rounds, arguments.release).await);
        return;
    }
    println!(
        "| engine | weights | answers | first read after a start | {} | {} | MiB while serving | ranking, released | results, released |",
        PAGES.map(|(name, _)| name).join(" | "),
        PAGES.map(|(name, _)| format!("{name}, warm")).join(" | ")
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    let is_wanted = |asked: &Option<String>, name: &str| asked.as_deref().is_none_or(|asked| asked == name);
    let engines = [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")];
    for (engine, _) in engines.into_iter().filter(|(_, name)| is_wanted(&arguments.engine, name)) {
        let weights = [(false, "designed"), (true, "calibrated")];
        for (is_calibrated, _) in weights.into_iter().filter(|(_, name)| is_wanted(&arguments.weights, name)) {
            measure_growing(engine, is_calibrated, &arguments).await;
        }
    }
}

/// Measures a wave that grows.
async fn measure_growing(engine: Engine, is_calibrated: bool, arguments: &Arguments) {
    let database = match engine.fresh_database().await {
        Ok(database) => database,
        Err(error) => {
            eprintln!("{engine:?} is left out: {error}");
            return;
        }
    };
    let mut kept = 0;
    for answers in &arguments.answers {
        let made = Made { units: arguments.units, is_calibrated, answers: *answers };
        let started = Instant::now();
        made.fill(&database, kept, arguments.keep.as_deref()).await;
        eprintln!("{answers} answers were there after {:.0} s", started.elapsed().as_secs_f64());
        kept = *answers;
        let is_last = arguments.answers.last() == Some(answers);
        let row = measure_alone(database.url(), is_last, arguments);
        let weights = if is_calibrated { "calibrated" } else { "as designed" };
        println!("| {engine:?} | {weights} | {answers} | {row} |");
    }
}

/// Measures in a process of its own, which holds what a server holds and not what it took to invent the answers.
fn measure_alone(url: &str, is_last: bool, arguments: &Arguments) -> String {
    let program = std::env::current_exe().expect("this program has a path");
    let [rounds, units] = [arguments.rounds, arguments.units].map(|number| number.to_string());
    let measured = std::process::Command::new(program)
        .args(["--measure", url, "--rounds", &rounds, "--units", &units])
        .args(is_last.then_some("--release"))
        .output()
        .expect("this program can be started");
    assert!(measured.status.success(), "{}", String::from_utf8_lossy(&measured.stderr));
    String::from_utf8_lossy(&measured.stdout).trim().to_owned()
}

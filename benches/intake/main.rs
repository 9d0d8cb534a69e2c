//! How fast answers are taken in: without storage, durably in groups, and with one commit a request, side by side.
//!
//! Real servers, each a process of its own with a fresh store; this process is the load. Rounds are interleaved, so that
//! a busy minute of the machine falls on all of them, and medians are printed. `scripts/bench-intake` runs it.

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/database.rs"]
mod database;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/fixture.rs"]
mod fixture;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/http.rs"]
mod http;
mod load;
mod modes;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/process.rs"]
mod process;
mod report;
mod soak;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/it/support/spread.rs"]
mod spread;

use std::time::Duration;

use clap::Parser;
use tokio::runtime::Runtime;

use load::Measured;
use modes::Mode;

/// Measures how fast answers are taken in.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often each mode is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// For how long each time.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Connections that submit at the same time.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Instead of comparing, load each mode in groups at half of its rate for so many minutes and watch its memory.
    #[arg(long, value_name = "MINUTES")]
    soak: Option<u64>,
    /// Measure only the modes whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Serve without storage instead of measuring; the load starts this process itself.
    #[arg(long, hide = true)]
    serve_without_storage: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let runtime = Runtime::new().expect("a runtime can be made");
    if arguments.serve_without_storage {
        return runtime.block_on(modes::serve_without_storage());
    }
    if let Some(minutes) = arguments.soak {
        for mode in Mode::ALL
            .into_iter()
            .filter(|mode| matches!(mode, Mode::Grouped(_)) && mode.name().contains(&arguments.only))
        {
            runtime.block_on(soak::soak(mode, arguments.connections, minutes));
        }
        return;
    }
    let mut measured: Vec<(Mode, Vec<Measured>)> = Mode::ALL
        .into_iter()
        .filter(|mode| mode.name().contains(&arguments.only))
        .map(|mode| (mode, Vec::new()))
        .collect();
    for round in 1..=arguments.rounds {
        for (mode, results) in &mut measured {
            eprintln!("round {round} of {}: {}", arguments.rounds, mode.name());
            let one = modes::measure(*mode, arguments.connections, Duration::from_secs(arguments.seconds));
            results.extend(runtime.block_on(one));
        }
    }
    report::print(&measured);
}

//! How often rank sets hold with few sampling units: thousands of surveys in which the true places are known.
//!
//! `cargo run --release --example rank_coverage -- --surveys 2000 --seed 1` prints the tables of `docs/METHOD.md`.
//!
//! The sets of a survey hold when each of them contains every true place of its unit; units that are truly equal share all
//! their places, so a right set must allow each of these. `scenes.rs` draws estimates with their standard errors, `answers.rs`
//! draws people's answers and goes the whole way from answers to ranks. Beside what the product does stands what it did
//! before, normal critical values with standard errors taken as known.

#![expect(clippy::expect_used, reason = "an example that fails must say where")]

#[path = "rank_coverage/answers.rs"]
mod answers;
#[path = "rank_coverage/count.rs"]
mod count;
#[path = "rank_coverage/scenes.rs"]
mod scenes;

use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use count::Counts;

/// The confidence level throughout.
pub(crate) const LEVEL: f64 = 0.95;
/// Draws for each critical value; the surveys average its error out.
pub(crate) const DRAWS: usize = 10_000;

/// Measures how often rank sets hold.
#[derive(Debug, Parser)]
struct Arguments {
    /// Surveys of each row.
    #[arg(long, default_value_t = 1_000)]
    surveys: u64,
    /// The same seed gives the same tables.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() {
    let arguments = Arguments::parse();
    println!("Drawn estimates: in how many of 100 surveys all sets held, and how many ranks a set leaves open.\n");
    count::print_header("units × sampling units each");
    for scene in scenes::all() {
        count::print(&scene.name, &repeat(&arguments, |rng, survey| scene.survey(rng, survey)));
    }
    println!("\nFrom answers to ranks: {}.\n", answers::SURVEY);
    count::print_header("sampling units × people each");
    for villages in answers::ALL {
        count::print(&villages.name(), &repeat(&arguments, |rng, survey| villages.survey(rng, survey)));
    }
}

/// Repeats a survey on all processors. Each has a stream of its own, so the result does not depend on how many there are.
fn repeat(arguments: &Arguments, survey: impl Fn(&mut ChaCha8Rng, u64) -> Counts + Sync) -> Counts {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut counts = Counts::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= arguments.surveys {
                return counts;
            }
            let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
            rng.set_stream(1 + number);
            counts.add(&survey(&mut rng, number));
        }
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let parts = handles.into_iter().map(|handle| handle.join().expect("a survey does not panic"));
        parts.fold(Counts::default(), |mut sum, part| {
            sum.add(&part);
            sum
        })
    })
}

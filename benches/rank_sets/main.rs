//! How long rank sets take: `cargo bench --bench rank_sets [-- UNITS…]`; up to 10,000 units unless said otherwise.
//!
//! Invented estimates between 0.7 and 1 with independent standard errors of 0.005 to 0.03, then correlated ones. 100,000 draws on
//! all processors; memory is what the process held at most so far, the input included.

use std::process::ExitCode;
use std::time::Instant;

use plumbline::statistics::{Comparison, Covariance, JointIntervals, RankSetError, RankSets, Simulation, Steps};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many draws.
const DRAWS: usize = 100_000;
/// The most units whose correlated estimates, and whose marginal sets, are timed; the work grows with their square.
const SLOW_UNITS_MAX: usize = 300;

fn main() -> ExitCode {
    // Cargo passes `--bench`.
    let given: Result<Vec<usize>, _> =
        std::env::args().skip(1).filter(|word| word != "--bench").map(|n| n.parse()).collect();
    let outcome = match given {
        Ok(units) if units.is_empty() => [37, 100, 300, 1_000, 10_000].into_iter().try_for_each(time_units),
        Ok(units) => units.into_iter().try_for_each(time_units),
        Err(error) => {
            eprintln!("error: the arguments are numbers of units: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = outcome {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn time_units(units: usize) -> Result<(), RankSetError> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let estimates: Vec<f64> = (0..units).map(|_| random.random_range(0.7..1.0)).collect();
    let se: Vec<f64> = (0..units).map(|_| random.random_range(0.005..0.03)).collect();
    let comparison = Comparison::new(&estimates, Covariance::Independent(&se))?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let draws = Simulation { threads, ..Simulation::new(DRAWS, 1) };
    report(units, "holm", || comparison.holm(0.95))?;
    report(units, "kww", || comparison.joint_intervals(0.95, JointIntervals::Sidak))?;
    report(units, "simultaneous, independent", || comparison.simultaneous(0.95, &draws, Steps::Down))?;
    if units <= SLOW_UNITS_MAX {
        report(units, "marginal", || comparison.marginal(0.95, &draws, Steps::Down))?;
        let entry = |i: usize, j: usize| if i == j { se[i] * se[i] } else { 0.2 * se[i] * se[j] };
        let rows: Vec<Vec<f64>> = (0..units).map(|i| (0..units).map(|j| entry(i, j)).collect()).collect();
        let tied = Comparison::new(&estimates, Covariance::Full(&rows))?;
        report(units, "simultaneous, correlated", || tied.simultaneous(0.95, &draws, Steps::Down))?;
    }
    Ok(())
}

fn report<'a>(
    units: usize,
    what: &str,
    compute: impl FnOnce() -> Result<RankSets<'a>, RankSetError>,
) -> Result<(), RankSetError> {
    let start = Instant::now();
    let found = compute()?;
    let seconds = start.elapsed().as_secs_f64();
    let told_apart = found.decisions / 2;
    let steps = found.critical.len();
    let held = peak_memory().map_or(String::new(), |mebibytes| format!(", {mebibytes:.0} MiB held at most"));
    println!(
        "{units:>6} units, {what:<26} {seconds:>8.3} s, {told_apart:>9} pairs told apart, {steps} critical values{held}"
    );
    Ok(())
}

/// The most memory that this process has held, in MiB; only Linux tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
}

//! The table that is printed: medians over the rounds.

use crate::load::Measured;
use crate::modes::Mode;

/// Prints one line a mode.
pub(crate) fn print(measured: &[(Mode, Vec<Measured>)]) {
    let bare = measured.iter().find(|(mode, _)| *mode == Mode::WithoutStorage);
    let bare = bare.map_or(f64::NAN, |(_, results)| median(results, |one| one.per_second));
    println!(
        "| mode | requests/s | of no storage | p50 ms | p99 ms | CPU µs a response | and of PostgreSQL | tallies caught up after s | MiB | lost |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (mode, results) in measured.iter().filter(|(_, results)| !results.is_empty()) {
        let rate = median(results, |one| one.per_second);
        println!(
            "| {} | {rate:.0} | {:.2} | {:.1} | {:.1} | {:.0} | {:.0} | {:.2} | {:.0} | {} |",
            mode.name(),
            rate / bare,
            median(results, |one| one.p50_ms),
            median(results, |one| one.p99_ms),
            median(results, |one| one.cpu_us),
            median(results, |one| one.engine_cpu_us),
            median(results, |one| one.catch_up_seconds),
            median(results, |one| one.memory_mib),
            results.iter().map(|one| one.lost).sum::<i64>(),
        );
    }
}

/// The middle value, the lower one of two.
fn median(results: &[Measured], value: fn(&Measured) -> f64) -> f64 {
    let mut values: Vec<f64> = results.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

//! The soak: half of the rate that was measured, for many minutes, while the server's memory is watched.

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;

use crate::database::TestDatabase;
use crate::load::{Request, kept, load, memory_mib};
use crate::modes::{Mode, serve};
use crate::process::Server;

/// For how long the full rate is measured first.
const MEASURED_FOR: Duration = Duration::from_secs(10);
/// How often the memory is looked at.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Soaks one mode and prints its memory minute by minute.
pub(crate) async fn soak(mode: Mode, connections: usize, minutes: u64) {
    let Some((server, database)) = serve(mode).await else { return };
    let full = load(&server, connections, MEASURED_FOR, database.as_ref()).await.per_second;
    let before = kept(database.as_ref()).await;
    println!("{}: {full:.0} a second at full load, {:.0} from now on", mode.name(), full / 2.0);
    let acknowledged = paced(&server, connections, full / 2.0, minutes).await;
    let lost = lost(database.as_ref(), before, acknowledged).await;
    println!("{}: {acknowledged} acknowledged in {minutes} minutes, {lost} lost", mode.name());
}

async fn lost(database: Option<&TestDatabase>, before: Option<i64>, acknowledged: u64) -> i64 {
    match (before, kept(database).await) {
        (Some(before), Some(after)) => before + i64::try_from(acknowledged).unwrap_or(i64::MAX) - after,
        _ => 0,
    }
}

/// Submits at this rate over all connections. Returns how many were acknowledged.
async fn paced(server: &Server, connections: usize, per_second: f64, minutes: u64) -> u64 {
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let pause = Duration::from_secs_f64(connections as f64 / per_second);
    let mut clients = JoinSet::new();
    for client in 0..connections {
        let mut rng = ChaCha8Rng::seed_from_u64(2 << 32 | client as u64);
        let address = server.address;
        clients.spawn(async move {
            let mut request = Request::to(address, &mut rng).await;
            // So that not all begin at once.
            tokio::time::sleep(pause.mul_f64(rng.random())).await;
            let mut ticks = tokio::time::interval(pause);
            let mut acknowledged = 0;
            while Instant::now() < end {
                ticks.tick().await;
                request.send(&mut rng).await;
                acknowledged += 1;
            }
            acknowledged
        });
    }
    for minute in 1..=minutes {
        tokio::time::sleep(LOOK_EVERY).await;
        println!("  minute {minute}: {:.0} MiB", memory_mib(server.process(), "VmRSS:"));
    }
    clients.join_all().await.into_iter().sum()
}

//! Storage that fails under load: the server answers 503, comes back by itself, and loses nothing that it acknowledged.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::cluster::Clusters;
use crate::support::fixture::today;
use crate::support::load::{Load, assert_whole, lost, runtime};
use crate::support::process::{Server, prepare};
use crate::support::{Engine, or_skip};

#[test]
fn a_restart_and_a_failover_to_a_synchronous_standby_lose_nothing() {
    let Some(clusters) = or_skip("a failover", Clusters::new()) else { return };
    let primary = clusters.primary("a").unwrap();
    let standby = clusters.standby("b", &primary).unwrap();
    clusters.wait_for_standby(&primary).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres", primary.port, standby.port);
    let today = today();
    prepare(&url, today);
    let server = Server::start(&url);
    runtime().block_on(async {
        let load = Load::start(&[server.address], today);
        load.more(200).await;
        clusters.stop(&primary, "fast").unwrap();
        load.refusals(20).await;
        clusters.start(&primary).unwrap();
        load.more(200).await;
        clusters.stop(&primary, "immediate").unwrap();
        load.refusals(20).await;
        clusters.promote(&standby).unwrap();
        load.more(200).await;
        let acknowledged = load.finish().await;
        assert_eq!(lost(server.address, &acknowledged, today).await, 0);
        assert_whole(&format!("postgres://postgres@127.0.0.1:{}/postgres", standby.port), acknowledged.len()).await;
    });
}

#[test]
fn the_control_sees_what_an_asynchronous_standby_loses() {
    let Some(clusters) = or_skip("a failover that loses", Clusters::new()) else { return };
    let primary = clusters.primary("a").unwrap();
    let standby = clusters.standby("b", &primary).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres", primary.port, standby.port);
    let today = today();
    prepare(&url, today);
    let server = Server::start(&url);
    runtime().block_on(async {
        let load = Load::start(&[server.address], today);
        load.more(50).await;
        clusters.stop(&standby, "fast").unwrap();
        load.more(200).await;
        clusters.stop(&primary, "immediate").unwrap();
        load.refusals(1).await;
        clusters.start(&standby).unwrap();
        clusters.promote(&standby).unwrap();
        load.more(50).await;
        let acknowledged = load.finish().await;
        let lost = lost(server.address, &acknowledged, today).await;
        assert!(lost >= 100, "only {lost} of the answers were lost that the standby could not have");
    });
}

#[test]
fn one_of_two_servers_on_one_database_is_killed_and_nothing_is_lost() {
    Engine::Postgres.run(module_path!(), async |database| {
        let today = today();
        prepare(database.url(), today);
        let (first, second) = (Server::start(database.url()), Server::start(database.url()));
        let load = Load::start(&[first.address, second.address], today);
        load.more(300).await;
        first.kill();
        load.more(300).await;
        let acknowledged = load.finish().await;
        assert_eq!(lost(second.address, &acknowledged, today).await, 0);
        assert_whole(database.url(), acknowledged.len()).await;
    });
}

/// A small file system of its own; gone when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new() -> Result<Self, String> {
        let folder = TempDir::with_prefix("plumbline-disk-").map_err(|error| error.to_string())?;
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=40m", "tmpfs"]).arg(folder.path()).status();
        match mounted {
            Ok(status) if status.success() => Ok(Self(folder)),
            outcome => Err(format!("no file system can be mounted: {outcome:?}")),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).status());
    }
}

/// Takes whatever room there is, again and again: SQLite makes some by emptying its log.
async fn keep_full(ballast: &Path) {
    let mut ballast = File::create(ballast).unwrap();
    loop {
        while ballast.write_all(&[1; 4096]).is_ok() {}
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_full_disk_is_waited_out() {
    let Some(disk) = or_skip("a full disk", SmallDisk::new()) else { return };
    let url = format!("sqlite://{}", disk.0.path().join("plumbline.db").display());
    let today = today();
    prepare(&url, today);
    let server = Server::start(&url);
    runtime().block_on(async {
        let load = Load::start(&[server.address], today);
        load.more(100).await;
        let ballast = disk.0.path().join("ballast");
        tokio::select! {
            () = load.refusals(10) => {}
            () = keep_full(&ballast) => {}
        }
        std::fs::remove_file(&ballast).unwrap();
        load.more(100).await;
        let acknowledged = load.finish().await;
        assert_eq!(lost(server.address, &acknowledged, today).await, 0);
        assert_whole(&url, acknowledged.len()).await;
    });
}

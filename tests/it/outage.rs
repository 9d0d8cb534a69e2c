//! Storage that fails under load: the server answers 503, comes back by itself, and loses nothing that it acknowledged.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement};
use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::cluster::Clusters;
use crate::support::fixture::{WAVE, submission, today};
use crate::support::http::{Connection, post};
use crate::support::process::{Server, prepare, run};
use crate::support::{Engine, or_skip};

/// Clients that submit at the same time.
const CLIENTS: u128 = 8;
/// How long a client pauses after it was not answered well.
const PAUSE: Duration = Duration::from_millis(50);
/// What does not happen within this time does not happen.
const PATIENCE: Duration = Duration::from_secs(90);

fn request(id: Uuid, today: NaiveDate) -> Vec<u8> {
    post(&format!("/api/v1/waves/{WAVE}/responses"), &submission(id, today).to_string())
}

/// Clients that go on submitting, each id until it is acknowledged, whatever happens to the servers.
struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    clients: JoinSet<HashMap<Uuid, Vec<u8>>>,
}

impl Load {
    /// Each client takes turns with the servers when one does not answer.
    fn start(servers: &[SocketAddr], today: NaiveDate) -> Self {
        let (stop, acknowledged, refused) = (Arc::default(), Arc::default(), Arc::default());
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let counters = (Arc::clone(&stop), Arc::clone(&acknowledged), Arc::clone(&refused));
            clients.spawn(submit_until_stopped(servers.to_vec(), client, today, counters));
        }
        Self { stop, acknowledged, refused, clients }
    }

    /// Returns when so many more were acknowledged.
    async fn more(&self, count: usize) {
        let wanted = self.acknowledged.load(Ordering::Relaxed) + count;
        let waiting = async {
            while self.acknowledged.load(Ordering::Relaxed) < wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("answers are acknowledged");
    }

    /// Returns when so many more were refused as storage does not answer.
    async fn refusals(&self, count: usize) {
        let wanted = self.refused.load(Ordering::Relaxed) + count;
        let waiting = async {
            while self.refused.load(Ordering::Relaxed) < wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("answers are refused");
    }

    /// Everything that was acknowledged, with the body of the acknowledgement.
    async fn finish(self) -> HashMap<Uuid, Vec<u8>> {
        self.stop.store(true, Ordering::Relaxed);
        self.clients.join_all().await.into_iter().flatten().collect()
    }
}

async fn submit_until_stopped(
    servers: Vec<SocketAddr>,
    client: u128,
    today: NaiveDate,
    (stop, acknowledged, refused): (Arc<AtomicBool>, Arc<AtomicUsize>, Arc<AtomicUsize>),
) -> HashMap<Uuid, Vec<u8>> {
    let mut kept = HashMap::new();
    let mut turn = usize::try_from(client).unwrap();
    let mut connection: Option<Connection> = None;
    let mut id = Uuid::from_u128(client << 64 | 1);
    while !stop.load(Ordering::Relaxed) {
        if connection.is_none() {
            turn += 1;
            connection = Connection::open(servers[turn % servers.len()]).await.ok();
        }
        let answer = match &mut connection {
            Some(connection) => connection.send(&request(id, today)).await.ok(),
            None => None,
        };
        match answer {
            Some((200 | 201, body)) => {
                kept.insert(id, body);
                acknowledged.fetch_add(1, Ordering::Relaxed);
                id = Uuid::from_u128(id.as_u128() + 1);
                continue;
            }
            Some((503, _)) => drop(refused.fetch_add(1, Ordering::Relaxed)),
            Some((status, body)) => panic!("{status}: {}", String::from_utf8_lossy(&body)),
            None => connection = None,
        }
        tokio::time::sleep(PAUSE).await;
    }
    kept
}

/// How many of what was acknowledged is not there any more, or not with the same receipt. Whatever is lost is kept now.
async fn lost(server: SocketAddr, acknowledged: &HashMap<Uuid, Vec<u8>>, today: NaiveDate) -> usize {
    let mut connection = Connection::open(server).await.unwrap();
    let mut lost = 0;
    for (id, body) in acknowledged {
        let answer = connection.send(&request(*id, today)).await.unwrap();
        lost += usize::from(answer != (200, body.clone()));
    }
    lost
}

/// Each id is there once, and the tallies agree.
async fn assert_whole(url: &str, acknowledged: usize) {
    let connection = Database::connect(ConnectOptions::new(url.to_owned())).await.unwrap();
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM response");
    let count: i64 = connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    // What was sent and not acknowledged may be there, too: one for each client at most.
    let count = usize::try_from(count).unwrap();
    assert!(
        (acknowledged..=acknowledged + usize::try_from(CLIENTS).unwrap()).contains(&count),
        "{count}, {acknowledged}"
    );
    assert!(run(url, &["doctor"]).contains("All agree."));
}

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

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
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

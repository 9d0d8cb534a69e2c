//! Load while storage fails: clients that go on until they are acknowledged, and a look at what is kept in the end.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::fixture::{WAVE, submission};
use super::http::{Connection, post};
use super::process::run;

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
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    clients: JoinSet<HashMap<Uuid, Vec<u8>>>,
}

impl Load {
    /// Each client takes turns with the servers when one does not answer.
    pub(crate) fn start(servers: &[SocketAddr], today: NaiveDate) -> Self {
        let (stop, acknowledged, refused) = (Arc::default(), Arc::default(), Arc::default());
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let counters = (Arc::clone(&stop), Arc::clone(&acknowledged), Arc::clone(&refused));
            clients.spawn(submit_until_stopped(servers.to_vec(), client, today, counters));
        }
        Self { stop, acknowledged, refused, clients }
    }

    /// Returns when so many more were acknowledged.
    pub(crate) async fn more(&self, count: usize) {
        assert!(grows_by(count, &self.acknowledged).await, "answers are acknowledged");
    }

    /// Returns when so many more were refused as storage does not answer.
    pub(crate) async fn refusals(&self, count: usize) {
        assert!(grows_by(count, &self.refused).await, "answers are refused");
    }

    /// Everything that was acknowledged, with the body of the acknowledgement.
    pub(crate) async fn finish(self) -> HashMap<Uuid, Vec<u8>> {
        self.stop.store(true, Ordering::Relaxed);
        self.clients.join_all().await.into_iter().flatten().collect()
    }
}

/// Whether a counter grows by so many in time.
async fn grows_by(count: usize, counter: &AtomicUsize) -> bool {
    let wanted = counter.load(Ordering::Relaxed) + count;
    let waiting = async {
        while counter.load(Ordering::Relaxed) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.is_ok()
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
pub(crate) async fn lost(server: SocketAddr, acknowledged: &HashMap<Uuid, Vec<u8>>, today: NaiveDate) -> usize {
    let mut connection = Connection::open(server).await.unwrap();
    let mut lost = 0;
    for (id, body) in acknowledged {
        let answer = connection.send(&request(*id, today)).await.unwrap();
        lost += usize::from(answer != (200, body.clone()));
    }
    lost
}

/// Each id is there once, and the tallies agree.
pub(crate) async fn assert_whole(url: &str, acknowledged: usize) {
    let connection = Database::connect(ConnectOptions::new(url.to_owned())).await.unwrap();
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM received");
    let count: i64 = connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    // What was sent and not acknowledged may be there, too: one for each client at most.
    let count = usize::try_from(count).unwrap();
    assert!(
        (acknowledged..=acknowledged + usize::try_from(CLIENTS).unwrap()).contains(&count),
        "{count}, {acknowledged}"
    );
    assert!(run(url, &["doctor"]).contains("All agree."));
}

/// A runtime for the clients.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

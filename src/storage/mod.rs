//! Where responses are kept, once and durably, with the tallies that follow them.
//!
//! The only room that knows sea-orm; SQLite and PostgreSQL run the same code, the engine is the URL. It does not know
//! HTTP, and it decides nothing about surveys: it stores what the rooms below made valid.
//! Start reading at [`Store`] and [`Store::insert_responses`]; `fold.rs` tells how tallies follow the log.

mod access;
mod counts;
mod entities;
mod entries;
mod error;
mod fold;
mod forgetting;
mod hosts;
mod invitations;
mod register;
mod responses;
mod rows;
mod schema;
mod settings;
mod spending;
mod transaction;
mod waves;

pub use access::KeptAccess;
pub use counts::{DailyCount, KeptResponse, Snapshot, TallyRow};
pub use entries::FormEntry;
pub use error::StorageError;
pub use invitations::{InvitationCount, KeptDraw, KeptInvitation, NewDraw, NewInvitation};
pub use responses::{NewResponse, Outcome};
pub use waves::{StoredWave, WaveId};

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::{self, Connection, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend};

/// A store: an embedded SQLite file or a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Store {
    db: DatabaseConnection,
    /// Where transactions that write run, so that no crowd of readers keeps them waiting for a connection. SQLite takes one
    /// writer at a time: one connection queues them fairly and keeps its pages in memory, which several would have to read
    /// anew after each other's commits.
    writer: DatabaseConnection,
    /// The address of an embedded store.
    file: Option<Arc<str>>,
}

impl Store {
    /// Opens the store at `url`: `sqlite://plumbline.db` (made if it is not there), `postgres://user@host/name`, or several
    /// hosts parted by commas, of which the one that takes writes is used.
    pub async fn connect(url: &str) -> Result<Self, StorageError> {
        let is_sqlite = url.starts_with("sqlite:");
        if !is_sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(StorageError::UnknownEngine);
        }
        if is_sqlite {
            let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
            let writer = open(&url, 1, BUSY_TIMEOUT_MS).await?;
            let db = open(&url, CONNECTIONS, BUSY_TIMEOUT_MS).await?;
            return Ok(Self { db, writer, file: Some(url.into()) });
        }
        let hosts = hosts::each_host(url)?;
        let primary = if hosts.len() > 1 { hosts::primary_of(&hosts).await? } else { &hosts[0] };
        let writer = open(primary, SERVER_WRITERS, BUSY_TIMEOUT_MS).await?;
        let db = open(primary, CONNECTIONS, BUSY_TIMEOUT_MS).await?;
        if hosts.len() > 1 {
            let pools = [&writer, &db].map(|connection| connection.get_postgres_connection_pool().clone());
            tokio::spawn(hosts::follow_primary(hosts, pools));
        }
        Ok(Self { db, writer, file: None })
    }

    /// Whether the store is an embedded SQLite file, which takes one writer at a time.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Sqlite
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        Ok(self.db.ping().await?)
    }

    /// Closes all connections after their work.
    pub async fn close(self) -> Result<(), StorageError> {
        self.writer.close().await?;
        Ok(self.db.close().await?)
    }
}

/// Connections that read.
const CONNECTIONS: u32 = 8;
/// Connections that write to a server: a group of submissions, folds, imports.
const SERVER_WRITERS: u32 = 4;

/// For how long a connection is waited for: whoever waits holds up others, and may come back.
const ACQUIRE_PATIENCE: Duration = Duration::from_secs(5);
/// For how many milliseconds SQLite waits for others.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// For how long where nothing is lost by coming back later, and everybody else waits.
const GENTLE_TIMEOUT_MS: u32 = 50;

/// One connection to an embedded store that gives up early where others are at work.
async fn open_file_gently(url: &str) -> Result<DatabaseConnection, StorageError> {
    open(url, 1, GENTLE_TIMEOUT_MS).await
}

async fn open(url: &str, connections: u32, busy_timeout_ms: u32) -> Result<DatabaseConnection, StorageError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(ACQUIRE_PATIENCE)
        .sqlx_logging(false)
        // A connection that was used a moment ago is alive; one that was idle is asked first.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|connection, _| Box::pin(is_whole(connection))))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", busy_timeout_ms.to_string())
                // What is deleted in a page is overwritten, so that a spent code does not linger in the file. Not `ON`, which
                // also writes pages anew that are given up whole; they tell nothing of who deleted what with what.
                .pragma("secure_delete", "FAST")
                .pragma("cache_size", "-65536")
                // Pages in the log before they are moved to the file: 64 MB.
                .pragma("wal_autocheckpoint", "16384")
                .statement_cache_capacity(64)
        });
    Database::connect(options).await.map_err(StorageError::Unreachable)
}

/// Whether a connection may be used again: not while it counts itself in a transaction.
///
/// Where a commit fails (a full disk) SQLite may roll back by itself. The rollback that follows then fails, sqlx 0.9 goes on
/// counting the transaction, and makes the next one a part of it, whose commit would acknowledge what is never written. Such a
/// connection is closed; the pool opens another one.
async fn is_whole(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The rollback is waiting in the queue of the connection's thread; the ping comes after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

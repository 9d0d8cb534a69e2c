//! Where responses are kept, once and durably, with the tallies that follow them.
//!
//! The only room that knows sea-orm; SQLite and PostgreSQL run the same code, the engine is the URL. It does not know
//! HTTP, and it decides nothing about surveys: it stores what the rooms below made valid.
//! Start reading at [`Store`] and [`Store::insert_responses`]; `fold.rs` tells how tallies follow the log.

mod counts;
mod entities;
mod error;
mod fold;
mod hosts;
mod register;
mod responses;
mod rows;
mod schema;
mod settings;
mod transaction;
mod waves;

pub use counts::{DailyCount, KeptResponse, Snapshot, TallyRow};
pub use error::StorageError;
pub use responses::{NewResponse, Outcome};
pub use waves::{StoredWave, WaveId};

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend};

/// A store: an embedded SQLite file or a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Store {
    db: DatabaseConnection,
    /// Where transactions that write run, so that no crowd of readers keeps them waiting for a connection. SQLite takes one
    /// writer at a time: one connection queues them fairly and keeps its pages in memory, which several would have to read
    /// anew after each other's commits.
    writer: DatabaseConnection,
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
            return Ok(Self { writer: open(&url, 1).await?, db: open(&url, CONNECTIONS).await? });
        }
        let hosts = hosts::each_host(url)?;
        let primary = if hosts.len() > 1 { hosts::primary_of(&hosts).await? } else { &hosts[0] };
        let (writer, db) = (open(primary, SERVER_WRITERS).await?, open(primary, CONNECTIONS).await?);
        if hosts.len() > 1 {
            let pools = [&writer, &db].map(|connection| connection.get_postgres_connection_pool().clone());
            tokio::spawn(hosts::follow_primary(hosts, pools));
        }
        Ok(Self { db, writer })
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

async fn open(url: &str, connections: u32) -> Result<DatabaseConnection, StorageError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(ACQUIRE_PATIENCE)
        .sqlx_logging(false)
        // A connection that was used a moment ago is alive; one that was idle is asked first.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", "10000")
                .pragma("cache_size", "-65536")
                // Pages in the log before they are moved to the file: 64 MB.
                .pragma("wal_autocheckpoint", "16384")
                .statement_cache_capacity(64)
        });
    Database::connect(options).await.map_err(StorageError::Unreachable)
}

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
mod pool;
mod recordings;
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
pub use recordings::NewRecording;
pub use responses::{NewResponse, Outcome};
pub use waves::{StoredWave, WaveId};

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DbBackend};

use pool::open_pools;

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
        let file: Option<Arc<str>> =
            is_sqlite.then(|| if url.contains('?') { url.into() } else { format!("{url}?mode=rwc").into() });
        let (writer, db) = match &file {
            Some(file) => open_pools(file, 1).await?,
            None => hosts::open_primary(url).await?,
        };
        Ok(Self { db, writer, file })
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

//! The store: how it is opened and closed, and its two sides, one that reads and one that writes.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbBackend, StatementBuilder};

use super::address::Address;
use super::connections::Connections;
use super::file::EmbeddedFile;
use super::planner::Planner;
use super::reader::Reader;
use super::writer::{Work, Writer};
use super::{PoolSizes, StorageError, hosts};

/// A store: an embedded SQLite file or a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) planner: Arc<Planner>,
}

impl Store {
    /// Opens the store at `url`: `sqlite://plumbline.db` (created if it does not exist), `postgres://user@host/name`, or several
    /// hosts separated by commas, of which the one that takes writes is used. A file that cannot be written is refused at once.
    pub async fn connect(url: &str) -> Result<Self, StorageError> {
        Self::connect_with(url, PoolSizes::default()).await
    }

    async fn connect_with(url: &str, sizes: PoolSizes) -> Result<Self, StorageError> {
        let address = Address::read(url)?;
        let file = address.is_embedded.then(|| EmbeddedFile::new(url).created());
        let (writer, db) = match &file {
            Some(file) => file.open(sizes).await?,
            None => hosts::open_primary(&address, sizes).await?,
        };
        let [writer, db] = [writer, db].map(|pool| Connections::new(pool, address.is_pooled));
        let file = file.map(EmbeddedFile::opened);
        let store =
            Self { reader: Reader::new(db, file.clone()), writer: Writer::new(writer, file), planner: Arc::default() };
        // Any other error is reported by the work that meets it, and may be gone by then.
        if let Err(error @ StorageError::ReadOnly { .. }) = store.writer.try_to_write().await {
            return Err(error);
        }
        if let Some(file) = store.writer.file() {
            file.warn_if_others_may_read();
        }
        Ok(store)
    }

    /// Opens the store at `url` as [`Store::connect`] does, but creates no file: a mistyped address is an error.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        Self::open_with(url, PoolSizes::default()).await
    }

    /// Opens the store at `url` as [`Store::open`] does, with pools of these sizes.
    pub async fn open_with(url: &str, sizes: PoolSizes) -> Result<Self, StorageError> {
        let address = Address::read(url)?;
        let file = EmbeddedFile::new(url);
        if address.is_embedded && !file.exists() {
            return Err(file.missing());
        }
        Self::connect_with(url, sizes).await
    }

    /// Whether the store is an embedded SQLite file, which takes one writer at a time.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.reader.get_database_backend() == DbBackend::Sqlite
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        self.writer.check_in_place()?;
        self.reader.ping().await
    }

    /// Closes all connections after their work.
    pub async fn close(self) -> Result<(), StorageError> {
        self.writer.close().await?;
        self.reader.close().await
    }

    /// Does `work` in one transaction and commits it. A busy file or a lost race is tried again after a pause.
    pub(super) async fn transaction<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        self.writer.transaction(work).await
    }

    /// Does one statement as a transaction of its own. Returns how many rows it wrote.
    pub(super) async fn execute(&self, statement: &impl StatementBuilder) -> Result<u64, StorageError> {
        self.writer.execute(statement).await
    }

    /// Does `work` in one transaction and commits it, or returns the error; it is not tried again.
    pub(super) async fn transaction_once<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        self.writer.once(work).await
    }

    /// Checks by trying that something can be committed.
    pub async fn try_to_commit(&self) -> Result<(), StorageError> {
        self.writer.try_to_commit().await
    }
}

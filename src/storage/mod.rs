//! Where responses are kept, once and durably, with the tallies that follow them.
//!
//! The only room that knows sea-orm; SQLite and PostgreSQL run the same code, the engine is the URL. It does not know
//! HTTP, and it decides nothing about surveys: it stores what the rooms below made valid.
//! Start reading at [`Store`] and [`Store::insert_responses`]; `fold.rs` tells how tallies follow the log.

mod access;
mod address;
mod backup;
mod connections;
mod copy;
mod counting;
mod counts;
mod entities;
mod entries;
mod error;
mod file;
mod fold;
mod forgetting;
mod hosts;
mod invitations;
mod jobs;
mod noting;
mod pool;
mod reader;
mod recordings;
mod recount;
mod register;
mod releases;
mod responses;
mod rows;
mod schema;
mod settings;
mod spending;
mod states;
mod waves;
mod writer;

pub use access::KeptAccess;
pub use copy::CopyProgress;
pub use counting::{CountedResponse, UnitCounter, UnitCounts};
pub use counts::{KeptResponse, Signature, Snapshot};
pub use error::StorageError;
pub use invitations::{KeptInvitation, NewDraw, NewInvitation};
pub use jobs::NewJob;
pub use pool::PoolSizes;
pub use recordings::NewRecording;
pub use recount::Counted;
pub use releases::Release;
pub use responses::{NewResponse, Outcome};
pub use waves::{StoredWave, WaveId};

use sea_orm::{ConnectionTrait, DbBackend};

use address::Address;
use connections::Connections;
use file::EmbeddedFile;
use pool::open_file;
use reader::Reader;
use writer::Writer;

/// A store: an embedded SQLite file or a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Store {
    reader: Reader,
    writer: Writer,
}

impl Store {
    /// Opens the store at `url`: `sqlite://plumbline.db` (made if it is not there), `postgres://user@host/name`, or several
    /// hosts separated by commas, of which the one that takes writes is used. A file that cannot be written is refused at once.
    pub async fn connect(url: &str) -> Result<Self, StorageError> {
        Self::connect_with(url, PoolSizes::default()).await
    }

    async fn connect_with(url: &str, sizes: PoolSizes) -> Result<Self, StorageError> {
        let address = Address::read(url)?;
        let file = address.is_embedded.then(|| EmbeddedFile::new(url));
        let (writer, db) = match &file {
            Some(file) => {
                file.make_private();
                open_file(file, sizes).await?
            }
            None => hosts::open_primary(&address, sizes).await?,
        };
        let [writer, db] = [writer, db].map(|pool| Connections::new(pool, address.is_pooled));
        let writer = Writer::new(writer, file.map(EmbeddedFile::opened));
        let store = Self { reader: Reader::new(db), writer };
        // Another error than this one is left to the work that meets it, and may have passed by then.
        if let Err(error @ StorageError::ReadOnly { .. }) = store.writer.try_to_write().await {
            return Err(error);
        }
        if let Some(file) = store.writer.file() {
            file.warn_if_others_may_read();
        }
        Ok(store)
    }

    /// Opens the store at `url` as [`Store::connect`] does, but makes no file: whoever mistyped an address is told.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        Self::open_with(url, PoolSizes::default()).await
    }

    /// Opens the store at `url` as [`Store::open`] does, with so many connections.
    pub async fn open_with(url: &str, sizes: PoolSizes) -> Result<Self, StorageError> {
        let file = EmbeddedFile::new(url);
        if url.starts_with("sqlite:") && !file.exists() {
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
}

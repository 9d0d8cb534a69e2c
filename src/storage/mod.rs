//! Where responses are kept, once and durably, with the tallies that follow them.
//!
//! The only room that knows sea-orm; SQLite and PostgreSQL run the same code, the engine is the URL. It does not know
//! HTTP, and it decides nothing about surveys: it stores what the rooms below made valid.
//! Start reading at [`Store`] and [`Store::insert_responses`]; `fold.rs` tells how tallies follow the log.

mod access;
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
pub use counting::{CountedResponse, UnitCounter, UnitCounts};
pub use counts::{KeptResponse, Signature, Snapshot};
pub use entries::FormEntry;
pub use error::StorageError;
pub use invitations::{InvitationCount, KeptDraw, KeptInvitation, NewDraw, NewInvitation};
pub use recordings::NewRecording;
pub use releases::Release;
pub use responses::{NewResponse, Outcome};
pub use waves::{StoredWave, WaveId};

use sea_orm::{ConnectionTrait, DbBackend};

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
    /// hosts parted by commas, of which the one that takes writes is used. A file that cannot be written is refused at once.
    pub async fn connect(url: &str) -> Result<Self, StorageError> {
        let is_sqlite = url.starts_with("sqlite:");
        if !is_sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(StorageError::UnknownEngine);
        }
        let file = is_sqlite.then(|| EmbeddedFile::new(url));
        let (writer, db) = match &file {
            Some(file) => open_file(file).await?,
            None => hosts::open_primary(url).await?,
        };
        let writer = Writer::new(writer, file.map(EmbeddedFile::opened));
        let store = Self { reader: Reader::new(db), writer };
        // Another error than this one is left to the work that meets it, and may have passed by then.
        if let Err(error @ StorageError::ReadOnly { .. }) = store.writer.try_to_write().await {
            return Err(error);
        }
        Ok(store)
    }

    /// Opens the store at `url` as [`Store::connect`] does, but makes no file: whoever mistyped an address is told.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        let file = EmbeddedFile::new(url);
        if url.starts_with("sqlite:") && !file.exists() {
            return Err(file.missing());
        }
        Self::connect(url).await
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

//! The file of an embedded store, and what an error says when it cannot be written.

use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::DatabaseConnection;

use super::StorageError;
use super::error::{CANNOT_OPEN, NOT_A_DATABASE, READ_ONLY};
use super::pool::{PoolSizes, open_file, open_file_gently, path_in};

/// Only its owner may read and write it.
const PRIVATE: u32 = 0o600;
/// Permissions of others.
const OF_OTHERS: u32 = 0o077;

/// What is added to the address of a file that the engine may create, and of one that it may not.
const MAY_CREATE: &str = "?mode=rwc";
const MAY_NOT_CREATE: &str = "?mode=rw";

/// The file of an embedded store.
#[derive(Debug, Clone)]
pub(super) struct EmbeddedFile {
    /// Its address, which creates the file where there was none.
    url: Arc<str>,
    /// The file as people name it.
    path: Arc<str>,
    /// The device and the number of the file that was opened; `None` before that.
    opened: Option<(u64, u64)>,
    /// Set when the file was found read-only, until the connection that found it so is closed (see `pool.rs`).
    found_read_only: Arc<AtomicBool>,
}

impl EmbeddedFile {
    pub(super) fn new(url: &str) -> Self {
        let file = Self { url: url.into(), path: path_in(url).into(), opened: None, found_read_only: Arc::default() };
        if url.contains('?') {
            return file;
        }
        // A file that existed is never created again: if it is gone, an empty one would take its place.
        let mode = if file.exists() { MAY_NOT_CREATE } else { MAY_CREATE };
        Self { url: format!("{url}{mode}").into(), ..file }
    }

    /// Whether the file exists.
    pub(super) fn exists(&self) -> bool {
        identity(self.path()).is_some()
    }

    /// Opens the file: the pool that writes, and the pool that reads.
    pub(super) async fn open(
        &self,
        sizes: PoolSizes,
    ) -> Result<(DatabaseConnection, DatabaseConnection), StorageError> {
        let pools = open_file(&self.url, Arc::clone(&self.found_read_only), sizes).await;
        pools.map_err(|error| self.explain(error))
    }

    /// Opens one more connection, which gives up early while others are working.
    pub(super) async fn open_gently(&self) -> Result<DatabaseConnection, StorageError> {
        open_file_gently(&self.url).await
    }

    /// Notes which file was opened.
    pub(super) fn opened(self) -> Self {
        Self { opened: identity(self.path()), ..self }
    }

    /// Fails where the file is no longer the one that was opened: what is written now is lost with the last connection to it.
    pub(super) fn check_in_place(&self) -> Result<(), StorageError> {
        if self.opened.is_none() || identity(self.path()) == self.opened {
            return Ok(());
        }
        Err(StorageError::Moved { file: self.path().to_owned() })
    }

    /// The error where the file is missing.
    pub(super) fn missing(&self) -> StorageError {
        StorageError::NoFile { file: self.path().to_owned() }
    }

    /// Creates the file if it does not exist and may be created: only its owner may read it, whatever the process's mask is.
    /// The engine gives the same permissions to the files that it creates next to it.
    ///
    /// Connections that are opened later do not create it again: if it is gone by then, an empty one would take its place.
    pub(super) fn created(self) -> Self {
        let Some(address) = self.url.strip_suffix(MAY_CREATE) else { return self };
        // Where this fails, the file exists, or the engine will say why it cannot be created.
        drop(OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(self.path()));
        if self.exists() { Self { url: format!("{address}{MAY_NOT_CREATE}").into(), ..self } } else { self }
    }

    /// Logs a warning if others than the owner may read or write the database.
    pub(super) fn warn_if_others_may_read(&self) {
        let path = self.path();
        for file in [path.to_owned(), format!("{path}-wal"), format!("{path}-shm")] {
            if std::fs::metadata(&file).is_ok_and(|found| found.mode() & OF_OTHERS != 0) {
                tracing::warn!(file, "others on this machine may read or write the database; see `chmod 600`");
            }
        }
    }

    /// The file by which the processes that have the database open know of each other.
    pub(super) fn shared_memory(&self) -> String {
        format!("{}-shm", self.path())
    }

    /// The file as people name it.
    fn path(&self) -> &str {
        &self.path
    }

    /// Explains an error of the engine where its cause is the file.
    pub(super) fn explain(&self, error: StorageError) -> StorageError {
        let file = || self.path().to_owned();
        match error.sqlite_code() {
            Some(READ_ONLY) => {
                self.found_read_only.store(true, Ordering::Release);
                StorageError::ReadOnly { file: file() }
            }
            Some(CANNOT_OPEN) => StorageError::CannotOpen { file: file() },
            Some(NOT_A_DATABASE) => StorageError::NotADatabase { file: file() },
            _ => error,
        }
    }
}

/// The device and the number of a file.
fn identity(path: &str) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_without_what_the_address_adds() {
        let cases = [
            ("sqlite://plumbline.db", "plumbline.db"),
            ("sqlite:///var/lib/plumbline.db?mode=rw", "/var/lib/plumbline.db"),
            ("sqlite:plumbline.db", "plumbline.db"),
            ("sqlite://50%25.db?mode=rw", "50%.db"),
        ];
        for (url, path) in cases {
            assert_eq!(EmbeddedFile::new(url).path(), path, "{url}");
        }
    }

    #[test]
    fn a_file_is_created_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.db");
        let file = EmbeddedFile::new(&format!("sqlite://{}", path.display()));
        assert!(file.url.ends_with(MAY_CREATE), "{}", file.url);
        let file = file.created();
        assert!(file.url.ends_with(MAY_NOT_CREATE), "{}", file.url);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, PRIVATE);
        std::fs::remove_file(&path).unwrap();
        assert!(!file.created().exists(), "it is not created again");
    }
}

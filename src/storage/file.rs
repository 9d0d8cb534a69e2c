//! The file of an embedded store, and what people are told when it cannot be written.

use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::DatabaseConnection;

use super::StorageError;
use super::error::{CANNOT_OPEN, READ_ONLY};
use super::pool::{PoolSizes, open_file, open_file_gently, path_in};

/// What its owner alone may read and write.
const PRIVATE: u32 = 0o600;
/// Permissions of others.
const OF_OTHERS: u32 = 0o077;

/// The file of an embedded store.
#[derive(Debug, Clone)]
pub(super) struct EmbeddedFile {
    /// Its address, which makes the file where there was none.
    url: Arc<str>,
    /// The file as people name it.
    path: Arc<str>,
    /// The device and the number of the file that was opened; nothing before.
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
        // A file that was there is never made anew: where it is gone, an empty one would stand in for it.
        let mode = if file.exists() { "rw" } else { "rwc" };
        Self { url: format!("{url}?mode={mode}").into(), ..file }
    }

    /// Whether the file is there.
    pub(super) fn exists(&self) -> bool {
        identity(self.path()).is_some()
    }

    /// Opens the file: the pool of whoever writes, and that of whoever reads.
    pub(super) async fn open(
        &self,
        sizes: PoolSizes,
    ) -> Result<(DatabaseConnection, DatabaseConnection), StorageError> {
        let pools = open_file(&self.url, Arc::clone(&self.found_read_only), sizes).await;
        pools.map_err(|error| self.explain(error))
    }

    /// One more connection, which gives up early where others are at work.
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

    /// What is said where the file is missing.
    pub(super) fn missing(&self) -> StorageError {
        StorageError::NoFile { file: self.path().to_owned() }
    }

    /// Makes the file where there is none and there may be one: its owner alone may read it, whatever the mask of the process.
    /// The engine gives the same permissions to what it makes beside it.
    pub(super) fn make_private(&self) {
        if self.url.ends_with("mode=rwc") {
            // Where this fails, the file is there, or the engine is about to say why it cannot be made.
            drop(OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(self.path()));
        }
    }

    /// Says in the log where others than the owner may read what is kept, or write it.
    pub(super) fn warn_if_others_may_read(&self) {
        let path = self.path();
        for file in [path.to_owned(), format!("{path}-wal"), format!("{path}-shm")] {
            if std::fs::metadata(&file).is_ok_and(|found| found.mode() & OF_OTHERS != 0) {
                tracing::warn!(file, "others on this machine may read or write the database; see `chmod 600`");
            }
        }
    }

    /// The file as people name it.
    fn path(&self) -> &str {
        &self.path
    }

    /// An error of the engine, in words that say what to do about it where it is the file's.
    pub(super) fn explain(&self, error: StorageError) -> StorageError {
        let file = || self.path().to_owned();
        match error.sqlite_code() {
            Some(READ_ONLY) => {
                self.found_read_only.store(true, Ordering::Release);
                StorageError::ReadOnly { file: file() }
            }
            Some(CANNOT_OPEN) => StorageError::CannotOpen { file: file() },
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
}

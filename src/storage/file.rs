//! The file of an embedded store, and what people are told when it cannot be written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::StorageError;

/// SQLite's code for a file that cannot be written.
const READ_ONLY: i32 = 8;
/// SQLite's code for a file that cannot be opened at all.
const CANNOT_OPEN: i32 = 14;

/// The file of an embedded store.
#[derive(Debug, Clone)]
pub(super) struct EmbeddedFile {
    /// Its address, which makes the file if it is not there.
    pub(super) url: Arc<str>,
    /// Set when the file was found read-only, until the connection that found it so is closed (see `pool.rs`).
    pub(super) found_read_only: Arc<AtomicBool>,
}

impl EmbeddedFile {
    pub(super) fn new(url: &str) -> Self {
        let url = if url.contains('?') { url.into() } else { format!("{url}?mode=rwc").into() };
        Self { url, found_read_only: Arc::default() }
    }

    /// The file as people name it.
    fn path(&self) -> &str {
        let path = self.url.split_once(':').map_or(&*self.url, |(_, path)| path);
        let path = path.strip_prefix("//").unwrap_or(path);
        path.split_once('?').map_or(path, |(path, _)| path)
    }

    /// An error of the engine, in words that say what to do about it where it is the file's.
    pub(super) fn explain(&self, error: StorageError) -> StorageError {
        let file = || self.path().to_owned();
        // The lowest byte is what it is; the others say where it came up.
        match error.engine_code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff) {
            Some(READ_ONLY) => {
                self.found_read_only.store(true, Ordering::Release);
                StorageError::ReadOnly { file: file() }
            }
            Some(CANNOT_OPEN) => StorageError::CannotOpen { file: file() },
            _ => error,
        }
    }
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
        ];
        for (url, path) in cases {
            assert_eq!(EmbeddedFile::new(url).path(), path, "{url}");
        }
    }
}

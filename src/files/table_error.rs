//! Why a command on tables of estimates wrote nothing.

use std::path::Path;

use crate::foundation::one_line;

/// Why a command on tables of estimates wrote nothing. One line that says where, what, and how to correct it.
#[derive(Debug, thiserror::Error)]
pub enum TableFileError {
    /// A file cannot be read or written.
    #[error("{}", one_line(&format!("{path}: {cause}")))]
    File {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file does not hold what it must.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    Input {
        /// The file.
        path: String,
        /// What is wrong, with its line and column where it has them.
        message: String,
    },
    /// An option is invalid.
    #[error("{}", one_line(.0))]
    Option(String),
}

impl TableFileError {
    /// The error of what a file holds.
    pub(super) fn input(path: &Path, message: impl Into<String>) -> Self {
        Self::Input { path: path.display().to_string(), message: message.into() }
    }
}

//! Why no ranks were written.

use crate::foundation::one_line;

/// Why no ranks were written. One line that says where, what, and how to correct it.
#[derive(Debug, thiserror::Error)]
pub enum RankFileError {
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

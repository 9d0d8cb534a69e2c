//! The error of commands, and how it names the file that caused it.

use std::error::Error;
use std::path::Path;
use std::{fs, io};

use crate::pipeline::PipelineError;

/// The error of a command, printed on the terminal.
pub(super) type AnyError = Box<dyn Error + Send + Sync>;

/// What is wrong with a file, with its name. Errors that name a file themselves are not changed.
pub(super) fn in_file(path: &Path, error: &PipelineError) -> String {
    match error {
        PipelineError::Invalid(findings) => format!("{}:\n{findings}", path.display()),
        _ => error.to_string(),
    }
}

/// Reads a text file; the error has its name.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => format!("{}: this is not UTF-8; save the file as UTF-8", path.display()),
        _ => format!("{}: {error}", path.display()),
    })
}

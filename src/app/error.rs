//! What a command may fail with, and how a file is named that is to blame.

use std::error::Error;
use std::path::Path;
use std::{fs, io};

use crate::pipeline::PipelineError;

/// What a command may fail with; it ends on the terminal.
pub(super) type AnyError = Box<dyn Error + Send + Sync>;

/// What is wrong with a file, under its name. Errors that name a file themselves are left as they are.
pub(super) fn in_file(path: &Path, error: &PipelineError) -> String {
    match error {
        PipelineError::Invalid(findings) => format!("{}:\n{findings}", path.display()),
        _ => error.to_string(),
    }
}

/// The text of a file; an error has the name of the file.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => format!("{}: this is not UTF-8; save the file as UTF-8", path.display()),
        _ => format!("{}: {error}", path.display()),
    })
}

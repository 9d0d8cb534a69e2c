//! `plumbline keys`: where the keys are, and the administrator's token.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::error::AnyError;
use super::platform::random_bytes;
use super::terminal::say;
use crate::pipeline::{PipelineError, Platform};

/// What is written before the keys.
const HEADING: &str =
    "# The keys of a Plumbline database: without them its codes and receipts are not known any more.\n";

/// What to do with keys and tokens.
#[derive(Debug, Subcommand)]
pub(super) enum KeysTask {
    /// Move the keys out of the database into a file, so that a copy of the database does not tell what they hide.
    ///
    /// From then on every server and command needs `keys_file` in its settings. Keep a copy of the file apart from those of the
    /// database: without the keys codes and receipts are not known any more.
    #[command(after_help = "Example:\n  plumbline keys move /etc/plumbline/keys")]
    Move {
        /// A file that is not there.
        file: PathBuf,
    },
    /// Make a new administrator's token. The old one is taken no more, and whoever signed in has to do so again.
    Token,
}

pub(super) async fn run(platform: &Platform, task: KeysTask) -> Result<(), AnyError> {
    match task {
        KeysTask::Move { file } => {
            let write = |text: &str| {
                let written = write_private(&file, &format!("{HEADING}{text}"));
                written.map_err(|cause| PipelineError::File { path: file.display().to_string(), cause })
            };
            platform.keys().move_out(write).await?;
            say!("The keys are in {}; set `keys_file` to it on every server, and start them again.", file.display());
            say!("Copies of the database that were made before still have them.");
        }
        KeysTask::Token => {
            let token = platform.administrators().renew_token(random_bytes()?).await?;
            say!("{}", token.reveal());
        }
    }
    Ok(())
}

/// Writes a file that its owner alone may read, and that was not there.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

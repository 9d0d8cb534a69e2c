//! `plumbline backup` and `plumbline copy`: everything that is kept, once more, and recounted there.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use tempfile::TempPath;

use super::doctor::print_checkup;
use super::error::AnyError;
use super::platform::with_platform;
use super::terminal::{self, say};
use crate::config::Config;
use crate::storage::{CopyProgress, Store};

/// Between which databases to copy.
#[derive(Debug, Args)]
pub(super) struct CopyArguments {
    /// The database that is read, as of one moment. It may be in use.
    #[arg(long, value_name = "URL")]
    from: String,
    /// The database that is written: an empty one, or a file that is not there.
    #[arg(long, value_name = "URL")]
    to: String,
}

/// The copy is made and recounted in a folder beside `file` that only its owner can look into, and gets its name when it is whole.
pub(super) async fn back_up(config: &Config, file: &Path) -> Result<(), AnyError> {
    refuse_existing(file)?;
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
    let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let private = PermissionsExt::from_mode(0o700);
    let folder = tempfile::Builder::new().prefix(".plumbline-backup-").permissions(private).tempdir_in(beside);
    let folder = folder.map_err(named)?;
    let part = folder.path().join("plumbline.db");
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(named)?;
    let source = Store::open(&config.database_url).await?;
    let written = write(&source, &part).await;
    source.close().await?;
    written?;
    let damage = recount(config, &Store::address_of(&part)).await?;
    let part_file = File::open(&part).map_err(named)?;
    part_file.sync_all().map_err(named)?;
    if let Some(damage) = damage {
        let failed = PathBuf::from(format!("{}.failed", file.display()));
        give_name(&part, &failed)?;
        return Err(format!("{damage}; what was written is in {}", failed.display()).into());
    }
    give_name(&part, file)?;
    let bytes = part_file.metadata().map_err(named)?.len();
    say!(
        "{} is whole: {} KB. Serve it by --database-url {}",
        file.display(),
        bytes.div_ceil(1024),
        Store::address_of(file)
    );
    Ok(())
}

fn refuse_existing(file: &Path) -> Result<(), String> {
    // Also a link that leads nowhere.
    if file.symlink_metadata().is_ok() {
        return Err(format!("{} is there already; name a file that is not", file.display()));
    }
    Ok(())
}

/// Renames a file, never over another one, and makes the name last.
fn give_name(part: &Path, name: &Path) -> Result<(), AnyError> {
    let named = |error: std::io::Error| format!("{}: {error}", name.display());
    TempPath::try_from_path(part).map_err(named)?.persist_noclobber(name).map_err(|error| named(error.error))?;
    let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(named)?;
    Ok(())
}

/// Writes what `source` keeps now to the empty file `part`.
async fn write(source: &Store, part: &Path) -> Result<(), AnyError> {
    if source.is_embedded() {
        source.check_schema().await?;
        source.back_up_file(part).await?;
        return Ok(());
    }
    copy_between(source, &Store::address_of(part)).await?;
    Ok(())
}

/// Everything of one database into another, whatever their engines.
pub(super) async fn copy(config: &Config, arguments: &CopyArguments) -> Result<(), AnyError> {
    let CopyArguments { from, to } = arguments;
    let source = Store::open(from).await?;
    let copied = copy_between(&source, to).await;
    source.close().await?;
    let rows = copied?;
    if let Some(damage) = recount(config, to).await? {
        return Err(format!("{damage}; do not use the copy, and begin anew with an empty database").into());
    }
    say!("{rows} rows copied.");
    Ok(())
}

async fn copy_between(source: &Store, to: &str) -> Result<u64, AnyError> {
    source.check_schema().await?;
    let target = Store::connect(to).await?;
    target.migrate().await?;
    let bar = terminal::progress_bar(0, "rows").with_message("Copying");
    let copied = source.copy_into(&target, &Bar(bar.clone())).await;
    bar.finish_and_clear();
    target.close().await?;
    Ok(copied?)
}

/// Recounts a copy and closes it. Returns what is wrong with it.
async fn recount(config: &Config, url: &str) -> Result<Option<String>, AnyError> {
    let config = Config { database_url: url.to_owned(), ..config.clone() };
    with_platform(&config, async |platform| {
        if platform.store().is_embedded()
            && let Some(damage) = platform.store().damage().await?
        {
            return Ok(Some(format!("the copy is damaged: {damage}")));
        }
        let is_sound = print_checkup(&platform.doctor().check_up().await?);
        Ok((!is_sound).then(|| "the copy's counts do not agree with its responses".to_owned()))
    })
    .await
}

/// The bar of a copy.
struct Bar(ProgressBar);

impl CopyProgress for Bar {
    fn begin(&self, rows: u64) {
        self.0.set_length(rows);
    }

    fn advance(&self, rows: u64) {
        self.0.inc(rows);
    }
}

//! Commands that work on a store.

use std::io::IsTerminal;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::command_line::{SettingsArguments, Task};
use super::error::AnyError;
use super::platform::{start, with_platform, with_watcher};
use super::terminal::say;
use super::{access, backup, demo, doctor, import, invite, jobs, keys, languages, paper, server, wave};
use crate::config::{Config, LogFormat};
use crate::storage::Store;

/// Reads the settings and runs a command on the store that they name.
#[tokio::main]
pub(super) async fn run_with_store(arguments: &SettingsArguments, task: Task) -> Result<ExitCode, AnyError> {
    let config = settle(arguments)?;
    log_to_stderr(&config)?;
    languages::add_from(&config.languages)?;
    match task {
        Task::Demo { seed } => demo::run(&config, arguments.database_url.is_some(), seed).await?,
        Task::Serve => server::serve(&config, &start(&config).await?).await?,
        Task::Migrate { distribute } => migrate(&config, distribute).await?,
        Task::Import(what) => with_platform(&config, async |platform| import::run(platform, what).await).await?,
        Task::Wave(what) => with_platform(&config, async |platform| wave::run(platform, what).await).await?,
        Task::Paper(what) => with_platform(&config, async |platform| paper::run(platform, &what).await).await?,
        Task::Access(what) => with_platform(&config, async |platform| access::run(platform, what).await).await?,
        Task::Invite(what) => with_platform(&config, async |platform| invite::run(platform, what).await).await?,
        Task::Keys(what) => with_platform(&config, async |platform| keys::run(platform, what).await).await?,
        Task::Job(what) => with_watcher(&config, async |platform| jobs::run(platform, what).await).await?,
        Task::Doctor => return with_platform(&config, doctor::run).await,
        Task::Backup { file } => backup::back_up(&config, &file).await?,
        Task::Copy(arguments) => backup::copy(&config, &arguments).await?,
        Task::Estimate(_) | Task::Plan(_) | Task::Rank(_) | Task::SmallAreas(_) | Task::Openapi => {
            unreachable!("these need no store and are run before")
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The settings of this run.
fn settle(arguments: &SettingsArguments) -> Result<Config, AnyError> {
    let mut config = Config::read(arguments.config.as_deref())?;
    if let Some(url) = &arguments.database_url {
        config.database_url.clone_from(url);
    }
    config.listen = arguments.listen.unwrap_or(config.listen);
    config.log_format = arguments.log_format.unwrap_or(config.log_format);
    Ok(config)
}

fn log_to_stderr(config: &Config) -> Result<(), AnyError> {
    let level = &config.log_level;
    // A word that is no level would be taken for the name of a part of the program, and all others would fall silent.
    let is_meant = |part: &str| part.contains(['=', '[']) || part.parse::<LevelFilter>().is_ok();
    if let Some(word) = level.split(',').map(str::trim).find(|part| !part.is_empty() && !is_meant(part)) {
        return Err(format!("log_level: {word:?} is no level; write error, warn, info, debug, trace or off").into());
    }
    let filter = EnvFilter::try_new(level).map_err(|error| format!("log_level {level:?}: {error}"))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Human => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

async fn migrate(config: &Config, distribute: bool) -> Result<(), AnyError> {
    let store = Store::connect(&config.database_url).await?;
    let migrated = migrate_store(&store, distribute).await;
    store.close().await?;
    migrated
}

async fn migrate_store(store: &Store, distribute: bool) -> Result<(), AnyError> {
    match store.migrate().await? {
        0 => say!("The schema is up to date."),
        1 => say!("Applied 1 migration."),
        steps => say!("Applied {steps} migrations."),
    }
    if distribute || store.is_distributed().await? {
        match store.distribute().await? {
            0 => say!("The tables are distributed."),
            1 => say!("Distributed 1 table."),
            tables => say!("Distributed {tables} tables."),
        }
    }
    Ok(())
}

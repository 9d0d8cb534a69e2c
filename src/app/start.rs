//! Commands that work on a store.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::FixedOffset;
use rand::TryRng;
use rand::rngs::SysRng;
use tracing_subscriber::EnvFilter;

use super::command_line::{SettingsArguments, Task, WaveTask};
use super::terminal::print_note;
use super::{AnyError, access, backup, demo, import, in_file, invite, jobs, languages, paper, read_text, server};
use crate::config::{Config, LogFormat};
use crate::foundation::SystemClock;
use crate::pipeline::{Checkup, IntakeLimits, Platform, PlatformLimits};
use crate::storage::{PoolSizes, Store};
use crate::survey::{RenamedKey, WaveState};

/// Reads the settings and runs a command on the store that they name.
#[tokio::main]
pub(super) async fn run_with_store(arguments: &SettingsArguments, task: Task) -> Result<ExitCode, AnyError> {
    let config = settle(arguments)?;
    log_to_stderr(&config)?;
    languages::add_from(&config.languages)?;
    match task {
        Task::Demo { seed } => demo::run(&config, arguments.database_url.is_some(), seed).await?,
        Task::Serve => server::serve(&config, &start(&config).await?).await?,
        Task::Migrate => migrate(&config).await?,
        Task::Import(what) => with_platform(&config, async |platform| import::run(platform, what).await).await?,
        Task::Wave(what) => with_platform(&config, async |platform| wave(platform, what).await).await?,
        Task::Paper(what) => with_platform(&config, async |platform| paper::run(platform, &what).await).await?,
        Task::Access(what) => with_platform(&config, async |platform| access::run(platform, what).await).await?,
        Task::Invite(what) => with_platform(&config, async |platform| invite::run(platform, what).await).await?,
        Task::Job(what) => with_watcher(&config, async |platform| jobs::run(platform, what).await).await?,
        Task::Doctor => return with_platform(&config, doctor).await,
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
    let filter = EnvFilter::try_new(&config.log_level)?;
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

/// Sets the platform to work on a migrated store.
pub(super) async fn start(config: &Config) -> Result<Platform, AnyError> {
    let Ready { store, clock, secret, limits } = Ready::of(config).await?;
    Ok(Platform::start(store, clock, secret, limits).await?)
}

/// What a platform is made of.
struct Ready {
    store: Store,
    clock: Arc<SystemClock>,
    secret: [u8; 32],
    limits: PlatformLimits,
}

impl Ready {
    async fn of(config: &Config) -> Result<Self, AnyError> {
        let sizes = PoolSizes { readers: config.pool.readers_max, writers: config.pool.writers_max };
        let store = Store::open_with(&config.database_url, sizes).await?;
        let offset =
            FixedOffset::east_opt(config.utc_offset_hours * 3_600).ok_or("utc_offset_hours is out of range")?;
        let mut secret = [0; 32];
        SysRng.try_fill_bytes(&mut secret)?;
        let intake = IntakeLimits { waiting_max: config.intake.waiting_max, group_max: config.intake.group_max };
        let limits = PlatformLimits { intake, ..PlatformLimits::default() };
        Ok(Self { store, clock: Arc::new(SystemClock::new(offset)), secret, limits })
    }
}

/// Does the work of a command, and then closes the store, also after an error: so what an embedded store keeps is in its one file.
pub(super) async fn with_platform<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Platform) -> Result<T, AnyError>,
) -> Result<T, AnyError> {
    at_work(start(config).await?, work).await
}

/// The same of a command that only watches: what the schema has left to be done is not done first.
async fn with_watcher<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Platform) -> Result<T, AnyError>,
) -> Result<T, AnyError> {
    let Ready { store, clock, secret, limits } = Ready::of(config).await?;
    at_work(Platform::watch(store, clock, secret, limits).await?, work).await
}

async fn at_work<T>(
    platform: Platform,
    work: impl AsyncFnOnce(&Platform) -> Result<T, AnyError>,
) -> Result<T, AnyError> {
    let output = work(&platform).await;
    let closed = platform.shut_down().await;
    let output = output?;
    closed?;
    Ok(output)
}

async fn migrate(config: &Config) -> Result<(), AnyError> {
    let store = Store::connect(&config.database_url).await?;
    let steps = store.migrate().await;
    store.close().await?;
    let steps = steps?;
    match steps {
        0 => println!("The schema is up to date."),
        1 => println!("Applied 1 migration."),
        steps => println!("Applied {steps} migrations."),
    }
    Ok(())
}

/// What can still be done once a wave takes no more answers.
const WAYS_ON: &str = "Ways on: join a level that has no answers, or too few, with another one of its margin, by a dated \
amendment of the plan. The answers stay as they are.";

async fn wave(platform: &Platform, what: WaveTask) -> Result<(), AnyError> {
    let advance = async |code: &str, to: WaveState| {
        platform.waves().advance(code, to).await?;
        println!("Wave {code} is {}.", to.as_str());
        Ok::<_, AnyError>(())
    };
    match what {
        WaveTask::Create { plan } => {
            let text = read_text(&plan)?;
            let folder = plan.parent().unwrap_or(Path::new("."));
            for RenamedKey { table, old, new } in RenamedKey::in_plan(&text) {
                let of = if table.is_empty() { String::new() } else { format!(" in [{table}]") };
                print_note(&format!("{old}{of} is called {new} now; the old name is still read"));
            }
            let plan = platform.waves().create(&text, folder).await.map_err(|error| in_file(&plan, &error))?;
            println!("Wave {} is a draft; `plumbline wave open {}` begins to take answers.", plan.code, plan.code);
        }
        WaveTask::Open { code } => advance(&code, WaveState::Open).await?,
        WaveTask::Close { code } => {
            advance(&code, WaveState::Closed).await?;
            let flaws = platform.waves().flaws_of_weights(&code).await?;
            if !flaws.0.is_empty() {
                eprintln!("note: wave {code} cannot be released like this:\n{flaws}\n{WAYS_ON}");
            }
        }
        WaveTask::Release { code, in_background } => {
            let job = platform.waves().want_release(&code).await?;
            if in_background {
                println!("Job {job} is waiting; `plumbline job watch {job}` shows how far it is.");
                return Ok(());
            }
            jobs::finish(platform, job).await?;
            println!("Wave {code} is released.");
        }
        WaveTask::List => {
            for wave in platform.waves().all().await? {
                let (plan, field) = (&wave.plan, &wave.plan.field);
                println!(
                    "{}  {}  {} to {}  {}",
                    plan.code,
                    wave.state.as_str(),
                    field.opens,
                    field.closes,
                    plan.title.get("en")
                );
            }
        }
    }
    Ok(())
}

async fn doctor(platform: &Platform) -> Result<ExitCode, AnyError> {
    Ok(if tell_checkup(&platform.doctor().check_up().await?) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says what a recount found. Returns whether all agrees.
pub(super) fn tell_checkup(checkup: &Checkup) -> bool {
    println!("{} responses recounted, {} tallies compared.", checkup.responses, checkup.tallies);
    for mismatch in &checkup.mismatches {
        println!(
            "wave {}, unit {}, {}: kept {}, recounted {}",
            mismatch.wave, mismatch.unit, mismatch.place, mismatch.kept, mismatch.recounted
        );
    }
    if checkup.mismatches.is_empty() {
        println!("All agree.");
    }
    checkup.mismatches.is_empty()
}

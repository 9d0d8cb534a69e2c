//! Starting the platform on the store that the settings name.

use std::sync::Arc;
use std::time::Duration;

use chrono::FixedOffset;
use rand::TryRng;
use rand::rngs::SysRng;

use super::error::{AnyError, read_text};
use crate::config::Config;
use crate::foundation::SystemClock;
use crate::pipeline::{IntakeLimits, KeySource, Platform, PlatformLimits};
use crate::secrets::KeyRing;
use crate::storage::{PoolSizes, Store};

/// Starts the platform on a migrated store.
pub(super) async fn start(config: &Config) -> Result<Platform, AnyError> {
    let Ready { store, clock, keys, limits } = Ready::of(config).await?;
    Ok(Platform::start(store, clock, keys, limits).await?)
}

/// What a platform is made of.
struct Ready {
    store: Store,
    clock: Arc<SystemClock>,
    keys: KeySource,
    limits: PlatformLimits,
}

impl Ready {
    async fn of(config: &Config) -> Result<Self, AnyError> {
        let sizes = PoolSizes { readers: config.pool.readers_max, writers: config.pool.writers_max };
        let store = Store::open_with(&config.database_url, sizes).await?;
        let offset =
            FixedOffset::east_opt(config.utc_offset_hours * 3_600).ok_or("utc_offset_hours is out of range")?;
        let intake = IntakeLimits { waiting_max: config.intake.waiting_max, group_max: config.intake.group_max };
        let settle_after = Duration::from_secs(config.settle_seconds.into());
        let limits = PlatformLimits { intake, settle_after, ..PlatformLimits::default() };
        Ok(Self { store, clock: Arc::new(SystemClock::new(offset)), keys: keys_of(config)?, limits })
    }
}

/// Does the work of a command, and then closes the store, after an error as well: then an embedded store has everything in one file.
pub(super) async fn with_platform<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Platform) -> Result<T, AnyError>,
) -> Result<T, AnyError> {
    at_work(start(config).await?, work).await
}

/// The same for a command that only watches: what the schema has left to be done is not done first.
pub(super) async fn with_watcher<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Platform) -> Result<T, AnyError>,
) -> Result<T, AnyError> {
    let Ready { store, clock, keys, limits } = Ready::of(config).await?;
    at_work(Platform::watch(store, clock, keys, limits).await?, work).await
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

/// Where the settings say that the keys are.
fn keys_of(config: &Config) -> Result<KeySource, AnyError> {
    let mut fresh = [0; 32];
    SysRng.try_fill_bytes(&mut fresh)?;
    Ok(KeySource { outside: keys_outside(config)?, fresh })
}

fn keys_outside(config: &Config) -> Result<Option<KeyRing>, AnyError> {
    let file = &config.keys_file;
    let text = match (file.as_os_str().is_empty(), config.keys.is_empty()) {
        (true, true) => return Ok(None),
        (false, false) => return Err("the settings have both `keys` and `keys_file`; give one of them".into()),
        (false, true) => read_text(file)?,
        (true, false) => config.keys.clone(),
    };
    let keys = KeyRing::from_text(&text).map_err(|error| {
        let named = if config.keys.is_empty() { file.display().to_string() } else { "keys".to_owned() };
        format!("{named}: {error}")
    })?;
    Ok(Some(keys))
}

/// Random bytes for a token.
pub(super) fn random_bytes() -> Result<[u8; 16], AnyError> {
    let mut bytes = [0; 16];
    SysRng.try_fill_bytes(&mut bytes)?;
    Ok(bytes)
}

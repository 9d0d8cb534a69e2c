//! Starting the platform on the store that the settings name.

use std::sync::Arc;

use chrono::FixedOffset;
use rand::TryRng;
use rand::rngs::SysRng;

use super::error::AnyError;
use crate::config::Config;
use crate::foundation::SystemClock;
use crate::pipeline::{IntakeLimits, Platform, PlatformLimits};
use crate::storage::{PoolSizes, Store};

/// Starts the platform on a migrated store.
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

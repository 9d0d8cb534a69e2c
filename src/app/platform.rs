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
    let sizes = PoolSizes { readers: config.pool.readers_max, writers: config.pool.writers_max };
    let store = Store::open_with(&config.database_url, sizes).await?;
    let offset = FixedOffset::east_opt(config.utc_offset_hours * 3_600).ok_or("utc_offset_hours is out of range")?;
    let mut secret = [0; 32];
    SysRng.try_fill_bytes(&mut secret)?;
    let intake = IntakeLimits { waiting_max: config.intake.waiting_max, group_max: config.intake.group_max };
    let limits = PlatformLimits { intake, ..PlatformLimits::default() };
    Ok(Platform::start(store, Arc::new(SystemClock::new(offset)), secret, limits).await?)
}

/// Does the work of a command, and then closes the store, after an error as well: then an embedded store has everything in one file.
pub(super) async fn with_platform<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Platform) -> Result<T, AnyError>,
) -> Result<T, AnyError> {
    let platform = start(config).await?;
    let output = work(&platform).await;
    let closed = platform.shut_down().await;
    let output = output?;
    closed?;
    Ok(output)
}

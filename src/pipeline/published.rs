//! What a released wave published, read from where it is kept.

use super::known_waves::LoadedWave;
use super::{PipelineError, Standings, release_formats};
use crate::storage::{StorageError, Store};

/// What a released wave publishes; nothing where no release is kept.
pub(super) async fn read_published(store: &Store, loaded: &LoadedWave) -> Result<Option<Standings>, PipelineError> {
    let Some(release) = store.latest_release(loaded.id).await? else { return Ok(None) };
    if content_hash(&release.content) != release.content_hash {
        return Err(damaged_release(&"its content is not what was released").into());
    }
    let published = release_formats::read(&release.content).map_err(|reason| damaged_release(&reason))?;
    let plan = &loaded.wave.plan;
    Ok(Some(Standings::of_published(published, &release.content_hash, &plan.estimation, plan.ranking)))
}

/// The hash that stands beside what was released.
pub(super) fn content_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// What is wrong with a release that cannot be read or written.
pub(super) fn damaged_release(reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Damaged { table: "release", reason: reason.to_string() }
}

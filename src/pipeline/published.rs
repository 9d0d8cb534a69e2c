//! What a released wave published, read from where it is kept, and kept in memory from then on.
//!
//! A release never changes, so it is read once; which releases there are is asked for again now and then, behind the readers' backs: a
//! correction shows a moment after it was made, and a database that is away keeps nobody from reading.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Slot, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::known_waves::LoadedWave;
use super::{PipelineError, Standings, release_formats};
use crate::release::{Published, ReleaseFacts, content_hash};
use crate::storage::{StorageError, Store};

/// For how long it is believed that there is no further release.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
/// How many releases of a wave are held in memory: the latest, and some that it corrected.
const HELD_MAX: usize = 3;

/// The releases of one wave, as far as they were read.
#[derive(Default)]
pub(super) struct PublishedReleases {
    known: Slot<Known>,
    /// Held while something is read.
    reading: Mutex<()>,
}

#[derive(Default)]
struct Known {
    all: Option<(Arc<[ReleaseFacts]>, Instant)>,
    held: BTreeMap<i32, Standings>,
}

impl PublishedReleases {
    /// What the release of this `number` says, or the latest one; nothing where there is none.
    pub(super) async fn standings(
        self: &Arc<Self>,
        store: &Store,
        loaded: &LoadedWave,
        number: Option<i32>,
    ) -> Result<Option<Standings>, PipelineError> {
        let (mut all, is_fresh) = self.all(store, loaded).await?;
        if number.is_some_and(|number| all.iter().all(|facts| facts.number != number)) && !is_fresh {
            // It may have been made since.
            all = self.look(store, loaded).await?;
        }
        let Some(published) = Published::among(&all, number) else { return Ok(None) };
        let held = |known: &Known| known.held.get(&published.facts().number).cloned();
        if let Some(standings) = held(&self.known()) {
            return Ok(Some(standings.released_as(published)));
        }
        let _reading = self.reading.lock().await;
        if let Some(standings) = held(&self.known()) {
            return Ok(Some(standings.released_as(published)));
        }
        let read = read(store, loaded, published).await?;
        self.hold(&read);
        Ok(Some(read))
    }

    /// The facts of all releases, the first one first, and whether they were just read.
    pub(super) async fn all(
        self: &Arc<Self>,
        store: &Store,
        loaded: &LoadedWave,
    ) -> Result<(Arc<[ReleaseFacts]>, bool), PipelineError> {
        let known = self.known().all.clone();
        let Some((all, read_at)) = known else { return Ok((self.look(store, loaded).await?, true)) };
        if read_at.elapsed() < BELIEVED_FOR {
            return Ok((all, true));
        }
        let (releases, store, loaded) = (Arc::clone(self), store.clone(), loaded.clone());
        tokio::spawn(async move {
            let Ok(_reading) = releases.reading.try_lock() else { return };
            if let Err(error) = releases.read_all(&store, &loaded).await {
                tracing::debug!(%error, "it cannot be asked whether what was released was corrected");
            }
        });
        Ok((all, false))
    }

    /// Reads which releases there are.
    pub(super) async fn look(&self, store: &Store, loaded: &LoadedWave) -> Result<Arc<[ReleaseFacts]>, PipelineError> {
        let _reading = self.reading.lock().await;
        let known = self.known().all.clone();
        match known {
            Some((all, read_at)) if read_at.elapsed() < BELIEVED_FOR => Ok(all),
            _ => self.read_all(store, loaded).await,
        }
    }

    /// Lets the next reader look: a further release was just made.
    pub(super) fn forget(&self) {
        self.known().all = None;
    }

    async fn read_all(&self, store: &Store, loaded: &LoadedWave) -> Result<Arc<[ReleaseFacts]>, PipelineError> {
        let all: Arc<[ReleaseFacts]> = store.releases(loaded.id).await?.into();
        self.known().all = Some((Arc::clone(&all), Instant::now()));
        Ok(all)
    }

    /// Keeps what was read, and drops the earliest of too many.
    fn hold(&self, read: &Standings) {
        let mut known = self.known();
        if let Some(published) = &read.release {
            known.held.insert(published.facts().number, read.clone());
        }
        while known.held.len() > HELD_MAX {
            known.held.pop_first();
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(store: &Store, loaded: &LoadedWave, release: Published) -> Result<Standings, PipelineError> {
    let facts = release.facts();
    // Whoever mends it must know which of the rows it is.
    let damaged = |reason: &dyn std::fmt::Display| {
        let (number, wave) = (facts.number, &loaded.wave.plan.code);
        damaged_release(&format!("release {number} of the wave {wave}: {reason}"))
    };
    let kept = store.release(loaded.id, facts.number).await?;
    let kept = kept.ok_or_else(|| damaged(&"it is not there any more"))?;
    if content_hash(&kept.content) != facts.content_hash {
        return Err(damaged(&"its content is not what was released").into());
    }
    let published = release_formats::read(&kept.content).map_err(|reason| damaged(&reason))?;
    let plan = &loaded.wave.plan;
    Ok(Standings::of_published(published, release, &plan.estimation, plan.ranking))
}

/// What is wrong with a release that cannot be read or written.
pub(super) fn damaged_release(reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Damaged { table: "release", reason: reason.to_string() }
}

//! The use cases of the platform: here the other rooms work together on what the database has. Knows nothing of HTTP.
//!
//! A submission goes through `submit.rs` and `intake.rs`; a ranking comes out of `readings.rs`, `results.rs` (of many units `parts.rs`)
//! and `standings.rs`; `identity.rs` tells why
//! nobody can tie a receipt to a response. Start reading at [`Platform`].

mod access;
mod counting;
mod doctor;
mod entries;
mod error;
mod forgetting;
mod gather;
mod identity;
mod import;
mod import_batches;
mod intake;
mod invitations;
mod parts;
mod readings;
mod recordings;
mod release_formats;
mod releases;
mod results;
mod rights;
mod standings;
mod submit;
mod synthetic;
mod waves;
mod written_code;

pub use crate::storage::FormEntry;
pub use doctor::{Checkup, Mismatch};
pub use entries::{BatchState, Difference, Entered, FORM_NUMBER_MAX, Turn, TypedForm, check_form_number};
pub use error::{PipelineError, SubmitError};
pub use identity::InstanceSecret;
pub use import::{ImportProgress, ImportedResponses};
pub use intake::IntakeLimits;
pub use invitations::{InvitationCard, PreparedDraw, UnitInvitations};
pub use recordings::ImportedRecordings;
pub use standings::{LeftOut, ShownRanking, Standings};
pub use submit::Accepted;
pub use synthetic::SyntheticWave;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, RwLock};

use crate::accounts::Actor;
use crate::foundation::Clock;
use crate::storage::{StorageError, Store};
use counting::keep_folding;
use forgetting::Forgetting;
use intake::Intake;
use readings::ReadingsByWave;
use waves::LoadedWave;

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformLimits {
    /// Submissions.
    pub intake: IntakeLimits,
    /// For how long a reader waits for what was committed a moment ago; after it, what was computed last is shown.
    pub reader_patience: Duration,
}

impl Default for PlatformLimits {
    fn default() -> Self {
        Self { intake: IntakeLimits::default(), reader_patience: Duration::from_millis(150) }
    }
}

/// The platform at work on somebody's behalf: everything that pages, the API and the commands ask of it. Cheap to clone.
///
/// As it is started it acts for the operator; [`Platform::acting_for`] hands it to somebody else, whose rights every use case
/// asks for.
#[derive(Clone)]
pub struct Platform {
    inner: Arc<Inner>,
    actor: Arc<Actor>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    secret: InstanceSecret,
    intake: Intake,
    waves: RwLock<HashMap<String, LoadedWave>>,
    /// Held while a wave is read from storage.
    reading_wave: Mutex<()>,
    readings: ReadingsByWave,
    forgetting: Forgetting,
    limits: PlatformLimits,
}

impl Platform {
    /// Sets to work on a migrated store. `fresh_secret` becomes the instance's secret if it has none yet.
    pub async fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        fresh_secret: [u8; 32],
        limits: PlatformLimits,
    ) -> Result<Self, PipelineError> {
        store.check_schema().await?;
        let hex = store.setting_or_insert("secret", &InstanceSecret::to_hex(fresh_secret)).await?;
        let secret = InstanceSecret::from_hex(&hex).ok_or_else(|| StorageError::Damaged {
            table: "setting",
            reason: "the secret is not 64 hexadecimal digits".to_owned(),
        })?;
        let intake = Intake::start(&store, limits.intake);
        let (waves, reading_wave, readings) = (RwLock::default(), Mutex::default(), ReadingsByWave::default());
        let forgetting = Forgetting::start(store.clone(), intake.spent());
        let inner = Inner { store, clock, secret, intake, waves, reading_wave, readings, forgetting, limits };
        let platform = Self::of_operator(Arc::new(inner));
        platform.recount_due().await?;
        platform.keep_missing_releases().await?;
        tokio::spawn(keep_folding(Arc::downgrade(&platform.inner), platform.inner.intake.committed()));
        Ok(platform)
    }

    fn of_operator(inner: Arc<Inner>) -> Self {
        Self { inner, actor: Arc::new(Actor::Operator) }
    }

    /// The clock that decides what day it is.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// The register and everything else that needs no use case of its own.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Whether storage answers, and keeps what it is given: after a failure that is tried, not believed.
    pub async fn is_ready(&self) -> bool {
        let store = &self.inner.store;
        store.ping().await.is_ok() && (!self.inner.intake.is_failing() || store.try_to_commit().await.is_ok())
    }

    /// The administrator's token; the same on all servers of one database.
    #[must_use]
    pub fn administrator_token(&self) -> String {
        self.inner.secret.administrator_token()
    }

    /// The wave in which an answer with this receipt was accepted, if there is one.
    pub async fn find_receipt(&self, receipt: &str) -> Result<Option<Arc<crate::survey::Wave>>, PipelineError> {
        for (code, _) in self.inner.store.wave_states().await? {
            if self.inner.secret.is_receipt(&code, receipt) {
                return Ok(Some(self.load_wave(&code).await?.wave));
            }
        }
        Ok(None)
    }

    /// Adds what is pending to the counts and closes the store. Call it when nothing is being submitted any more.
    pub async fn shut_down(&self) -> Result<(), PipelineError> {
        self.fold().await?;
        self.inner.forgetting.stop().await;
        // Whatever cannot be forgotten now is forgotten after the next start.
        if let Err(error) = self.inner.store.forget_spent_codes().await {
            tracing::warn!(%error, "the database still tells which answers came with which codes");
        }
        Ok(self.inner.store.clone().close().await?)
    }
}

//! What all services work with, and on whose behalf.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::PipelineError;
use super::background::Background;
use super::forgetting::Forgetting;
use super::known_waves::{KnownWaves, LoadedWave};
use super::queue::Queue;
use super::readings::{ReadingsByWave, Source};
use crate::accounts::{Actor, Permission, Scope, allows};
use crate::foundation::Clock;
use crate::secrets::{KeyRing, PassingKey, TokenHash};
use crate::storage::Store;
use crate::survey::Wave;

/// What all services work with, and on whose behalf they do. Cheap to clone.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) shared: Arc<Shared>,
    actor: Arc<Actor>,
}

/// What is one in a process, whoever asks.
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) secret: KeyRing,
    /// What nobody can derive again.
    pub(super) passing: PassingKey,
    /// The tokens that were known when the database was last asked.
    pub(super) known_tokens: Mutex<HashSet<TokenHash>>,
    pub(super) queue: Queue,
    pub(super) waves: KnownWaves,
    pub(super) readings: ReadingsByWave,
    pub(super) background: Background,
    /// After how long a silence whoever works on a job is taken for dead.
    pub(super) job_silence: Duration,
    pub(super) forgetting: Arc<Forgetting>,
    /// For how long somebody may keep the database from forgetting before they are named.
    pub(super) held_after: Duration,
}

impl Deref for Context {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Context {
    /// The context of services that act for the operator.
    pub(super) fn of_operator(shared: Arc<Shared>) -> Self {
        Self { shared, actor: Arc::new(Actor::Operator) }
    }

    /// The same context on somebody else's behalf.
    pub(super) fn acting_for(&self, actor: Actor) -> Self {
        Self { shared: Arc::clone(&self.shared), actor: Arc::new(actor) }
    }

    /// On whose behalf services act.
    pub(super) fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether they may do this.
    pub(super) fn may(&self, permission: Permission, scope: &Scope<'_>) -> bool {
        allows(&self.actor, permission, scope)
    }

    /// Fails where they may not do this.
    pub(super) fn demand(&self, permission: Permission, scope: &Scope<'_>) -> Result<(), PipelineError> {
        if self.may(permission, scope) { Ok(()) } else { Err(PipelineError::NotAllowed(permission)) }
    }

    /// Fails where they may not change what is measured and by whom.
    pub(super) fn demand_management(&self) -> Result<(), PipelineError> {
        self.demand(Permission::Manage, &Scope::default())
    }

    /// The wave with this code, whoever asks.
    pub(super) async fn load_wave(&self, code: &str) -> Result<LoadedWave, PipelineError> {
        self.waves.load(&self.store, code).await
    }

    /// The wave as it stands now, whoever asks.
    pub(super) async fn load(&self, wave: &Wave) -> Result<LoadedWave, PipelineError> {
        self.load_wave(wave.plan.code.as_str()).await
    }

    /// What readings are made from.
    pub(super) fn source(&self) -> Source {
        Source { store: self.store.clone(), clock: Arc::clone(&self.clock) }
    }
}

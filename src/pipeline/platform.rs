//! The platform: its services over one context, and how it starts and ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::administrators::Administrators;
use super::background::Background;
use super::collectors::Collectors;
use super::context::{Context, Shared};
use super::counts::{Counts, keep_folding, keep_settling};
use super::doctor::Doctor;
use super::forgetting::{Forgetting, HeldTraces, keep_forgetting};
use super::import::Imports;
use super::intake::Intake;
use super::invitations::Invitations;
use super::jobs::{Jobs, keep_working};
use super::keying::Keying;
use super::keys::{KeySource, Keys, open_keys};
use super::monitor::Monitor;
use super::queue::{IntakeLimits, Queue};
use super::readings::ReadingsByWave;
use super::recordings::Recordings;
use super::register::Register;
use super::results::Results;
use super::synthetic::Synthetic;
use super::waves::Waves;
use super::{PipelineError, known_waves::KnownWaves};
use crate::accounts::{Actor, Permission, Scope};
use crate::foundation::{Clock, Code};
use crate::secrets::PassingKey;
use crate::storage::Store;
use crate::survey::{CodeRefusal, Wave};

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformLimits {
    /// Submissions.
    pub intake: IntakeLimits,
    /// For how long a reader waits for what was committed a moment ago; after it, what was computed last is shown.
    pub reader_patience: Duration,
    /// After how long a silence whoever works on a job is taken for dead.
    pub job_silence: Duration,
    /// For how long answers wait before they are settled into the log, which keeps no order of arrival.
    pub settle_after: Duration,
    /// For how long somebody may keep the database from forgetting before they are named.
    pub held_after: Duration,
}

impl Default for PlatformLimits {
    fn default() -> Self {
        Self {
            intake: IntakeLimits::default(),
            reader_patience: Duration::from_millis(150),
            job_silence: Duration::from_secs(10),
            settle_after: Duration::from_secs(30),
            held_after: Duration::from_mins(1),
        }
    }
}

/// The platform at work on somebody's behalf: the services that pages, the API and the commands ask. Cheap to clone.
///
/// As it is started it acts for the operator; [`Platform::acting_for`] hands it to somebody else, whose rights every service
/// asks for.
#[derive(Clone)]
pub struct Platform {
    context: Context,
}

/// Its services, each in a file of its own.
impl Platform {
    /// Takes submissions.
    #[must_use]
    pub fn intake(&self) -> Intake {
        Intake::of(&self.context)
    }

    /// Plans waves and moves them on.
    #[must_use]
    pub fn waves(&self) -> Waves {
        Waves::of(&self.context)
    }

    /// Tells what a wave's answers say.
    #[must_use]
    pub fn results(&self) -> Results {
        Results::of(&self.context)
    }

    /// Tells how the fieldwork goes.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        Monitor::of(&self.context)
    }

    /// Draws samples and hands out codes.
    #[must_use]
    pub fn invitations(&self) -> Invitations {
        Invitations::of(&self.context)
    }

    /// Takes forms that are typed in.
    #[must_use]
    pub fn keying(&self) -> Keying {
        Keying::of(&self.context)
    }

    /// Knows who may everything.
    #[must_use]
    pub fn administrators(&self) -> Administrators {
        Administrators::of(&self.context)
    }

    /// Knows where the keys are.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::of(&self.context)
    }

    /// Lets devices and collectors in.
    #[must_use]
    pub fn collectors(&self) -> Collectors {
        Collectors::of(&self.context)
    }

    /// Knows the units.
    #[must_use]
    pub fn register(&self) -> Register {
        Register::of(&self.context)
    }

    /// Brings in files of responses.
    #[must_use]
    pub fn imports(&self) -> Imports {
        Imports::of(&self.context)
    }

    /// Keeps the recordings of questions.
    #[must_use]
    pub fn recordings(&self) -> Recordings {
        Recordings::of(&self.context)
    }

    /// Lets the counts follow what was committed.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(&self.context)
    }

    /// Knows of long work.
    #[must_use]
    pub fn jobs(&self) -> Jobs {
        Jobs::of(&self.context)
    }

    /// Counts everything again.
    #[must_use]
    pub fn doctor(&self) -> Doctor {
        Doctor::of(&self.context)
    }

    /// Invents answers.
    #[must_use]
    pub fn synthetic(&self) -> Synthetic {
        Synthetic::of(&self.context)
    }
}

/// On whose behalf it acts.
impl Platform {
    /// The same platform on somebody else's behalf: every service that it is asked for from now on is theirs.
    #[must_use]
    pub fn acting_for(&self, actor: Actor) -> Self {
        Self { context: self.context.acting_for(actor) }
    }

    /// On whose behalf it acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.context.actor()
    }

    /// Whether whoever it acts for may do this.
    #[must_use]
    pub fn may(&self, permission: Permission, scope: &Scope<'_>) -> bool {
        self.context.may(permission, scope)
    }

    /// Fails where whoever it acts for may not do this.
    pub fn demand(&self, permission: Permission, scope: &Scope<'_>) -> Result<(), PipelineError> {
        self.context.demand(permission, scope)
    }

    /// The platform on behalf of whoever shows this: the administrator's token, or the code of a device or a collector. Nothing
    /// where it is nobody's, or was taken back.
    pub async fn recognise(&self, shown: &str) -> Result<Option<Self>, PipelineError> {
        if self.administrators().know(shown).await? {
            return Ok(Some(self.acting_for(Actor::Administrator)));
        }
        let access = self.collectors().with_code(shown).await?;
        Ok(access.map(|access| self.acting_for(Actor::with(access))))
    }

    /// The platform on behalf of whoever typed the code of an invitation, and the unit whose form it opens; or why it opens none.
    pub async fn invited(&self, wave: &Wave, typed: &str) -> Result<Result<(Self, Code), CodeRefusal>, PipelineError> {
        let unit = match self.invitations().unit_of(wave, typed).await? {
            Ok(unit) => unit,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let actor = Actor::Invited { wave: wave.plan.code.clone(), unit: unit.clone() };
        Ok(Ok((self.acting_for(actor), unit)))
    }
}

/// Its life.
impl Platform {
    /// Sets to work on a migrated store: what the schema has left to be done is done first.
    pub async fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        keys: KeySource,
        limits: PlatformLimits,
    ) -> Result<Self, PipelineError> {
        let platform = Self::watch(store, clock, keys, limits).await?;
        platform.jobs().catch_up().await?;
        let shared = &platform.context.shared;
        let (weak, committed) = (Arc::downgrade(shared), shared.queue.committed());
        shared.background.begin(|stopping| keep_folding(weak, committed, stopping)).await;
        let (weak, traces) = (Arc::downgrade(shared), shared.queue.traces());
        shared.background.begin(|stopping| keep_settling(weak, limits.settle_after, traces, stopping)).await;
        Ok(platform)
    }

    /// The same without anything done, for whoever only watches what others do.
    pub async fn watch(
        store: Store,
        clock: Arc<dyn Clock>,
        keys: KeySource,
        limits: PlatformLimits,
    ) -> Result<Self, PipelineError> {
        store.check_schema().await?;
        let passing = PassingKey::of(keys.fresh);
        let secret = open_keys(&store, keys).await?;
        let queue = Queue::start(&store, limits.intake);
        let (waves, readings) = (KnownWaves::default(), ReadingsByWave::new(limits.reader_patience));
        let (job_silence, known_tokens) = (limits.job_silence, Mutex::default());
        let background = Background::default();
        let (forgetting, held_after) = (Arc::<Forgetting>::default(), limits.held_after);
        let (of_store, known) = (store.clone(), (queue.traces(), Arc::clone(&forgetting)));
        background.begin(|stopping| keep_forgetting(of_store, known, held_after, stopping)).await;
        let shared = Shared {
            store,
            clock,
            secret,
            passing,
            known_tokens,
            queue,
            waves,
            readings,
            background,
            job_silence,
            forgetting,
            held_after,
        };
        let shared = Arc::new(shared);
        Ok(Self { context: Context::of_operator(shared) })
    }

    /// Does the jobs that others want, from now on for as long as the platform lives.
    pub fn work(&self) {
        tokio::spawn(keep_working(Arc::downgrade(&self.context.shared), self.context.job_silence));
    }

    /// The clock that decides what day it is.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.context.clock.as_ref()
    }

    /// The store itself, for who keeps and copies it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.context.store
    }

    /// Whether storage answers, and keeps what it is given: after a failure that is tried, not believed.
    pub async fn is_ready(&self) -> bool {
        let store = &self.context.store;
        store.ping().await.is_ok() && (!self.context.queue.is_failing() || store.try_to_commit().await.is_ok())
    }

    /// What the database cannot forget for longer than it should, and who prevents it.
    #[must_use]
    pub fn held_traces(&self) -> Option<HeldTraces> {
        self.context.forgetting.held(self.context.held_after)
    }

    /// Adds what is pending to the counts, settles it and closes the store. Call it when nothing is being submitted any more.
    pub async fn shut_down(&self) -> Result<(), PipelineError> {
        self.context.background.stop().await;
        self.counts().settle().await?;
        // Whatever cannot be forgotten now is forgotten after the next start.
        if let Err(error) = self.context.store.forget_traces().await {
            tracing::warn!(%error, "the database still tells which answers came with which codes, or when");
        }
        Ok(self.context.store.clone().close().await?)
    }
}

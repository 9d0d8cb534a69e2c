//! On whose behalf the platform acts, and what it refuses them.

use std::sync::Arc;

use super::{PipelineError, Platform};
use crate::accounts::{Actor, Permission, Scope, allows};

impl Platform {
    /// The same platform on somebody else's behalf: every use case that it is asked for from now on is theirs.
    #[must_use]
    pub fn acting_for(&self, actor: Actor) -> Self {
        Self { inner: Arc::clone(&self.inner), actor: Arc::new(actor) }
    }

    /// On whose behalf it acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether whoever it acts for may do this.
    #[must_use]
    pub fn may(&self, permission: Permission, scope: &Scope<'_>) -> bool {
        allows(&self.actor, permission, scope)
    }

    /// Fails where whoever it acts for may not do this.
    pub fn demand(&self, permission: Permission, scope: &Scope<'_>) -> Result<(), PipelineError> {
        if self.may(permission, scope) { Ok(()) } else { Err(PipelineError::NotAllowed(permission)) }
    }

    /// Fails where whoever it acts for may not change what is measured and by whom.
    pub(super) fn demand_management(&self) -> Result<(), PipelineError> {
        self.demand(Permission::Manage, &Scope::default())
    }

    /// The platform on behalf of whoever shows this: the administrator's token, or the code of a device or a collector. Nothing
    /// where it is nobody's, or was taken back.
    pub async fn recognise(&self, shown: &str) -> Result<Option<Self>, PipelineError> {
        // Hashes are compared, so the time taken tells nothing.
        if blake3::hash(shown.as_bytes()) == blake3::hash(self.administrator_token().as_bytes()) {
            return Ok(Some(self.acting_for(Actor::Administrator)));
        }
        let access = self.find_access(shown).await?;
        Ok(access.map(|access| self.acting_for(Actor::with(access))))
    }
}

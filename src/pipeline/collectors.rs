//! Devices at a counter and people who enter forms: each has a code.

use std::sync::Arc;

use rand::TryRng;

use super::PipelineError;
use super::context::Context;
use crate::foundation::{Code, Finding, Findings};
use crate::storage::{KeptAccess, StorageError, WaveId};
use crate::survey::{Access, AccessKind, Wave};

/// The devices and people that send answers for others, each by a code.
#[derive(Clone)]
pub struct Collectors {
    context: Context,
}

impl Collectors {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Gives a device or a collector access to a wave, and returns its code: 20 characters in groups of four out of `random`.
    /// The code is not kept and cannot be shown again.
    pub async fn grant<R: TryRng>(
        &self,
        wave: &str,
        kind: AccessKind,
        name: &Code,
        unit: Option<&str>,
        random: &mut R,
    ) -> Result<String, PipelineError>
    where
        R::Error: Send + Sync + 'static,
    {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        let wave = &loaded.wave;
        if !wave.plan.modes.iter().any(|mode| kind.takes(*mode)) {
            let message = format!("the wave's plan takes no answers of a {}", kind.as_str());
            return Err(Findings::from(Finding::new("kind", "not_allowed", message)).into());
        }
        let unit = match unit {
            Some(code) => {
                let unit = wave.unit(code);
                Some(unit.ok_or_else(|| PipelineError::NotFound { what: "unit in the wave", code: code.to_owned() })?)
            }
            None if kind == AccessKind::Kiosk => {
                let message = "a device stands at one office: name its unit";
                return Err(Findings::from(Finding::new("unit", "missing", message)).into());
            }
            None => None,
        };
        let mut bytes = [0; 16];
        random.try_fill_bytes(&mut bytes).map_err(|error| PipelineError::Randomness(Box::new(error)))?;
        let (code, hash) = self.context.secret.access_code(bytes);
        let (name, unit) = (name.to_string(), unit.map(|unit| unit.id));
        self.context.store.keep_access(&KeptAccess { wave: loaded.id, name, kind, unit, revoked: false }, hash).await?;
        Ok(code)
    }

    /// The devices and collectors of a wave, by name.
    pub async fn all(&self, wave: &str) -> Result<Vec<Access>, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        let kept = self.context.store.accesses(loaded.id).await?;
        Ok(kept.into_iter().map(|kept| to_access(kept, &loaded.wave)).collect::<Result<_, _>>()?)
    }

    /// Takes the access of a device or collector back. What it sent before stays.
    pub async fn revoke(&self, wave: &str, name: &str) -> Result<(), PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        if self.context.store.revoke_access(loaded.id, name).await? {
            return Ok(());
        }
        Err(PipelineError::NotFound { what: "device or collector", code: name.to_owned() })
    }

    /// A code as it was handed out, however it was typed; nothing where it cannot be one.
    #[must_use]
    pub fn code_as_handed_out(&self, typed: &str) -> Option<String> {
        self.context.secret.read_access_code(typed).map(|(code, _)| code)
    }

    /// Who has this code; nothing if nobody has it, or it was taken back.
    pub(super) async fn with_code(&self, code: &str) -> Result<Option<Access>, PipelineError> {
        let Some((_, hash)) = self.context.secret.read_access_code(code) else { return Ok(None) };
        let Some(kept) = self.context.store.access(hash).await? else { return Ok(None) };
        if kept.revoked {
            return Ok(None);
        }
        let wave = self.wave_with_id(kept.wave).await?;
        Ok(Some(to_access(kept, &wave)?))
    }

    async fn wave_with_id(&self, id: WaveId) -> Result<Arc<Wave>, PipelineError> {
        for (code, _) in self.context.store.wave_states().await? {
            let loaded = self.context.load_wave(&code).await?;
            if loaded.id == id {
                return Ok(loaded.wave);
            }
        }
        Err(StorageError::Damaged { table: "access", reason: format!("there is no wave {}", id.0) }.into())
    }
}

fn to_access(kept: KeptAccess, wave: &Wave) -> Result<Access, StorageError> {
    let damaged = |reason: String| StorageError::Damaged { table: "access", reason };
    let unit = |id| wave.units.iter().find(|unit| unit.id == id).map(|unit| unit.code().clone());
    let unit = match kept.unit {
        Some(id) => Some(unit(id).ok_or_else(|| damaged(format!("the wave does not measure the unit {}", id.0)))?),
        None => None,
    };
    Ok(Access {
        kind: kept.kind,
        name: Code::new(kept.name).map_err(|error| damaged(error.to_string()))?,
        wave: wave.plan.code.clone(),
        unit,
        revoked: kept.revoked,
    })
}

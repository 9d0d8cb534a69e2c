//! How a wave's fieldwork goes: what officers watch. No score comes out here.

use std::sync::{Arc, PoisonError};

use chrono::{DateTime, FixedOffset};

use super::PipelineError;
use super::context::Context;
use super::forming::fieldwork_of;
use crate::accounts::{Permission, Scope};
use crate::monitoring::Fieldwork;
use crate::survey::Wave;

/// The state of the fieldwork of waves.
#[derive(Clone)]
pub struct Monitor {
    context: Context,
}

impl Monitor {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// The state of a wave's fieldwork as of a moment ago, and that moment.
    pub async fn fieldwork(&self, wave: &Wave) -> Result<(Arc<Fieldwork>, DateTime<FixedOffset>), PipelineError> {
        self.context.demand(Permission::SeeFieldwork, &Scope::of(wave))?;
        let loaded = self.context.load(wave).await?;
        let readings = self.context.readings.of(loaded.id);
        let patience = self.context.readings.patience;
        let (reading, as_of) = readings.read(&self.context.source(), loaded, patience).await?;
        let today = self.context.clock.today();
        let mut kept = reading.fieldwork.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, fieldwork)) = kept.as_ref().filter(|(day, _)| *day == today) {
            return Ok((Arc::clone(fieldwork), as_of));
        }
        let fieldwork = Arc::new(fieldwork_of(wave, &reading.counts, &reading.standings.results, today));
        *kept = Some((today, Arc::clone(&fieldwork)));
        Ok((fieldwork, as_of))
    }
}

//! The units that can be measured, and what became of them.

use std::io::Read;

use super::PipelineError;
use super::context::Context;
use crate::survey::{read_lineage, read_units};

/// The register of units.
#[derive(Clone)]
pub struct Register {
    context: Context,
}

impl Register {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Adds a file of units, all or none. Returns how many are new.
    pub async fn import_units(&self, file: impl Read) -> Result<usize, PipelineError> {
        self.context.demand_management()?;
        Ok(self.context.store.import_units(&read_units(file)?).await?)
    }

    /// Adds a file of lineage, all or none. Returns how many lines are new.
    pub async fn import_lineage(&self, file: impl Read) -> Result<u64, PipelineError> {
        self.context.demand_management()?;
        Ok(self.context.store.import_lineage(&read_lineage(file)?).await?)
    }
}

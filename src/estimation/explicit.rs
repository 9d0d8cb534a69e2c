//! Which domains have residuals of their own in a stratum.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Cells;

/// The domains whose residuals are formed unit by unit in a stratum, and what is expected of them there.
#[derive(Debug, Default)]
pub(super) struct Explicit {
    /// Those that have a member in the stratum, where the others follow from auxiliary variables; `None` where all domains are
    /// formed unit by unit.
    pub(super) members: Option<BTreeSet<usize>>,
    /// With calibration, of each such domain the rows of its regression that the stratum needs, by auxiliary variable.
    pub(super) expected: BTreeMap<usize, BTreeMap<usize, Vec<f64>>>,
    /// Without calibration, a level that all members belong to: what the stratum adds to it, it adds to everybody.
    pub(super) level_of_all: Option<usize>,
}

impl Explicit {
    /// The domains of a cell, without everybody where what the stratum adds to everybody follows from a level.
    pub(super) fn domains_of(&self, cells: &Cells, cell: u32) -> impl Iterator<Item = usize> {
        cells.domains(cell).filter(|domain| *domain > 0 || self.level_of_all.is_none())
    }
}

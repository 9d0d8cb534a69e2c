//! What strata add to calibrated domains that have no member in them, in auxiliary counts: one stratum, and many added up.

use std::collections::{BTreeMap, BTreeSet};

/// What one stratum adds to domains that have no member in it.
#[derive(Debug)]
pub(super) struct AbsentStratum {
    pub(super) explicit: BTreeSet<usize>,
    pub(super) drawn: u64,
    pub(super) sums: Vec<(usize, f64)>,
    /// The covariance of the counts; of a lonely stratum their products.
    pub(super) entries: Entries,
}

/// The upper triangle of a sparse symmetric matrix.
pub(super) type Entries = Vec<((usize, usize), f64)>;

/// Strata added up: those of several units, and lonely ones.
#[derive(Debug, Default)]
pub(super) struct AbsentTotals {
    pub(super) several: AuxiliarySums,
    pub(super) lonely: AuxiliarySums,
}

#[derive(Debug, Default)]
pub(super) struct AuxiliarySums {
    pub(super) strata: u64,
    pub(super) drawn: u64,
    pub(super) sums: BTreeMap<usize, f64>,
    pub(super) entries: BTreeMap<(usize, usize), f64>,
}

impl AbsentTotals {
    pub(super) fn add(&mut self, stratum: &AbsentStratum) {
        let to = if stratum.is_lonely() { &mut self.lonely } else { &mut self.several };
        to.strata += 1;
        to.drawn += stratum.drawn;
        stratum.entries.iter().for_each(|(at, value)| *to.entries.entry(*at).or_insert(0.0) += value);
        stratum.sums.iter().for_each(|(column, sum)| *to.sums.entry(*column).or_insert(0.0) += sum);
    }
}

impl AbsentStratum {
    /// Whether a single unit was drawn in it.
    pub(super) fn is_lonely(&self) -> bool {
        self.drawn == 1
    }
}

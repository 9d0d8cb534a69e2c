//! Lonely strata that stand for the mean of the others (`average`): what the sum over the others is multiplied by.

use crate::statistics::SymmetricMatrix;

/// How many strata a statistic rests on, and how many of them are lonely.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StrataInPlay {
    pub(super) all: u64,
    pub(super) lonely: u64,
}

impl StrataInPlay {
    /// What the sum over the strata is multiplied by where lonely ones stand for the mean of the others; nothing where all are.
    pub(super) fn factor(&self) -> Option<f64> {
        match self.all - self.lonely {
            0 => None,
            others => Some(self.all as f64 / others as f64),
        }
    }
}

/// The first stage where lonely strata stand for the mean of the others (`average`): which others there are depends on who
/// answered, as in R, whose `na.rm` takes strata without an answer out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Averaged {
    /// What the strata that are not lonely add.
    pub(super) others: SymmetricMatrix,
    /// What it is multiplied by: item by item, then any item of each group. Nothing where all strata are lonely.
    pub(super) factors: Vec<Option<f64>>,
}

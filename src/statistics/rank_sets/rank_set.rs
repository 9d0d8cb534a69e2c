//! The rank set of one unit.

/// The best and the worst rank that the data allow a unit; 1 is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankSet {
    /// 1 + how many units are found better.
    pub low: usize,
    /// The number of units less how many are found worse.
    pub high: usize,
}

/// How often a unit is told apart from another, counted for both.
pub(super) fn decisions(sets: &[RankSet]) -> usize {
    sets.iter().map(|set| set.low - 1 + sets.len() - set.high).sum()
}

//! The rank sets of all units, and what decided them.

use super::rank_set::{RankSet, decisions};
use super::{Comparison, CriticalValue};

/// The rank sets of all units, and how they were decided.
#[derive(Debug, Clone, PartialEq)]
pub struct RankSets<'a> {
    /// One for each unit, in the order of the given estimates.
    pub sets: Vec<RankSet>,
    /// The critical values: one for each step of a stepwise method, of which the last one decides; one for each unit where the
    /// sets are marginal. Empty where there is no pair to compare.
    pub critical: Vec<CriticalValue>,
    /// How many of the `units (units − 1)` decisions, two a pair, tell units apart.
    pub decisions: usize,
    pub(super) comparison: &'a Comparison<'a>,
    pub(super) rule: Rule,
}

/// What tells units `i` and `j` apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    /// The z of the pair's p value is above c.
    Difference(f64),
    /// `|θ_i − θ_j| > r_i + r_j`: their intervals, which reach so far, do not overlap.
    Overlap(Vec<f64>),
    /// The z of the pair's p value is above `c_i`, in the set of unit `i`.
    OwnDifference(Vec<f64>),
}

impl<'a> RankSets<'a> {
    /// Sets in which each pair is told apart for both units or for neither.
    pub(super) fn joint(comparison: &'a Comparison<'a>, critical: Vec<CriticalValue>, rule: Rule) -> Self {
        let sets = match rule {
            Rule::Difference(c) => comparison.sets_where(|i, j| comparison.differ(i, j, c)),
            Rule::Overlap(ref reach) => comparison.sets_of_intervals(reach),
            Rule::OwnDifference(ref c) => (0..c.len()).map(|i| comparison.own_set(i, c[i])).collect(),
        };
        Self { decisions: decisions(&sets), sets, critical, comparison, rule }
    }

    /// The one-sided form of simultaneous sets that leaves the worst ranks open: the low ends.
    ///
    /// Which units may be among the best τ is answered by `low ≤ τ`, for all units and all τ together.
    /// Source: R `csranks(cstype = "lower")`, `cstaubest`.
    #[must_use]
    pub fn lower(mut self) -> Self {
        let units = self.sets.len();
        self.sets.iter_mut().for_each(|set| set.high = units);
        self
    }

    /// The one-sided form of simultaneous sets that leaves the best ranks open: the high ends.
    ///
    /// Which units may be among the worst τ is answered by `high > units − τ`, for all units and all τ together.
    /// Source: R `csranks(cstype = "upper")`, `cstauworst`.
    #[must_use]
    pub fn upper(mut self) -> Self {
        self.sets.iter_mut().for_each(|set| set.low = 1);
        self
    }

    /// Whether unit `j` is told apart from unit `i` in the rank set of `i`. Symmetric unless the sets are marginal.
    #[must_use]
    pub fn are_distinct(&self, i: usize, j: usize) -> bool {
        match &self.rule {
            Rule::Difference(c) => self.comparison.differ(i, j, *c),
            Rule::Overlap(reach) => self.comparison.are_disjoint(i, j, reach),
            Rule::OwnDifference(c) => self.comparison.differ(i, j, c[i]),
        }
    }

    /// For sets by joint intervals the interval of each unit, `None` where its error is not known: such a unit is not told apart
    /// from any other. Two units are told apart where their intervals do not overlap. `None` for other sets.
    #[must_use]
    pub fn joint_intervals(&self) -> Option<Vec<Option<[f64; 2]>>> {
        if let Rule::Overlap(reach) = &self.rule { Some(self.comparison.intervals(reach)) } else { None }
    }

    /// How many pairs lie within two Monte-Carlo standard errors of the critical value: another seed may decide them
    /// otherwise. For marginal sets both units of a pair count.
    #[must_use]
    pub fn close_calls(&self) -> usize {
        let units = self.sets.len();
        let is_close = |i: usize, j: usize, critical: &CriticalValue| {
            let margin = 2.0 * critical.monte_carlo_se;
            margin > 0.0
                && self.comparison.differ(i, j, (critical.value - margin).max(0.0))
                && !self.comparison.differ(i, j, critical.value + margin)
        };
        match (&self.rule, self.critical.last()) {
            (Rule::OwnDifference(_), _) => {
                let own = self.critical.iter().enumerate();
                own.map(|(i, c)| (0..units).filter(|j| is_close(i, *j, c)).count()).sum()
            }
            (_, Some(last)) => (0..units).map(|i| (i + 1..units).filter(|j| is_close(i, *j, last)).count()).sum(),
            (_, None) => 0,
        }
    }
}

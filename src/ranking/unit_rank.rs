//! From rank sets to the ranks of units: competition ranks and tiers.

use super::{RankMethod, RankOptions};
use crate::statistics::{RankSet, RankSets};

/// The rank of a unit, the ranks that the data allow it, and its tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitRank {
    /// Competition rank: 1, 2, 2, 4.
    pub rank: usize,
    /// The best rank that the data allow.
    pub rank_low: usize,
    /// The worst rank that the data allow.
    pub rank_high: usize,
    /// The tier; see [`unit_ranks`].
    pub tier: usize,
}

/// The ranks of each unit, in the order of the estimates, which were [signed](super::RankOrder::signed).
///
/// Tiers: units whose sets overlap, directly or over others, are one tier; tiers hold disjoint runs of ranks, 1 is the
/// best. For `best` tier 1 may be among the best τ and tier 2 surely is not; for `worst` tier 1 surely is not among the worst
/// τ and tier 2 may be.
#[must_use]
pub fn unit_ranks(estimates: &[f64], found: &RankSets, options: &RankOptions) -> Vec<UnitRank> {
    let units = estimates.len();
    let two_tiers =
        |is_second: &dyn Fn(&RankSet) -> bool| found.sets.iter().map(|set| 1 + usize::from(is_second(set))).collect();
    let tiers: Vec<usize> = match options.method {
        RankMethod::Best => two_tiers(&|set| set.low > options.tau),
        RankMethod::Worst => two_tiers(&|set| set.high + options.tau > units),
        _ => chained_tiers(&found.sets),
    };
    let ranks = competition_ranks(estimates);
    let of_unit = |((rank, set), tier): ((usize, &RankSet), usize)| UnitRank {
        rank,
        rank_low: set.low,
        rank_high: set.high,
        tier,
    };
    ranks.into_iter().zip(&found.sets).zip(tiers).map(of_unit).collect()
}

/// Estimates that differ by less than this part of their size are one: calibrated weights are no whole numbers, so that equal
/// shares come out a few roundings apart.
const ROUNDING: f64 = 1e-12;

/// 1 + how many estimates are higher. Those that differ by rounding only are equal to the highest of them.
fn competition_ranks(estimates: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..estimates.len()).collect();
    order.sort_by(|a, b| estimates[*b].total_cmp(&estimates[*a]));
    let mut ranks = vec![1; estimates.len()];
    let (mut highest, mut rank) = (f64::INFINITY, 1);
    for (position, unit) in order.into_iter().enumerate() {
        let estimate = estimates[unit];
        let is_equal = highest - estimate <= ROUNDING * highest.abs();
        if highest.is_infinite() || !is_equal {
            (highest, rank) = (estimate, 1 + position);
        }
        ranks[unit] = rank;
    }
    ranks
}

/// The tier of each set: sets that overlap, directly or over others, are one tier.
fn chained_tiers(sets: &[RankSet]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sets.len()).collect();
    order.sort_by_key(|i| (sets[*i].low, sets[*i].high));
    let mut tiers = vec![0; sets.len()];
    let (mut tier, mut reach) = (0, 0);
    for i in order {
        if sets[i].low > reach {
            tier += 1;
        }
        reach = reach.max(sets[i].high);
        tiers[i] = tier;
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Comparison, Covariance};

    fn tiers(method: RankMethod, tau: usize) -> Vec<(usize, usize, usize)> {
        let estimates = [0.9, 0.89, 0.5, 0.49, 0.1];
        let comparison = Comparison::new(&estimates, Covariance::Independent(&[0.01; 5])).unwrap();
        let options = RankOptions { tau, draws: 2_000, ..RankOptions::new(method, 0.95) };
        let found = options.rank_sets(&comparison, &|_| ()).unwrap();
        unit_ranks(&estimates, &found, &options).iter().map(|p| (p.rank_low, p.rank_high, p.tier)).collect()
    }

    #[test]
    fn tiers_chain_sets_and_for_the_best_and_the_worst_say_who_may_be_among_them() {
        let joint = [(1, 2, 1), (1, 2, 1), (3, 4, 2), (3, 4, 2), (5, 5, 3)];
        assert_eq!(tiers(RankMethod::Simultaneous, 0), joint);
        assert_eq!(tiers(RankMethod::Holm, 0), joint);
        assert_eq!(tiers(RankMethod::Best, 2), [(1, 5, 1), (1, 5, 1), (3, 5, 2), (3, 5, 2), (5, 5, 2)]);
        assert_eq!(tiers(RankMethod::Best, 3), [(1, 5, 1), (1, 5, 1), (3, 5, 1), (3, 5, 1), (5, 5, 2)]);
        assert_eq!(tiers(RankMethod::Worst, 1), [(1, 2, 1), (1, 2, 1), (1, 4, 1), (1, 4, 1), (1, 5, 2)]);
        assert_eq!(tiers(RankMethod::Worst, 2), [(1, 2, 1), (1, 2, 1), (1, 4, 2), (1, 4, 2), (1, 5, 2)]);
    }

    #[test]
    fn zero_and_minus_zero_are_one_estimate() {
        assert_eq!(competition_ranks(&[0.0, -1.0, -0.0, 2.0]), [2, 4, 2, 1]);
    }

    #[test]
    fn what_differs_by_rounding_is_one_estimate_and_what_differs_by_more_is_not() {
        let third = 1.0 / 3.0;
        assert_eq!(competition_ranks(&[third, third + 1e-15, 0.2, third - 1e-15]), [1, 1, 4, 1]);
        assert_eq!(competition_ranks(&[third, third + 1e-11]), [2, 1]);
        assert_eq!(competition_ranks(&[]), [0_usize; 0]);
    }
}

//! Rank sets: which ranks the data allow, for all units jointly.

use super::quantile::normal_upper_tail;

/// The best and the worst rank that the data allow a unit; 1 is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankSet {
    /// 1 + how many units are surely better.
    pub low: usize,
    /// The number of units less how many are surely worse.
    pub high: usize,
}

/// The rank sets of all units and the pairs that were told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolmRankSets {
    /// One a unit, in the order of the estimates given.
    pub sets: Vec<RankSet>,
    distinct: Vec<bool>,
}

impl HolmRankSets {
    /// Whether units `i` and `j` are told apart at the joint level.
    #[must_use]
    pub fn are_distinct(&self, i: usize, j: usize) -> bool {
        self.distinct[i * self.sets.len() + j]
    }
}

/// Joint rank sets by Holm's procedure on the two-sided z tests of all pairs. Higher estimates are better.
///
/// ```text
/// p_ij = 2 Φ(−|θ_i − θ_j| / sd_ij),   sd_ij² = Σ_ii + Σ_jj − 2 Σ_ij,   m = number of pairs
/// sorted p_(1) ≤ p_(2) ≤ …: pairs are told apart as long as (m − k + 1) p_(k) ≤ 1 − level
/// low_i = 1 + #{j surely better},   high_i = units − #{j surely worse}
/// ```
///
/// All sets hold the true rank together with probability ≥ `level`, under any dependence. Where `sd_ij` is 0, no
/// sampling error was seen in either unit, which is no proof that there is none: the pair is not told apart.
///
/// `covariance` has a row and a column per estimate. Source: Holm (1979), Scandinavian Journal of Statistics 6, 65–70;
/// R `p.adjust(method = "holm")`.
#[must_use]
pub fn holm_rank_sets(estimates: &[f64], covariance: &[Vec<f64>], level: f64) -> HolmRankSets {
    let units = estimates.len();
    let mut pairs: Vec<(f64, usize, usize)> = (0..units)
        .flat_map(|i| (i + 1..units).map(move |j| (i, j)))
        .map(|(i, j)| {
            let variance = covariance[i][i] + covariance[j][j] - 2.0 * covariance[i][j];
            let p = if variance > 0.0 {
                2.0 * normal_upper_tail((estimates[i] - estimates[j]).abs() / variance.sqrt())
            } else {
                1.0
            };
            (p, i, j)
        })
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut found =
        HolmRankSets { sets: vec![RankSet { low: 1, high: units }; units], distinct: vec![false; units * units] };
    for (position, &(p, i, j)) in pairs.iter().enumerate() {
        if (pairs.len() - position) as f64 * p > 1.0 - level {
            break;
        }
        let (better, worse) = if estimates[i] > estimates[j] { (i, j) } else { (j, i) };
        found.sets[worse].low += 1;
        found.sets[better].high -= 1;
        found.distinct[i * units + j] = true;
        found.distinct[j * units + i] = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn independent(se: &[f64]) -> Vec<Vec<f64>> {
        let row = |i: usize| (0..se.len()).map(|j| if i == j { se[i] * se[i] } else { 0.0 }).collect();
        (0..se.len()).map(row).collect()
    }

    fn bounds(sets: &HolmRankSets) -> Vec<(usize, usize)> {
        sets.sets.iter().map(|set| (set.low, set.high)).collect()
    }

    #[test]
    fn far_units_get_one_rank_and_near_ones_share_theirs() {
        let sets = holm_rank_sets(&[0.9, 0.5, 0.501], &independent(&[0.01; 3]), 0.95);
        assert_eq!(bounds(&sets), [(1, 1), (2, 3), (2, 3)]);
        assert!(sets.are_distinct(0, 2) && sets.are_distinct(2, 0) && !sets.are_distinct(1, 2));
    }

    #[test]
    fn one_unit_has_rank_one_and_no_unit_has_none() {
        assert_eq!(bounds(&holm_rank_sets(&[0.4], &independent(&[0.1]), 0.95)), [(1, 1)]);
        assert_eq!(bounds(&holm_rank_sets(&[], &[], 0.95)), []);
    }

    #[test]
    fn units_without_any_sampling_error_are_not_told_apart() {
        assert_eq!(bounds(&holm_rank_sets(&[1.0, 0.8], &independent(&[0.0; 2]), 0.95)), [(1, 2), (1, 2)]);
    }

    proptest! {
        #[test]
        fn a_higher_level_never_narrows_a_set(
            units in prop::collection::vec((0.0_f64..1.0, 0.001_f64..0.1), 1..12),
            (low, high) in (0.5_f64..0.9, 0.9_f64..0.999),
        ) {
            let (estimates, se): (Vec<f64>, Vec<f64>) = units.into_iter().unzip();
            let covariance = independent(&se);
            let narrow = holm_rank_sets(&estimates, &covariance, low);
            let wide = holm_rank_sets(&estimates, &covariance, high);
            for (narrow, wide) in narrow.sets.iter().zip(&wide.sets) {
                prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high && narrow.low <= narrow.high);
            }
        }
    }
}

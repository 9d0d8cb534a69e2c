//! Ranks the units of a peer group.

use std::collections::HashMap;

use super::neighbour::{Shared, neighbours};
use super::{
    Knowledge, RankMethod, RankOptions, RankOrder, Ranked, Ranking, Simulated, Ties, Withheld, WithheldReason,
    unit_ranks,
};
use crate::foundation::Code;
use crate::statistics::{Comparison, Covariance, Estimate, RankSetError, RankSets, SparseCovariance};

/// A unit that can be ranked, with its position in the covariance.
struct Candidate<'a> {
    position: usize,
    unit: &'a Code,
    estimate: &'a Estimate,
    known: Knowledge,
}

impl Candidate<'_> {
    /// Whether its error is not the one that was seen, which was 0, but the one that its interval implies.
    fn has_implied_error(&self) -> bool {
        self.known.se > 0.0 && self.estimate.precision.is_some_and(|precision| precision.se == 0.0)
    }
}

/// The ranking of units by their estimates: competition ranks, rank sets and tiers by the method of `options`. Best first;
/// units with equal estimates share a rank and keep the order in which they came.
///
/// `covariance` is that of the estimates, in the order of `units`; those of withheld units are not used. Joint intervals need
/// variances alone. All other sets need the covariances, too, and take them for 0 where they were not gathered.
pub fn rank(
    units: &[(Code, Option<Estimate>)],
    covariance: &SparseCovariance,
    options: &RankOptions,
) -> Result<Ranking, RankSetError> {
    let (mut candidates, withheld) = divide(units, options);
    candidates.sort_by(|a, b| {
        let rising = a.estimate.value.total_cmp(&b.estimate.value);
        if options.order == RankOrder::Asc { rising } else { rising.reverse() }
    });
    let errors = Errors::of(&candidates, covariance, options.method);
    let estimates = options.order.signed(candidates.iter().map(|candidate| candidate.estimate.value));
    let comparison = Comparison::new(&estimates, errors.covariance())?
        .with_df(candidates.iter().map(|candidate| candidate.known.df).collect())?
        .with_exact(candidates.iter().map(|candidate| candidate.known.is_exact).collect())?;
    let found = options.rank_sets(&comparison, &|_| ())?;
    let ranked: Vec<_> = candidates.iter().map(|one| (one.unit, one.estimate.value, one.known)).collect();
    let shared = |a: usize, b: usize| covariance.between(candidates[a].position, candidates[b].position);
    let shared = Shared { variances: &errors.variances, between: &shared };
    let neighbours = neighbours(&ranked, &shared, options.level, |i, j| found.are_distinct(i, j));
    let ranks = unit_ranks(&estimates, &found, options);
    let described = candidates.iter().zip(ranks).zip(ties(&found, options.order)).zip(neighbours);
    let entries = described.map(|(((candidate, rank), ties), [previous, next])| Ranked {
        unit: candidate.unit.clone(),
        estimate: *candidate.estimate,
        rank: rank.rank,
        rank_low: rank.rank_low,
        rank_high: rank.rank_high,
        tier: rank.tier,
        ties,
        previous,
        next,
    });
    Ok(Ranking {
        method: options.method,
        level: options.level,
        pairs: candidates.len() * candidates.len().saturating_sub(1) / 2,
        pairs_told_apart: found.decisions / 2,
        sampling_units: fewest_and_most(&candidates),
        simulated: Simulated::of(&found, options),
        entries: entries.collect(),
        withheld,
    })
}

/// The covariance of candidates, in their order.
struct Errors {
    variances: Vec<f64>,
    /// Nothing where no two are correlated, or where that does not matter.
    rows: Option<Vec<Vec<f64>>>,
}

impl Errors {
    fn of(candidates: &[Candidate], covariance: &SparseCovariance, method: RankMethod) -> Self {
        let variance = |candidate: &Candidate| {
            let seen = covariance.variances()[candidate.position];
            if candidate.has_implied_error() { candidate.known.se.powi(2) } else { seen }
        };
        let variances: Vec<f64> = candidates.iter().map(variance).collect();
        let positions: HashMap<usize, usize> =
            candidates.iter().enumerate().map(|(i, candidate)| (candidate.position, i)).collect();
        let pairs = covariance.pairs().into_iter().flatten().filter(|_| method != RankMethod::Kww);
        let found = |((a, b), between)| Some((*positions.get(&a)?, *positions.get(&b)?, between));
        let mut pairs = pairs.filter_map(found).peekable();
        if pairs.peek().is_none() {
            return Self { variances, rows: None };
        }
        let mut rows = vec![vec![0.0; variances.len()]; variances.len()];
        for (i, variance) in variances.iter().enumerate() {
            rows[i][i] = *variance;
        }
        for (i, j, between) in pairs {
            (rows[i][j], rows[j][i]) = (between, between);
        }
        Self { variances, rows: Some(rows) }
    }

    fn covariance(&self) -> Covariance<'_> {
        self.rows.as_deref().map_or(Covariance::Diagonal(&self.variances), Covariance::Full)
    }
}

/// What tells of each candidate which others it cannot be told apart from.
fn ties(found: &RankSets, order: RankOrder) -> Vec<Ties> {
    let units = found.sets.len();
    match found.joint_intervals() {
        // The lowest is best: estimates were turned round.
        Some(intervals) if order == RankOrder::Asc => {
            intervals.into_iter().map(|interval| Ties::Interval(interval.map(|[low, high]| [-high, -low]))).collect()
        }
        Some(intervals) => intervals.into_iter().map(Ties::Interval).collect(),
        None => {
            let of = |i: usize| Ties::at((0..units).filter(|j| *j != i && !found.are_distinct(i, *j)));
            (0..units).map(of).collect()
        }
    }
}

fn fewest_and_most(candidates: &[Candidate]) -> Option<[u64; 2]> {
    let units = || candidates.iter().filter_map(|candidate| Some(candidate.estimate.precision?.sampling_units));
    Some([units().min()?, units().max()?])
}

/// Units with an estimate and a precision, and the others with the reason.
fn divide<'a>(units: &'a [(Code, Option<Estimate>)], options: &RankOptions) -> (Vec<Candidate<'a>>, Vec<Withheld>) {
    let (mut candidates, mut withheld) = (Vec::new(), Vec::new());
    for (position, (unit, estimate)) in units.iter().enumerate() {
        let reason = match estimate {
            None => WithheldReason::NoAnswers,
            Some(Estimate { precision: None, .. }) => WithheldReason::NoPrecision,
            Some(Estimate { n, .. }) if *n < options.answers_min => WithheldReason::TooFewAnswers,
            Some(Estimate { precision: Some(precision), .. }) if precision.sampling_units < options.psus_min => {
                WithheldReason::TooFewSamplingUnits
            }
            Some(estimate @ Estimate { value, precision: Some(precision), .. }) => {
                let interval = Some([precision.low, precision.high]);
                let known = if precision.is_census {
                    Knowledge::EXACT
                } else {
                    Knowledge::of_sample(*value, precision.se, precision.df as f64, interval, options.level)
                };
                candidates.push(Candidate { position, unit, estimate, known });
                continue;
            }
        };
        withheld.push(Withheld { unit: unit.clone(), reason });
    }
    (candidates, withheld)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Precision;

    fn ranking_of(units: &[(&str, Option<f64>, Option<f64>)]) -> Ranking {
        ranking_with(units, &RankOptions::new(RankMethod::Holm, 0.95))
    }

    fn ranking_with(units: &[(&str, Option<f64>, Option<f64>)], options: &RankOptions) -> Ranking {
        let estimate = |(unit, value, se): &(&str, Option<f64>, Option<f64>)| {
            let precision = se.map(|se| Precision {
                se,
                df: 9,
                sampling_units: 10,
                is_census: false,
                low: 0.0,
                high: 1.0,
                design_effect: None,
                n_effective: None,
            });
            (Code::new(*unit).unwrap(), value.map(|value| Estimate { value, n: 10, precision }))
        };
        let variance = |i: usize, j: usize| if i == j { units[i].2.unwrap_or(0.0).powi(2) } else { 0.0 };
        let covariance: Vec<Vec<f64>> =
            (0..units.len()).map(|i| (0..units.len()).map(|j| variance(i, j)).collect()).collect();
        let covariance = SparseCovariance::of_rows(&covariance);
        rank(&units.iter().map(estimate).collect::<Vec<_>>(), &covariance, options).unwrap()
    }

    fn tied(ranking: &Ranking, position: usize) -> Vec<&str> {
        let ranked = &ranking.entries[position];
        let tied: Vec<&str> = ranking.indistinct_from(ranked).map(|other| other.unit.as_str()).collect();
        assert_eq!(tied.len(), ranked.indistinct());
        tied
    }

    #[test]
    fn equal_estimates_share_a_rank_and_the_next_one_is_skipped() {
        let se = Some(0.001);
        let ranking =
            ranking_of(&[("a", Some(0.5), se), ("b", Some(0.7), se), ("c", Some(0.9), se), ("d", Some(0.7), se)]);
        let ranks: Vec<_> = ranking.entries.iter().map(|entry| (entry.unit.as_str(), entry.rank)).collect();
        assert_eq!(ranks, [("c", 1), ("b", 2), ("d", 2), ("a", 4)]);
        let sets: Vec<_> = ranking.entries.iter().map(|e| (e.rank_low, e.rank_high, e.tier)).collect();
        assert_eq!(sets, [(1, 1, 1), (2, 3, 2), (2, 3, 2), (4, 4, 3)]);
        assert_eq!(tied(&ranking, 1), ["d"]);
        assert_eq!(tied(&ranking, 0), [""; 0]);
        assert_eq!((ranking.pairs, ranking.pairs_told_apart), (6, 5));
    }

    #[test]
    fn each_unit_is_compared_with_the_one_before_and_the_one_after_it() {
        let ranking = ranking_of(&[
            ("c", Some(0.70), Some(0.01)),
            ("x", None, None),
            ("a", Some(0.90), Some(0.01)),
            ("b", Some(0.89), Some(0.01)),
        ]);
        let compared: Vec<_> = ranking
            .entries
            .iter()
            .flat_map(|entry| [&entry.previous, &entry.next])
            .map(|neighbour| neighbour.as_ref().map(|n| (n.unit.as_str(), n.value > 0.0, n.is_distinct)))
            .collect();
        let expected = [
            None,
            Some(("b", true, false)),
            Some(("a", false, false)),
            Some(("c", true, true)),
            Some(("b", false, true)),
            None,
        ];
        assert_eq!(compared, expected);
    }

    #[test]
    fn units_that_chain_together_are_one_tier() {
        let se = Some(0.02);
        let ranking = ranking_of(&[("a", Some(0.90), se), ("b", Some(0.84), se), ("c", Some(0.78), se)]);
        assert_eq!(ranking.entries.iter().map(|entry| entry.tier).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(tied(&ranking, 0), ["b"]);
    }

    #[test]
    fn units_without_answers_or_without_precision_are_withheld_with_the_reason() {
        let ranking = ranking_of(&[("a", None, None), ("b", Some(0.8), None), ("c", Some(0.7), Some(0.1))]);
        let reasons: Vec<_> = ranking.withheld.iter().map(|w| (w.unit.as_str(), w.reason.as_str())).collect();
        assert_eq!(reasons, [("a", "no_answers"), ("b", "no_precision")]);
        assert_eq!(ranking.entries.len(), 1);
        assert_eq!((ranking.entries[0].rank, ranking.entries[0].rank_high), (1, 1));
    }

    #[test]
    fn the_lowest_estimate_is_first_when_the_order_is_ascending() {
        let units = [("a", Some(0.9), Some(0.01)), ("b", Some(0.5), Some(0.01)), ("c", Some(0.5), Some(0.01))];
        for method in RankMethod::ALL {
            let options = RankOptions { order: RankOrder::Asc, tau: 2, ..RankOptions::new(method, 0.95) };
            let ranking = ranking_with(&units, &RankOptions { draws: 1_000, ..options });
            let found: Vec<_> = ranking.entries.iter().map(|entry| (entry.unit.as_str(), entry.rank)).collect();
            assert_eq!(found, [("b", 1), ("c", 1), ("a", 3)], "{method}");
            assert_eq!(tied(&ranking, 0), ["c"], "{method}");
            assert_eq!(ranking.method, method);
            let simulated = ranking.simulated.map(|simulated| (simulated.draws, simulated.seed));
            assert_eq!(simulated, method.is_simulated().then_some((1_000, 1)));
            assert!(ranking.simulated.is_none_or(|simulated| simulated.monte_carlo_se.unwrap() > 0.0));
        }
    }
}

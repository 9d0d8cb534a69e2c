//! Ranks the units of a peer group.

use super::neighbour::neighbours;
use super::{Knowledge, RankOptions, RankOrder, Ranked, Ranking, Simulated, Withheld, WithheldReason, places};
use crate::foundation::Code;
use crate::statistics::{Comparison, Covariance, Estimate, RankSetError};

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
/// `covariance` is that of the estimates, with a row and a column for each of `units`; those of withheld units are not used.
pub fn rank(
    units: &[(Code, Option<Estimate>)],
    covariance: &[Vec<f64>],
    options: &RankOptions,
) -> Result<Ranking, RankSetError> {
    let (mut candidates, withheld) = divide(units, options);
    candidates.sort_by(|a, b| {
        let rising = a.estimate.value.total_cmp(&b.estimate.value);
        if options.order == RankOrder::Asc { rising } else { rising.reverse() }
    });
    let row = |a: &Candidate| candidates.iter().map(|b| covariance[a.position][b.position]).collect();
    let mut covariance: Vec<Vec<f64>> = candidates.iter().map(row).collect();
    for (i, candidate) in candidates.iter().enumerate().filter(|(_, candidate)| candidate.has_implied_error()) {
        covariance[i][i] = candidate.known.se.powi(2);
    }
    let estimates = options.order.signed(candidates.iter().map(|candidate| candidate.estimate.value));
    let comparison = Comparison::new(&estimates, Covariance::Full(&covariance))?
        .with_df(candidates.iter().map(|candidate| candidate.known.df).collect())?
        .with_exact(candidates.iter().map(|candidate| candidate.known.is_exact).collect())?;
    let found = options.rank_sets(&comparison, &|_| ())?;
    let indistinct_from = |i: usize| {
        let others = candidates.iter().enumerate().filter(|(j, _)| *j != i && !found.are_distinct(i, *j));
        others.map(|(_, other)| other.unit.clone()).collect()
    };
    let ranked: Vec<_> = candidates.iter().map(|one| (one.unit, one.estimate.value, one.known)).collect();
    let neighbours = neighbours(&ranked, &covariance, options.level, |i, j| found.are_distinct(i, j));
    let places = places(&estimates, &found, options);
    let described = candidates.iter().zip(places).zip(neighbours).enumerate();
    let entries = described.map(|(i, ((candidate, place), [previous, next]))| Ranked {
        unit: candidate.unit.clone(),
        estimate: *candidate.estimate,
        rank: place.rank,
        rank_low: place.rank_low,
        rank_high: place.rank_high,
        tier: place.tier,
        indistinct_from: indistinct_from(i),
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
    use crate::ranking::RankMethod;
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
        rank(&units.iter().map(estimate).collect::<Vec<_>>(), &covariance, options).unwrap()
    }

    fn codes(codes: &[Code]) -> Vec<&str> {
        codes.iter().map(Code::as_str).collect()
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
        assert_eq!(codes(&ranking.entries[1].indistinct_from), ["d"]);
        assert_eq!(codes(&ranking.entries[0].indistinct_from), [""; 0]);
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
        assert_eq!(codes(&ranking.entries[0].indistinct_from), ["b"]);
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
            assert_eq!(codes(&ranking.entries[0].indistinct_from), ["c"], "{method}");
            assert_eq!(ranking.method, method);
            let simulated = ranking.simulated.map(|simulated| (simulated.draws, simulated.seed));
            assert_eq!(simulated, method.is_simulated().then_some((1_000, 1)));
            assert!(ranking.simulated.is_none_or(|simulated| simulated.monte_carlo_se.unwrap() > 0.0));
        }
    }
}

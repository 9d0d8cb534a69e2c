//! Invented results of the sample wave, for the tests of this room.

use std::sync::Arc;

use crate::foundation::RatingScale;
use crate::index::{FactorResult, IndexResult, ItemResult, Method, OpenLinkResults, UnitResults, WaveResults};
use crate::pipeline::ShownRanking;
use crate::ranking::{Neighbour, RankMethod, Ranked, Ranking, Ties, Withheld, WithheldReason};
use crate::statistics::{Difference, Estimate, Precision, SparseCovariance};
use crate::survey::RankSetChoice;
use crate::survey::sample::{DISTRICTS, code};

fn estimate(value: f64, half: f64, n: u64) -> Estimate {
    let precision = Precision {
        se: half / 1.96,
        df: n - 1,
        sampling_units: n,
        is_census: false,
        low: value - 1.05 * half,
        high: value + 0.95 * half,
        design_effect: Some(1.25),
        n_effective: Some(n as f64 / 1.25),
    };
    Estimate { value, n, precision: Some(precision) }
}

fn unit(name: Option<&str>, index: f64, half: f64, n: u64) -> UnitResults {
    let item = |item: &str, shift: f64| {
        let share = index + shift;
        let rest = 1.0 - share;
        ItemResult {
            item: code(item),
            scale: RatingScale::FIVE,
            top2: Some(estimate(share, half * 1.2, n - 12)),
            mean: Some(estimate(1.0 + 3.6 * share, half * 3.0, n - 12)),
            makes_nps: false,
            nps: None,
            distribution: Some(vec![rest * 0.125, rest * 0.25, rest * 0.625, share * 0.5, share * 0.5]),
        }
    };
    UnitResults {
        unit: name.map(code),
        responses: n,
        items: vec![item("q01", -0.03), item("q02", 0.01), item("q03", 0.02)],
        factors: vec![
            FactorResult { factor: code("access"), top2: Some(estimate(index - 0.01, half * 1.1, n - 3)) },
            FactorResult { factor: code("officials"), top2: Some(estimate(index + 0.02, half * 1.3, n - 12)) },
        ],
        indices: indices([
            Some(estimate(index, half, n)),
            Some(estimate(index + 0.005, half, n)),
            Some(estimate(index - 0.001, half, n)),
            Some(estimate(100.0 * (index - 0.09), 100.0 * half * 0.8, n)),
        ]),
    }
}

fn indices(estimates: impl IntoIterator<Item = Option<Estimate>>) -> Vec<IndexResult> {
    let ids = ["index_items", "index_factors", "index_pooled", "index_score"].map(code);
    ids.into_iter().zip(estimates).map(|(index, estimate)| IndexResult { index, estimate }).collect()
}

/// A unit that nobody has answered for.
fn unanswered(name: &str) -> UnitResults {
    let item = |item: &str| ItemResult {
        item: code(item),
        scale: RatingScale::FIVE,
        top2: None,
        mean: None,
        makes_nps: false,
        nps: None,
        distribution: None,
    };
    UnitResults {
        unit: Some(code(name)),
        responses: 0,
        items: vec![item("q01"), item("q02"), item("q03")],
        factors: ["access", "officials"].map(|factor| FactorResult { factor: code(factor), top2: None }).to_vec(),
        indices: indices([None, None, None, None]),
    }
}

const INDICES: [f64; 8] = [0.7713, 0.8598, 0.8127, 0.8492, 0.8714, 0.8401, 0.8257, 0.8189];

/// Results of the nine districts; the last has no answers.
pub(super) fn results() -> WaveResults {
    let mut units: Vec<_> = DISTRICTS
        .iter()
        .zip(INDICES)
        .zip([640, 486, 402, 530, 611, 377, 455, 508])
        .map(|(((name, _), index), n)| Arc::new(unit(Some(name), index, 0.32 / f64::sqrt(n as f64), n)))
        .collect();
    units.push(Arc::new(unanswered("089")));
    WaveResults {
        method: "sipas-top2@2017".to_owned(),
        headline: Method::all()[0].headline().clone(),
        level: 0.95,
        covariance: SparseCovariance::new(vec![0.0; 9], []),
        overall: unit(None, 0.8291, 0.0051, 4009),
        uncalibrated: None,
        negative_weights: None,
        open_link: OpenLinkResults::None,
        units,
    }
}

/// The ranking that goes with [`results`].
pub(super) fn ranking() -> Ranking {
    let results = results();
    let rows: [(&str, usize, usize, usize, &[&str]); 8] = [
        ("085", 1, 3, 1, &["082", "084"]),
        ("082", 1, 4, 1, &["085", "084", "086"]),
        ("084", 1, 5, 1, &["085", "082", "086", "087"]),
        ("086", 2, 7, 1, &["082", "084", "087", "088", "083"]),
        ("087", 3, 7, 1, &["084", "086", "088", "083"]),
        ("088", 4, 7, 1, &["086", "087", "083"]),
        ("083", 4, 7, 1, &["086", "087", "088"]),
        ("080", 8, 8, 2, &[]),
    ];
    let positions = |others: &[&str]| {
        let position = |other: &&str| rows.iter().position(|(unit, ..)| unit == other).unwrap();
        let mut positions: Vec<usize> = others.iter().map(position).collect();
        positions.sort_unstable();
        positions
    };
    let index = |unit: &str| {
        let found = results.units.iter().find(|r| r.unit.as_ref().is_some_and(|c| c.as_str() == unit)).unwrap();
        found.indices[0].estimate.unwrap()
    };
    let neighbour = |unit: &str, position: Option<usize>| {
        let other = rows.get(position?)?.0;
        let [a, b] = [index(unit), index(other)];
        let variance = |estimate: Estimate| estimate.precision.unwrap().se.powi(2);
        let test = Difference::new(a.value, b.value, [a, b].map(variance), 0.0, 700.0, 0.95);
        Some(Neighbour {
            unit: code(other),
            value: a.value - b.value,
            test,
            is_distinct: unit == "080" || other == "080",
        })
    };
    let entries = rows.into_iter().zip(1..).map(|((unit, rank_low, rank_high, tier, others), rank)| {
        let ties = Ties::at(positions(others));
        Ranked {
            unit: code(unit),
            estimate: index(unit),
            rank,
            rank_low,
            rank_high,
            tier,
            ties,
            previous: neighbour(unit, usize::checked_sub(rank, 2)),
            next: neighbour(unit, Some(rank)),
        }
    });
    let withheld = vec![Withheld { unit: code("089"), reason: WithheldReason::NoAnswers }];
    Ranking {
        method: RankMethod::Holm,
        level: 0.95,
        pairs: 28,
        pairs_told_apart: 15,
        sampling_units: Some([19, 24]),
        simulated: None,
        entries: entries.collect(),
        withheld,
    }
}

/// [`ranking`] as the official one.
pub(super) fn shown() -> ShownRanking {
    let official = RankSetChoice::Holm;
    ShownRanking { ranking: Arc::new(ranking()), shown: RankMethod::Holm, official, left_out: None }
}

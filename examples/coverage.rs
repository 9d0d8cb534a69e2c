//! How often intervals and rank sets hold what they promise: thousands of surveys of populations that are known.
//!
//! `cargo run --release --example coverage -- --surveys 2000 --seed 1` prints the tables of `docs/METHOD.md`.
//!
//! A population has 9 districts of 120 villages of 80 people who rate 8 items. People of one village resemble each
//! other, and 85 to 99 % are satisfied. A survey draws villages in each district and 15 people in each village, both without
//! replacement, and is estimated as a sample in two stages. An interval holds when the population's own index lies in it; the
//! rank sets of a survey hold when every district's true rank lies in its set.

#![expect(clippy::expect_used, reason = "an example that fails must say where")]

#[path = "coverage/population.rs"]
mod population;
#[path = "coverage/tables.rs"]
mod tables;

use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use plumbline::estimation::{BetweenLevels, Measure, Sample, Statistic};
use plumbline::foundation::RatingScale;
use plumbline::statistics::{Comparison, Confidence, Covariance, IntervalMethod, RankSets, Simulation, Steps};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use population::{DISTRICTS, ITEMS, Population, Scenario};
use tables::{Coverage, RankCoverage};

/// The confidence level throughout.
const LEVEL: f64 = 0.95;
/// Draws for each critical value; the surveys average its error out.
const DRAWS: usize = 10_000;

/// Measures how often intervals and rank sets hold.
#[derive(Debug, Parser)]
struct Arguments {
    /// Surveys of each population.
    #[arg(long, default_value_t = 2_000)]
    surveys: u64,
    /// The same seed gives the same tables.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What the surveys of one population showed.
#[derive(Debug, Default, Clone)]
struct Shown {
    intervals: Vec<Coverage>,
    ranks: Vec<RankCoverage>,
}

fn main() {
    let arguments = Arguments::parse();
    let mut shown = Vec::new();
    for scenario in Scenario::ALL {
        eprintln!("{}", scenario.name());
        shown.push((scenario, survey_often(scenario, &arguments)));
    }
    tables::print(&shown);
}

/// Surveys one population on all processors. Each survey has a stream of its own, so the result does not depend on how many.
fn survey_often(scenario: Scenario, arguments: &Arguments) -> Shown {
    let population = Population::new(scenario, arguments.seed);
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut shown = Shown::default();
        loop {
            let survey = next.fetch_add(1, Ordering::Relaxed);
            if survey >= arguments.surveys {
                return shown;
            }
            let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
            rng.set_stream(1 + survey);
            look_at(&population, &population.survey(&mut rng, &wanted()), survey, &mut shown);
        }
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let parts = handles.into_iter().map(|handle| handle.join().expect("a survey does not panic"));
        parts.fold(Shown::default(), |sum, part| Shown {
            intervals: tables::add(sum.intervals, part.intervals, Coverage::add),
            ranks: tables::add(sum.ranks, part.ranks, RankCoverage::add),
        })
    })
}

fn index() -> Statistic {
    Statistic::average(&[RatingScale::FIVE; ITEMS], Measure::Share, &[(0..ITEMS).collect::<Vec<_>>()])
}

fn wanted() -> BetweenLevels {
    BetweenLevels { levels: (0..DISTRICTS).collect(), statistics: vec![index()] }
}

fn look_at(population: &Population, sample: &Sample, survey: u64, shown: &mut Shown) {
    for (position, method) in IntervalMethod::ALL.into_iter().enumerate() {
        let confidence = Confidence { shares: method, ..Confidence::at(LEVEL) };
        for (part, statistic) in
            [("item 1", Statistic::item(&[RatingScale::FIVE; ITEMS], Measure::Share, 0)), ("index", index())]
                .iter()
                .enumerate()
        {
            if shown.intervals.len() <= 2 * position + part {
                shown.intervals.push(Coverage::new(statistic.0, method));
            }
            let coverage = &mut shown.intervals[2 * position + part];
            for (district, domain) in sample.levels().iter().enumerate() {
                let truth = if part == 0 { population.shares[district][0] } else { population.index[district] };
                let precision = domain.estimate(&statistic.1, confidence).and_then(|estimate| estimate.precision);
                if let Some(precision) = precision {
                    coverage.count(precision.low, precision.high, truth);
                }
            }
        }
    }
    let estimate = |domain: &plumbline::estimation::Domain| {
        domain.estimate(&index(), Confidence::at(LEVEL)).expect("every item is answered in every district")
    };
    let estimates: Vec<f64> = sample.levels().iter().map(|domain| estimate(domain).value).collect();
    let covariance = sample.covariance_between(0).expect("it was asked for").to_rows();
    let comparison =
        Comparison::new(&estimates, Covariance::Full(&covariance)).expect("a covariance from a sample is one");
    let simulation = Simulation::new(DRAWS, survey);
    let found = [
        ("simultaneous, step-down", comparison.simultaneous(LEVEL, &simulation, Steps::Down)),
        ("simultaneous, single step", comparison.simultaneous(LEVEL, &simulation, Steps::Single)),
        ("Holm", comparison.holm(LEVEL)),
    ];
    for (position, (name, sets)) in found.into_iter().enumerate() {
        if shown.ranks.len() <= position {
            shown.ranks.push(RankCoverage::new(name));
        }
        let sets: RankSets<'_> = sets.expect("the level and the number of draws are within their limits");
        shown.ranks[position].count(&sets, &population.ranks);
    }
    let bonferroni = tables::bonferroni(&estimates, &covariance, LEVEL);
    if shown.ranks.len() == 3 {
        shown.ranks.push(RankCoverage::new("Bonferroni"));
    }
    shown.ranks[3].count_sets(&bonferroni, &population.ranks);
}

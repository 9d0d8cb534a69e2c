//! Counts what held, and prints it.

use plumbline::statistics::{IntervalMethod, RankSets, normal_quantile};

use crate::Shown;
use crate::population::Scenario;

/// How often the intervals of one method held the truth.
#[derive(Debug, Clone)]
pub(crate) struct Coverage {
    part: &'static str,
    method: IntervalMethod,
    intervals: u64,
    below: u64,
    above: u64,
    width: f64,
}

impl Coverage {
    pub(crate) fn new(part: &'static str, method: IntervalMethod) -> Self {
        Self { part, method, intervals: 0, below: 0, above: 0, width: 0.0 }
    }

    pub(crate) fn count(&mut self, low: f64, high: f64, truth: f64) {
        self.intervals += 1;
        self.below += u64::from(truth < low);
        self.above += u64::from(truth > high);
        self.width += high - low;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.intervals += other.intervals;
        self.below += other.below;
        self.above += other.above;
        self.width += other.width;
    }
}

/// How often the rank sets of a method held all true ranks, and how many ranks they left open.
#[derive(Debug, Clone)]
pub(crate) struct RankCoverage {
    name: &'static str,
    surveys: u64,
    held: u64,
    ranks: u64,
}

impl RankCoverage {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, surveys: 0, held: 0, ranks: 0 }
    }

    pub(crate) fn count(&mut self, found: &RankSets<'_>, truth: &[usize]) {
        let sets: Vec<(usize, usize)> = found.sets.iter().map(|set| (set.low, set.high)).collect();
        self.count_sets(&sets, truth);
    }

    pub(crate) fn count_sets(&mut self, sets: &[(usize, usize)], truth: &[usize]) {
        self.surveys += 1;
        self.held += u64::from(sets.iter().zip(truth).all(|((low, high), rank)| low <= rank && rank <= high));
        self.ranks += sets.iter().map(|(low, high)| (high - low + 1) as u64).sum::<u64>();
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.surveys += other.surveys;
        self.held += other.held;
        self.ranks += other.ranks;
    }
}

/// Adds the counts of another thread.
pub(crate) fn add<T>(mut sum: Vec<T>, other: Vec<T>, add: impl Fn(&mut T, &T)) -> Vec<T> {
    if sum.is_empty() {
        return other;
    }
    sum.iter_mut().zip(&other).for_each(|(sum, other)| add(sum, other));
    sum
}

/// Rank sets by a z test of each pair at the level divided by the number of pairs.
pub(crate) fn bonferroni(estimates: &[f64], covariance: &[Vec<f64>], level: f64) -> Vec<(usize, usize)> {
    let units = estimates.len();
    let pairs = units * (units - 1) / 2;
    let critical = normal_quantile((1.0 - level) / 2.0 / pairs as f64);
    let is_better = |i: usize, j: usize| {
        let variance = covariance[i][i] + covariance[j][j] - 2.0 * covariance[i][j];
        variance > 0.0 && estimates[i] - estimates[j] > critical * variance.sqrt()
    };
    let set = |i: usize| {
        let better = (0..units).filter(|j| is_better(*j, i)).count();
        let worse = (0..units).filter(|j| is_better(i, *j)).count();
        (1 + better, units - worse)
    };
    (0..units).map(set).collect()
}

/// Prints both tables.
pub(crate) fn print(shown: &[(Scenario, Shown)]) {
    println!("| population | of | interval | held % | truth below % | truth above % | mean width |");
    println!("|---|---|---|--:|--:|--:|--:|");
    for (scenario, shown) in shown {
        for coverage in &shown.intervals {
            let Coverage { part, method, intervals, below, above, width } = coverage;
            let percent = |count: u64| 100.0 * count as f64 / *intervals as f64;
            println!(
                "| {} | {part} | {} | {:.2} | {:.2} | {:.2} | {:.4} |",
                scenario.name(),
                method.as_str(),
                percent(intervals - below - above),
                percent(*below),
                percent(*above),
                width / *intervals as f64,
            );
        }
    }
    println!("\n| population | rank sets | all held % | mean ranks in a set |\n|---|---|--:|--:|");
    for (scenario, shown) in shown {
        for RankCoverage { name, surveys, held, ranks } in &shown.ranks {
            let held = 100.0 * *held as f64 / *surveys as f64;
            let ranks = *ranks as f64 / (*surveys * crate::DISTRICTS as u64) as f64;
            println!("| {} | {name} | {held:.2} | {ranks:.3} |", scenario.name());
        }
    }
}

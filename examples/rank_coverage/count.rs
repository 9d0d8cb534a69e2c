//! Ranks a survey in every way, counts what held, and prints it.

use plumbline::ranking::{Knowledge, RankMethod, RankOptions};
use plumbline::statistics::{Comparison, Covariance, RankSet};

use crate::{DRAWS, LEVEL};

/// The methods that are counted with the degrees of freedom of the units, and the first two also without.
const METHODS: [RankMethod; 5] =
    [RankMethod::Holm, RankMethod::Simultaneous, RankMethod::Best, RankMethod::Worst, RankMethod::Kww];
const COLUMNS: usize = METHODS.len() + 2;

/// What one or more surveys showed: before, Holm and simultaneous; then the methods.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    surveys: u64,
    held: [u64; COLUMNS],
    /// Mean length of the sets of a survey, added up.
    open: [f64; COLUMNS],
    /// Surveys in which a simultaneous set was longer than Holm's.
    wider: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.surveys += other.surveys;
        self.wider += other.wider;
        self.held.iter_mut().zip(other.held).for_each(|(sum, held)| *sum += held);
        self.open.iter_mut().zip(other.open).for_each(|(sum, open)| *sum += open);
    }

    /// Ranks one survey in every way.
    pub(crate) fn of(
        (estimates, known): (&[f64], &[Knowledge]),
        covariance: Option<&[Vec<f64>]>,
        truth: &[f64],
        seed: u64,
    ) -> Self {
        let se: Vec<f64> = known.iter().map(|known| known.se).collect();
        let ties = || covariance.map_or(Covariance::Independent(&se), Covariance::Full);
        let plain = || Comparison::new(estimates, ties()).expect("errors are numbers");
        let with_df =
            plain().with_df(known.iter().map(|known| known.df).collect()).expect("degrees of freedom are positive");
        // Before, an error of 0 was taken for knowledge.
        let before = plain().with_exact(se.iter().map(|se| *se == 0.0).collect()).expect("the error is 0");
        let mut counts = Self { surveys: 1, ..Self::default() };
        let mut lengths = Vec::new();
        let runs = METHODS[..2].iter().map(|method| (&before, *method));
        for (column, (comparison, method)) in runs.chain(METHODS.iter().map(|method| (&with_df, *method))).enumerate() {
            let options = RankOptions { draws: DRAWS, seed, tau: 1, ..RankOptions::new(method, LEVEL) };
            let sets = options.rank_sets(comparison, &|_| ()).expect("the options are within their limits").sets;
            counts.held[column] = u64::from(hold(&sets, truth));
            counts.open[column] = sets.iter().map(length).sum::<usize>() as f64 / sets.len() as f64;
            lengths.push(sets.iter().map(length).collect::<Vec<_>>());
        }
        counts.wider = u64::from(lengths[3].iter().zip(&lengths[2]).any(|(simultaneous, holm)| simultaneous > holm));
        counts
    }
}

fn length(set: &RankSet) -> usize {
    set.high + 1 - set.low
}

/// Whether each set contains every true place of its unit.
fn hold(sets: &[RankSet], truth: &[f64]) -> bool {
    sets.iter().zip(truth).all(|(set, own)| {
        let best = 1 + truth.iter().filter(|other| *other > own).count();
        let worst = truth.iter().filter(|other| *other >= own).count();
        set.low <= best && worst <= set.high
    })
}

pub(crate) fn print_header(rows: &str) {
    println!(
        "| {rows} | Holm before | simultaneous before | Holm | simultaneous | best | worst | KWW | ranks open: Holm | \
         simultaneous | wider than Holm |"
    );
    println!("|---{}|", "|--:".repeat(COLUMNS + 3));
}

pub(crate) fn print(name: &str, counts: &Counts) {
    let surveys = counts.surveys as f64;
    let held: Vec<String> = counts.held.iter().map(|held| format!("{:.1}", 100.0 * *held as f64 / surveys)).collect();
    let (holm, simultaneous) = (counts.open[2] / surveys, counts.open[3] / surveys);
    println!("| {name} | {} | {holm:.2} | {simultaneous:.2} | {} |", held.join(" | "), counts.wider);
}

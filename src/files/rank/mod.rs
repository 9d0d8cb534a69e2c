//! Ranks from files, without a database: what `estimate` wrote, or any table of units with their standard errors.
//!
//! `table.rs` reads rows of CSV or JSON; `units.rs` finds the units in them, `covariance.rs` reads their covariances; `words.rs` says
//! what the result means, `footing.rs` how much data it is based on.

mod covariance;
mod footing;
mod options;
mod table;
mod units;
mod words;

pub use options::RankFileOptions;

use std::path::{Path, PathBuf};

use super::named_twice::named_twice;
use super::table_error::TableFileError;
use super::write_table::write_table;
use crate::ranking::{Knowledge, UnitRank, unit_ranks};
use crate::statistics::{Comparison, Covariance, RankSetError};
use crate::tables::{concepts, rows};
use units::Units;

rows! {
    /// One row of the output.
    #[derive(Debug)]
    struct RankRow<'a> {
        /// The unit; those that are withheld come last.
        unit: &'a str => concepts::REF_AREA,
        /// Its estimate, if there is one.
        estimate: Option<f64> => concepts::OBS_VALUE,
        /// The standard error of that, if there is one.
        se: Option<f64> => concepts::STD_ERR,
        /// Competition rank (1, 2, 2, 4); empty where the unit is withheld.
        rank: Option<usize> => concepts::RANK,
        /// The best rank that the data allow.
        rank_low: Option<usize> => concepts::RANK_LOW,
        /// The worst rank that the data allow.
        rank_high: Option<usize> => concepts::RANK_HIGH,
        /// A tier is a chain of units each of which cannot be told apart from a neighbour; 1 is the best.
        tier: Option<usize> => concepts::TIER,
    }
}

/// Ranks the units of a file and writes `unit,estimate,se,rank,rank_low,rank_high,tier` in full precision, by rank, units with
/// equal estimates in the order of the input; units without an estimate or a standard error come last, without ranks.
///
/// Returns sentences that say what the data say. `progress` is called now and then with how many more draws were made.
pub fn rank_files(options: &RankFileOptions, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<String>, TableFileError> {
    let inputs: Vec<&Path> =
        [&options.estimates].into_iter().chain(&options.covariance).map(PathBuf::as_path).collect();
    if let Some(path) = named_twice(&inputs, &[&options.output]) {
        let message = "this file is named twice; name another one to write to".to_owned();
        return Err(TableFileError::input(path, message));
    }
    let (units, chosen) = Units::read(options)?;
    let known: Vec<Knowledge> = units.ranked.iter().map(|unit| unit.knowledge(options.ranking.level)).collect();
    let covariance = match &options.covariance {
        Some(path) => {
            let mut matrix = covariance::read(path, &units, chosen.statistic.as_deref())?;
            // A unit in which nothing varied has no covariance with the others.
            (0..known.len()).filter(|i| units.ranked[*i].se == 0.0).for_each(|i| matrix[i][i] = known[i].se.powi(2));
            Some(matrix)
        }
        None => None,
    };
    let refused = |error: RankSetError| explained(&error, options, &units);
    let estimates = options.ranking.order.signed(units.ranked.iter().map(|unit| unit.estimate));
    let se: Vec<f64> = known.iter().map(|known| known.se).collect();
    let ties = covariance.as_deref().map_or(Covariance::Independent(&se), Covariance::Full);
    let comparison = Comparison::new(&estimates, ties)
        .and_then(|comparison| comparison.with_df(known.iter().map(|known| known.df).collect()))
        .and_then(|comparison| comparison.with_exact(known.iter().map(|known| known.is_exact).collect()))
        .map_err(refused)?;
    let found = options.ranking.rank_sets(&comparison, progress).map_err(refused)?;
    let ranks = unit_ranks(&estimates, &found, &options.ranking);
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    order.sort_by_key(|unit| ranks[*unit].rank);
    write(options, &units, &ranks, &order)?;
    let mut sentences = words::sentences(options, &chosen, &units, &found, &ranks, &order);
    sentences.extend(footing::sentences(&units, &known));
    Ok(sentences)
}

fn write(options: &RankFileOptions, units: &Units, ranks: &[UnitRank], order: &[usize]) -> Result<(), TableFileError> {
    let ranked = order.iter().map(|&i| RankRow {
        unit: &units.ranked[i].name,
        estimate: Some(units.ranked[i].estimate),
        se: Some(units.ranked[i].se),
        rank: Some(ranks[i].rank),
        rank_low: Some(ranks[i].rank_low),
        rank_high: Some(ranks[i].rank_high),
        tier: Some(ranks[i].tier),
    });
    let withheld = units.withheld.iter().map(|unit| RankRow {
        unit: &unit.name,
        estimate: unit.estimate,
        se: unit.se,
        rank: None,
        rank_low: None,
        rank_high: None,
        tier: None,
    });
    let path = options.output.as_path();
    write_table(path, options.format, ranked.chain(withheld))
        .map_err(|cause| TableFileError::File { path: path.display().to_string(), cause })
}

/// An error of the mathematics in the words of the command, with the names of the units.
fn explained(error: &RankSetError, options: &RankFileOptions, units: &Units) -> TableFileError {
    let name = |unit: usize| units.ranked.get(unit).map_or("?", |unit| unit.name.as_str());
    let input = |path: &Path, message: String| TableFileError::input(path, message);
    let covariance = options.covariance.as_deref().unwrap_or(&options.estimates);
    match error {
        RankSetError::Tau { tau, units } => {
            TableFileError::Option(format!("--tau must be 1 to the number of ranked units, {units}, not {tau}"))
        }
        RankSetError::Level(level) => {
            TableFileError::Option(format!("--level must lie between 0 and 1, such as 0.95, not {level}"))
        }
        RankSetError::Draws { draws, min, max } if min <= max => TableFileError::Option(format!(
            "--draws must be {min} to {max} at level {}, not {draws}",
            options.ranking.level
        )),
        RankSetError::Draws { .. } => TableFileError::Option(format!(
            "--level {} is too near to 1 to be simulated; use --method holm, which draws nothing",
            options.ranking.level
        )),
        RankSetError::NotACovariance { row, column } => input(
            covariance,
            format!(
                "these are not covariances: a combination of units with {:?} and {:?} would have a negative variance; \
                 are all rows of one run, in full precision?",
                name(*row),
                name(*column)
            ),
        ),
        RankSetError::Estimate { unit, value } | RankSetError::Variance { unit, value } => {
            input(&options.estimates, format!("{value:e} of unit {:?} is too large to compute with", name(*unit)))
        }
        RankSetError::Asymmetric { row, column, there, back } => input(
            covariance,
            format!("the covariance of {:?} and {:?} is {there}, but {back} the other way", name(*row), name(*column)),
        ),
        RankSetError::DegreesOfFreedom { unit, value } => input(
            &options.estimates,
            format!("unit {:?} has {value} degrees of freedom; there must be more than 0", name(*unit)),
        ),
        RankSetError::NotExact { unit, value } => {
            input(covariance, format!("unit {:?} is said to be exact, but its variance is {value}", name(*unit)))
        }
        RankSetError::TooManyUnits { .. } | RankSetError::Shape { .. } => input(&options.estimates, error.to_string()),
    }
}

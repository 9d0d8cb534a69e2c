//! The shapes that say how rank sets were made, and how a unit differs from the ones next to it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::foundation::Code;
use crate::pipeline::{LeftOut, ShownRanking};
use crate::ranking::{Neighbour, Simulated};
use crate::survey::Wave;

/// How rank sets were made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RankSetsDocument {
    /// How they are made: `holm` or `simultaneous`; of more than 1,000 units `kww`, by joint intervals.
    rank_method: &'static str,
    /// Which of the two is the official one of the wave, by its plan.
    official: &'static str,
    /// Why the official sets are not there, so that others stand in for them: `many_units` (more than 1,000: joint intervals stand in);
    /// `too_many_units`, `level_too_high`, `no_covariance` (Holm's stand in for simultaneous ones); null where they are there.
    left_out: Option<&'static str>,
    /// With what they were simulated; null for `holm`.
    simulation: Option<SimulationDocument>,
    /// The fewest sampling units that the index of a ranked unit rests on; null where nobody is ranked. Each pair is compared by
    /// Student's t on the degrees of freedom that these give.
    sampling_units_min: Option<u64>,
    /// The most.
    sampling_units_max: Option<u64>,
    /// How many pairs of ranked units there are.
    pairs: usize,
    /// How many of them the data tell apart; for the others the order may be chance.
    pairs_told_apart: usize,
}

/// With what simultaneous rank sets were simulated.
#[derive(Debug, Serialize, ToSchema)]
struct SimulationDocument {
    /// How many draws.
    draws: usize,
    /// The seed of the draws, from the plan; with it they can be made again.
    seed: u64,
    /// A difference is told apart where its p value, on its own degrees of freedom, is below that of so many standard errors in
    /// a large sample; null where there is no pair to compare.
    critical_value: Option<f64>,
    /// The Monte-Carlo standard error of the critical value.
    monte_carlo_se: Option<f64>,
    /// How many pairs lie within two such errors of it, so that another seed might decide them otherwise.
    close_calls: usize,
}

impl RankSetsDocument {
    pub(super) fn new(chosen: &ShownRanking) -> Self {
        let simulation = |simulated: Simulated| {
            let Simulated { draws, seed, critical_value, monte_carlo_se, close_calls } = simulated;
            SimulationDocument { draws, seed, critical_value, monte_carlo_se, close_calls }
        };
        Self {
            rank_method: chosen.ranking.method.as_str(),
            official: chosen.official.as_str(),
            left_out: chosen.left_out.map(LeftOut::as_str),
            simulation: chosen.ranking.simulated.map(simulation),
            sampling_units_min: chosen.ranking.sampling_units.map(|units| units[0]),
            sampling_units_max: chosen.ranking.sampling_units.map(|units| units[1]),
            pairs: chosen.ranking.pairs,
            pairs_told_apart: chosen.ranking.pairs_told_apart,
        }
    }
}

/// A unit compared with one ranked next to it. The test is that of this pair by itself, with the covariance of the two.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NeighbourDocument {
    /// The other unit's code.
    unit: Code,
    /// Its name in Vietnamese.
    name: String,
    /// The unit's index less the other's, in the unit of the statistic.
    difference: f64,
    /// The standard error of the difference; null, with what follows from it, where no sampling error is seen.
    se: Option<f64>,
    /// Degrees of freedom, after Satterthwaite, at most twice the smaller of the two units'.
    df: Option<f64>,
    /// The probability of a difference as large or larger where there is none.
    p_value: Option<f64>,
    /// Lower end of the confidence interval.
    ci_low: Option<f64>,
    /// Upper end of the confidence interval.
    ci_high: Option<f64>,
    /// Whether the rank sets tell the two apart, all pairs judged together.
    told_apart: bool,
}

impl NeighbourDocument {
    pub(super) fn new(wave: &Wave, neighbour: &Neighbour) -> Self {
        let Neighbour { unit, value, test, is_distinct } = neighbour;
        Self {
            unit: unit.clone(),
            name: wave.unit(unit.as_str()).map_or("", |unit| unit.name("vi")).to_owned(),
            difference: *value,
            se: test.map(|test| test.se),
            df: test.map(|test| test.df),
            p_value: test.map(|test| test.p_value),
            ci_low: test.map(|test| test.low),
            ci_high: test.map(|test| test.high),
            told_apart: *is_distinct,
        }
    }
}

//! Simultaneous rank sets with simulated critical values.

use super::correlated::WholeDraws;
use super::critical::CriticalRank;
use super::independent::LargestFirst;
use super::sets::Rule;
use super::{Comparison, CriticalValue, RankSetError, RankSets, Simulation};

/// Whether pairs that were told apart are set aside and the rest is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// One critical value for all pairs.
    Single,
    /// Step down until nothing changes. Never told apart are fewer pairs than in a single step.
    Down,
}

/// Draws the maxima over the pairs that are still open.
enum Sampler<'a> {
    Independent(LargestFirst<'a>),
    Correlated(WholeDraws<'a>),
}

impl Sampler<'_> {
    /// The maximum of each of `draws`; a pair counts only in the directions that `told_from` leaves open.
    fn maxima(&self, simulation: &Simulation, draws: &[usize], told_from: f64) -> Vec<f64> {
        match self {
            Self::Independent(sampler) => sampler.maxima(simulation, draws, told_from),
            Self::Correlated(sampler) => sampler.maxima(simulation, draws, told_from),
        }
    }
}

impl Comparison<'_> {
    /// The most units with correlated estimates: each draw multiplies a matrix of their square by a vector.
    pub const CORRELATED_UNITS_MAX: usize = 5_000;

    /// Joint rank sets by simulated critical values (Mogstad, Romano, Shaikh and Wilhelm).
    ///
    /// ```text
    /// Z ~ N(0, Σ),   c = quantile at `level` of max over open (i, j) of (Z_i − Z_j) / sd_ij
    /// i is found better than j if θ_i > θ_j and P(|T_df_ij| > (θ_i − θ_j) / sd_ij) < 2 Φ(−c); then (i, j) is open no more, and (j, i) stays open
    /// step down: repeat with the open pairs until nothing changes
    /// low_i = 1 + #{j found better},   high_i = units − #{j found worse}
    /// ```
    ///
    /// At first all (i, j) are open, so c is the quantile of `max |Z_i − Z_j| / sd_ij`. All sets hold the true ranks together
    /// with probability `level` as the estimates come near to normal. The one-sided forms (R `csranks`' `cstype =
    /// "lower"` and `"upper"`) open the same pairs and so have the same c: they are the low and the high ends of these
    /// sets. A maximum below 0 counts as 0: c is never negative.
    ///
    /// A pair whose `sd_ij` is 0 is never told apart and has no part in the maximum; if there is no other pair, there is
    /// no critical value.
    ///
    /// Steps after the first draw again only the draws that can still decide: maxima never grow when pairs are set aside,
    /// so draws are taken from the largest maximum down until no draw that is left can reach the quantile.
    ///
    /// Source: Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91, 476–518.
    pub fn simultaneous(
        &self,
        level: f64,
        simulation: &Simulation,
        steps: Steps,
    ) -> Result<RankSets<'_>, RankSetError> {
        simulation.check(level)?;
        if !self.has_pairs() {
            return Ok(RankSets::joint(self, Vec::new(), Rule::Difference(f64::INFINITY)));
        }
        let sampler = if self.covariance.is_none() {
            Sampler::Independent(LargestFirst::new(self))
        } else {
            self.check_units("a simulation with correlated estimates", Self::CORRELATED_UNITS_MAX)?;
            Sampler::Correlated(WholeDraws::new(self)?)
        };
        let rank = CriticalRank::new(level, simulation.draws);
        let draws: Vec<usize> = (0..simulation.draws).collect();
        let mut bounds = sampler.maxima(simulation, &draws, f64::INFINITY);
        let mut critical = vec![rank.of(bounds.clone())];
        let quiet = Simulation { progress: &|_| (), ..*simulation };
        let mut told_apart = 0;
        loop {
            let told_from = critical.last().map_or(f64::INFINITY, |last| last.value);
            let found = RankSets::joint(self, Vec::new(), Rule::Difference(told_from));
            let now = found.decisions;
            if steps == Steps::Single || now == told_apart {
                return Ok(RankSets { critical, ..found });
            }
            told_apart = now;
            critical.push(next_step(&sampler, &quiet, &rank, &mut bounds, told_from));
        }
    }

    /// Refuses more units than `max`.
    pub(super) fn check_units(&self, method: &'static str, max: usize) -> Result<(), RankSetError> {
        let units = self.units();
        if units > max { Err(RankSetError::TooManyUnits { units, max, method }) } else { Ok(()) }
    }
}

/// The critical value of the pairs that `told_from` leaves open. `bounds` holds what each draw's maximum cannot exceed,
/// and is sharpened where a draw is looked at again.
fn next_step(
    sampler: &Sampler,
    simulation: &Simulation,
    rank: &CriticalRank,
    bounds: &mut [f64],
    told_from: f64,
) -> CriticalValue {
    let mut order: Vec<usize> = (0..bounds.len()).collect();
    order.sort_unstable_by(|a, b| bounds[*b].total_cmp(&bounds[*a]).then(a.cmp(b)));
    let mut exact = Vec::new();
    let mut batch = rank.needed();
    loop {
        let from = exact.len();
        let draws = &order[from..order.len().min(from + batch)];
        exact.extend(sampler.maxima(simulation, draws, told_from));
        for (draw, maximum) in draws.iter().zip(&exact[from..]) {
            bounds[*draw] = *maximum;
        }
        let Some(next) = order.get(exact.len()) else { break };
        let settled = exact.iter().filter(|maximum| **maximum >= bounds[*next]).count();
        if settled >= rank.needed() {
            break;
        }
        batch = (rank.needed() - settled).max(rank.needed() / 16).max(64);
    }
    rank.of(exact)
}

//! Marginal rank sets: each holds with the stated confidence on its own.

use super::correlated::WholeDraws;
use super::critical::CriticalRank;
use super::rank_set::{RankSet, decisions};
use super::sets::Rule;
use super::{Comparison, CriticalValue, RankSetError, RankSets, Simulation, Steps};

/// Maxima that are kept at a time before the largest are picked: 32 MiB.
const BUFFER: usize = 1 << 22;

/// The largest maxima of one unit.
#[derive(Clone)]
struct Largest {
    kept: Vec<f64>,
    /// What a maximum must exceed to be kept.
    floor: f64,
}

impl Largest {
    fn add(&mut self, maximum: f64, needed: usize) {
        if maximum <= self.floor {
            return;
        }
        self.kept.push(maximum);
        if self.kept.len() >= 2 * needed {
            self.kept.select_nth_unstable_by(needed - 1, |a, b| b.total_cmp(a));
            self.kept.truncate(needed);
            self.floor = self.kept[needed - 1];
        }
    }
}

impl Comparison<'_> {
    /// The most units for marginal sets: each draw looks at every pair.
    pub const MARGINAL_UNITS_MAX: usize = 2_000;

    /// Marginal rank sets: for each unit i by itself the procedure of [`Comparison::simultaneous`] with the pairs of i alone.
    ///
    /// ```text
    /// c_i = quantile at `level` of max over open (i, j) and (j, i) of (Z_i − Z_j) / sd_ij and its negative
    /// ```
    ///
    /// Each set holds the true rank of its unit with probability `level`; that all do together is less likely. For a reader
    /// who asks for one unit, chosen beforehand. One critical value a unit, the last of its steps. A unit without an open
    /// pair has 0 there and the set of all ranks.
    ///
    /// Source: Mogstad, Romano, Shaikh and Wilhelm (2024); R `csranks(simul = FALSE)`.
    pub fn marginal(&self, level: f64, simulation: &Simulation, steps: Steps) -> Result<RankSets<'_>, RankSetError> {
        simulation.check(level)?;
        self.check_units("marginal sets", Self::MARGINAL_UNITS_MAX)?;
        let units = self.units();
        if !self.has_pairs() {
            return Ok(RankSets::joint(self, Vec::new(), Rule::OwnDifference(vec![f64::INFINITY; units])));
        }
        let sampler = WholeDraws::new(self)?;
        let rank = CriticalRank::new(level, simulation.draws);
        let mut told_from = vec![f64::INFINITY; units];
        let mut critical = vec![CriticalValue::exact(f64::INFINITY); units];
        let mut sets = vec![RankSet { low: 1, high: units }; units];
        let mut open: Vec<usize> = (0..units).collect();
        while !open.is_empty() {
            let mut wanted = vec![None; units];
            for &i in &open {
                wanted[i] = Some(told_from[i]);
            }
            let largest = self.draw_own(&sampler, simulation, &rank, &wanted);
            let mut changed = Vec::new();
            for (i, largest) in open.into_iter().zip(largest) {
                critical[i] = rank.of(largest);
                told_from[i] = critical[i].value;
                let set = self.own_set(i, told_from[i]);
                if steps == Steps::Down && set != sets[i] {
                    changed.push(i);
                }
                sets[i] = set;
            }
            open = changed;
        }
        let decisions = decisions(&sets);
        Ok(RankSets { sets, critical, decisions, comparison: self, rule: Rule::OwnDifference(told_from) })
    }

    /// The largest maxima of the wanted units, as many as the critical value needs.
    fn draw_own(
        &self,
        sampler: &WholeDraws,
        simulation: &Simulation,
        rank: &CriticalRank,
        wanted: &[Option<f64>],
    ) -> Vec<Vec<f64>> {
        let units = self.units();
        let open: Vec<usize> = (0..units).filter(|i| wanted[*i].is_some()).collect();
        let mut largest = vec![Largest { kept: Vec::new(), floor: f64::NEG_INFINITY }; open.len()];
        let draws: Vec<usize> = (0..simulation.draws).collect();
        let mut buffer = vec![0.0; BUFFER.max(units)];
        for draws in draws.chunks((BUFFER / units).max(1)) {
            let maxima = &mut buffer[..draws.len() * units];
            sampler.own_maxima(simulation, draws, wanted, maxima);
            for row in maxima.chunks(units) {
                for (largest, i) in largest.iter_mut().zip(&open) {
                    largest.add(row[*i], rank.needed());
                }
            }
        }
        largest.into_iter().map(|largest| largest.kept).collect()
    }
}

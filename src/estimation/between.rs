//! Covariances between levels, of the statistics that were asked for.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::own_units::OwnScores;
use super::position_pairs::{Pairs, add_pairs, ordered};
use super::scores::{PositionScores, Scores, UnitScores};
use crate::statistics::{LonelyPsu, StratumSize};

/// Sums of scores and of their products over the units of a stratum.
#[derive(Debug, Default)]
pub(super) struct BetweenSums {
    /// Where each position stands in the lists below, in the order of appearance.
    places: HashMap<usize, usize>,
    positions: Vec<usize>,
    sums: Vec<Vec<f64>>,
    /// Of each place, whether a pair of it is gathered here; of two others, their auxiliary counts tell.
    is_explicit: Vec<bool>,
    /// The positions that are gathered.
    rows: Range<usize>,
    /// Of each place whose position is gathered a row of places, a value a statistic; a row ends where nothing follows. Of two
    /// such places, the later one's row holds their products.
    products: Vec<Vec<f64>>,
    /// With calibration, the auxiliary counts of units whose scores at other places follow from them, added up.
    counts: BTreeMap<usize, f64>,
    /// By place and auxiliary variable, the sums of products of a score and a count: a value a statistic.
    across: BTreeMap<(usize, usize), Vec<f64>>,
    /// The covariances within units, added up.
    within: Pairs,
}

impl BetweenSums {
    /// Sums over no unit, between the positions `rows` and all.
    pub(super) fn of_rows(rows: Range<usize>) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Adds the scores of a unit. Scores at other places than these follow from its auxiliary counts (see [`Self::add_expected`]).
    pub(super) fn add_unit(&mut self, scores: &UnitScores, counts: &[(usize, f64)], within: &Pairs) {
        self.add_scores(scores, |a, b, statistic| Some(scores[a].scores[statistic] * scores[b].scores[statistic]));
        for (column, count) in counts {
            *self.counts.entry(*column).or_default() += count;
            for one in scores {
                let place = self.place(one);
                let sums = self.across.entry((place, *column)).or_insert_with(|| vec![0.0; one.scores.len()]);
                sums.iter_mut().zip(&one.scores).for_each(|(sum, score)| *sum += count * score);
            }
        }
        add_pairs(&mut self.within, within, 1.0);
    }

    /// Adds what follows from auxiliary counts, once all units are added. Where a unit has no total, its score is the one that is
    /// expected of its counts x, `−xᵀβ`: so the scores of all units sum to `−(Σ x)ᵀβ`, and their products with scores z at
    /// another place to `−(Σ z x)ᵀβ`.
    pub(super) fn add_expected(&mut self, scores: &Scores) {
        if self.counts.is_empty() {
            return;
        }
        let counts = std::mem::take(&mut self.counts);
        let across: Vec<_> = std::mem::take(&mut self.across).into_iter().collect();
        for (position, _, expected) in scores.expected() {
            if self.places.get(&position).is_some_and(|place| self.is_explicit[*place]) {
                continue;
            }
            let mut sums = vec![0.0; expected.first().map_or(0, Vec::len)];
            for (column, count) in &counts {
                sums.iter_mut().zip(&expected[*column]).for_each(|(sum, expected)| *sum -= count * expected);
            }
            let place = self.place(&PositionScores { position, is_explicit: false, scores: sums.clone() });
            self.sums[place].iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum);
            for of_place in across.chunk_by(|a, b| a.0.0 == b.0.0) {
                let mut products = vec![0.0; sums.len()];
                for ((_, column), sums) in of_place {
                    let terms = sums.iter().zip(&expected[*column]);
                    products.iter_mut().zip(terms).for_each(|(product, (sum, expected))| *product -= sum * expected);
                }
                self.add_products((of_place[0].0.0, place), &products);
            }
        }
    }

    /// Adds to the products of two places, of which one is gathered here: in its row, or in the later one's if both are.
    fn add_products(&mut self, (a, b): (usize, usize), products: &[f64]) {
        let is_gathered = |place: usize| self.rows.contains(&self.positions[place]);
        let (row, other) = match (is_gathered(a), is_gathered(b)) {
            (true, true) => (a.max(b), a.min(b)),
            (true, false) => (a, b),
            (false, true) => (b, a),
            (false, false) => return,
        };
        let (row, at) = (&mut self.products[row], other * products.len());
        if row.len() < at + products.len() {
            row.resize(at + products.len(), 0.0);
        }
        row[at..].iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
    }

    /// Adds the sums of the scores of respondents that are their own sampling units.
    pub(super) fn add_own_units(&mut self, own: &OwnScores) {
        self.add_scores(&own.sums, |a, b, statistic| own.product(a, b, statistic));
    }

    /// Adds scores; `product` tells that of the scores at two places of the list, nothing where it is 0 for all of them.
    fn add_scores(&mut self, scores: &UnitScores, product: impl Fn(usize, usize, usize) -> Option<f64>) {
        let places: Vec<usize> = scores.iter().map(|scores| self.place(scores)).collect();
        let statistics = scores.first().map_or(0, |scores| scores.scores.len());
        let all: Vec<usize> = (0..scores.len()).collect();
        let explicit: Vec<usize> = (0..scores.len()).filter(|at| scores[*at].is_explicit).collect();
        for (a, (place, one)) in places.iter().zip(scores).enumerate() {
            self.sums[*place].iter_mut().zip(&one.scores).for_each(|(sum, score)| *sum += score);
            if !self.rows.contains(&one.position) {
                continue;
            }
            for b in if one.is_explicit { &all } else { &explicit } {
                let (b, other) = (*b, places[*b]);
                if other == *place || self.rows.contains(&scores[b].position) && other > *place {
                    continue;
                }
                let row = &mut self.products[*place];
                let at = other * statistics;
                for (statistic, product) in
                    (0..statistics).map_while(|statistic| Some((statistic, product(a, b, statistic)?)))
                {
                    if row.len() < at + statistics {
                        row.resize(at + statistics, 0.0);
                    }
                    row[at + statistic] += product;
                }
            }
        }
    }

    fn place(&mut self, scores: &PositionScores) -> usize {
        let next = self.positions.len();
        let place = *self.places.entry(scores.position).or_insert(next);
        if place == next {
            self.positions.push(scores.position);
            self.sums.push(vec![0.0; scores.scores.len()]);
            self.products.push(Vec::new());
            self.is_explicit.push(scores.is_explicit);
        }
        place
    }

    /// Calls `add` with each pair of positions of which one is gathered here, each statistic's sums and its sum of products.
    fn for_each_pair(&self, mut add: impl FnMut((usize, usize), usize, (f64, f64), f64)) {
        let is_gathered = |place: usize| self.rows.contains(&self.positions[place]);
        for a in (0..self.positions.len()).filter(|place| is_gathered(*place)) {
            let is_here = |place: usize| self.is_explicit[a] || self.is_explicit[place];
            let is_other = |place: &usize| *place != a && is_here(*place) && !(is_gathered(*place) && *place > a);
            for b in (0..self.positions.len()).filter(is_other) {
                let pair = ordered(self.positions[a], self.positions[b]);
                for (statistic, (left, right)) in self.sums[a].iter().zip(&self.sums[b]).enumerate() {
                    let product = self.products[a].get(b * self.sums[a].len() + statistic).copied().unwrap_or(0.0);
                    let sums = if pair.0 == self.positions[a] { (*left, *right) } else { (*right, *left) };
                    add(pair, statistic, sums, product);
                }
            }
        }
    }
}

/// The strata of one stage, added up: for statistics A and B of two levels, with their scores z in unit i,
///
/// ```text
/// Σ_h f_h n_h/(n_h − 1) · (Σ_i z_Ai z_Bi − Σ_i z_Ai Σ_i z_Bi / n_h)
/// ```
///
/// Lonely strata add what [`crate::statistics::StageCovariance`] says. By `average` the sum is multiplied by √(a b), with a and
/// b what the variances of the two levels are multiplied by: so correlations stay what the other strata say.
#[derive(Debug)]
pub(super) struct BetweenStage {
    rule: LonelyPsu,
    /// By position.
    levels: BTreeMap<usize, LevelStrata>,
    lonely: Vec<(f64, BetweenSums)>,
    covariance: Pairs,
    within: Pairs,
}

/// The strata of a stage that a level has members in.
#[derive(Debug, Default)]
struct LevelStrata {
    strata: u64,
    lonely: u64,
    units: u64,
    /// The sum of its scores, for each statistic.
    totals: Vec<f64>,
}

impl BetweenStage {
    pub(super) fn new(rule: LonelyPsu) -> Self {
        Self { rule, levels: BTreeMap::new(), lonely: Vec::new(), covariance: Pairs::new(), within: Pairs::new() }
    }

    pub(super) fn add_stratum(&mut self, stratum: BetweenSums, size: StratumSize) {
        add_pairs(&mut self.within, &stratum.within, size.fraction());
        let correction = size.correction();
        for (position, sums) in stratum.positions.iter().zip(&stratum.sums) {
            let level = self.levels.entry(*position).or_default();
            level.strata += 1;
            level.lonely += u64::from(size.drawn < 2 && correction > 0.0);
            level.units += size.drawn;
            level.totals.resize(sums.len(), 0.0);
            level.totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
        }
        if size.drawn < 2 {
            self.lonely.push((correction, stratum));
            return;
        }
        let n = size.drawn as f64;
        let statistics = stratum.sums.first().map_or(0, Vec::len);
        stratum.for_each_pair(|pair, statistic, sums, product| {
            let covariances = self.covariance.entry(pair).or_insert_with(|| vec![0.0; statistics]);
            covariances[statistic] += correction * n / (n - 1.0) * (product - sums.0 * sums.1 / n);
        });
    }

    /// Adds covariances of other strata than those that are added one by one.
    pub(super) fn add_pairs(&mut self, pairs: &Pairs) {
        add_pairs(&mut self.covariance, pairs, 1.0);
    }

    /// What the variance of a level is multiplied by for lonely strata, by the strata that it has members in.
    fn factor_of(&self, position: usize) -> f64 {
        self.levels
            .get(&position)
            .map_or(1.0, |level| level.strata as f64 / (level.strata - level.lonely).max(1) as f64)
    }

    /// The covariance of each pair of positions that share a stratum, within a unit of the stage above.
    pub(super) fn finish_within(self) -> Pairs {
        let factors: BTreeMap<usize, f64> =
            self.levels.keys().map(|position| (*position, self.factor_of(*position))).collect();
        self.finish(|position, _| factors[&position])
    }

    /// The covariance of each pair of positions that share a stratum. By `average`, `factor` tells what the variance of a
    /// position's statistic is multiplied by.
    pub(super) fn finish(mut self, factor: impl Fn(usize, usize) -> f64) -> Pairs {
        match self.rule {
            LonelyPsu::Fail | LonelyPsu::Remove | LonelyPsu::Certainty => {}
            LonelyPsu::Adjust => {
                for (correction, stratum) in &self.lonely {
                    stratum.for_each_pair(|pair, statistic, sums, _| {
                        let centre = |position| {
                            let level: &LevelStrata = &self.levels[&position];
                            level.totals[statistic] / level.units as f64
                        };
                        let off = (sums.0 - centre(pair.0)) * (sums.1 - centre(pair.1));
                        let size = stratum.sums[0].len();
                        self.covariance.entry(pair).or_insert_with(|| vec![0.0; size])[statistic] += correction * off;
                    });
                }
            }
            LonelyPsu::Average => {
                for ((a, b), covariances) in &mut self.covariance {
                    for (statistic, covariance) in covariances.iter_mut().enumerate() {
                        *covariance *= (factor(*a, statistic) * factor(*b, statistic)).sqrt();
                    }
                }
            }
        }
        add_pairs(&mut self.covariance, &self.within, 1.0);
        self.covariance
    }
}

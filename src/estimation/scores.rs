//! The linearised statistics of levels, read off the totals of sampling units.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Statistic;
use super::cell_sums::Shape;
use super::margins::numbers;
use super::regression::scores_at;
use super::unit_totals::{Projection, UnitTotals};
use crate::statistics::Linearised;

/// Which covariances between levels are wanted. They are gathered while the sample is formed, so that reading them later
/// costs the same for any number of responses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BetweenLevels {
    /// The levels, which must not overlap.
    pub levels: Vec<usize>,
    /// The statistics.
    pub statistics: Vec<Statistic>,
}

impl BetweenLevels {
    /// The most pairs of levels that may be tied, by a stratum or a calibration, for their covariances to be gathered while a sample is
    /// formed: those of a thousand levels that all are.
    pub const PAIRS_MAX: usize = 500_000;
}

/// The linearised statistics of each level, by the position that it was asked for at.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// By domain.
    linearised: BTreeMap<usize, (usize, Vec<Option<Linearised>>)>,
    /// With calibration, by domain: of each auxiliary variable, the scores that are expected where it is 1.
    expected: BTreeMap<usize, Vec<Vec<f64>>>,
    /// The domain of each position.
    domains: Vec<usize>,
    /// Of each statistic, which of the counted items and groups it rests on; nothing for a group that is not counted.
    bases: Vec<Option<usize>>,
    /// The positions whose covariances with all positions are gathered.
    rows: Range<usize>,
}

/// The scores of one unit.
pub(super) type UnitScores = Vec<PositionScores>;

/// The scores of one unit in one level.
#[derive(Debug, Clone)]
pub(super) struct PositionScores {
    /// Where the level stands among those asked for.
    pub(super) position: usize,
    /// Whether they are of its totals, or only of auxiliary counts.
    pub(super) is_explicit: bool,
    /// A score a statistic.
    pub(super) scores: Vec<f64>,
}

impl Scores {
    pub(super) fn new(
        wanted: &BetweenLevels,
        totals: &[Vec<f64>],
        shape: &Shape,
        projection: &Projection,
        rows: Range<usize>,
    ) -> Self {
        let linearise = |(position, level): (usize, &usize)| {
            let totals = totals.get(level + 1)?;
            let one = |statistic: &Statistic| statistic.functional.linearise(totals);
            Some((level + 1, (position, wanted.statistics.iter().map(one).collect())))
        };
        let linearised: BTreeMap<usize, (usize, Vec<Option<Linearised>>)> =
            wanted.levels.iter().enumerate().filter_map(linearise).collect();
        let mut expected = BTreeMap::new();
        if let Some((fitted, regressions)) = &projection.calibrated {
            for (domain, (_, linearised)) in &linearised {
                expected.insert(*domain, regressions[*domain].scores(fitted, linearised));
            }
        }
        let base = |statistic: &Statistic| match statistic.items.as_slice() {
            [item] => Some(*item),
            items => Some(shape.items() + shape.groups.position(items)?),
        };
        let bases = wanted.statistics.iter().map(base).collect();
        Self { linearised, expected, domains: wanted.levels.iter().map(|level| level + 1).collect(), bases, rows }
    }

    /// The domain of the level at a position, and which of the counted items and groups a statistic rests on.
    pub(super) fn base(&self, position: usize, statistic: usize) -> Option<(usize, usize)> {
        Some((*self.domains.get(position)?, (*self.bases.get(statistic)?)?))
    }

    /// Whether any covariance is to be gathered.
    pub(super) fn are_wanted(&self) -> bool {
        self.linearised.len() > 1
    }

    /// Whether any is gathered on this walk through the sample.
    pub(super) fn are_gathered(&self) -> bool {
        self.are_wanted() && !self.rows.is_empty()
    }

    /// The positions whose covariances with all positions are gathered.
    pub(super) fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// `gᵀx` of each wanted level whose totals, or residuals, were formed in the unit, and each statistic; 0 for a statistic that has
    /// no value. Beside them the auxiliary counts that the scores of other levels follow from.
    pub(super) fn of_unit(&self, unit: &UnitTotals, scale: f64) -> (UnitScores, Vec<(usize, f64)>) {
        let totals = unit.domains.iter().map(|(domain, totals)| (*domain, totals.totals.as_slice()));
        let counts = unit.auxiliary.iter().filter(|_| self.are_wanted());
        let counts = counts.map(|(column, count)| (*column, *count as f64 * scale));
        (self.of_totals(totals, scale), counts.collect())
    }

    /// With calibration, the scores of all wanted levels: of totals where there are some, else of auxiliary counts.
    pub(super) fn of_all(&self, totals: impl Fn(usize) -> Option<Vec<f64>>, counts: &[(usize, f64)]) -> UnitScores {
        if !self.are_wanted() {
            return Vec::new();
        }
        let of_domain = |(domain, (position, linearised)): (&usize, &(usize, Vec<Option<Linearised>>))| {
            let totals = totals(*domain);
            let is_explicit = totals.is_some();
            let scores = match totals {
                Some(totals) => scores_at(linearised, &totals),
                None => self.expected_of(*domain, counts).into_iter().map(|expected| -expected).collect(),
            };
            PositionScores { position: *position, is_explicit, scores }
        };
        self.linearised.iter().map(of_domain).collect()
    }

    /// With calibration, the scores in a wanted domain that are expected of auxiliary counts.
    pub(super) fn expected_of(&self, domain: usize, counts: &[(usize, f64)]) -> Vec<f64> {
        let Some(expected) = self.expected.get(&domain) else { return Vec::new() };
        let mut sums = vec![0.0; self.bases.len()];
        for (column, count) in counts {
            sums.iter_mut().zip(&expected[*column]).for_each(|(sum, expected)| *sum += count * expected);
        }
        sums
    }

    /// The same of totals `x` by domain, in the order of domains.
    pub(super) fn of_totals<'a>(&self, totals: impl Iterator<Item = (usize, &'a [i128])>, scale: f64) -> UnitScores {
        if !self.are_wanted() {
            return Vec::new();
        }
        let is_wanted = |(domain, _): &(usize, _)| self.linearised.contains_key(domain);
        let of_domain = |(domain, totals): (usize, &[i128])| self.of_domain_at(domain, &numbers(totals, scale));
        totals.filter(is_wanted).filter_map(of_domain).collect()
    }

    /// The same of one domain, whose totals are numbers; nothing of one that is not wanted.
    fn of_domain_at(&self, domain: usize, x: &[f64]) -> Option<PositionScores> {
        let (position, linearised) = self.linearised.get(&domain)?;
        Some(PositionScores { position: *position, is_explicit: true, scores: scores_at(linearised, x) })
    }

    /// `gᵀx` of each statistic in a wanted domain.
    pub(super) fn of_domain(&self, domain: usize, x: &[f64]) -> Vec<f64> {
        self.linearised.get(&domain).map_or_else(Vec::new, |(_, linearised)| scores_at(linearised, x))
    }

    /// The domains of the wanted levels.
    pub(super) fn domains(&self) -> impl Iterator<Item = usize> {
        self.linearised.keys().copied()
    }

    /// With calibration, the wanted levels as position, domain, and of each auxiliary variable the scores expected where it is 1.
    pub(super) fn expected(&self) -> impl Iterator<Item = (usize, usize, &Vec<Vec<f64>>)> {
        let known = |(domain, expected)| Some((self.linearised.get(domain)?.0, *domain, expected));
        self.expected.iter().filter_map(known)
    }

    /// Whether the covariances of a position with all others are gathered.
    pub(super) fn is_gathered(&self, position: usize) -> bool {
        self.rows.contains(&position)
    }
}

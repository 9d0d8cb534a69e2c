//! The covariance of totals under stratified sampling in stages, with R's rules for strata of a single unit.

use serde::{Deserialize, Serialize};

use super::matrix::SymmetricMatrix;
use super::moments::StratumMoments;

/// What a stratum in which a single unit was drawn adds to the variance; the names are R's `survey.lonely.psu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LonelyPsu {
    /// One unit says nothing about how units vary: there is no variance.
    #[default]
    Fail,
    /// Nothing.
    Remove,
    /// Nothing, because the unit was drawn with certainty.
    Certainty,
    /// The square of how far its total lies from the mean total of all units of the stage.
    Adjust,
    /// As much as the other strata add on average.
    Average,
}

/// A sampling fraction this near to 1 is a census: nothing varies (R's threshold).
const CENSUS: f64 = 1e-7;

/// How many units were drawn in a stratum, and of how many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StratumSize {
    /// Units drawn, those without members of the domain included.
    pub drawn: u64,
    /// Units in the population; none where units were drawn with replacement, or so few that it makes no difference.
    pub population: Option<f64>,
}

impl StratumSize {
    /// The finite population correction `f = 1 − n/N`, at least 0; 1 without a population.
    #[must_use]
    pub fn correction(&self) -> f64 {
        self.population.map_or(1.0, |population| (1.0 - self.fraction_of(population)).max(0.0))
    }

    /// The sampling fraction `n/N`, which the variance of the next stage is multiplied by; 0 without a population.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        self.population.map_or(0.0, |population| self.fraction_of(population))
    }

    fn fraction_of(&self, population: f64) -> f64 {
        self.drawn as f64 / population
    }
}

/// What the strata of one stage add to the covariance of a domain's totals:
///
/// ```text
/// C = Σ_h f_h n_h/(n_h − 1) · Σ_i (x_i − x̄_h)(x_i − x̄_h)ᵀ        x_i the totals of unit i, x̄_h their mean over the n_h
/// ```
///
/// A stratum with `n_h = 1` is lonely, unless it is a census (`f_h` = 0). By [`LonelyPsu`] it adds nothing (`remove`,
/// `certainty`), `f_h (x_i − c)(x_i − c)ᵀ` with `c` the mean total of all units of the stage (`adjust`), or the mean of the
/// other strata (`average`: the sum is multiplied by strata over strata that are not lonely). With `fail`, and with
/// `average` where all strata are lonely, there is no covariance.
///
/// Several stages: `C + Σ_i n_h/N_h · C_i`, with `C_i` the same within unit `i`. Source: Särndal, Swensson, Wretman (1992),
/// 4.3 to 4.5; R `survey::svyrecvar`.
#[derive(Debug, Clone)]
pub struct StageCovariance {
    matrix: SymmetricMatrix,
    rule: LonelyPsu,
    scale: f64,
    strata: u64,
    units: u64,
    totals: Vec<f64>,
    lonely: Vec<(f64, Vec<f64>)>,
    lonely_sums: Option<LonelySums>,
}

/// Lonely strata that are known by their sums alone, drawn from so many that nothing is corrected.
#[derive(Debug, Clone)]
struct LonelySums {
    strata: u64,
    totals: Vec<f64>,
    products: SymmetricMatrix,
}

/// What one stratum adds to a stage, in numbers.
#[derive(Debug, Clone)]
pub struct StratumCovariance {
    sums: Vec<f64>,
    /// Nothing of a single unit.
    covariance: Option<SymmetricMatrix>,
}

impl StratumCovariance {
    /// From `moments`, which hold the units with members of the domain; the others have totals of zero. Units that `moments` hold many
    /// of at their mean may scatter around it by as much as `scatter` says, in numbers. Each total is multiplied by `scale`,
    /// which turns integers into numbers.
    #[must_use]
    pub fn of(moments: &StratumMoments, scatter: Option<&SymmetricMatrix>, size: StratumSize, scale: f64) -> Self {
        let mut covariance = moments.covariance(size.drawn, scale * scale);
        if let (Some(covariance), Some(scatter)) = (&mut covariance, scatter) {
            let n = size.drawn as f64;
            covariance.add_scaled(scatter, n / (n - 1.0));
        }
        Self { sums: moments.sums().iter().map(|sum| *sum as f64 * scale).collect(), covariance }
    }
}

impl StageCovariance {
    /// No strata yet. Each total is multiplied by `scale`, which turns integers into numbers.
    #[must_use]
    pub fn new(dimension: usize, rule: LonelyPsu, scale: f64) -> Self {
        Self {
            matrix: SymmetricMatrix::zeros(dimension),
            rule,
            scale,
            strata: 0,
            units: 0,
            totals: vec![0.0; dimension],
            lonely: Vec::new(),
            lonely_sums: None,
        }
    }

    /// Adds so many strata, each with two units or more and drawn from so many that nothing is corrected: the sum of what they add to
    /// the covariance, of their totals in numbers, and of their units.
    pub fn add_strata(&mut self, covariance: &SymmetricMatrix, totals: &[f64], strata: u64, units: u64) {
        self.totals.iter_mut().zip(totals).for_each(|(total, sum)| *total += sum);
        self.strata += strata;
        self.units += units;
        self.matrix.add_scaled(covariance, 1.0);
    }

    /// Adds so many lonely strata, each drawn from so many that nothing is corrected: the sums of their totals in numbers, and of the
    /// products of totals.
    pub fn add_lonely_strata(&mut self, products: &SymmetricMatrix, totals: &[f64], strata: u64) {
        self.totals.iter_mut().zip(totals).for_each(|(total, sum)| *total += sum);
        self.strata += strata;
        self.units += strata;
        self.add_lonely_sums(products, totals, strata);
    }

    fn add_lonely_sums(&mut self, products: &SymmetricMatrix, totals: &[f64], strata: u64) {
        if let Some(sums) = &mut self.lonely_sums {
            sums.strata += strata;
            sums.totals.iter_mut().zip(totals).for_each(|(total, sum)| *total += sum);
            sums.products.add_scaled(products, 1.0);
        } else {
            self.lonely_sums = Some(LonelySums { strata, totals: totals.to_vec(), products: products.clone() });
        }
    }

    /// Adds a stratum whose units have totals in numbers, each multiplied by `scale`: those of units with members of the domain,
    /// one after the other.
    pub fn add_units(&mut self, units: &[f64], size: StratumSize) {
        let dimension = self.totals.len();
        let mut sums = vec![0.0; dimension];
        for unit in units.chunks(dimension) {
            sums.iter_mut().zip(unit).for_each(|(sum, total)| *sum += total * self.scale);
        }
        let (n, scale) = (size.drawn as f64, self.scale);
        let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        let covariance = || {
            let factor = (size.drawn > 1).then(|| n / (n - 1.0))?;
            let mut matrix = SymmetricMatrix::zeros(dimension);
            let mut off = vec![0.0; dimension];
            for unit in units.chunks(dimension) {
                off.iter_mut().zip(unit).zip(&mean).for_each(|((off, total), mean)| *off = total * scale - mean);
                matrix.add_outer(&off, factor);
            }
            let absent = n - (units.len() / dimension) as f64;
            matrix.add_outer(&mean, factor * absent);
            Some(matrix)
        };
        let covariance = covariance();
        self.add(&StratumCovariance { sums, covariance }, size);
    }

    /// Adds a stratum.
    pub fn add(&mut self, stratum: &StratumCovariance, size: StratumSize) {
        self.totals.iter_mut().zip(&stratum.sums).for_each(|(total, sum)| *total += sum);
        self.strata += 1;
        self.units += size.drawn;
        let correction = size.correction();
        if correction < CENSUS {
            return;
        }
        match &stratum.covariance {
            Some(covariance) => self.matrix.add_scaled(covariance, correction),
            None => self.lonely.push((correction, stratum.sums.clone())),
        }
    }

    /// Adds other strata of the same stage.
    pub fn merge(&mut self, other: &Self) {
        self.add_strata(&other.matrix, &other.totals, other.strata, other.units);
        self.lonely.extend(other.lonely.iter().cloned());
        if let Some(LonelySums { strata, totals, products }) = &other.lonely_sums {
            self.add_lonely_sums(products, totals, *strata);
        }
    }

    /// The covariance; nothing where lonely strata leave none (see [`StageCovariance`]).
    #[must_use]
    pub fn finish(mut self) -> Option<SymmetricMatrix> {
        let lonely = self.lonely.len() as u64 + self.lonely_sums.as_ref().map_or(0, |sums| sums.strata);
        match self.rule {
            _ if lonely == 0 => {}
            LonelyPsu::Fail => return None,
            LonelyPsu::Remove | LonelyPsu::Certainty => {}
            LonelyPsu::Adjust => {
                let centre: Vec<f64> = self.totals.iter().map(|total| total / self.units as f64).collect();
                for (correction, sums) in &self.lonely {
                    let off: Vec<f64> = sums.iter().zip(&centre).map(|(sum, centre)| sum - centre).collect();
                    self.matrix.add_outer(&off, *correction);
                }
                if let Some(sums) = &self.lonely_sums {
                    sums.add_around(&centre, &mut self.matrix);
                }
            }
            LonelyPsu::Average if lonely == self.strata => return None,
            LonelyPsu::Average => self.matrix.scale(self.strata as f64 / (self.strata - lonely) as f64),
        }
        Some(self.matrix)
    }
}

impl LonelySums {
    /// Adds the products of how far the totals lie from a centre: how they scatter around their own mean, and how far that is off.
    fn add_around(&self, centre: &[f64], sum: &mut SymmetricMatrix) {
        let n = self.strata as f64;
        sum.add_scaled(&self.products, 1.0);
        sum.add_outer(&self.totals, -1.0 / n);
        let off: Vec<f64> = self.totals.iter().zip(centre).map(|(total, centre)| total / n - centre).collect();
        sum.add_outer(&off, n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moments of one total in units of these totals.
    fn stratum(units: &[i64]) -> StratumMoments {
        let mut moments = StratumMoments::new(1);
        for unit in units {
            moments.add_psu(&[*unit]).unwrap();
        }
        moments
    }

    fn variance(rule: LonelyPsu, strata: &[(&[i64], Option<f64>)]) -> Option<f64> {
        let mut stage = StageCovariance::new(1, rule, 0.5);
        for (units, population) in strata {
            let size = StratumSize { drawn: units.len() as u64, population: *population };
            stage.add(&StratumCovariance::of(&stratum(units), None, size, 0.5), size);
        }
        Some(stage.finish()?.get(0, 0))
    }

    fn is_close(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-12)
    }

    #[test]
    fn a_stratum_adds_its_units_spread_about_their_mean() {
        // Totals of 1, 2, 3 in halves: n/(n − 1) Σ (x − x̄)² = 1.5 · 2 · 0.25.
        assert!(is_close(variance(LonelyPsu::Fail, &[(&[1, 2, 3], None)]), 0.75));
        assert!(is_close(variance(LonelyPsu::Fail, &[(&[1, 2, 3], Some(12.0))]), 0.75 * 0.75));
        assert!(is_close(variance(LonelyPsu::Fail, &[(&[1, 2, 3], Some(3.0)), (&[5, 9], None)]), 2.0 * 8.0 * 0.25));
    }

    #[test]
    fn a_stratum_of_one_unit_adds_what_the_rule_says() {
        let strata: [(&[i64], Option<f64>); 2] = [(&[1, 2, 3], None), (&[10], None)];
        assert_eq!(variance(LonelyPsu::Fail, &strata), None);
        assert!(is_close(variance(LonelyPsu::Remove, &strata), 0.75));
        assert!(is_close(variance(LonelyPsu::Certainty, &strata), 0.75));
        assert!(is_close(variance(LonelyPsu::Average, &strata), 1.5));
        // The mean of all four units is 4 halves.
        assert!(is_close(variance(LonelyPsu::Adjust, &strata), 0.75 + 36.0 * 0.25));
        assert_eq!(variance(LonelyPsu::Average, &[(&[10], None)]), None);
    }

    #[test]
    fn totals_in_numbers_add_what_the_same_integers_add() {
        for (units, drawn) in [(&[1, 2, 3][..], 3), (&[4, 9], 5), (&[7], 1)] {
            let size = StratumSize { drawn, population: Some(20.0) };
            let finished = |add: &dyn Fn(&mut StageCovariance)| {
                let mut stage = StageCovariance::new(1, LonelyPsu::Adjust, 0.5);
                add(&mut stage);
                stage.finish().map(|matrix| matrix.get(0, 0))
            };
            let numbers: Vec<f64> = units.iter().map(|unit| *unit as f64).collect();
            let exact =
                finished(&|stage| stage.add(&StratumCovariance::of(&stratum(units), None, size, 0.5), size)).unwrap();
            assert!(is_close(finished(&|stage| stage.add_units(&numbers, size)), exact), "{units:?}");
        }
    }

    #[test]
    fn lonely_strata_that_are_known_by_their_sums_add_what_they_add_one_by_one() {
        for rule in [LonelyPsu::Fail, LonelyPsu::Remove, LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average] {
            let one_by_one = variance(rule, &[(&[1, 2, 3], None), (&[10], None), (&[4], None), (&[-3], None)]);
            let mut stage = StageCovariance::new(1, rule, 0.5);
            let size = |drawn| StratumSize { drawn, population: None };
            stage.add(&StratumCovariance::of(&stratum(&[1, 2, 3]), None, size(3), 0.5), size(3));
            let of = |units: &[f64]| {
                let mut products = SymmetricMatrix::zeros(1);
                for unit in units {
                    products.add_outer(&[*unit], 1.0);
                }
                (products, units.iter().sum::<f64>())
            };
            let (products, total) = of(&[5.0, 2.0]);
            stage.add_lonely_strata(&products, &[total], 2);
            let mut other = StageCovariance::new(1, rule, 0.5);
            let (products, total) = of(&[-1.5]);
            other.add_lonely_strata(&products, &[total], 1);
            stage.merge(&other);
            let by_sums = stage.finish().map(|matrix| matrix.get(0, 0));
            assert_eq!(by_sums.is_some(), one_by_one.is_some(), "{rule:?}");
            assert!(one_by_one.is_none_or(|expected| is_close(by_sums, expected)), "{rule:?} {by_sums:?}");
        }
    }

    #[test]
    fn a_stratum_that_was_taken_whole_is_never_lonely() {
        assert!(is_close(variance(LonelyPsu::Fail, &[(&[10], Some(1.0)), (&[1, 2, 3], None)]), 0.75));
    }
}

//! Critical values as order statistics of simulated maxima, and how sure they are.

use super::draws::to_count;

/// What a statistic must exceed for two units to be told apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CriticalValue {
    /// The value, in standard errors of a difference (of an estimate, for joint intervals).
    pub value: f64,
    /// The standard error that it has because it was simulated; 0 where it was not.
    pub monte_carlo_se: f64,
}

impl CriticalValue {
    /// A value that was not simulated.
    pub(super) fn exact(value: f64) -> Self {
        Self { value, monte_carlo_se: 0.0 }
    }
}

/// Which order statistics of the maxima of all draws are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct CriticalRank {
    draws: usize,
    /// The place of the critical value, counted from the largest maximum, which has place 1.
    place: usize,
    /// Standard deviation of the number of maxima beyond the true quantile.
    spread: f64,
}

impl CriticalRank {
    /// The critical value is the ⌈level (draws + 1)⌉-th smallest maximum: with it the simulated test keeps its level
    /// exactly, however few draws there are, because the observed statistic is one more draw where all units are equal.
    pub(super) fn new(level: f64, draws: usize) -> Self {
        // The product may lie a rounding above a whole number.
        let smallest = to_count((level * (draws as f64 + 1.0) - 1e-7).ceil()).clamp(1, draws);
        let spread = (draws as f64 * level * (1.0 - level)).sqrt();
        Self { draws, place: draws + 1 - smallest, spread }
    }

    /// How many of the largest maxima [`CriticalRank::of`] needs to see.
    pub(super) fn needed(&self) -> usize {
        (self.place + self.window()).min(self.draws)
    }

    /// Two standard deviations, in places.
    fn window(&self) -> usize {
        to_count((2.0 * self.spread).ceil()).max(1)
    }

    /// The critical value from at least the `needed` largest maxima.
    ///
    /// Its standard error is that of a quantile, `√(draws · level (1 − level))` places, times what a place is worth
    /// around the quantile: the distance of the maxima two standard deviations of places to both sides, over their places.
    pub(super) fn of(&self, mut maxima: Vec<f64>) -> CriticalValue {
        maxima.sort_unstable_by(|a, b| b.total_cmp(a));
        let (above, below) = (self.place.saturating_sub(self.window()).max(1), self.needed());
        let per_place = (maxima[above - 1] - maxima[below - 1]) / (below - above).max(1) as f64;
        CriticalValue { value: maxima[self.place - 1], monte_carlo_se: self.spread * per_place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_critical_value_has_its_share_of_draws_beyond_it_and_the_error_of_a_quantile() {
        // Uniform maxima 0, 1/100000, …: the standard error of the 95 % quantile is √(0.95 · 0.05 / 100000).
        let rank = CriticalRank::new(0.95, 99_999);
        let found = rank.of((0..99_999).map(|k| f64::from(k) / 1e5).collect());
        assert!((found.value - 0.949_99).abs() < 1e-12, "{}", found.value);
        assert!((found.monte_carlo_se / (0.95_f64 * 0.05 / 1e5).sqrt() - 1.0).abs() < 1e-4, "{}", found.monte_carlo_se);
    }

    #[test]
    fn the_largest_maxima_are_enough_and_extreme_levels_stay_within_the_draws() {
        let maxima: Vec<f64> = (0..1_000).map(|k| f64::from(k % 37) + f64::from(k) * 1e-3).collect();
        for level in [1e-9, 0.5, 0.9, 0.95, 0.99] {
            let rank = CriticalRank::new(level, maxima.len());
            let mut largest = maxima.clone();
            largest.sort_unstable_by(|a, b| b.total_cmp(a));
            largest.truncate(rank.needed());
            assert_eq!(rank.of(largest), rank.of(maxima.clone()), "{level}");
        }
    }
}

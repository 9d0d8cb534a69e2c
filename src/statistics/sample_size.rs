//! How many answers a margin of error or a comparison needs, and what a number of answers gives.

use super::quantile::{normal_quantile, normal_upper_tail};

/// Slovin's `n = N / (1 + N e²)` for a population of `N` and a margin `e` as a share: the number that officials expect.
///
/// It is the simple random sample for a share of one half at 95 %, with the normal quantile rounded to 2; it knows
/// nothing of the design. [`SampleDesign::answers_for_margin`] is the proper one. 0 for a population of 0; `1 / e²` for
/// one without end.
#[must_use]
pub fn slovin(population: f64, margin: f64) -> f64 {
    1.0 / (1.0 / population + margin * margin)
}

/// How many answers there must be for the target margin, when `answered` gave the margin seen: `n · (e_seen / e_wished)²`.
///
/// This is [`SampleDesign::answers_for_margin`] at the design effect seen, with the variance that the index really has in
/// place of `p (1 − p)`: `e² = z² · deff · S² / n`, and all but `n` cancels. An index of many items varies less from
/// person to person than one share does, so `p (1 − p)` would ask for too many. None above 1e12, and for what is no number.
#[must_use]
pub fn answers_at_seen_margin(answered: u64, seen: f64, wished: f64) -> Option<u64> {
    // Far above any population, and far below where a float loses whole numbers.
    const ANSWERS_MAX: f64 = 1e12;
    let needed = (answered as f64 * (seen / wished).powi(2)).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number between 0 and 1e12")]
    (0.0..=ANSWERS_MAX).contains(&needed).then_some(needed as u64)
}

/// How a share of a unit is sampled and judged, for planning: the variance of a share `p` of `n` answers is taken for
///
/// ```text
/// deff · p (1 − p) / n · (N − n) / (N − 1)
/// ```
///
/// and the share for normal. Shares and margins are 0–1, numbers of answers are not rounded. Source: Cochran (1977), Sampling
/// Techniques, sections 4.4 and 4.7; Kish (1965), Survey Sampling, section 8.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleDesign {
    /// The allowed chance of error: 1 − the confidence level, between 0 and 1.
    pub alpha: f64,
    /// The design effect, above 0; 1 for a simple random sample.
    pub design_effect: f64,
    /// The people `N` of the unit that is sampled, above 1; infinite where the sample takes next to nothing of them.
    pub population: f64,
}

impl SampleDesign {
    /// The same for each of all pairs of units, jointly, by Bonferroni: `alpha / (units · (units − 1) / 2)`.
    ///
    /// It is the first and strictest step of Holm's procedure, so what it tells apart, Holm does too. One unit has no pair
    /// and changes nothing.
    #[must_use]
    pub fn for_all_pairs(self, units: u32) -> Self {
        let units = f64::from(units);
        Self { alpha: self.alpha / (units * (units - 1.0) / 2.0).max(1.0), ..self }
    }

    /// The answers that bring the interval of an expected share to a half-width of `margin`:
    ///
    /// ```text
    /// n₀ = deff · z² · p (1 − p) / e²,    n = n₀ / (1 + (n₀ − 1) / N)
    /// ```
    ///
    /// A share of one half needs most. No bound where `margin` is 0.
    #[must_use]
    pub fn answers_for_margin(&self, share: f64, margin: f64) -> f64 {
        self.answers_for(self.z() / margin, share * (1.0 - share))
    }

    /// The half-width `z · √Var p` of the interval that `answers` give; 0 when everybody answered.
    #[must_use]
    pub fn margin(&self, share: f64, answers: f64) -> f64 {
        self.z() * (share * (1.0 - share) * self.variance_factor(answers)).sqrt()
    }

    /// Wilson's interval with the effective number of answers `n* = n / (deff · (N − n) / (N − 1))`:
    ///
    /// ```text
    /// (p + z²/2n* ± z √(p (1 − p)/n* + z²/4n*²)) / (1 + z²/n*)
    /// ```
    ///
    /// Unlike the share ± its margin it stays within 0–1 and is right near the ends. Source: Wilson (1927), Journal of the
    /// American Statistical Association 22, 209–212.
    #[must_use]
    pub fn wilson(&self, share: f64, answers: f64) -> (f64, f64) {
        let factor = self.variance_factor(answers);
        let square = self.z() * self.z() * factor;
        let reach = (square * (share * (1.0 - share) + 0.25 * square)).sqrt();
        let ends = [-reach, reach].map(|reach| ((share + 0.5 * square + reach) / (1.0 + square)).clamp(0.0, 1.0));
        (ends[0], ends[1])
    }

    /// The answers in each of two units that tell their shares apart, the right way round, with probability `power`:
    ///
    /// ```text
    /// n₀ = deff · (z_{α/2} + z_{1−power})² · (p₁ (1 − p₁) + p₂ (1 − p₂)) / (p₁ − p₂)²,    n as for a margin
    /// ```
    ///
    /// The test is two-sided. No bound where the shares are equal.
    #[must_use]
    pub fn answers_to_separate(&self, shares: (f64, f64), power: f64) -> f64 {
        let (first, second) = shares;
        let reach = self.z() + normal_quantile(1.0 - power);
        self.answers_for(reach / (first - second), first * (1.0 - first) + second * (1.0 - second))
    }

    /// The probability that `answers` in each of two units tell their shares apart, the right way round:
    /// `Φ(|p₁ − p₂| / sd − z_{α/2})`. At equal shares that is α/2.
    #[must_use]
    pub fn power_to_separate(&self, shares: (f64, f64), answers: f64) -> f64 {
        normal_upper_tail(self.z() - self.standardised_difference(shares, answers))
    }

    /// The probability that the unit with the lower share comes out ahead: `Φ(−|p₁ − p₂| / sd)`. One half at equal shares.
    #[must_use]
    pub fn chance_of_misordering(&self, shares: (f64, f64), answers: f64) -> f64 {
        normal_upper_tail(self.standardised_difference(shares, answers))
    }

    /// By how much a unit's share must lie below `share` for `answers` in each to tell the two apart with probability
    /// `power`. None where not even a share of 0 is low enough.
    ///
    /// The `δ` of [`SampleDesign::answers_to_separate`], with `k = (z_{α/2} + z_{1−power})² Var / p (1 − p)`:
    ///
    /// ```text
    /// δ² = k (p (1 − p) + (p − δ)(1 − p + δ))
    /// δ  = [k (2p − 1) + √(k² (2p − 1)² + 8 k (1 + k) p (1 − p))] / 2 (1 + k)
    /// ```
    #[must_use]
    pub fn smallest_difference(&self, share: f64, answers: f64, power: f64) -> Option<f64> {
        let reach = self.z() + normal_quantile(1.0 - power);
        let k = reach * reach * self.variance_factor(answers);
        let linear = k * (2.0 * share - 1.0);
        let root = (linear * linear + 8.0 * k * (1.0 + k) * share * (1.0 - share)).sqrt();
        let difference = (linear + root) / (2.0 * (1.0 + k));
        (difference <= share).then_some(difference)
    }

    fn z(&self) -> f64 {
        normal_quantile(0.5 * self.alpha)
    }

    /// `n` with `reach² · variance · deff / n₀ = 1`, where `variance` is that of one answer.
    fn answers_for(&self, reach: f64, variance: f64) -> f64 {
        let endless = self.design_effect * reach * reach * variance;
        endless / (1.0 + (endless - 1.0) / self.population)
    }

    /// The variance of a share over `p (1 − p)`.
    fn variance_factor(&self, answers: f64) -> f64 {
        let remaining = ((1.0 - answers / self.population) / (1.0 - 1.0 / self.population)).max(0.0);
        self.design_effect * remaining / answers
    }

    fn standardised_difference(&self, (first, second): (f64, f64), answers: f64) -> f64 {
        let variance = first * (1.0 - first) + second * (1.0 - second);
        (first - second).abs() / (variance * self.variance_factor(answers)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIMPLE: SampleDesign = SampleDesign { alpha: 0.05, design_effect: 1.0, population: f64::INFINITY };

    fn is_close(left: f64, right: f64, tolerance: f64) -> bool {
        (left - right).abs() <= tolerance
    }

    fn any_design() -> impl Strategy<Value = SampleDesign> {
        let population = prop_oneof![Just(f64::INFINITY), 1_000.0_f64..1e7];
        (0.001_f64..0.2, 0.5_f64..5.0, population).prop_map(|(alpha, design_effect, population)| SampleDesign {
            alpha,
            design_effect,
            population,
        })
    }

    #[test]
    fn slovin_gives_the_published_numbers_at_five_points() {
        for (population, n) in [(100.0, 80.0), (500.0, 222.2), (1_000.0, 285.7), (100_000.0, 398.4)] {
            assert!(is_close(slovin(population, 0.05), n, 0.05), "{population}");
        }
        assert!(is_close(slovin(0.0, 0.05), 0.0, 0.0));
        assert!(is_close(slovin(f64::INFINITY, 0.05), 400.0, 1e-9));
    }

    #[test]
    fn a_simple_random_sample_needs_the_textbook_number_and_a_design_effect_multiplies_it() {
        // 1.959964² · 0.25 / 0.05² and 1.959964² · 0.85 · 0.15 / 0.03².
        assert!(is_close(SIMPLE.answers_for_margin(0.5, 0.05), 384.146, 1e-3));
        assert!(is_close(SIMPLE.answers_for_margin(0.85, 0.03), 544.207, 1e-3));
        assert!(is_close(SampleDesign { design_effect: 2.0, ..SIMPLE }.answers_for_margin(0.5, 0.05), 768.292, 1e-3));
        // 2.575829² · 0.25 / 0.05².
        assert!(is_close(SampleDesign { alpha: 0.01, ..SIMPLE }.answers_for_margin(0.5, 0.05), 663.490, 1e-3));
        // 384.146 / (1 + 383.146 / 1000).
        assert!(is_close(SampleDesign { population: 1_000.0, ..SIMPLE }.answers_for_margin(0.5, 0.05), 277.734, 1e-3));
    }

    #[test]
    fn two_units_near_85_percent_need_the_published_numbers_of_answers() {
        for (other, n) in [(0.83, 5_271.0), (0.80, 903.0), (0.75, 247.0)] {
            let found = SIMPLE.answers_to_separate((0.85, other), 0.8);
            assert!(is_close(found, n, 0.5), "{other}: {found}");
            assert!(is_close(found, SIMPLE.answers_to_separate((other, 0.85), 0.8), 1e-9));
        }
    }

    #[test]
    fn wilson_gives_the_published_intervals_of_413_of_486() {
        for (design_effect, low, high) in [(1.0, 0.8147, 0.8783), (2.0, 0.7988, 0.8887)] {
            let found = SampleDesign { design_effect, ..SIMPLE }.wilson(0.8492, 486.0);
            assert!(is_close(found.0, low, 5e-5) && is_close(found.1, high, 5e-5), "{found:?}");
        }
    }

    #[test]
    fn nine_units_make_thirty_six_pairs_and_one_unit_makes_none() {
        assert!(is_close(SIMPLE.for_all_pairs(9).alpha, 0.05 / 36.0, 1e-18));
        assert!(is_close(SIMPLE.for_all_pairs(2).alpha, 0.05, 0.0));
        assert!(is_close(SIMPLE.for_all_pairs(1).alpha, 0.05, 0.0));
    }

    #[test]
    fn at_equal_shares_power_is_half_of_alpha_and_the_order_is_a_coin() {
        assert!(is_close(SIMPLE.power_to_separate((0.8, 0.8), 500.0), 0.025, 1e-12));
        assert!(is_close(SIMPLE.chance_of_misordering((0.8, 0.8), 500.0), 0.5, 1e-12));
    }

    #[test]
    fn when_everybody_answered_nothing_is_left_to_chance() {
        let design = SampleDesign { population: 300.0, ..SIMPLE };
        assert!(is_close(design.margin(0.8, 300.0), 0.0, 0.0));
        assert_eq!(design.wilson(0.8, 300.0), (0.8, 0.8));
        assert!(is_close(design.power_to_separate((0.8, 0.79), 300.0), 1.0, 0.0));
        assert!(is_close(design.chance_of_misordering((0.8, 0.79), 300.0), 0.0, 0.0));
    }

    #[test]
    fn too_few_answers_tell_no_share_apart_from_a_low_one() {
        assert_eq!(SIMPLE.smallest_difference(0.05, 20.0, 0.8), None);
        assert!(SIMPLE.smallest_difference(0.05, 2_000.0, 0.8).is_some());
    }

    #[test]
    fn half_the_margin_needs_four_times_the_answers() {
        assert_eq!(answers_at_seen_margin(100, 0.10, 0.05), Some(400));
        assert_eq!(answers_at_seen_margin(100, 0.05, 0.05), Some(100));
        assert_eq!(answers_at_seen_margin(0, 0.05, 0.05), Some(0));
        for seen in [f64::NAN, f64::INFINITY, 1e9] {
            assert_eq!(answers_at_seen_margin(100, seen, 0.001), None, "{seen}");
        }
    }

    proptest! {
        #[test]
        fn for_a_single_share_both_ways_to_the_answers_agree(
            answered in 30_u64..10_000, share in 0.05_f64..0.95, design_effect in 0.5_f64..5.0, wished in 0.01_f64..0.2,
        ) {
            let design = SampleDesign { design_effect, ..SIMPLE };
            let planned = design.answers_for_margin(share, wished);
            let scaled = answers_at_seen_margin(answered, design.margin(share, answered as f64), wished).unwrap();
            prop_assert!(is_close(scaled as f64, planned, 1.0 + 1e-6), "{scaled} {planned}");
        }

        #[test]
        fn the_answers_for_a_margin_give_that_margin(
            design in any_design(), share in 0.01_f64..0.99, margin in 0.01_f64..0.2,
        ) {
            let answers = design.answers_for_margin(share, margin);
            prop_assert!(answers <= design.population);
            prop_assert!(is_close(design.margin(share, answers), margin, 1e-9));
        }

        #[test]
        fn the_answers_that_separate_have_that_power_and_that_smallest_difference(
            design in any_design(), share in 0.05_f64..0.99, part in 0.05_f64..0.95, power in 0.5_f64..0.99,
        ) {
            let difference = share * part;
            let shares = (share, share - difference);
            let answers = design.answers_to_separate(shares, power);
            prop_assert!(is_close(design.power_to_separate(shares, answers), power, 1e-9));
            let found = design.smallest_difference(share, answers, power).unwrap();
            prop_assert!(is_close(found, difference, 1e-9), "{found} {difference}");
        }

        #[test]
        fn more_units_need_a_larger_difference(design in any_design(), units in 2_u32..200, answers in 100.0_f64..900.0) {
            let difference = |units| design.for_all_pairs(units).smallest_difference(0.9, answers, 0.8).unwrap_or(0.9);
            prop_assert!(difference(units) <= difference(units + 1));
        }

        #[test]
        fn wilsons_interval_is_where_the_score_test_rejects(
            design in any_design(), share in 0.0_f64..=1.0, answers in 10.0_f64..900.0,
        ) {
            let (low, high) = design.wilson(share, answers);
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            // At both ends the share lies z standard deviations away, the deviation taken at the end itself.
            for end in [low, high] {
                prop_assert!(is_close((share - end).abs(), design.margin(end, answers), 1e-7), "{end}");
            }
        }
    }
}

//! How many answers a margin of error needs.

use crate::statistics::normal_quantile;

/// Slovin's `n = N / (1 + N e²)` for a population of `N` and a margin `e` as a share: the number that officials expect.
///
/// It is the simple random sample for a share of one half at 95 %, with the normal quantile rounded to 2; it knows nothing of
/// the design. [`answers_for_margin`] is the proper one.
#[must_use]
pub fn slovin(population: f64, margin: f64) -> f64 {
    population / (1.0 + population * margin * margin)
}

/// The answers that bring a share's interval to a half-width: `n = deff · z² · p (1 − p) / e²`.
///
/// `share` is the expected share `p` (one half needs most), `margin` is `e`, both 0–1; `design_effect` is 1 for a simple
/// random sample; `level` is the confidence level, such as 0.95. For an expected response rate, divide the answers by it
/// to get the people to ask. Not a number, or without bound, where `margin` is 0 or `level` is 1.
#[must_use]
pub fn answers_for_margin(share: f64, margin: f64, design_effect: f64, level: f64) -> f64 {
    let z = normal_quantile((1.0 - level) / 2.0);
    design_effect * z * z * share * (1.0 - share) / (margin * margin)
}

/// How many answers there must be for the wished margin, when `answered` gave the margin seen: `n · (e_seen / e_wished)²`.
///
/// This is [`answers_for_margin`] at the design effect seen, with the variance that the index really has in place of
/// `p (1 − p)`: `e² = z² · deff · S² / n`, and all but `n` cancels. An index of many items varies less from person to
/// person than one share does, so `p (1 − p)` would ask for too many.
pub(super) fn answers_at_seen_margin(answered: u64, seen: f64, wished: f64) -> Option<u64> {
    // Far above any population, and far below where a float loses whole numbers.
    const ANSWERS_MAX: f64 = 1e12;
    let needed = (answered as f64 * (seen / wished).powi(2)).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number between 0 and 1e12")]
    (0.0..=ANSWERS_MAX).contains(&needed).then_some(needed as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_close(left: f64, right: f64, tolerance: f64) -> bool {
        (left - right).abs() <= tolerance
    }

    #[test]
    fn slovin_gives_the_published_numbers_at_five_points() {
        for (population, n) in [(100.0, 80.0), (500.0, 222.2), (1_000.0, 285.7), (100_000.0, 398.4)] {
            assert!(is_close(slovin(population, 0.05), n, 0.05), "{population}");
        }
        assert!(is_close(slovin(0.0, 0.05), 0.0, 0.0));
    }

    #[test]
    fn a_simple_random_sample_needs_the_textbook_number_and_a_design_effect_multiplies_it() {
        // 1.959964² · 0.25 / 0.05² and 1.959964² · 0.85 · 0.15 / 0.03².
        assert!(is_close(answers_for_margin(0.5, 0.05, 1.0, 0.95), 384.146, 1e-3));
        assert!(is_close(answers_for_margin(0.85, 0.03, 1.0, 0.95), 544.207, 1e-3));
        assert!(is_close(answers_for_margin(0.5, 0.05, 2.0, 0.95), 768.292, 1e-3));
        // 2.575829² · 0.25 / 0.05².
        assert!(is_close(answers_for_margin(0.5, 0.05, 1.0, 0.99), 663.490, 1e-3));
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

    proptest::proptest! {
        #[test]
        fn for_a_single_share_both_ways_to_the_answers_agree(
            answered in 30_u64..10_000, share in 0.05_f64..0.95, design_effect in 0.5_f64..5.0, wished in 0.01_f64..0.2,
        ) {
            let z = normal_quantile(0.025);
            let seen = z * (design_effect * share * (1.0 - share) / answered as f64).sqrt();
            let planned = answers_for_margin(share, wished, design_effect, 0.95);
            let scaled = answers_at_seen_margin(answered, seen, wished).unwrap();
            proptest::prop_assert!(is_close(scaled as f64, planned, 1.0 + 1e-6), "{scaled} {planned}");
        }
    }
}

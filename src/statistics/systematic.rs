//! Systematic sampling without replacement: with probability proportional to size, or equal.
//!
//! All arithmetic is in whole numbers, so that a unit's probability is exactly what is said, and the same sample comes out
//! on every machine.

use rand::Rng;

/// The largest measure of size of one unit.
pub const SIZE_MAX: u64 = 1_000_000_000;

/// A unit that was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selected {
    /// Its position in the list that was drawn from.
    pub position: usize,
    /// Its inclusion probability: 1 for a unit that is taken with certainty.
    pub probability: f64,
}

/// Draws `take` of the units in `sizes`, in their order, with probability proportional to size.
///
/// A unit whose share of the sizes is at least 1/take is taken with certainty; the rest of the sample is drawn from the
/// others, among which again some may be so large, until none is. Among those that are left, with sizes `x_i` that add up
/// to `X` and `m` still to be taken, unit i is taken when its stretch of the line of cumulated sizes, stretched by m, holds
/// one of the points `r`, `r + X`, … `r + (m − 1) X`, with `r` uniform on the whole numbers 0 to X − 1:
///
/// ```text
/// π_i = m x_i / X,  Σ π_i = m
/// ```
///
/// Because neighbours are rarely taken together, the order of the list works as an implicit stratification. All units are
/// taken where there are no more than `take`; a unit of size 0 is taken then only.
pub fn draw_systematic(sizes: &[u64], take: usize, rng: &mut impl Rng) -> Vec<Selected> {
    let certain = certainties(sizes, take);
    let left = take.saturating_sub(certain.iter().filter(|is_certain| **is_certain).count());
    let total: u128 = open(sizes, &certain).map(|(_, size)| u128::from(size)).sum();
    let mut selected: Vec<Selected> =
        (0..sizes.len()).filter(|at| certain[*at]).map(|position| Selected { position, probability: 1.0 }).collect();
    if left > 0 && total > 0 {
        let (stretch, start) = (left as u128, u128::from(below(total, rng)));
        let (mut end, mut taken) = (0, 0);
        for (position, size) in open(sizes, &certain) {
            end += stretch * u128::from(size);
            if start + taken * total < end {
                taken += 1;
                let probability = (stretch * u128::from(size)) as f64 / total as f64;
                selected.push(Selected { position, probability });
            }
        }
    }
    selected.sort_unstable_by_key(|selected| selected.position);
    selected
}

/// Draws `take` of `units` with equal probability, as [`draw_systematic`] does with equal sizes.
pub fn draw_equal(units: usize, take: usize, rng: &mut impl Rng) -> Vec<Selected> {
    draw_systematic(&vec![1; units], take, rng)
}

/// A random order of the numbers below `count`, each equally likely.
pub fn random_order(count: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        let other = below(last as u128 + 1, rng);
        order.swap(last, usize::try_from(other).unwrap_or(last));
    }
    order
}

/// Which units are so large that they are taken in any case.
fn certainties(sizes: &[u64], take: usize) -> Vec<bool> {
    let mut certain = vec![sizes.len() <= take; sizes.len()];
    loop {
        let left = take.saturating_sub(certain.iter().filter(|is_certain| **is_certain).count()) as u128;
        let total: u128 = open(sizes, &certain).map(|(_, size)| u128::from(size)).sum();
        let is_large = |size: u64| size > 0 && left * u128::from(size) >= total;
        let large: Vec<usize> = open(sizes, &certain).filter(|(_, size)| is_large(*size)).map(|(at, _)| at).collect();
        if left == 0 || large.is_empty() {
            return certain;
        }
        for at in large {
            certain[at] = true;
        }
    }
}

/// The units that are not taken with certainty.
fn open<'a>(sizes: &'a [u64], certain: &'a [bool]) -> impl Iterator<Item = (usize, u64)> + 'a {
    sizes.iter().copied().enumerate().filter(|(at, _)| !certain[*at])
}

/// A whole number from 0 to `count` − 1, each equally likely. By rejection, and not by a library's own way, which a new
/// version of the library may change; `count` is below 2^63.
fn below(count: u128, rng: &mut impl Rng) -> u64 {
    let count = u64::try_from(count).expect("sizes and their number are limited so that sums stay below 2^63");
    let fair = u64::MAX - u64::MAX % count;
    loop {
        let draw = rng.next_u64();
        if draw < fair {
            return draw % count;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// How often each unit is drawn with the seeds 0 to `draws` − 1, and the probabilities that were said.
    fn simulate(sizes: &[u64], take: usize, draws: u64) -> (Vec<f64>, Vec<f64>) {
        let (mut counts, mut said) = (vec![0.0; sizes.len()], vec![0.0_f64; sizes.len()]);
        for seed in 0..draws {
            for Selected { position, probability } in draw_systematic(sizes, take, &mut ChaCha8Rng::seed_from_u64(seed))
            {
                counts[position] += 1.0;
                assert!(said[position] == 0.0 || said[position].to_bits() == probability.to_bits());
                said[position] = probability;
            }
        }
        (counts, said)
    }

    #[test]
    fn units_are_drawn_as_often_as_their_probability_says() {
        const DRAWS: u64 = 10_000;
        let lists: [&[u64]; 4] = [&[1, 2, 3, 4, 5, 6, 7, 8], &[5; 11], &[400, 3, 90, 90, 1, 1, 17], &[1, 1, 1, 1_000]];
        for (sizes, take) in lists.into_iter().zip([3, 4, 4, 2]) {
            let (counts, said) = simulate(sizes, take, DRAWS);
            assert!((said.iter().sum::<f64>() - take as f64).abs() < 1e-12, "{said:?}");
            for (count, probability) in counts.iter().zip(&said) {
                let deviation = (probability * (1.0 - probability) / DRAWS as f64).sqrt();
                let frequency = count / DRAWS as f64;
                // Five standard deviations for 30 units with fixed seeds; with certainty there is none.
                assert!((frequency - probability).abs() <= 5.0 * deviation, "{frequency} {probability} of {sizes:?}");
            }
        }
    }

    #[test]
    fn large_units_are_certain_and_the_rest_is_drawn_from_the_others() {
        // 100 of 130 is more than a third; then 20 of 30 is more than a half; 5 and 5 share the last place.
        let (_, said) = simulate(&[100, 20, 5, 5], 3, 200);
        assert_eq!(said, [1.0, 1.0, 0.5, 0.5]);
    }

    #[test]
    fn a_random_order_has_each_order_equally_often() {
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..6_000 {
            *counts.entry(random_order(3, &mut ChaCha8Rng::seed_from_u64(seed))).or_insert(0.0) += 1.0;
        }
        let chi_square: f64 = counts.values().map(|count: &f64| (count - 1_000.0).powi(2) / 1_000.0).sum();
        assert_eq!(counts.len(), 6);
        // The 99.99 % point of chi-square with five degrees of freedom.
        assert!(chi_square < 25.74, "{counts:?}");
    }

    #[test]
    fn the_draw_of_a_seed_never_changes() {
        let sizes: Vec<u64> = (1..=40).map(|n| n * n % 37 + 1).collect();
        let drawn = draw_systematic(&sizes, 5, &mut ChaCha8Rng::seed_from_u64(2024));
        assert_eq!(drawn.iter().map(|drawn| drawn.position).collect::<Vec<_>>(), [5, 12, 18, 24, 31]);
    }

    proptest! {
        #[test]
        fn as_many_are_drawn_as_are_asked_for_each_once_with_probabilities_that_add_up(
            sizes in prop::collection::vec(1..=SIZE_MAX, 0..60), take in 0_usize..20, seed in any::<u64>(),
        ) {
            let drawn = draw_systematic(&sizes, take, &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(drawn.len(), take.min(sizes.len()));
            prop_assert!(drawn.windows(2).all(|pair| pair[0].position < pair[1].position));
            let certain = certainties(&sizes, take);
            let left = (drawn.len() - certain.iter().filter(|c| **c).count()) as f64;
            let total: f64 = open(&sizes, &certain).map(|(_, size)| size as f64).sum();
            for selected in drawn {
                let size = sizes[selected.position] as f64;
                let expected = if certain[selected.position] { 1.0 } else { left * size / total };
                prop_assert!((selected.probability - expected).abs() < 1e-9 && selected.probability <= 1.0);
            }
        }

        #[test]
        fn an_order_is_a_permutation(count in 0_usize..50, seed in any::<u64>()) {
            let mut order = random_order(count, &mut ChaCha8Rng::seed_from_u64(seed));
            order.sort_unstable();
            prop_assert_eq!(order, (0..count).collect::<Vec<_>>());
        }
    }
}

//! First and second moments of the units of a stratum: integers, so that the same data give the same bits in any order.

use ethnum::I256;

use super::matrix::{SymmetricMatrix, packed_length};
use super::pair_sums::{MomentOverflow, PairSums};

/// First and second moments of the totals of primary sampling units in one stratum.
///
/// With `x_i` the vector of weighted totals of PSU `i`, in whole billionths of a weight:
///
/// ```text
/// n   how many PSUs were added        S = Σ_i x_i        M = Σ_i x_i x_iᵀ
/// ```
///
/// PSUs without a member of a domain have `x_i = 0` and need not be added; [`Self::covariance`] is told the stratum's
/// number of PSUs. Adding, removing and merging are exact and commute, bit for bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumMoments {
    psus: u64,
    sums: Vec<i128>,
    products: PairSums,
}

impl StratumMoments {
    /// The moments of no PSU, over vectors of `dimension` totals.
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        Self { psus: 0, sums: vec![0; dimension], products: PairSums::new(dimension) }
    }

    /// The moments of so many PSUs whose totals, and whose products of totals, have these sums.
    #[must_use]
    pub fn of_sums(psus: u64, sums: Vec<i128>, products: PairSums) -> Self {
        debug_assert_eq!(sums.len(), products.dimension());
        Self { psus, sums, products }
    }

    /// Adds so many PSUs with the same totals `x`.
    pub fn add_equal_psus(&mut self, x: &[i128], psus: u64) -> Result<(), MomentOverflow> {
        let count = i64::try_from(psus).map_err(|_| MomentOverflow)?;
        self.psus = self.psus.checked_add(psus).ok_or(MomentOverflow)?;
        self.products.add_outer(x, count)?;
        for (sum, value) in self.sums.iter_mut().zip(x) {
            let all = value.checked_mul(count.into()).ok_or(MomentOverflow)?;
            *sum = sum.checked_add(all).ok_or(MomentOverflow)?;
        }
        Ok(())
    }

    /// How many PSUs were added.
    #[must_use]
    pub fn psus(&self) -> u64 {
        self.psus
    }

    /// The totals over all PSUs.
    #[must_use]
    pub fn sums(&self) -> &[i128] {
        &self.sums
    }

    /// Adds a PSU with the totals `x`.
    pub fn add_psu<T: Copy + Into<i128>>(&mut self, x: &[T]) -> Result<(), MomentOverflow> {
        self.psus = self.psus.checked_add(1).ok_or(MomentOverflow)?;
        self.products.add_outer(x, 1)?;
        for (sum, value) in self.sums.iter_mut().zip(x) {
            *sum = sum.checked_add((*value).into()).ok_or(MomentOverflow)?;
        }
        Ok(())
    }

    /// Takes out a PSU that was added with the totals `x`; an error when there is none left.
    pub fn remove_psu<T: Copy + Into<i128>>(&mut self, x: &[T]) -> Result<(), MomentOverflow> {
        self.psus = self.psus.checked_sub(1).ok_or(MomentOverflow)?;
        self.products.remove_outer(x)?;
        for (sum, value) in self.sums.iter_mut().zip(x) {
            *sum = sum.checked_sub((*value).into()).ok_or(MomentOverflow)?;
        }
        Ok(())
    }

    /// Adds the moments of other PSUs of the same stratum.
    pub fn merge(&mut self, other: &Self) -> Result<(), MomentOverflow> {
        self.psus = self.psus.checked_add(other.psus).ok_or(MomentOverflow)?;
        self.products.merge(&other.products)?;
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, other)| *sum += other);
        Ok(())
    }

    /// The covariance of the stratum's totals under sampling of PSUs with replacement, each entry multiplied by `scale`:
    ///
    /// ```text
    /// C = n/(n − 1) · [M − S Sᵀ/n] = (n M − S Sᵀ) / (n − 1)
    /// ```
    ///
    /// `psus_in_stratum` is `n`: all PSUs drawn in the stratum, those without members of the domain included. The
    /// difference is formed in 256-bit integers and rounded once. Nothing for `n < 2`: one PSU has no variation.
    ///
    /// Source: Särndal, Swensson, Wretman (1992), 4.5; R `survey::svyrecvar` with one stage and no correction.
    #[must_use]
    pub fn covariance(&self, psus_in_stratum: u64, scale: f64) -> Option<SymmetricMatrix> {
        debug_assert!(psus_in_stratum >= self.psus);
        let divisor = psus_in_stratum.checked_sub(1).filter(|divisor| *divisor > 0)? as f64;
        let dimension = self.sums.len();
        let mut upper = Vec::with_capacity(packed_length(dimension));
        let mut at = 0;
        let short = self.within_128_bits(psus_in_stratum);
        for (row, left) in self.sums.iter().enumerate() {
            for right in &self.sums[row..] {
                let exact = if let Some((count, products)) = &short {
                    (count * products[at] - left * right) as f64
                } else {
                    let count = I256::from(i128::from(psus_in_stratum));
                    (count * self.products.exact(at) - I256::from(*left) * I256::from(*right)).as_f64()
                };
                upper.push(exact / divisor * scale);
                at += 1;
            }
        }
        Some(SymmetricMatrix::from_upper(dimension, upper))
    }

    /// `n` and `M`, where `n M` and `S Sᵀ` and their difference need no more than 128 bits: then all of it is a fraction of the work.
    fn within_128_bits(&self, psus_in_stratum: u64) -> Option<(i128, &[i128])> {
        let (products, bound) = self.products.short()?;
        let count = i128::from(psus_in_stratum);
        let is_short = bound.checked_mul(count).is_some_and(|bound| bound <= i128::MAX / 2)
            && self.sums.iter().all(|sum| i64::try_from(*sum).is_ok());
        is_short.then_some((count, products))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments_of(psus: &[Vec<i64>]) -> StratumMoments {
        let mut moments = StratumMoments::new(3);
        for psu in psus {
            moments.add_psu(psu).unwrap();
        }
        moments
    }

    fn psus() -> impl Strategy<Value = Vec<Vec<i64>>> {
        prop::collection::vec(prop::collection::vec(-1_000_000_000_000_000_i64..1_000_000_000_000_000, 3), 2..12)
    }

    proptest! {
        #[test]
        fn order_does_not_change_a_bit(psus in psus(), seed in 0_usize..1000) {
            let mut shuffled = psus.clone();
            shuffled.rotate_left(seed % psus.len());
            shuffled.swap(0, seed % psus.len());
            prop_assert_eq!(moments_of(&psus), moments_of(&shuffled));
        }

        #[test]
        fn shards_merge_to_the_whole(psus in psus(), cut in 0_usize..12) {
            let cut = cut.min(psus.len());
            let mut merged = moments_of(&psus[cut..]);
            merged.merge(&moments_of(&psus[..cut])).unwrap();
            prop_assert_eq!(merged, moments_of(&psus));
        }

        #[test]
        fn a_removed_psu_leaves_no_trace(psus in psus(), extra in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 3)) {
            let mut moments = moments_of(&psus);
            moments.add_psu(&extra).unwrap();
            moments.remove_psu(&extra).unwrap();
            prop_assert_eq!(moments, moments_of(&psus));
        }

        #[test]
        fn the_covariance_is_that_of_the_two_pass_formula(psus in psus(), absent in 0_u64..5) {
            let n = psus.len() as u64 + absent;
            let covariance = moments_of(&psus).covariance(n, 1.0).unwrap();
            let mean: Vec<f64> = (0..3).map(|j| psus.iter().map(|x| x[j] as f64).sum::<f64>() / n as f64).collect();
            for i in 0..3 {
                for j in 0..3 {
                    let present: f64 = psus.iter().map(|x| (x[i] as f64 - mean[i]) * (x[j] as f64 - mean[j])).sum();
                    let naive = (present + absent as f64 * mean[i] * mean[j]) * n as f64 / (n - 1) as f64;
                    prop_assert!((covariance.get(i, j) - naive).abs() <= 1e-9 * 1e30, "{} {naive}", covariance.get(i, j));
                }
            }
        }
    }

    #[test]
    fn a_stratum_with_one_psu_has_no_covariance() {
        assert_eq!(moments_of(&[vec![1, 2, 3]]).covariance(1, 1.0), None);
        assert!(moments_of(&[vec![1, 2, 3]]).covariance(2, 1.0).is_some());
    }

    #[test]
    fn totals_beyond_64_bits_and_products_beyond_128_are_exact_in_any_order() {
        // Two PSUs of 10^20 and −10^20 in billionths, 100 thousand million people, and one of 1.
        let psus = [
            vec![10_i128.pow(20)],
            vec![-(10_i128.pow(20))],
            vec![i128::from(i64::MAX)],
            vec![i128::from(i64::MAX)],
            vec![1],
        ];
        let moments = |order: &[usize]| {
            let add = |mut sums: StratumMoments, psu: &usize| sums.add_psu(&psus[*psu]).map(|()| sums);
            order.iter().try_fold(StratumMoments::new(1), add).unwrap()
        };
        let one = moments(&[0, 1, 2, 3, 4, 2, 3]);
        assert_eq!(one, moments(&[4, 3, 2, 1, 3, 2, 0]));
        let mut merged = moments(&[2, 0, 4]);
        merged.merge(&moments(&[1, 3, 2, 3])).unwrap();
        assert_eq!(one, merged);
        let expected = 2.0 * 1e40 + 4.0 * (i64::MAX as f64).powi(2) - (4.0 * i64::MAX as f64).powi(2) / 7.0;
        let variance = one.covariance(7, 1.0).unwrap().get(0, 0) * 6.0 / 7.0;
        assert!((variance / expected - 1.0).abs() < 1e-15, "{variance} {expected}");
        let mut less = one.clone();
        less.remove_psu(&psus[0]).unwrap();
        less.remove_psu(&psus[2]).unwrap();
        assert_eq!(less, moments(&[1, 2, 3, 4, 3]));
    }

    #[test]
    fn sums_beyond_the_integers_are_an_error_and_never_wrap() {
        let mut moments = StratumMoments::new(1);
        moments.add_psu(&[i128::MAX]).unwrap();
        assert_eq!(moments.add_psu(&[i128::MAX]), Err(MomentOverflow));
        assert_eq!(StratumMoments::new(1).add_psu(&[i128::MIN]), Err(MomentOverflow));
    }
}

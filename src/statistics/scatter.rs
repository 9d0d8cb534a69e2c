//! How weighted values scatter around what is expected of them, from sums alone and without cancellation.

use ethnum::I256;

use super::matrix::SymmetricMatrix;
use super::pair_sums::{PairSums, SquareSum};

/// Of n respondents with weights `w_k` and values `d_k`, what it takes to form, for any `b`,
///
/// ```text
/// Σ_k (e_k − ē)(e_k − ē)ᵀ        e_k = w_k (d_k − b)
/// ```
///
/// With `d̄ = Σ w d / Σ w` and `u_k = w_k (d_k − d̄)`, `e_k = u_k + w_k (d̄ − b)`. The scatter of u, of w, and between both is formed in
/// integers and rounded once; so what is 0 comes out as 0, and what is small keeps its digits.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualScatter {
    /// d̄
    mean: Vec<f64>,
    /// Of u, and between w and u; nothing where u is 0.
    values: Option<(SymmetricMatrix, Vec<f64>)>,
    /// Of w.
    weights: f64,
}

impl ResidualScatter {
    /// From `sums` = Σ w (1, d) and `products` = Σ w² (1, d)(1, d)ᵀ over n respondents, in whole parts of a weight that are worth
    /// `scale`. Nothing without respondents or where all weights are 0.
    #[must_use]
    pub fn of(n: u64, sums: &[i128], products: &PairSums, scale: f64) -> Option<Self> {
        let (weight, totals) = sums.split_first().filter(|(weight, _)| **weight > 0 && n > 0)?;
        let exact = Exact { n: I256::from(i128::from(n)), sums, products };
        let (n, square) = (n as f64, scale * scale);
        let dimension = totals.len();
        let mut upper = Vec::with_capacity(dimension * (dimension + 1) / 2);
        for i in 1..=dimension {
            upper.extend((i..=dimension).map(|j| exact.values(i, j) / n * square));
        }
        Some(Self {
            mean: totals.iter().map(|total| *total as f64 / *weight as f64).collect(),
            values: Some((
                SymmetricMatrix::from_upper(dimension, upper),
                (1..=dimension).map(|i| exact.across(i) / n * square).collect(),
            )),
            weights: exact.scatter(0, 0).as_f64() / n * square,
        })
    }

    /// The same where all values are 0: from Σ w and Σ w². Nothing without respondents or where all weights are 0.
    #[must_use]
    pub fn of_weights(n: u64, weights: i128, squares: &SquareSum, dimension: usize, scale: f64) -> Option<Self> {
        (weights > 0 && n > 0).then(|| Self {
            mean: vec![0.0; dimension],
            values: None,
            weights: weight_scatter(n, weights, squares, scale),
        })
    }

    /// Adds `factor` times the scatter around `expected`, which is b.
    pub fn add_around(&self, expected: &[f64], factor: f64, sum: &mut SymmetricMatrix) {
        let off: Vec<f64> = self.mean.iter().zip(expected).map(|(mean, expected)| mean - expected).collect();
        if let Some((values, across)) = &self.values {
            sum.add_scaled(values, factor);
            sum.add_outer_pair(&off, across, factor);
        }
        sum.add_outer(&off, factor * self.weights);
    }
}

/// `Σ_k (w_k − w̄)²` over n weights with the sum `weights` and the sum of squares `squares`, in whole parts that are worth `scale`; 0
/// of nobody.
#[must_use]
pub fn weight_scatter(n: u64, weights: i128, squares: &SquareSum, scale: f64) -> f64 {
    let scatter = I256::from(i128::from(n)) * squares.0 - I256::from(weights) * I256::from(weights);
    if n == 0 { 0.0 } else { scatter.as_f64() / n as f64 * scale * scale }
}

/// The integers, n times as large as what is sought of them.
struct Exact<'a> {
    n: I256,
    sums: &'a [i128],
    products: &'a PairSums,
}

impl Exact<'_> {
    /// `n Σ x_i x_j − Σ x_i Σ x_j`
    fn scatter(&self, i: usize, j: usize) -> I256 {
        self.n * self.products.entry(i, j) - self.sum(i) * self.sum(j)
    }

    fn sum(&self, i: usize) -> I256 {
        I256::from(self.sums[i])
    }

    /// Of the i-th and the j-th entry of u: `C_ij − d̄_i C_wj − d̄_j C_wi + d̄_i d̄_j C_ww`.
    fn values(&self, i: usize, j: usize) -> f64 {
        let weight = self.sum(0);
        let c = [self.scatter(i, j), self.scatter(0, j), self.scatter(0, i), self.scatter(0, 0)];
        let factors = || {
            let (i, j) = (self.sum(i), self.sum(j));
            let product = |a: I256, b: I256| a.checked_mul(b);
            Some([product(weight, weight)?, product(weight, i)?, product(weight, j)?, product(i, j)?])
        };
        let whole = || {
            let factors = factors()?;
            let part = |at: usize| factors[at].checked_mul(c[at]);
            part(0)?.checked_sub(part(1)?)?.checked_sub(part(2)?)?.checked_add(part(3)?)
        };
        let square = weight.as_f64() * weight.as_f64();
        whole().map_or_else(
            || {
                let (i, j) = (self.sum(i).as_f64() / weight.as_f64(), self.sum(j).as_f64() / weight.as_f64());
                c[0].as_f64() - i * c[1].as_f64() - j * c[2].as_f64() + i * j * c[3].as_f64()
            },
            |whole| whole.as_f64() / square,
        )
    }

    /// Between w and the i-th entry of u: `C_wi − d̄_i C_ww`.
    fn across(&self, i: usize) -> f64 {
        let (weight, of_weights) = (self.sum(0), self.scatter(0, 0));
        let whole = || weight.checked_mul(self.scatter(0, i))?.checked_sub(self.sum(i).checked_mul(of_weights)?);
        whole().map_or_else(
            || self.scatter(0, i).as_f64() - self.sum(i).as_f64() / weight.as_f64() * of_weights.as_f64(),
            |whole| whole.as_f64() / weight.as_f64(),
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scatter_of(people: &[(i64, [i64; 2])], expected: [f64; 2]) -> Option<SymmetricMatrix> {
        let (mut sums, mut products) = ([0_i128; 3], PairSums::new(3));
        for (weight, values) in people {
            let x = [*weight, weight * values[0], weight * values[1]];
            sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += i128::from(x));
            products.add_outer(&x, 1).unwrap();
        }
        let scatter = ResidualScatter::of(people.len() as u64, &sums, &products, 1.0)?;
        let mut sum = SymmetricMatrix::zeros(2);
        scatter.add_around(&expected, 1.0, &mut sum);
        Some(sum)
    }

    fn naive(people: &[(i64, [i64; 2])], expected: [f64; 2], i: usize, j: usize) -> f64 {
        let e = |at: usize| -> Vec<f64> {
            let off: Vec<f64> =
                people.iter().map(|(weight, values)| *weight as f64 * (values[at] as f64 - expected[at])).collect();
            let mean = off.iter().sum::<f64>() / off.len() as f64;
            off.into_iter().map(|off| off - mean).collect()
        };
        e(i).iter().zip(e(j)).map(|(a, b)| a * b).sum()
    }

    proptest! {
        #[test]
        fn the_scatter_is_that_of_the_two_pass_formula(
            people in prop::collection::vec((1_i64..1_000, [-3_i64..=3, 0_i64..=1]), 1..30),
            expected in [-3.0_f64..3.0, 0.0_f64..1.0],
        ) {
            let found = scatter_of(&people, expected).unwrap();
            for (i, j) in [(0, 0), (0, 1), (1, 1)] {
                let naive = naive(&people, expected, i, j);
                prop_assert!((found.get(i, j) - naive).abs() <= 1e-9 * naive.abs() + 1e-6, "{} {naive}", found.get(i, j));
            }
        }

        #[test]
        fn who_answers_as_expected_does_not_scatter_however_weights_differ(
            weights in prop::collection::vec(1_i64..=1_000_000_000_000_000, 1..30), value in 0_i64..=11,
        ) {
            let people: Vec<(i64, [i64; 2])> = weights.iter().map(|weight| (*weight, [value, 1])).collect();
            let found = scatter_of(&people, [value as f64, 1.0]).unwrap();
            // Where 256 bits do not hold the products, rounding is left, of which no standard error has a digit.
            let rounding = 1e-28 * weights.iter().map(|weight| (*weight as f64).powi(2)).sum::<f64>();
            prop_assert!((0..2).all(|i| found.get(i, i) <= rounding), "{found:?} {rounding}");
        }
    }

    #[test]
    fn nobody_and_people_without_weight_have_no_scatter() {
        assert_eq!(scatter_of(&[], [0.0; 2]), None);
        assert_eq!(scatter_of(&[(0, [1, 1]), (0, [2, 1])], [0.0; 2]), None);
    }
}

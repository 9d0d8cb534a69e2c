//! The square root of a covariance matrix.

use super::RankSetError;

/// What counts as rounding in a matrix of correlations.
pub(super) const TOLERANCE: f64 = 1e-8;

/// What is left of a variance of 1 when nothing is left but the rounding of the subtractions.
const NOTHING: f64 = 1e-13;

/// A factor `L` of the correlation matrix, `L Lᵀ = D^(−1/2) Σ D^(−1/2)` with `D` the diagonal of `Σ`.
#[derive(Debug)]
pub(super) struct Factor {
    /// A row for each unit, in the order given; what is missing at the end of a row is 0.
    pub rows: Vec<Vec<f64>>,
    /// The length of the longest row: how many independent normal variables are needed.
    pub columns: usize,
}

impl Factor {
    /// Cholesky's factor with pivots, largest first, for a covariance that may be singular. The rows are those of the
    /// units in this `order`.
    ///
    /// A unit of variance 0 has an empty row. Where no pivot is above [`TOLERANCE`], the rest must be rounding: a covariance
    /// beyond it, or a variance below its negative, is an error; what is left of a unit's own variance is kept.
    ///
    /// Source: Higham (2002), Accuracy and Stability of Numerical Algorithms, section 10.3.
    pub(super) fn new(covariance: &[Vec<f64>], order: &[usize]) -> Result<Self, RankSetError> {
        let units = order.len();
        let entry = |i: usize, j: usize| covariance[order[i].max(order[j])][order[i].min(order[j])];
        let scale: Vec<f64> = (0..units).map(|i| entry(i, i).sqrt()).collect();
        let correlation = |i: usize, j: usize| entry(i, j) / scale[i] / scale[j];
        let refused = |i: usize, j: usize| RankSetError::NotACovariance {
            row: order[i].max(order[j]),
            column: order[i].min(order[j]),
        };
        let mut rows: Vec<Vec<f64>> = vec![Vec::new(); units];
        let mut open: Vec<usize> = (0..units).filter(|i| scale[*i] > 0.0).collect();
        let mut left = vec![1.0_f64; units];
        let mut columns = 0;
        while let Some(place) = (0..open.len()).max_by(|a, b| left[open[*a]].total_cmp(&left[open[*b]])) {
            let pivot = open[place];
            if left[pivot] <= TOLERANCE {
                break;
            }
            open.swap_remove(place);
            let root = f64::sqrt(left[pivot]);
            let pivot_row = std::mem::take(&mut rows[pivot]);
            for &i in &open {
                let new = (correlation(i, pivot) - dot(&rows[i], &pivot_row)) / root;
                rows[i].push(new);
                left[i] -= new * new;
                if left[i] < -TOLERANCE {
                    return Err(refused(pivot, i));
                }
            }
            rows[pivot] = pivot_row;
            rows[pivot].push(root);
            columns += 1;
        }
        for (place, &i) in open.iter().enumerate() {
            for &j in &open[..place] {
                if (correlation(i, j) - dot(&rows[i], &rows[j])).abs() > 2.0 * TOLERANCE {
                    return Err(refused(i, j));
                }
            }
        }
        for i in open.into_iter().filter(|i| left[*i] > NOTHING) {
            rows[i].resize(columns, 0.0);
            rows[i].push(left[i].sqrt());
            columns += 1;
        }
        Ok(Self { rows, columns })
    }
}

/// The sum of products; what one side lacks is 0.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_covariance_is_refused() {
        let indefinite = vec![vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]];
        assert!(matches!(Factor::new(&indefinite, &[0, 1, 2]), Err(RankSetError::NotACovariance { .. })));
        let barely = |by: f64| vec![vec![1.0, 1.0 + by], vec![1.0 + by, 1.0]];
        assert!(Factor::new(&barely(1e-10), &[1, 0]).is_ok());
        assert!(Factor::new(&barely(1e-7), &[1, 0]).is_err());
    }

    proptest! {
        #[test]
        fn the_factor_times_itself_is_the_correlation_of_any_rank(
            (units, rank) in (1_usize..12, 1_usize..12),
            entries in prop::collection::vec(-1.0_f64..1.0, 144),
        ) {
            let row = |i: usize| &entries[12 * i..12 * i + rank];
            let covariance: Vec<Vec<f64>> =
                (0..units).map(|i| (0..units).map(|j| dot(row(i), row(j))).collect()).collect();
            let order: Vec<usize> = (0..units).rev().collect();
            let factor = Factor::new(&covariance, &order).unwrap();
            prop_assert!(factor.columns <= rank.min(units));
            for i in 0..units {
                for j in 0..units {
                    let scale = (covariance[i][i] * covariance[j][j]).sqrt();
                    let found = dot(&factor.rows[order[i]], &factor.rows[order[j]]) * scale;
                    prop_assert!((found - covariance[i][j]).abs() <= 1e-7 * scale, "{i} {j}");
                }
            }
        }
    }
}

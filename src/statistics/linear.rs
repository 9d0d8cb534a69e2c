//! Small symmetric systems: factor, solve, invert, and say which column depends on those before it.

/// A pivot below this share of its diagonal entry holds no correct digit: its column depends on those before it.
const PIVOT_MIN: f64 = 1e-12;

/// The column, counted from 0, that depends linearly on the columns before it (or is 0, or is no number).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DependentColumn(pub usize);

/// The Cholesky factor of a symmetric positive definite matrix: `A = L Lᵀ`, `L` lower triangular.
///
/// For cross products such as `XᵀWX`. The pivot of column j is `a_jj (1 − R²)`, with R² that of column j on the columns
/// before it; so the factor finds collinear columns by itself, whatever their scales.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cholesky {
    /// Row i holds the i + 1 entries up to its diagonal.
    lower: Vec<Vec<f64>>,
}

impl Cholesky {
    /// Factors a matrix given by its rows, of which only the part up to the diagonal is read.
    ///
    /// `l_ij = (a_ij − Σ_{k<j} l_ik l_jk) / l_jj`, `l_jj = √(a_jj − Σ_{k<j} l_jk²)`. A matrix without rows is factored.
    pub(super) fn new(matrix: &[Vec<f64>]) -> Result<Self, DependentColumn> {
        let mut lower: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (i, entries) in matrix.iter().enumerate() {
            let mut row = Vec::with_capacity(i + 1);
            for (above, entry) in lower.iter().zip(entries) {
                let sum: f64 = row.iter().zip(above).map(|(a, b)| a * b).sum();
                row.push((entry - sum) / above[row.len()]);
            }
            let pivot = entries[i] - row.iter().map(|entry| entry * entry).sum::<f64>();
            let is_sound = pivot.is_finite() && pivot > PIVOT_MIN * entries[i];
            if !is_sound {
                return Err(DependentColumn(i));
            }
            row.push(pivot.sqrt());
            lower.push(row);
        }
        Ok(Self { lower })
    }

    /// The `x` of `L x = right`; so `xᵀx = rightᵀ A⁻¹ right`. `right` has an entry a row.
    pub(super) fn solve_lower(&self, right: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = Vec::with_capacity(self.lower.len());
        for (row, value) in self.lower.iter().zip(right) {
            let sum: f64 = row.iter().zip(&x).map(|(a, b)| a * b).sum();
            x.push((value - sum) / row[x.len()]);
        }
        x
    }

    /// The `x` of `A x = right`. `right` has an entry a row.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = self.solve_lower(right);
        for (i, row) in self.lower.iter().enumerate().rev() {
            x[i] /= row[i];
            let value = x[i];
            for (earlier, entry) in x.iter_mut().zip(&row[..i]) {
                *earlier -= entry * value;
            }
        }
        x
    }

    /// `A⁻¹`, row by row.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let dimension = self.lower.len();
        let unit = |i: usize| (0..dimension).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        (0..dimension).map(|i| self.solve(&unit(i))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `XᵀX` of the rows of `X`.
    fn cross_products(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let columns = rows[0].len();
        let product = |i: usize, j: usize| rows.iter().map(|row| row[i] * row[j]).sum::<f64>();
        (0..columns).map(|i| (0..columns).map(|j| product(i, j)).collect()).collect()
    }

    #[test]
    fn a_system_in_whole_numbers_is_solved_and_inverted() {
        let matrix = [vec![4.0, 2.0, 2.0], vec![2.0, 5.0, 3.0], vec![2.0, 3.0, 6.0]];
        let factor = Cholesky::new(&matrix).unwrap();
        assert_eq!(factor.lower, [vec![2.0], vec![1.0, 2.0], vec![1.0, 1.0, 2.0]]);
        assert_eq!(factor.solve(&[8.0, 10.0, 11.0]), [1.0, 1.0, 1.0]);
        let expected = [[21.0, -6.0, -4.0], [-6.0, 20.0, -8.0], [-4.0, -8.0, 16.0]].map(|row| row.map(|x| x / 64.0));
        for (row, expected) in factor.inverse().iter().zip(&expected) {
            assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{row:?}");
        }
    }

    #[test]
    fn a_matrix_without_rows_is_solved_by_nothing() {
        assert!(Cholesky::new(&[]).unwrap().solve(&[]).is_empty());
    }

    #[test]
    fn the_first_column_that_depends_on_those_before_it_is_named() {
        let dependent = |rows: &[Vec<f64>]| Cholesky::new(&cross_products(rows)).unwrap_err().0;
        // The third column is the sum of the first two, whatever its unit; then a column of zeros; then no number.
        for scale in [1.0, 1e-6, 1e9] {
            let row = |i: u8| vec![1.0, f64::from(i * i), (1.0 + f64::from(i * i)) * scale, f64::from(i)];
            assert_eq!(dependent(&(0..9).map(row).collect::<Vec<_>>()), 2, "{scale}");
        }
        assert_eq!(dependent(&[vec![1.0, 0.0], vec![1.0, 0.0]]), 1);
        for strange in [f64::NAN, f64::INFINITY] {
            assert_eq!(dependent(&[vec![1.0, strange], vec![1.0, 2.0]]), 1, "{strange}");
        }
        assert_eq!(Cholesky::new(&[vec![1.0, 2.0], vec![2.0, 1.0]]), Err(DependentColumn(1)));
    }

    proptest! {
        #[test]
        fn what_is_solved_gives_back_the_right_side(
            rows in prop::collection::vec(prop::collection::vec(-1.0_f64..1.0, 4), 8),
            right in prop::collection::vec(-1.0_f64..1.0, 4),
        ) {
            let mut matrix = cross_products(&rows);
            (0..4).for_each(|i| matrix[i][i] += 0.1);
            let factor = Cholesky::new(&matrix).unwrap();
            let times = |x: &[f64]| -> Vec<f64> {
                matrix.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
            };
            let by_inverse: Vec<f64> =
                factor.inverse().iter().map(|row| row.iter().zip(&right).map(|(a, b)| a * b).sum()).collect();
            for x in [factor.solve(&right), by_inverse] {
                let product = times(&x);
                prop_assert!(product.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-11), "{product:?} {right:?}");
            }
            let half: f64 = factor.solve_lower(&right).iter().map(|x| x * x).sum();
            let form: f64 = factor.solve(&right).iter().zip(&right).map(|(a, b)| a * b).sum();
            prop_assert!((half - form).abs() <= 1e-11 * form);
        }
    }
}

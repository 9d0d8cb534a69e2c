//! Are the rows and the columns of a two-way table independent: Rao and Scott's test.

use serde::Serialize;

use super::distribution::f_upper_tail;

/// Rao and Scott's second-order corrected test, as F.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IndependenceTest {
    /// The test statistic.
    pub f: f64,
    /// Degrees of freedom of the numerator, `d₀ ≤ (rows − 1)(columns − 1)`.
    pub numerator_df: f64,
    /// Degrees of freedom of the denominator, `d₀ ν`.
    pub denominator_df: f64,
    /// The probability of a statistic as large or larger where rows and columns are independent.
    pub p_value: f64,
}

/// Tests the independence of a two-way table under the design.
///
/// `cells` are the estimated proportions row by row (sum 1), `covariance` their covariance under the design in the same
/// order, `n` the number of respondents in the table, `df` the design's degrees of freedom `ν`.
///
/// ```text
/// X² = n Σ (p_ij − p_i. p_.j)² / (p_i. p_.j)                    Pearson's
/// Δ = (Cᵀ D⁻¹ C / n)⁻¹ (Cᵀ D⁻¹ V D⁻¹ C)                         C: contrasts of interaction, D = diag(cells)
/// F = X² / tr Δ,    d₀ = (tr Δ)² / tr Δ²,    F(d₀, d₀ ν)
/// ```
///
/// Nothing where the table has fewer than two rows or columns, a row or column that nobody is in, or so many empty cells
/// that the interaction cannot be estimated; where nothing varies; and where the numbers do not fit together or are not finite.
///
/// Source: Rao and Scott (1984), Annals of Statistics 12, 46–60; R `survey::svychisq(statistic = "F")`.
#[must_use]
pub fn independence_test(
    cells: &[f64],
    columns: usize,
    covariance: &[Vec<f64>],
    n: u64,
    df: f64,
) -> Option<IndependenceTest> {
    let rows = cells.len().checked_div(columns)?;
    let is_square = covariance.len() == cells.len() && covariance.iter().all(|row| row.len() == cells.len());
    if rows < 2 || columns < 2 || rows * columns != cells.len() || !is_square || df.is_nan() || df <= 0.0 {
        return None;
    }
    let n = n as f64;
    let pearson = n * chi_square_distance(cells, columns)?;
    let contrasts = interaction_contrasts(rows, columns);
    // D⁻¹ C, a column a contrast; an empty cell tells nothing.
    let inverse = |cell: usize| if cells[cell] > 0.0 { 1.0 / cells[cell] } else { 0.0 };
    let scaled: Vec<Contrast> = contrasts.iter().map(|c| c.map(|(cell, sign)| (cell, sign * inverse(cell)))).collect();
    let form = |left: &Contrast, right: &Contrast, matrix: &dyn Fn(usize, usize) -> f64| -> f64 {
        left.iter().flat_map(|l| right.iter().map(move |r| l.1 * r.1 * matrix(l.0, r.0))).sum()
    };
    let table = |of: &dyn Fn(&Contrast, usize) -> f64| -> Vec<Vec<f64>> {
        scaled.iter().map(|left| (0..scaled.len()).map(|right| of(left, right)).collect()).collect()
    };
    let under_srs = table(&|left, right| form(left, &contrasts[right], &|l, r| f64::from(u8::from(l == r)) / n));
    let under_design = table(&|left, right| form(left, &scaled[right], &|l, r| covariance[l][r]));
    let delta = solve(under_srs, under_design)?;
    let trace: f64 = (0..delta.len()).map(|i| delta[i][i]).sum();
    let trace_of_square: f64 = (0..delta.len())
        .flat_map(|i| (0..delta.len()).map(move |j| (i, j)))
        .map(|(i, j)| delta[i][j] * delta[j][i])
        .sum();
    let numerator_df = trace * trace / trace_of_square;
    if !(trace > 0.0 && numerator_df.is_finite() && numerator_df > 0.0) {
        return None;
    }
    let (f, denominator_df) = (pearson / trace, numerator_df * df);
    Some(IndependenceTest { f, numerator_df, denominator_df, p_value: f_upper_tail(f, numerator_df, denominator_df) })
}

/// `Σ (p_ij − p_i. p_.j)² / (p_i. p_.j)`; nothing where a margin is empty.
fn chi_square_distance(cells: &[f64], columns: usize) -> Option<f64> {
    let row_sums: Vec<f64> = cells.chunks(columns).map(|row| row.iter().sum()).collect();
    let column_sums: Vec<f64> = (0..columns).map(|j| cells.iter().skip(j).step_by(columns).sum()).collect();
    if row_sums.iter().chain(&column_sums).any(|sum| sum.is_nan() || *sum <= 0.0) {
        return None;
    }
    let part = |(cell, p): (usize, &f64)| {
        let expected = row_sums[cell / columns] * column_sums[cell % columns];
        (p - expected).powi(2) / expected
    };
    Some(cells.iter().enumerate().map(part).sum())
}

/// Four cells with their signs.
type Contrast = [(usize, f64); 4];

/// A basis of the interaction: `p_ij − p_iJ − p_Ij + p_IJ` for all rows `i` and columns `j` but the last, `I` and `J`.
fn interaction_contrasts(rows: usize, columns: usize) -> Vec<Contrast> {
    let cell = |i: usize, j: usize| i * columns + j;
    let contrast = |i: usize, j: usize| {
        [(cell(i, j), 1.0), (cell(i, columns - 1), -1.0), (cell(rows - 1, j), -1.0), (cell(rows - 1, columns - 1), 1.0)]
    };
    (0..rows - 1).flat_map(|i| (0..columns - 1).map(move |j| (i, j))).map(|(i, j)| contrast(i, j)).collect()
}

/// `a⁻¹ b` by Gaussian elimination with pivots; nothing where `a` is singular to rounding or not finite.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let size = a.len();
    let largest = a.iter().flatten().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
    for column in 0..size {
        let pivot = (column..size).max_by(|i, j| a[*i][column].abs().total_cmp(&a[*j][column].abs()))?;
        a.swap(column, pivot);
        b.swap(column, pivot);
        if a[column][column].is_nan() || a[column][column].abs() <= 1e-13 * largest {
            return None;
        }
        let (pivot_a, pivot_b) = (a[column].clone(), b[column].clone());
        for row in (0..size).filter(|row| *row != column) {
            let factor = a[row][column] / pivot_a[column];
            a[row].iter_mut().zip(&pivot_a).for_each(|(entry, above)| *entry -= factor * above);
            b[row].iter_mut().zip(&pivot_b).for_each(|(entry, above)| *entry -= factor * above);
        }
    }
    for (row, (diagonal, values)) in a.iter().zip(&mut b).enumerate() {
        for value in values {
            *value /= diagonal[row];
        }
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The covariance of proportions in a simple random sample with replacement.
    fn multinomial(cells: &[f64], n: u64) -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| (f64::from(u8::from(i == j)) * cells[i] - cells[i] * cells[j]) / n as f64;
        (0..cells.len()).map(|i| (0..cells.len()).map(|j| entry(i, j)).collect()).collect()
    }

    /// `scipy.stats.chi2_contingency([[10, 20, 30], [20, 20, 20]], correction = False).statistic` = 16/3 with 2 degrees of freedom.
    #[test]
    fn of_a_simple_random_sample_it_is_pearsons_test() {
        let cells = [10.0, 20.0, 30.0, 20.0, 20.0, 20.0].map(|count| count / 120.0);
        // At independence the multinomial covariance gives Δ = 1; at the observed cells it does so as well.
        let found = independence_test(&cells, 3, &multinomial(&cells, 120), 120, 1e12).unwrap();
        assert!((found.f - 16.0 / 6.0).abs() < 1e-12, "{found:?}");
        assert!((found.numerator_df - 2.0).abs() < 1e-12 && (found.denominator_df / 2e12 - 1.0).abs() < 1e-12);
        assert!((found.p_value - (-8.0_f64 / 3.0).exp()).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_table_that_says_nothing_has_no_test() {
        let cells = [0.25; 4];
        let covariance = multinomial(&cells, 100);
        assert_eq!(independence_test(&cells, 0, &covariance, 100, 9.0), None);
        assert_eq!(independence_test(&cells, 4, &covariance, 100, 9.0), None);
        assert_eq!(independence_test(&cells, 3, &covariance, 100, 9.0), None);
        assert_eq!(independence_test(&cells, 2, &covariance[..3], 100, 9.0), None);
        assert_eq!(independence_test(&cells, 2, &covariance, 100, 0.0), None);
        assert_eq!(independence_test(&cells, 2, &covariance, 0, 9.0), None);
        assert_eq!(independence_test(&cells, 2, &vec![vec![0.0; 4]; 4], 100, 9.0), None);
        assert_eq!(independence_test(&[0.5, 0.0, 0.5, 0.0], 2, &covariance, 100, 9.0), None);
        assert_eq!(independence_test(&[f64::NAN, 0.2, 0.5, 0.1], 2, &covariance, 100, 9.0), None);
    }

    proptest! {
        #[test]
        fn a_design_effect_that_all_cells_share_divides_the_statistic_and_nothing_else(
            counts in proptest::collection::vec(1_u32..100, 12), effect in 0.5_f64..5.0, df in 1.0_f64..1000.0,
        ) {
            let n = counts.iter().map(|count| u64::from(*count)).sum();
            let cells: Vec<f64> = counts.iter().map(|count| f64::from(*count) / n as f64).collect();
            let simple = multinomial(&cells, n);
            let clustered: Vec<Vec<f64>> = simple.iter().map(|row| row.iter().map(|v| v * effect).collect()).collect();
            let plain = independence_test(&cells, 3, &simple, n, df).unwrap();
            let found = independence_test(&cells, 3, &clustered, n, df).unwrap();
            prop_assert!((found.f * effect - plain.f).abs() < 1e-9 * (1.0 + plain.f));
            prop_assert!((found.numerator_df - 6.0).abs() < 1e-9 && (0.0..=1.0).contains(&found.p_value));
            // Rows and columns may change places.
            let turned = |cell: usize| (cell % 4) * 3 + cell / 4;
            let cells: Vec<f64> = (0..12).map(|cell| cells[turned(cell)]).collect();
            let covariance: Vec<Vec<f64>> =
                (0..12).map(|i| (0..12).map(|j| clustered[turned(i)][turned(j)]).collect()).collect();
            let other = independence_test(&cells, 4, &covariance, n, df).unwrap();
            prop_assert!((other.f - found.f).abs() < 1e-9 * (1.0 + found.f));
        }
    }
}

//! Symmetric matrices kept as their packed upper triangle.

/// How many entries the packed upper triangle of a `dimension` × `dimension` matrix has.
#[must_use]
pub(super) fn packed_length(dimension: usize) -> usize {
    dimension * (dimension + 1) / 2
}

/// Where row `row` (from its diagonal on) begins in the packed upper triangle.
#[must_use]
pub(super) fn packed_row(dimension: usize, row: usize) -> usize {
    row * (2 * dimension + 1 - row) / 2
}

/// A symmetric matrix, its upper triangle row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct SymmetricMatrix {
    dimension: usize,
    upper: Vec<f64>,
}

impl SymmetricMatrix {
    /// The matrix of zeros.
    #[must_use]
    pub fn zeros(dimension: usize) -> Self {
        Self { dimension, upper: vec![0.0; packed_length(dimension)] }
    }

    /// Wraps a packed upper triangle of `dimension · (dimension + 1) / 2` entries.
    pub(super) fn from_upper(dimension: usize, upper: Vec<f64>) -> Self {
        debug_assert_eq!(upper.len(), packed_length(dimension));
        Self { dimension, upper }
    }

    /// The entry in row `i` and column `j`.
    #[must_use]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        let (row, column) = (i.min(j), i.max(j));
        self.upper[packed_row(self.dimension, row) + column - row]
    }

    /// Adds `factor` times `other`, entry by entry.
    pub fn add_scaled(&mut self, other: &Self, factor: f64) {
        for (mine, theirs) in self.upper.iter_mut().zip(&other.upper) {
            *mine += factor * theirs;
        }
    }

    /// Adds `factor · x xᵀ`.
    pub fn add_outer(&mut self, x: &[f64], factor: f64) {
        debug_assert_eq!(x.len(), self.dimension);
        let mut entries = self.upper.iter_mut();
        for (row, left) in x.iter().enumerate() {
            let scaled = factor * left;
            // `zip` asks the shorter side first, so that no entry of the next row is lost.
            for (right, entry) in x[row..].iter().zip(&mut entries) {
                *entry += scaled * right;
            }
        }
    }

    /// Adds `factor · (a bᵀ + b aᵀ)`.
    pub fn add_outer_pair(&mut self, a: &[f64], b: &[f64], factor: f64) {
        debug_assert!(a.len() == self.dimension && b.len() == self.dimension);
        let mut entries = self.upper.iter_mut();
        for (row, (left, right)) in a.iter().zip(b).enumerate() {
            for (j, entry) in (row..self.dimension).zip(&mut entries) {
                *entry += factor * (left * b[j] + right * a[j]);
            }
        }
    }

    /// Adds the upper triangle of `a bᵀ`; of a sum of such products that is symmetric as a whole.
    pub fn add_half_product(&mut self, a: &[f64], b: &[f64]) {
        debug_assert!(a.len() == self.dimension && b.len() == self.dimension);
        let mut begin = 0;
        for (row, left) in a.iter().enumerate() {
            let entries = &mut self.upper[begin..begin + self.dimension - row];
            entries.iter_mut().zip(&b[row..]).for_each(|(entry, right)| *entry += left * right);
            begin += self.dimension - row;
        }
    }

    /// Multiplies every entry.
    pub fn scale(&mut self, factor: f64) {
        self.upper.iter_mut().for_each(|entry| *entry *= factor);
    }

    /// `aᵀ M b` for sparse vectors of (index, value).
    ///
    /// The terms of a ratio's variance cancel: each is far larger than their sum. A sum below 1e-14 of the terms'
    /// size holds no correct digit and is returned as exactly 0, so that "no variation" is recognised as such.
    #[must_use]
    pub fn bilinear(&self, a: &[(usize, f64)], b: &[(usize, f64)]) -> f64 {
        let (mut sum, mut size) = (0.0, 0.0);
        for &(i, left) in a {
            for &(j, right) in b {
                let term = left * right * self.get(i, j);
                sum += term;
                size += f64::abs(term);
            }
        }
        if f64::abs(sum) <= 1e-14 * size { 0.0 } else { sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_triangle_gives_every_entry_of_the_matrix() {
        let matrix = SymmetricMatrix::from_upper(3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let rows: Vec<Vec<f64>> = (0..3).map(|i| (0..3).map(|j| matrix.get(i, j)).collect()).collect();
        assert_eq!(rows, [[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, 6.0]]);
    }

    #[test]
    fn a_bilinear_form_is_the_double_sum_over_the_entries() {
        let matrix = SymmetricMatrix::from_upper(2, vec![2.0, -1.0, 3.0]);
        let form = matrix.bilinear(&[(0, 1.0), (1, 2.0)], &[(0, 3.0), (1, -1.0)]);
        // (1 2) M = (0 5), and (0 5) (3 -1)ᵀ = -5.
        assert!((form + 5.0).abs() < 1e-14, "{form}");
    }

    #[test]
    fn what_cancels_but_for_rounding_is_exactly_zero() {
        let matrix = SymmetricMatrix::from_upper(2, vec![0.3, 0.1 + 0.2, 0.3]);
        assert_eq!(matrix.bilinear(&[(0, 1.0), (1, -1.0)], &[(0, 1.0), (1, -1.0)]).to_bits(), 0.0_f64.to_bits());
    }
}

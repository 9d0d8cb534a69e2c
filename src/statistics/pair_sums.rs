//! Exact, mergeable sums of products: integers, so that the same data give the same bits in any order.

use ethnum::I256;

use super::matrix::{SymmetricMatrix, packed_length, packed_row};

/// The bits of a low part (see [`PairSums::to_parts`]); a high part then has room for sums of 223 bits.
const LOW_BITS: u32 = 96;

/// A sum left the range of its integers. The sums that reported it are to be thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the weighted sums are too large to be added exactly")]
pub struct MomentOverflow;

/// The upper triangle of a sum of outer products, packed, in exact integers.
#[derive(Debug, Clone)]
pub struct PairSums {
    dimension: usize,
    upper: Vec<i128>,
    /// No entry of `upper` is larger than this: one check a vector keeps all entries within their range.
    bound: i128,
    /// What `upper` had no more room for, to be added to it; empty as long as it has.
    beyond: Vec<I256>,
}

/// A sum of squares, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SquareSum(pub(super) I256);

impl SquareSum {
    /// Takes out squares that were added.
    pub fn subtract(&mut self, other: &Self) {
        self.0 -= other.0;
    }
}

impl PartialEq for PairSums {
    /// By the sums, however they are split.
    fn eq(&self, other: &Self) -> bool {
        self.dimension == other.dimension && (0..self.upper.len()).all(|at| self.exact(at) == other.exact(at))
    }
}

impl Eq for PairSums {}

impl PairSums {
    /// The empty sum over vectors of `dimension` entries.
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        Self { dimension, upper: vec![0; packed_length(dimension)], bound: 0, beyond: Vec::new() }
    }

    /// How many entries the vectors have.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Adds `factor · x xᵀ`, for a `factor` of at least 0. Zeros in `x` cost little.
    pub fn add_outer<T: Copy + Into<i128>>(&mut self, x: &[T], factor: i64) -> Result<(), MomentOverflow> {
        debug_assert!(factor >= 0);
        let largest = largest_of(x)?;
        match i64::try_from(largest).ok().and_then(|largest| largest.checked_mul(factor)) {
            Some(scaled) => {
                self.make_room(largest * i128::from(scaled));
                self.fold(x, factor);
                Ok(())
            }
            None => self.add_beyond(x, factor),
        }
    }

    /// Adds whole numbers to entries, each named once, by its row and column in either order.
    pub fn add_entries(&mut self, entries: impl Iterator<Item = (usize, usize, i64)>) -> Result<(), MomentOverflow> {
        self.make_room(i64::MAX.into());
        for (i, j, value) in entries {
            let (row, column) = (i.min(j), i.max(j));
            let sum = &mut self.upper[packed_row(self.dimension, row) + column - row];
            *sum = sum.checked_add(i128::from(value)).ok_or(MomentOverflow)?;
        }
        Ok(())
    }

    /// Takes out `x xᵀ`, which was added with the factor 1.
    pub(super) fn remove_outer<T: Copy + Into<i128>>(&mut self, x: &[T]) -> Result<(), MomentOverflow> {
        let largest = largest_of(x)?;
        if i64::try_from(largest).is_err() {
            return self.add_beyond(x, -1);
        }
        self.make_room(largest * largest);
        self.fold(x, -1);
        Ok(())
    }

    /// Makes entries ready to grow by at most so much.
    fn make_room(&mut self, more: i128) {
        if self.bound > i128::MAX - more {
            self.beyond.resize(self.upper.len(), I256::ZERO);
            for (beyond, sum) in self.beyond.iter_mut().zip(&mut self.upper) {
                *beyond += I256::from(std::mem::take(sum));
            }
            self.bound = 0;
        }
        self.bound += more;
    }

    /// For `x` within 64 bits, once multiplied by `factor`.
    fn fold<T: Copy + Into<i128>>(&mut self, x: &[T], factor: i64) {
        debug_assert_eq!(x.len(), self.dimension);
        // Cut to 64 bits, so that a product takes one multiplication.
        #[expect(clippy::cast_possible_truncation, reason = "the caller has seen that nothing is cut off")]
        let short = |value: T| value.into() as i64;
        for row in 0..x.len() {
            let left = short(x[row]) * factor;
            if left == 0 {
                continue;
            }
            let begin = packed_row(self.dimension, row);
            let sums = &mut self.upper[begin..begin + self.dimension - row];
            for (sum, right) in sums.iter_mut().zip(&x[row..]) {
                *sum += i128::from(left) * i128::from(short(*right));
            }
        }
    }

    fn add_beyond<T: Copy + Into<i128>>(&mut self, x: &[T], factor: i64) -> Result<(), MomentOverflow> {
        self.beyond.resize(self.upper.len(), I256::ZERO);
        for row in 0..x.len() {
            let left = I256::from(x[row].into()).checked_mul(I256::from(factor)).ok_or(MomentOverflow)?;
            let begin = packed_row(self.dimension, row);
            for (sum, right) in self.beyond[begin..begin + self.dimension - row].iter_mut().zip(&x[row..]) {
                let product = left.checked_mul(I256::from((*right).into())).ok_or(MomentOverflow)?;
                *sum = sum.checked_add(product).ok_or(MomentOverflow)?;
            }
        }
        Ok(())
    }

    /// Adds the sums of `other`.
    pub fn merge(&mut self, other: &Self) -> Result<(), MomentOverflow> {
        self.make_room(other.bound);
        self.upper.iter_mut().zip(&other.upper).for_each(|(sum, other)| *sum += other);
        if !other.beyond.is_empty() {
            self.beyond.resize(self.upper.len(), I256::ZERO);
        }
        for (sum, other) in self.beyond.iter_mut().zip(&other.beyond) {
            *sum = sum.checked_add(*other).ok_or(MomentOverflow)?;
        }
        Ok(())
    }

    /// The sums and a bound of their size, where 128 bits hold them all.
    pub(super) fn short(&self) -> Option<(&[i128], i128)> {
        self.beyond.is_empty().then_some((self.upper.as_slice(), self.bound))
    }

    /// The entry at a packed position.
    pub(super) fn exact(&self, at: usize) -> I256 {
        let sum = I256::from(self.upper[at]);
        self.beyond.get(at).map_or(sum, |beyond| sum + *beyond)
    }

    /// The sums over the vectors without their first entry.
    #[must_use]
    pub fn without_first(&self) -> Self {
        let rest = self.dimension;
        let beyond = self.beyond.get(rest..).unwrap_or_default().to_vec();
        Self { dimension: rest.saturating_sub(1), upper: self.upper[rest..].to_vec(), bound: self.bound, beyond }
    }

    /// The sums row by row, from the diagonal on, each as low + 2⁹⁶ · high; no high parts where 128 bits hold every sum. The same
    /// sums have the same parts, whatever they were added up from.
    #[must_use]
    pub fn to_parts(&self) -> (Vec<i128>, Vec<i128>) {
        // The smallest number has no size of its own kind; it is split as well.
        let whole = |at: usize| i128::try_from(self.exact(at)).ok().filter(|sum| *sum > i128::MIN);
        let whole: Option<Vec<i128>> = (0..self.upper.len()).map(whole).collect();
        if let Some(whole) = whole {
            return (whole, Vec::new());
        }
        let split = |at: usize| {
            let high = self.exact(at) >> LOW_BITS;
            ((self.exact(at) - (high << LOW_BITS)).as_i128(), high.as_i128())
        };
        (0..self.upper.len()).map(split).unzip()
    }

    /// The sums that [`Self::to_parts`] took apart; nothing where so many numbers are no sums of such vectors.
    #[must_use]
    pub fn from_parts(dimension: usize, low: Vec<i128>, high: &[i128]) -> Option<Self> {
        if low.len() != packed_length(dimension) || !(high.is_empty() || high.len() == low.len()) {
            return None;
        }
        let bound = low.iter().map(|sum| sum.saturating_abs()).max().unwrap_or(0);
        let beyond = high.iter().map(|high| I256::from(*high) << LOW_BITS).collect();
        Some(Self { dimension, upper: low, bound, beyond })
    }

    /// The sum of the squares of the first entry.
    #[must_use]
    pub fn first(&self) -> SquareSum {
        SquareSum(self.exact(0))
    }

    /// The sum in row `i` and column `j`.
    pub(super) fn entry(&self, i: usize, j: usize) -> I256 {
        let (row, column) = (i.min(j), i.max(j));
        self.exact(packed_row(self.dimension, row) + column - row)
    }

    /// The sums as numbers, each multiplied by `scale`.
    #[must_use]
    pub fn to_matrix(&self, scale: f64) -> SymmetricMatrix {
        let number = |(at, sum): (usize, &i128)| {
            let sum = if self.beyond.is_empty() { nearest(*sum) } else { self.exact(at).as_f64() };
            sum * scale
        };
        SymmetricMatrix::from_upper(self.dimension, self.upper.iter().enumerate().map(number).collect())
    }
}

/// The number that is nearest to a whole one. Nearly all fit into 64 bits, for which a processor has an instruction.
#[must_use]
#[inline]
pub fn nearest(whole: i128) -> f64 {
    i64::try_from(whole).map_or_else(|_| nearest_beyond_64_bits(whole), |short| short as f64)
}

/// Apart, since a compiler that sees both ways takes both of them and chooses afterwards.
#[cold]
#[inline(never)]
fn nearest_beyond_64_bits(whole: i128) -> f64 {
    whole as f64
}

fn largest_of<T: Copy + Into<i128>>(x: &[T]) -> Result<i128, MomentOverflow> {
    x.iter().try_fold(0, |largest: i128, value| {
        let size = (*value).into().checked_abs().ok_or(MomentOverflow)?;
        Ok(largest.max(size))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums_of(vectors: &[Vec<i64>], factor: i64) -> PairSums {
        let mut sums = PairSums::new(3);
        for x in vectors {
            sums.add_outer(x, factor).unwrap();
        }
        sums
    }

    proptest! {
        #[test]
        fn sums_are_read_back_from_their_parts_and_go_on_growing(
            vectors in prop::collection::vec(prop::collection::vec(any::<i64>(), 3), 0..6),
            factor in prop::sample::select(vec![1, i64::MAX]),
        ) {
            let sums = sums_of(&vectors, factor);
            let (low, high) = sums.to_parts();
            let mut read = PairSums::from_parts(3, low, &high).unwrap();
            prop_assert_eq!(&read, &sums);
            read.merge(&sums).unwrap();
            let twice: Vec<Vec<i64>> = [vectors.clone(), vectors].concat();
            prop_assert_eq!(read, sums_of(&twice, factor));
        }

        #[test]
        fn without_the_first_entry_the_sums_are_those_of_the_others(
            vectors in prop::collection::vec(prop::collection::vec(any::<i64>(), 3), 0..6),
        ) {
            let mut others = PairSums::new(2);
            for x in &vectors {
                others.add_outer(&x[1..], 1).unwrap();
            }
            prop_assert_eq!(sums_of(&vectors, 1).without_first(), others);
        }
    }

    #[test]
    fn other_numbers_of_parts_are_refused() {
        for (low, high) in [(5, 0), (7, 0), (6, 5)] {
            assert_eq!(PairSums::from_parts(3, vec![0; low], &vec![0; high]), None, "{low} {high}");
        }
    }
}

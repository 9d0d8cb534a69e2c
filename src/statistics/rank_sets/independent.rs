//! Draws of independent estimates, the largest deviation first, so that most of a draw is never made.

use super::draws::{Stream, Streams, normal_upper_point};
use super::{Comparison, Simulation};

/// Draws that a thread takes at a time.
const CHUNK: usize = 256;

/// Draws `Z_i = se_i X_i` in the order of falling `|X_i|`.
///
/// The n tail probabilities of |X| are uniform; the smallest is drawn first, then the next (Rényi's representation of
/// ordered exponentials `Y_(1) < Y_(2) < …`), each with a unit not yet taken and a sign:
///
/// ```text
/// Y_(k) = Y_(k−1) + E_k / (n − k + 1),   E_k exponential,   |X|_(k) = the point with two-sided tail 1 − exp(−Y_(k))
/// |Z_i − Z_j| / sd_ij ≤ √(X_i² + X_j²)   (Cauchy–Schwarz)
/// ```
///
/// Once `|X|_(1)² + |X|_(k)²` is not above the square of the largest statistic found, no unit that is still to come can
/// change the maximum. That is exact, not an approximation; of 10,000 units some ten are ever drawn.
pub(super) struct LargestFirst<'a> {
    comparison: &'a Comparison<'a>,
    /// The units with a sampling error; only they vary.
    varying: Vec<usize>,
    /// Of the exact units, the one with the lowest and the one with the highest estimate.
    still: Option<(usize, usize)>,
}

/// A unit that was drawn.
#[derive(Clone, Copy)]
struct Drawn {
    unit: usize,
    deviation: f64,
    square: f64,
}

/// What a thread keeps between draws.
struct Scratch {
    streams: Streams,
    /// A permutation of the varying units; the identity between draws, so that a draw does not depend on those before it.
    units: Vec<usize>,
    swaps: Vec<usize>,
    drawn: Vec<Drawn>,
}

impl<'a> LargestFirst<'a> {
    pub(super) fn new(comparison: &'a Comparison<'a>) -> Self {
        let is_varying = |unit: &usize| comparison.variances[*unit] > 0.0;
        let (varying, still): (Vec<usize>, Vec<usize>) = comparison.order.iter().copied().partition(is_varying);
        // The order is that of the estimates. A unit whose error is not known is in no pair.
        let still: Vec<usize> = still.into_iter().filter(|unit| comparison.is_exact(*unit)).collect();
        let still = still.first().copied().zip(still.last().copied());
        Self { comparison, varying, still }
    }

    /// The maximum of each of `draws` over the pairs that `told_from` leaves open; infinity leaves all open.
    pub(super) fn maxima(&self, simulation: &Simulation, draws: &[usize], told_from: f64) -> Vec<f64> {
        let mut maxima = vec![0.0; draws.len()];
        let scratch = || Scratch {
            streams: simulation.streams(),
            units: self.varying.clone(),
            swaps: Vec::new(),
            drawn: Vec::new(),
        };
        simulation.share((draws, CHUNK), (&mut maxima, 1), scratch, |scratch, draws, maxima| {
            for (draw, maximum) in draws.iter().zip(maxima) {
                *maximum = self.maximum(&mut scratch.streams.draw(*draw), scratch, told_from);
            }
        });
        maxima
    }

    fn maximum(&self, stream: &mut Stream, scratch: &mut Scratch, told_from: f64) -> f64 {
        let Scratch { units, swaps, drawn, .. } = scratch;
        let (mut largest, mut sum) = (0.0_f64, 0.0);
        for k in 0..units.len() {
            sum += stream.exponential() / (units.len() - k) as f64;
            let size = normal_upper_point(-0.5 * f64::exp_m1(-sum));
            let square = size * size;
            if drawn.first().is_some_and(|first| first.square + square <= largest * largest) {
                break;
            }
            let (offset, is_negative) = stream.index_and_sign(units.len() - k);
            units.swap(k, k + offset);
            swaps.push(k + offset);
            let now = Drawn { unit: units[k], deviation: if is_negative { -size } else { size }, square };
            largest = largest.max(self.against_still(&now, told_from));
            for before in drawn.iter() {
                if before.square + square <= largest * largest {
                    break;
                }
                largest = largest.max(self.statistic(before, &now, told_from));
            }
            drawn.push(now);
        }
        while let Some(swapped) = swaps.pop() {
            units.swap(swaps.len(), swapped);
        }
        drawn.clear();
        largest
    }

    /// `|Z_i − Z_j| / sd_ij`, or 0 if the pair is not open in this direction.
    fn statistic(&self, one: &Drawn, other: &Drawn, told_from: f64) -> f64 {
        let variances = &self.comparison.variances;
        let z = |drawn: &Drawn| variances[drawn.unit].sqrt() * drawn.deviation;
        let difference = z(one) - z(other);
        let (high, low) = if difference > 0.0 { (one.unit, other.unit) } else { (other.unit, one.unit) };
        if self.comparison.is_better(high, low, told_from) {
            return 0.0;
        }
        difference.abs() / (variances[high] + variances[low]).sqrt()
    }

    /// `|X_i|`, the statistic with a unit that does not vary, or 0 if no such pair is open in this direction.
    fn against_still(&self, drawn: &Drawn, told_from: f64) -> f64 {
        let Some((lowest, highest)) = self.still else { return 0.0 };
        let is_closed = if drawn.deviation > 0.0 {
            self.comparison.is_better(drawn.unit, highest, told_from)
        } else {
            self.comparison.is_better(lowest, drawn.unit, told_from)
        };
        if is_closed { 0.0 } else { drawn.deviation.abs() }
    }
}

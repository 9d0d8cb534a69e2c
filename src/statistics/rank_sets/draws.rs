//! Random numbers that do not depend on who draws them: each draw has a stream of its own.

use std::sync::{Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::RankSetError;

/// How critical values are simulated. The result depends on draws and seed, and on nothing else.
#[derive(Clone, Copy)]
pub struct Simulation<'a> {
    /// How many draws.
    pub draws: usize,
    /// The seed; equal seeds give equal results, bit for bit.
    pub seed: u64,
    /// How many threads share the work; the result is the same for any number.
    pub threads: usize,
    /// Is told now and then that so many more draws were made; marginal sets and correlated estimates take a while.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

impl Simulation<'_> {
    /// The fewest draws at any level.
    pub const DRAWS_MIN: usize = 1_000;
    /// The most draws.
    pub const DRAWS_MAX: usize = 10_000_000;
    /// Draws that must lie beyond the critical value, at least.
    const DRAWS_BEYOND_MIN: f64 = 10.0;

    /// A simulation on one thread that tells nobody how far it is.
    #[must_use]
    pub fn new(draws: usize, seed: u64) -> Self {
        Self { draws, seed, threads: 1, progress: &|_| () }
    }

    /// Refuses a level outside (0, 1), and draws that cannot tell the critical value at that level.
    pub(super) fn check(&self, level: f64) -> Result<(), RankSetError> {
        check_level(level)?;
        let needed = (Self::DRAWS_BEYOND_MIN / (1.0 - level).min(1.0)).ceil();
        let min = if needed < 1e15 { Self::DRAWS_MIN.max(to_count(needed)) } else { usize::MAX };
        if (min..=Self::DRAWS_MAX).contains(&self.draws) {
            Ok(())
        } else {
            Err(RankSetError::Draws { draws: self.draws, min, max: Self::DRAWS_MAX })
        }
    }

    /// The generators of all draws.
    pub(super) fn streams(&self) -> Streams {
        Streams(ChaCha8Rng::seed_from_u64(self.seed))
    }

    /// Splits `draws` into chunks of at most `chunk`, and lets `work` fill each chunk's part of `out`, `width` numbers a
    /// draw. Threads take chunks in turn; each has a state of its own from `state`.
    pub(super) fn share<S>(
        &self,
        (draws, chunk): (&[usize], usize),
        (out, width): (&mut [f64], usize),
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, &[usize], &mut [f64]) + Sync,
    ) {
        let chunks = Mutex::new(draws.chunks(chunk).zip(out.chunks_mut(chunk * width)));
        let keep_working = || {
            let mut state = state();
            loop {
                let next = chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((draws, out)) = next else { break };
                work(&mut state, draws, out);
                (self.progress)(draws.len());
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.threads.min(draws.len().div_ceil(chunk)) {
                // A system that gives no more threads is no failure: this one does the work that is left.
                let _ = std::thread::Builder::new().spawn_scoped(scope, keep_working);
            }
            keep_working();
        });
    }
}

/// Refuses a level that is not between 0 and 1.
pub(super) fn check_level(level: f64) -> Result<(), RankSetError> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(RankSetError::Level(level)) }
}

/// A whole number from 0 to 1e15, held as `f64`, as a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers stay between 0 and 1e15")]
pub(super) fn to_count(whole: f64) -> usize {
    whole as usize
}

/// The generators of all draws: one key, a stream of `ChaCha8` for each draw.
#[derive(Debug, Clone)]
pub(super) struct Streams(ChaCha8Rng);

impl Streams {
    /// The generator of a draw, at its beginning.
    pub(super) fn draw(&self, number: usize) -> Stream {
        let mut generator = self.0.clone();
        generator.set_stream(number as u64);
        Stream(generator)
    }
}

/// The random numbers of one draw.
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    /// Uniform on (0, 1), ends excluded, in steps of 2⁻⁵³.
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Standard normal, by inversion.
    pub(super) fn normal(&mut self) -> f64 {
        let uniform = self.uniform();
        if uniform < 0.5 { -normal_upper_point(uniform) } else { normal_upper_point(1.0 - uniform) }
    }

    /// Exponential with mean 1, by inversion.
    pub(super) fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// Uniform on 0 to `below` − 1, and a fair coin. The bias of the first is below 2⁻⁴⁰.
    pub(super) fn index_and_sign(&mut self, below: usize) -> (usize, bool) {
        let word = self.0.next_u64();
        let product = u128::from(word >> 1) * below as u128;
        ((product >> 63) as usize, word & 1 == 1)
    }
}

/// The point that a standard normal variable exceeds with probability `tail`, 1e-300 ≤ `tail` ≤ 1/2.
///
/// Three rational functions in 16 digits: fast, where [`normal_quantile`](crate::statistics::normal_quantile) refines to
/// the last bit. Source: Wichura (1988), algorithm AS 241, Applied Statistics 37, 477–484.
pub(super) fn normal_upper_point(tail: f64) -> f64 {
    let centre = 0.5 - tail;
    if centre <= 0.425 {
        let square = 0.180_625 - centre * centre;
        return centre * polynomial(square, &CENTRE.0) / polynomial(square, &CENTRE.1);
    }
    let root = (-tail.ln()).sqrt();
    let (shifted, (numerator, denominator)) = if root <= 5.0 { (root - 1.6, &TAIL) } else { (root - 5.0, &FAR_TAIL) };
    polynomial(shifted, numerator) / polynomial(shifted, denominator)
}

/// Horner's scheme, highest power first.
fn polynomial(x: f64, coefficients: &[f64; 8]) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// Numerator and denominator.
type Rational = ([f64; 8], [f64; 8]);

#[rustfmt::skip]
const CENTRE: Rational = (
    [2_509.080_928_730_122_7, 33_430.575_583_588_13, 67_265.770_927_008_7,
     45_921.953_931_549_87, 13_731.693_765_509_46, 1_971.590_950_306_551_3,
     133.141_667_891_784_38, 3.387_132_872_796_366_5],
    [5_226.495_278_852_854, 28_729.085_735_721_943, 39_307.895_800_092_71,
     21_213.794_301_586_597, 5_394.196_021_424_751, 687.187_007_492_057_9,
     42.313_330_701_600_91, 1.0],
);
#[rustfmt::skip]
const TAIL: Rational = (
    [0.000_774_545_014_278_341_4, 0.022_723_844_989_269_184, 0.241_780_725_177_450_6,
     1.270_458_252_452_368_4, 3.647_848_324_763_204_5, 5.769_497_221_460_691,
     4.630_337_846_156_546, 1.423_437_110_749_683_5],
    [1.050_750_071_644_416_9e-9, 0.000_547_593_808_499_534_5, 0.015_198_666_563_616_457,
     0.148_103_976_427_480_08, 0.689_767_334_985_1, 1.676_384_830_183_803_8,
     2.053_191_626_637_759, 1.0],
);
#[rustfmt::skip]
const FAR_TAIL: Rational = (
    [2.010_334_399_292_288_1e-7, 2.711_555_568_743_487_6e-5, 0.001_242_660_947_388_078_4,
     0.026_532_189_526_576_124, 0.296_560_571_828_504_87, 1.784_826_539_917_291_3,
     5.463_784_911_164_114, 6.657_904_643_501_103],
    [2.044_263_103_389_939_7e-15, 1.421_511_758_316_446e-7, 1.846_318_317_510_054_8e-5,
     0.000_786_869_131_145_613_3, 0.014_875_361_290_850_615, 0.136_929_880_922_735_8,
     0.599_832_206_555_888, 1.0],
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::normal_quantile;

    #[test]
    fn the_fast_normal_points_are_the_exact_ones_to_1e_12() {
        for tail in (1..=300).map(|power| 10_f64.powi(-power)).chain((1..=500).map(|k| f64::from(k) / 1000.0)) {
            let (found, expected) = (normal_upper_point(tail), normal_quantile(tail));
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{tail}: {found} instead of {expected}");
        }
    }

    #[test]
    fn an_index_is_uniform_and_its_sign_fair() {
        let streams = Simulation::new(1_000, 5).streams();
        let mut counts = [[0_u32; 2]; 3];
        for draw in 0..30_000 {
            let (index, sign) = streams.draw(draw).index_and_sign(3);
            counts[index][usize::from(sign)] += 1;
        }
        // Five standard deviations of a count of 5,000 in 30,000.
        assert!(counts.as_flattened().iter().all(|count| count.abs_diff(5_000) < 323), "{counts:?}");
    }

    #[test]
    fn every_draw_is_taken_once_by_any_number_of_threads() {
        let draws: Vec<usize> = (0..1_001).collect();
        for threads in [1, 2, 7, 1_000_000] {
            let mut out = vec![0.0; 2 * draws.len()];
            let simulation = Simulation { threads, ..Simulation::new(1_001, 1) };
            simulation.share(
                (&draws, 10),
                (&mut out, 2),
                || (),
                |(), draws, out| {
                    for (draw, out) in draws.iter().zip(out.chunks_mut(2)) {
                        out[0] += *draw as f64;
                        out[1] += 1.0;
                    }
                },
            );
            assert!(out.chunks(2).enumerate().all(|(draw, pair)| *pair == [draw as f64, 1.0]), "{threads}");
        }
    }
}

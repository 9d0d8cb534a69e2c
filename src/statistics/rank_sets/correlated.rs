//! Draws of all units at once, for any covariance.

use super::draws::Streams;
use super::factor::Factor;
use super::{Comparison, RankSetError, Simulation};

/// Draws that are computed side by side, so that each entry of a matrix is read once for all of them.
const LANES: usize = 16;
/// Draws that a thread takes at a time.
const CHUNK: usize = 64 * LANES;

/// One number of each of the draws that are computed side by side.
type Lanes = [f64; LANES];

/// Draws `Z = D^(1/2) L G`, with `L` the factor of the correlations and `G` independent standard normal.
pub(super) struct WholeDraws<'a> {
    comparison: &'a Comparison<'a>,
    scale: Vec<f64>,
    /// Nothing where no two estimates are correlated.
    factor: Option<Factor>,
    /// `1 / sd_ij` for j < i, row by row; 0 where `sd_ij` is 0.
    inverse: Vec<f64>,
}

/// Which directions of a pair (i, j) are open: may i turn out above j, may j turn out above i.
#[derive(Clone, Copy)]
struct Open {
    up: bool,
    down: bool,
}

/// What a thread keeps between draws.
struct Scratch {
    streams: Streams,
    normals: Vec<Lanes>,
    z: Vec<Lanes>,
    maxima: Vec<Lanes>,
}

impl<'a> WholeDraws<'a> {
    pub(super) fn new(comparison: &'a Comparison<'a>) -> Result<Self, RankSetError> {
        let factor = comparison.covariance.map(|rows| Factor::new(rows, &comparison.order)).transpose()?;
        let inverse = |i: usize, j: usize| {
            let variance = comparison.variance_of_difference(i, j);
            if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 }
        };
        Ok(Self {
            comparison,
            scale: comparison.variances.iter().map(|variance| variance.sqrt()).collect(),
            factor,
            inverse: (0..comparison.units()).flat_map(|i| (0..i).map(move |j| inverse(i, j))).collect(),
        })
    }

    /// The maximum of each of `draws` over the pairs that `told_from` leaves open; infinity leaves all open.
    pub(super) fn maxima(&self, simulation: &Simulation, draws: &[usize], told_from: f64) -> Vec<f64> {
        let mut maxima = vec![0.0; draws.len()];
        simulation.share(
            (draws, CHUNK),
            (&mut maxima, 1),
            || self.scratch(simulation),
            |scratch, draws, out| {
                for (draws, out) in draws.chunks(LANES).zip(out.chunks_mut(LANES)) {
                    self.draw(scratch, draws);
                    out.copy_from_slice(&self.joint_maxima(&scratch.z, told_from)[..draws.len()]);
                }
            },
        );
        maxima
    }

    /// For each of `draws`, the maximum of each wanted unit over its own pairs: `told_from` of a unit says which pairs are
    /// open to it, and is nothing where the unit is not wanted. `out` has a row for each draw and a column for each unit.
    pub(super) fn own_maxima(
        &self,
        simulation: &Simulation,
        draws: &[usize],
        told_from: &[Option<f64>],
        out: &mut [f64],
    ) {
        let units = self.scale.len();
        simulation.share(
            (draws, CHUNK),
            (out, units),
            || self.scratch(simulation),
            |scratch, draws, out| {
                for (draws, out) in draws.chunks(LANES).zip(out.chunks_mut(LANES * units)) {
                    self.draw(scratch, draws);
                    self.add_own_maxima(scratch, told_from);
                    for (lane, row) in out.chunks_mut(units).enumerate() {
                        row.iter_mut().zip(&scratch.maxima).for_each(|(out, maxima)| *out = maxima[lane]);
                    }
                }
            },
        );
    }

    fn scratch(&self, simulation: &Simulation) -> Scratch {
        let units = self.scale.len();
        let normals = self.factor.as_ref().map_or(units, |factor| factor.columns);
        Scratch {
            streams: simulation.streams(),
            normals: vec![[0.0; LANES]; normals],
            z: vec![[0.0; LANES]; units],
            maxima: vec![[0.0; LANES]; units],
        }
    }

    /// Fills `z` with at most [`LANES`] draws.
    fn draw(&self, scratch: &mut Scratch, draws: &[usize]) {
        for (lane, draw) in draws.iter().enumerate() {
            let mut stream = scratch.streams.draw(*draw);
            scratch.normals.iter_mut().for_each(|normals| normals[lane] = stream.normal());
        }
        for (place, &unit) in self.comparison.order.iter().enumerate() {
            let mut sum = [0.0; LANES];
            match &self.factor {
                None => sum = scratch.normals[place],
                Some(factor) => {
                    for (entry, normals) in factor.rows[place].iter().zip(&scratch.normals) {
                        sum.iter_mut().zip(normals).for_each(|(sum, normal)| *sum += entry * normal);
                    }
                }
            }
            scratch.z[unit] = sum.map(|sum| sum * self.scale[unit]);
        }
    }

    fn joint_maxima(&self, z: &[Lanes], told_from: f64) -> Lanes {
        let mut largest = [0.0; LANES];
        let mut inverse = self.inverse.iter();
        for (i, row) in z.iter().enumerate() {
            for ((j, column), inverse) in z[..i].iter().enumerate().zip(inverse.by_ref().take(i)) {
                raise(&mut largest, row, column, *inverse, self.open(i, j, told_from));
            }
        }
        largest
    }

    fn add_own_maxima(&self, scratch: &mut Scratch, told_from: &[Option<f64>]) {
        let Scratch { z, maxima, .. } = scratch;
        maxima.fill([0.0; LANES]);
        let mut inverse = self.inverse.iter();
        for i in 0..z.len() {
            let (before, rest) = maxima.split_at_mut(i);
            let Some(own) = rest.first_mut() else { break };
            for ((j, maxima), inverse) in before.iter_mut().enumerate().zip(inverse.by_ref().take(i)) {
                if let Some(told_from) = told_from[i] {
                    raise(own, &z[i], &z[j], *inverse, self.open(i, j, told_from));
                }
                if let Some(told_from) = told_from[j] {
                    raise(maxima, &z[i], &z[j], *inverse, self.open(i, j, told_from));
                }
            }
        }
    }

    fn open(&self, i: usize, j: usize, told_from: f64) -> Open {
        let is_told = told_from < f64::INFINITY && self.comparison.differ(i, j, told_from);
        let is_above = self.comparison.estimates[i] > self.comparison.estimates[j];
        Open { up: !(is_told && is_above), down: !is_told || is_above }
    }
}

/// Raises each lane of `largest` to the statistic of a pair, where that is larger.
fn raise(largest: &mut Lanes, row: &Lanes, column: &Lanes, inverse: f64, open: Open) {
    let lanes = largest.iter_mut().zip(row.iter().zip(column));
    match open {
        Open { up: true, down: true } => {
            lanes.for_each(|(largest, (a, b))| *largest = larger(*largest, (a - b).abs() * inverse));
        }
        Open { up: true, .. } => lanes.for_each(|(largest, (a, b))| *largest = larger(*largest, (a - b) * inverse)),
        Open { .. } => lanes.for_each(|(largest, (a, b))| *largest = larger(*largest, (b - a) * inverse)),
    }
}

/// The larger of two numbers; unlike `f64::max` one instruction, because neither is NaN.
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

//! Axes: from values to positions, with ticks at round numbers.

/// A linear axis over round numbers.
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
    start: f64,
    length: f64,
}

impl Axis {
    /// An axis that covers the finite ones of `values` in about `ticks_wished` steps, drawn from `start` for `length` units
    /// (negative for upwards). Values beyond ±1e9 are drawn at the edge.
    pub(super) fn covering(values: impl Iterator<Item = f64>, ticks_wished: f64, start: f64, length: f64) -> Self {
        let finite = values.filter(|value| value.is_finite()).map(|value| value.clamp(-1e9, 1e9));
        let (mut low, mut high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (f64::min(low, value), f64::max(high, value))
        });
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let span = (high - low).max(low.abs().max(high.abs()) * 1e-6).max(1e-6);
        let step = nice_step(span / ticks_wished);
        low = (low / step).floor() * step;
        high = ((high / step).ceil() * step).max(low + step);
        Self { low, high, step, start, length }
    }

    /// The same, ending at these limits where it would go beyond.
    pub(super) fn within(mut self, [low, high]: [f64; 2]) -> Self {
        if self.low < high && self.high > low {
            (self.low, self.high) = (self.low.max(low), self.high.min(high));
        }
        self
    }

    /// Where the value is drawn; values outside the axis at its end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.start + share * self.length
    }

    /// The values at which ticks stand.
    pub(super) fn ticks(&self) -> Vec<f64> {
        // At most 40: a guard against a step that rounding made too small.
        let count = ((self.high - self.low) / self.step).round().clamp(1.0, 40.0);
        (0_u8..=40).map(f64::from).take_while(|n| *n <= count).map(|n| self.low + n * self.step + 0.0).collect()
    }

    /// How many decimals the ticks need.
    pub(super) fn decimals(&self) -> u8 {
        (0_u8..=6).find(|decimals| self.step * 10_f64.powi(i32::from(*decimals)) > 0.999).unwrap_or(6)
    }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `step`.
fn nice_step(step: f64) -> f64 {
    let magnitude = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * magnitude >= step * 0.999).unwrap_or(10.0);
    factor * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_at_round_numbers_and_cover_the_values() {
        let table: [(&[f64], Vec<f64>, u8); 5] = [
            (&[78.3, 88.1], vec![78.0, 80.0, 82.0, 84.0, 86.0, 88.0, 90.0], 0),
            (&[0.0, 600.0], vec![0.0, 200.0, 400.0, 600.0], 0),
            (&[0.51, 0.52], vec![0.51, 0.512, 0.514, 0.516, 0.518, 0.52], 3),
            (&[], vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0], 1),
            (&[f64::NAN, 5.0], vec![4.999_995, 5.0], 6),
        ];
        for (values, expected, decimals) in table {
            let axis = Axis::covering(values.iter().copied(), 5.0, 0.0, 100.0);
            let ticks = axis.ticks();
            assert_eq!(axis.decimals(), decimals, "{values:?}");
            if values.len() == 2 && values[0].is_nan() {
                assert!(ticks.len() >= 2 && ticks.len() < 12, "{ticks:?}");
                continue;
            }
            assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
            assert!(ticks.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9), "{ticks:?}");
        }
    }

    #[test]
    fn an_axis_ends_at_its_limits() {
        for (values, ticks) in [
            ([80.0, 100.000_000_000_000_03], vec![80.0, 85.0, 90.0, 95.0, 100.0]),
            ([-3.0, 7.0], vec![0.0, 2.0, 4.0, 6.0, 8.0]),
            ([99.0, 103.0], vec![99.0, 100.0]),
        ] {
            let axis = Axis::covering(values.into_iter(), 5.0, 0.0, 100.0).within([0.0, 100.0]);
            let found = axis.ticks();
            assert!(
                found.len() == ticks.len() && found.iter().zip(&ticks).all(|(a, b)| (a - b).abs() < 1e-9),
                "{found:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn every_value_lies_on_the_axis(values in proptest::collection::vec(proptest::num::f64::ANY, 0..8)) {
            let axis = Axis::covering(values.iter().copied(), 5.0, 10.0, 300.0);
            for value in values.into_iter().filter(|value| value.is_finite()) {
                proptest::prop_assert!((9.99..=310.01).contains(&axis.at(value)));
            }
            proptest::prop_assert!((2..=41).contains(&axis.ticks().len()));
        }
    }
}

//! What a pure function of two numbers gave the last times it was asked on this thread.

use std::cell::Cell;

/// So many values are remembered: more than there are different degrees of freedom in most waves.
const SLOTS: usize = 256;

/// The last values of one function of two numbers. A value is remembered under all that it depends on, both numbers to the last
/// bit; another pair that falls into the same slot takes its place. To be used as a `thread_local`.
pub(super) struct Memo([Cell<Remembered>; SLOTS]);

#[derive(Clone, Copy)]
struct Remembered {
    arguments: Option<[u64; 2]>,
    value: f64,
}

impl Memo {
    /// Nothing is remembered yet.
    pub(super) const fn new() -> Self {
        Self([const { Cell::new(Remembered { arguments: None, value: f64::NAN }) }; SLOTS])
    }

    /// The value at `a` and `b`, computed unless it is remembered.
    pub(super) fn value(&self, a: f64, b: f64, compute: impl FnOnce() -> f64) -> f64 {
        let arguments = [a.to_bits(), b.to_bits()];
        let slot = &self.0[slot_of(arguments)];
        let remembered = slot.get();
        if remembered.arguments == Some(arguments) {
            return remembered.value;
        }
        let value = compute();
        slot.set(Remembered { arguments: Some(arguments), value });
        value
    }
}

/// Numbers that are near to each other differ in few bits, which a multiplication spreads.
fn slot_of([a, b]: [u64; 2]) -> usize {
    ((a.rotate_left(32) ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_remembered_is_never_the_value_at_other_numbers(
            asked in prop::collection::vec((0_u8..40, 0_u8..40), 0..3_000),
        ) {
            let memo = Memo::new();
            for (a, b) in asked {
                let (a, b) = (f64::from(a) / 8.0, -f64::from(b));
                let value = a * 1e3 + b;
                prop_assert_eq!(memo.value(a, b, || value).to_bits(), value.to_bits());
            }
        }
    }

    #[test]
    fn what_was_just_asked_is_not_computed_again() {
        let (memo, computed) = (Memo::new(), Cell::new(0));
        for _ in 0..3 {
            let value = memo.value(0.025, 29.0, || {
                computed.set(computed.get() + 1);
                2.0
            });
            assert!((value - 2.0).abs() < f64::EPSILON);
        }
        assert_eq!(computed.get(), 1);
    }
}

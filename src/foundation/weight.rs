//! Survey weights as fixed-point numbers, so that sums are exact in any order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A design weight: how many people one response stands for, held in whole billionths.
///
/// With weight 0 somebody was drawn and stands for nobody: the sampling unit counts in the design, the answers do not.
///
/// Integers make every sum of weights the same bit for bit in whatever order responses arrive. A weight with more than
/// nine decimals is rounded to the nearest billionth, half away from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(i64);

/// Why a text or number is not a [`Weight`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// Not a plain decimal number.
    #[error("{text:?} is not a number; write a weight like 30.3232")]
    NotANumber {
        /// What was found.
        text: String,
    },
    /// Negative, above [`Weight::MAX`], or so small that no billionth is left of it.
    #[error("a weight must be 0, or above 0 and at most 1000000, this one is {text}")]
    OutOfRange {
        /// What was found.
        text: String,
    },
}

impl Weight {
    /// Billionths in one.
    pub const SCALE: i64 = 1_000_000_000;
    /// The weight of somebody who was drawn and stands for nobody.
    pub const ZERO: Self = Self(0);
    /// The weight of a response that stands for itself.
    pub const ONE: Self = Self(Self::SCALE);
    /// The largest weight, one million.
    pub const MAX: Self = Self(1_000_000 * Self::SCALE);

    /// Whether it stands for nobody.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The weight in billionths.
    #[must_use]
    pub fn billionths(self) -> i64 {
        self.0
    }

    /// A weight from its billionths, as storage keeps it.
    pub fn from_billionths(billionths: i64) -> Result<Self, WeightError> {
        if (0..=Self::MAX.0).contains(&billionths) {
            Ok(Self(billionths))
        } else {
            Err(WeightError::OutOfRange { text: format!("{billionths} billionths") })
        }
    }

    /// The weight that is written as the shortest decimal form of a number.
    pub fn from_number(number: f64) -> Result<Self, WeightError> {
        if (1e-9..=1e6).contains(&number) {
            // Of whole billionths up to a million, at most one is written as a given number: they lie further apart than
            // numbers do. So what leads back to the number is what its shortest form says.
            #[expect(clippy::cast_possible_truncation, reason = "whole, and at most 10^15")]
            let nearest = Self((number * Self::SCALE as f64).round() as i64);
            if nearest.value().total_cmp(&number).is_eq() {
                return Ok(nearest);
            }
        }
        number.to_string().parse()
    }

    /// The weight as a number, for display and for estimates.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }
}

impl FromStr for Weight {
    type Err = WeightError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A text without digits comes to 0 there, as 0 does; below they are told apart.
        let plain = plain_billionths(text).filter(|billionths| *billionths > 0);
        if let Some(plain) = plain.and_then(|billionths| Self::from_billionths(billionths).ok()) {
            return Ok(plain);
        }
        let shown = || text.chars().take(32).collect::<String>();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, exponent.parse::<i32>().map_err(|_| WeightError::NotANumber { text: shown() })?)
            }
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix('+').unwrap_or(mantissa);
        let (negative, unsigned) = match unsigned.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, unsigned),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits: String = [whole, fraction].concat();
        if digits.is_empty() || digits.len() > 40 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WeightError::NotANumber { text: shown() });
        }
        let out_of_range = || WeightError::OutOfRange { text: shown() };
        if negative {
            return Err(out_of_range());
        }
        // The point stands `shift` digits from the left of `digits` when the value is counted in billionths.
        let shift = i64::try_from(whole.len()).map_err(|_| out_of_range())? + i64::from(exponent) + 9;
        let billionths = digits_before(&digits, shift).ok_or_else(out_of_range)?;
        if billionths == 0 && digits.bytes().any(|digit| digit != b'0') {
            return Err(out_of_range());
        }
        Self::from_billionths(billionths).map_err(|_| out_of_range())
    }
}

/// What nearly all weights are written as, at little cost: some digits, and up to nine after a point.
fn plain_billionths(text: &str) -> Option<i64> {
    let (mut digits, mut decimals) = (0_i64, None);
    // So many digits stay far below the largest integer.
    for byte in Some(text).filter(|text| text.len() <= 17)?.bytes() {
        match (byte, &mut decimals) {
            (b'0'..=b'9', decimals) => {
                digits = 10 * digits + i64::from(byte - b'0');
                *decimals = decimals.map(|count: u32| count + 1);
            }
            (b'.', None) => decimals = Some(0),
            _ => return None,
        }
    }
    digits.checked_mul(10_i64.pow(9_u32.checked_sub(decimals.unwrap_or(0))?))
}

/// The number formed by the first `shift` of `digits` (zeros appended where there are fewer), rounded by the next digit.
fn digits_before(digits: &str, shift: i64) -> Option<i64> {
    if shift < 0 {
        return Some(0);
    }
    let shift = usize::try_from(shift).ok()?;
    if shift > 40 && digits.bytes().any(|b| b != b'0') {
        return None;
    }
    let kept: String = digits.chars().chain(std::iter::repeat('0')).take(shift).collect();
    let number = if kept.is_empty() { 0 } else { kept.parse::<i64>().ok()? };
    let rounds_up = digits.as_bytes().get(shift).is_some_and(|digit| *digit >= b'5');
    number.checked_add(i64::from(rounds_up))
}

impl fmt::Display for Weight {
    /// The shortest exact decimal: `30.3232`, `1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / Self::SCALE, self.0 % Self::SCALE);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{fraction:09}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Weight {
    /// From a JSON or TOML number, by its shortest decimal form, or from a string.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        let weight = match Written::deserialize(deserializer)? {
            Written::Number(number) => Self::from_number(number),
            Written::Text(text) => text.parse(),
        };
        weight.map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        let table = [
            ("30.3232", 30_323_200_000),
            ("1", 1_000_000_000),
            ("+2.", 2_000_000_000),
            (".5", 500_000_000),
            ("44.2099990844727", 44_209_999_084),
            ("0.0000000015", 2),
            ("1e3", 1_000_000_000_000),
            ("12.5e-1", 1_250_000_000),
            ("1000000", 1_000_000_000_000_000),
            ("0", 0),
            ("0.000", 0),
        ];
        for (text, billionths) in table {
            assert_eq!(text.parse::<Weight>().map(Weight::billionths), Ok(billionths), "{text}");
        }
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for text in ["", ".", "a", "1,5", "NaN", "inf", "1e", "--1", "0x10", "1e99999999999"] {
            assert!(matches!(text.parse::<Weight>(), Err(WeightError::NotANumber { .. })), "{text}");
        }
        for text in ["-1", "-0", "1000000.000000001", "1e-10", "0.0000000004", "1e60"] {
            assert!(matches!(text.parse::<Weight>(), Err(WeightError::OutOfRange { .. })), "{text}");
        }
    }

    /// What a text says by the rules for all texts.
    fn by_digits(text: &str) -> Option<i64> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        digits_before(&[whole, fraction].concat(), i64::try_from(whole.len()).unwrap() + 9)
            .filter(|found| (0..=Weight::MAX.0).contains(found))
            .filter(|found| *found > 0 || text.bytes().all(|byte| matches!(byte, b'0' | b'.')))
    }

    proptest::proptest! {
        #[test]
        fn a_number_is_the_weight_that_its_shortest_form_says(
            number in proptest::prop_oneof![
                0.0..2e6_f64, 0.0..1e-7_f64, proptest::num::f64::ANY,
                (0..2_000_000_000_000_000_i64, 1..=9).prop_map(|(digits, places)| digits as f64 / 10_f64.powi(places)),
            ],
        ) {
            proptest::prop_assert_eq!(Weight::from_number(number), number.to_string().parse());
        }

        #[test]
        fn short_forms_mean_what_long_ones_do(text in "[0-9]{1,9}(\\.[0-9]{0,12})?") {
            let long = format!("0000000000000000000{text}");
            proptest::prop_assert_eq!(text.parse::<Weight>().ok().map(Weight::billionths), by_digits(&text));
            proptest::prop_assert_eq!(text.parse::<Weight>().ok(), long.parse().ok());
        }

        #[test]
        fn a_weight_is_read_back_from_its_display(billionths in 0..=Weight::MAX.0) {
            let weight = Weight(billionths);
            proptest::prop_assert_eq!(weight.to_string().parse(), Ok(weight));
        }
    }
}

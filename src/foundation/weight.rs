//! Survey weights as fixed-point numbers, so that sums are exact in any order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A design weight: how many people one response stands for, held in whole billionths.
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
    /// Zero, negative, or above [`Weight::MAX`].
    #[error("a weight must be above 0 and at most 1000000, this one is {text}")]
    OutOfRange {
        /// What was found.
        text: String,
    },
}

impl Weight {
    /// Billionths in one.
    pub const SCALE: i64 = 1_000_000_000;
    /// The weight of a response that stands for itself.
    pub const ONE: Self = Self(Self::SCALE);
    /// The largest weight, one million.
    pub const MAX: Self = Self(1_000_000 * Self::SCALE);

    /// The weight in billionths.
    #[must_use]
    pub fn billionths(self) -> i64 {
        self.0
    }

    /// A weight from its billionths, as storage keeps it.
    pub fn from_billionths(billionths: i64) -> Result<Self, WeightError> {
        if (1..=Self::MAX.0).contains(&billionths) {
            Ok(Self(billionths))
        } else {
            Err(WeightError::OutOfRange { text: format!("{billionths} billionths") })
        }
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
        Self::from_billionths(billionths).map_err(|_| out_of_range())
    }
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
        let text = match Written::deserialize(deserializer)? {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
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
        for text in ["0", "-1", "1000000.000000001", "1e-10", "1e60", "0.0"] {
            assert!(matches!(text.parse::<Weight>(), Err(WeightError::OutOfRange { .. })), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_weight_is_read_back_from_its_display(billionths in 1..=Weight::MAX.0) {
            let weight = Weight(billionths);
            proptest::prop_assert_eq!(weight.to_string().parse(), Ok(weight));
        }
    }
}

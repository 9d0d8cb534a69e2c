//! How kept sums are written: few bytes for few answers, and a version first.
//!
//! A list of numbers is written as their greatest common divisor and the quotients, each in as many groups of seven bits as it
//! takes (LEB128, zigzag), and runs of zeros as a zero and their length. Weights are whole billionths, but nearly always whole
//! thousandths of something: so a tally of 22 items takes some 200 bytes instead of 1,072.

use super::EstimationError;
use super::cell_sums::{CellSums, Shape};
use super::tally::TallySums;
use crate::foundation::Weight;
use crate::statistics::PairSums;

/// What every kept sum begins with; another layout takes another number.
const VERSION: u8 = 1;

impl CellSums {
    /// The sums as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let ratings = self.tally.ratings();
        let mut bytes = vec![VERSION, u8::try_from(ratings).unwrap_or(u8::MAX)];
        let (mut counts, mut weights) = self.tally.to_lists();
        for (responses, weight) in self.answering.lists() {
            counts.push(responses.into());
            weights.push(weight.into());
        }
        weights.push(self.heaviest.billionths().into());
        write_list(&mut bytes, &counts);
        write_list(&mut bytes, &weights);
        if let Some(products) = &self.own_units {
            write_products(&mut bytes, products);
        }
        bytes
    }

    /// The sums that [`Self::to_bytes`] wrote of responses that are their own sampling units, or of others.
    pub fn from_bytes(shape: &Shape, own_units: bool, bytes: &[u8]) -> Result<Self, EstimationError> {
        Self::read(shape, own_units, bytes).ok_or(EstimationError::Impossible)
    }

    fn read(shape: &Shape, own_units: bool, bytes: &[u8]) -> Option<Self> {
        let (VERSION, bytes) = bytes.split_first().map(|(version, bytes)| (*version, bytes))? else { return None };
        let (ratings, mut bytes) = bytes.split_first()?;
        let (items, groups) = (shape.items(), shape.groups.len() + 1);
        let ratings = usize::from(*ratings);
        let mut counts = read_list(&mut bytes, 1 + items + groups)?;
        let mut weights = read_list(&mut bytes, 1 + items.checked_mul(ratings)? + groups + 1)?;
        let heaviest = Weight::from_billionths(i64::try_from(weights.pop()?).ok()?).ok()?;
        let group_counts = counts.split_off(1 + items);
        let group_weights = weights.split_off(weights.len() - groups);
        let tally = TallySums::from_lists(items, ratings, &counts, &weights)?;
        let group = |(responses, weight): (i128, i128)| {
            let responses = u64::try_from(responses).ok().filter(|responses| *responses <= tally.responses())?;
            Some((responses, i64::try_from(weight).ok().filter(|weight| *weight >= 0)?))
        };
        let answering: Option<Vec<(u64, i64)>> = group_counts.into_iter().zip(group_weights).map(group).collect();
        let answering = shape.groups.answering(&answering?)?;
        let own_units = if own_units { Some(read_products(&mut bytes, 1 + 3 * items)?) } else { None };
        bytes.is_empty().then_some(Self::of(tally, answering, heaviest, own_units))
    }
}

/// Sums of products as bytes.
#[must_use]
pub fn products_to_bytes(products: &PairSums) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    write_products(&mut bytes, products);
    bytes
}

/// The sums of products that [`products_to_bytes`] wrote, of sums of this shape.
pub(super) fn products_from_bytes(shape: &Shape, bytes: &[u8]) -> Result<PairSums, EstimationError> {
    let read = |bytes: &[u8]| {
        let (version, mut bytes) = bytes.split_first()?;
        let products = read_products(&mut bytes, 3 * shape.items())?;
        (*version == VERSION && bytes.is_empty()).then_some(products)
    };
    read(bytes).ok_or(EstimationError::Impossible)
}

fn write_products(bytes: &mut Vec<u8>, products: &PairSums) {
    let (low, high) = products.to_parts();
    bytes.push(u8::from(!high.is_empty()));
    write_list(bytes, &low);
    if !high.is_empty() {
        write_list(bytes, &high);
    }
}

fn read_products(bytes: &mut &[u8], dimension: usize) -> Option<PairSums> {
    let length = dimension * (dimension + 1) / 2;
    let (has_high, rest) = bytes.split_first()?;
    *bytes = rest;
    let low = read_list(bytes, length)?;
    let high = match has_high {
        0 => Vec::new(),
        1 => read_list(bytes, length)?,
        _ => return None,
    };
    PairSums::from_parts(dimension, low, &high)
}

fn write_list(bytes: &mut Vec<u8>, numbers: &[i128]) {
    let divisor = numbers.iter().fold(0, |divisor, number| common_divisor(divisor, number.unsigned_abs()));
    write_number(bytes, divisor);
    let mut numbers = numbers.iter().copied().peekable();
    while let Some(number) = numbers.next() {
        if number == 0 {
            let mut run = 1_u128;
            while numbers.next_if_eq(&0).is_some() {
                run += 1;
            }
            write_number(bytes, 0);
            write_number(bytes, run);
        } else {
            let quotient = number.unsigned_abs() / divisor;
            // The sign is the lowest bit; there is room for it, since no list holds the smallest number of 128 bits.
            write_number(bytes, quotient << 1 | u128::from(number < 0));
        }
    }
}

fn read_list(bytes: &mut &[u8], length: usize) -> Option<Vec<i128>> {
    let divisor = i128::try_from(read_number(bytes)?).ok()?;
    let mut numbers = Vec::with_capacity(length);
    while numbers.len() < length {
        match read_number(bytes)? {
            0 => {
                let run = usize::try_from(read_number(bytes)?).ok()?;
                if run == 0 || run > length - numbers.len() {
                    return None;
                }
                numbers.resize(numbers.len() + run, 0);
            }
            quotient => {
                let size = i128::try_from(quotient >> 1).ok()?.checked_mul(divisor)?;
                numbers.push(if quotient & 1 == 1 { -size } else { size });
            }
        }
    }
    Some(numbers)
}

fn common_divisor(a: u128, b: u128) -> u128 {
    // Nearly all sums have 64 bits, of which a remainder takes a tenth of the time.
    if let (Ok(mut a), Ok(mut b)) = (u64::try_from(a), u64::try_from(b)) {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return a.into();
    }
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn write_number(bytes: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        bytes.push(low_bits(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_bits(number));
}

fn low_bits(number: u128) -> u8 {
    (number & 0x7f) as u8
}

fn read_number(bytes: &mut &[u8]) -> Option<u128> {
    let mut number = 0_u128;
    for shift in (0..128).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u128::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::foundation::RatingScale;

    proptest! {
        #[test]
        fn lists_are_read_back_and_cut_ones_are_refused(
            numbers in prop::collection::vec(prop_oneof![3 => Just(0_i128), 1 => -300_i128..300, 1 => any::<i64>().prop_map(i128::from), 1 => -i128::MAX / 2..i128::MAX / 2], 0..40),
            factor in 1_i128..3,
        ) {
            let numbers: Vec<i128> = numbers.iter().map(|number| number / 4 * factor).collect();
            let mut bytes = Vec::new();
            write_list(&mut bytes, &numbers);
            prop_assert_eq!(read_list(&mut bytes.as_slice(), numbers.len()), Some(numbers.clone()));
            for cut in 0..bytes.len() {
                prop_assert_eq!(read_list(&mut &bytes[..cut], numbers.len()).filter(|_| !numbers.is_empty()), None);
            }
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), own_units: bool) {
            let shape = Shape::new(&[RatingScale::FIVE; 2], &[[0, 1]]).unwrap();
            let mut bytes = bytes;
            for first in [VERSION, 2] {
                bytes.splice(0..bytes.len().min(2), [first, 5]);
                drop(CellSums::from_bytes(&shape, own_units, &bytes));
                drop(products_from_bytes(&shape, &bytes));
            }
        }
    }

    #[test]
    fn a_tally_of_22_items_takes_less_than_300_bytes() {
        let shape = Shape::new::<[usize; 0]>(&[RatingScale::FIVE; 22], &[]).unwrap();
        let mut sums = CellSums::new(&shape, false).unwrap();
        let weight = Weight::from_number(71.523).unwrap();
        for person in 0..40_u8 {
            let ratings: Vec<u8> = (0..22).map(|item| person.wrapping_mul(item) % 6).collect();
            sums.add(&shape, super::super::log::Entry { weight, ratings: &ratings }).unwrap();
        }
        assert!(sums.to_bytes().len() < 300, "{}", sums.to_bytes().len());
        assert_eq!(CellSums::from_bytes(&shape, false, &sums.to_bytes()), Ok(sums));
    }
}

//! Codes that people read, type and say aloud: Crockford's base 32 in groups of four. Receipts and invitations share it.

/// Digits of Crockford's base 32: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bits of a digit.
pub(super) const DIGIT_BITS: usize = 5;

/// The lowest digits of a number, the highest first.
pub(super) fn write_digits(number: u128, digits: usize) -> String {
    let shifts = (0..digits).rev().map(|digit| number >> (DIGIT_BITS * digit));
    shifts.map(|shifted| char::from(DIGITS[(shifted % 32) as usize])).collect()
}

/// The numbers that a code of these numbers of digits holds, however it was typed: letters in either case, O for 0, I and L
/// for 1, letters of full width, and whatever is neither letter nor digit anywhere: phones put dashes of their own in. Nothing if
/// there are more digits or fewer, or any other letter.
pub(super) fn read_digits<const N: usize>(typed: &str, lengths: [usize; N]) -> Option<[u128; N]> {
    let mut digits = typed.chars().map(narrow).filter(|c| c.is_alphanumeric()).map(|character| {
        let digit = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        DIGITS.iter().position(|candidate| char::from(*candidate) == digit)
    });
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        for _ in 0..length {
            *number = *number << DIGIT_BITS | digits.next()?? as u128;
        }
    }
    digits.next().is_none().then_some(numbers)
}

/// The letter or digit itself for one of full width, as East Asian keyboards write it.
fn narrow(character: char) -> char {
    const FULL_WIDTH: u32 = 0xfee0;
    match character {
        '！'..='～' => char::from_u32(character as u32 - FULL_WIDTH).unwrap_or(character),
        other => other,
    }
}

/// The code with a hyphen after every four characters.
pub(super) fn group(code: &str) -> String {
    let mut grouped = String::with_capacity(code.len() + code.len() / 4);
    for (position, character) in code.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(character);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_was_written_is_read_however_it_is_typed(first in 0_u128..1 << 115, second in 0_u128..1 << 25) {
            let code = group(&format!("{}{}", write_digits(first, 23), write_digits(second, 5)));
            proptest::prop_assert_eq!(code.len(), 28 + 6);
            let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            proptest::prop_assert_eq!(read_digits(&typed, [23, 5]), Some([first, second]));
        }

        #[test]
        fn nothing_that_is_typed_makes_the_reader_panic(typed in ".{0,80}") {
            let _ = read_digits(&typed, [23, 5]);
        }
    }

    #[test]
    fn a_digit_more_or_less_or_another_sign_is_no_code() {
        for typed in ["", "ABC", "ABCDE", "ABCU", "ABCé"] {
            assert_eq!(read_digits(typed, [2, 2]), None, "{typed}");
        }
        for typed in ["a-B cd", "AB–CD", "ＡＢ－ｃｄ", "_ab\u{200b}cd."] {
            assert_eq!(read_digits(typed, [2, 2]), Some([10 * 32 + 11, 12 * 32 + 13]), "{typed}");
        }
    }
}

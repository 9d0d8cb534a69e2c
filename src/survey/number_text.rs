//! Numbers out of texts. This is the only place that reads the number of an answer.
//!
//! There are two readers, because people and programs write differently. Who types `50.000` into a form may mean fifty thousand,
//! and is asked again; a program that writes it into a file means fifty, and `1e+05` is a number of its, too. The script of the
//! form reads what people type by the first rule in `frontend/src/answers.ts`; `tests/cases/numbers.json` holds both to it.

use crate::tables::with_decimal_point;

/// Reads what a person typed: ASCII digits with a sign perhaps, and one decimal point or comma.
///
/// Grouping is not guessed at: where three zeros may be a group (`50.000`) and so many decimals are not asked for, it is refused.
#[must_use]
pub(super) fn typed_number(text: &str, decimals: u8) -> Option<f64> {
    let text = text.replace(',', ".");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let may_be_grouped = fraction.ends_with("000") && fraction.len() > usize::from(decimals);
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || may_be_grouped {
        return None;
    }
    finite(&text)
}

/// Reads the cell of a file, as programs write numbers; with a decimal comma where the file has those.
#[must_use]
pub(super) fn cell_number(cell: &str, has_decimal_comma: bool) -> Option<f64> {
    match cell.as_bytes() {
        // Nearly every cell is a rating.
        [digit @ b'0'..=b'9'] => Some(f64::from(digit - b'0')),
        _ => finite(&with_decimal_point(cell, has_decimal_comma)),
    }
}

/// `inf`, `NaN` and what is too large to be held are no numbers.
fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_number_is_read_as_it_is_written_and_never_guessed_at() {
        for (typed, decimals, read) in [
            ("5", 0, Some(5.0)),
            ("+5", 0, Some(5.0)),
            ("-1,5", 1, Some(-1.5)),
            ("1.50", 1, Some(1.5)),
            ("5.0", 0, Some(5.0)),
            ("50.000", 3, Some(50.0)),
            ("50.000", 0, None),
            ("50,000", 2, None),
            ("1.5000", 1, None),
            ("1e3", 0, None),
            (".5", 1, None),
            ("1.000.000", 0, None),
            ("inf", 0, None),
            ("+-5", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(typed_number(typed, decimals), read, "{typed} with {decimals} decimals");
        }
        assert_eq!(typed_number(&"9".repeat(400), 0), None);
    }

    #[test]
    fn a_cell_is_read_as_programs_write_numbers() {
        for (cell, has_comma, read) in [
            ("5", false, Some(5.0)),
            ("5.0", false, Some(5.0)),
            ("50.000", false, Some(50.0)),
            ("1e+05", false, Some(100_000.0)),
            ("1,5", true, Some(1.5)),
            ("1,5", false, None),
            ("1.234,5", true, None),
            ("five", false, None),
            ("٥", false, None),
            ("NaN", false, None),
            ("inf", false, None),
            ("1e999", false, None),
            ("", false, None),
        ] {
            assert_eq!(cell_number(cell, has_comma), read, "{cell}");
        }
    }
}

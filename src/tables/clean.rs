//! What looks the same is the same: texts as they are compared.

use std::borrow::Cow;

use csv::StringRecord;
use icu_normalizer::ComposingNormalizerBorrowed;

/// The text with each letter and its marks as one character (NFC), without characters that nobody sees (zero-width spaces and
/// joiners, byte order marks, soft hyphens), and with plain spaces for those that do not break.
///
/// Programs write "ơ" as one character or two, and spreadsheets and chats leave invisible characters behind: without this one
/// district would be two. Plain ASCII costs a look at its bytes.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let composer = ComposingNormalizerBorrowed::new_nfc();
    if text.contains(|c| is_invisible(c) || is_fixed_space(c)) {
        let seen = text.chars().filter(|c| !is_invisible(*c)).map(|c| if is_fixed_space(c) { ' ' } else { c });
        return Cow::Owned(composer.normalize(&seen.collect::<String>()).into_owned());
    }
    composer.normalize(text)
}

/// Cleans all cells of a row, if any needs it.
pub(super) fn clean_record(record: &mut StringRecord) {
    if record.as_slice().is_ascii() || record.iter().all(|cell| clean(cell) == cell) {
        return;
    }
    *record = record.iter().map(clean).collect::<Vec<_>>().into();
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}' | '\u{ad}')
}

fn is_fixed_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_however_it_was_typed() {
        for typed in [
            "Mường Khương",
            "Mu\u{31b}o\u{31b}\u{300}ng Khu\u{31b}o\u{31b}ng",
            "Mường\u{a0}Khương",
            "\u{feff}Mườ\u{ad}ng\u{202f}Kh\u{200b}ương\u{200d}",
            "Mươ\u{300}ng Khương\u{2060}",
        ] {
            assert_eq!(clean(typed), "Mường Khương", "{typed:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once_and_ascii_stays(text in "\\PC{0,20}", ascii in "[ -~]{0,20}") {
            let once = clean(&text).into_owned();
            proptest::prop_assert_eq!(clean(&once), &once[..]);
            proptest::prop_assert_eq!(clean(&ascii), &ascii[..]);
        }
    }
}

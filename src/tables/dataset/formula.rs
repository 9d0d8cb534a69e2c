//! Texts that a spreadsheet would take for formulas, in CSV.

/// What a formula begins with.
const BEGINS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn is_formula(text: &str) -> bool {
    text.starts_with(BEGINS) && text.parse::<f64>().is_err()
}

/// A text that would be a formula, or that already has apostrophes before one, with an apostrophe before it; nothing where it is harmless.
pub(super) fn guarded(text: &str) -> Option<String> {
    is_formula(text.trim_start_matches('\'')).then(|| format!("'{text}"))
}

/// The text that was guarded, or that needed no guard.
#[must_use]
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inside) if is_formula(inside.trim_start_matches('\'')) => inside,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_and_names_are_not() {
        for text in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "-", "@SUM(A1)", "\tx", "\r", "'=1", "''-x"] {
            assert_eq!(guarded(text), Some(format!("'{text}")));
        }
        for text in ["", "-1", "+84", "−1", "a=b", "'", "'a", "'-1", "Sa Pa"] {
            assert_eq!((guarded(text), unguarded(text)), (None, text));
        }
    }

    proptest! {
        #[test]
        fn no_guarded_text_is_a_formula_and_each_is_read_back(text in "['=+@\t\ra1.-]{0,6}") {
            let written = guarded(&text).unwrap_or_else(|| text.clone());
            prop_assert!(!is_formula(&written));
            prop_assert_eq!(unguarded(&written), text);
        }
    }
}

//! Numbers as spreadsheets of the world write them.

use std::borrow::Cow;

/// A number with its decimal comma as a point, where a file has decimal commas; `1.234,5` and `1,234,5` stay what they are: no
/// number.
#[must_use]
pub fn with_decimal_point(text: &str, has_decimal_comma: bool) -> Cow<'_, str> {
    let commas = || text.bytes().filter(|byte| *byte == b',').count();
    if has_decimal_comma && commas() == 1 && !text.contains('.') {
        Cow::Owned(text.replacen(',', ".", 1))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_comma_is_read_where_commas_do_not_part_cells() {
        for (text, has_comma, read) in [
            ("1,5", true, "1.5"),
            ("5,0", true, "5.0"),
            ("1,5", false, "1,5"),
            ("1.5", true, "1.5"),
            ("1.234,5", true, "1.234,5"),
            ("1,234,5", true, "1,234,5"),
        ] {
            assert_eq!(with_decimal_point(text, has_comma), read, "{text}");
        }
    }
}

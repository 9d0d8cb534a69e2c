//! Entity tags: whether whoever asks already has what they would be sent.

/// Whether `known`, an `If-None-Match` header, names this `tag`, quotes included. Weak ones are compared by their text: what is
/// sent again must mean the same, and need not be the same bytes.
#[must_use]
pub fn is_known(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_its_text_among_others_and_by_the_star() {
        for known in ["\"a\"", "W/\"a\"", "\"b\", W/\"a\"", "*", " \"a\" "] {
            assert!(is_known(known, "\"a\""), "{known}");
        }
        for known in ["", "a", "\"a-br\"", "\"b\", \"c\"", "\"a"] {
            assert!(!is_known(known, "\"a\""), "{known}");
        }
    }
}

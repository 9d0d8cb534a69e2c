//! The version that stands at the head of what is kept in a layout of our own: packed answers, and what is noted for the fold.
//!
//! `1~4;5;-` is a text of the first layout. What was kept before layouts had versions has none, and is of the first one: neither codes
//! nor numbers hold the sign `~`. Kept sums and releases carry theirs in their own way (`src/estimation/state_bytes.rs`,
//! `src/pipeline/release_formats.rs`).

use super::StorageError;

/// The layout of today, with the sign that ends it.
pub(super) const HEAD: &str = "1~";

/// A text with its layout at the head.
pub(super) fn with_head(text: &str) -> String {
    [HEAD, text].concat()
}

/// The text behind its head. `table` says where it was kept.
pub(super) fn behind_head<'a>(table: &'static str, kept: &'a str) -> Result<&'a str, StorageError> {
    match kept.split_once('~') {
        None => Ok(kept),
        Some(_) if kept.starts_with(HEAD) => Ok(&kept[HEAD.len()..]),
        Some((layout, _)) => {
            let layout: String = layout.chars().take(16).collect();
            Err(StorageError::damaged(table, format!("the layout {layout:?} is not known to this program")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_head_is_read_behind_it_and_what_has_none_as_it_is() {
        for text in ["", "4;5;-;;F;slow|rude;2.5", "D01\t\t1\tweb\t2026-11-29\t54\t0\t\n"] {
            assert_eq!(behind_head("response", &with_head(text)).unwrap(), text);
            assert_eq!(behind_head("response", text).unwrap(), text, "before layouts had versions");
        }
    }

    #[test]
    fn a_layout_of_a_later_program_is_named_and_not_guessed_at() {
        for kept in ["2~4;5", "10~", "~", "1x~4"] {
            let refused = behind_head("response", kept).unwrap_err().to_string();
            assert!(refused.contains("is not known to this program"), "{kept}: {refused}");
        }
    }
}

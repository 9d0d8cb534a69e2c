//! The version that stands at the head of what is kept in a layout of our own: the lines of a batch or a sheaf.
//!
//! `1~` begins a text of the first layout. What has no version is of the first one: neither keys nor codes hold the sign `~`. Kept sums and releases carry theirs in their own way (`src/estimation/state_bytes.rs`,
//! `src/pipeline/release_formats.rs`).

use super::StorageError;

/// The layout of today, with the sign that ends it.
pub(super) const HEAD: &str = "1~";

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
        for text in ["", "4;5;-;;F;slow|rude;2.5", "0f\tD01\t\t1\tweb\n"] {
            assert_eq!(behind_head("sheaf", &[HEAD, text].concat()).unwrap(), text);
            assert_eq!(behind_head("sheaf", text).unwrap(), text, "before layouts had versions");
        }
    }

    #[test]
    fn a_layout_of_a_later_program_is_named_and_not_guessed_at() {
        for kept in ["2~4;5", "10~", "~", "1x~4"] {
            let refused = behind_head("sheaf", kept).unwrap_err().to_string();
            assert!(refused.contains("is not known to this program"), "{kept}: {refused}");
        }
    }
}

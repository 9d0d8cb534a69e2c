//! What names in a design, and in the responses, must keep to.

use std::collections::BTreeSet;

/// The most characters in the name of a column, a stratum, a sampling unit or a level.
pub(super) const NAME_LENGTH_MAX: usize = 500;

/// Fails where the name of a column is empty, long, or not one line.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() || name.chars().count() > NAME_LENGTH_MAX || name.contains(char::is_control) {
        let what = "the name of a column must have 1 to";
        return Err(format!("{what} {NAME_LENGTH_MAX} characters and no control characters, unlike {name:?}"));
    }
    Ok(())
}

/// Fails where a list names something twice.
pub(super) fn refuse_repeats<T: Ord + std::fmt::Display>(
    key: &str,
    names: impl IntoIterator<Item = T>,
) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(format!("{key} names {name:?} twice", name = name.to_string()));
        }
        seen.insert(name);
    }
    Ok(())
}

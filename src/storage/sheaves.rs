//! The log of a wave's responses, which keeps no order of arrival.
//!
//! A row that is written once says for ever when it came: PostgreSQL keeps the number of the transaction, and rows lie in the order in
//! which they were written. So responses are kept in *sheaves*: those of a unit whose keys begin alike, as one row, which is
//! written anew whenever a response comes to it. Its transaction and its place tell when the last of its responses came, and not which
//! one it is; within it they are in the order of their keys, which are one-way derivations. A sheaf of more than
//! [`RESPONSES_MAX`] is parted by the next digit of the keys: new responses go on coming to all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::StorageError;
use super::kept_response::KEY_DIGITS;
use super::layout::{HEAD, behind_head};

/// Responses of a sheaf. More hide each response better, and cost more to write anew: 80 kB.
const RESPONSES_MAX: usize = 512;

/// The key of a line, in digits.
pub(super) fn key_of(line: &str) -> Result<&str, StorageError> {
    line.get(..KEY_DIGITS).ok_or_else(|| StorageError::damaged("inbox", "a line does not begin with a key"))
}

/// The branch to which a key belongs, of a unit that has these: the one with which it begins. Where none is, it is a new one, as
/// short as leaves the others alone.
pub(super) fn branch_of<'a>(key: &'a str, branches: &BTreeSet<String>) -> &'a str {
    let beginnings = || (0..=key.len()).map(|digits| &key[..digits]);
    let is_free = |branch: &&str| {
        let next = branches.range((*branch).to_owned()..).next();
        next.is_none_or(|next| !next.starts_with(branch))
    };
    beginnings().find(|branch| branches.contains(*branch)).or_else(|| beginnings().find(is_free)).unwrap_or(key)
}

/// What a sheaf becomes when these lines are added to it: itself, or the branches into which it is parted, each with its text.
pub(super) fn bind(branch: &str, kept: &str, added: &[&str]) -> Result<BTreeMap<String, String>, StorageError> {
    let mut lines: Vec<&str> = behind_head("sheaf", kept)?.lines().collect();
    lines.extend(added);
    lines.sort_unstable();
    let mut bound = BTreeMap::new();
    part(branch.to_owned(), &lines, &mut bound);
    Ok(bound)
}

/// Writes lines, which are in order, as one sheaf or as several.
fn part(branch: String, lines: &[&str], bound: &mut BTreeMap<String, String>) {
    let digits = branch.len() + 1;
    if lines.len() > RESPONSES_MAX && digits <= KEY_DIGITS {
        for alike in lines.chunk_by(|a, b| a.get(..digits) == b.get(..digits)) {
            let branch = alike[0].get(..digits).unwrap_or_default().to_owned();
            part(branch, alike, bound);
        }
        return;
    }
    let length: usize = lines.iter().map(|line| line.len() + 1).sum();
    let mut text = String::with_capacity(HEAD.len() + length);
    text.push_str(HEAD);
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    bound.insert(branch, text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(key: u128) -> String {
        format!("{key:032x}\tD01")
    }

    /// Adds keys in groups, as they would be settled.
    fn settle(groups: &[Vec<u128>]) -> BTreeMap<String, String> {
        let mut sheaves: BTreeMap<String, String> = BTreeMap::new();
        for group in groups {
            let lines: Vec<String> = group.iter().map(|key| line(*key)).collect();
            let branches: BTreeSet<String> = sheaves.keys().cloned().collect();
            let mut added: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for line in &lines {
                added.entry(branch_of(key_of(line).unwrap(), &branches)).or_default().push(line);
            }
            for (branch, lines) in added {
                let kept = sheaves.remove(branch).unwrap_or_default();
                sheaves.extend(bind(branch, &kept, &lines).unwrap());
            }
        }
        sheaves
    }

    #[test]
    fn the_branch_of_a_key_is_the_one_with_which_it_begins_or_a_free_one() {
        let branches = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        for (has, key, expected) in [
            (&[][..], "a1", ""),
            (&[""], "a1", ""),
            (&["a", "b"], "a1", "a"),
            (&["a", "b"], "c1", "c"),
            (&["a0", "b"], "a1", "a1"),
            (&["a0", "a1"], "a1", "a1"),
            (&["a1"], "90", "9"),
        ] {
            assert_eq!(branch_of(key, &branches(has)), expected, "{has:?}");
        }
    }

    #[test]
    fn few_responses_are_one_sheaf_and_many_are_parted_evenly() {
        // Keys that lie evenly and come in another order.
        let even = |count: u128| (0..count).map(|key| (key * 7_919 % count) * (u128::MAX / count)).collect::<Vec<_>>();
        assert_eq!(settle(&[even(512)]).len(), 1);
        assert_eq!(settle(&[even(512), vec![u128::MAX]]).len(), 16);
        let many = settle(&even(20_000).chunks(900).map(<[u128]>::to_vec).collect::<Vec<_>>());
        assert_eq!(many.len(), 256);
        assert!(many.values().all(|sheaf| sheaf.lines().count() <= RESPONSES_MAX));
    }

    proptest! {
        #[test]
        fn every_line_is_kept_once_in_order_whatever_comes_when(
            keys in prop::collection::btree_set(prop_oneof![any::<u128>(), 0..3_000_u128], 0..3_000),
            sizes in prop::collection::vec(1..900_usize, 1..8), seed: u64,
        ) {
            let mut order: Vec<u128> = keys.iter().copied().collect();
            order.sort_by_key(|key| (key ^ u128::from(seed)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let (mut groups, mut rest) = (Vec::new(), order.as_slice());
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break }
                let (group, others) = rest.split_at((*size).min(rest.len()));
                groups.push(group.to_vec());
                rest = others;
            }
            let sheaves = settle(&groups);
            let mut found = String::new();
            for (branch, sheaf) in &sheaves {
                let lines = sheaf.strip_prefix(HEAD).unwrap();
                prop_assert!(lines.lines().all(|line| line.starts_with(branch.as_str())));
                found.push_str(lines);
            }
            let expected: String = keys.iter().map(|key| line(*key) + "\n").collect();
            prop_assert_eq!(found, expected);
        }
    }
}

//! Who a row is where a file has no column of numbers.
//!
//! Rows that say the same in one file are different people, and so are rows of two clerks' files; but a file that is imported
//! again must add nobody. So rows belong to *batches*. A file that holds every row of a batch that was imported before carries
//! it on: those rows are the kept ones, and what else it holds is new in the batch (rows that were mended, or added later). A
//! file all of whose rows lie in one batch adds nothing. Any other file begins a batch of its own. A person is then the batch,
//! what the row says, and how often the batch said so before.
//!
//! Of each batch it is kept, as hashes of their content, which rows it holds; before any of them is, so that an import that
//! breaks off is taken up where it broke off. `docs/TABLES.md` states the rule for people.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::PipelineError;
use crate::foundation::Finding;
use crate::storage::Store;

/// From so many equal rows on, a file that is mostly another one is taken for a corrected version of it.
const EQUAL_ROWS_MIN: u64 = 20;

/// How often each content occurs, by its id.
type Rows = BTreeMap<Uuid, u64>;

/// The ids that the rows of a file get, in the order of the file among equals.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// By content: whose they are next, as batch, first number in it and last one.
    next: HashMap<Uuid, Vec<(Uuid, u64, u64)>>,
    /// What the file adds: to which batch, which rows.
    added: Option<(Uuid, Rows)>,
    /// Rows that say the same as rows of other batches and are other people all the same.
    namesakes: u64,
}

impl Numbers {
    /// The id of the next row of the file with this content; nothing where the file had no such row when it was numbered.
    pub(super) fn next_id(&mut self, content: Uuid) -> Option<Uuid> {
        let spans = self.next.get_mut(&content)?;
        let (batch, from, to) = spans.first_mut()?;
        let id = hashed(&[batch.as_bytes(), content.as_bytes(), &from.to_le_bytes()]);
        *from += 1;
        if *from > *to {
            spans.remove(0);
        }
        Some(id)
    }

    /// What people should know of it.
    pub(super) fn told(&self) -> Option<String> {
        let count = self.namesakes;
        (count > 0).then(|| {
            format!(
                "{count} row(s) say the same as rows of another file that was imported before. They count as other people, \
                 since this file does not hold all rows of that one."
            )
        })
    }

    /// Numbers the `rows` of a file by the `batches` that were imported before; an error where the file looks like a corrected
    /// version of one of them.
    fn of(rows: Rows, batches: &BTreeMap<Uuid, Rows>) -> Result<Self, Finding> {
        let mut numbers = Self::default();
        let mut left = rows;
        let mut target = None;
        let mut by_size: Vec<(&Uuid, &Rows)> = batches.iter().collect();
        by_size.sort_by_key(|(batch, rows)| (std::cmp::Reverse(size(rows)), **batch));
        for (batch, rows) in &by_size {
            if size(rows) > 0 && rows.iter().all(|(content, count)| left.get(content) >= Some(count)) {
                numbers.take(**batch, rows, &mut left, 1);
                target.get_or_insert(**batch);
            }
        }
        let part_of =
            by_size.iter().find(|(_, rows)| left.iter().all(|(content, count)| rows.get(content) >= Some(count)));
        if let (false, None, Some((batch, _))) = (left.is_empty(), target, part_of) {
            let rows = left.clone();
            numbers.take(**batch, &rows, &mut left, 1);
        }
        if left.is_empty() {
            return Ok(numbers);
        }
        if target.is_none() {
            for (_, rows) in &by_size {
                let equal: u64 = left.iter().map(|(content, count)| count.min(rows.get(content).unwrap_or(&0))).sum();
                refuse_correction(equal, size(&left), size(rows))?;
                numbers.namesakes = numbers.namesakes.max(equal);
            }
        }
        let batch = target.unwrap_or_else(|| fingerprint(&left));
        let known = batches.get(&batch);
        let added = std::mem::take(&mut left);
        for (content, count) in &added {
            let before = known.and_then(|rows| rows.get(content)).copied().unwrap_or(0);
            numbers.next.entry(*content).or_default().push((batch, before + 1, before + count));
        }
        numbers.added = Some((batch, added));
        Ok(numbers)
    }

    /// Gives rows of the file to a batch that holds them.
    fn take(&mut self, batch: Uuid, rows: &Rows, left: &mut Rows, from: u64) {
        for (content, count) in rows {
            self.next.entry(*content).or_default().push((batch, from, from + count - 1));
            if let Some(have) = left.get_mut(content) {
                *have -= count;
            }
        }
        left.retain(|_, count| *count > 0);
    }
}

/// A file that is nearly one that was imported, and lacks some of its rows, would count nearly everybody again.
fn refuse_correction(equal: u64, rows: u64, kept: u64) -> Result<(), Finding> {
    if equal < EQUAL_ROWS_MIN || equal * 5 < rows.min(kept) * 4 {
        return Ok(());
    }
    let message = format!(
        "{equal} of the {rows} rows say the same as rows of a file that was imported before, of whose {kept} rows others are not \
         here: this looks like that file with corrections, and its people are counted already. A kept row is not corrected by \
         an import; import only rows of people who are not in that file"
    );
    Err(Finding::new("file", "imported_before", message))
}

fn size(rows: &Rows) -> u64 {
    rows.values().sum()
}

/// The name of a batch that begins with these rows, in whatever order.
fn fingerprint(rows: &Rows) -> Uuid {
    hashed(&[written(rows).as_bytes()])
}

fn hashed(parts: &[&[u8]]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(&parts.concat()).as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Rows as text: the content's id and how often, a line each.
fn written(rows: &Rows) -> String {
    let lines = rows.iter().map(|(content, count)| format!("{} {count}", content.simple()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads what [`written`] wrote; lines that say nothing are nothing.
fn read(text: &str) -> impl Iterator<Item = (Uuid, u64)> + '_ {
    text.lines().filter_map(|line| {
        let (content, count) = line.split_once(' ')?;
        Some((content.parse().ok()?, count.parse().ok()?))
    })
}

/// Numbers the rows of a file without numbers by their contents, and keeps which batch they belong to.
pub(super) async fn number_rows(store: &Store, wave: &str, contents: Vec<Uuid>) -> Result<Numbers, PipelineError> {
    let mut rows = Rows::new();
    for content in contents {
        *rows.entry(content).or_default() += 1;
    }
    // Codes hold no blanks, so no wave's records begin like another's.
    let prefix = format!("import {wave} ");
    let mut batches: BTreeMap<Uuid, Rows> = BTreeMap::new();
    for (name, text) in store.settings_that_begin(&prefix).await? {
        let Some(batch) = name[prefix.len()..].split(' ').next().and_then(|batch| batch.parse().ok()) else {
            continue;
        };
        let batch = batches.entry(batch).or_default();
        read(&text).for_each(|(content, count)| *batch.entry(content).or_default() += count);
    }
    let numbers = Numbers::of(rows, &batches).map_err(|finding| PipelineError::Invalid(finding.into()))?;
    if let Some((batch, added)) = &numbers.added {
        let name = format!("{prefix}{} {}", batch.simple(), fingerprint(added).simple());
        store.setting_or_insert(&name, &written(added)).await?;
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Imports files of one-letter rows, one after the other, and says how many people each adds.
    fn import(files: &[&str]) -> Vec<usize> {
        let mut batches: BTreeMap<Uuid, Rows> = BTreeMap::new();
        let mut kept = std::collections::HashSet::new();
        let mut stored = Vec::new();
        for file in files {
            let mut rows = Rows::new();
            file.chars().for_each(|c| *rows.entry(Uuid::from_u128(c.into())).or_default() += 1);
            let mut numbers = Numbers::of(rows, &batches).unwrap();
            let ids: Vec<Uuid> = file.chars().map(|c| numbers.next_id(Uuid::from_u128(c.into())).unwrap()).collect();
            stored.push(ids.into_iter().filter(|id| kept.insert(*id)).count());
            if let Some((batch, added)) = numbers.added {
                let rows = batches.entry(batch).or_default();
                for (content, count) in added {
                    *rows.entry(content).or_default() += count;
                }
            }
        }
        stored
    }

    #[test]
    fn equal_rows_are_different_people_and_a_file_that_comes_again_adds_nobody() {
        for (files, stored) in [
            (&["aab", "aac"][..], &[3, 3][..]),
            (&["aab", "aab"], &[3, 0]),
            (&["aab", "aac", "baa", "caa"], &[3, 3, 0, 0]),
            (&["aab", "aabac"], &[3, 2]),
            (&["aab", "aabc", "aabcd", "aab"], &[3, 1, 1, 0]),
            (&["aab", "aac", "aabaac"], &[3, 3, 0]),
            (&["aab", "aac", "aabaacd"], &[3, 3, 1]),
            (&["aab", "ab"], &[3, 0]),
            (&["ab", "cd", "ae"], &[2, 2, 2]),
        ] {
            assert_eq!(import(files), stored, "{files:?}");
        }
    }

    #[test]
    fn a_corrected_version_of_a_file_is_refused_from_20_equal_rows_on() {
        let batch = |rows: std::ops::Range<u128>| rows.map(|row| (Uuid::from_u128(row), 1)).collect::<Rows>();
        for (kept, file, is_refused) in [(0..25, 1..26, true), (0..20, 1..21, false), (0..100, 79..179, false)] {
            let batches = BTreeMap::from([(Uuid::nil(), batch(kept))]);
            assert_eq!(Numbers::of(batch(file), &batches).is_err(), is_refused);
        }
    }

    proptest! {
        #[test]
        fn no_order_of_rows_and_no_second_import_adds_anybody(
            first in "[a-d]{1,8}", second in "[a-d]{1,8}", seed in any::<u64>(),
        ) {
            let turned = |file: &str| {
                let mut rows: Vec<char> = file.chars().collect();
                let length = rows.len();
                rows.rotate_left(usize::try_from(seed % 8).unwrap() % length);
                rows.into_iter().rev().collect::<String>()
            };
            let stored = import(&[&first, &second, &turned(&first), &turned(&second), &format!("{first}{second}")]);
            prop_assert_eq!(stored[0], first.len());
            prop_assert_eq!(&stored[2..4], &[0, 0]);
        }

        #[test]
        fn rows_are_read_back_as_they_were_written(rows in proptest::collection::btree_map(any::<u128>().prop_map(Uuid::from_u128), 1..9_u64, 0..5)) {
            prop_assert_eq!(read(&written(&rows)).collect::<Rows>(), rows);
        }
    }
}

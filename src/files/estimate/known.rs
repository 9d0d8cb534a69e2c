//! The places of rows that were read before, by the content of their columns: so their names are not read twice.

use super::row::Row;
use crate::estimation::Stand;
use crate::foundation::{ShortKey, ShortKeyMap};

/// About how many bytes are used at most; a file whose rows all differ gains nothing by more.
const BYTES_MAX: usize = 1 << 23;
/// About how many bytes an entry takes in addition to its key.
const ENTRY: usize = 64;
/// The longest key that is remembered.
const KEY_MAX: usize = 1 << 10;

/// Stands by the columns that say where and of whom a row is.
#[derive(Debug, Default)]
pub(super) struct KnownStands {
    stands: ShortKeyMap<Stand>,
    bytes: usize,
    /// The key of the row under way.
    key: Vec<u8>,
    /// The last row's: rows are often in order.
    last: Option<Stand>,
    last_key: Vec<u8>,
}

impl KnownStands {
    /// The place of a row that is the same in these columns as one before.
    pub(super) fn find(&mut self, row: &impl Row, columns: &[usize]) -> Option<Stand> {
        std::mem::swap(&mut self.key, &mut self.last_key);
        self.key.clear();
        for column in columns {
            row.push_key(*column, &mut self.key);
        }
        if self.key != self.last_key {
            self.last = self.stands.get(&ShortKey::from(&self.key[..])).copied();
        }
        self.last
    }

    /// Remembers the place of the row that was not found.
    pub(super) fn keep(&mut self, stand: Stand) {
        self.last = Some(stand);
        if self.key.len() > KEY_MAX {
            return;
        }
        self.bytes += self.key.len() + ENTRY;
        if self.bytes > BYTES_MAX {
            self.stands.clear();
            self.bytes = self.key.len() + ENTRY;
        }
        self.stands.insert(ShortKey::from(&self.key[..]), stand);
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::{Field, Plain};
    use super::*;
    use crate::estimation::{Membership, Place, SampleBuilder};
    use crate::foundation::RatingScale;

    /// A row that is nothing but its key.
    struct Key(Vec<u8>);

    impl Row for Key {
        fn field(&self, _column: usize) -> Field<'_> {
            Field::Missing
        }

        fn plain(&self, _column: usize) -> Plain {
            Plain::Other
        }

        fn push_key(&self, _column: usize, key: &mut Vec<u8>) {
            key.extend_from_slice(&self.0);
        }

        fn position(&self) -> String {
            String::new()
        }
    }

    #[test]
    fn a_row_is_found_where_it_was_kept_or_not_at_all_however_many_there_are() {
        let mut builder = SampleBuilder::new(&[RatingScale::FIVE], 0).unwrap();
        let stands: Vec<Stand> = ["a", "b", "c"]
            .map(|stratum| builder.stand(Membership::default(), &Place { stratum, ..Place::default() }).unwrap())
            .to_vec();
        let mut known = KnownStands::default();
        // The length of keys goes up to more than what is kept, and all of them to several times as much.
        let key = |number: usize| Key([&number.to_le_bytes()[..], &vec![0; number % (KEY_MAX + 8)]].concat());
        let (mut found, count) = (0, 4 * BYTES_MAX / KEY_MAX);
        for number in 0..count {
            assert_eq!(known.find(&key(number), &[0]), None);
            known.keep(stands[number % 3]);
            assert_eq!(known.find(&key(number), &[0]), Some(stands[number % 3]), "it was the last");
            let earlier = number / 2;
            if let Some(stand) = known.find(&key(earlier), &[0]) {
                assert_eq!(stand, stands[earlier % 3]);
                found += 1;
            } else {
                known.keep(stands[earlier % 3]);
            }
            assert!(known.bytes <= BYTES_MAX, "{}", known.bytes);
        }
        assert!(found > count / 2, "{found}");
    }
}

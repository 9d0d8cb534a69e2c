//! Keys of tables that are looked up for each of many rows.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// The bytes that most keys fit in.
const SHORT: usize = 30;

/// Bytes; a few lie in the table itself, which saves a look elsewhere in memory for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortKey(Bytes);

/// A table by such keys. Its hashes are faster than the library's and seeded at random, but could be made to collide by
/// whoever learned the seed: the keys are names in files and plans of whoever runs the program.
pub type ShortKeyMap<V> = HashMap<ShortKey, V, foldhash::fast::RandomState>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Bytes {
    Few(u8, [u8; SHORT]),
    Many(Box<[u8]>),
}

impl From<&[u8]> for ShortKey {
    fn from(key: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        Self(match (bytes.get_mut(..key.len()), u8::try_from(key.len())) {
            (Some(own), Ok(length)) => {
                own.copy_from_slice(key);
                Bytes::Few(length, bytes)
            }
            _ => Bytes::Many(key.into()),
        })
    }
}

impl Hash for ShortKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Bytes::Few(length, bytes) => state.write(&bytes[..usize::from(*length)]),
            Bytes::Many(bytes) => state.write(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn keys_are_the_same_only_where_all_their_bytes_are(
            a in proptest::collection::vec(0_u8..2, SHORT - 2..SHORT + 2), more in proptest::collection::vec(0_u8..2, 0..3),
        ) {
            let b = [&a[..], &more].concat();
            proptest::prop_assert_eq!(ShortKey::from(&a[..]) == ShortKey::from(&b[..]), more.is_empty());
        }
    }
}

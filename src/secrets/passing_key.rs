//! A key that nobody keeps: it is gone with the process.
//!
//! What is derived with it cannot be derived again, not by whoever has the database, the keys of the installation and the id that a
//! phone still holds, or that the number on a paper form leads to.

use std::fmt;

use uuid::Uuid;

/// A key that lives as long as the process.
#[derive(Clone)]
pub struct PassingKey([u8; 32]);

impl fmt::Debug for PassingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassingKey(…)")
    }
}

impl PassingKey {
    /// A key out of random bytes, of which nothing else that is made of them tells anything.
    #[must_use]
    pub fn of(random: [u8; 32]) -> Self {
        Self(blake3::derive_key("Plumbline 2026 passing key", &random))
    }

    /// The key under which the answers of a submission are kept.
    #[must_use]
    pub fn answers_key(&self, wave: &str, id: Uuid) -> Uuid {
        self.uuid(&["answers", wave], id)
    }

    /// The key under which the words of a text item are kept: another one, so that they are apart.
    #[must_use]
    pub fn words_key(&self, wave: &str, id: Uuid, item: &str) -> Uuid {
        self.uuid(&["words", wave, item], id)
    }

    fn uuid(&self, parts: &[&str], id: Uuid) -> Uuid {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.update(id.as_bytes()).finalize().as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_derives_other_keys_and_each_part_counts() {
        let (here, there, id) = (PassingKey::of([1; 32]), PassingKey::of([2; 32]), Uuid::from_u128(42));
        let keys = [
            here.answers_key("w", id),
            here.answers_key("v", id),
            here.answers_key("w", Uuid::from_u128(43)),
            here.words_key("w", id, "q1"),
            here.words_key("w", id, "q2"),
            there.answers_key("w", id),
            there.words_key("w", id, "q1"),
        ];
        assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), keys.len());
        assert_eq!(
            here.answers_key("w", id),
            PassingKey::of([1; 32]).answers_key("w", id),
            "a second try keeps the same"
        );
        assert_eq!(format!("{here:?}"), "PassingKey(…)");
    }
}

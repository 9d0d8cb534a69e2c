//! Keys by purpose, as they are written and read.

use std::collections::BTreeMap;
use std::fmt;

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Under which keys responses and words are kept, and whether two have the same content.
    Responses,
    /// Receipts.
    Receipts,
    /// Codes of invitations.
    Invitations,
    /// Codes of devices and collectors.
    Collectors,
    /// The identity of paper forms.
    Forms,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 5] = [Self::Responses, Self::Receipts, Self::Invitations, Self::Collectors, Self::Forms];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Receipts => "receipts",
            Self::Invitations => "invitations",
            Self::Collectors => "collectors",
            Self::Forms => "forms",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// A key. It is shown nowhere, so that it reaches no log.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    version: u32,
    bytes: [u8; KEY_BYTES],
}

/// The keys of an installation, one for each purpose; the same on all its servers.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRing(BTreeMap<Purpose, Key>);

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(…)")
    }
}

/// Why keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// Something in the text is no key. What it is is not said: it may be a key with a slip in it.
    #[error("word {word} of the keys is no key: each is written PURPOSE-VERSION=, and then 64 hexadecimal digits")]
    Unreadable {
        /// Which one, from 1.
        word: usize,
    },
    /// A key for a purpose is missing.
    #[error("the keys have none for {}; they were written by `plumbline keys move`, all at once", .0.as_str())]
    Missing(Purpose),
    /// There are two keys for a purpose.
    #[error("the keys have two for {}", .0.as_str())]
    Twice(Purpose),
}

impl KeyRing {
    /// New keys out of random bytes.
    #[must_use]
    pub fn fresh(random: [u8; KEY_BYTES]) -> Self {
        let key = |purpose: Purpose| {
            let mut hasher = blake3::Hasher::new_derive_key("Plumbline 2026 keys by purpose");
            hasher.update(&random).update(purpose.as_str().as_bytes());
            Key { version: 1, bytes: *hasher.finalize().as_bytes() }
        };
        Self(Purpose::ALL.into_iter().map(|purpose| (purpose, key(purpose))).collect())
    }

    /// The keys of an installation that had one secret for all purposes, 64 hexadecimal digits: codes and receipts that it gave out
    /// are known on. Nothing if it is anything else.
    #[must_use]
    pub fn of_one_secret(hex: &str) -> Option<Self> {
        let bytes = *blake3::Hash::from_hex(hex).ok()?.as_bytes();
        Some(Self(Purpose::ALL.into_iter().map(|purpose| (purpose, Key { version: 1, bytes })).collect()))
    }

    /// Reads what [`KeyRing::to_text`] wrote; `#` begins a comment.
    pub fn from_text(text: &str) -> Result<Self, KeyRingError> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let mut keys = BTreeMap::new();
        for (word, key) in (1..).zip(lines.flat_map(str::split_whitespace)) {
            let (purpose, key) = read_key(key).ok_or(KeyRingError::Unreadable { word })?;
            if keys.insert(purpose, key).is_some() {
                return Err(KeyRingError::Twice(purpose));
            }
        }
        match Purpose::ALL.into_iter().find(|purpose| !keys.contains_key(purpose)) {
            Some(missing) => Err(KeyRingError::Missing(missing)),
            None => Ok(Self(keys)),
        }
    }

    /// The keys, a line each: `responses-1=…`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |(purpose, key): (&Purpose, &Key)| {
            format!("{}-{}={}\n", purpose.as_str(), key.version, blake3::Hash::from_bytes(key.bytes).to_hex())
        };
        self.0.iter().map(line).collect()
    }

    /// Tells these keys from others, and nothing else about them.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = blake3::derive_key("Plumbline 2026 fingerprint of keys", self.to_text().as_bytes());
        blake3::Hash::from_bytes(hash).to_hex()[..16].to_owned()
    }

    /// A keyed hash for a purpose. `label` tells what it is of; each part is preceded by its length, so that parts cannot run into each
    /// other.
    pub(super) fn hash(&self, purpose: Purpose, label: &str, parts: &[&[u8]]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0[&purpose].bytes);
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.finalize()
    }
}

fn read_key(word: &str) -> Option<(Purpose, Key)> {
    let (name, hex) = word.split_once('=')?;
    let (purpose, version) = name.rsplit_once('-')?;
    let bytes = *blake3::Hash::from_hex(hex).ok()?.as_bytes();
    let version = version.parse().ok().filter(|version| *version > 0)?;
    Some((Purpose::from_name(purpose)?, Key { version, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_as_they_were_written_with_comments_around_them_and_on_one_line() {
        let keys = KeyRing::fresh([7; 32]);
        let text = keys.to_text();
        assert_eq!(KeyRing::from_text(&text).as_ref(), Ok(&keys));
        assert_eq!(KeyRing::from_text(&format!("# keys\n{text}  # the end")).as_ref(), Ok(&keys));
        assert_eq!(KeyRing::from_text(&text.replace('\n', " ")).as_ref(), Ok(&keys));
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let keys = KeyRing::fresh([7; 32]);
        let hashes: Vec<_> = Purpose::ALL.map(|purpose| keys.hash(purpose, "a", &[b"b"])).to_vec();
        assert!(hashes.iter().enumerate().all(|(at, hash)| !hashes[..at].contains(hash)));
        assert_ne!(keys.fingerprint(), KeyRing::fresh([8; 32]).fingerprint());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let keys = KeyRing::fresh([7; 32]);
        let hash = |parts: &[&[u8]]| keys.hash(Purpose::Forms, "form", parts);
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"abc"]), hash(&[b"ab", b"c"]));
    }

    #[test]
    fn what_is_wrong_with_keys_is_said_without_showing_them() {
        let text = KeyRing::fresh([7; 32]).to_text();
        let without_first = text.split_once('\n').unwrap().1;
        assert_eq!(KeyRing::from_text(without_first), Err(KeyRingError::Missing(Purpose::Responses)));
        assert_eq!(KeyRing::from_text(&format!("{text}{text}")), Err(KeyRingError::Twice(Purpose::Responses)));
        for wrong in ["responses", "responses-1", "responses-0=", "people-1=", "forms-x="] {
            let wrong = format!("{wrong}{}", "a".repeat(64));
            let error = KeyRing::from_text(&wrong).unwrap_err();
            assert_eq!(error, KeyRingError::Unreadable { word: 1 }, "{wrong}");
            assert!(!error.to_string().contains("aaaa") && !format!("{:?}", KeyRing::fresh([7; 32])).contains('='));
        }
        assert_eq!(KeyRing::of_one_secret("07"), None);
    }
}

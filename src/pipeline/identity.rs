//! One-way derivations of a submission's id, so that no receipt can be tied to a kept response.
//!
//! The id that a client makes (122 random bits) is never kept. The row's key and the receipt are different keyed hashes
//! of it: whoever holds the database and a receipt can compute neither from the other. A receipt is not kept either;
//! it carries a tag that only this instance can make, and is handed out after the commit. So there is no table, no
//! order and no time that could tie a person to an answer.

use std::fmt::Write as _;

use uuid::Uuid;

/// Digits of Crockford's base 32: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bits of a receipt that come from the id, and as many that prove it.
const HALF_BITS: u32 = 50;
/// Characters of each half.
const HALF_LENGTH: usize = 10;

/// The secret of an instance, shared by all servers on one database.
#[derive(Clone)]
pub struct InstanceSecret([u8; 32]);

impl InstanceSecret {
    /// The secret written as 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        blake3::Hash::from_hex(hex).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// Writes fresh random bytes as [`Self::from_hex`] reads them.
    #[must_use]
    pub fn to_hex(bytes: [u8; 32]) -> String {
        blake3::Hash::from_bytes(bytes).to_hex().to_string()
    }

    /// The administrator's token.
    #[must_use]
    pub fn administrator_token(&self) -> String {
        let hash = self.hash("administrator token", &[]);
        let (first, second) = (half(&hash, 0), half(&hash, 8));
        format!("{}{}", encode(first), encode(second))
    }

    /// The key under which a response is kept.
    pub(super) fn response_key(&self, wave: &str, id: Uuid) -> Uuid {
        self.uuid("response key", &[wave.as_bytes(), id.as_bytes()])
    }

    /// The key under which the words of a text item are kept: another one, so that they are apart.
    pub(super) fn words_key(&self, wave: &str, id: Uuid, item: &str) -> Uuid {
        self.uuid("words key", &[wave.as_bytes(), id.as_bytes(), item.as_bytes()])
    }

    /// Equal exactly when the content is.
    pub(super) fn content_hash(&self, content: &str) -> Uuid {
        self.uuid("content", &[content.as_bytes()])
    }

    /// The receipt of a submission: 20 characters in groups of four.
    pub(super) fn receipt(&self, wave: &str, id: Uuid) -> String {
        let number = half(&self.hash("receipt number", &[wave.as_bytes(), id.as_bytes()]), 0);
        group(&format!("{}{}", encode(number), encode(self.receipt_tag(wave, number))))
    }

    /// Whether `receipt`, as a person may type it, was made by this instance for this wave.
    pub(super) fn is_receipt(&self, wave: &str, receipt: &str) -> bool {
        let Some((number, tag)) = decode(receipt) else { return false };
        self.receipt_tag(wave, number) == tag
    }

    fn receipt_tag(&self, wave: &str, number: u64) -> u64 {
        half(&self.hash("receipt tag", &[wave.as_bytes(), &number.to_le_bytes()]), 0)
    }

    fn uuid(&self, purpose: &str, parts: &[&[u8]]) -> Uuid {
        let hash = self.hash(purpose, parts);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// A keyed hash; each part is preceded by its length, so that parts cannot run into each other.
    fn hash(&self, purpose: &str, parts: &[&[u8]]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.finalize()
    }
}

/// 50 bits of a hash, from the byte `at`.
fn half(hash: &blake3::Hash, at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[at..at + 8]);
    u64::from_le_bytes(bytes) >> (64 - HALF_BITS)
}

fn encode(mut number: u64) -> String {
    let mut digits = [b'0'; HALF_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 32) as usize];
        number /= 32;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Both halves of a receipt; letters in either case, O for 0, I and L for 1, blanks and hyphens anywhere.
fn decode(receipt: &str) -> Option<(u64, u64)> {
    let mut values = Vec::with_capacity(2 * HALF_LENGTH);
    for character in receipt.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let digit = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let value = DIGITS.iter().position(|candidate| char::from(*candidate) == digit)?;
        if values.len() == 2 * HALF_LENGTH {
            return None;
        }
        values.push(value as u64);
    }
    let number = |digits: &[u64]| digits.iter().fold(0, |number, digit| number * 32 + digit);
    (values.len() == 2 * HALF_LENGTH).then(|| (number(&values[..HALF_LENGTH]), number(&values[HALF_LENGTH..])))
}

fn group(code: &str) -> String {
    let mut grouped = String::with_capacity(code.len() + code.len() / 4);
    for (position, character) in code.chars().enumerate() {
        let hyphen = if position > 0 && position % 4 == 0 { "-" } else { "" };
        write!(grouped, "{hyphen}{character}").expect("writing to a string does not fail");
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> InstanceSecret {
        InstanceSecret::from_hex(&InstanceSecret::to_hex([7; 32])).unwrap()
    }

    #[test]
    fn a_receipt_is_recognised_however_it_is_typed() {
        let receipt = secret().receipt("laocai-2024", Uuid::from_u128(1));
        assert_eq!(receipt.len(), 24);
        let typed = receipt.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert!(secret().is_receipt("laocai-2024", &typed));
    }

    #[test]
    fn a_receipt_of_another_wave_or_with_a_wrong_character_is_not_recognised() {
        let receipt = secret().receipt("laocai-2024", Uuid::from_u128(1));
        assert!(!secret().is_receipt("laocai-2023", &receipt));
        for position in (0..receipt.len()).filter(|p| !receipt[*p..].starts_with('-')) {
            let mut wrong = receipt.clone();
            let other = if &receipt[position..=position] == "A" { "B" } else { "A" };
            wrong.replace_range(position..=position, other);
            assert!(!secret().is_receipt("laocai-2024", &wrong), "{wrong}");
        }
        for bad in ["", "ABC", "!!!!", &format!("{receipt}0"), "é"] {
            assert!(!secret().is_receipt("laocai-2024", bad));
        }
    }

    #[test]
    fn key_receipt_and_words_of_one_id_have_nothing_in_common() {
        let id = Uuid::from_u128(42);
        let key = secret().response_key("w", id);
        assert_ne!(key, id);
        assert_ne!(key, secret().words_key("w", id, "q1"));
        assert_ne!(key, secret().response_key("v", id));
    }
}

//! One-way derivations of a submission's id, so that no receipt can be tied to a kept response.
//!
//! The id that a client makes (122 random bits) is never kept. What a submission is known by when it comes again and the receipt are
//! different keyed hashes of it: whoever holds the database and one of them cannot compute the other. A receipt is not kept either;
//! it carries a tag that only this instance can make, and is handed out after the commit. So there is no table, no
//! order and no time that could tie a person to an answer.

use uuid::Uuid;

use super::key_ring::{KeyRing, Purpose};
use super::written_code::{DIGIT_BITS, group, read_digits, write_digits};
use crate::survey::CodeRefusal;

/// Characters of each half of a receipt: one comes from the id, the other proves it.
const HALF_LENGTH: usize = 10;
/// Characters of the code of a device or collector: 100 bits.
const ACCESS_LENGTH: usize = 20;
/// Characters of an invitation's code that are random: 115 bits.
const RANDOM_LENGTH: usize = 23;
/// Characters of an invitation's code that prove it: 25 bits.
const TAG_LENGTH: usize = 5;
/// Bits of the tag that prove the wave; those before them prove the installation.
const WAVE_TAG_BITS: usize = 13;

impl KeyRing {
    /// The key by which a submission is known when it comes again.
    #[must_use]
    pub fn received_key(&self, wave: &str, id: Uuid) -> Uuid {
        // So it was called when responses were kept under it, and so what came then is still known.
        self.uuid(Purpose::Responses, "response key", &[wave.as_bytes(), id.as_bytes()])
    }

    /// The key under which the answers of an imported row are kept: whoever has the file can find them again. Those of citizens lie
    /// under a [`PassingKey`](super::PassingKey).
    #[must_use]
    pub fn row_key(&self, wave: &str, id: Uuid) -> Uuid {
        self.uuid(Purpose::Responses, "row key", &[wave.as_bytes(), id.as_bytes()])
    }

    /// Equal exactly when the content of submissions with this id is. Without the id, which is not kept, no guess at the content can
    /// be tried.
    #[must_use]
    pub fn content_hash(&self, wave: &str, id: Uuid, content: &str) -> Uuid {
        self.uuid(Purpose::Responses, "content", &[wave.as_bytes(), id.as_bytes(), content.as_bytes()])
    }

    /// The receipt of a submission: 20 characters in groups of four.
    #[must_use]
    pub fn receipt(&self, wave: &str, id: Uuid) -> String {
        let number = half(&self.hash(Purpose::Receipts, "receipt number", &[wave.as_bytes(), id.as_bytes()]), 0);
        let tag = self.receipt_tag(wave, number);
        group(&format!("{}{}", write_digits(number, HALF_LENGTH), write_digits(tag, HALF_LENGTH)))
    }

    /// Whether `receipt`, as a person may type it, was made by this instance for this wave.
    #[must_use]
    pub fn is_receipt(&self, wave: &str, receipt: &str) -> bool {
        let numbers = read_digits(receipt, [HALF_LENGTH, HALF_LENGTH]);
        numbers.is_some_and(|[number, tag]| self.receipt_tag(wave, number) == tag)
    }

    fn receipt_tag(&self, wave: &str, number: u128) -> u128 {
        // Its lower eight bytes: a half has fewer bits.
        half(&self.hash(Purpose::Receipts, "receipt tag", &[wave.as_bytes(), &number.to_le_bytes()[..8]]), 0)
    }

    /// The code of an invitation out of random bytes: 28 characters in groups of four.
    #[must_use]
    pub fn invitation_code(&self, wave: &str, random: [u8; 16]) -> String {
        let number = u128::from_le_bytes(random) % (1 << (DIGIT_BITS * RANDOM_LENGTH));
        let tag = self.installation_tag(number) << WAVE_TAG_BITS | self.wave_tag(wave, number);
        group(&format!("{}{}", write_digits(number, RANDOM_LENGTH), write_digits(tag, TAG_LENGTH)))
    }

    /// The hash under which a typed code is kept; [`CodeRefusal::Unknown`] or [`CodeRefusal::Foreign`] where its tag says that it
    /// was not made here, or not for this wave. So a guess or a slip of the finger is told without asking the database.
    pub fn invitation_hash(&self, wave: &str, typed: &str) -> Result<Uuid, CodeRefusal> {
        let [number, tag] = read_digits(typed, [RANDOM_LENGTH, TAG_LENGTH]).ok_or(CodeRefusal::Unknown)?;
        if self.installation_tag(number) != tag >> WAVE_TAG_BITS {
            return Err(CodeRefusal::Unknown);
        }
        if self.wave_tag(wave, number) != tag % (1 << WAVE_TAG_BITS) {
            return Err(CodeRefusal::Foreign);
        }
        Ok(self.uuid(Purpose::Invitations, "invitation", &[wave.as_bytes(), &number.to_le_bytes()]))
    }

    /// The code of a device or collector out of random bytes, 20 characters in groups of four, and the hash it is kept under.
    #[must_use]
    pub fn access_code(&self, random: [u8; 16]) -> (String, Uuid) {
        self.access_code_of(u128::from_le_bytes(random) % (1 << (DIGIT_BITS * ACCESS_LENGTH)))
    }

    /// The id of a paper form.
    #[must_use]
    pub fn form_id(&self, wave: &str, unit: &str, batch: &str, form: u32) -> Uuid {
        self.uuid(
            Purpose::Forms,
            "paper form",
            &[wave.as_bytes(), unit.as_bytes(), batch.as_bytes(), &form.to_le_bytes()],
        )
    }

    /// The code of a device or collector as it was typed, with its hash, and as it was handed out; nothing where it cannot be one.
    #[must_use]
    pub fn read_access_code(&self, typed: &str) -> Option<(String, Uuid)> {
        let [number] = read_digits(typed, [ACCESS_LENGTH])?;
        Some(self.access_code_of(number))
    }

    fn access_code_of(&self, number: u128) -> (String, Uuid) {
        let hash = self.uuid(Purpose::Collectors, "access", &[&number.to_le_bytes()]);
        (group(&write_digits(number, ACCESS_LENGTH)), hash)
    }

    /// Says that a code was made here, for whatever wave.
    fn installation_tag(&self, number: u128) -> u128 {
        let bits = DIGIT_BITS * TAG_LENGTH - WAVE_TAG_BITS;
        half(&self.hash(Purpose::Invitations, "invitation", &[&number.to_le_bytes()]), 0) % (1 << bits)
    }

    /// Says that a code was made for this wave.
    fn wave_tag(&self, wave: &str, number: u128) -> u128 {
        half(&self.hash(Purpose::Invitations, "invitation wave", &[wave.as_bytes(), &number.to_le_bytes()]), 0)
            % (1 << WAVE_TAG_BITS)
    }

    fn uuid(&self, purpose: Purpose, label: &str, parts: &[&[u8]]) -> Uuid {
        let hash = self.hash(purpose, label, parts);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// 50 bits of a hash, from the byte `at`.
fn half(hash: &blake3::Hash, at: usize) -> u128 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[at..at + 8]);
    u128::from(u64::from_le_bytes(bytes)) >> (64 - DIGIT_BITS * HALF_LENGTH)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn secret() -> KeyRing {
        KeyRing::fresh([7; 32])
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
    fn a_code_is_recognised_however_it_is_typed_and_in_its_own_wave_only() {
        let code = secret().invitation_code("laocai-2024", [0xa5; 16]);
        assert_eq!(code.len(), 34);
        let hash = secret().invitation_hash("laocai-2024", &code).unwrap();
        let typed = format!(" {} ", code.to_lowercase().replace('-', "").replace('0', "o").replace('1', "i"));
        assert_eq!(secret().invitation_hash("laocai-2024", &typed), Ok(hash));
        assert_eq!(secret().invitation_hash("laocai-2023", &code), Err(CodeRefusal::Foreign));
        let elsewhere = KeyRing::fresh([8; 32]);
        assert_eq!(elsewhere.invitation_hash("laocai-2024", &code), Err(CodeRefusal::Unknown));
        assert!(!hash.to_string().replace('-', "").contains(&code.replace('-', "").to_lowercase()[..8]));
    }

    #[test]
    fn all_112_bits_and_more_of_the_random_bytes_are_in_the_code() {
        let code = |random: u128| secret().invitation_code("w", random.to_le_bytes());
        let first = code(0);
        assert!((0..115).all(|bit| code(1 << bit)[..28] != first[..28]));
    }

    #[test]
    fn a_wrong_character_in_a_code_is_told_by_the_tag() {
        let code = secret().invitation_code("laocai-2024", [0x5a; 16]);
        for position in (0..code.len()).filter(|p| !code[*p..].starts_with('-')) {
            let mut wrong = code.clone();
            let other = if &code[position..=position] == "A" { "B" } else { "A" };
            wrong.replace_range(position..=position, other);
            assert!(secret().invitation_hash("laocai-2024", &wrong).is_err(), "{wrong}");
        }
        // Of random guesses of the right form, one in 2^25 is let through to the database.
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let guesses = (0..20_000).map(|_| {
            let (number, tag) = (rng.random(), rng.random());
            format!("{}{}", write_digits(number, RANDOM_LENGTH), write_digits(tag, TAG_LENGTH))
        });
        assert!(guesses.into_iter().all(|guess| secret().invitation_hash("laocai-2024", &guess).is_err()));
    }

    #[test]
    fn what_is_derived_from_one_id_has_nothing_in_common() {
        let (secret, id) = (secret(), Uuid::from_u128(42));
        let keys = [
            id,
            secret.received_key("w", id),
            secret.received_key("v", id),
            secret.row_key("w", id),
            secret.content_hash("w", id, "q1"),
            secret.content_hash("w", Uuid::from_u128(43), "q1"),
        ];
        assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), keys.len());
    }
}

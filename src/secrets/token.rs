//! Tokens: random, shown once, known again by their hash.

use super::written_code::{group, write_digits};

/// Characters of a token: 120 bits.
const LENGTH: usize = 24;

/// What whoever holds it shows. It is kept nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// By what a token is known again: nobody can come from it to the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// A token out of random bytes: 24 characters in groups of four.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(group(&write_digits(u128::from_le_bytes(random), LENGTH)))
    }

    /// The token itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl TokenHash {
    /// The hash of what somebody shows.
    #[must_use]
    pub fn of(shown: &str) -> Self {
        Self(blake3::derive_key("Plumbline 2026 token", shown.as_bytes()))
    }

    /// As it is kept.
    #[must_use]
    pub fn to_hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_and_its_hash_shows_nothing_of_it() {
        let (token, other) = (Token::new([3; 16]), Token::new([4; 16]));
        assert_eq!(token.hash(), TokenHash::of(token.reveal()));
        assert_ne!(token.hash(), other.hash());
        assert_ne!(token.hash(), TokenHash::of(&token.reveal().to_lowercase()));
        let digits = token.reveal().replace('-', "").to_lowercase();
        assert!(digits.len() == LENGTH && !token.hash().to_hex().contains(&digits[..6]), "{digits}");
    }
}

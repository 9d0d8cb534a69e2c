//! Codes: the short names that people give to units, waves, items and options.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A code of 1 to 64 characters out of `A-Z a-z 0-9 . _ - @ +`, safe in a URL, a CSV file and a file name.
///
/// A code is not an identity: codes are re-used over time (see the `survey` room's `Unit`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// Why a text is not a [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The text is empty.
    #[error("a code must not be empty")]
    Empty,
    /// The text has more than [`Code::LENGTH_MAX`] characters.
    #[error("a code has at most {max} characters, this one has {found}", max = Code::LENGTH_MAX)]
    TooLong {
        /// How many characters were found.
        found: usize,
    },
    /// There are only dots, which is a folder in an address and in a file's name.
    #[error("a code of dots alone is not allowed; it would be lost in addresses")]
    Dots,
    /// A character is not allowed.
    #[error("{character:?} is not allowed in a code; use letters A-Z, digits and . _ - @ +")]
    Character {
        /// The first character that is not allowed.
        character: char,
    },
}

impl Code {
    /// The longest code, in characters.
    pub const LENGTH_MAX: usize = 64;

    /// Checks and wraps a text.
    pub fn new(text: impl Into<String>) -> Result<Self, CodeError> {
        let text = text.into();
        Self::check(&text).map(|()| Self(text))
    }

    /// Whether a text is a code.
    pub fn check(text: &str) -> Result<(), CodeError> {
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if text.bytes().all(|byte| byte == b'.') {
            return Err(CodeError::Dots);
        }
        let found = text.chars().count();
        if found > Self::LENGTH_MAX {
            return Err(CodeError::TooLong { found });
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
        match text.chars().find(|c| !allowed(*c)) {
            Some(character) => Err(CodeError::Character { character }),
            None => Ok(()),
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_64_characters_is_taken_and_one_of_65_is_not() {
        assert!(Code::new("a".repeat(64)).is_ok());
        assert_eq!(Code::new("a".repeat(65)), Err(CodeError::TooLong { found: 65 }));
    }

    #[test]
    fn characters_that_would_need_escaping_in_a_url_are_refused() {
        for (text, character) in [("a b", ' '), ("a/b", '/'), ("đ", 'đ'), ("a,b", ',')] {
            assert_eq!(Code::new(text), Err(CodeError::Character { character }));
        }
        assert_eq!(Code::new(""), Err(CodeError::Empty));
    }
}

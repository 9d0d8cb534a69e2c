//! Language tags and texts in several languages.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language tag such as `vi`, `en`, `hmn` or `zh-Hant`: 2 to 16 characters, letters, digits and inner hyphens.
///
/// Deliberately looser than BCP 47's registry: CLDR knows nothing of some languages of the province.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

/// Why a text is not a [`LanguageTag`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a language tag; write one like vi, en, hmn or zh-Hant")]
pub struct LanguageTagError {
    /// What was found.
    pub text: String,
}

impl LanguageTag {
    /// Checks and wraps a tag; `EN` and `en` are the same.
    pub fn new(text: &str) -> Result<Self, LanguageTagError> {
        let error = || LanguageTagError { text: text.chars().take(32).collect() };
        let mut parts = text.split('-');
        let first = parts.next().unwrap_or_default();
        let is_part =
            |part: &str, min: usize| (min..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        let first_is_good = is_part(first, 2) && first.chars().all(|c| c.is_ascii_alphabetic());
        if text.len() > 16 || !first_is_good || !parts.all(|part| is_part(part, 1)) {
            return Err(error());
        }
        Ok(Self(match text.split_once('-') {
            Some((first, rest)) => format!("{}-{rest}", first.to_ascii_lowercase()),
            None => text.to_ascii_lowercase(),
        }))
    }

    /// The default language of the platform.
    #[must_use]
    pub fn vietnamese() -> Self {
        Self("vi".to_owned())
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LanguageTag {
    type Err = LanguageTagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for LanguageTag {
    type Error = LanguageTagError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> Self {
        tag.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for LanguageTag {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Languages that are not spoken in Vietnam: who reads them understands English sooner than Vietnamese.
const FROM_ABROAD: [&str; 1] = ["cs"];

/// A text in one or more languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Text(pub BTreeMap<LanguageTag, String>);

impl Text {
    /// The text in `language`; else, for a reader from abroad, in English; else in Vietnamese; else in any language it has; else
    /// nothing.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        self.find(language).map_or("", |(_, text)| text)
    }

    /// The text that [`Text::get`] gives, with the language that it is in.
    #[must_use]
    pub fn find(&self, language: &str) -> Option<(&str, &str)> {
        let of_abroad = || self.0.get_key_value("en").filter(|_| FROM_ABROAD.contains(&language));
        let found = self.0.get_key_value(language).or_else(of_abroad).or_else(|| self.0.get_key_value("vi"));
        found.or_else(|| self.0.iter().next()).map(|(tag, text)| (tag.as_str(), text.as_str()))
    }

    /// Whether there is a text in `language` itself.
    #[must_use]
    pub fn has(&self, language: &str) -> bool {
        self.0.contains_key(language)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Text {
    /// For texts written in the code; a malformed tag is left out.
    fn from(pairs: [(&str, &str); N]) -> Self {
        let pair = |(tag, text): (&str, &str)| Some((LanguageTag::new(tag).ok()?, text.to_owned()));
        Self(pairs.into_iter().filter_map(pair).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_taken_loosely_and_refused_clearly() {
        for good in ["vi", "EN", "hmn", "zh-Hant", "en-GB"] {
            assert!(LanguageTag::new(good).is_ok(), "{good}");
        }
        for bad in ["", "v", "vi_VN", "1a", "vi-", "abcdefghi", "aa-bbbbbbbb-cccccc"] {
            assert!(LanguageTag::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn whoever_reads_from_abroad_gets_english_before_vietnamese() {
        let text = Text::from([("vi", "Huyện"), ("en", "District")]);
        assert_eq!(text.find("cs"), Some(("en", "District")));
        assert_eq!(Text::from([("vi", "Huyện"), ("fr", "District")]).find("cs"), Some(("vi", "Huyện")));
    }

    #[test]
    fn a_missing_language_falls_back_to_vietnamese() {
        let text = Text::from([("vi", "Huyện"), ("en", "District")]);
        assert_eq!(text.get("en"), "District");
        assert_eq!(text.get("hmn"), "Huyện");
        assert_eq!(text.find("hmn"), Some(("vi", "Huyện")));
        assert_eq!(Text::from([("cs", "Okres")]).get("vi"), "Okres");
        assert_eq!(Text::default().get("vi"), "");
    }
}

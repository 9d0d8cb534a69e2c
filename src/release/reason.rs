//! Why something that was published is corrected, in words that are published as well.

use crate::foundation::{Findings, LanguageTag, LimitedFindings, Text, check_words};

/// Why a release is corrected, by language; Vietnamese is among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionReason(Text);

impl CorrectionReason {
    /// The reason from pairs of a language and the words in it.
    ///
    /// Findings have the path `reason` or `reason.en` and the codes `wrong_type`, `duplicate`, `missing_language`, `missing`, `too_long`,
    /// `invalid`.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Findings> {
        let (mut text, mut found) = (Text::default(), LimitedFindings::default());
        for (language, words) in pairs {
            let tag = match LanguageTag::new(language) {
                Ok(tag) => tag,
                Err(error) => {
                    found.push("reason", "wrong_type", error.to_string());
                    continue;
                }
            };
            let path = format!("reason.{}", tag.as_str());
            let Some(words) = check_words(words, || path.clone(), &mut found) else { continue };
            if text.0.insert(tag, words).is_some() {
                found.push(path, "duplicate", "give the reason once in each language");
            }
        }
        if !text.has("vi") && found.is_empty() {
            found.push("reason.vi", "missing_language", "the reason is published, and needed in vi at least");
        }
        found.into_result(Self(text))
    }

    /// The reason as it is kept: a JSON object by language.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A map of texts has no value that JSON lacks.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The reason that was kept.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self)
    }

    /// The reason by language.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_back_as_it_was_kept() {
        let reason = CorrectionReason::from_pairs([("vi", "«a» \"b\""), ("hmn", "c")]).unwrap();
        assert_eq!(CorrectionReason::from_json(&reason.to_json()).unwrap(), reason);
        assert!(CorrectionReason::from_json("").is_err());
    }

    #[test]
    fn a_reason_is_there_in_vietnamese_once_in_each_language_and_not_too_long() {
        let good = CorrectionReason::from_pairs([("vi", " Nhập trùng một tệp "), ("EN", "A file was imported twice")]);
        let good = good.unwrap();
        assert_eq!([good.text().get("vi"), good.text().get("en")], ["Nhập trùng một tệp", "A file was imported twice"]);
        let long = "x".repeat(5_000);
        for (pairs, path, code) in [
            (vec![], "reason.vi", "missing_language"),
            (vec![("en", "x")], "reason.vi", "missing_language"),
            (vec![("vi", "x"), ("VI", "y")], "reason.vi", "duplicate"),
            (vec![("vi", " ")], "reason.vi", "missing"),
            (vec![("vi", long.as_str())], "reason.vi", "too_long"),
            (vec![("v!", "x"), ("vi", "x")], "reason", "wrong_type"),
        ] {
            let found = CorrectionReason::from_pairs(pairs.iter().copied()).unwrap_err().0;
            assert_eq!((found[0].path.as_str(), found[0].code), (path, code), "{pairs:?}");
        }
    }
}

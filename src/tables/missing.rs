//! Codes that say that nothing is known.

use std::collections::HashSet;

/// What R, pandas, Excel, `LimeSurvey` and Survey Solutions write where nothing is known (pandas' `na_values`, R's `na.strings`,
/// `SPSS` exports).
/// `None` is not among them: it is an answer ("no disability"), and pandas' own reading of it as nothing is a known trap.
const BUILT_IN: &[&str] = &[
    "NA",
    "<NA>",
    "N/A",
    "n/a",
    "#N/A",
    "##N/A##",
    "#N/A N/A",
    "#NA",
    "NaN",
    "nan",
    "-NaN",
    "-nan",
    "NULL",
    "null",
    "#NULL!",
    "-1.#IND",
    "1.#IND",
    "-1.#QNAN",
    "1.#QNAN",
    BUILT_IN_NUMBER,
];
/// What Survey Solutions writes in columns of numbers, as it writes `##N/A##` in those of texts.
const BUILT_IN_NUMBER: &str = "-999999999";

/// The texts that mean nothing, as an empty cell does, in every column of a file.
///
/// A cell is compared without blanks around it, letter by letter. Where a code is a number, the same number with `.0` behind it
/// is the code, too: programs write whole columns so. What is declared elsewhere (a unit's code, an option) wins over these
/// codes; that is up to who reads the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingCodes {
    declared: Vec<String>,
    has_built_in: bool,
    all: HashSet<String>,
}

impl Default for MissingCodes {
    fn default() -> Self {
        Self::of(Vec::new(), true)
    }
}

impl MissingCodes {
    /// The most codes that may be declared.
    pub const CODES_MAX: usize = 100;
    /// The most characters of a code.
    pub const LENGTH_MAX: usize = 64;

    /// The declared codes and, if wanted, those that programs write by themselves; an error says what is wrong with a code.
    pub fn new(declared: Vec<String>, has_built_in: bool) -> Result<Self, String> {
        if declared.len() > Self::CODES_MAX {
            return Err(format!("{} codes; at most {} are taken", declared.len(), Self::CODES_MAX));
        }
        for code in &declared {
            if code.trim().is_empty() || code.trim() != code || code.chars().count() > Self::LENGTH_MAX {
                let what = "a missing code has 1 to";
                return Err(format!("{what} {} characters and no blanks around it, unlike {code:?}", Self::LENGTH_MAX));
            }
        }
        Ok(Self::of(declared, has_built_in))
    }

    fn of(declared: Vec<String>, has_built_in: bool) -> Self {
        let built_in: &[&str] = if has_built_in { BUILT_IN } else { &[] };
        let cleaned = |code: &String| super::clean(code).into_owned();
        let all = built_in.iter().map(ToString::to_string).chain(declared.iter().map(cleaned)).collect();
        Self { declared, has_built_in, all }
    }

    /// The codes that were declared.
    #[must_use]
    pub fn declared(&self) -> &[String] {
        &self.declared
    }

    /// Whether the codes that programs write by themselves are read as nothing, too.
    #[must_use]
    pub fn has_built_in(&self) -> bool {
        self.has_built_in
    }

    /// Whether a text without blanks around it says nothing; an empty one does.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        // Most cells are no such number, and a look at their first letters tells.
        let may_be_number = !self.declared.is_empty() || text.starts_with(BUILT_IN_NUMBER);
        text.is_empty() || self.all.contains(text) || (may_be_number && self.has_whole_number(text))
    }

    /// Whether a number is one of the codes.
    #[must_use]
    pub fn has_number(&self, number: f64) -> bool {
        let is_code = |code: f64| code.total_cmp(&number).is_eq();
        (self.has_built_in && is_code(-999_999_999.0))
            || self.declared.iter().any(|code| code.parse().is_ok_and(is_code))
    }

    /// `-99.0` is the code `-99`.
    fn has_whole_number(&self, text: &str) -> bool {
        text.split_once(['.', ',']).is_some_and(|(whole, decimals)| {
            !decimals.is_empty()
                && decimals.bytes().all(|digit| digit == b'0')
                && whole.parse::<i64>().is_ok()
                && self.all.contains(whole)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_for_nothing_and_what_is_declared_says_nothing() {
        let codes = MissingCodes::new(vec!["-99".into(), "keine Angabe".into()], true).unwrap();
        for nothing in [
            "",
            "NA",
            "##N/A##",
            "#N/A",
            "nan",
            "NULL",
            "-99",
            "-99.0",
            "-99,00",
            "keine Angabe",
            "-999999999",
            "-999999999.0",
        ] {
            assert!(codes.has(nothing), "{nothing}");
        }
        for something in ["None", "none", "Na", "-9", "-99.5", "99", "-099", "0"] {
            assert!(!codes.has(something), "{something}");
        }
        assert!(codes.has_number(-99.0) && !codes.has_number(99.0));
        assert!(!MissingCodes::default().has("-99"));
        assert!(MissingCodes::default().has("-999999999.0") && MissingCodes::default().has_number(-999_999_999.0));
        let only = MissingCodes::new(vec!["-99".into()], false).unwrap();
        assert!(only.has("-99") && only.has("") && !only.has("NA"));
        assert!(!only.has("-999999999") && !only.has("-999999999.0") && !only.has_number(-999_999_999.0));
    }

    #[test]
    fn a_hundred_codes_of_64_characters_are_taken_and_no_more() {
        let codes = |count: usize, length: usize| MissingCodes::new(vec!["x".repeat(length); count], true);
        assert!(codes(100, 64).is_ok());
        for refused in [codes(101, 1), codes(1, 65), codes(1, 0), MissingCodes::new(vec![" x".into()], true)] {
            assert!(refused.is_err());
        }
    }
}

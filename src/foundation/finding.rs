//! One shape for everything that is wrong with an input.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong: where it is, a stable code for programs, and a sentence that says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: `answers.q07`, `field.closes`, `line 12, column parent_code`.
    pub path: String,
    /// What, for programs and translations: `out_of_range`, `unknown_field`, …
    pub code: &'static str,
    /// What is wrong and how to mend it, in English.
    pub message: String,
}

impl Finding {
    /// A finding at `path`.
    pub fn new(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} [{}]", self.message, self.code)
    }
}

/// A text that may hold anything a file holds, for an error: on one line, its middle left out where it is long.
#[must_use]
pub fn one_line(text: &str) -> String {
    const START_MAX: usize = 500;
    const END_MAX: usize = 250;
    let mut line: Vec<char> = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() > START_MAX + END_MAX {
        line.splice(START_MAX..line.len() - END_MAX, " … ".chars());
    }
    line.into_iter().collect()
}

/// All findings about one input, as an error. Never empty when returned as an `Err`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Notes a finding.
    pub fn push(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(Finding::new(path, code, message));
    }

    /// `Ok(value)` when nothing was found, all findings otherwise.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, finding) in self.0.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

/// Collects the first [`LimitedFindings::SHOWN_MAX`] findings and counts the rest, so that a hopeless file stays readable.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LimitedFindings {
    shown: Findings,
    hidden: usize,
}

impl LimitedFindings {
    /// How many findings are shown in full.
    pub const SHOWN_MAX: usize = 100;

    /// Notes a finding, or counts it when enough are shown.
    pub fn push(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        if self.shown.0.len() < Self::SHOWN_MAX {
            self.shown.push(path, code, message);
        } else {
            self.hidden += 1;
        }
    }

    /// How many findings there are, shown or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shown.0.len() + self.hidden
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.0.is_empty()
    }

    /// The value when it could be made and nothing was found; all findings otherwise, never none.
    pub fn into_value<T>(mut self, value: Option<T>) -> Result<T, Findings> {
        if value.is_none() && self.is_empty() {
            self.push("", "invalid", "this could not be read");
        }
        self.into_result(value)?.ok_or_else(Findings::default)
    }

    /// `Ok(value)` when nothing was found; else what is shown, and one finding more (`more`) that says how many are not.
    pub fn into_result<T>(mut self, value: T) -> Result<T, Findings> {
        if self.hidden > 0 {
            self.shown.push("", "more", format!("{} more findings are not shown", self.hidden));
        }
        self.shown.into_result(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_findings_are_shown_and_the_rest_is_counted() {
        for (count, expected, last) in [(100, 100, "x"), (101, 101, "more"), (350, 101, "more")] {
            let mut findings = LimitedFindings::default();
            assert!(findings.is_empty());
            (0..count).for_each(|n| findings.push(format!("p{n}"), "x", "m"));
            let shown = findings.into_result(()).unwrap_err().0;
            assert_eq!((shown.len(), shown[shown.len() - 1].code), (expected, last));
        }
        assert_eq!(LimitedFindings::default().into_result(5), Ok(5));
        assert_eq!(LimitedFindings::default().into_value(Some(5)), Ok(5));
    }

    #[test]
    fn an_error_of_any_text_is_one_short_line() {
        assert_eq!(one_line("\na \u{1b}[31mb\r\n"), "a  [31mb");
        let long = one_line(&format!("start{}; use less", "x".repeat(100_000)));
        assert!(long.chars().count() < 800 && long.starts_with("startx") && long.ends_with("x; use less"), "{long}");
    }

    #[test]
    fn no_value_is_never_without_a_finding() {
        assert_eq!(LimitedFindings::default().into_value(None::<u8>).unwrap_err().0.len(), 1);
    }
}

//! TOML documents read key by key, so that everything that is wrong with one is found at once and no key goes unread.

use chrono::NaiveDate;
use toml::{Table, Value};

use super::{Code, Finding, LanguageTag, LimitedFindings, Weight, parse_date};

/// The longest document, in bytes.
const DOCUMENT_LENGTH_MAX: usize = 1 << 20;

/// The most characters in a title, a question or another text to show.
const TEXT_LENGTH_MAX: usize = 500;

/// What a key may hold.
pub trait FromValue: Sized {
    /// What was expected, for the message: `a date like 2024-11-20`.
    const EXPECTED: &'static str;

    /// The value, or nothing when it is of another type.
    fn from_value(value: Value) -> Option<Self>;
}

/// A table of the document and the path that leads to it. Keys are taken out as they are read.
#[derive(Debug)]
pub struct Keys {
    path: String,
    table: Table,
}

impl Keys {
    /// The document itself; `too_long` or `syntax` when it cannot be read.
    pub fn document(text: &str) -> Result<Self, Finding> {
        if text.len() > DOCUMENT_LENGTH_MAX {
            return Err(Finding::new("", "too_long", format!("at most {DOCUMENT_LENGTH_MAX} bytes are taken")));
        }
        match text.parse::<Table>() {
            Ok(table) => Ok(Self { path: String::new(), table }),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
                Err(Finding::new(format!("line {line}"), "syntax", format!("not TOML: {}", error.message())))
            }
        }
    }

    /// Whether the key is there and was not read yet.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the key is there, was not read yet, and holds tables, as `[[key]]` makes them.
    #[must_use]
    pub fn has_tables(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(Value::is_array)
    }

    /// The path of a key of this table.
    #[must_use]
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Gives a key that is written under its old name the new one; `duplicate` where both are there.
    pub fn rename(&mut self, old: &str, new: &str, findings: &mut LimitedFindings) {
        let Some(value) = self.table.remove(old) else { return };
        if self.table.contains_key(new) {
            findings.push(
                self.path_of(old),
                "duplicate",
                format!("this is the old name of {new}, which is here, too; remove it"),
            );
        } else {
            self.table.insert(new.to_owned(), value);
        }
    }

    /// The key's value, if it is there; `wrong_type` when it is of another type.
    pub fn optional<T: FromValue>(&mut self, key: &str, findings: &mut LimitedFindings) -> Option<T> {
        let value = self.table.remove(key)?;
        let read = T::from_value(value);
        if read.is_none() {
            findings.push(self.path_of(key), "wrong_type", format!("this must be {}", T::EXPECTED));
        }
        read
    }

    /// The key's value; `missing` when it is not there.
    pub fn required<T: FromValue>(&mut self, key: &str, findings: &mut LimitedFindings) -> Option<T> {
        if !self.table.contains_key(key) {
            findings.push(self.path_of(key), "missing", format!("this is missing; it must be {}", T::EXPECTED));
        }
        self.optional(key, findings)
    }

    /// The key's value within bounds, or what is taken when it is not there; `out_of_range`.
    pub fn within<T: FromValue + PartialOrd + std::fmt::Display>(
        &mut self,
        key: &str,
        bounds: std::ops::RangeInclusive<T>,
        findings: &mut LimitedFindings,
    ) -> Option<T> {
        let value = self.optional::<T>(key, findings)?;
        if bounds.contains(&value) {
            return Some(value);
        }
        let message = format!("{value} is not between {} and {}", bounds.start(), bounds.end());
        findings.push(self.path_of(key), "out_of_range", message);
        None
    }

    /// The table under the key, or an empty one, so that its missing keys are found one by one.
    #[must_use]
    pub fn table(&mut self, key: &str, findings: &mut LimitedFindings) -> Self {
        let path = self.path_of(key);
        Self { path, table: self.optional(key, findings).unwrap_or_default() }
    }

    /// The tables of `[[key]]`, each under the path `key.<its code>`, or `key[2]` where it has none.
    pub fn tables(&mut self, key: &str, count_max: usize, findings: &mut LimitedFindings) -> Vec<Self> {
        let path = self.path_of(key);
        let mut tables: Vec<Table> = self.optional(key, findings).unwrap_or_default();
        if tables.len() > count_max {
            findings.push(&path, "too_many", format!("{} are too many; at most {count_max} are taken", tables.len()));
            tables.truncate(count_max);
        }
        let keys = |(position, table): (usize, Table)| match table.get("code").and_then(Value::as_str) {
            Some(code) if Code::new(code).is_ok() => Self { path: format!("{path}.{code}"), table },
            _ => Self { path: format!("{path}[{position}]"), table },
        };
        tables.into_iter().enumerate().map(keys).collect()
    }

    /// The text to show under the key: not empty, without control characters, at most 500 characters.
    pub fn words(&mut self, key: &str, findings: &mut LimitedFindings) -> Option<String> {
        let text: String = self.optional(key, findings)?;
        check_words(&text, || self.path_of(key), findings)
    }

    /// The keys that are left and read as language tags, in order.
    #[must_use]
    pub fn languages(&self) -> Vec<LanguageTag> {
        self.table.keys().filter_map(|key| LanguageTag::new(key).ok()).collect()
    }

    /// The keys that are left.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.table.keys().cloned().collect()
    }

    /// Notes every key that is left as `unknown_key`.
    pub fn finish(self, findings: &mut LimitedFindings) {
        for key in self.table.keys() {
            findings.push(self.path_of(key), "unknown_key", "this key is not known here; mend or remove it");
        }
    }
}

/// The text, trimmed, if it can be shown; else what is wrong with it is noted.
pub fn check_words(text: &str, path: impl Fn() -> String, findings: &mut LimitedFindings) -> Option<String> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        findings.push(path(), "missing", "this must not be empty");
    } else if length > TEXT_LENGTH_MAX {
        findings.push(path(), "too_long", format!("{length} characters; at most {TEXT_LENGTH_MAX} are taken"));
    } else if text.contains(char::is_control) {
        findings.push(path(), "invalid", "control characters and line breaks are not taken");
    } else {
        return Some(text.to_owned());
    }
    None
}

impl FromValue for String {
    const EXPECTED: &'static str = "a text";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

impl FromValue for Code {
    const EXPECTED: &'static str = "a code in quotes, of 1 to 64 letters A-Z, digits and . _ - @ +";

    fn from_value(value: Value) -> Option<Self> {
        Code::new(value.as_str()?).ok()
    }
}

impl FromValue for LanguageTag {
    const EXPECTED: &'static str = "a language tag like \"vi\"";

    fn from_value(value: Value) -> Option<Self> {
        LanguageTag::new(value.as_str()?).ok()
    }
}

impl FromValue for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_value(value: Value) -> Option<Self> {
        value.as_integer()
    }
}

impl FromValue for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) if number.is_finite() => Some(number),
            _ => None,
        }
    }
}

impl FromValue for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_value(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FromValue for NaiveDate {
    const EXPECTED: &'static str = "a date like 2024-11-20";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => parse_date(&text),
            Value::Datetime(moment) if moment.time.is_none() && moment.offset.is_none() => {
                let date = moment.date?;
                Self::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            }
            _ => None,
        }
    }
}

impl FromValue for Weight {
    const EXPECTED: &'static str = "a number above 0 and at most 1000000";

    fn from_value(value: Value) -> Option<Self> {
        let text = match value {
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::String(text) => text,
            _ => return None,
        };
        text.parse().ok()
    }
}

impl FromValue for Value {
    const EXPECTED: &'static str = "a value";

    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl FromValue for Table {
    const EXPECTED: &'static str = "a table";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Table(table) = value { Some(table) } else { None }
    }
}

impl FromValue for Vec<Table> {
    const EXPECTED: &'static str = "a list of tables, each under [[…]]";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Array(values) = value { values.into_iter().map(Table::from_value).collect() } else { None }
    }
}

impl FromValue for Vec<String> {
    const EXPECTED: &'static str = "a list of texts";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Array(values) = value { values.into_iter().map(String::from_value).collect() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_local_date_or_a_text() {
        let mut keys =
            Keys::document("a = 2024-11-20\nb = \"2024-11-20\"\nc = 2024-11-20T01:02:03\nd = 20241120").unwrap();
        let mut findings = LimitedFindings::default();
        let date = NaiveDate::from_ymd_opt(2024, 11, 20);
        assert_eq!(["a", "b", "c", "d"].map(|key| keys.optional(key, &mut findings)), [date, date, None, None]);
        assert_eq!(findings.into_result(()).unwrap_err().0.len(), 2);
    }

    #[test]
    fn what_is_not_toml_is_found_by_its_line() {
        let finding = Keys::document("a = 1\nb = \n").unwrap_err();
        assert_eq!((finding.path.as_str(), finding.code), ("line 2", "syntax"));
    }

    #[test]
    fn a_document_of_a_mebibyte_is_read_and_one_byte_more_is_not() {
        let document = |length: usize| format!("#{}", "x".repeat(length - 1));
        assert!(Keys::document(&document(1 << 20)).is_ok());
        assert_eq!(Keys::document(&document((1 << 20) + 1)).unwrap_err().code, "too_long");
    }
}

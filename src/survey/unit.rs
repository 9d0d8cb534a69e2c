//! Units: bodies and territories that are measured, and how they descend from each other.

use chrono::NaiveDate;
use serde::Serialize;

use crate::foundation::{Code, Text};

/// Identifies a unit for good. A code does not: after 1 July 2025 province code 15 is the new Lào Cai, before it was Yên Bái.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UnitId(pub i64);

/// A unit as an official file states it, before the register gives it an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitRow {
    /// The official code, unique at its level on each day.
    pub code: Code,
    /// The level: `province`, `district`, `commune`, `department`, …
    pub level: Code,
    /// The kind within the level: `city`, `ward`, `township`, …
    pub kind: Code,
    /// The code of the unit that it belongs to, one level up.
    pub parent_code: Option<Code>,
    /// Its names by language.
    pub names: Text,
    /// First day on which it exists; open when unknown.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it exists; open while it lives.
    pub valid_to: Option<NaiveDate>,
}

impl UnitRow {
    /// Whether the unit exists on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether the two validity periods share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| match (a.valid_from, b.valid_to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        starts_before_end(self, other) && starts_before_end(other, self)
    }
}

/// A unit of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its identity.
    pub id: UnitId,
    /// What the register says of it.
    pub row: UnitRow,
}

impl Unit {
    /// Its official code.
    #[must_use]
    pub fn code(&self) -> &Code {
        &self.row.code
    }

    /// Its name in `language`, or as [`Text::get`] falls back.
    #[must_use]
    pub fn name(&self, language: &str) -> &str {
        self.row.names.get(language)
    }
}

/// One line of descent between units: all or a share of one went into another on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct LineageRow {
    /// Name of the province of the predecessor, which tells apart codes that were used twice.
    pub from_province: String,
    /// Code of the predecessor's district, where it had one.
    pub from_district_code: Option<Code>,
    /// Code of the predecessor.
    pub from_code: Code,
    /// Name of the predecessor, kept because the register may not hold it.
    pub from_name: String,
    /// Code of the successor's province.
    pub to_province_code: Code,
    /// Code of the successor.
    pub to_code: Code,
    /// Name of the successor.
    pub to_name: String,
    /// The day on which the successor takes over.
    pub effective_on: NaiveDate,
    /// The share of the predecessor's people that went there, 0–1; unknown when nothing is said.
    pub share: Option<f64>,
    /// The resolution or law.
    pub legal_basis: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_the_readers_language_or_for_whoever_reads_from_abroad_in_english() {
        let code = |text: &str| Code::new(text).unwrap();
        let named = |names: Text| {
            let (level, kind) = (code("district"), code("district"));
            let row =
                UnitRow { code: code("082"), level, kind, parent_code: None, names, valid_from: None, valid_to: None };
            let unit = Unit { id: UnitId(1), row };
            ["vi", "en", "cs", "hmn"].map(|language| unit.name(language).to_owned())
        };
        let two = [("vi", "Huyện Bát Xát"), ("en", "Bat Xat District")];
        let three = [two[0], two[1], ("cs", "okres Bát Xát")];
        assert_eq!(named(two.into()), [two[0].1, two[1].1, two[1].1, two[0].1]);
        assert_eq!(named(three.into()), [two[0].1, two[1].1, three[2].1, two[0].1]);
        assert_eq!(named([two[0]].into()), [two[0].1; 4]);
    }
}

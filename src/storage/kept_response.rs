//! A response as a line of text: so the inbox and the log keep it.
//!
//! Fields are separated by tabs: codes, numbers and packed answers hold neither tabs nor line ends. The key comes first, so that
//! lines in order are in the order of the keys.

use chrono::NaiveDate;

use super::{NewResponse, StorageError};
use crate::foundation::{Code, Weight};
use crate::survey::{Mode, Source, UnitId};

/// Digits of a key at the head of a line.
pub(super) const KEY_DIGITS: usize = 32;

/// What is kept of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptResponse<'a> {
    /// The unit that is rated.
    pub unit: UnitId,
    /// The stratum.
    pub stratum: &'a str,
    /// The primary sampling unit; none when the respondent is one.
    pub psu: Option<&'a str>,
    /// The design weight.
    pub weight: Weight,
    /// How it was given.
    pub mode: Mode,
    /// Who sent it.
    pub source: Source,
    /// The device or the person that sent it for the respondent.
    pub collector: Option<&'a str>,
    /// The language in which it was given.
    pub language: &'a str,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
    /// How long it took.
    pub duration_minutes: Option<u16>,
    /// Its packed answers.
    pub answers: &'a str,
    /// Its packed answers about the respondent.
    pub respondent: &'a str,
}

/// The line of a new response.
pub(super) fn line_of(new: &NewResponse) -> String {
    let NewResponse { answers, respondent, language, answered_on, .. } = new;
    let (key, place) = (new.key.simple(), &new.placement);
    let (stratum, psu, weight) = (&place.stratum, code_or_nothing(place.psu.as_ref()), place.weight.billionths());
    let (mode, source, collector) = (new.mode.as_str(), new.source.as_str(), code_or_nothing(new.collector.as_ref()));
    let minutes = new.duration_minutes.map_or_else(String::new, |minutes| minutes.to_string());
    format!(
        "{key}\t{stratum}\t{psu}\t{weight}\t{mode}\t{source}\t{collector}\t{language}\t{answered_on}\t{minutes}\t{answers}\t{respondent}\n"
    )
}

fn code_or_nothing(code: Option<&Code>) -> &str {
    code.map_or("", Code::as_str)
}

impl<'a> KeptResponse<'a> {
    /// Reads a line of a unit; `table` says where it was kept.
    pub(super) fn from_line(table: &'static str, unit: UnitId, line: &'a str) -> Result<Self, StorageError> {
        Self::read(unit, line).map_err(|reason| StorageError::damaged(table, reason))
    }

    fn read(unit: UnitId, line: &'a str) -> Result<Self, String> {
        let mut fields = line.split('\t');
        let mut next = || fields.next().ok_or("a line is cut off");
        let key = next()?;
        if key.len() != KEY_DIGITS || !key.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err("a line does not begin with a key".to_owned());
        }
        let (stratum, psu, weight) = (code(next()?)?, next()?, next()?);
        let (mode, source, collector, language) = (next()?, next()?, next()?, next()?);
        let (answered_on, minutes, answers, respondent) = (next()?, next()?, next()?, next()?);
        if next().is_ok() {
            return Err("a line is too long".to_owned());
        }
        let weight: i64 = weight.parse().map_err(|_| format!("the weight {weight:?} is no number"))?;
        let minutes = Some(minutes).filter(|minutes| !minutes.is_empty()).map(str::parse).transpose();
        Ok(Self {
            unit,
            stratum,
            psu: code_if_any(psu)?,
            weight: Weight::from_billionths(weight).map_err(|error| error.to_string())?,
            mode: Mode::from_name(mode).ok_or("unknown mode")?,
            source: Source::from_name(source).ok_or("unknown source")?,
            collector: code_if_any(collector)?,
            language,
            answered_on: answered_on.parse().map_err(|_| format!("{answered_on:?} is no day"))?,
            duration_minutes: minutes.map_err(|_| "the duration is no number".to_owned())?,
            answers,
            respondent,
        })
    }
}

fn code_if_any(text: &str) -> Result<Option<&str>, String> {
    if text.is_empty() { Ok(None) } else { code(text).map(Some) }
}

fn code(text: &str) -> Result<&str, String> {
    Code::check(text).map(|()| text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::storage::WaveId;
    use crate::survey::Placement;

    fn new(key: u128, psu: Option<&str>, minutes: Option<u16>, answers: &str) -> NewResponse {
        let code = |text: &str| Code::new(text).unwrap();
        NewResponse {
            wave: WaveId(1),
            unit: UnitId(3),
            received_key: Uuid::from_u128(9),
            key: Uuid::from_u128(key),
            content_hash: Uuid::from_u128(7),
            placement: Placement {
                stratum: code("D01"),
                psu: psu.map(code),
                weight: Weight::from_number(2.5).unwrap(),
            },
            invitation: None,
            mode: Mode::Web,
            source: Source::Open,
            collector: psu.map(code),
            language: "vi".to_owned(),
            answered_on: NaiveDate::from_ymd_opt(2024, 11, 20).unwrap(),
            duration_minutes: minutes,
            answers: answers.to_owned(),
            respondent: "F;30-44;".to_owned(),
            words: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn a_response_is_read_back_from_its_line(
            key: u128, psu in prop::option::of("[A-Za-z0-9_+@-]{1,64}"), minutes: Option<u16>, answers in "[0-9A-Z;|.-]{0,40}",
        ) {
            let new = new(key, psu.as_deref(), minutes, &answers);
            let line = line_of(&new);
            let kept = KeptResponse::from_line("sheaf", UnitId(3), line.trim_end_matches('\n')).unwrap();
            prop_assert_eq!(&line[..KEY_DIGITS], format!("{key:032x}"));
            let expected = KeptResponse {
                unit: UnitId(3),
                stratum: "D01",
                psu: psu.as_deref(),
                weight: new.placement.weight,
                mode: Mode::Web,
                source: Source::Open,
                collector: psu.as_deref(),
                language: "vi",
                answered_on: new.answered_on,
                duration_minutes: minutes,
                answers: &answers,
                respondent: "F;30-44;",
            };
            prop_assert_eq!(kept, expected);
        }

        #[test]
        fn a_line_that_was_cut_off_is_an_error(at in 0..90_usize) {
            let line = line_of(&new(5, Some("v1"), Some(3), "5;4;-"));
            let cut = &line[..at.min(line.rfind('\t').unwrap())];
            prop_assert!(KeptResponse::from_line("sheaf", UnitId(3), cut).is_err());
        }
    }

    #[test]
    fn what_no_response_says_is_named() {
        let line = line_of(&new(5, Some("v1"), Some(3), "5;4;-"));
        let line = line.trim_end();
        for (from, to, reason) in [
            ("\tweb\t", "\tx\t", "unknown mode"),
            ("\topen\t", "\tx\t", "unknown source"),
            ("2500000000", "-1", ""),
            ("2500000000", "x", "is no number"),
            ("\tD01\t", "\ta b\t", "is not allowed in a code"),
            ("2024-11-20", "2024-13-20", "is no day"),
            ("\t3\t", "\t-3\t", "the duration is no number"),
            ("00000000000000000000000000000005", "5", "does not begin with a key"),
            ("F;30-44;", "F;30-44;\tmore", "too long"),
        ] {
            let changed = line.replacen(from, to, 1);
            assert_ne!(changed, line, "{from}");
            let refused = KeptResponse::from_line("inbox", UnitId(3), &changed).unwrap_err().to_string();
            assert!(refused.contains("inbox") && refused.contains(reason), "{refused}");
        }
    }
}

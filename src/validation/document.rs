//! The JSON document of a submission: what it holds, by type, presence and length. What may stand in it is checked afterwards.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use uuid::Uuid;
use uuid::fmt::Hyphenated;
use validator::{Validate, ValidationErrors};

use super::Fault;
use super::location::Location;
use super::submission::{Design, Readable, Submission, allowed_modes, shortened};
use crate::foundation::{Code, LanguageTag, LimitedFindings, Weight, WeightError, parse_date};
use crate::survey::{Mode, Part, Plan, RawAnswers, TypedCode, Wave};

/// The fields of a submission.
const FIELDS: [&str; 11] = [
    "id",
    "unit",
    "mode",
    "language",
    "answered_on",
    "answers",
    "respondent",
    "duration_minutes",
    "design",
    "code",
    "work",
];

/// The fields of the design that a collector may give.
const DESIGN_FIELDS: [&str; 3] = ["stratum", "psu", "weight"];

/// The plain fields of a submission, each nothing when it is not there or of another type.
#[derive(Default, Validate)]
struct Envelope<'a> {
    #[validate(
        required(code = "missing", message = "this is missing: a UUID that the client makes once for each response"),
        length(max = 36, code = "too_long", message = "a UUID has 36 characters")
    )]
    id: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: the code of the unit that is rated"),
        length(max = 64, code = "too_long", message = "a code has at most 64 characters")
    )]
    unit: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: how the answer was given, such as \"web\""),
        length(max = 16, code = "too_long", message = "a mode has at most 16 characters")
    )]
    mode: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: the language of the form, such as \"vi\""),
        length(max = 16, code = "too_long", message = "a language tag has at most 16 characters")
    )]
    language: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: the day of the answer, such as \"2024-11-20\""),
        length(max = 10, code = "too_long", message = "a date has 10 characters, such as 2024-11-20; give no hour")
    )]
    answered_on: Option<&'a str>,
    #[validate(length(
        max = 64,
        code = "too_long",
        message = "the code of an invitation has 28 characters in 7 groups"
    ))]
    code: Option<&'a str>,
    #[validate(range(max = 1440, code = "out_of_range", message = "at most 1440 minutes, a day, are taken"))]
    duration_minutes: Option<u64>,
    /// The solution of the puzzle that a wave may want of answers over the open link.
    work: Option<u64>,
}

impl Submission {
    /// Reads the document that the API takes; what cannot be read is noted for [`Submission::check`] to tell.
    ///
    /// ```json
    /// {"id": "7b0c…", "unit": "082", "mode": "web", "language": "vi", "answered_on": "2024-11-20",
    ///  "answers": {"q01": 5, "q02": null}, "respondent": {"sex": "F"}, "duration_minutes": 3}
    /// ```
    ///
    /// `null` says "no opinion", and satisfies what is required; a key that is left out says nothing. Who may choose the design adds
    /// `"design": {"stratum", "psu", "weight"}`, who was invited `"code"`, and over the open link a wave may want `"work"`.
    #[must_use]
    pub fn from_json(document: &Value, wave: &Wave) -> Self {
        let mut unread = LimitedFindings::default();
        let Value::Object(fields) = document else {
            unread.push("", "wrong_type", "a submission is a JSON object");
            return Self {
                unread,
                readable: Readable::Nothing,
                ..Self::empty(RawAnswers::default(), Location::Document)
            };
        };
        find_unknown(fields, &FIELDS, "", &mut unread);
        let mut mistyped = Vec::new();
        let envelope = Envelope::open(fields, &mut mistyped);
        let mut object = |field, expected| typed(fields, field, expected, Value::as_object, &mut mistyped);
        let answers = object("answers", "an object of item codes and answers");
        if !fields.contains_key("answers") {
            unread.push("answers", "missing", "this is missing: an object such as {\"q01\": 5, \"q02\": null}");
        }
        let respondent = object("respondent", "an object of question codes and answers");
        let design = object("design", "an object of stratum, psu and weight");
        for (field, expected) in &mistyped {
            unread.push(*field, "wrong_type", format!("this must be {expected}"));
        }
        if let Err(errors) = envelope.validate() {
            let well_typed = FIELDS.into_iter().filter(|field| mistyped.iter().all(|(other, _)| other != field));
            report(&errors, well_typed, &mut unread);
        }
        let object = |part| if part == Part::Answers { answers } else { respondent };
        let unknown_items =
            [Part::Answers, Part::Respondent].map(|part| unknown_items(part, object(part), wave)).concat();
        Self {
            id: read("id", envelope.id, read_id, &mut unread),
            unit: read("unit", envelope.unit, |code| read_unit(code, wave), &mut unread),
            mode: read("mode", envelope.mode, |name| read_mode(name, &wave.plan), &mut unread),
            language: read("language", envelope.language, read_language, &mut unread),
            answered_on: read("answered_on", envelope.answered_on, read_day, &mut unread),
            duration_minutes: envelope.duration_minutes.and_then(|minutes| u16::try_from(minutes).ok()),
            design: design.map(|design| read_design(design, &mut unread)),
            code: envelope.code.map(|code| TypedCode(code.to_owned())),
            work: envelope.work,
            readable: if answers.is_some() { Readable::Whole } else { Readable::NoAnswers },
            unknown_items,
            unread,
            ..Self::empty(RawAnswers::from_json(&wave.questionnaire, object), Location::Document)
        }
    }
}

impl<'a> Envelope<'a> {
    /// Takes the plain fields; those of another type are noted in `mistyped`.
    fn open(fields: &'a Map<String, Value>, mistyped: &mut Vec<Mistyped>) -> Self {
        let mut text = |field: &'static str| typed(fields, field, "a text", Value::as_str, mistyped);
        let mut envelope = Self {
            id: text("id"),
            unit: text("unit"),
            mode: text("mode"),
            language: text("language"),
            answered_on: text("answered_on"),
            code: text("code"),
            duration_minutes: None,
            work: None,
        };
        let mut whole = |field, expected| typed(fields, field, expected, Value::as_u64, mistyped);
        envelope.duration_minutes = whole("duration_minutes", "a whole number of minutes");
        envelope.work = whole("work", "a whole number");
        envelope
    }
}

/// The name of a field, and what was expected there.
type Mistyped = (&'static str, &'static str);

/// The field by its type; `null` is as good as no field where the field may be left out.
fn typed<'a, T>(
    fields: &'a Map<String, Value>,
    field: &'static str,
    expected: &'static str,
    read: impl Fn(&'a Value) -> Option<T>,
    mistyped: &mut Vec<Mistyped>,
) -> Option<T> {
    let value = fields.get(field)?;
    let read = read(value);
    let may_be_null = ["respondent", "duration_minutes", "design", "code", "work"].contains(&field);
    if read.is_none() && !(value.is_null() && may_be_null) {
        mistyped.push((field, expected));
    }
    read
}

/// Notes what `validator` found, in the order of the fields.
fn report(errors: &ValidationErrors, fields: impl Iterator<Item = &'static str>, findings: &mut LimitedFindings) {
    let errors = errors.field_errors();
    for field in fields {
        for error in errors.get(field).into_iter().flat_map(|errors| errors.iter()) {
            let code = ["missing", "too_long", "out_of_range"].into_iter().find(|code| *code == error.code);
            let message = error.message.as_deref().unwrap_or("this is not valid");
            findings.push(field, code.unwrap_or("invalid"), message);
        }
    }
}

/// What is read of a text that is there; what is wrong with it is noted.
fn read<'a, T>(
    path: &str,
    text: Option<&'a str>,
    read: impl FnOnce(&'a str) -> Result<T, Fault>,
    findings: &mut LimitedFindings,
) -> Option<T> {
    read(text?).map_err(|fault| findings.push(path, fault.code, fault.message)).ok()
}

fn read_id(text: &str) -> Result<Uuid, Fault> {
    match text.parse::<Hyphenated>() {
        Ok(id) if !id.as_uuid().is_nil() => Ok(id.into_uuid()),
        _ => Err(Fault::new("invalid", "this is no UUID, such as 0193a7c4-5b1e-7c3d-9a52-6f0f3c1d2e4b")),
    }
}

fn read_language(tag: &str) -> Result<LanguageTag, Fault> {
    LanguageTag::new(tag).map_err(|error| Fault::new("invalid", error.to_string()))
}

/// The unit of the wave with this code.
pub(super) fn read_unit(code: &str, wave: &Wave) -> Result<Code, Fault> {
    let message = || format!("the wave does not measure a unit {:?}", shortened(code));
    wave.unit(code).map(|unit| unit.code().clone()).ok_or_else(|| Fault::new("unknown_unit", message()))
}

/// The mode of this name, whether the wave takes it or not.
pub(super) fn read_mode(name: &str, plan: &Plan) -> Result<Mode, Fault> {
    let message = || format!("there is no mode {:?}; take one of {}", shortened(name), allowed_modes(plan));
    Mode::from_name(name).ok_or_else(|| Fault::new("unknown_option", message()))
}

/// The day, whether it lies in the fieldwork or not.
pub(super) fn read_day(text: &str) -> Result<NaiveDate, Fault> {
    let message = || format!("{:?} is not a date; write it like 2024-11-20", shortened(text));
    parse_date(text).ok_or_else(|| Fault::new("invalid", message()))
}

/// A code, such as that of a stratum.
pub(super) fn read_code(text: &str) -> Result<Code, Fault> {
    Code::new(text).map_err(|error| Fault::new("invalid", error.to_string()))
}

/// A weight.
pub(super) fn read_weight(text: &str) -> Result<Weight, Fault> {
    text.parse().map_err(|error: WeightError| {
        let code = if matches!(error, WeightError::OutOfRange { .. }) { "out_of_range" } else { "wrong_type" };
        Fault::new(code, error.to_string())
    })
}

fn read_design(fields: &Map<String, Value>, findings: &mut LimitedFindings) -> Design {
    find_unknown(fields, &DESIGN_FIELDS, "design.", findings);
    let mut text = |field: &str| match fields.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.as_str()),
        Some(_) => {
            findings.push(format!("design.{field}"), "wrong_type", "this must be a text");
            None
        }
    };
    let (stratum, psu) = (text("stratum"), text("psu"));
    let weight = match fields.get("weight") {
        None | Some(Value::Null) => None,
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            findings.push("design.weight", "wrong_type", "this must be a number");
            None
        }
    };
    Design {
        stratum: read("design.stratum", stratum, read_code, findings),
        psu: read("design.psu", psu, read_code, findings),
        weight: read("design.weight", weight.as_deref(), read_weight, findings),
    }
}

/// The paths of the keys of an object that are no items of the part.
fn unknown_items(part: Part, object: Option<&Map<String, Value>>, wave: &Wave) -> Vec<String> {
    let items = wave.questionnaire.placed_items().filter(|placed| placed.part == part);
    let known: HashSet<&str> = items.map(|placed| placed.item.code.as_str()).collect();
    let unknown = object.into_iter().flat_map(Map::keys).filter(|code| !known.contains(code.as_str()));
    unknown.map(|code| format!("{}.{}", part.as_str(), shortened(code))).collect()
}

fn find_unknown(fields: &Map<String, Value>, known: &[&str], prefix: &str, findings: &mut LimitedFindings) {
    for field in fields.keys().filter(|field| !known.contains(&field.as_str())) {
        let message = format!("this field is not known; known are {}", known.join(", "));
        findings.push(format!("{prefix}{}", shortened(field)), "unknown_field", message);
    }
}

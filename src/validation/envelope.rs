//! The envelope of a submission: everything around the answers, by type, presence and length.

use serde_json::{Map, Value};
use validator::{Validate, ValidationErrors};

use crate::foundation::LimitedFindings;

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
pub(super) struct Envelope<'a> {
    #[validate(
        required(code = "missing", message = "this is missing: a UUID that the client makes once for each response"),
        length(max = 36, code = "too_long", message = "a UUID has 36 characters")
    )]
    pub(super) id: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: the code of the unit that is rated"),
        length(max = 64, code = "too_long", message = "a code has at most 64 characters")
    )]
    pub(super) unit: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: how the answer was given, such as \"web\""),
        length(max = 16, code = "too_long", message = "a mode has at most 16 characters")
    )]
    pub(super) mode: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: the language of the form, such as \"vi\""),
        length(max = 16, code = "too_long", message = "a language tag has at most 16 characters")
    )]
    pub(super) language: Option<&'a str>,
    #[validate(
        required(code = "missing", message = "this is missing: the day of the answer, such as \"2024-11-20\""),
        length(max = 10, code = "too_long", message = "a date has 10 characters, such as 2024-11-20; give no hour")
    )]
    pub(super) answered_on: Option<&'a str>,
    #[validate(length(
        max = 64,
        code = "too_long",
        message = "the code of an invitation has 28 characters in 7 groups"
    ))]
    pub(super) code: Option<&'a str>,
    #[validate(range(max = 1440, code = "out_of_range", message = "at most 1440 minutes, a day, are taken"))]
    pub(super) duration_minutes: Option<u64>,
    /// The solution of the puzzle that a wave may want of answers over the open link.
    pub(super) work: Option<u64>,
}

/// The parts of a submission.
pub(super) struct Parts<'a> {
    pub(super) envelope: Envelope<'a>,
    pub(super) answers: Option<&'a Map<String, Value>>,
    pub(super) respondent: Option<&'a Map<String, Value>>,
    pub(super) design: Option<Design<'a>>,
}

/// The design of a submission, as it was sent.
pub(super) struct Design<'a> {
    pub(super) stratum: Option<&'a str>,
    pub(super) psu: Option<&'a str>,
    /// A number or a text, as decimal text.
    pub(super) weight: Option<String>,
}

/// Takes a submission apart; what is wrong with the parts themselves is noted.
pub(super) fn open<'a>(submission: &'a Value, findings: &mut LimitedFindings) -> Option<Parts<'a>> {
    let Value::Object(fields) = submission else {
        findings.push("", "wrong_type", "a submission is a JSON object");
        return None;
    };
    find_unknown(fields, &FIELDS, "", findings);
    let mut mistyped = Vec::new();
    let mut text = |field: &'static str| typed(fields, field, "a text", Value::as_str, &mut mistyped);
    let mut envelope = Envelope {
        id: text("id"),
        unit: text("unit"),
        mode: text("mode"),
        language: text("language"),
        answered_on: text("answered_on"),
        code: text("code"),
        duration_minutes: None,
        work: None,
    };
    envelope.duration_minutes =
        typed(fields, "duration_minutes", "a whole number of minutes", Value::as_u64, &mut mistyped);
    envelope.work = typed(fields, "work", "a whole number", Value::as_u64, &mut mistyped);
    let answers = typed(fields, "answers", "an object of item codes and answers", Value::as_object, &mut mistyped);
    if !fields.contains_key("answers") {
        findings.push("answers", "missing", "this is missing: an object such as {\"q01\": 5, \"q02\": null}");
    }
    let respondent =
        typed(fields, "respondent", "an object of question codes and answers", Value::as_object, &mut mistyped);
    let design = typed(fields, "design", "an object of stratum, psu and weight", Value::as_object, &mut mistyped);
    for (field, expected) in &mistyped {
        findings.push(*field, "wrong_type", format!("this must be {expected}"));
    }
    if let Err(errors) = envelope.validate() {
        let well_typed = FIELDS.into_iter().filter(|field| mistyped.iter().all(|(other, _)| other != field));
        report(&errors, well_typed, findings);
    }
    let design = design.map(|design| open_design(design, findings));
    Some(Parts { envelope, answers, respondent, design })
}

/// The field by its type; `null` is as good as no field where the field may be left out.
fn typed<'a, T>(
    fields: &'a Map<String, Value>,
    field: &'static str,
    expected: &'static str,
    read: impl Fn(&'a Value) -> Option<T>,
    mistyped: &mut Vec<(&'static str, &'static str)>,
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

fn open_design<'a>(fields: &'a Map<String, Value>, findings: &mut LimitedFindings) -> Design<'a> {
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
    Design { stratum, psu, weight }
}

fn find_unknown(fields: &Map<String, Value>, known: &[&str], prefix: &str, findings: &mut LimitedFindings) {
    for field in fields.keys().filter(|field| !known.contains(&field.as_str())) {
        let message = format!("this field is not known; known are {}", known.join(", "));
        findings.push(format!("{prefix}{}", shortened(field)), "unknown_field", message);
    }
}

/// A name out of a submission, cut so that a finding stays short.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

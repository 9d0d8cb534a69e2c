//! One submission, as the API takes it and the forms send it.

use chrono::NaiveDate;
use serde_json::{Map, Value};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::Fault;
use super::answer::Raw;
use super::envelope::{Design, Envelope, open, shortened};
use super::sheets::{Part, check_sheets, is_answered};
use super::work;
use crate::foundation::{Code, Findings, LanguageTag, LimitedFindings, Weight, parse_date};
use crate::survey::{Field, Mode, Placement, Plan, Questionnaire, Response, Source, TypedCode, Wave};

/// How a submission came, and with which right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Over the open link, or from somebody who sends for others.
    pub source: Source,
    /// Whether whoever sends it may say which stratum, PSU and weight it has.
    pub may_choose_design: bool,
}

impl Sent {
    /// By anybody, over the open link.
    pub const OPEN: Self = Self { source: Source::Open, may_choose_design: false };
    /// By a device or a person who sends for others.
    pub const FOR_OTHERS: Self = Self { source: Source::Collector, may_choose_design: false };
}

/// Checks a submission and makes it a response, or finds everything that is wrong with it.
///
/// ```json
/// {"id": "7b0c…", "unit": "082", "mode": "web", "language": "vi", "answered_on": "2024-11-20",
///  "answers": {"q01": 5, "q02": null}, "respondent": {"sex": "F"}, "duration_minutes": 3}
/// ```
///
/// `null` says "no opinion", and satisfies what is required; a key that is left out says nothing. Who may choose the design adds
/// `"design": {"stratum", "psu", "weight"}`; otherwise the unit is the stratum, the respondent the sampling unit, and the
/// weight the plan's. Over the open link a wave may want `work`, the solution of a puzzle. With `"code"`, that of an invitation,
/// the response is an invited one whoever sends it; what the code is worth is not decided here. Findings have paths such as
/// `answers.q07`; their codes are listed in the room's documentation.
pub fn check_submission(submission: &Value, wave: &Wave, sent: Sent, today: NaiveDate) -> Result<Response, Findings> {
    let mut findings = LimitedFindings::default();
    let Some(parts) = open(submission, &mut findings) else {
        return findings.into_value(None);
    };
    let code = parts.envelope.code.map(|code| TypedCode(code.to_owned()));
    // Nobody vouches for it: then it was filled in on the sender's own screen.
    let is_unattended = sent.source == Source::Open;
    let source = if code.is_some() { Source::Invited } else { sent.source };
    let may_choose_design = sent.may_choose_design && code.is_none();
    if !may_choose_design && parts.design.is_some() {
        let message = "stratum, psu and weight come from the invitation or the plan; only the administrator gives them, without a code";
        findings.push("design", "not_allowed", message);
    }
    let envelope = check_envelope(&parts.envelope, wave, today, &mut findings);
    if let Some((_, _, mode, ..)) = envelope.as_ref().filter(|(_, _, mode, ..)| is_unattended && *mode != Mode::Web) {
        let message =
            format!("{} answers are taken from devices and collectors, by their code; send web", mode.as_str());
        findings.push("mode", "not_allowed", message);
    }
    let design = parts.design.filter(|_| may_choose_design);
    let design = check_design(design.as_ref(), &mut findings);

    if let (Source::Open, Some((id, ..))) = (source, &envelope) {
        check_work(*id, parts.envelope.work, &wave.plan, &mut findings);
    }
    let before = findings.count();
    let objects = [parts.answers, parts.respondent];
    let object = |part: Part| objects[usize::from(part == Part::Respondent)];
    let (answers, respondent) = check_sheets(
        wave,
        false,
        |part, _, item| object(part)?.get(item.code.as_str()).map(Raw::from_json),
        |part, item| format!("{}.{}", part_name(part), item.code),
        &mut findings,
    );
    for part in [Part::Answers, Part::Respondent] {
        find_unknown_items(part, object(part), &wave.questionnaire, &mut findings);
    }
    if parts.answers.is_some() && findings.count() == before && !is_answered(&answers) {
        findings.push("answers", "empty", "not a single item is answered");
    }

    let response = envelope.map(|(id, unit, mode, language, answered_on)| Response {
        id,
        placement: Placement {
            stratum: design.stratum.unwrap_or_else(|| unit.clone()),
            psu: design.psu,
            weight: design.weight.unwrap_or(wave.plan.default_weight),
        },
        unit,
        code,
        mode,
        language,
        answered_on,
        duration_minutes: parts.envelope.duration_minutes.and_then(|minutes| u16::try_from(minutes).ok()),
        source,
        collector: None,
        answers,
        respondent,
    });
    findings.into_value(response)
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Answers => "answers",
        Part::Respondent => "respondent",
    }
}

/// What the envelope says, if all of it can be used; else findings are noted.
fn check_envelope(
    envelope: &Envelope<'_>,
    wave: &Wave,
    today: NaiveDate,
    findings: &mut LimitedFindings,
) -> Option<(Uuid, Code, Mode, LanguageTag, NaiveDate)> {
    let id = noted("id", envelope.id.map(check_id), findings);
    let unit =
        envelope.unit.map(|code| wave.unit(code).map(|unit| unit.code().clone()).ok_or_else(|| unknown_unit(code)));
    let unit = noted("unit", unit, findings);
    let mode = noted("mode", envelope.mode.map(|name| check_mode(name, &wave.plan)), findings);
    let language = envelope.language.map(|tag| check_language(tag, wave));
    let language = noted("language", language, findings);
    let answered_on = envelope.answered_on.map(|text| check_answered_on(text, &wave.plan.field, today));
    let answered_on = noted("answered_on", answered_on, findings);
    Some((id?, unit?, mode?, language?, answered_on?))
}

fn noted<T>(path: &str, checked: Option<Result<T, Fault>>, findings: &mut LimitedFindings) -> Option<T> {
    checked?.map_err(|fault| findings.push(path, fault.code, fault.message)).ok()
}

fn check_id(text: &str) -> Result<Uuid, Fault> {
    match text.parse::<Hyphenated>() {
        Ok(id) if !id.as_uuid().is_nil() => Ok(id.into_uuid()),
        _ => Err(Fault::new("invalid", "this is no UUID, such as 0193a7c4-5b1e-7c3d-9a52-6f0f3c1d2e4b")),
    }
}

pub(super) fn unknown_unit(code: &str) -> Fault {
    Fault::new("unknown_unit", format!("the wave does not measure a unit {:?}", shortened(code)))
}

/// The mode of this name, if the plan allows it.
pub(super) fn check_mode(name: &str, plan: &Plan) -> Result<Mode, Fault> {
    let allowed = || plan.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ");
    match Mode::from_name(name) {
        Some(mode) if plan.modes.contains(&mode) => Ok(mode),
        Some(_) => Err(Fault::new("not_allowed", format!("the wave takes no {name} answers; it takes {}", allowed()))),
        None => {
            let message = format!("there is no mode {:?}; take one of {}", shortened(name), allowed());
            Err(Fault::new("unknown_option", message))
        }
    }
}

fn check_language(tag: &str, wave: &Wave) -> Result<LanguageTag, Fault> {
    let language = LanguageTag::new(tag).map_err(|error| Fault::new("invalid", error.to_string()))?;
    if wave.languages().any(|known| *known == language) {
        return Ok(language);
    }
    let known: Vec<_> = wave.languages().map(LanguageTag::as_str).collect();
    Err(Fault::new("not_allowed", format!("the questionnaire is not in {language}; it is in {}", known.join(", "))))
}

/// The day, if it lies in the fieldwork and not after `today`.
pub(super) fn check_answered_on(text: &str, field: &Field, today: NaiveDate) -> Result<NaiveDate, Fault> {
    let Some(day) = parse_date(text) else {
        let message = format!("{:?} is not a date; write it like 2024-11-20", shortened(text));
        return Err(Fault::new("invalid", message));
    };
    if day > today {
        Err(Fault::new("out_of_range", format!("{day} is in the future; today is {today}")))
    } else if !(field.opens..=field.closes).contains(&day) {
        let message = format!("{day} is outside the fieldwork, {} to {}", field.opens, field.closes);
        Err(Fault::new("out_of_range", message))
    } else {
        Ok(day)
    }
}

/// Notes when the puzzle that the plan sets for answers over the open link is not solved.
fn check_work(id: Uuid, work: Option<u64>, plan: &Plan, findings: &mut LimitedFindings) {
    let (code, bits) = (plan.code.as_str(), plan.open_link.proof_of_work_bits);
    if bits == 0 || work.is_some_and(|work| work::is_done(code, id, work, bits)) {
        return;
    }
    let name = if work.is_some() { "wrong" } else { "missing" };
    let message = format!(
        "find a whole number for which SHA-256 of \"{code}:{id}:NUMBER\" begins with {bits} zero bits, and send it here"
    );
    findings.push("work", name, message);
}

/// A design as far as it was given.
#[derive(Default)]
struct CheckedDesign {
    stratum: Option<Code>,
    psu: Option<Code>,
    weight: Option<Weight>,
}

fn check_design(design: Option<&Design<'_>>, findings: &mut LimitedFindings) -> CheckedDesign {
    let Some(design) = design else { return CheckedDesign::default() };
    CheckedDesign {
        stratum: noted("design.stratum", design.stratum.map(check_code), findings),
        psu: noted("design.psu", design.psu.map(check_code), findings),
        weight: noted("design.weight", design.weight.as_deref().map(check_weight), findings),
    }
}

pub(super) fn check_code(text: &str) -> Result<Code, Fault> {
    Code::new(text).map_err(|error| Fault::new("invalid", error.to_string()))
}

pub(super) fn check_weight(text: &str) -> Result<Weight, Fault> {
    use crate::foundation::WeightError;
    text.parse().map_err(|error: WeightError| {
        let code = if matches!(error, WeightError::OutOfRange { .. }) { "out_of_range" } else { "wrong_type" };
        Fault::new(code, error.to_string())
    })
}

fn find_unknown_items(
    part: Part,
    object: Option<&Map<String, Value>>,
    questionnaire: &Questionnaire,
    findings: &mut LimitedFindings,
) {
    let is_known = |code: &str| match part {
        Part::Answers => questionnaire.items().any(|item| item.code.as_str() == code),
        Part::Respondent => questionnaire.respondent.iter().any(|item| item.code.as_str() == code),
    };
    for code in object.into_iter().flat_map(Map::keys).filter(|code| !is_known(code)) {
        let path = format!("{}.{}", part_name(part), shortened(code));
        findings.push(path, "unknown_item", "the questionnaire has no such item here");
    }
}

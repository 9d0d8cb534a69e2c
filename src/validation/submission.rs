//! One submission, whatever door it came through, and the one check that makes it a response.

use chrono::NaiveDate;
use uuid::Uuid;

use super::Fault;
use super::location::Location;
use super::sheets::{check_sheets, is_answered};
use super::work;
use crate::foundation::{Code, Findings, LanguageTag, LimitedFindings, Weight};
use crate::survey::{Field, Mode, Placement, Plan, RawAnswers, Response, Source, TypedCode, Unit, Wave};

/// How a submission came, and with which right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Over the open link, or from somebody who sends for others; or the row of a file, which may say that no answer came.
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

/// A submission: typed, and not yet known to be right.
///
/// Three doors make it: [`Submission::new`] of a form or a paper form that was typed in, [`Submission::from_json`] of the document of
/// the API, and [`super::read_responses`] of each row of a file. A door reads; what it cannot read it notes as a finding and leaves out.
/// Whether what was read may stand in this wave is decided by [`Submission::check`], once for all of them.
#[derive(Debug, PartialEq)]
pub struct Submission {
    /// The id that makes sending twice harmless.
    pub id: Option<Uuid>,
    /// The code of the unit that is rated, of those that the wave measures.
    pub unit: Option<Code>,
    /// How the answer was given.
    pub mode: Option<Mode>,
    /// The language in which it was given.
    pub language: Option<LanguageTag>,
    /// The day on which it was given. Where a file has no column of days it is the last field day, even before that has come.
    pub answered_on: Option<NaiveDate>,
    /// How long it took, in whole minutes.
    pub duration_minutes: Option<u16>,
    /// Its place in the sample, where somebody gives one.
    pub design: Option<Design>,
    /// The code of an invitation.
    pub code: Option<TypedCode>,
    /// The solution of the puzzle that a wave may want of answers over the open link.
    pub work: Option<u64>,
    /// What was said to the items.
    pub answers: RawAnswers,
    /// What the door could not read.
    pub(super) unread: LimitedFindings,
    /// How much of it the door could read.
    pub(super) readable: Readable,
    /// The paths of answers to items that there are not.
    pub(super) unknown_items: Vec<String>,
    /// Where it stands.
    pub(super) location: Location,
}

/// Where a response is placed in the sample design; nothing where the plan decides.
#[derive(Debug, Default, PartialEq)]
pub struct Design {
    /// The stratum; the unit where nothing is said.
    pub stratum: Option<Code>,
    /// The primary sampling unit; the respondent where nothing is said.
    pub psu: Option<Code>,
    /// The weight; that of the plan where nothing is said.
    pub weight: Option<Weight>,
}

/// How much of a submission a door could read; what is wrong has been noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readable {
    /// All of it, if not every value.
    Whole,
    /// There are no answers. It would be idle to say that nothing is answered.
    NoAnswers,
    /// It is nothing that could be a submission.
    Nothing,
}

impl Submission {
    /// The submission of a form, whose fields [`RawAnswers::from_fields`] has read.
    #[must_use]
    pub fn new(
        id: Uuid,
        unit: &Unit,
        mode: Mode,
        language: LanguageTag,
        answered_on: NaiveDate,
        answers: RawAnswers,
    ) -> Self {
        Self {
            id: Some(id),
            unit: Some(unit.code().clone()),
            mode: Some(mode),
            language: Some(language),
            answered_on: Some(answered_on),
            ..Self::empty(answers, Location::Document)
        }
    }

    /// One that says nothing yet but answers.
    pub(super) fn empty(answers: RawAnswers, location: Location) -> Self {
        Self {
            id: None,
            unit: None,
            mode: None,
            language: None,
            answered_on: None,
            duration_minutes: None,
            design: None,
            code: None,
            work: None,
            answers,
            unread: LimitedFindings::default(),
            readable: Readable::Whole,
            unknown_items: Vec::new(),
            location,
        }
    }

    /// Checks everything, and makes it a response or finds everything that is wrong with it.
    ///
    /// Only who may choose the design gives one; otherwise the unit is the stratum, the respondent the sampling unit, and the weight
    /// the plan's. With the code of an invitation the response is an invited one whoever sends it; what the code is worth is not
    /// decided here. Of somebody who was drawn and gave no answer ([`Source::Drawn`]) no item is required. Findings have paths such
    /// as `answers.q07`; their codes are listed in the room's documentation.
    pub fn check(mut self, wave: &Wave, sent: Sent, today: NaiveDate) -> Result<Response, Findings> {
        let mut findings = std::mem::take(&mut self.unread);
        if self.readable == Readable::Nothing {
            return findings.into_value(None);
        }
        let source = if self.code.is_some() { Source::Invited } else { sent.source };
        if !(sent.may_choose_design && self.code.is_none()) && self.design.is_some() {
            let message = "stratum, psu and weight come from the invitation or the plan; only the administrator gives them, without a code";
            findings.push(self.location.of_field("design"), "not_allowed", message);
        }
        self.check_envelope(wave, sent.source, today, &mut findings);
        if let (Source::Open, Some(id)) = (source, self.id) {
            check_work(id, self.work, &wave.plan, &mut findings);
        }
        let before = findings.count();
        let is_drawn = source == Source::Drawn;
        let (answers, respondent) = check_sheets(wave, is_drawn, &self.answers, &self.location, &mut findings);
        for path in self.unknown_items.drain(..) {
            findings.push(path, "unknown_item", "the questionnaire has no such item here");
        }
        if self.readable == Readable::Whole && findings.count() == before && !is_drawn && !is_answered(&answers) {
            findings.push(self.location.of_field("answers"), "empty", self.says_empty());
        }
        let Self { id, unit, mode, language, answered_on, duration_minutes, design, code, .. } = self;
        let design = design.unwrap_or_default();
        // What was not read leaves a finding behind, so nothing is made of it.
        let response = || {
            let unit = unit?;
            Some(Response {
                id: id?,
                placement: Placement {
                    stratum: design.stratum.unwrap_or_else(|| unit.clone()),
                    psu: design.psu,
                    weight: design.weight.unwrap_or(wave.plan.default_weight),
                },
                unit,
                code,
                mode: mode?,
                language: language?,
                answered_on: answered_on.unwrap_or(wave.plan.field.closes),
                duration_minutes,
                source,
                collector: None,
                answers,
                respondent,
            })
        };
        let response = response();
        findings.into_value(response)
    }

    /// Notes what the envelope says that the wave does not take.
    fn check_envelope(&self, wave: &Wave, source: Source, today: NaiveDate, findings: &mut LimitedFindings) {
        let mut note = |field: &str, fault: Option<Fault>| {
            if let Some(fault) = fault {
                findings.push(self.location.of_field(field), fault.code, fault.message);
            }
        };
        note("mode", self.mode.and_then(|mode| check_mode(mode, &wave.plan, source)));
        note("language", self.language.as_ref().and_then(|language| check_language(language, wave)));
        note("answered_on", self.answered_on.and_then(|day| check_day(day, &wave.plan.field, today)));
    }

    fn says_empty(&self) -> &'static str {
        match self.location {
            Location::Document => "not a single item is answered",
            Location::Row { .. } => {
                "not a single item is answered; if somebody was drawn and gave no answer, leave all items empty"
            }
        }
    }
}

/// What is wrong with a mode. Nobody vouches for what comes over the open link: it was filled in on the sender's own screen.
fn check_mode(mode: Mode, plan: &Plan, source: Source) -> Option<Fault> {
    let name = mode.as_str();
    if !plan.modes.contains(&mode) {
        let message = format!("the wave takes no {name} answers; it takes {}", allowed_modes(plan));
        return Some(Fault::new("not_allowed", message));
    }
    let message = || format!("{name} answers are taken from devices and collectors, by their code; send web");
    (source == Source::Open && mode != Mode::Web).then(|| Fault::new("not_allowed", message()))
}

/// The names of the modes that a wave takes.
pub(super) fn allowed_modes(plan: &Plan) -> String {
    plan.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ")
}

fn check_language(language: &LanguageTag, wave: &Wave) -> Option<Fault> {
    if wave.languages().any(|known| known == language) {
        return None;
    }
    let known: Vec<_> = wave.languages().map(LanguageTag::as_str).collect();
    let message = format!("the questionnaire is not in {language}; it is in {}", known.join(", "));
    Some(Fault::new("not_allowed", message))
}

/// What is wrong with a day that does not lie in the fieldwork, or lies after `today`.
fn check_day(day: NaiveDate, field: &Field, today: NaiveDate) -> Option<Fault> {
    if day > today {
        return Some(Fault::new("out_of_range", format!("{day} is in the future; today is {today}")));
    }
    let message = || format!("{day} is outside the fieldwork, {} to {}", field.opens, field.closes);
    (!(field.opens..=field.closes).contains(&day)).then(|| Fault::new("out_of_range", message()))
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

/// A name out of a submission, cut so that a finding stays short.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

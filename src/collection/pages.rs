//! The pages of the form: templates, and how a draft fills them.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::Response;

use super::journey::{Draft, Step, concerns, form_path, pages, shown};
use super::tongues::{heard_in, shown_instead};
use super::view::{AnswerGroup, Control, QuestionGroup, answers, kept_fields, message, questions};
use crate::foundation::Finding;
use crate::survey::{CodeRefusal, PlacedItem, Unit, Wave};
use crate::web::{Address, Language, Page, PageError, Style, render};

/// How many questions a person answers in a minute, from which the introduction says how long the form takes.
const QUESTIONS_PER_MINUTE: usize = 9;

/// One line of the summary of findings.
#[derive(Debug)]
struct SummaryLine {
    /// The element to go to; empty when the finding is about the form as a whole.
    path: String,
    text: String,
    message: String,
}

/// What a person reads before the first question.
#[derive(Debug)]
pub(super) struct Intro<'w> {
    /// The address of the list of units.
    pub(super) choose: String,
    /// The unit that is rated.
    pub(super) unit: &'w str,
    /// Whether there are others.
    pub(super) several_units: bool,
    /// How long it takes.
    pub(super) length: String,
    /// What may be left out.
    pub(super) skip: String,
    /// Which language the questions are in where it is not the reader's.
    pub(super) questions_in: Option<String>,
    /// The languages in which they can be listened to.
    pub(super) heard_in: Vec<Language>,
}

impl<'w> Intro<'w> {
    /// What to say before this form.
    pub(super) fn of(draft: &Draft<'w>, language: Language) -> Self {
        let wave = draft.wave;
        let asked = wave.questionnaire.placed_items().filter(PlacedItem::takes_answer).count();
        let some_required = wave.questionnaire.placed_items().any(|placed| placed.item.required);
        Self {
            choose: format!("/s/{}", wave.plan.code),
            unit: draft.unit.name(language.tag()),
            // An invitation is for one unit, and so is a device.
            several_units: wave.units.len() > 1 && draft.code.is_none() && draft.device.is_none(),
            length: language.t_with(
                "form-intro-length",
                [("minutes", asked.div_ceil(QUESTIONS_PER_MINUTE).into()), ("questions", asked.into())],
            ),
            skip: language.t(if some_required { "form-intro-skip.some" } else { "form-intro-skip" }),
            questions_in: shown_instead(&wave.questionnaire.title, language)
                .filter(|_| !wave.questionnaire.is_asked_in(language.tag()))
                .map(|name| language.t_with("form-questions-in", [("language", name.into())])),
            heard_in: heard_in(wave),
        }
    }
}

#[derive(Template)]
#[template(path = "form/questions.html")]
struct QuestionsPage<'w> {
    page: Page,
    title: String,
    action: String,
    intro: Intro<'w>,
    id: String,
    step: String,
    number: usize,
    count: usize,
    progress: String,
    changing: bool,
    groups: Vec<QuestionGroup<'w>>,
    kept: Vec<(String, String)>,
    summary: Vec<SummaryLine>,
}

#[derive(Template)]
#[template(path = "form/check.html")]
struct CheckPage<'w> {
    page: Page,
    action: String,
    unit: &'w str,
    id: String,
    step: String,
    blanks: usize,
    unanswered: String,
    groups: Vec<AnswerGroup<'w>>,
    kept: Vec<(String, String)>,
    summary: Vec<SummaryLine>,
}

#[derive(Template)]
#[template(path = "form/choose.html")]
struct ChoosePage<'w> {
    page: Page,
    units: Vec<(&'w str, String)>,
}

#[derive(Template)]
#[template(path = "form/notice.html")]
struct NoticePage {
    page: Page,
    advice: String,
    onward: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "form/thanks.html")]
struct ThanksPage {
    page: Page,
    receipt: String,
}

/// What is said of a code that opens no form.
struct Refusal {
    title: String,
    advice: String,
}

#[derive(Template)]
#[template(path = "form/invitation.html")]
struct InvitationPage {
    page: Page,
    title: String,
    action: String,
    code: String,
    refusal: Option<Refusal>,
}

/// Shows a step of the form with what was found; `changing` when the list of answers is to be shown next.
pub(super) fn show_step(
    address: &Address,
    draft: &Draft<'_>,
    step: Step,
    findings: &[Finding],
    changing: bool,
) -> Result<Response, PageError> {
    let summary = summary(draft, findings, address.language);
    let status = if findings.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match step {
        Step::Questions(page) => render(status, &questions_page(address, draft, page, findings, changing, summary)),
        Step::Check => render(status, &check_page(address, draft, summary)),
    }
}

/// Says that the server is busy, on the list of answers, from which they can be sent again.
pub(super) fn show_busy(address: &Address, draft: &Draft<'_>, status: StatusCode) -> Result<Response, PageError> {
    let busy = SummaryLine { path: String::new(), text: String::new(), message: address.language.t("check-busy") };
    render(status, &check_page(address, draft, vec![busy]))
}

/// Lists the units to choose from, in the order of the language.
pub(super) fn show_choice(address: &Address, wave: &Wave) -> Result<Response, PageError> {
    let language = address.language;
    let mut units: Vec<_> = wave.units.iter().map(|unit| (unit.name(language.tag()), form_path(wave, unit))).collect();
    units.sort_by(|a, b| language.compare(a.0, b.0));
    render(StatusCode::OK, &ChoosePage { page: page(address, wave, wave.plan.title.get(language.tag())), units })
}

/// Says when the wave takes answers; `early` when it has not begun.
pub(super) fn show_not_open(
    address: &Address,
    wave: &Wave,
    status: StatusCode,
    early: bool,
) -> Result<Response, PageError> {
    let language = address.language;
    let (title, advice) =
        if early { ("early-title", "early-title.advice") } else { ("closed-title", "closed-title.advice") };
    let day = |date| language.format_date(date).into();
    let advice =
        language.t_with(advice, [("opens", day(wave.plan.field.opens)), ("closes", day(wave.plan.field.closes))]);
    render(status, &NoticePage { page: page(address, wave, language.t(title)), advice, onward: None })
}

/// Says that the survey is answered by invitation, and where to enter its code.
pub(super) fn show_by_invitation(address: &Address, wave: &Wave, status: StatusCode) -> Result<Response, PageError> {
    let language = address.language;
    let notice = NoticePage {
        page: page(address, wave, language.t("by-invitation-title")),
        advice: language.t("by-invitation-title.advice"),
        onward: Some((language.t("by-invitation-title.onward"), format!("/i/{}", wave.plan.code))),
    };
    render(status, &notice)
}

/// Says that another answer was sent from this form before.
pub(super) fn show_conflict(address: &Address, wave: &Wave, unit: &Unit) -> Result<Response, PageError> {
    let language = address.language;
    let notice = NoticePage {
        page: page(address, wave, language.t("conflict-title")),
        advice: language.t("conflict-title.advice"),
        onward: Some((language.t("conflict-title.onward"), form_path(wave, unit))),
    };
    render(StatusCode::CONFLICT, &notice)
}

/// The form that asks for a code, with what is wrong with the one that was typed.
pub(super) fn show_invitation(
    address: &Address,
    wave: &Wave,
    typed: &str,
    refusal: Option<CodeRefusal>,
) -> Result<Response, PageError> {
    let language = address.language;
    let action = format!("/i/{}", wave.plan.code);
    let address = Address { language, path: action.clone() };
    let status = if refusal.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    let refusal = refusal.map(|refusal| {
        let key = match refusal {
            CodeRefusal::Unknown => "code-unknown",
            CodeRefusal::Foreign => "code-foreign",
            CodeRefusal::Spent => "code-spent",
            CodeRefusal::Reserved => "code-reserved",
            CodeRefusal::Revoked => "code-revoked",
            CodeRefusal::OtherUnit => "code-other-unit",
        };
        Refusal { title: language.t(key), advice: language.t(&format!("{key}.advice")) }
    });
    let template = InvitationPage {
        page: page(&address, wave, language.t("invitation-title")),
        title: wave.plan.title.get(language.tag()).to_owned(),
        action,
        code: typed.to_owned(),
        refusal,
    };
    render(status, &template).map(unkept)
}

/// Thanks, with the receipt.
pub(super) fn show_thanks(address: &Address, wave: &Wave, receipt: String) -> Result<Response, PageError> {
    let page = page(address, wave, address.language.t("thanks-title"));
    render(StatusCode::OK, &ThanksPage { page, receipt })
}

/// Forbids to keep a page: it holds somebody's answers.
pub(super) fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page of the form. At the address of a device there is no way out of it, whatever it says.
pub(super) fn page(address: &Address, wave: &Wave, title: impl Into<String>) -> Page {
    let page = Page::new(address, title, Style::Form).with_synthetic(wave.plan.synthetic);
    if address.path.starts_with("/k/") { page.on_kiosk() } else { page }
}

fn questions_page<'w>(
    address: &Address,
    draft: &Draft<'w>,
    number: usize,
    findings: &[Finding],
    changing: bool,
    summary: Vec<SummaryLine>,
) -> QuestionsPage<'w> {
    let (language, wave) = (address.language, draft.wave);
    let relevant = draft.relevant_items();
    let pages = pages(wave);
    let groups = pages.get(number).map(|page| shown(page, &relevant)).unwrap_or_default();
    let groups = questions(draft, &groups, findings, language, false);
    let count = pages.len();
    let title = wave.plan.title.get(language.tag()).to_owned();
    let heading = match groups.first() {
        Some(group) if number > 0 => &group.title,
        _ => &title,
    };
    let heading = if summary.is_empty() { heading.clone() } else { format!("{}: {heading}", language.t("form-error")) };
    QuestionsPage {
        page: page(address, wave, heading),
        title,
        action: draft.address(),
        intro: Intro::of(draft, language),
        id: draft.id.to_string(),
        step: Step::Questions(number).name(),
        number: number + 1,
        count,
        progress: language.t_with("form-progress", [("number", (number + 1).into()), ("count", count.into())]),
        changing,
        kept: kept_fields(draft, &groups),
        groups,
        summary,
    }
}

fn check_page<'w>(address: &Address, draft: &Draft<'w>, summary: Vec<SummaryLine>) -> CheckPage<'w> {
    let language = address.language;
    let groups = answers(draft, language);
    let blanks = groups.iter().flat_map(|group| &group.lines).filter(|line| line.answer.is_none()).count();
    CheckPage {
        page: page(address, draft.wave, language.t("check-title")),
        action: draft.address(),
        unit: draft.unit.name(language.tag()),
        id: draft.id.to_string(),
        step: Step::Check.name(),
        blanks,
        unanswered: language.t_with("check-blanks", [("count", blanks.into())]),
        groups,
        kept: kept_fields(draft, &[]),
        summary,
    }
}

/// The findings in the order of the questions; those about the form as a whole come last.
fn summary(draft: &Draft<'_>, findings: &[Finding], language: Language) -> Vec<SummaryLine> {
    let mut lines = Vec::new();
    let mut placed = Vec::new();
    for item in draft.wave.questionnaire.placed_items() {
        if let Some(finding) = findings.iter().find(|finding| concerns(finding, &item)) {
            let text = item.item.text.get(language.tag()).to_owned();
            lines.push(SummaryLine { path: item.path(), text, message: message(finding, item.item, language) });
            placed.push(item);
        }
    }
    for finding in findings.iter().filter(|finding| !placed.iter().any(|item| concerns(finding, item))) {
        let key = match (finding.path.as_str(), finding.code) {
            (_, "empty") => "finding-empty",
            ("work", _) => "finding-work",
            _ => "finding-other",
        };
        lines.push(SummaryLine { path: String::new(), text: String::new(), message: language.t(key) });
    }
    lines
}

//! The way through the form as a plain function: what was typed and which button was pressed, to the next page or to
//! a submission. Everything a person can do in the form is decided here, and nothing about how it looks.

use chrono::NaiveDate;
use uuid::Uuid;

use super::answers::Typed;
use crate::foundation::{Finding, LanguageTag, Text};
use crate::survey::{Access, FormLayout, Mode, PlacedItem, TypedCode, Unit, Wave};
use crate::validation::{Sent, Submission};

/// Where in the form somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// On a page of questions, counted from 0.
    Questions(usize),
    /// On the page that lists all answers.
    Check,
}

impl Step {
    /// Reads what [`Step::name`] wrote; anything else is the first page.
    pub(super) fn from_name(name: &str) -> Self {
        if name == "check" { Self::Check } else { Self::Questions(name.parse().unwrap_or(0)) }
    }

    /// The step's name in the form.
    pub(super) fn name(self) -> String {
        match self {
            Self::Questions(page) => page.to_string(),
            Self::Check => "check".to_owned(),
        }
    }
}

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// On to the next page.
    Next,
    /// Back to the page before.
    Back,
    /// To the list of answers.
    Check,
    /// The same page again, in another language.
    Stay,
    /// To a page, to change an answer on it.
    Change(usize),
    /// Send it.
    Send,
}

impl Action {
    /// Reads a button's value; anything unknown stays on the page, which loses nothing.
    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "next" => Self::Next,
            "back" => Self::Back,
            "check" => Self::Check,
            "send" => Self::Send,
            _ => name.strip_prefix("change.").and_then(|page| page.parse().ok()).map_or(Self::Stay, Self::Change),
        }
    }
}

/// An answer in the making: everything that travels with the pages.
#[derive(Debug, Clone)]
pub(super) struct Draft<'w> {
    /// The wave that is answered.
    pub(super) wave: &'w Wave,
    /// The unit that is rated.
    pub(super) unit: &'w Unit,
    /// The identifier that makes sending twice harmless.
    pub(super) id: Uuid,
    /// The code of the invitation that opened the form.
    pub(super) code: Option<TypedCode>,
    /// The solution of the puzzle that the wave may want of answers over the open link.
    pub(super) work: Option<u64>,
    /// The device at an office that it is filled in on.
    pub(super) device: Option<Device>,
    /// What was typed so far.
    pub(super) typed: Typed,
    /// The language of the pages.
    pub(super) language: &'static str,
    /// The day.
    pub(super) today: NaiveDate,
}

/// A device at an office.
#[derive(Debug, Clone)]
pub(super) struct Device {
    /// Its code, as its address has it.
    pub(super) code: String,
    /// What it may send.
    pub(super) access: Access,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    /// Show this step, with these findings about it.
    Show(Step, Vec<Finding>),
    /// Submit what [`Draft::submission`] makes; where that is not valid, [`step_with`] says where it is told.
    Submit,
}

/// A titled group of items on a page; the questions about the respondent have no title of their own.
#[derive(Debug, Clone)]
pub(super) struct Group<'w> {
    /// Its title.
    pub(super) title: Option<&'w Text>,
    /// Its items.
    pub(super) items: Vec<PlacedItem<'w>>,
}

impl<'w> Draft<'w> {
    /// The language in which the questions are asked on these pages, or can be listened to.
    pub(super) fn language_asked_in(&self) -> LanguageTag {
        let known = self.wave.languages().find(|language| language.as_str() == self.language);
        known.or_else(|| self.wave.languages().next()).cloned().unwrap_or_else(LanguageTag::vietnamese)
    }

    /// The items that the answers so far make relevant.
    pub(super) fn relevant_items(&self) -> Vec<PlacedItem<'w>> {
        let questionnaire = &self.wave.questionnaire;
        questionnaire.relevant_items(&self.typed.read(questionnaire))
    }

    /// The submission that it makes.
    pub(super) fn submission(&self) -> Submission {
        let Wave { plan, questionnaire, .. } = self.wave;
        let mode = if self.device.is_some() { Mode::Kiosk } else { Mode::Web };
        // Who answers in the days of grace answers late, not after the field: the last field day stands.
        let day = self.today.min(plan.field.closes);
        let answers = self.typed.read(questionnaire);
        let mut submission = Submission::new(self.id, self.unit, mode, self.language_asked_in(), day, answers);
        (submission.work, submission.code) = (self.work, self.code.clone());
        submission
    }

    /// Where the form is and posts to, without a language.
    pub(super) fn address(&self) -> String {
        match &self.device {
            Some(device) => format!("/k/{}", device.code),
            None => form_path(self.wave, self.unit),
        }
    }

    /// What is wrong with it as it is now.
    fn findings(&self) -> Vec<Finding> {
        let sent = if self.device.is_some() { Sent::FOR_OTHERS } else { Sent::OPEN };
        let checked = self.submission().check(self.wave, sent, self.today);
        checked.err().map(|findings| findings.0).unwrap_or_default()
    }
}

/// The address of the form for a unit, without a language.
pub(super) fn form_path(wave: &Wave, unit: &Unit) -> String {
    format!("/s/{}/{}", wave.plan.code, unit.code())
}

/// The pages of questions as the plan lays them out, each a list of groups.
pub(super) fn pages(wave: &Wave) -> Vec<Vec<Group<'_>>> {
    let mut items = wave.questionnaire.placed_items();
    let mut groups: Vec<Group> = wave
        .questionnaire
        .factors
        .iter()
        .map(|factor| Group { title: Some(&factor.title), items: items.by_ref().take(factor.items.len()).collect() })
        .collect();
    groups.push(Group { title: None, items: items.collect() });
    groups.retain(|group| !group.items.is_empty());
    match wave.plan.layout {
        FormLayout::FactorPages | FormLayout::OneQuestion => groups.into_iter().map(|group| vec![group]).collect(),
        FormLayout::SinglePage => vec![groups],
    }
}

/// The groups of a page with the items that are shown on it: the relevant ones, and those that an item of the same
/// page decides, because without script nobody knows yet. The page says of these when they are to be answered.
pub(super) fn shown<'w>(page: &[Group<'w>], relevant: &[PlacedItem<'_>]) -> Vec<Group<'w>> {
    let mut codes = Vec::new();
    let mut shown = Vec::new();
    for group in page {
        let mut items = Vec::new();
        for placed in &group.items {
            let decided_here = placed.item.shown_if.as_ref().is_some_and(|rule| codes.contains(&&rule.item));
            if decided_here || relevant.iter().any(|other| other.item.code == placed.item.code) {
                codes.push(&placed.item.code);
                items.push(*placed);
            }
        }
        if !items.is_empty() {
            shown.push(Group { title: group.title, items });
        }
    }
    shown
}

/// Whether a finding speaks of this item, or of a part of its answer.
pub(super) fn concerns(finding: &Finding, placed: &PlacedItem<'_>) -> bool {
    finding.path.strip_prefix(&placed.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Those of the findings that speak of items on a page.
fn findings_on(page: &[Group<'_>], findings: &[Finding]) -> Vec<Finding> {
    let items = page.iter().flat_map(|group| &group.items);
    findings.iter().filter(|finding| items.clone().any(|item| concerns(finding, item))).cloned().collect()
}

/// Where what is wrong with a submission is told: on the first page that it concerns, else on the list of answers.
pub(super) fn step_with(wave: &Wave, findings: Vec<Finding>) -> (Step, Vec<Finding>) {
    let pages = pages(wave);
    let mut on_pages = (0..).zip(&pages).map(|(number, page)| (number, findings_on(page, &findings)));
    match on_pages.find(|(_, findings)| !findings.is_empty()) {
        Some((number, findings)) => (Step::Questions(number), findings),
        None => (Step::Check, findings),
    }
}

/// The next step after a button was pressed.
pub(super) fn proceed(draft: &Draft<'_>, step: Step, action: Action) -> Outcome {
    let pages = pages(draft.wave);
    let last = pages.len().saturating_sub(1);
    let relevant = draft.relevant_items();
    let step = match step {
        Step::Questions(page) => Step::Questions(page.min(last)),
        Step::Check => Step::Check,
    };
    let is_worth_showing = |page: &usize| !shown(&pages[*page], &relevant).is_empty();
    let questions_or = |page: Option<usize>, otherwise: Step| page.map_or(otherwise, Step::Questions);

    match (action, step) {
        (Action::Stay, step) | (Action::Next | Action::Check, step @ Step::Check) => Outcome::Show(step, Vec::new()),
        (Action::Change(page), _) => Outcome::Show(Step::Questions(page.min(last)), Vec::new()),
        (Action::Back, step) => {
            let from = if let Step::Questions(page) = step { page } else { pages.len() };
            Outcome::Show(questions_or((0..from).rev().find(is_worth_showing), step), Vec::new())
        }
        (Action::Next | Action::Check, Step::Questions(page)) => {
            let findings = pages.get(page).map(|page| findings_on(page, &draft.findings())).unwrap_or_default();
            if !findings.is_empty() {
                return Outcome::Show(step, findings);
            }
            let next = if action == Action::Next { (page + 1..pages.len()).find(is_worth_showing) } else { None };
            Outcome::Show(questions_or(next, Step::Check), Vec::new())
        }
        // It is checked where it is kept, and not here as well.
        (Action::Send, _) => Outcome::Submit,
    }
}

//! The way through the form as a plain function: what was typed and which button was pressed, to the next page or to
//! a submission. Everything a person can do in the form is decided here, and nothing about how it looks.

use chrono::NaiveDate;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::answers::{PlacedItem, Typed, placed_items, relevant_items, to_json};
use super::pages::form_path;
use crate::foundation::{Finding, Text};
use crate::survey::{Access, FormLayout, Mode, TypedCode, Unit, Wave};
use crate::validation::{Sent, check_submission};

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
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Show this step, with these findings about it.
    Show(Step, Vec<Finding>),
    /// Submit this.
    Submit(Value),
}

/// A titled group of items on a page; the questions about the respondent have no title of their own.
#[derive(Debug, Clone)]
pub(super) struct Group<'w> {
    /// Its title.
    pub(super) title: Option<&'w Text>,
    /// Its items.
    pub(super) items: Vec<PlacedItem<'w>>,
}

impl Draft<'_> {
    /// The language in which the questions are asked on these pages, or can be listened to.
    pub(super) fn language_asked_in(&self) -> &str {
        let known = self.wave.languages().find(|language| language.as_str() == self.language);
        known.or_else(|| self.wave.languages().next()).map_or(self.language, |language| language.as_str())
    }

    /// The submission as the interface documents it.
    pub(super) fn to_submission(&self) -> Value {
        let Wave { plan, questionnaire, .. } = self.wave;
        let mode = if self.device.is_some() { Mode::Kiosk } else { Mode::Web };
        let mut submission = Map::from_iter([
            ("id".to_owned(), Value::from(self.id.to_string())),
            ("unit".to_owned(), Value::from(self.unit.code().as_str())),
            ("mode".to_owned(), Value::from(mode.as_str())),
            ("language".to_owned(), Value::from(self.language_asked_in())),
            // Who answers in the days of grace answers late, not after the field: the last field day stands.
            ("answered_on".to_owned(), Value::from(self.today.min(plan.field.closes).to_string())),
        ]);
        submission.extend(self.work.map(|work| ("work".to_owned(), Value::from(work))));
        submission.extend(self.code.iter().map(|code| ("code".to_owned(), Value::from(code.0.as_str()))));
        for (part, answers) in to_json(questionnaire, &self.typed) {
            submission.insert(part.to_owned(), answers);
        }
        Value::Object(submission)
    }

    /// Where the form is and posts to, without a language.
    pub(super) fn address(&self) -> String {
        match &self.device {
            Some(device) => format!("/k/{}", device.code),
            None => form_path(self.wave, self.unit),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let sent = if self.device.is_some() { Sent::FOR_OTHERS } else { Sent::OPEN };
        let checked = check_submission(&self.to_submission(), self.wave, sent, self.today);
        checked.err().map(|findings| findings.0).unwrap_or_default()
    }
}

/// The pages of questions as the plan lays them out, each a list of groups.
pub(super) fn pages(wave: &Wave) -> Vec<Vec<Group<'_>>> {
    let mut items = placed_items(&wave.questionnaire);
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

/// The next step after a button was pressed.
pub(super) fn proceed(draft: &Draft<'_>, step: Step, action: Action) -> Outcome {
    let pages = pages(draft.wave);
    let relevant = relevant_items(&draft.wave.questionnaire, &draft.typed);
    let step = match step {
        Step::Questions(page) => Step::Questions(page.min(pages.len().saturating_sub(1))),
        Step::Check => Step::Check,
    };
    let findings_on = |page: usize, findings: &[Finding]| -> Vec<Finding> {
        let Some(groups) = pages.get(page) else { return Vec::new() };
        let is_here =
            |finding: &&Finding| groups.iter().flat_map(|group| &group.items).any(|item| concerns(finding, item));
        findings.iter().filter(is_here).cloned().collect()
    };
    let is_worth_showing = |page: &usize| !shown(&pages[*page], &relevant).is_empty();
    let questions_or = |page: Option<usize>, otherwise: Step| page.map_or(otherwise, Step::Questions);

    match (action, step) {
        (Action::Stay, step) | (Action::Next | Action::Check, step @ Step::Check) => Outcome::Show(step, Vec::new()),
        (Action::Change(page), _) => {
            Outcome::Show(Step::Questions(page.min(pages.len().saturating_sub(1))), Vec::new())
        }
        (Action::Back, step) => {
            let from = if let Step::Questions(page) = step { page } else { pages.len() };
            Outcome::Show(questions_or((0..from).rev().find(is_worth_showing), step), Vec::new())
        }
        (Action::Next | Action::Check, Step::Questions(page)) => {
            let findings = findings_on(page, &draft.findings());
            if !findings.is_empty() {
                return Outcome::Show(step, findings);
            }
            let next = if action == Action::Next { (page + 1..pages.len()).find(is_worth_showing) } else { None };
            Outcome::Show(questions_or(next, Step::Check), Vec::new())
        }
        (Action::Send, _) => {
            let findings = draft.findings();
            if findings.is_empty() {
                return Outcome::Submit(draft.to_submission());
            }
            let pages_with_findings = (0..pages.len()).map(|page| (page, findings_on(page, &findings)));
            match pages_with_findings.into_iter().find(|(_, findings)| !findings.is_empty()) {
                Some((page, findings)) => Outcome::Show(Step::Questions(page), findings),
                None => Outcome::Show(Step::Check, findings),
            }
        }
    }
}

//! The answers of one person to all items, with what is required and what is shown.

use super::answer::{Raw, check_answer};
use crate::foundation::LimitedFindings;
use crate::survey::{Answer, AnswerSheet, Item, Wave};

/// Which of the two sheets an answer stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Answers,
    Respondent,
}

/// Checks all answers; of somebody who was `drawn` and gave none, nothing about the matter itself is required. `raw_of` gives what was sent for the item at this position of its sheet, if anything was;
/// `path_of` says where findings about it belong.
pub(super) fn check_sheets<'r>(
    wave: &Wave,
    drawn: bool,
    mut raw_of: impl FnMut(Part, usize, &Item) -> Option<Raw<'r>>,
    path_of: impl Fn(Part, &Item) -> String,
    findings: &mut LimitedFindings,
) -> (AnswerSheet, AnswerSheet) {
    let questionnaire = &wave.questionnaire;
    let mut answers = AnswerSheet(Vec::new());
    let mut respondent = AnswerSheet(Vec::new());
    let items = questionnaire.items().map(|item| (Part::Answers, item));
    for (part, item) in items.chain(questionnaire.respondent.iter().map(|item| (Part::Respondent, item))) {
        let sheet = if part == Part::Answers { &answers } else { &respondent };
        let raw = raw_of(part, sheet.0.len(), item);
        let shown = item.is_shown(|decider| questionnaire.answer_to(decider, &answers, &respondent));
        let answer = match raw {
            Some(raw) if !shown => {
                if raw != Raw::Null && !raw.is_blank() {
                    let message = "the answers before this item do not show it; leave it out";
                    findings.push(path_of(part, item), "not_relevant", message);
                }
                None
            }
            raw if item.required
                && shown
                && !(drawn && part == Part::Answers)
                && raw.as_ref().is_none_or(Raw::is_blank) =>
            {
                findings.push(path_of(part, item), "required", "this must be answered, if only by \"no opinion\"");
                None
            }
            Some(Raw::Null) if part == Part::Respondent && wave.plan.weights_by(item.code.as_str()) => {
                let message = "choose one: the answers of this wave are weighted by it";
                findings.push(path_of(part, item), "required", message);
                None
            }
            Some(raw) => check_answer(item, &raw).unwrap_or_else(|fault| {
                findings.push(path_of(part, item), fault.code, fault.message);
                None
            }),
            None => None,
        };
        let sheet = if part == Part::Answers { &mut answers } else { &mut respondent };
        sheet.0.push(answer);
    }
    (answers, respondent)
}

/// Whether anything was said of the matter itself.
pub(super) fn is_answered(answers: &AnswerSheet) -> bool {
    answers.0.iter().flatten().any(|answer| *answer != Answer::NoOpinion)
}

//! The answers of one person to all items, with what is required and what is relevant.

use super::Fault;
use super::answer::check_answer;
use super::location::Location;
use crate::foundation::LimitedFindings;
use crate::survey::{Answer, AnswerSheet, Part, PlacedItem, RawAnswer, RawAnswers, Wave};

/// Checks all answers; of somebody who was `drawn` and gave none, nothing about the matter itself is required.
pub(super) fn check_sheets(
    wave: &Wave,
    drawn: bool,
    said: &RawAnswers,
    location: &Location,
    findings: &mut LimitedFindings,
) -> (AnswerSheet, AnswerSheet) {
    let questionnaire = &wave.questionnaire;
    let mut sheets = [AnswerSheet::default(), AnswerSheet::default()];
    let items = questionnaire.placed_items().zip(questionnaire.relevance(said));
    for (position, (placed, is_asked)) in items.enumerate() {
        let said = said.get(position);
        let checked = match said {
            _ if let Some(fault) = misplaced(&placed, said, is_asked, drawn, wave) => Err(fault),
            Some(said) if is_asked => check_answer(placed.item, said),
            _ => Ok(None),
        };
        let answer = checked.unwrap_or_else(|fault| {
            findings.push(location.of_item(&placed), fault.code, fault.message);
            None
        });
        sheets[placed.part as usize].0.push(answer);
    }
    let [answers, respondent] = sheets;
    (answers, respondent)
}

/// What is wrong with there being an answer, or none, whatever it says.
fn misplaced(
    placed: &PlacedItem<'_>,
    said: Option<&RawAnswer>,
    is_asked: bool,
    drawn: bool,
    wave: &Wave,
) -> Option<Fault> {
    let PlacedItem { part, item } = placed;
    let is_blank = said.is_none_or(RawAnswer::is_blank);
    if !is_asked {
        let message = "the answers before this item do not show it; leave it out";
        let is_answered = !is_blank && said != Some(&RawAnswer::Null);
        return is_answered.then(|| Fault::new("not_relevant", message));
    }
    if item.required && is_blank && !(drawn && *part == Part::Answers) {
        return Some(Fault::new("required", "this must be answered, if only by \"no opinion\""));
    }
    let is_weighted_by = *part == Part::Respondent && wave.plan.weights_by(item.code.as_str());
    let message = "choose one: the answers of this wave are weighted by it";
    (is_weighted_by && said == Some(&RawAnswer::Null)).then(|| Fault::new("required", message))
}

/// Whether anything was said of the matter itself.
pub(super) fn is_answered(answers: &AnswerSheet) -> bool {
    answers.0.iter().flatten().any(|answer| *answer != Answer::NoOpinion)
}

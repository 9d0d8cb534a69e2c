//! The way through the form.

use uuid::Uuid;

use super::answers::Typed;
use super::journey::{Action, Draft, Outcome, Step, pages, proceed, shown, step_with};
use super::samples::{day, fields, wave};
use crate::foundation::Finding;
use crate::survey::{Answer, FormLayout, Mode, Wave};
use crate::validation::Sent;

fn draft<'w>(wave: &'w Wave, typed: &str) -> Draft<'w> {
    let typed = Typed::from_fields(&fields(typed), &wave.questionnaire);
    let (id, unit) = (Uuid::from_u128(1), &wave.units[0]);
    Draft { wave, unit, id, code: None, work: None, device: None, typed, language: "en", today: day(11, 20) }
}

fn go(typed: &str, step: &str, action: &str) -> Outcome {
    let wave = wave(FormLayout::FactorPages);
    proceed(&draft(&wave, typed), Step::from_name(step), Action::from_name(action))
}

#[test]
fn buttons_lead_from_page_to_page() {
    let cases = [
        ("0", "next", "1"),
        ("1", "next", "2"),
        ("2", "next", "check"),
        ("0", "check", "check"),
        ("check", "back", "2"),
        ("2", "back", "1"),
        ("0", "back", "0"),
        ("1", "stay", "1"),
        ("check", "stay", "check"),
        ("check", "change.1", "1"),
        ("check", "change.99", "2"),
        ("99", "stay", "2"),
        ("nonsense", "nonsense", "0"),
    ];
    for (step, action, expected) in cases {
        let outcome = go("answers.q1=4", step, action);
        assert_eq!(outcome, Outcome::Show(Step::from_name(expected), Vec::new()), "{step} {action}");
    }
}

#[test]
fn a_page_with_findings_is_shown_again_with_its_own_findings_only() {
    let Outcome::Show(step, findings) = go("answers.visits=200", "0", "next") else { panic!("not shown") };
    assert_eq!(step, Step::Questions(0));
    assert_eq!(findings.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["answers.q1"]);
}

#[test]
fn going_back_or_changing_the_language_is_never_held_up_by_findings() {
    assert_eq!(go("answers.visits=200", "1", "back"), Outcome::Show(Step::Questions(0), Vec::new()));
    assert_eq!(go("answers.visits=200", "1", "stay"), Outcome::Show(Step::Questions(1), Vec::new()));
}

/// Where what is wrong with a draft that is sent is told.
fn told(wave: &Wave, typed: &str) -> (Step, Vec<Finding>) {
    let draft = draft(wave, typed);
    assert_eq!(proceed(&draft, Step::Check, Action::Send), Outcome::Submit);
    step_with(wave, draft.submission().check(wave, Sent::OPEN, day(11, 20)).unwrap_err().0)
}

#[test]
fn what_is_wrong_when_it_is_sent_is_told_on_the_first_page_that_it_concerns() {
    let (step, findings) = told(&wave(FormLayout::FactorPages), "answers.q1=4&answers.visits=200");
    assert_eq!((step, findings.len()), (Step::Questions(1), 1));
}

#[test]
fn a_finding_that_belongs_to_no_page_is_told_on_the_list_of_answers() {
    let mut wave = wave(FormLayout::FactorPages);
    wave.questionnaire.factors[0].items[0].required = false;
    let (step, findings) = told(&wave, "");
    assert_eq!((step, findings.len()), (Step::Check, 1), "an empty submission is one finding");
}

#[test]
fn a_complete_draft_becomes_a_response_of_its_unit_language_and_day() {
    let wave = wave(FormLayout::FactorPages);
    let submission = draft(&wave, "answers.q1=4&answers.why=x&respondent.sex=M").submission();
    let response = submission.check(&wave, Sent::OPEN, day(11, 20)).unwrap();
    assert_eq!((response.id, response.unit.as_str(), response.mode), (Uuid::from_u128(1), "082", Mode::Web));
    assert_eq!((response.language.as_str(), response.answered_on), ("en", day(11, 20)));
    assert_eq!((response.answers.pack().as_str(), response.respondent.pack().as_str()), ("4;;;;;;", "M"));
    assert_eq!(response.answers.0[0], Some(Answer::Rating(4)));
}

#[test]
fn an_answer_in_the_days_of_grace_counts_for_the_last_field_day() {
    let wave = wave(FormLayout::FactorPages);
    let late = Draft { today: day(12, 2), ..draft(&wave, "") };
    assert_eq!(late.submission().answered_on, Some(day(11, 30)));
}

#[test]
fn a_language_that_the_questionnaire_lacks_is_stated_as_its_default() {
    let mut wave = wave(FormLayout::FactorPages);
    wave.questionnaire.languages.truncate(1);
    assert_eq!(draft(&wave, "").submission().language.unwrap().as_str(), "vi");
}

#[test]
fn a_page_on_which_nothing_is_relevant_is_passed_over() {
    let mut wave = wave(FormLayout::FactorPages);
    let rule = wave.questionnaire.factors[0].items[1].shown_if.clone();
    wave.questionnaire.factors[1].items.iter_mut().for_each(|item| item.shown_if.clone_from(&rule));
    let after = |q1: &str| proceed(&draft(&wave, q1), Step::Questions(0), Action::Next);
    assert_eq!(after("answers.q1=1"), Outcome::Show(Step::Questions(1), Vec::new()));
    assert_eq!(after("answers.q1=5"), Outcome::Show(Step::Questions(2), Vec::new()));
}

#[test]
fn an_item_that_the_same_page_decides_is_always_shown() {
    let wave = wave(FormLayout::FactorPages);
    let shown = shown(&pages(&wave)[0], &draft(&wave, "").relevant_items());
    let codes: Vec<_> = shown[0].items.iter().map(|placed| placed.item.code.as_str()).collect();
    assert_eq!(codes, ["q1", "why"]);
}

#[test]
fn a_single_page_holds_every_group() {
    let wave = wave(FormLayout::SinglePage);
    let titled: Vec<_> =
        pages(&wave).iter().map(|page| page.iter().map(|group| group.title.is_some()).collect::<Vec<_>>()).collect();
    assert_eq!(titled, [vec![true, true, false]]);
}

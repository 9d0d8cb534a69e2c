//! Scales of several lengths on the form, on paper, and as keys.

use uuid::Uuid;

use super::answers::Typed;
use super::journey::{Draft, pages};
use super::paper::{PaperForms, paper};
use super::samples::{day, fields, wave};
use super::view::{Control, answers, questions};
use crate::survey::{FormLayout, Questionnaire, Wave};
use crate::web::Language;

fn wave_of_scales() -> Wave {
    let questionnaire = Questionnaire::from_toml(include_str!("../../docs/examples/scales.toml")).unwrap();
    Wave { questionnaire, ..wave(FormLayout::FactorPages) }
}

fn draft<'w>(wave: &'w Wave, typed: &str) -> Draft<'w> {
    let typed = Typed::from_fields(&fields(typed), &wave.questionnaire);
    let (id, unit, language) = (Uuid::from_u128(1), &wave.units[0], Language::English.tag());
    Draft { wave, unit, id, code: None, work: None, device: None, typed, language, today: day(11, 20) }
}

#[test]
fn up_to_five_points_are_faces_and_more_are_numbers() {
    let wave = wave_of_scales();
    let draft = draft(&wave, "answers.recommend=10");
    let groups: Vec<_> = pages(&wave).into_iter().flatten().collect();
    let asked = questions(&draft, &groups, &[], Language::English, false);
    let shown = asked.iter().flat_map(|group| &group.questions).map(|question| {
        let Control::Rating { tiles, are_numbers, .. } = &question.control else { panic!("{question:?}") };
        let faces: Vec<usize> = tiles.iter().map(|tile| tile.face).collect();
        let words = tiles.iter().filter(|tile| !tile.words.is_empty()).count();
        (*are_numbers, faces, words, tiles.iter().filter(|tile| tile.picked).map(|tile| tile.value.clone()).collect())
    });
    let expected: [(bool, Vec<usize>, usize, Vec<String>); 4] = [
        (false, vec![1, 3, 5], 3, vec![]),
        // Reversed: "no" is what pleases.
        (false, vec![5, 1], 2, vec![]),
        (true, vec![0; 7], 2, vec![]),
        (true, vec![0; 11], 2, vec!["10".to_owned()]),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn an_answer_is_sent_by_its_value_and_shown_in_words_where_it_has_some() {
    let wave = wave_of_scales();
    let draft = draft(&wave, "answers.mood=3&answers.extra-fee=0&answers.clear=7&answers.recommend=0");
    let sent = draft.submission().answers.to_json(&wave.questionnaire);
    assert_eq!(sent["answers"], serde_json::json!({"mood": 3.0, "extra-fee": 0.0, "clear": 7.0, "recommend": 0.0}));
    let lines = answers(&draft, Language::English);
    let shown: Vec<_> =
        lines.iter().flat_map(|group| &group.lines).map(|line| (line.answer.clone(), line.face)).collect();
    let expected = [("Satisfied", 5), ("No", 5), ("7", 0), ("0", 0)];
    assert_eq!(shown, expected.map(|(words, face)| (Some(words.to_owned()), face)));
}

#[test]
fn paper_has_a_box_for_each_value_and_one_for_no_opinion_that_is_no_value() {
    let wave = wave_of_scales();
    let forms = PaperForms { batch: "b", from: 1, count: 1, language: Language::English, base_url: "https://a" };
    let html = paper(&wave, &wave.units[0], &forms).unwrap();
    // Explained at its question, since it is not the first scale: 0 is an answer there, so a minus sign says "no opinion".
    assert!(html.contains("0 Not at all likely · 10 Extremely likely · - No opinion"), "{html}");
    assert!(html.contains("0 No · 1 Yes · - No opinion") && html.contains("1 Strongly disagree · 7 Strongly agree"));
}

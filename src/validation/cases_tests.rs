//! The cases that the script of the form is held to as well: which items are asked, and which numbers are read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::check_answer;
use super::tests::code;
use crate::foundation::Text;
use crate::survey::sample::{questionnaire, usual_scale};
use crate::survey::{Answer, Choice, Item, ItemKind, Part, Questionnaire, RawAnswer, RawAnswers, Relevance};

/// As far from zero as the bounds of a number may lie in these cases; the script's test has the same.
const BOUND: f64 = 1e30;

#[derive(Deserialize)]
struct RelevanceCases {
    about: String,
    items: Vec<Value>,
    cases: Vec<RelevanceCase>,
}

#[derive(Deserialize)]
struct RelevanceCase {
    typed: Value,
    asked: Vec<String>,
}

#[derive(Deserialize)]
struct NumberCase {
    text: String,
    decimals: u8,
    read: Option<f64>,
}

fn kind(name: &str) -> ItemKind {
    let options = || ["a", "b", "c"].map(|option| Choice { code: code(option), text: Text::default() }).to_vec();
    match name {
        "rating" => ItemKind::Likert(usual_scale().rated()),
        "single" => ItemKind::SingleChoice { options: options() },
        "multiple" => ItemKind::MultipleChoice { options: options() },
        "number" => ItemKind::Number { min: 0.0, max: 9.0, decimals: 0 },
        "text" => ItemKind::ShortText { length_max: 9 },
        "note" => ItemKind::Note,
        _ => panic!("{name}"),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn questionnaire_of(items: &[Value]) -> Questionnaire {
    let item = |value: &&Value| Item {
        code: code(value["code"].as_str().unwrap()),
        text: Text::default(),
        kind: kind(value["kind"].as_str().unwrap()),
        required: false,
        shown_if: value
            .get("shown_if")
            .map(|rule| Relevance { item: code(rule["item"].as_str().unwrap()), is: texts(&rule["is"]) }),
    };
    let (respondent, asked): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| item["part"] == "respondent");
    let mut questionnaire = questionnaire();
    questionnaire.factors.truncate(1);
    questionnaire.factors[0].items = asked.iter().map(item).collect();
    questionnaire.respondent = respondent.iter().map(item).collect();
    questionnaire
}

#[test]
fn the_items_that_the_cases_name_are_asked_and_no_others() {
    let all: Vec<RelevanceCases> = serde_json::from_str(include_str!("../../tests/cases/relevance.json")).unwrap();
    for RelevanceCases { about, items, cases } in &all {
        let questionnaire = questionnaire_of(items);
        for RelevanceCase { typed, asked } in cases {
            let fields: Vec<(String, Vec<String>)> = questionnaire
                .placed_items()
                .map(|placed| (placed.path(), texts(&typed[placed.item.code.as_str()])))
                .collect();
            let typed_at =
                |path: &str| fields.iter().find(|(known, _)| known == path).map_or(&[][..], |(_, typed)| typed);
            // What was typed for items that are not asked changes nothing, and is left out of what is sent.
            let everything = RawAnswers::new(&questionnaire, |placed| {
                RawAnswer::from_fields(&placed.item.kind, typed_at(&placed.path()))
            });
            let sent = RawAnswers::from_fields(&questionnaire, typed_at);
            for said in [&everything, &sent] {
                let relevant = questionnaire.relevant_items(said);
                let codes: Vec<&str> = relevant.iter().map(|placed| placed.item.code.as_str()).collect();
                assert_eq!(codes, *asked, "{about}: {typed}");
            }
            let is_asked = questionnaire.relevance(&sent);
            assert!(sent.iter().zip(is_asked).all(|(said, is_asked)| is_asked || said.is_none()), "{about}: {typed}");
        }
    }
    assert!(all.iter().map(|cases| cases.cases.len()).sum::<usize>() > 20);
}

#[test]
fn the_numbers_of_the_cases_are_read_or_refused_as_they_say() {
    let cases: Vec<NumberCase> = serde_json::from_str(include_str!("../../tests/cases/numbers.json")).unwrap();
    for NumberCase { text, decimals, read } in &cases {
        let kind = ItemKind::Number { min: -BOUND, max: BOUND, decimals: *decimals };
        let said = RawAnswer::from_fields(&kind, std::slice::from_ref(text)).unwrap();
        let item = Item { code: code("n"), text: Text::default(), kind, required: false, shown_if: None };
        let checked = check_answer(&item, &said).map_err(|fault| fault.code);
        match read {
            Some(number) => assert_eq!(checked, Ok(Some(Answer::Number(*number))), "{text:?} with {decimals}"),
            None => assert!(checked.is_err(), "{text:?} with {decimals}: {checked:?}"),
        }
    }
    assert!(cases.len() > 50);
}

#[test]
fn an_answer_of_a_document_shows_what_the_same_answer_of_a_form_does() {
    let rule = |value: &str| json!({"item": "d", "is": [value]});
    for (kind, said, value, shows) in [
        ("rating", json!(2), "2", true),
        ("rating", json!(2.0), "2", true),
        ("rating", json!(null), "none", true),
        ("rating", json!(22), "2", false),
        ("single", json!("a"), "a", true),
        ("single", json!(null), "none", true),
        ("single", json!(""), "none", false),
        ("multiple", json!(["c", "a"]), "a", true),
        ("multiple", json!([]), "none", false),
        ("multiple", json!(null), "none", true),
        ("multiple", json!({}), "a", false),
    ] {
        let items =
            [json!({"code": "d", "kind": kind}), json!({"code": "next", "kind": "text", "shown_if": rule(value)})];
        let document = json!({"d": said});
        let questionnaire = questionnaire_of(&items);
        let object = |part| document.as_object().filter(|_| part == Part::Answers);
        let relevance = questionnaire.relevance(&RawAnswers::from_json(&questionnaire, object));
        assert_eq!(relevance, [true, shows], "{kind} {document}");
    }
}

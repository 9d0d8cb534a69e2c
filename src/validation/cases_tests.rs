//! The cases that the script of the form is held to as well: which items are asked, and which numbers are read.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::check_answer;
use super::tests::{ID, code, day, listed, wave_with};
use super::{Sent, Submission, read_responses};
use crate::foundation::{LanguageTag, Text};
use crate::survey::sample::{questionnaire, usual_scale};
use crate::survey::{
    Answer, Choice, Item, ItemKind, Mode, Part, Questionnaire, RawAnswer, RawAnswers, Relevance, Response,
};

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

#[test]
fn a_form_a_document_and_a_row_that_say_the_same_make_the_same_response() {
    let wave = wave_with("columns = { unit = \"unit\" }");
    let today = day("2024-12-05");
    // What a form, a document and a row say to q01, q02, why (asked only if q02 is 1 or 2), wait, wish and sex.
    for (fields, document, row) in [
        (
            ["5", "2", "rude|slow", "1,5", " Nhanh hơn ", "F"],
            json!({"q01": 5, "q02": 2, "why": ["rude", "slow"], "wait": 1.5, "wish": "Nhanh hơn"}),
            "5,2.0,slow;rude,1.50,Nhanh hơn,F",
        ),
        (
            ["none", "1", "slow", "0", "", "M"],
            json!({"q01": null, "q02": 1, "why": ["slow"], "wait": 0}),
            ",1,slow,0,,M",
        ),
        (["1", "4", "", "48.0", "5", "F"], json!({"q01": 1, "q02": 4, "wait": 48.0, "wish": "5"}), "1,4,,48,5,F"),
    ] {
        let codes = ["answers.q01", "answers.q02", "answers.why", "answers.wait", "answers.wish", "respondent.sex"];
        let typed: Vec<(&str, Vec<String>)> = codes
            .into_iter()
            .zip(fields.map(|field| field.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect()))
            .collect();
        let typed_at = |path: &str| typed.iter().find(|(known, _)| *known == path).map_or(&[][..], |(_, typed)| typed);
        let answers = RawAnswers::from_fields(&wave.questionnaire, typed_at);
        let closes = wave.plan.field.closes;
        let of_form = Submission::new(id(), &wave.units[0], Mode::Paper, LanguageTag::vietnamese(), closes, answers);
        let of_document = json!({
            "id": ID, "unit": "082", "mode": "paper", "language": "vi", "answered_on": "2024-11-30",
            "answers": document, "respondent": {"sex": fields[5]},
        });
        let of_document = Submission::from_json(&of_document, &wave);
        let [of_form, of_document] =
            [of_form, of_document].map(|submission| submission.check(&wave, Sent::FOR_OTHERS, today).unwrap());
        assert_eq!(of_form, of_document, "{document}");
        let file = format!("unit,q01,q02,why,wait,wish,sex\n082,{row}\n");
        let of_row = read_responses(file.as_bytes(), &wave, today).unwrap().next().unwrap().unwrap();
        // Of a row without a number its content is the id.
        assert_eq!(Response { id: id(), ..of_row }, of_form, "{row}");
    }
}

#[test]
fn what_is_wrong_with_an_answer_has_the_same_code_by_every_door() {
    let wave = wave_with("columns = { unit = \"unit\" }");
    let today = day("2024-12-05");
    for (path, typed, value, code) in [
        ("q01", "6", json!(6), "out_of_range"),
        ("q01", "4.5", json!(4.5), "wrong_type"),
        ("q01", "x", json!("x"), "wrong_type"),
        ("q01", "５", json!("５"), "wrong_type"),
        ("wait", "49", json!(49), "out_of_range"),
        ("wait", "1.55", json!(1.55), "too_precise"),
        ("wait", "many", json!("many"), "wrong_type"),
        ("wait", "٥", json!("٥"), "wrong_type"),
        ("wait", "inf", json!("inf"), "wrong_type"),
        ("wish", &"x".repeat(301), json!("x".repeat(301)), "too_long"),
        ("wish", "a\u{1}b", json!("a\u{1}b"), "invalid"),
    ] {
        let values = [typed.to_owned()];
        let one = ["4".to_owned()];
        let typed_at = |at: &str| match at.strip_prefix("answers.") {
            Some(at) if at == path => &values[..],
            Some("q02") => &one[..],
            _ => &[],
        };
        let answers = RawAnswers::from_fields(&wave.questionnaire, typed_at);
        let closes = wave.plan.field.closes;
        let of_form = Submission::new(id(), &wave.units[0], Mode::Paper, LanguageTag::vietnamese(), closes, answers);
        let mut document = json!({
            "id": ID, "unit": "082", "mode": "paper", "language": "vi", "answered_on": "2024-11-30", "answers": {"q02": 4},
        });
        document["answers"][path] = value;
        for submission in [of_form, Submission::from_json(&document, &wave)] {
            let findings = submission.check(&wave, Sent::FOR_OTHERS, today).unwrap_err();
            assert_eq!(listed(&findings), [(format!("answers.{path}").as_str(), code)], "{path} {typed}");
        }
        let file = format!("unit,q02,{path}\n082,4,{typed}\n");
        let rejected = read_responses(file.as_bytes(), &wave, today).unwrap().next().unwrap().unwrap_err();
        assert_eq!(listed(&rejected.findings), [(format!("line 2, column {path}").as_str(), code)], "{path} {typed}");
    }
}

fn id() -> Uuid {
    ID.parse().unwrap()
}

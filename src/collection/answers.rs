//! What was typed, field by field, and the submission that it makes.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::foundation::RatingScale;
use crate::survey::{Item, ItemKind, Questionnaire};

/// The value of a tile that says "no opinion", as relevance rules name it.
pub(super) const NO_OPINION: &str = "none";

/// The key that says "no opinion" where answers are typed from paper: 0, unless that is a rating.
pub(super) fn no_opinion_key(scale: RatingScale) -> &'static str {
    if scale.rank(0).is_some() { "-" } else { "0" }
}

/// The fields that were filled in: by the path of the item (`answers.q01`, `respondent.sex`), as typed.
///
/// A field has the same name in the page, in the submission and in a finding, so none of them is ever translated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// Takes the fields of the questionnaire's items out of a form; others are left out, and so are blanks.
    pub(super) fn from_fields(fields: &[(String, String)], questionnaire: &Questionnaire) -> Self {
        let mut typed = Self::default();
        let known: Vec<String> = placed_items(questionnaire).map(|item| item.path()).collect();
        for (name, value) in fields {
            let value = value.replace("\r\n", "\n").trim().to_owned();
            if !value.is_empty() && known.contains(name) {
                typed.0.entry(name.clone()).or_default().push(value);
            }
        }
        typed
    }

    /// What was typed at a path.
    pub(super) fn get(&self, path: &str) -> &[String] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }

    /// All paths with what was typed there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(path, values)| (path.as_str(), values.as_slice()))
    }
}

/// Which part of a submission an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The rated service.
    Answers,
    /// The respondent.
    Respondent,
}

impl Part {
    fn as_str(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Respondent => "respondent",
        }
    }
}

/// An item and the part of the submission that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedItem<'w> {
    /// Its part.
    pub(super) part: Part,
    /// The item.
    pub(super) item: &'w Item,
}

impl PlacedItem<'_> {
    /// Its path, such as `answers.q01`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.part.as_str(), self.item.code)
    }

    /// Whether it takes an answer at all.
    pub(super) fn takes_answer(&self) -> bool {
        self.item.kind != ItemKind::Note
    }
}

/// All items of a questionnaire in the order in which they are asked.
pub(super) fn placed_items(questionnaire: &Questionnaire) -> impl Iterator<Item = PlacedItem<'_>> {
    let answers = questionnaire.items().map(|item| PlacedItem { part: Part::Answers, item });
    let respondent = questionnaire.respondent.iter().map(|item| PlacedItem { part: Part::Respondent, item });
    answers.chain(respondent)
}

/// The items that these answers make relevant, in order. An answer to an item that is not relevant decides nothing.
pub(super) fn relevant_items<'w>(questionnaire: &'w Questionnaire, typed: &Typed) -> Vec<PlacedItem<'w>> {
    let mut relevant: Vec<PlacedItem<'w>> = Vec::new();
    for placed in placed_items(questionnaire) {
        let asked = placed.item.shown_if.as_ref().is_none_or(|rule| {
            relevant
                .iter()
                .find(|earlier| earlier.item.code == rule.item)
                .is_some_and(|earlier| typed.get(&earlier.path()).iter().any(|value| rule.is.contains(value)))
        });
        if asked {
            relevant.push(placed);
        }
    }
    relevant
}

/// The `answers` and `respondent` of a submission, without items that are not relevant.
pub(super) fn to_json(questionnaire: &Questionnaire, typed: &Typed) -> [(&'static str, Value); 2] {
    let mut parts = [Map::new(), Map::new()];
    for placed in relevant_items(questionnaire, typed) {
        let values = typed.get(&placed.path());
        if let Some(value) = answer_to_json(&placed.item.kind, values) {
            parts[placed.part as usize].insert(placed.item.code.to_string(), value);
        }
    }
    let [answers, respondent] = parts;
    [(Part::Answers.as_str(), Value::Object(answers)), (Part::Respondent.as_str(), Value::Object(respondent))]
}

/// What cannot be read as the item's kind is passed on as it was typed: validation says what is wrong with it.
fn answer_to_json(kind: &ItemKind, values: &[String]) -> Option<Value> {
    let first = values.first()?;
    let as_typed = || Value::String(first.clone());
    match kind {
        ItemKind::Note => None,
        ItemKind::Likert(_) if first == NO_OPINION => Some(Value::Null),
        ItemKind::Likert(_) => Some(first.parse::<i8>().map_or_else(|_| as_typed(), Value::from)),
        ItemKind::Number { decimals, .. } => Some(number(first, *decimals).map_or_else(as_typed, Value::Number)),
        ItemKind::MultipleChoice { .. } => Some(Value::from(values)),
        ItemKind::SingleChoice { .. } | ItemKind::ShortText { .. } => Some(as_typed()),
    }
}

/// Reads a number with a decimal point or comma; grouping is not guessed at, and where three zeros may be one (`50.000`) and
/// so many decimals are not asked for, it is none.
fn number(text: &str, decimals: u8) -> Option<Number> {
    let text = text.replace(',', ".");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let may_be_grouped = fraction.ends_with("000") && fraction.len() > usize::from(decimals);
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || may_be_grouped {
        return None;
    }
    text.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(text.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::{fields, questionnaire};
    use super::*;

    #[test]
    fn each_kind_of_answer_becomes_what_the_interface_documents() {
        let questionnaire = questionnaire();
        let typed = Typed::from_fields(
            &fields(
                "answers.q1=5&answers.q2=none&answers.visits=1,5&answers.how=phone&answers.how=desk&answers.words=a%0D%0Ab&respondent.sex=F",
            ),
            &questionnaire,
        );
        let [(_, answers), (_, respondent)] = to_json(&questionnaire, &typed);
        assert_eq!(answers, json!({"q1": 5, "q2": null, "visits": 1.5, "how": ["phone", "desk"], "words": "a\nb"}));
        assert_eq!(respondent, json!({"sex": "F"}));
    }

    #[test]
    fn blanks_and_unknown_fields_are_left_out() {
        let questionnaire = questionnaire();
        let typed = Typed::from_fields(&fields("answers.q1=&answers.words=++&answers.nope=1&weight=9"), &questionnaire);
        assert_eq!(typed, Typed::default());
    }

    #[test]
    fn what_cannot_be_read_is_passed_on_for_validation_to_name() {
        let questionnaire = questionnaire();
        let typed = Typed::from_fields(&fields("answers.q1=x&answers.visits=many"), &questionnaire);
        let [(_, answers), _] = to_json(&questionnaire, &typed);
        assert_eq!(answers, json!({"q1": "x", "visits": "many"}));
    }

    #[test]
    fn a_number_is_read_as_it_is_written_and_never_guessed_at() {
        for (typed, decimals, read) in [
            ("5", 0, Some(json!(5))),
            ("+5", 0, Some(json!(5))),
            ("-1,5", 1, Some(json!(-1.5))),
            ("1.50", 1, Some(json!(1.5))),
            ("5.0", 0, Some(json!(5.0))),
            ("50.000", 3, Some(json!(50.0))),
            ("50.000", 0, None),
            ("50,000", 2, None),
            ("1.5000", 1, None),
            ("1e3", 0, None),
            (".5", 1, None),
            ("1.000.000", 0, None),
            ("inf", 0, None),
        ] {
            assert_eq!(number(typed, decimals).map(Value::Number), read, "{typed} with {decimals} decimals");
        }
    }

    #[test]
    fn an_answer_to_an_item_that_is_no_longer_relevant_is_not_sent() {
        let questionnaire = questionnaire();
        for (q1, why) in [("2", Some(json!("slow"))), ("4", None)] {
            let typed = Typed::from_fields(&fields(&format!("answers.q1={q1}&answers.why=slow")), &questionnaire);
            let [(_, answers), _] = to_json(&questionnaire, &typed);
            assert_eq!(answers.get("why"), why.as_ref(), "{q1}");
        }
    }
}

//! Answers as they were sent, before anything is known to be right.
//!
//! Whatever way an answer comes, it becomes a [`RawAnswer`]: a field of a form, a value of a JSON document and a cell of a file
//! have a reader each, here. What is wrong with it is then found by one set of rules, in `validation`.

use serde_json::{Map, Value};

use super::number_text::{cell_number, typed_number};
use super::{ItemKind, Part, PlacedItem, Questionnaire, Relevance};

/// An answer as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum RawAnswer {
    /// "No opinion", or an empty cell.
    Null,
    /// A number.
    Number(f64),
    /// A text; also what was to be a number and cannot be read as one.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// Something that no item takes, such as `true`.
    Other,
}

impl RawAnswer {
    /// Reads what was typed into the fields of an item, of which there may be several of one name; nothing where nothing was.
    #[must_use]
    pub fn from_fields(kind: &ItemKind, values: &[String]) -> Option<Self> {
        let first = values.first()?;
        let number = |decimals| typed_number(first, decimals).map_or_else(|| Self::Text(first.clone()), Self::Number);
        match kind {
            ItemKind::Note => None,
            ItemKind::Likert(_) if first == Relevance::NO_OPINION => Some(Self::Null),
            ItemKind::Likert(_) => Some(number(0)),
            ItemKind::Number { decimals, .. } => Some(number(*decimals)),
            ItemKind::MultipleChoice { .. } => Some(Self::List(values.to_vec())),
            ItemKind::SingleChoice { .. } | ItemKind::ShortText { .. } => Some(Self::Text(first.clone())),
        }
    }

    /// Reads a value of a JSON document.
    #[must_use]
    pub fn from_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Number(number) => number.as_f64().map_or(Self::Other, Self::Number),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(values) => {
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map_or(Self::Other, Self::List)
            }
            Value::Bool(_) | Value::Object(_) => Self::Other,
        }
    }

    /// Reads a cell: a number where the item takes one, several options separated by spaces, `;`, `,` or `|`.
    #[must_use]
    pub fn from_cell(kind: &ItemKind, cell: &str, has_decimal_comma: bool) -> Self {
        let cell = cell.trim();
        if cell.is_empty() {
            return Self::Null;
        }
        match kind {
            ItemKind::Likert(_) | ItemKind::Number { .. } => {
                cell_number(cell, has_decimal_comma).map_or_else(|| Self::Text(cell.to_owned()), Self::Number)
            }
            ItemKind::MultipleChoice { .. } => {
                let codes = cell.split([' ', ';', ',', '|']).filter(|code| !code.is_empty());
                Self::List(codes.map(str::to_owned).collect())
            }
            ItemKind::SingleChoice { .. } | ItemKind::ShortText { .. } | ItemKind::Note => Self::Text(cell.to_owned()),
        }
    }

    /// The value of a JSON document that is read as the same.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => Value::from(*number),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(list) => Value::from(list.as_slice()),
            Self::Other => Value::Bool(true),
        }
    }

    /// Whether it says nothing at all, as an untouched text field or an empty list does.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Null | Self::Number(_) | Self::Other => false,
        }
    }

    /// The values that it names, as the controls of the form and the rules of relevance write them.
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        match self {
            Self::Null => vec![Relevance::NO_OPINION.to_owned()],
            // Adding zero turns a negative zero into a plain one.
            Self::Number(number) => vec![(number + 0.0).to_string()],
            Self::Text(text) => vec![text.clone()],
            Self::List(list) => list.clone(),
            Self::Other => Vec::new(),
        }
    }

    /// Whether `value` is among the values that it names.
    #[must_use]
    pub fn names(&self, value: &str) -> bool {
        match self {
            Self::Text(text) => text == value,
            Self::List(list) => list.iter().any(|named| named == value),
            Self::Null | Self::Number(_) | Self::Other => self.values().iter().any(|named| named == value),
        }
    }
}

/// What was sent to the items of a questionnaire, in the order of [`Questionnaire::placed_items`]; `None` where nothing was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawAnswers(Vec<Option<RawAnswer>>);

impl RawAnswers {
    /// What `said` finds for each item.
    pub fn new<'q>(questionnaire: &'q Questionnaire, said: impl FnMut(PlacedItem<'q>) -> Option<RawAnswer>) -> Self {
        Self(questionnaire.placed_items().map(said).collect())
    }

    /// What was typed into the fields of a form; `typed` gives it by the path of the item. What was typed for items that are not
    /// asked is left out: somebody has since changed the answer that showed them.
    pub fn from_fields<'f>(questionnaire: &Questionnaire, typed: impl Fn(&str) -> &'f [String]) -> Self {
        let all = Self::new(questionnaire, |placed| RawAnswer::from_fields(&placed.item.kind, typed(&placed.path())));
        let asked = questionnaire.relevance(&all);
        let relevant = all.0.into_iter().zip(asked).map(|(said, is_asked)| said.filter(|_| is_asked));
        Self(relevant.collect())
    }

    /// What the objects `answers` and `respondent` of a document hold; other keys are passed over.
    pub fn from_json<'j>(
        questionnaire: &Questionnaire,
        object: impl Fn(Part) -> Option<&'j Map<String, Value>>,
    ) -> Self {
        Self::new(questionnaire, |placed| object(placed.part)?.get(placed.item.code.as_str()).map(RawAnswer::from_json))
    }

    /// The objects that [`RawAnswers::from_json`] reads as the same: `answers` and `respondent`.
    #[must_use]
    pub fn to_json(&self, questionnaire: &Questionnaire) -> Map<String, Value> {
        let mut parts = [Part::Answers, Part::Respondent].map(|part| (part.as_str().to_owned(), Map::new()));
        for (placed, said) in questionnaire.placed_items().zip(&self.0) {
            if let Some(said) = said {
                parts[placed.part as usize].1.insert(placed.item.code.to_string(), said.to_json());
            }
        }
        parts.into_iter().map(|(part, said)| (part, Value::Object(said))).collect()
    }

    /// What was said to the item at this position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&RawAnswer> {
        self.0.get(position)?.as_ref()
    }

    /// What was said to each item.
    pub fn iter(&self) -> impl Iterator<Item = Option<&RawAnswer>> {
        self.0.iter().map(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::foundation::{Code, Text};
    use crate::survey::Choice;
    use crate::survey::sample::usual_scale;

    fn kinds() -> [ItemKind; 6] {
        let options =
            || ["a", "b"].map(|code| Choice { code: Code::new(code).unwrap(), text: Text::default() }).to_vec();
        [
            ItemKind::Likert(usual_scale().rated()),
            ItemKind::Number { min: 0.0, max: 9.0, decimals: 1 },
            ItemKind::SingleChoice { options: options() },
            ItemKind::MultipleChoice { options: options() },
            ItemKind::ShortText { length_max: 9 },
            ItemKind::Note,
        ]
    }

    fn text(text: &str) -> RawAnswer {
        RawAnswer::Text(text.to_owned())
    }

    fn list(list: &[&str]) -> RawAnswer {
        RawAnswer::List(list.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn fields_are_read_as_their_item_wants_them() {
        let [likert, number, single, multiple, words, note] = kinds();
        for (kind, typed, read) in [
            (&likert, &["5"][..], Some(RawAnswer::Number(5.0))),
            (&likert, &["none"], Some(RawAnswer::Null)),
            (&likert, &["x"], Some(text("x"))),
            (&likert, &["５"], Some(text("５"))),
            (&number, &["1,5"], Some(RawAnswer::Number(1.5))),
            (&number, &["none"], Some(text("none"))),
            (&number, &["50.000"], Some(text("50.000"))),
            (&single, &["a", "b"], Some(text("a"))),
            (&single, &["none"], Some(text("none"))),
            (&multiple, &["b", "a"], Some(list(&["b", "a"]))),
            (&words, &["5"], Some(text("5"))),
            (&note, &["x"], None),
            (&likert, &[], None),
            (&multiple, &[], None),
        ] {
            let typed: Vec<String> = typed.iter().map(|&value| value.to_owned()).collect();
            assert_eq!(RawAnswer::from_fields(kind, &typed), read, "{kind:?} {typed:?}");
        }
    }

    #[test]
    fn a_cell_is_read_as_its_item_wants_it() {
        let [likert, number, single, multiple, words, note] = kinds();
        for (kind, cell, read) in [
            (&likert, " 5 ", RawAnswer::Number(5.0)),
            (&likert, "5.0", RawAnswer::Number(5.0)),
            (&likert, "", RawAnswer::Null),
            (&likert, "five", text("five")),
            (&number, "2.5", RawAnswer::Number(2.5)),
            (&number, "2,5", text("2,5")),
            (&number, "inf", text("inf")),
            (&single, "5", text("5")),
            (&multiple, "a; b", list(&["a", "b"])),
            (&multiple, "a|b", list(&["a", "b"])),
            (&multiple, "a, b", list(&["a", "b"])),
            (&words, " a  b ", text("a  b")),
            (&note, "x", text("x")),
        ] {
            assert_eq!(RawAnswer::from_cell(kind, cell, false), read, "{cell}");
        }
    }

    #[test]
    fn a_value_of_a_document_is_read_back_from_what_is_written_of_it() {
        for (value, read) in [
            (json!(null), RawAnswer::Null),
            (json!(5), RawAnswer::Number(5.0)),
            (json!(-0.5), RawAnswer::Number(-0.5)),
            (json!(""), text("")),
            (json!(["a", "b"]), list(&["a", "b"])),
            (json!([]), list(&[])),
            (json!(["a", 1]), RawAnswer::Other),
            (json!(true), RawAnswer::Other),
            (json!({}), RawAnswer::Other),
        ] {
            assert_eq!(RawAnswer::from_json(&value), read, "{value}");
            assert_eq!(RawAnswer::from_json(&read.to_json()), read, "{value}");
        }
    }

    #[test]
    fn an_answer_names_its_values_as_rules_write_them() {
        for (said, named, other) in [
            (RawAnswer::Null, "none", "0"),
            (RawAnswer::Number(-0.0), "0", "-0"),
            (RawAnswer::Number(2.0), "2", "2.0"),
            (text("a"), "a", "A"),
            (list(&["a", "b"]), "b", "a,b"),
        ] {
            assert!(said.names(named) && !said.names(other), "{said:?}");
        }
        assert!(!list(&[]).names("none") && !RawAnswer::Other.names("true"));
    }
}

//! Questionnaires as normalised TOML, which is what storage keeps and what the version is the hash of.

use toml::{Table, Value};

use super::{Choice, Item, ItemKind, Questionnaire};
use crate::foundation::{LanguageTag, Text};

impl Questionnaire {
    /// The questionnaire as TOML that [`Questionnaire::from_toml`] reads back to an equal one.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.to_table().to_string()
    }

    /// The first 16 hexadecimal digits of the hash of the content, whatever the order of keys, spaces and comments.
    pub(super) fn content_version(&self) -> String {
        // JSON's compact form is fixed; a TOML writer may change how it quotes or breaks lines.
        let content = serde_json::to_vec(&self.to_table()).expect("a table of texts and numbers is always JSON");
        blake3::hash(&content).to_hex()[..16].to_owned()
    }

    fn to_table(&self) -> Table {
        let mut table = Table::new();
        let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
        put("code", text(&self.code));
        put("default_language", self.languages.first().map_or_else(|| text("vi"), text));
        // Left out where there is none: the versions of older questionnaires must not move.
        if !self.partial_languages.is_empty() {
            put("partial_languages", self.partial_languages.iter().map(text).collect::<Vec<_>>().into());
        }
        put("title", Value::Table(words(&self.title)));
        let scale = [
            ("kind".to_owned(), text("likert5")),
            ("satisfied_from".to_owned(), Value::Integer(self.scale.satisfied_from.into())),
        ];
        put("scale", Value::Table(scale.into_iter().collect()));
        let labelled = |language: &&LanguageTag| self.scale.labels.iter().all(|label| label.has(language.as_str()));
        let labels = self.languages.iter().filter(labelled).map(|language| {
            let labels = self.scale.labels.iter().map(|label| text(label.get(language.as_str())));
            (language.to_string(), Value::Array(labels.collect()))
        });
        put("scale_labels", Value::Table(labels.collect()));
        put("not_applicable", Value::Table(words(&self.scale.not_applicable)));
        let factors = self.factors.iter().map(|factor| {
            let mut table = words(&factor.title);
            table.insert("code".to_owned(), text(&factor.code));
            table.insert("item".to_owned(), factor.items.iter().map(item).collect::<Vec<_>>().into());
            Value::Table(table)
        });
        put("factor", Value::Array(factors.collect()));
        if !self.respondent.is_empty() {
            put("respondent", self.respondent.iter().map(item).collect::<Vec<_>>().into());
        }
        table
    }
}

fn text(value: &(impl ToString + ?Sized)) -> Value {
    Value::String(value.to_string())
}

fn words(text: &Text) -> Table {
    text.0.iter().map(|(language, words)| (language.to_string(), Value::String(words.clone()))).collect()
}

fn option(choice: &Choice) -> Value {
    let mut table = words(&choice.text);
    table.insert("code".to_owned(), text(&choice.code));
    Value::Table(table)
}

/// What is as usual (`likert`, not required, always shown) is left out.
fn item(item: &Item) -> Value {
    let mut table = words(&item.text);
    let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
    put("code", text(&item.code));
    match &item.kind {
        ItemKind::Likert => {}
        ItemKind::SingleChoice { options } => {
            put("kind", text("single"));
            put("option", options.iter().map(option).collect::<Vec<_>>().into());
        }
        ItemKind::MultipleChoice { options } => {
            put("kind", text("multiple"));
            put("option", options.iter().map(option).collect::<Vec<_>>().into());
        }
        ItemKind::Number { min, max, decimals } => {
            put("kind", text("number"));
            put("min", Value::Float(*min));
            put("max", Value::Float(*max));
            put("decimals", Value::Integer((*decimals).into()));
        }
        ItemKind::ShortText { length_max } => {
            put("kind", text("text"));
            put("length_max", Value::Integer((*length_max).into()));
        }
        ItemKind::Note => {
            put("kind", text("note"));
        }
    }
    if item.required {
        put("required", Value::Boolean(true));
    }
    if let Some(relevance) = &item.shown_if {
        let is = relevance.is.iter().map(text).collect();
        let rule = [("item".to_owned(), text(&relevance.item)), ("is".to_owned(), Value::Array(is))];
        put("shown_if", Value::Table(rule.into_iter().collect()));
    }
    Value::Table(table)
}

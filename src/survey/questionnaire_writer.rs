//! Questionnaires as normalised TOML, which is what storage keeps and what the version is the hash of.

use toml::{Table, Value};

use super::{Choice, Item, ItemKind, Questionnaire, Scale};
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
        match self.scales.as_slice() {
            // As it was before there were others: the versions of older questionnaires must not move.
            [scale] if scale.is_usual() => {
                let satisfied_from = Value::Integer(scale.values.satisfying_value().into());
                let keys = [("kind".to_owned(), text(Scale::USUAL)), ("satisfied_from".to_owned(), satisfied_from)];
                put("scale", Value::Table(keys.into_iter().collect()));
                put("scale_labels", labels(scale, &self.languages));
            }
            scales => {
                let scales = scales.iter().map(|scale| scale_table(scale, &self.languages));
                put("scale", scales.collect::<Vec<_>>().into());
            }
        }
        put("not_applicable", Value::Table(words(&self.not_applicable)));
        let factors = self.factors.iter().map(|factor| {
            let mut table = words(&factor.title);
            table.insert("code".to_owned(), text(&factor.code));
            table.insert(
                "item".to_owned(),
                factor.items.iter().map(|item| item_table(item, &self.scales)).collect::<Vec<_>>().into(),
            );
            Value::Table(table)
        });
        put("factor", Value::Array(factors.collect()));
        if !self.respondent.is_empty() {
            put(
                "respondent",
                self.respondent.iter().map(|item| item_table(item, &self.scales)).collect::<Vec<_>>().into(),
            );
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

/// In each language that has them: of a scale whose ends alone have words, those two.
fn labels(scale: &Scale, languages: &[LanguageTag]) -> Value {
    let of_language = |language: &LanguageTag| {
        let words: Vec<Value> = scale.labels.iter().filter_map(|label| label.0.get(language)).map(text).collect();
        (!words.is_empty()).then(|| (language.to_string(), Value::Array(words)))
    };
    Value::Table(languages.iter().filter_map(of_language).collect())
}

fn scale_table(scale: &Scale, languages: &[LanguageTag]) -> Value {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
    put("code", text(&scale.code));
    for (key, value) in [
        ("min", scale.values.start()),
        ("max", scale.values.end()),
        ("satisfied_from", scale.values.satisfying_value()),
    ] {
        put(key, Value::Integer(value.into()));
    }
    if scale.nps {
        put("nps", Value::Boolean(true));
    }
    put("labels", labels(scale, languages));
    Value::Table(table)
}

/// What is as usual (`likert` on the first scale, not required, always shown) is left out.
fn item_table(item: &Item, scales: &[Scale]) -> Value {
    let mut table = words(&item.text);
    let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
    put("code", text(&item.code));
    match &item.kind {
        ItemKind::Likert(rated) => {
            let position = scales.iter().position(|scale| scale.code == rated.scale);
            if position != Some(0) {
                put("scale", text(&rated.scale));
            }
            let satisfied_from = rated.values.satisfying_value();
            if position.is_some_and(|position| scales[position].values.satisfying_value() != satisfied_from) {
                put("satisfied_from", Value::Integer(satisfied_from.into()));
            }
            if rated.values.is_reversed() {
                put("reversed", Value::Boolean(true));
            }
        }
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

//! What is wrong with a form that was typed, in the words of the page and for whoever has the paper in hand.

use crate::collection::answers::no_opinion_key;
use crate::collection::journey::concerns;
use crate::collection::view::message;
use crate::foundation::Finding;
use crate::pipeline::FORM_NUMBER_MAX;
use crate::survey::{Item, ItemKind, PlacedItem, Wave};
use crate::web::Language;

/// What is wrong with one field, beside which it stands: what may be typed there.
pub(super) fn beside_field(finding: &Finding, item: &Item, language: Language) -> String {
    let (key, most) = match &item.kind {
        ItemKind::Likert(rated) => {
            let (min, max) = (rated.values.start().into(), rated.values.end().into());
            let arguments = [("min", min), ("max", max), ("none", no_opinion_key(rated.values).into())];
            return language.t_with("entry-finding-rating", arguments);
        }
        ItemKind::SingleChoice { options } => ("entry-finding-option", options.len()),
        ItemKind::MultipleChoice { options } => ("entry-finding-options", options.len()),
        ItemKind::ShortText { .. } if finding.code == "required" => ("entry-finding-words", 0),
        ItemKind::Number { .. } => return message(&Finding::new("", "out_of_range", ""), item, language),
        ItemKind::ShortText { .. } | ItemKind::Note => return message(finding, item, language),
    };
    language.t_with(key, [("most", most.into())])
}

/// What is wrong with a form, away from its fields: a question is named by its number on the paper and by its words.
pub(super) fn apart(finding: &Finding, wave: &Wave, language: Language) -> String {
    let asked = wave.questionnaire.placed_items().filter(PlacedItem::takes_answer);
    if let Some((number, placed)) = (1..).zip(asked).find(|(_, placed): &(usize, _)| concerns(finding, placed)) {
        let question = placed.item.text.get(language.tag());
        return format!("{number} {question}: {}", beside_field(finding, placed.item, language));
    }
    let key = match (finding.path.as_str(), finding.code) {
        ("form", "busy") => "entry-finding-busy",
        ("form", _) => "entry-finding-form",
        ("batch", _) => "entry-finding-batch",
        ("mode", _) => "entry-finding-mode",
        ("language", _) => "entry-finding-language",
        ("day" | "answered_on", _) => "entry-finding-day",
        ("wave", _) => "entry-finding-not-open",
        ("answers", _) => "entry-finding-empty",
        _ => "entry-finding-other",
    };
    let field = &wave.plan.field;
    let days = [field.opens, field.closes].map(|day| language.format_date(day));
    let [from, to] = days;
    let most = language.format_count(FORM_NUMBER_MAX.into());
    language.t_with(key, [("most", most.into()), ("from", from.into()), ("to", to.into())])
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::wave;
    use super::*;
    use crate::survey::FormLayout;

    fn told(path: &str, code: &'static str, language: Language) -> String {
        apart(&Finding::new(path, code, "in English"), &wave(FormLayout::FactorPages), language)
    }

    #[test]
    fn a_question_is_named_by_its_number_and_words_and_says_which_keys_it_takes() {
        let said = told("answers.q1", "out_of_range", Language::Czech);
        assert!(said.starts_with("1 Jsou tu židle: ") && said.contains('5'), "{said}");
        let said = told("respondent.sex", "unknown_option", Language::English);
        assert!(said.contains("Sex: ") && said.contains('2'), "{said}");
        let said = told("answers.visits", "too_precise", Language::English);
        assert!(said.contains("Visits: ") && said.contains("99"), "{said}");
    }

    #[test]
    fn nothing_is_told_in_the_words_of_programs() {
        let paths = ["form", "batch", "mode", "language", "day", "answered_on", "wave", "answers", "id", "answers.how"];
        for language in Language::all() {
            for path in paths {
                let said = told(path, "invalid", language);
                assert!(!said.contains("in English") && !said.contains("entry-") && said.len() > 10, "{path}: {said}");
            }
            assert_ne!(told("form", "busy", language), told("form", "out_of_range", language));
        }
    }
}

//! The questionnaire on paper, from the same definition as the form: A4, two columns, boxes to tick, a number on each form.

use askama::Template;

use super::answers::{NO_OPINION, no_opinion_key};
use super::journey::pages;
use super::sheets::SheetError;
use crate::chart::qr_svg;
use crate::survey::{Choice, ItemKind, PlacedItem, Relevance, Scale, Unit, Wave};
use crate::web::Language;

/// The most forms of one file, so that a browser can print it.
pub const PAPER_FORMS_MAX: u32 = 1_000;

/// Which forms are printed.
#[derive(Debug, Clone)]
pub struct PaperForms<'p> {
    /// The batch, which is printed under the number.
    pub batch: &'p str,
    /// The number of the first form.
    pub from: u32,
    /// How many there are.
    pub count: u32,
    /// The language; the questionnaire's own where it lacks it.
    pub language: Language,
    /// The address of the server: the code on each form leads to the form of the unit on the web.
    pub base_url: &'p str,
}

struct PaperItem {
    /// Its number, as the screen counts it on which forms are entered.
    number: Option<usize>,
    text: String,
    hint: Option<String>,
    ticks: Vec<String>,
    is_line: bool,
    is_words: bool,
}

struct PaperGroup {
    title: String,
    items: Vec<PaperItem>,
}

/// The words that are no part of the questionnaire.
struct Words {
    unit: String,
    intro: String,
    day: String,
    number: String,
    thanks: String,
}

#[derive(Template)]
#[template(path = "sheets/paper.html")]
struct PaperPage<'p> {
    tag: &'static str,
    title: &'p str,
    unit: &'p str,
    batch: &'p str,
    qr: String,
    scale: Vec<(String, &'p str)>,
    groups: Vec<PaperGroup>,
    forms: Vec<u32>,
    words: Words,
}

/// The forms as an HTML page of its own, to be printed.
pub fn paper(wave: &Wave, unit: &Unit, forms: &PaperForms<'_>) -> Result<String, SheetError> {
    let language = forms.language;
    let tag = language.tag();
    let scale = wave.questionnaire.scales.first().map(|scale| legend(scale, wave, tag)).unwrap_or_default();
    let link = format!("{}/s/{}/{}", forms.base_url.trim_end_matches('/'), wave.plan.code, unit.code());
    let page = PaperPage {
        tag,
        title: wave.plan.title.get(tag),
        unit: unit.name(tag),
        batch: forms.batch,
        qr: qr_svg(&link)?,
        scale,
        groups: groups(wave, language),
        forms: (forms.from..forms.from.saturating_add(forms.count)).collect(),
        words: Words {
            unit: language.t("form-unit"),
            intro: language.t("paper-intro"),
            day: language.t("entry-day"),
            number: language.t("entry-form"),
            thanks: language.t("paper-thanks"),
        },
    };
    Ok(page.render()?)
}

/// What the keys of a scale mean, as far as they have words.
fn legend<'w>(scale: &'w Scale, wave: &'w Wave, tag: &str) -> Vec<(String, &'w str)> {
    let word = |value: i8| Some((value.to_string(), scale.label(value)?.get(tag)));
    let none = (no_opinion_key(scale.values).to_owned(), wave.questionnaire.not_applicable.get(tag));
    scale.values.values().filter_map(word).chain([none]).collect()
}

fn groups(wave: &Wave, language: Language) -> Vec<PaperGroup> {
    let mut number = 0;
    let mut item = |placed: &PlacedItem<'_>| {
        let takes_answer = placed.takes_answer();
        number += usize::from(takes_answer);
        paper_item(placed, takes_answer.then_some(number), wave, language)
    };
    let groups = pages(wave).into_iter().flatten();
    groups
        .map(|group| PaperGroup {
            title: group
                .title
                .map_or_else(|| language.t("form-respondent"), |title| title.get(language.tag()).to_owned()),
            items: group.items.iter().map(&mut item).collect(),
        })
        .collect()
}

fn paper_item(placed: &PlacedItem<'_>, number: Option<usize>, wave: &Wave, language: Language) -> PaperItem {
    let tag = language.tag();
    let numbered = |options: &[Choice]| {
        let label = |(key, option): (usize, &Choice)| format!("{key} {}", option.text.get(tag));
        (1..).zip(options).map(label).collect()
    };
    let kind = &placed.item.kind;
    let ticks = match kind {
        ItemKind::Likert(rated) => {
            let none = no_opinion_key(rated.values).to_owned();
            rated.values.values().map(|value| value.to_string()).chain([none]).collect()
        }
        ItemKind::SingleChoice { options } | ItemKind::MultipleChoice { options } => numbered(options),
        ItemKind::Number { .. } | ItemKind::ShortText { .. } | ItemKind::Note => Vec::new(),
    };
    let several = matches!(kind, ItemKind::MultipleChoice { .. }).then(|| language.t("form-many"));
    // The first scale is explained at the head of the form.
    let is_other = |scale: &&Scale| wave.questionnaire.scales.first() != Some(scale);
    let scale = placed.item.rated().and_then(|rated| wave.questionnaire.scale(&rated.scale)).filter(is_other);
    let scale = scale.map(|scale| {
        let keys: Vec<_> = legend(scale, wave, tag).into_iter().map(|(key, words)| format!("{key} {words}")).collect();
        keys.join(" · ")
    });
    let only_if = placed.item.shown_if.as_ref().map(|rule| only_if(rule, wave, language));
    PaperItem {
        number,
        text: placed.item.text.get(tag).to_owned(),
        hint: only_if.or(several).or(scale),
        ticks,
        is_line: matches!(kind, ItemKind::Number { .. }),
        is_words: matches!(kind, ItemKind::ShortText { .. }),
    }
}

/// When an item is to be answered, by the numbers and keys that are printed.
fn only_if(rule: &Relevance, wave: &Wave, language: Language) -> String {
    let asked = wave.questionnaire.placed_items().filter(PlacedItem::takes_answer);
    let decider = (1..).zip(asked).find(|(_, placed): &(usize, _)| placed.item.code == rule.item);
    let Some((number, decider)) = decider else { return String::new() };
    let key = |value: &String| match &decider.item.kind {
        ItemKind::SingleChoice { options } | ItemKind::MultipleChoice { options } => {
            let at = options.iter().position(|option| option.code.as_str() == value);
            at.map_or_else(|| value.clone(), |at| (at + 1).to_string())
        }
        ItemKind::Likert(rated) if value == NO_OPINION => no_opinion_key(rated.values).to_owned(),
        _ => value.clone(),
    };
    let keys: Vec<String> = rule.is.iter().map(key).collect();
    language.t_with("paper-only-if", [("number", number.into()), ("keys", keys.join(", ").into())])
}

#[cfg(test)]
mod tests {
    use super::super::samples::wave;
    use super::*;
    use crate::survey::FormLayout;

    #[test]
    fn a_form_has_every_question_its_number_and_the_way_to_the_form_on_the_web() {
        let wave = wave(FormLayout::FactorPages);
        for language in Language::BUILT_IN {
            let forms = PaperForms { batch: "B-1", from: 7, count: 3, language, base_url: "https://khaosat.example/" };
            let html = paper(&wave, &wave.units[0], &forms).unwrap();
            assert_eq!(html.matches("<article").count(), 3);
            for number in ["<b>7</b>", "<b>8</b>", "<b>9</b>"] {
                assert!(html.contains(&format!("{number}B-1")), "{number}");
            }
            for placed in wave.questionnaire.placed_items() {
                assert_eq!(html.matches(placed.item.text.get(language.tag())).count() % 3, 0, "{}", placed.item.code);
                assert!(html.contains(placed.item.text.get(language.tag())), "{}", placed.item.code);
            }
            assert!(!html.contains("<script") && !html.contains("src="));
        }
    }

    #[test]
    fn what_is_asked_only_of_some_says_so_by_number_and_key() {
        let wave = wave(FormLayout::FactorPages);
        let forms = PaperForms { batch: "b", from: 1, count: 1, language: Language::English, base_url: "https://a" };
        let html = paper(&wave, &wave.units[0], &forms).unwrap();
        assert!(html.contains("only if question 1 is answered 1, 2"), "{html}");
    }
}

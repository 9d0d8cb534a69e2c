//! Questions and answers as the templates show them.

use super::answers::NO_OPINION;
use super::journey::{Draft, Group, concerns, pages};
use super::tongues::{Sound, lang_attribute, shown_instead, sound_of};
use crate::foundation::{Finding, Text};
use crate::survey::{Choice, Item, ItemKind, PlacedItem, Questionnaire, Scale};
use crate::web::Language;

/// One answer that can be picked.
#[derive(Debug)]
pub(super) struct Tile {
    /// The field's value.
    pub(super) value: String,
    /// Its words.
    pub(super) words: String,
    /// The attribute that tells their language where it is not the page's.
    pub(super) lang: String,
    /// Which face stands beside them, worst first from 1; 0 for none.
    pub(super) face: usize,
    /// Whether it was picked.
    pub(super) picked: bool,
}

/// How an item is answered.
#[derive(Debug)]
pub(super) enum Control {
    /// One of the ratings, or no opinion; faces with words, or numbers with words at the ends.
    Rating { tiles: Vec<Tile>, are_numbers: bool, apart: Tile },
    /// One of the tiles, or any number of them.
    Choice { tiles: Vec<Tile>, many: bool },
    /// A number.
    Number { typed: String },
    /// A few words.
    Words { typed: String, length_max: u16 },
    /// Nothing to answer.
    Note,
}

/// One item on a page.
#[derive(Debug)]
pub(super) struct Question<'w> {
    /// The field's name and the element's id.
    pub(super) path: String,
    /// What is asked.
    pub(super) text: &'w str,
    /// The attribute that tells its language where it is not the page's.
    pub(super) lang: String,
    /// The name of that language, where other questions are in the page's.
    pub(super) shown_in: Option<String>,
    /// What can be listened to.
    pub(super) sound: Option<Sound>,
    /// Whether an answer must be given.
    pub(super) required: bool,
    /// How it is answered.
    pub(super) control: Control,
    /// When it is to be answered, if an item on the same page decides it.
    pub(super) only_if: Option<String>,
    /// What helps to answer it.
    pub(super) hint: Option<String>,
    /// What is wrong with the answer.
    pub(super) message: Option<String>,
    /// What the script needs to know of it; nothing on pages that work without.
    pub(super) marks: Option<Marks>,
}

/// What the script needs to know of a question.
#[derive(Debug)]
pub(super) struct Marks {
    /// The kind of its answer.
    pub(super) kind: &'static str,
    /// The path of the question that decides whether it is asked, and the answers with which it is, separated by spaces.
    pub(super) rule: Option<(String, String)>,
    /// The smallest and the largest number, and how many decimals it may have.
    pub(super) bounds: Option<(f64, f64, u8)>,
    /// What is said of an answer that cannot be.
    pub(super) wrong: String,
}

impl Question<'_> {
    /// The attribute that ties hint and message to the control.
    pub(super) fn described_by(&self) -> String {
        let parts =
            [("only", self.only_if.is_some()), ("hint", self.hint.is_some()), ("message", self.message.is_some())];
        let ids: Vec<_> =
            parts.iter().filter(|(_, is_there)| *is_there).map(|(part, _)| format!("{}.{part}", self.path)).collect();
        if ids.is_empty() { String::new() } else { format!(" aria-describedby=\"{}\"", ids.join(" ")) }
    }
}

/// A titled group of questions.
#[derive(Debug)]
pub(super) struct QuestionGroup<'w> {
    /// Its title.
    pub(super) title: String,
    /// The attribute that tells its language where it is not the page's.
    pub(super) lang: String,
    /// Its questions.
    pub(super) questions: Vec<Question<'w>>,
}

/// One line of the list of answers.
#[derive(Debug)]
pub(super) struct AnswerLine<'w> {
    /// The field's name, to which the change button leads.
    pub(super) path: String,
    /// The page on which it can be changed.
    pub(super) page: usize,
    /// What was asked.
    pub(super) text: &'w str,
    /// What was answered; none when nothing was.
    pub(super) answer: Option<String>,
    /// The face of the answer; 0 for none.
    pub(super) face: usize,
}

/// A titled group of answers.
#[derive(Debug)]
pub(super) struct AnswerGroup<'w> {
    /// Its title.
    pub(super) title: String,
    /// Its answers.
    pub(super) lines: Vec<AnswerLine<'w>>,
}

/// Groups that stand on one page as questions, with what was typed and what is wrong with it; `marked` for the script.
pub(super) fn questions<'w>(
    draft: &Draft<'w>,
    groups: &[Group<'w>],
    findings: &[Finding],
    language: Language,
    marked: bool,
) -> Vec<QuestionGroup<'w>> {
    let here: Vec<PlacedItem<'w>> = groups.iter().flat_map(|group| group.items.clone()).collect();
    let is_asked_in = draft.wave.questionnaire.is_asked_in(language.tag());
    let question = |placed: &PlacedItem<'w>| {
        let message =
            findings.iter().find(|finding| concerns(finding, placed)).map(|f| message(f, placed.item, language));
        let hint = hint(placed.item, language);
        Question {
            path: placed.path(),
            text: placed.item.text.get(language.tag()),
            lang: lang_attribute(&placed.item.text, language),
            shown_in: shown_instead(&placed.item.text, language).filter(|_| is_asked_in),
            sound: sound_of(placed, draft.wave, language),
            required: placed.item.required,
            control: control(placed, draft, language),
            only_if: only_if(placed.item, &here, &draft.wave.questionnaire, language),
            // A message that repeats the hint takes its place.
            hint: hint.filter(|hint| message.as_ref() != Some(hint)),
            message,
            marks: marked.then(|| marks(placed.item, &here, language)),
        }
    };
    groups
        .iter()
        .map(|group| QuestionGroup {
            title: title(group, language),
            lang: group.title.map(|title| lang_attribute(title, language)).unwrap_or_default(),
            questions: group.items.iter().map(question).collect(),
        })
        .collect()
}

/// Every relevant item with its answer.
pub(super) fn answers<'w>(draft: &Draft<'w>, language: Language) -> Vec<AnswerGroup<'w>> {
    let relevant = draft.relevant_items();
    let is_relevant = |placed: &&PlacedItem<'w>| relevant.iter().any(|other| other.item.code == placed.item.code);
    let mut answers = Vec::new();
    for (page, groups) in pages(draft.wave).into_iter().enumerate() {
        for group in groups {
            let asked = group.items.iter().filter(is_relevant).filter(|placed| placed.takes_answer());
            let lines: Vec<_> = asked.map(|placed| answer_line(placed, page, draft, language)).collect();
            if !lines.is_empty() {
                answers.push(AnswerGroup { title: title(&group, language), lines });
            }
        }
    }
    answers
}

/// The code of the invitation and what was typed elsewhere, to travel along as hidden fields.
pub(super) fn kept_fields(draft: &Draft<'_>, on_page: &[QuestionGroup<'_>]) -> Vec<(String, String)> {
    let is_here = |path: &str| on_page.iter().flat_map(|group| &group.questions).any(|question| question.path == path);
    let code = draft.code.iter().map(|code| ("code".to_owned(), code.0.clone()));
    let typed = draft.typed.iter().filter(|(path, _)| !is_here(path));
    code.chain(typed.flat_map(|(path, values)| values.iter().map(move |value| (path.to_owned(), value.clone()))))
        .collect()
}

/// A finding in the reader's language. A code without words of its own gets words that fit any.
pub(super) fn message(finding: &Finding, item: &Item, language: Language) -> String {
    let key = match (finding.code, &item.kind) {
        ("required", _) => "finding-required",
        ("too_long", _) => "finding-too-long",
        (_, ItemKind::Number { .. }) => "finding-number",
        _ => "finding-other",
    };
    let (min, max) = match item.kind {
        ItemKind::Number { min, max, decimals } => {
            let written =
                |bound| language.format_number(bound, if f64::fract(bound) == 0.0 { 0 } else { decimals.into() });
            (written(min), written(max))
        }
        ItemKind::ShortText { length_max } => (String::new(), language.format_count(length_max.into())),
        _ => (String::new(), String::new()),
    };
    language.t_with(key, [("min", min.into()), ("max", max.into())])
}

fn title(group: &Group<'_>, language: Language) -> String {
    group.title.map_or_else(|| language.t("form-respondent"), |title| title.get(language.tag()).to_owned())
}

fn control(placed: &PlacedItem<'_>, draft: &Draft<'_>, language: Language) -> Control {
    let typed = draft.typed.get(&placed.path());
    let first = || typed.first().cloned().unwrap_or_default();
    let choices = |options: &[Choice]| {
        let tile = |option: &Choice| Tile {
            value: option.code.to_string(),
            words: option.text.get(language.tag()).to_owned(),
            lang: lang_attribute(&option.text, language),
            face: 0,
            picked: typed.iter().any(|value| value == option.code.as_str()),
        };
        options.iter().map(tile).collect()
    };
    match &placed.item.kind {
        ItemKind::Likert(rated) => {
            let questionnaire = &draft.wave.questionnaire;
            let scale = questionnaire.scale(&rated.scale);
            let tile = |value: String, label: Option<&Text>, face| Tile {
                picked: typed.contains(&value),
                value,
                words: label.map(|label| label.get(language.tag()).to_owned()).unwrap_or_default(),
                lang: label.map(|label| lang_attribute(label, language)).unwrap_or_default(),
                face,
            };
            let of_value = |value: i8| {
                let label = scale.and_then(|scale| scale.label(value));
                tile(value.to_string(), label, Scale::face(rated.values, value).unwrap_or(0))
            };
            Control::Rating {
                tiles: rated.values.values().map(of_value).collect(),
                are_numbers: rated.values.points() > Scale::FACES_MAX,
                apart: tile(NO_OPINION.to_owned(), Some(&questionnaire.not_applicable), 0),
            }
        }
        ItemKind::SingleChoice { options } => Control::Choice { tiles: choices(options), many: false },
        ItemKind::MultipleChoice { options } => Control::Choice { tiles: choices(options), many: true },
        ItemKind::Number { .. } => Control::Number { typed: first() },
        ItemKind::ShortText { length_max } => Control::Words { typed: first(), length_max: *length_max },
        ItemKind::Note => Control::Note,
    }
}

/// When the item is to be answered, if an item on the same page decides it.
fn only_if(item: &Item, here: &[PlacedItem<'_>], questionnaire: &Questionnaire, language: Language) -> Option<String> {
    let rule = item.shown_if.as_ref()?;
    let decider = here.iter().find(|placed| placed.item.code == rule.item)?;
    let question = decider.item.text.get(language.tag());
    let answers: Vec<_> =
        rule.is.iter().map(|value| value_in_words(value, decider.item, questionnaire, language)).collect();
    let arguments = [("question", question.into()), ("answers", answers.join(", ").into())];
    Some(language.t_with("form-only-if", arguments))
}

fn marks(item: &Item, here: &[PlacedItem<'_>], language: Language) -> Marks {
    let rule = item.shown_if.as_ref().and_then(|rule| {
        let decider = here.iter().find(|placed| placed.item.code == rule.item)?;
        Some((decider.path(), rule.is.join(" ")))
    });
    let (kind, bounds) = match item.kind {
        ItemKind::Likert(_) => ("rating", None),
        ItemKind::SingleChoice { .. } => ("single", None),
        ItemKind::MultipleChoice { .. } => ("multiple", None),
        ItemKind::Number { min, max, decimals } => ("number", Some((min, max, decimals))),
        ItemKind::ShortText { .. } => ("text", None),
        ItemKind::Note => ("note", None),
    };
    Marks { kind, rule, bounds, wrong: message(&Finding::new("", "wrong_type", ""), item, language) }
}

/// How the item is to be answered.
fn hint(item: &Item, language: Language) -> Option<String> {
    match item.kind {
        ItemKind::MultipleChoice { .. } => Some(language.t("form-many")),
        ItemKind::Number { .. } => {
            let range = Finding::new("", "out_of_range", "");
            Some(message(&range, item, language))
        }
        ItemKind::ShortText { length_max } => {
            Some(language.t_with("form-words", [("max", language.format_count(length_max.into()).into())]))
        }
        _ => None,
    }
}

/// A value of the form as the page shows it.
pub(super) fn value_in_words(value: &str, item: &Item, questionnaire: &Questionnaire, language: Language) -> String {
    let tag = language.tag();
    let words = match &item.kind {
        ItemKind::Likert(_) if value == NO_OPINION => Some(questionnaire.not_applicable.get(tag)),
        ItemKind::Likert(rated) => {
            let label = || questionnaire.scale(&rated.scale)?.label(value.parse().ok()?);
            label().filter(|_| rated.values.points() <= Scale::FACES_MAX).map(|label| label.get(tag))
        }
        ItemKind::SingleChoice { options } | ItemKind::MultipleChoice { options } => {
            options.iter().find(|option| option.code.as_str() == value).map(|option| option.text.get(tag))
        }
        _ => None,
    };
    words.unwrap_or(value).to_owned()
}

fn answer_line<'w>(placed: &PlacedItem<'w>, page: usize, draft: &Draft<'w>, language: Language) -> AnswerLine<'w> {
    let values = draft.typed.get(&placed.path());
    let words = |value: &String| value_in_words(value, placed.item, &draft.wave.questionnaire, language);
    let face = |value: &String| Scale::face(placed.item.rated()?.values, value.parse().ok()?);
    AnswerLine {
        path: placed.path(),
        page,
        text: placed.item.text.get(language.tag()),
        answer: (!values.is_empty()).then(|| values.iter().map(words).collect::<Vec<_>>().join(", ")),
        face: values.first().and_then(face).unwrap_or(0),
    }
}

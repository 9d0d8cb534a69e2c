//! Questionnaires: versioned by content and immutable once a wave uses them.

use serde::Serialize;

use super::{Rated, Scale};
use crate::foundation::{Code, LanguageTag, RatingScale, Text};

/// A questionnaire: factors of items, and questions about the respondent.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Questionnaire {
    /// Its code, such as `sipas-2017`.
    pub code: Code,
    /// Its version: the first 16 hexadecimal digits of the hash of its normalised content.
    pub version: String,
    /// Its title by language.
    pub title: Text,
    /// The languages in which it is asked, the default one first.
    pub languages: Vec<LanguageTag>,
    /// Those of them in which some texts are missing; another language stands in for these, and the form says so.
    pub partial_languages: Vec<LanguageTag>,
    /// The rating scales of its Likert items; an item that names none is rated on the first.
    pub scales: Vec<Scale>,
    /// The words for "no opinion / did not use".
    pub not_applicable: Text,
    /// The factors, in order; each is one page of the form.
    pub factors: Vec<Section>,
    /// Questions about the respondent, asked last.
    pub respondent: Vec<Item>,
}

/// A factor: a titled group of items.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Section {
    /// Its code, such as `access`.
    pub code: Code,
    /// Its title by language.
    pub title: Text,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Item {
    /// Its code, unique in the questionnaire.
    pub code: Code,
    /// Its wording by language.
    pub text: Text,
    /// What kind of answer it takes.
    #[serde(flatten)]
    pub kind: ItemKind,
    /// Whether an answer (or "no opinion") must be given.
    pub required: bool,
    /// When it is asked; always, if nothing is said.
    pub shown_if: Option<Relevance>,
}

/// The kinds of answer.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemKind {
    /// A rating, or no opinion.
    Likert(Rated),
    /// One of the options.
    SingleChoice {
        /// The options, in order.
        options: Vec<Choice>,
    },
    /// Any number of the options.
    MultipleChoice {
        /// The options, in order.
        options: Vec<Choice>,
    },
    /// A number within bounds.
    Number {
        /// The smallest number taken.
        min: f64,
        /// The largest number taken.
        max: f64,
        /// How many decimals are taken.
        decimals: u8,
    },
    /// A few words; kept apart from the other answers.
    ShortText {
        /// The most characters taken.
        length_max: u16,
    },
    /// A text to read; nothing to answer.
    Note,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Choice {
    /// Its code, such as `F` or `18-29`.
    pub code: Code,
    /// Its words by language.
    pub text: Text,
}

/// "Ask this only if another item has one of these values."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Relevance {
    /// The earlier item that decides.
    pub item: Code,
    /// The values that make the item shown: ratings by value, options by code, `none` for no opinion.
    pub is: Vec<String>,
}

impl Relevance {
    /// How a rule names "no opinion".
    pub const NO_OPINION: &'static str = "none";
}

impl Questionnaire {
    /// Whether it is asked in a language, all of it or a part.
    #[must_use]
    pub fn is_asked_in(&self, language: &str) -> bool {
        self.languages.iter().any(|asked| asked.as_str() == language)
    }

    /// The items of all factors in order: the order in which answers are kept.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.factors.iter().flat_map(|factor| &factor.items)
    }

    /// The scale with this code.
    #[must_use]
    pub fn scale(&self, code: &Code) -> Option<&Scale> {
        self.scales.iter().find(|scale| scale.code == *code)
    }

    /// The rated items in order: the order in which tallies are kept.
    pub fn rated_items(&self) -> impl Iterator<Item = &Item> {
        self.items().filter(|item| item.rated().is_some())
    }

    /// The positions among the rated items of those that make a net promoter score.
    #[must_use]
    pub fn nps_items(&self) -> Vec<usize> {
        let makes_nps = |item: &Item| item.rated().is_some_and(|rated| rated.nps);
        self.rated_items().enumerate().filter(|(_, item)| makes_nps(item)).map(|(position, _)| position).collect()
    }

    /// The scales of everything that tallies keep: of each rated item, then [`RatingScale::PROMOTION`] for each that makes a net
    /// promoter score.
    #[must_use]
    pub fn kept_scales(&self) -> Vec<RatingScale> {
        let nps_items = std::iter::repeat_n(RatingScale::PROMOTION, self.nps_items().len());
        self.rated_items().filter_map(Item::rated).map(|rated| rated.values).chain(nps_items).collect()
    }
}

impl Item {
    /// How it is rated; nothing of an item of another kind.
    #[must_use]
    pub fn rated(&self) -> Option<&Rated> {
        if let ItemKind::Likert(rated) = &self.kind { Some(rated) } else { None }
    }

    /// The values that a relevance rule may name; nothing for items that cannot decide.
    #[must_use]
    pub fn relevance_values(&self) -> Option<Vec<String>> {
        let mut values: Vec<String> = match &self.kind {
            ItemKind::Likert(rated) => rated.values.values().map(|value| value.to_string()).collect(),
            ItemKind::SingleChoice { options } | ItemKind::MultipleChoice { options } => {
                options.iter().map(|option| option.code.to_string()).collect()
            }
            ItemKind::Number { .. } | ItemKind::ShortText { .. } | ItemKind::Note => return None,
        };
        values.push(Relevance::NO_OPINION.to_owned());
        Some(values)
    }
}

//! Where an item stands: in the answers about the service, or among the questions about the respondent.

use super::{Item, ItemKind, Questionnaire};

/// Which part of a submission an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The service that is rated.
    Answers,
    /// The respondent.
    Respondent,
}

impl Part {
    /// The part's name in submissions, in fields of the form and in findings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Respondent => "respondent",
        }
    }
}

/// An item and the part of the submission that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct PlacedItem<'q> {
    /// Its part.
    pub part: Part,
    /// The item.
    pub item: &'q Item,
}

impl PlacedItem<'_> {
    /// Its path, such as `answers.q01`.
    ///
    /// A field has the same name in the page, in the submission and in a finding, so none of them is ever translated.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.part.as_str(), self.item.code)
    }

    /// Whether it takes an answer at all.
    #[must_use]
    pub fn takes_answer(&self) -> bool {
        self.item.kind != ItemKind::Note
    }
}

impl Questionnaire {
    /// All items in the order in which they are asked.
    pub fn placed_items(&self) -> impl Iterator<Item = PlacedItem<'_>> {
        let answers = self.items().map(|item| PlacedItem { part: Part::Answers, item });
        answers.chain(self.respondent.iter().map(|item| PlacedItem { part: Part::Respondent, item }))
    }
}

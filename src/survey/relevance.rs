//! Which items are asked, given what was said to those before them.
//!
//! This is the only place in Rust that decides it: the form, its pages and validation ask here. The script of the form decides
//! the same in `frontend/src/answers.ts`, and `tests/cases/relevance.json` holds both to the same cases.

use super::{PlacedItem, Questionnaire, RawAnswer, RawAnswers, Relevance};

impl Relevance {
    /// Whether what was said to the item that decides is one of the values.
    #[must_use]
    pub fn holds(&self, said: &RawAnswer) -> bool {
        self.is.iter().any(|value| said.names(value))
    }
}

impl Questionnaire {
    /// Whether each item is asked, in the order of [`Questionnaire::placed_items`].
    ///
    /// What was not answered shows nothing, and what was said to an item that is not asked decides nothing: so a chain of rules
    /// ends where its first link does not hold. What was said need not be valid: an option that does not exist is named by no rule.
    #[must_use]
    pub fn relevance(&self, said: &RawAnswers) -> Vec<bool> {
        let items: Vec<PlacedItem<'_>> = self.placed_items().collect();
        let mut asked = Vec::with_capacity(items.len());
        for (at, placed) in items.iter().enumerate() {
            let is_asked = placed.item.shown_if.as_ref().is_none_or(|rule| {
                let decider = items[..at].iter().position(|earlier| earlier.item.code == rule.item);
                decider.is_some_and(|decider| asked[decider] && said.get(decider).is_some_and(|said| rule.holds(said)))
            });
            asked.push(is_asked);
        }
        asked
    }

    /// The items that are asked, in order.
    #[must_use]
    pub fn relevant_items(&self, said: &RawAnswers) -> Vec<PlacedItem<'_>> {
        self.placed_items().zip(self.relevance(said)).filter_map(|(placed, asked)| asked.then_some(placed)).collect()
    }
}

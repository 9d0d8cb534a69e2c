//! The criteria that an index is made of: rated items, grouped in factors.

use crate::foundation::Code;
use crate::survey::{ItemKind, Questionnaire};

/// The rated items in the order of the tallies, and the factors as positions in that list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// The rated items.
    pub items: Vec<Code>,
    /// Each factor with the positions of its rated items; a factor without rated items has none.
    pub factors: Vec<(Code, Vec<usize>)>,
}

impl Criteria {
    /// The criteria of a questionnaire.
    #[must_use]
    pub fn of(questionnaire: &Questionnaire) -> Self {
        let mut criteria = Self { items: Vec::new(), factors: Vec::new() };
        for factor in &questionnaire.factors {
            let begin = criteria.items.len();
            let rated = factor.items.iter().filter(|item| item.kind == ItemKind::Likert);
            criteria.items.extend(rated.map(|item| item.code.clone()));
            criteria.factors.push((factor.code.clone(), (begin..criteria.items.len()).collect()));
        }
        criteria
    }
}

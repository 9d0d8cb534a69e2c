//! The criteria that an index is made of: rated items, grouped in factors.

use crate::foundation::Code;
use crate::statistics::UnaskedItems;
use crate::survey::{ItemKind, Questionnaire, Wave};

/// The rated items in the order of the tallies, and the factors as positions in that list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// The rated items.
    pub items: Vec<Code>,
    /// Each factor with the positions of its rated items; a factor without rated items has none.
    pub factors: Vec<(Code, Vec<usize>)>,
    /// What becomes of a factor or index in a unit where nobody answered one of its items.
    pub unasked: UnaskedItems,
}

impl Criteria {
    /// The criteria of a wave: those of its questionnaire, as its plan wants them.
    #[must_use]
    pub fn of_wave(wave: &Wave) -> Self {
        Self { unasked: wave.plan.estimation.unasked_items, ..Self::of(&wave.questionnaire) }
    }

    /// The criteria of a questionnaire.
    #[must_use]
    pub fn of(questionnaire: &Questionnaire) -> Self {
        let mut criteria = Self { items: Vec::new(), factors: Vec::new(), unasked: UnaskedItems::default() };
        for factor in &questionnaire.factors {
            let begin = criteria.items.len();
            let rated = factor.items.iter().filter(|item| item.kind == ItemKind::Likert);
            criteria.items.extend(rated.map(|item| item.code.clone()));
            criteria.factors.push((factor.code.clone(), (begin..criteria.items.len()).collect()));
        }
        criteria
    }

    /// The groups of items that factors and indices rest on: those who answered at least one of a group are counted.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let factors = self.factors.iter().map(|(_, items)| items.clone());
        let of_factors: Vec<usize> = self.factors.iter().flat_map(|(_, items)| items).copied().collect();
        factors.chain([of_factors]).filter(|group| !group.is_empty()).collect()
    }
}

//! The criteria that an index is made of: rated items, grouped in factors.

use crate::foundation::{Code, RatingScale};
use crate::statistics::UnaskedItems;
use crate::survey::{Questionnaire, Wave};

/// The rated items in the order of the tallies, and the factors as positions in that list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// The rated items.
    pub items: Vec<Code>,
    /// The scale of each rated item, then [`RatingScale::PROMOTION`] for each of those in `nps_items`: what a sample of them keeps.
    pub scales: Vec<RatingScale>,
    /// The positions of the rated items that make a net promoter score.
    pub nps_items: Vec<usize>,
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
        let mut criteria = Self {
            items: questionnaire.rated_items().map(|item| item.code.clone()).collect(),
            scales: questionnaire.kept_scales(),
            nps_items: questionnaire.nps_items(),
            factors: Vec::new(),
            unasked: UnaskedItems::default(),
        };
        let mut begin = 0;
        for factor in &questionnaire.factors {
            let end = begin + factor.items.iter().filter(|item| item.rated().is_some()).count();
            criteria.factors.push((factor.code.clone(), (begin..end).collect()));
            begin = end;
        }
        criteria
    }

    /// Criteria that are rated from 1 to 5 and satisfied from 4, without factors.
    #[must_use]
    pub fn on_five_points(items: Vec<Code>) -> Self {
        let scales = vec![RatingScale::FIVE; items.len()];
        Self { items, scales, nps_items: Vec::new(), factors: Vec::new(), unasked: UnaskedItems::default() }
    }

    /// The position in a sample of how the item at `position` recommends; nothing for other items.
    #[must_use]
    pub fn nps_position(&self, position: usize) -> Option<usize> {
        Some(self.items.len() + self.nps_items.iter().position(|nps_items| *nps_items == position)?)
    }

    /// The groups of items that factors and indices rest on: those who answered at least one of a group are counted.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let factors = self.factors.iter().map(|(_, items)| items.clone());
        let of_factors: Vec<usize> = self.factors.iter().flat_map(|(_, items)| items).copied().collect();
        let all = (0..self.items.len()).collect();
        let scores: Vec<usize> = (self.items.len()..self.scales.len()).collect();
        factors.chain([of_factors, all, self.nps_items.clone(), scores]).filter(|group| !group.is_empty()).collect()
    }
}

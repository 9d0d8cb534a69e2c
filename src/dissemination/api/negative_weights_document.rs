//! The shape of weights that a calibration made negative.

use serde::Serialize;
use utoipa::ToSchema;

use crate::index::WaveResults;
use crate::survey::{PlannedMargin, Wave};

/// Weights that the calibration made negative.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NegativeWeightsDocument {
    /// How many respondents have one.
    respondents: u64,
    /// The smallest of them.
    smallest: f64,
    /// Who has them.
    combinations: Vec<NegativeCombinationDocument>,
}

/// Respondents with a negative weight who have a level of each margin in common.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NegativeCombinationDocument {
    /// The values of each margin's columns, in the plan's order.
    levels: Vec<Vec<String>>,
    /// How many respondents.
    respondents: u64,
}

impl NegativeWeightsDocument {
    pub(super) fn new(wave: &Wave, results: &WaveResults) -> Option<Self> {
        let found = results.negative_weights.as_ref()?;
        let margins = wave.plan.calibration.as_ref().map_or(&[][..], |plan| &plan.margins);
        let values = |(margin, level): (&PlannedMargin, &u32)| {
            margin.levels.get(*level as usize).map_or_else(Vec::new, |level| level.values.clone())
        };
        let combinations = found.combinations.iter().map(|combination| NegativeCombinationDocument {
            levels: margins.iter().zip(&combination.levels).map(values).collect(),
            respondents: combination.respondents,
        });
        let combinations = combinations.collect();
        Some(Self { respondents: found.respondents, smallest: found.smallest, combinations })
    }
}

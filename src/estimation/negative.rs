//! Weights that a calibration made negative: who has them, told by name.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::EstimationError;
use super::cells::Cells;
use super::frame::Frame;
use super::margins::Calibration;
use super::unit_totals::Projection;

/// Combinations that are named in one sentence; the others are counted.
const NAMED_MAX: usize = 10;

/// Respondents whose calibrated weight is below 0: they count against what they say, and shares may leave 0–1. Only the
/// linear method with several margins can do that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NegativeWeights {
    /// How many respondents have such a weight.
    pub respondents: u64,
    /// The smallest weight.
    pub smallest: f64,
    /// The combinations of levels that they have, each with its respondents.
    pub combinations: Vec<NegativeCombination>,
}

/// Respondents with a weight below 0 who have one level of each margin in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NegativeCombination {
    /// The number of the level in each margin.
    pub levels: Vec<u32>,
    /// The same for people: `sex M, unit 080`.
    pub name: String,
    /// How many respondents have it.
    pub respondents: u64,
}

impl NegativeWeights {
    /// Those of a sample; nothing where every weight is at least 0.
    pub(super) fn find(
        frame: &Frame,
        cells: &Cells,
        projection: &Projection,
        calibration: &Calibration,
    ) -> Result<Option<Self>, EstimationError> {
        if (0..cells.groups().len()).all(|group| projection.factor(group) >= 0.0) {
            return Ok(None);
        }
        // By group, so that the order in which cells were met does not matter.
        let mut respondents = vec![0_u64; cells.groups().len()];
        let mut smallest = 0.0_f64;
        for place in 0..frame.places() {
            for (cell, sums) in frame.sums(place)? {
                let group = cells.group(cell);
                let factor = projection.factor(group);
                if factor < 0.0 {
                    smallest = smallest.min(factor * sums.heaviest.value());
                    respondents[group] += sums.tally.responses();
                }
            }
        }
        let found = cells.groups().iter().map(Vec::as_slice).zip(respondents);
        Ok(Self::of_groups(found, smallest, calibration))
    }

    /// Those of rows in memory: their calibrated weights, and for each margin the level of each row.
    pub(super) fn of_rows(weights: &[f64], levels: &[Vec<u32>], calibration: &Calibration) -> Option<Self> {
        let mut respondents: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for row in (0..weights.len()).filter(|row| weights[*row] < 0.0) {
            *respondents.entry(levels.iter().map(|levels| levels[row]).collect()).or_default() += 1;
        }
        let smallest = weights.iter().copied().fold(0.0, f64::min);
        let found = respondents.iter().map(|(levels, respondents)| (levels.as_slice(), *respondents));
        Self::of_groups(found, smallest, calibration)
    }

    /// Those of all parts of a sample.
    pub(super) fn of_parts<'a>(parts: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut combinations: BTreeMap<&[u32], NegativeCombination> = BTreeMap::new();
        let (mut respondents, mut smallest) = (0, 0.0_f64);
        for part in parts {
            respondents += part.respondents;
            smallest = smallest.min(part.smallest);
            for one in &part.combinations {
                match combinations.get_mut(one.levels.as_slice()) {
                    Some(known) => known.respondents += one.respondents,
                    None => drop(combinations.insert(&one.levels, one.clone())),
                }
            }
        }
        let combinations = combinations.into_values().collect();
        (respondents > 0).then_some(Self { respondents, smallest, combinations })
    }

    /// Those of groups of respondents who have the same levels, as far as there are any in a group.
    fn of_groups<'a>(
        groups: impl Iterator<Item = (&'a [u32], u64)>,
        smallest: f64,
        calibration: &Calibration,
    ) -> Option<Self> {
        let combination = |(levels, respondents): (&[u32], u64)| NegativeCombination {
            levels: levels.to_vec(),
            name: calibration.name_of(levels),
            respondents,
        };
        let combinations: Vec<NegativeCombination> =
            groups.filter(|(_, respondents)| *respondents > 0).map(combination).collect();
        let respondents = combinations.iter().map(|combination| combination.respondents).sum();
        (respondents > 0).then_some(Self { respondents, smallest, combinations })
    }
}

impl fmt::Display for NegativeWeights {
    /// One sentence: how many, how small, who, and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { respondents, smallest, combinations } = self;
        let whose = if *respondents == 1 { "1 respondent has" } else { &format!("{respondents} respondents have") };
        write!(f, "{whose} a negative weight after linear calibration, the smallest is {smallest}: ")?;
        for (position, combination) in combinations.iter().take(NAMED_MAX).enumerate() {
            let comma = if position == 0 { "" } else { "; " };
            write!(f, "{comma}{} ({})", combination.name, combination.respondents)?;
        }
        if combinations.len() > NAMED_MAX {
            write!(f, "; and {} combinations more", combinations.len() - NAMED_MAX)?;
        }
        write!(f, ". Take the method raking or logit, which keep weights above 0, or join small levels")
    }
}

//! What is counted of a wave's responses.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::estimation::{EstimationError, Shape};
use crate::index::{Criteria, Method};
use crate::storage::UnitCounts;
use crate::survey::{UnitId, Wave, packed_text};

/// What is counted of each unit of a wave; one without responses need not be among them.
pub(super) type CountsByUnit = BTreeMap<UnitId, Arc<UnitCounts>>;

/// Joins what a cell says; packed answers do not hold it.
const CELL_SEPARATOR: char = ';';

/// What is counted of the responses of a wave.
pub(super) struct Counting {
    /// What sums are of.
    pub(super) shape: Shape,
    /// The questions about the respondent that a margin asks, each once, in the order of the plan: what a cell is made of.
    pub(super) columns: Vec<String>,
    /// Where their answers stand among those about the respondent.
    positions: Vec<usize>,
}

impl Counting {
    /// What is counted for the indices of this method.
    pub(super) fn of(wave: &Wave, method: Option<&Method>) -> Result<Self, EstimationError> {
        let criteria = Criteria::of_wave(wave);
        let questions = &wave.questionnaire.respondent;
        let (mut columns, mut positions) = (Vec::new(), Vec::new());
        let margins = wave.plan.calibration.iter().flat_map(|calibration| &calibration.margins);
        for name in margins.flat_map(|margin| &margin.columns) {
            // The plan was checked against the questionnaire: what is no question is the unit.
            let position = questions.iter().position(|item| item.code.as_str() == name);
            if let Some(position) = position.filter(|position| !positions.contains(position)) {
                columns.push(name.clone());
                positions.push(position);
            }
        }
        let groups = method.map_or_else(|| criteria.groups(), |method| method.groups(&criteria));
        Ok(Self { shape: Shape::new(&criteria.scales, &groups)?, columns, positions })
    }

    /// The cell of somebody who gave these packed answers about themselves.
    pub(super) fn cell_of(&self, respondent: &str) -> String {
        let mut cell = String::new();
        for (number, position) in self.positions.iter().enumerate() {
            if number > 0 {
                cell.push(CELL_SEPARATOR);
            }
            cell.push_str(packed_text(respondent, *position));
        }
        cell
    }
}

/// What a cell says, in the order of [`Counting::columns`].
pub(super) fn values_of(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(CELL_SEPARATOR)
}

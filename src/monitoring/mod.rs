//! Fieldwork: how many answered, against target and calendar, and how many more a wished margin needs. Counts and
//! precision only, never a score.
//!
//! Start reading at [`Fieldwork`].

#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::foundation::Code;
use crate::survey::Mode;

/// The state of a wave's fieldwork on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fieldwork {
    /// The day it was counted.
    pub today: NaiveDate,
    /// The wished margin, as a share (0.05 = five points).
    pub wished_margin: f64,
    /// Each measured unit, in the plan's order.
    pub units: Vec<UnitFieldwork>,
    /// All units together.
    pub overall: UnitFieldwork,
}

/// The fieldwork of one unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitFieldwork {
    /// The unit; none for all together.
    pub unit: Option<Code>,
    /// Responses so far.
    pub answered: u64,
    /// Responses that the plan wants; none when the plan does not say.
    pub target: Option<u64>,
    /// Responses that an even pace would have brought by today.
    pub expected_by_today: Option<f64>,
    /// `answered / target`.
    pub share: Option<f64>,
    /// Responses by mode.
    pub by_mode: BTreeMap<Mode, u64>,
    /// Responses by the day on which they were given.
    pub by_day: BTreeMap<NaiveDate, u64>,
    /// The half-width of the headline index's interval so far, as a share.
    pub margin: Option<f64>,
    /// The design effect seen so far.
    pub design_effect: Option<f64>,
    /// How many more answers the wished margin needs at that design effect; 0 when it is reached.
    pub more_needed: Option<u64>,
}

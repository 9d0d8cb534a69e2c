//! Fieldwork: how many answers a margin or a comparison needs, how many came, against target and calendar, and how many
//! more are wanted. Counts and precision only, never a score.
//!
//! What the pages of a fieldwork show while it runs must not tell who leads, so nothing here holds an index, and the room
//! knows neither storage nor HTTP. Start reading at [`plan_sample`] for what comes before, at [`fieldwork`] for the rest.

mod planning;
mod progress;
#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::foundation::Code;
use crate::survey::{Channel, Mode};

pub use planning::{PlanningError, PlanningFigure, PlanningQuestion, Quantity, plan_sample, whole_answers};
pub use progress::fieldwork;

/// Responses of one unit, on one day, over one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// The unit.
    pub unit: Code,
    /// By which way they came.
    pub channel: Channel,
    /// The day on which they were given.
    pub day: NaiveDate,
    /// How many.
    pub n: u64,
}

/// How precise the headline index of a unit is so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenPrecision {
    /// The half-width of its interval, as a share (0.05 = five points).
    pub margin: f64,
    /// Its design effect, where there is one.
    pub design_effect: Option<f64>,
}

/// The precision of each unit that has one, and of all together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeenPrecisions {
    /// By unit.
    pub units: BTreeMap<Code, SeenPrecision>,
    /// All units together.
    pub overall: Option<SeenPrecision>,
}

/// The state of a wave's fieldwork on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fieldwork {
    /// The day it was counted.
    pub today: NaiveDate,
    /// The target margin, as a share (0.05 = five points).
    pub target_margin: f64,
    /// Each measured unit, in the plan's order.
    pub units: Vec<UnitFieldwork>,
    /// All units together.
    pub overall: UnitFieldwork,
    /// What is wrong so far with the weights that the plan calibrates.
    pub weights: WeightsState,
}

/// What is wrong so far with calibrated weights; nothing in it where nothing is. Levels are told by their positions in the
/// plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WeightsState {
    /// Levels in which nobody has answered: the weights cannot be calibrated.
    pub unanswered: Vec<UnansweredLevel>,
    /// Why they cannot be calibrated although each level has answers.
    pub unmet: Option<UnmetMargins>,
    /// Weights that the calibration made negative.
    pub negative: Option<NegativeResponses>,
}

/// A level of a margin in which nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UnansweredLevel {
    /// The margin's position in the plan.
    pub margin: usize,
    /// The level's position in the margin.
    pub level: usize,
    /// How many people it has.
    pub people: f64,
}

/// Why no weights meet margins whose levels all have answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum UnmetMargins {
    /// Among the answers, a level (margin, level) follows from the margins before it.
    Follows(usize, usize),
    /// No weights of the kind meet all margins; this level (margin, level) is furthest off.
    TooFar(usize, usize),
    /// The plan's margins contradict each other; what is wrong, in English.
    Contradiction(String),
}

/// Responses whose calibrated weight is below 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NegativeResponses {
    /// How many.
    pub responses: u64,
    /// The smallest weight.
    pub smallest: f64,
    /// The combinations of levels that they have: the position of a level in each margin, and how many have them.
    pub combinations: Vec<(Vec<u32>, u64)>,
    /// Whether the plan allows them to be released.
    pub allowed: bool,
}

/// The fieldwork of one unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitFieldwork {
    /// The unit; none for all together.
    pub unit: Option<Code>,
    /// Responses so far, without those over the open link that are kept apart.
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
    /// Responses over the open link that are kept apart; they are not in any other count here.
    pub open_link: u64,
    /// The half-width of the headline index's interval so far, as a share.
    pub margin: Option<f64>,
    /// The design effect seen so far.
    pub design_effect: Option<f64>,
    /// How many more answers the target margin needs at that design effect; 0 when it is reached.
    pub more_needed: Option<u64>,
}

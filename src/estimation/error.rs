//! Why tallies or a sample cannot be formed.

use super::limits::{ITEMS_MAX, MARGIN_LEVELS_MAX};
use crate::statistics::MomentOverflow;

/// Why tallies or a sample cannot be formed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EstimationError {
    /// A sum left the range of its integers.
    #[error("the weighted sums are too large to be added exactly; use smaller weights")]
    Overflow,
    /// More responses than a sample can hold.
    #[error("a sample holds at most {max} responses")]
    Responses {
        /// How many it holds.
        max: u64,
    },
    /// More is taken out of a tally than was put in.
    #[error("more is taken out of a tally than it holds")]
    Negative,
    /// A kept tally holds sums that no responses have.
    #[error("a kept tally holds sums that no responses have")]
    Impossible,
    /// No rated item, or too many.
    #[error("there must be 1 to {max} rated items, not {found}", max = ITEMS_MAX)]
    Items {
        /// How many there are.
        found: usize,
    },
    /// A kept tally, a second tally or a list of ratings is of another number of items.
    #[error("{found} ratings, sums or bytes were found where the questionnaire needs {expected}")]
    Length {
        /// How many the questionnaire needs.
        expected: usize,
        /// How many were found.
        found: usize,
    },
    /// A rating is not 0 (not answered) or the rank of a point.
    #[error("{found} is not a rating; use the rank of a point of the scale, 1 to {max}, or 0 for not answered")]
    Rating {
        /// What was found.
        found: u8,
        /// The most points of a scale.
        max: u8,
    },
    /// Two responses disagree on what their units were drawn from.
    #[error(
        "the responses of {within:?} disagree on how many units there are to draw from: {found} and {other}",
        found = shown(*found), other = shown(*other)
    )]
    Populations {
        /// Where the units were drawn.
        within: String,
        /// What one says.
        found: Option<f64>,
        /// What the other says.
        other: Option<f64>,
    },
    /// More units were drawn than there are.
    #[error("{drawn} units of {within:?} responded, but there are only {population} to draw from")]
    Drawn {
        /// Where the units were drawn.
        within: String,
        /// How many responded.
        drawn: u64,
        /// How many there are said to be.
        population: f64,
    },
    /// No margins, too many levels, or a response that names none or too many.
    #[error("a calibration needs margins with 1 to {max} levels in all, and each response one level of each margin; {found} were found", max = MARGIN_LEVELS_MAX)]
    MarginLevels {
        /// How many were found.
        found: usize,
    },
    /// A count of a margin is not a positive number.
    #[error("margin {margin}: {level:?} must have more than 0 people; leave out a level that nobody belongs to")]
    MarginCount {
        /// The margin.
        margin: String,
        /// The level.
        level: String,
    },
    /// Two margins count different populations.
    #[error("margin {first} counts {first_total} people and margin {second} counts {second_total}; they must agree")]
    MarginTotals {
        /// The first margin.
        first: String,
        /// Its sum.
        first_total: f64,
        /// Another margin.
        second: String,
        /// Its sum.
        second_total: f64,
    },
    /// A margin sums to 1 or 100, as shares do, and the number of people is not given.
    #[error(
        "margin {margin} sums to {sum}, as shares do, and {other}. Write counts of people, or say under [calibration] how \
         many people there are, such as `total = {total}`"
    )]
    MarginShares {
        /// The margin.
        margin: String,
        /// Its sum.
        sum: f64,
        /// What does not go with it.
        other: String,
        /// What its total could be.
        total: f64,
    },
    /// A margin counts other people than the calibration's total says, or the total is not a number of people.
    #[error(
        "margin {margin} sums to {sum}: that is neither the total of {total} people nor shares, which sum to 1 or 100"
    )]
    MarginTotal {
        /// The margin.
        margin: String,
        /// Its sum.
        sum: f64,
        /// The total.
        total: f64,
    },
    /// Margins count people whom nobody in the sample represents.
    #[error("{}", described(levels))]
    MarginEmpty {
        /// All such levels, margin by margin.
        levels: Vec<EmptyLevel>,
    },
    /// In the sample, a level of a margin follows from others.
    #[error("margin {margin}: in the sample {level:?} follows from the margins before it; leave one of them out")]
    MarginCollinear {
        /// The margin.
        margin: String,
        /// The level.
        level: String,
    },
    /// No weights meet the margins.
    #[error(
        "margin {margin}: no weights of this kind meet all margins; {level:?} stays at {reached} of {wanted} people. \
         Widen the bounds, join small levels, or leave a margin out"
    )]
    MarginNotMet {
        /// The margin that is furthest off.
        margin: String,
        /// The level that is furthest off.
        level: String,
        /// What its weights come to.
        reached: f64,
        /// What they should come to.
        wanted: f64,
    },
    /// Bounds of the factors that do not enclose 1.
    #[error("the bounds of the calibration must enclose 1, such as 0.5 and 2; they are {lower} and {upper}")]
    CalibrationBounds {
        /// The lower bound.
        lower: f64,
        /// The upper bound.
        upper: f64,
    },
    /// A domain was named that the sample does not have.
    #[error("the sample has no level number {found}")]
    Level {
        /// What was found.
        found: usize,
    },
}

impl EstimationError {
    /// Whether the sample could be formed without its calibration.
    #[must_use]
    pub fn is_of_calibration(&self) -> bool {
        matches!(
            self,
            Self::MarginLevels { .. }
                | Self::MarginCount { .. }
                | Self::MarginTotals { .. }
                | Self::MarginShares { .. }
                | Self::MarginTotal { .. }
                | Self::MarginEmpty { .. }
                | Self::MarginCollinear { .. }
                | Self::MarginNotMet { .. }
                | Self::CalibrationBounds { .. }
        )
    }
}

/// A level of a margin that no response has.
#[derive(Debug, Clone, PartialEq)]
pub struct EmptyLevel {
    /// The margin.
    pub margin: String,
    /// The level.
    pub level: String,
    /// How many people it has.
    pub people: f64,
}

/// Levels that are named in one message; the others are counted.
const NAMED_MAX: usize = 20;

fn described(levels: &[EmptyLevel]) -> String {
    let of_margin = |levels: &[EmptyLevel]| {
        let names: Vec<_> = levels.iter().map(|level| format!("{:?} ({} people)", level.level, level.people)).collect();
        format!("margin {}: no response has {}", levels[0].margin, names.join(", "))
    };
    let named = &levels[..levels.len().min(NAMED_MAX)];
    let mut parts: Vec<String> = named.chunk_by(|a, b| a.margin == b.margin).map(of_margin).collect();
    if levels.len() > NAMED_MAX {
        parts.push(format!("and {} levels more", levels.len() - NAMED_MAX));
    }
    format!("{}; answers are needed there, or join such a level with another one", parts.join("; "))
}

fn shown(population: Option<f64>) -> String {
    population.map_or_else(|| "nothing".to_owned(), |population| population.to_string())
}

impl From<MomentOverflow> for EstimationError {
    fn from(_: MomentOverflow) -> Self {
        Self::Overflow
    }
}

//! Planning a sample: the answers that a margin or a comparison needs, and what a number of answers gives.

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::statistics::{SampleDesign, slovin};

/// What is asked of a sample that is planned, or was taken. Shares and probabilities are 0–1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlanningQuestion {
    /// The confidence level.
    pub level: f64,
    /// The share that is expected of a unit, the better one where two are compared.
    pub share: f64,
    /// The wished probability of telling two units apart.
    pub power: f64,
    /// The design effect.
    pub design_effect: f64,
    /// The people of each unit; none where the sample takes next to nothing of them.
    pub population: Option<u64>,
    /// The share of those asked who answer.
    pub response_rate: Option<f64>,
    /// How many units are compared with each other.
    pub units: Option<u32>,
    /// The wished half-width of a unit's interval.
    pub margin: Option<f64>,
    /// Two shares to tell apart.
    pub separate: Option<(f64, f64)>,
    /// The answers that each unit has or will have.
    pub answers: Option<u64>,
}

/// A number of the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanningFigure {
    /// What it is.
    pub quantity: Quantity,
    /// The number, unrounded, except that people and totals follow from whole answers; none where there is none.
    pub value: Option<f64>,
}

/// What a figure is. "Jointly" is among all pairs of the units, by Bonferroni.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Answers in a unit for the target margin.
    AnswersForMargin,
    /// People to ask in a unit for them.
    PeopleForMargin,
    /// Those answers in all units.
    AnswersInAllUnits,
    /// Slovin's number for the same margin.
    AnswersBySlovin,
    /// Answers in each of two units that tell the two shares apart.
    AnswersToSeparate,
    /// People to ask in each unit for them.
    PeopleToSeparate,
    /// The same answers, jointly.
    AnswersToSeparateJointly,
    /// The probability that the answers tell the two shares apart.
    PowerReached,
    /// The same, jointly.
    PowerReachedJointly,
    /// The half-width that the answers give.
    MarginReached,
    /// The lower end of Wilson's interval with the answers.
    IntervalLow,
    /// Its upper end.
    IntervalHigh,
    /// How many more answers the target margin needs.
    MoreAnswers,
    /// The answers in each unit that all further figures are for.
    AnswersInEach,
    /// By how much a share must lie below the expected one to be told apart.
    DifferenceSeparated,
    /// The pairs of units.
    Pairs,
    /// By how much a share must lie below, jointly.
    DifferenceSeparatedJointly,
    /// The probability that a unit with a share lower by one point comes out ahead.
    MisorderedAtOnePoint,
    /// The same for two points.
    MisorderedAtTwoPoints,
    /// The same for five points.
    MisorderedAtFivePoints,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanningError {
    /// Neither a margin, nor two shares, nor answers.
    #[error("nothing is asked: give a margin, two shares to separate, or a number of answers")]
    NothingAsked,
    /// A number that is out of its range.
    #[error("{what} must be {low} to {high}, not {value}{hint}")]
    OutOfRange {
        /// What it is of.
        what: &'static str,
        /// What was given.
        value: f64,
        /// The least that is taken.
        low: f64,
        /// The most that is taken.
        high: f64,
        /// What may have been meant.
        hint: &'static str,
    },
    /// The shares to separate are the same, or nearly.
    #[error("the shares to separate must differ by at least {DIFFERENCE_MIN}; {first} and {second} do not")]
    SameShares {
        /// The first share.
        first: f64,
        /// The second share.
        second: f64,
    },
    /// More answers than people.
    #[error("there cannot be more answers than people: {answers} of {population}")]
    TooManyAnswers {
        /// The answers.
        answers: u64,
        /// The people.
        population: u64,
    },
}

/// A hundredth of a point: nothing smaller is planned for.
const DIFFERENCE_MIN: f64 = 0.0001;
/// Above any population.
const PEOPLE_MAX: u64 = 10_000_000_000;
/// The most units; as many make fifty million pairs.
const UNITS_MAX: u32 = 10_000;
/// What somebody who wrote 3 for 3 % has to read.
const SHARE_HINT: &str = " (write a share: 0.03 for 3%)";

/// Answers a [`PlanningQuestion`]: what a margin needs, what a comparison needs, what the answers give, and what they can
/// tell apart, as far as each is asked. The formulas stand with [`SampleDesign`].
///
/// The last figures are for the answers given; else for those that the margin, else the comparison, needs.
pub fn plan_sample(question: &PlanningQuestion) -> Result<Vec<PlanningFigure>, PlanningError> {
    check(question)?;
    let mut figures = Figures { question, found: Vec::new() };
    let for_margin = question.margin.map(|margin| figures.add_margin(margin));
    let to_separate = question.separate.map(|shares| figures.add_separation(shares));
    let given = question.answers.map(|answers| answers as f64);
    if let Some(answers) = given {
        figures.add_answers(answers, for_margin);
    }
    if let Some(answers) = given.or(for_margin).or(to_separate) {
        figures.add_comparisons(answers);
    }
    Ok(figures.found)
}

/// The least whole number of answers that is enough; what exceeds one by rounding alone needs no further answer.
#[must_use]
pub fn whole_answers(needed: f64) -> f64 {
    (needed * (1.0 - 1e-12)).ceil()
}

struct Figures<'a> {
    question: &'a PlanningQuestion,
    found: Vec<PlanningFigure>,
}

impl Figures<'_> {
    fn push(&mut self, quantity: Quantity, value: impl Into<Option<f64>>) {
        self.found.push(PlanningFigure { quantity, value: value.into() });
    }

    fn design(&self) -> SampleDesign {
        let PlanningQuestion { level, design_effect, population, .. } = *self.question;
        let population = population.map_or(f64::INFINITY, |people| people as f64);
        SampleDesign { alpha: 1.0 - level, design_effect, population }
    }

    fn joint_design(&self) -> Option<SampleDesign> {
        self.question.units.map(|units| self.design().for_all_pairs(units))
    }

    /// Returns the whole answers that the margin needs.
    fn add_margin(&mut self, margin: f64) -> f64 {
        let needed = self.design().answers_for_margin(self.question.share, margin);
        let whole = whole_answers(needed);
        self.push(Quantity::AnswersForMargin, needed);
        if let Some(rate) = self.question.response_rate {
            self.push(Quantity::PeopleForMargin, whole / rate);
        }
        if let Some(units) = self.question.units {
            self.push(Quantity::AnswersInAllUnits, whole * f64::from(units));
        }
        self.push(Quantity::AnswersBySlovin, slovin(self.design().population, margin));
        whole
    }

    /// Returns the whole answers in each unit that the comparison needs.
    fn add_separation(&mut self, shares: (f64, f64)) -> f64 {
        let power = self.question.power;
        let needed = self.design().answers_to_separate(shares, power);
        let whole = whole_answers(needed);
        self.push(Quantity::AnswersToSeparate, needed);
        if let Some(rate) = self.question.response_rate {
            self.push(Quantity::PeopleToSeparate, whole / rate);
        }
        if let Some(joint) = self.joint_design() {
            self.push(Quantity::AnswersToSeparateJointly, joint.answers_to_separate(shares, power));
        }
        if let Some(answers) = self.question.answers {
            self.push(Quantity::PowerReached, self.design().power_to_separate(shares, answers as f64));
            if let Some(joint) = self.joint_design() {
                self.push(Quantity::PowerReachedJointly, joint.power_to_separate(shares, answers as f64));
            }
        }
        whole
    }

    fn add_answers(&mut self, answers: f64, needed: Option<f64>) {
        let (design, share) = (self.design(), self.question.share);
        let (low, high) = design.wilson(share, answers);
        self.push(Quantity::MarginReached, design.margin(share, answers));
        self.push(Quantity::IntervalLow, low);
        self.push(Quantity::IntervalHigh, high);
        if let Some(needed) = needed {
            self.push(Quantity::MoreAnswers, (needed - answers).max(0.0));
        }
    }

    fn add_comparisons(&mut self, answers: f64) {
        let PlanningQuestion { share, power, units, .. } = *self.question;
        let design = self.design();
        self.push(Quantity::AnswersInEach, answers);
        self.push(Quantity::DifferenceSeparated, design.smallest_difference(share, answers, power));
        let (Some(units), Some(joint)) = (units.map(f64::from), self.joint_design()) else { return };
        self.push(Quantity::Pairs, units * (units - 1.0) / 2.0);
        self.push(Quantity::DifferenceSeparatedJointly, joint.smallest_difference(share, answers, power));
        let differences = [
            (Quantity::MisorderedAtOnePoint, 0.01),
            (Quantity::MisorderedAtTwoPoints, 0.02),
            (Quantity::MisorderedAtFivePoints, 0.05),
        ];
        for (quantity, difference) in differences {
            let chance = || design.chance_of_misordering((share, share - difference), answers);
            self.push(quantity, (difference < share).then(chance));
        }
    }
}

fn check(question: &PlanningQuestion) -> Result<(), PlanningError> {
    let within = |what, value: f64, (low, high), hint| {
        let error = PlanningError::OutOfRange { what, value, low, high, hint };
        if (low..=high).contains(&value) { Ok(()) } else { Err(error) }
    };
    let share = |what, value, low, high| within(what, value, (low, high), SHARE_HINT);
    let count = |what, value: u64, (low, high): (u64, u64)| within(what, value as f64, (low as f64, high as f64), "");
    let inner = (DIFFERENCE_MIN, 1.0 - DIFFERENCE_MIN);
    if let Some((first, second)) = question.separate {
        share("a share to separate", first, inner.0, inner.1)?;
        share("a share to separate", second, inner.0, inner.1)?;
        // Differences of shares written in decimals are off by their last bit.
        if (first - second).abs() < DIFFERENCE_MIN * (1.0 - 1e-9) {
            return Err(PlanningError::SameShares { first, second });
        }
    }
    share("the expected share", question.share, inner.0, inner.1)?;
    share("the level", question.level, 0.5, 0.999_999)?;
    share("the power", question.power, 0.5, 0.9999)?;
    within("the design effect", question.design_effect, (0.01, 1000.0), "")?;
    if let Some(people) = question.population {
        count("the population", people, (2, PEOPLE_MAX))?;
    }
    if let Some(rate) = question.response_rate {
        share("the response rate", rate, DIFFERENCE_MIN, 1.0)?;
    }
    if let Some(units) = question.units {
        count("the number of units", units.into(), (2, UNITS_MAX.into()))?;
    }
    if let Some(margin) = question.margin {
        share("the margin", margin, DIFFERENCE_MIN, 0.5)?;
    }
    if let Some(answers) = question.answers {
        count("the number of answers", answers, (1, PEOPLE_MAX))?;
        if let Some(population) = question.population.filter(|population| answers > *population) {
            return Err(PlanningError::TooManyAnswers { answers, population });
        }
    }
    let is_asked = question.margin.is_some() || question.separate.is_some() || question.answers.is_some();
    if is_asked { Ok(()) } else { Err(PlanningError::NothingAsked) }
}

//! Waves: one round of a survey, planned as a whole and moving one way from draft to released.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    CalibrationPlan, Channel, EstimationPlan, FormLayout, Mode, OpenAnswers, OpenLinkPlan, Questionnaire, RankingPlan,
    Recordings, Source, Unit, UnitList,
};
use crate::foundation::{Code, LanguageTag, Text, Weight};
use crate::statistics::Confidence;
use crate::tables::MissingCodes;

/// Where a wave stands. It moves down this list and never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// Being prepared; nothing can be answered.
    Draft,
    /// Taking answers between its field dates.
    Open,
    /// Taking no more answers; results under review.
    Closed,
    /// Results are public and frozen.
    Released,
}

impl WaveState {
    /// All states in order.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Open, Self::Closed, Self::Released];

    /// The state's name in files and URLs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Released => "released",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The only state that may follow.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Draft => Some(Self::Open),
            Self::Open => Some(Self::Closed),
            Self::Closed => Some(Self::Released),
            Self::Released => None,
        }
    }

    /// Moves to the next state; [`TransitionError`] says why not.
    pub fn advance_to(self, to: Self) -> Result<Self, TransitionError> {
        match self.next() {
            Some(next) if next == to => Ok(to),
            _ if to == self => Err(TransitionError::Already { state: self }),
            Some(next) if to > self => Err(TransitionError::Skip { from: self, next, to }),
            _ => Err(TransitionError::Back { from: self, to }),
        }
    }
}

/// Why a wave does not move to a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// It is there already.
    #[error("the wave is {} already", state.as_str())]
    Already {
        /// The state.
        state: WaveState,
    },
    /// It would go back.
    #[error("a wave never goes back: it is {} and cannot become {} again", from.as_str(), to.as_str())]
    Back {
        /// Where it stands.
        from: WaveState,
        /// Where it was to go.
        to: WaveState,
    },
    /// It would skip a state.
    #[error("the wave is {} and must become {} before it can be {}", from.as_str(), next.as_str(), to.as_str())]
    Skip {
        /// Where it stands.
        from: WaveState,
        /// Where it must go first.
        next: WaveState,
        /// Where it was to go.
        to: WaveState,
    },
}

/// A validated plan: everything that is decided before the first answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The wave's code, such as `laocai-2024`.
    pub code: Code,
    /// Its title by language.
    pub title: Text,
    /// The questionnaire's code (or, in the file, a path to one).
    pub questionnaire: String,
    /// The index method, such as `sipas-top2@2017` (or, in the file, a path to one).
    pub method: String,
    /// The text of the method's file; nothing where the method is built in.
    pub method_text: Option<String>,
    /// The units that are measured and ranked against each other.
    pub units: MeasuredUnits,
    /// The period that the answers speak of.
    pub period: Period,
    /// When answers are taken.
    pub field: Field,
    /// How answers may be given.
    pub modes: Vec<Mode>,
    /// How the form is laid out.
    pub layout: FormLayout,
    /// What answers over the open link are worth.
    pub open_link: OpenLinkPlan,
    /// The weight of an answer that comes without one.
    pub default_weight: Weight,
    /// Which columns of an imported file hold what.
    pub columns: ImportColumns,
    /// What says in an imported file that nothing is known, in every column.
    pub missing: MissingCodes,
    /// The confidence level of intervals and rank sets, such as 0.95.
    pub level: f64,
    /// The margin of error that the fieldwork aims at, as a share (0.05 = five points).
    pub target_margin: f64,
    /// How estimates are made.
    pub estimation: EstimationPlan,
    /// On how much a rank must rest.
    pub ranking: RankingPlan,
    /// How weights are calibrated; not at all if there is nothing.
    pub calibration: Option<CalibrationPlan>,
    /// Whether the answers are invented; then every page says so.
    pub synthetic: bool,
}

impl Plan {
    /// How sure intervals are to be, and how they are made.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        let EstimationPlan { interval: shares, design_effect, .. } = self.estimation;
        Confidence { level: self.level, shares, design_effect }
    }

    /// Whether answers of this source enter the official index.
    #[must_use]
    pub fn counts(&self, source: Source) -> bool {
        source != Source::Open || self.open_link.answers == OpenAnswers::Counted
    }

    /// By which way the fieldwork counts an answer as come.
    #[must_use]
    pub fn channel(&self, mode: Mode, source: Source) -> Channel {
        match source {
            Source::Drawn => Channel::Drawn,
            _ if self.counts(source) => Channel::Mode(mode),
            _ => Channel::OpenLink,
        }
    }

    /// Whether weights are calibrated by the answers to this question about the respondent.
    #[must_use]
    pub fn weights_by(&self, question: &str) -> bool {
        let margins = self.calibration.iter().flat_map(|calibration| &calibration.margins);
        margins.flat_map(|margin| &margin.columns).any(|column| column == question)
    }
}

/// The peer group: which units of the register are measured, and how many answers each should reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredUnits {
    /// Their level, such as `district`.
    pub level: Code,
    /// Which units of that level.
    pub codes: UnitSelection,
    /// The day on which the codes are meant.
    pub on: NaiveDate,
    /// How many answers a unit should reach when `targets` says nothing of it.
    pub target: Option<u32>,
    /// How many answers single units should reach.
    pub targets: BTreeMap<Code, u32>,
}

impl MeasuredUnits {
    /// How many answers the unit should reach; nothing when the plan does not say.
    #[must_use]
    pub fn target_of(&self, unit: &str) -> Option<u32> {
        self.targets.get(unit).copied().or(self.target)
    }
}

/// Which units of a level are measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitSelection {
    /// Every unit that exists on the day, by code.
    All,
    /// These, in this order.
    Listed(Vec<Code>),
}

/// The period that the answers speak of, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// When answers are taken, all days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// First day on which an answer may be given.
    pub opens: NaiveDate,
    /// Last day on which an answer may be given.
    pub closes: NaiveDate,
    /// For how many days after `closes` late arrivals are still taken.
    pub grace_days: u16,
}

impl Field {
    /// The last day on which an answer may arrive.
    #[must_use]
    pub fn accepts_until(&self) -> NaiveDate {
        self.closes.checked_add_days(Days::new(u64::from(self.grace_days))).unwrap_or(NaiveDate::MAX)
    }
}

/// Which columns of an imported file hold what. Items and respondent questions are found by their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportColumns {
    /// The respondent's number in the file, which makes a second import of the same row harmless.
    pub id: Option<String>,
    /// The unit's code.
    pub unit: String,
    /// The stratum; the unit where no column is named.
    pub stratum: Option<String>,
    /// The primary sampling unit; the respondent where no column is named.
    pub psu: Option<String>,
    /// The weight; [`Plan::default_weight`] where no column is named.
    pub weight: Option<String>,
    /// The mode; [`Mode::Paper`] where no column is named.
    pub mode: Option<String>,
    /// The day of the answer; the last field day where no column is named.
    pub answered_on: Option<String>,
}

/// A wave with everything that an answer to it, or a result of it, needs.
#[derive(Debug, Clone)]
pub struct Wave {
    /// What was decided.
    pub plan: Plan,
    /// Where it stands.
    pub state: WaveState,
    /// What is asked.
    pub questionnaire: Questionnaire,
    /// The measured units, in the plan's order.
    pub units: UnitList,
    /// What can be listened to.
    pub recordings: Recordings,
}

impl Wave {
    /// Whether an answer may arrive today.
    #[must_use]
    pub fn accepts_on(&self, today: NaiveDate) -> bool {
        self.state == WaveState::Open && (self.plan.field.opens..=self.plan.field.accepts_until()).contains(&today)
    }

    /// The languages in which answers to it may be given: those in which it is asked or can be listened to, the default first.
    pub fn languages(&self) -> impl Iterator<Item = &LanguageTag> {
        let asked = &self.questionnaire.languages;
        asked.iter().chain(self.recordings.languages().filter(|language| !asked.contains(language)))
    }

    /// The measured unit with this code.
    #[must_use]
    pub fn unit(&self, code: &str) -> Option<&Unit> {
        self.units.find(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_moves_one_state_at_a_time_and_never_back() {
        for (from_position, from) in WaveState::ALL.into_iter().enumerate() {
            for (to_position, to) in WaveState::ALL.into_iter().enumerate() {
                let moved = from.advance_to(to);
                assert_eq!(moved.is_ok(), to_position == from_position + 1, "{from:?} to {to:?}: {moved:?}");
            }
        }
        let messages = [
            (WaveState::Draft, WaveState::Released, "the wave is draft and must become open before it can be released"),
            (WaveState::Closed, WaveState::Open, "a wave never goes back: it is closed and cannot become open again"),
            (WaveState::Open, WaveState::Open, "the wave is open already"),
        ];
        assert!(messages.into_iter().all(|(from, to, told)| from.advance_to(to).unwrap_err().to_string() == told));
    }

    #[test]
    fn a_unit_of_its_own_target_does_not_take_the_common_one() {
        let code = |text: &str| Code::new(text).unwrap();
        let units = MeasuredUnits {
            level: code("district"),
            codes: UnitSelection::All,
            on: NaiveDate::MIN,
            target: Some(400),
            targets: BTreeMap::from([(code("082"), 600)]),
        };
        assert_eq!((units.target_of("082"), units.target_of("085")), (Some(600), Some(400)));
    }
}

//! The ranking of a peer group: its ranked units, and those that are withheld.

use serde::{Deserialize, Serialize};

use super::{Neighbour, RankMethod, Simulated, Ties};
use crate::foundation::Code;
use crate::statistics::Estimate;

/// The ranking of a peer group, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// How the rank sets were made.
    pub method: RankMethod,
    /// The confidence level; of all rank sets together, unless the method is `marginal`.
    pub level: f64,
    /// How many pairs of ranked units there are.
    pub pairs: usize,
    /// How many of them clearly differ. For `marginal`, where the two units of a pair may disagree on that, the mean of the
    /// two counts, rounded down.
    pub pairs_told_apart: usize,
    /// The fewest and the most sampling units that the estimate of a ranked unit is based on; `None` where no unit is ranked.
    pub sampling_units: Option<[u64; 2]>,
    /// Details of a simulated method; `None` for other methods.
    pub simulated: Option<Simulated>,
    /// The ranked units, best first.
    pub entries: Vec<Ranked>,
    /// Units that could not be ranked, each with the reason.
    pub withheld: Vec<Withheld>,
}

/// One ranked unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The unit.
    pub unit: Code,
    /// The index that it is ranked by.
    pub estimate: Estimate,
    /// Competition rank: 1, 2, 2, 4.
    pub rank: usize,
    /// The best rank that the data allow.
    pub rank_low: usize,
    /// The worst rank that the data allow.
    pub rank_high: usize,
    /// The tier, 1 is the best; see [`super::unit_ranks`].
    pub tier: usize,
    /// Which of the other units it does not clearly differ from.
    pub ties: Ties,
    /// How it compares with the unit ranked just before it; `None` for the first.
    pub previous: Option<Neighbour>,
    /// How it compares with the unit ranked just after it; `None` for the last.
    pub next: Option<Neighbour>,
}

impl Ranked {
    /// How many of the ranked units it does not clearly differ from.
    #[must_use]
    pub fn indistinct(&self) -> usize {
        match &self.ties {
            Ties::Runs(runs) => runs.iter().map(|[first, last]| last - first + 1).sum(),
            // Each unit that it clearly differs from is outside its rank set, at one end or the other.
            Ties::Interval(_) => self.rank_high - self.rank_low,
        }
    }
}

impl Ranking {
    /// The ranked units that one of them does not clearly differ from, best first.
    pub fn indistinct_from<'a>(&'a self, ranked: &'a Ranked) -> impl Iterator<Item = &'a Ranked> {
        let is_tied = move |(position, other): &(usize, &Ranked)| {
            if other.unit == ranked.unit {
                return false;
            }
            match (&ranked.ties, &other.ties) {
                (Ties::Runs(runs), _) => runs.iter().any(|run| (run[0]..=run[1]).contains(position)),
                (Ties::Interval(Some(one)), Ties::Interval(Some(other))) => one[0] <= other[1] && other[0] <= one[1],
                (Ties::Interval(_), _) => true,
            }
        };
        self.entries.iter().enumerate().filter(is_tied).map(|(_, other)| other)
    }
}

/// A unit that is not ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The unit.
    pub unit: Code,
    /// Why.
    pub reason: WithheldReason,
}

/// Why a unit is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithheldReason {
    /// It has no estimate.
    NoAnswers,
    /// It is not known how sure its estimate is.
    NoPrecision,
    /// Fewer answered than the plan asks for.
    TooFewAnswers,
    /// They live in fewer sampling units than the plan asks for.
    TooFewSamplingUnits,
}

impl WithheldReason {
    /// Its name in files and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswers => "no_answers",
            Self::NoPrecision => "no_precision",
            Self::TooFewAnswers => "too_few_answers",
            Self::TooFewSamplingUnits => "too_few_sampling_units",
        }
    }
}

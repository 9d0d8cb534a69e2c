//! From indices to ranks that say how sure they are: competition ranks, rank sets at a joint level, tiers.
//!
//! The room knows nothing of storage, HTTP, or of how an index was formed. Start reading at [`rank`] and [`Ranking`];
//! [`RankOptions`] and [`places`] do the same for estimates that have no codes.

mod knowledge;
mod neighbour;
mod options;
mod place;
mod rank;
mod ties;

pub use knowledge::Knowledge;
pub use neighbour::{Neighbour, Verdict};
pub use options::{RankMethod, RankOptions, RankOrder, UnknownRankMethod};
pub use place::{Place, places};
pub use rank::rank;
pub use ties::Ties;

use serde::{Deserialize, Serialize};

use crate::foundation::Code;
use crate::statistics::{Estimate, RankSets};

/// The ranking of a peer group, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// How the rank sets were made.
    pub method: RankMethod,
    /// The confidence level; of all rank sets together, unless the method is `marginal`.
    pub level: f64,
    /// How many pairs of ranked units there are.
    pub pairs: usize,
    /// How many of them are told apart. For `marginal`, where the two units of a pair may differ in that, the mean of the
    /// two counts, rounded down.
    pub pairs_told_apart: usize,
    /// The fewest and the most sampling units that the estimate of a ranked unit rests on; nothing where nobody is ranked.
    pub sampling_units: Option<[u64; 2]>,
    /// What belongs to the result of a simulated method; nothing for the others.
    pub simulated: Option<Simulated>,
    /// The ranked units, best first.
    pub entries: Vec<Ranked>,
    /// Units that could not be ranked, each with the reason.
    pub withheld: Vec<Withheld>,
}

/// With what a ranking was simulated, and how sure its critical value is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Simulated {
    /// How many draws.
    pub draws: usize,
    /// The seed; with it the ranking can be made again, bit for bit.
    pub seed: u64,
    /// A difference is told apart where its p value, on its own degrees of freedom, is below that of so many standard errors in a
    /// large sample: the last step's value, for marginal sets
    /// the largest of all units. Nothing where there is no pair to compare.
    pub critical_value: Option<f64>,
    /// The Monte-Carlo standard error of the critical value.
    pub monte_carlo_se: Option<f64>,
    /// How many pairs lie within two such errors of it, so that another seed may decide them otherwise; for marginal sets
    /// both units of a pair count.
    pub close_calls: usize,
}

impl Simulated {
    /// What to keep of rank sets that were found with these options; nothing if they were not simulated.
    #[must_use]
    pub fn of(found: &RankSets, options: &RankOptions) -> Option<Self> {
        let decisive = match options.method {
            RankMethod::Marginal => found.critical.iter().max_by(|a, b| a.value.total_cmp(&b.value)),
            _ => found.critical.last(),
        };
        options.method.is_simulated().then(|| Self {
            draws: options.draws,
            seed: options.seed,
            critical_value: decisive.map(|critical| critical.value),
            monte_carlo_se: decisive.map(|critical| critical.monte_carlo_se),
            close_calls: found.close_calls(),
        })
    }
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
    /// The tier, 1 is the best; see [`places`].
    pub tier: usize,
    /// What tells which of the others it cannot be told apart from.
    pub ties: Ties,
    /// How it compares with the unit ranked just before it; nothing for the first.
    pub previous: Option<Neighbour>,
    /// How it compares with the unit ranked just after it; nothing for the last.
    pub next: Option<Neighbour>,
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
    /// Nothing tells how sure its estimate is.
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

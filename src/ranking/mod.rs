//! From indices to ranks that say how sure they are: competition ranks, rank sets at a joint level, tiers.
//!
//! The room knows nothing of storage, HTTP, or of how an index was formed. Start reading at [`rank`] and [`Ranking`].

mod rank;

pub use rank::rank;

use serde::Serialize;

use crate::foundation::Code;
use crate::statistics::Estimate;

/// The ranking of a peer group, best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// How the rank sets were made: `holm`.
    pub method: &'static str,
    /// The joint confidence level of all rank sets together.
    pub level: f64,
    /// The ranked units, best first.
    pub entries: Vec<Ranked>,
    /// Units that could not be ranked, each with the reason.
    pub withheld: Vec<Withheld>,
}

/// One ranked unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Units of the same tier are chained together by ranks that cannot be told apart; 1 is the best tier.
    pub tier: usize,
    /// The units that it cannot be told apart from.
    pub indistinct_from: Vec<Code>,
}

/// A unit that is not ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// The unit.
    pub unit: Code,
    /// Why: `no_answers`, `no_precision`.
    pub reason: &'static str,
}

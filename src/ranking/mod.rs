//! From indices to ranks that say how sure they are: competition ranks, rank sets at a joint level, tiers.
//!
//! The room knows nothing of storage, HTTP, or of how an index was formed. Start reading at [`rank`] and [`Ranking`];
//! [`RankOptions`] and [`unit_ranks`] do the same for estimates that have no codes.

mod knowledge;
mod neighbour;
mod options;
mod peer_group;
mod rank;
mod simulated;
mod ties;
mod unit_rank;

pub use knowledge::Knowledge;
pub use neighbour::{Neighbour, Verdict};
pub use options::{RankMethod, RankOptions, RankOrder, UnknownRankMethod};
pub use peer_group::{Ranked, Ranking, Withheld, WithheldReason};
pub use rank::rank;
pub use simulated::Simulated;
pub use ties::Ties;
pub use unit_rank::{UnitRank, unit_ranks};

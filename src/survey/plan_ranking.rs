//! The part of a plan that says on how much a rank must rest.

use toml::{Table, Value};

use crate::foundation::Keys;
use crate::foundation::LimitedFindings;

/// How much must stand behind a unit's index for it to be ranked. Below that the unit is withheld, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankingPlan {
    /// The fewest people who answered at least one item of the index.
    pub answers_min: u64,
    /// The fewest sampling units that they come from.
    pub psus_min: u64,
}

impl Default for RankingPlan {
    /// Ten answers, below which statistical offices commonly print no number of a group; and two sampling units, below
    /// which no error can be estimated at all. Two are little: their sets leave nearly every rank open, and say so.
    fn default() -> Self {
        Self { answers_min: 10, psus_min: 2 }
    }
}

/// The most that a plan may ask for.
const LEAST_MAX: i64 = 1_000_000;

/// Reads `[ranking]`.
pub(super) fn read_ranking(keys: &mut Keys, found: &mut LimitedFindings) -> RankingPlan {
    let mut keys = keys.table("ranking", found);
    let usual = RankingPlan::default();
    let mut least =
        |key: &str, from: i64, usual: u64| keys.within(key, from..=LEAST_MAX, found).map_or(usual, i64::unsigned_abs);
    let plan = RankingPlan {
        answers_min: least("answers_min", 1, usual.answers_min),
        psus_min: least("psus_min", 2, usual.psus_min),
    };
    keys.finish(found);
    plan
}

impl RankingPlan {
    /// As [`read_ranking`] reads it.
    pub(super) fn to_table(self) -> Table {
        let number = |number: u64| Value::from(i64::try_from(number).unwrap_or(LEAST_MAX));
        [("answers_min", self.answers_min), ("psus_min", self.psus_min)]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), number(value)))
            .collect()
    }
}

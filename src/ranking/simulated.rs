//! Details of a simulated ranking.

use serde::{Deserialize, Serialize};

use super::{RankMethod, RankOptions};
use crate::statistics::RankSets;

/// How a ranking was simulated, and how sure its critical value is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Simulated {
    /// How many draws.
    pub draws: usize,
    /// The seed; with it the ranking can be made again, bit for bit.
    pub seed: u64,
    /// A difference is clear where its p value, on its own degrees of freedom, is below that of so many standard errors in a
    /// large sample: the last step's value, for marginal sets the largest of all units. `None` where there is no pair to compare.
    pub critical_value: Option<f64>,
    /// The Monte-Carlo standard error of the critical value.
    pub monte_carlo_se: Option<f64>,
    /// How many pairs lie within two such errors of it, so that another seed may decide them otherwise; for marginal sets
    /// both units of a pair count.
    pub close_calls: usize,
}

impl Simulated {
    /// The details of rank sets that were found with these options; `None` if they were not simulated.
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

//! A number and how sure it is.

use serde::{Deserialize, Deserializer, Serialize};

/// An estimate from a sample, in the unit of its statistic (a share 0–1, a rating on its scale, or points).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimated value.
    pub value: f64,
    /// How many responses it rests on.
    pub n: u64,
    /// How sure it is; nothing where the design does not tell (a stratum with a single primary sampling unit).
    pub precision: Option<Precision>,
}

/// The sampling error of an estimate, in the estimate's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// Standard error under the sample design.
    pub se: f64,
    /// Degrees of freedom: answering primary sampling units less their strata.
    pub df: u64,
    /// The primary sampling units that the answers come from.
    pub sampling_units: u64,
    /// Whether every unit of every stage was drawn, so that nothing is left to chance.
    pub is_census: bool,
    /// Lower end of the confidence interval; NaN where there is none (see [`Self::interval`]).
    #[serde(deserialize_with = "number_or_nan")]
    pub low: f64,
    /// Upper end of the confidence interval; NaN where there is none.
    #[serde(deserialize_with = "number_or_nan")]
    pub high: f64,
    /// Design effect: the variance over that of a simple random sample of the same size, by the definition that was asked for
    /// (see [`super::DesignEffect`]).
    pub design_effect: Option<f64>,
    /// The size of the simple random sample that would be as precise: `n` over the design effect.
    pub n_effective: Option<f64>,
}

/// JSON has no NaN: it is written as null.
fn number_or_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl Precision {
    /// Both ends of the confidence interval, with the estimate between them; nothing for a share outside 0–1, which weights
    /// below 0 make and no interval of shares can hold.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        (self.low <= self.high).then_some((self.low, self.high))
    }
}

//! What kind of ranking is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::statistics::{Comparison, JointIntervals, RankSetError, RankSets, Simulation, Steps};

/// How rank sets are made; the formulas stand with [`Comparison`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RankMethod {
    /// All sets together at the level, by simulation, stepping down ([`Comparison::simultaneous`]).
    Simultaneous,
    /// Who may be among the best τ: the low ends of `simultaneous`; all high ends are the number of units.
    Best,
    /// Who may be among the worst τ: the high ends of `simultaneous`; all low ends are 1.
    Worst,
    /// Each set by itself at the level, by simulation ([`Comparison::marginal`]).
    Marginal,
    /// All sets together at the level, under any dependence, without simulation ([`Comparison::holm`]).
    Holm,
    /// All sets together at the level by overlap of joint intervals ([`Comparison::joint_intervals`]).
    Kww,
}

impl RankMethod {
    /// Every method.
    pub const ALL: [Self; 6] = [Self::Simultaneous, Self::Best, Self::Worst, Self::Marginal, Self::Holm, Self::Kww];

    /// The name in files, commands and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simultaneous => "simultaneous",
            Self::Best => "best",
            Self::Worst => "worst",
            Self::Marginal => "marginal",
            Self::Holm => "holm",
            Self::Kww => "kww",
        }
    }

    /// Whether critical values are simulated, so that draws and a seed belong to the result.
    #[must_use]
    pub fn is_simulated(self) -> bool {
        !matches!(self, Self::Holm | Self::Kww)
    }
}

impl fmt::Display for RankMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no [`RankMethod`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no method; use simultaneous, best, worst, marginal, holm or kww")]
pub struct UnknownRankMethod(String);

impl FromStr for RankMethod {
    type Err = UnknownRankMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or_else(|| UnknownRankMethod(text.to_owned()))
    }
}

/// Which end of the estimates has rank 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RankOrder {
    /// The highest estimate.
    Desc,
    /// The lowest estimate.
    Asc,
}

impl RankOrder {
    /// The estimates with such a sign that higher is better.
    #[must_use]
    pub fn signed(self, estimates: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let sign = if self == Self::Desc { 1.0 } else { -1.0 };
        estimates.into_iter().map(|estimate| sign * estimate).collect()
    }
}

/// What kind of ranking is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankOptions {
    /// How rank sets are made.
    pub method: RankMethod,
    /// Which end has rank 1.
    pub order: RankOrder,
    /// The confidence level, between 0 and 1.
    pub level: f64,
    /// For simulated methods, how many draws.
    pub draws: usize,
    /// For simulated methods, the seed.
    pub seed: u64,
    /// For `kww`, how the intervals share the error.
    pub intervals: JointIntervals,
    /// For `best` and `worst`, the τ; 1 to the number of units.
    pub tau: usize,
    /// How many threads simulate; the result is the same for any number.
    pub threads: usize,
    /// Units with fewer answers are withheld.
    pub answers_min: u64,
    /// Units whose answers come from fewer sampling units are withheld.
    pub psus_min: u64,
}

impl RankOptions {
    /// How many draws are made unless others are asked for.
    pub const DRAWS: usize = 100_000;
    /// The τ of the best and worst unless another is asked for.
    pub const TAU: usize = 3;

    /// A ranking with the highest estimate first, with the usual draws, on one thread, of units with any number of answers.
    #[must_use]
    pub fn new(method: RankMethod, level: f64) -> Self {
        Self {
            method,
            order: RankOrder::Desc,
            level,
            draws: Self::DRAWS,
            seed: 1,
            intervals: JointIntervals::Sidak,
            tau: Self::TAU,
            threads: 1,
            answers_min: 0,
            psus_min: 0,
        }
    }

    /// The rank sets of estimates that were [signed](RankOrder::signed). `progress` is told now and then that so many
    /// more draws were made.
    pub fn rank_sets<'a>(
        &self,
        comparison: &'a Comparison<'a>,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<RankSets<'a>, RankSetError> {
        let simulation = Simulation { draws: self.draws, seed: self.seed, threads: self.threads, progress };
        let is_limited = matches!(self.method, RankMethod::Best | RankMethod::Worst);
        if is_limited && !(1..=comparison.units()).contains(&self.tau) {
            return Err(RankSetError::Tau { tau: self.tau, units: comparison.units() });
        }
        let simultaneous = || comparison.simultaneous(self.level, &simulation, Steps::Down);
        match self.method {
            RankMethod::Simultaneous => simultaneous(),
            RankMethod::Best => Ok(simultaneous()?.lower()),
            RankMethod::Worst => Ok(simultaneous()?.upper()),
            RankMethod::Marginal => comparison.marginal(self.level, &simulation, Steps::Down),
            RankMethod::Holm => comparison.holm(self.level),
            RankMethod::Kww => comparison.joint_intervals(self.level, self.intervals),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Covariance;

    #[test]
    fn a_method_is_named_the_same_everywhere() {
        for method in RankMethod::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
            assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
        }
        assert!("bonferroni".parse::<RankMethod>().is_err());
    }

    #[test]
    fn tau_is_a_rank_where_it_matters() {
        let comparison = Comparison::new(&[0.0, 1.0], Covariance::Independent(&[1.0; 2])).unwrap();
        for (method, tau, is_taken) in [
            (RankMethod::Best, 2, true),
            (RankMethod::Best, 3, false),
            (RankMethod::Worst, 0, false),
            (RankMethod::Holm, 3, true),
        ] {
            let options = RankOptions { tau, draws: 1_000, ..RankOptions::new(method, 0.95) };
            assert_eq!(options.rank_sets(&comparison, &|_| ()).is_ok(), is_taken, "{method} {tau}");
        }
    }
}

//! A wave's results and its rankings, by either kind of rank sets.

use std::sync::Arc;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use super::PipelineError;
use crate::index::WaveResults;
use crate::ranking::{RankMethod, RankOptions, Ranking, rank};
use crate::release::Published;
use crate::statistics::{JointIntervals, RankSetError};
use crate::survey::{EstimationPlan, RankSetChoice, RankingPlan};

/// Results and the rankings that follow from them, all as of the same answers. Cheap to clone.
///
/// Holm's ranking is made with the results. The simulated one is made when it is first asked for, and kept: fieldwork pages and
/// readers of Holm's sets never pay for it, and many who ask at once cause one simulation.
#[derive(Debug, Clone)]
pub struct Standings {
    /// Estimates of items, factors and indices.
    pub results: Arc<WaveResults>,
    /// Which release they are; nothing for what is not released.
    pub release: Option<Published>,
    official: RankSetChoice,
    seed: u64,
    least: RankingPlan,
    /// Holm's; of many units by joint intervals.
    plain: Arc<Ranking>,
    simulated: Arc<OnceCell<Result<Arc<Ranking>, LeftOut>>>,
}

/// Everything that a release says, to be written.
#[derive(Serialize)]
struct Publishing<'a> {
    format: u8,
    results: &'a WaveResults,
    holm: &'a Ranking,
    simultaneous: Result<&'a Ranking, LeftOut>,
}

/// The same, once it was read.
#[derive(Deserialize)]
pub(super) struct ReadRelease {
    results: WaveResults,
    /// Of many units the ranking by joint intervals.
    holm: Ranking,
    simultaneous: Result<Ranking, LeftOut>,
}

/// A ranking by one kind of rank sets.
#[derive(Debug, Clone)]
pub struct ShownRanking {
    /// The peer group, ranked by the headline index.
    pub ranking: Arc<Ranking>,
    /// Which rank sets it has: Holm's, simultaneous ones, or of many units those by joint intervals.
    pub shown: RankMethod,
    /// Which rank sets the plan made the official ones.
    pub official: RankSetChoice,
    /// Why the rank sets that were wanted are not there, so that others stand in for them: of many units joint intervals, else
    /// Holm's.
    pub left_out: Option<LeftOut>,
}

/// Why there are no simultaneous rank sets, or of many units not Holm's either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum LeftOut {
    /// To simulate that many correlated units would keep a reader waiting for too long.
    #[error("{units} units that are correlated are too many to simulate while a reader waits; the limit is {max}")]
    TooManyUnits {
        /// How many are ranked.
        units: usize,
        /// How many there may be.
        max: usize,
    },
    /// Of that many units the pairs are too many to be compared one by one: places are those that joint intervals allow.
    #[error(
        "{units} units are too many to compare each pair of them; above {max} possible ranks come from joint intervals"
    )]
    ManyUnits {
        /// How many the wave measures.
        units: usize,
        /// From how many on pairs are not compared.
        max: usize,
    },
    /// Too few draws lie beyond the critical value of such a level.
    #[error("the level is too near to 1 to be simulated")]
    LevelTooHigh,
    /// The estimates or their covariance are no usable numbers, or no covariance, beyond rounding.
    #[error("the covariance of the units cannot be drawn from")]
    NoCovariance,
}

impl LeftOut {
    /// Its name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooManyUnits { .. } => "too_many_units",
            Self::ManyUnits { .. } => "many_units",
            Self::LevelTooHigh => "level_too_high",
            Self::NoCovariance => "no_covariance",
        }
    }
}

impl Standings {
    /// The most correlated units that are simulated: five seconds on two processors. Each draw multiplies a matrix of their
    /// square; units that are not correlated take less than a second in any number.
    pub const CORRELATED_MAX: usize = 500;

    /// The most units whose pairs are compared one by one. Of more, places are those that joint intervals allow (Klein, Wright and
    /// Wieczorek), which hold at the same level under any dependence: no pair is looked at, and no covariance is needed. How many a
    /// wave measures is fixed before the first answer, and so is its method.
    pub const PAIRWISE_MAX: usize = 1_000;

    /// The standings that follow from results.
    pub(super) fn new(results: WaveResults, plan: &EstimationPlan, least: RankingPlan) -> Result<Self, RankSetError> {
        let is_pairwise = results.units.len() <= Self::PAIRWISE_MAX;
        let method = if is_pairwise { RankMethod::Holm } else { RankMethod::Kww };
        let options = RankOptions { intervals: JointIntervals::Bonferroni, ..RankOptions::new(method, results.level) };
        let ranking = rank(&results.headline_estimates(), &results.covariance, &with_least(options, least))?;
        Ok(Self {
            results: Arc::new(results),
            release: None,
            official: plan.rank_sets,
            seed: plan.seed,
            least,
            plain: Arc::new(ranking),
            simulated: Arc::default(),
        })
    }

    /// All of it as JSON, for a release in this layout: what is simulated when it is first asked for is simulated now.
    pub(super) async fn to_json(&self, format: u8) -> Result<Result<Vec<u8>, serde_json::Error>, PipelineError> {
        let simultaneous = self.simulated().await?;
        let simultaneous = simultaneous.as_deref().map_err(|left_out| *left_out);
        let (results, holm) = (self.results.as_ref(), self.plain.as_ref());
        Ok(serde_json::to_vec(&Publishing { format, results, holm, simultaneous }))
    }

    /// The standings that were released.
    pub(super) fn of_published(
        read: ReadRelease,
        release: Published,
        plan: &EstimationPlan,
        least: RankingPlan,
    ) -> Self {
        Self {
            results: Arc::new(read.results),
            release: Some(release),
            official: plan.rank_sets,
            seed: plan.seed,
            least,
            plain: Arc::new(read.holm),
            simulated: Arc::new(OnceCell::new_with(Some(read.simultaneous.map(Arc::new)))),
        }
    }

    /// The same, where more may be known by now of the release that they are.
    pub(super) fn released_as(self, release: Published) -> Self {
        Self { release: Some(release), ..self }
    }

    /// Why pairs are not compared one by one; nothing where they are.
    fn left_out(&self) -> Option<LeftOut> {
        let units = self.results.units.len();
        (self.plain.method == RankMethod::Kww).then_some(LeftOut::ManyUnits { units, max: Self::PAIRWISE_MAX })
    }

    /// The ranking with the rank sets that are `asked` for, else with the official ones. Where simultaneous ones are left
    /// out it is Holm's, of many units in any case that by joint intervals; both hold at the same level under any dependence.
    pub async fn ranking(&self, asked: Option<RankSetChoice>) -> Result<ShownRanking, PipelineError> {
        let official = self.official;
        let plain = |left_out| {
            let ranking = Arc::clone(&self.plain);
            ShownRanking { shown: ranking.method, ranking, official, left_out }
        };
        match asked.unwrap_or(official) {
            _ if self.left_out().is_some() => Ok(plain(self.left_out())),
            RankSetChoice::Holm => Ok(plain(None)),
            RankSetChoice::Simultaneous => Ok(match self.simulated().await? {
                Ok(ranking) => ShownRanking { shown: ranking.method, ranking, official, left_out: None },
                Err(left_out) => plain(Some(left_out)),
            }),
        }
    }

    /// The ranking with simulated rank sets. The simulation runs to its end though the reader may leave, so that readers who
    /// come and go cause one.
    async fn simulated(&self) -> Result<Result<Arc<Ranking>, LeftOut>, PipelineError> {
        let standings = self.clone();
        let making = tokio::spawn(async move {
            let simulating = || async {
                let standings = standings.clone();
                tokio::task::spawn_blocking(move || standings.simulate()).await
            };
            standings.simulated.get_or_try_init(simulating).await.cloned()
        });
        making.await.and_then(|made| made).map_err(|_| PipelineError::Interrupted)
    }

    fn simulate(&self) -> Result<Arc<Ranking>, LeftOut> {
        let WaveResults { level, covariance, .. } = self.results.as_ref();
        if let Some(left_out) = self.left_out() {
            return Err(left_out);
        }
        let units = self.plain.entries.len();
        if units > Self::CORRELATED_MAX && covariance.pairs().is_none_or(|mut pairs| pairs.next().is_some()) {
            return Err(LeftOut::TooManyUnits { units, max: Self::CORRELATED_MAX });
        }
        let threads = available_parallelism().map_or(1, usize::from);
        let options = RankOptions { seed: self.seed, threads, ..RankOptions::new(RankMethod::Simultaneous, *level) };
        let options = with_least(options, self.least);
        let ranking = rank(&self.results.headline_estimates(), covariance, &options).map_err(|error| match error {
            RankSetError::Draws { .. } | RankSetError::Level(_) => LeftOut::LevelTooHigh,
            RankSetError::TooManyUnits { units, max, .. } => LeftOut::TooManyUnits { units, max },
            _ => LeftOut::NoCovariance,
        });
        ranking.map(Arc::new)
    }
}

/// The options of a ranking that withholds units with less than the plan asks for.
fn with_least(options: RankOptions, least: RankingPlan) -> RankOptions {
    RankOptions { answers_min: least.answers_min, psus_min: least.psus_min, ..options }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::Code;
    use crate::index::{IndexResult, Method, OpenLinkResults, UnitResults};
    use crate::statistics::{Estimate, Precision, SparseCovariance};

    fn unit(name: Option<String>, value: f64) -> UnitResults {
        let precision = Precision {
            se: 0.1,
            df: 30,
            sampling_units: 31,
            is_census: false,
            low: 0.0,
            high: 1.0,
            design_effect: None,
            n_effective: None,
        };
        let estimate = Some(Estimate { value, n: 40, precision: Some(precision) });
        UnitResults {
            unit: name.map(|name| Code::new(name).unwrap()),
            responses: 40,
            items: Vec::new(),
            factors: Vec::new(),
            indices: vec![IndexResult { index: Code::new("index_items").unwrap(), estimate }],
        }
    }

    /// So many units, each tied to the next.
    fn standings(units: usize, between: f64, level: f64, rank_sets: RankSetChoice) -> Standings {
        let value = |i: usize| 0.9 - 0.8 * i as f64 / units as f64;
        let covariance = |i: usize, j: usize| match i.abs_diff(j) {
            0 => 0.01,
            1 => between,
            _ => 0.0,
        };
        let rows: Vec<Vec<f64>> = (0..units).map(|i| (0..units).map(|j| covariance(i, j)).collect()).collect();
        let results = WaveResults {
            method: "sipas-top2@2017".to_owned(),
            headline: Method::all()[0].headline().clone(),
            level,
            uncalibrated: None,
            negative_weights: None,
            open_link: OpenLinkResults::None,
            units: (0..units).map(|i| Arc::new(unit(Some(format!("u{i}")), value(i)))).collect(),
            overall: unit(None, 0.5),
            covariance: SparseCovariance::of_rows(&rows),
        };
        let plan = EstimationPlan { rank_sets, seed: 7, ..EstimationPlan::default() };
        Standings::new(results, &plan, RankingPlan::default()).unwrap()
    }

    const ALL: [RankSetChoice; 2] = RankSetChoice::ALL;

    #[tokio::test]
    async fn the_official_sets_come_unless_others_are_asked_for() {
        let [holm, simultaneous] = ALL;
        for official in ALL {
            let standings = standings(6, 0.002, 0.95, official);
            for (asked, expected) in [(None, official), (Some(holm), holm), (Some(simultaneous), simultaneous)] {
                let chosen = standings.ranking(asked).await.unwrap();
                assert_eq!((chosen.shown.as_str(), chosen.official), (expected.as_str(), official));
                assert_eq!(chosen.left_out, None);
                assert_eq!(chosen.ranking.method.as_str(), expected.as_str());
                let seed = chosen.ranking.simulated.map(|simulated| (simulated.draws, simulated.seed));
                assert_eq!(seed, (expected == simultaneous).then_some((100_000, 7)));
            }
        }
    }

    #[tokio::test]
    async fn many_readers_who_ask_at_once_get_one_simulation() {
        let standings = standings(6, 0.002, 0.95, RankSetChoice::Holm);
        let ask = || standings.ranking(Some(RankSetChoice::Simultaneous));
        let (a, b, c) = tokio::join!(ask(), ask(), ask());
        let [a, b, c] = [a, b, c].map(|chosen| chosen.unwrap().ranking);
        assert!(Arc::ptr_eq(&a, &b) && Arc::ptr_eq(&b, &c));
    }

    #[tokio::test]
    async fn what_cannot_be_simulated_while_a_reader_waits_is_left_out_with_the_reason_and_holm_stands_in() {
        let max = Standings::CORRELATED_MAX;
        let cases = [
            (max + 1, 0.002, 0.95, Some(LeftOut::TooManyUnits { units: max + 1, max })),
            (max + 1, 0.0, 0.95, None),
            (6, 0.002, 0.999_95, Some(LeftOut::LevelTooHigh)),
            // Each is tied to the next so closely that the sum with changing signs would have a negative variance.
            (6, 0.009, 0.95, Some(LeftOut::NoCovariance)),
        ];
        for (units, between, level, left_out) in cases {
            let standings = standings(units, between, level, RankSetChoice::Simultaneous);
            let chosen = standings.ranking(None).await.unwrap();
            assert_eq!(chosen.left_out, left_out);
            assert_eq!(chosen.shown == RankMethod::Holm, left_out.is_some());
            assert_eq!(chosen.ranking.entries.len(), units);
        }
    }

    #[tokio::test]
    async fn of_more_units_than_are_compared_pair_by_pair_places_come_from_joint_intervals_whatever_is_asked_for() {
        let max = Standings::PAIRWISE_MAX;
        for (units, shown) in [(max, RankMethod::Holm), (max + 1, RankMethod::Kww)] {
            let standings = standings(units, 0.0, 0.95, RankSetChoice::Holm);
            let left_out = (units > max).then_some(LeftOut::ManyUnits { units, max });
            for asked in [None, Some(RankSetChoice::Holm)] {
                let chosen = standings.ranking(asked).await.unwrap();
                assert_eq!((chosen.shown, chosen.left_out), (shown, left_out));
                for ranked in [&chosen.ranking.entries[0], &chosen.ranking.entries[units / 2]] {
                    assert_eq!(chosen.ranking.indistinct_from(ranked).count(), ranked.indistinct());
                    assert_eq!(ranked.indistinct(), ranked.rank_high - ranked.rank_low);
                }
            }
            let simulated = standings.ranking(Some(RankSetChoice::Simultaneous)).await.unwrap();
            assert_eq!(simulated.left_out, left_out);
        }
    }
}

//! What a wave says: estimates of every item, factor and index, for each unit and overall.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Index;
use crate::estimation::{EstimationError, NegativeWeights};
use crate::foundation::{Code, RatingScale};
use crate::statistics::{Estimate, SparseCovariance};

/// The results of a wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaveResults {
    /// The method's name and version, such as `sipas-top2@2017`.
    pub method: String,
    /// The index that the method ranks by, as the method defines it.
    pub headline: Index,
    /// Confidence level of the intervals.
    pub level: f64,
    /// Why the weights are not calibrated although the plan wants it; nothing where they are, or where it does not. Such results are
    /// not released.
    #[serde(skip, default)]
    pub uncalibrated: Option<EstimationError>,
    /// The weights that the calibration made negative; nothing where there are none.
    pub negative_weights: Option<NegativeWeights>,
    /// What came over the open link.
    pub open_link: OpenLinkResults,
    /// One entry a measured unit, in the plan's order. Shared, because those of units that nobody answered for since are those of
    /// the results before.
    #[serde(with = "shared")]
    pub units: Vec<Arc<UnitResults>>,
    /// All units together.
    pub overall: UnitResults,
    /// Covariance of the headline index between units, in the order of `units`; 0 where one has no estimate. Rankings are
    /// made of it, and released with what they say of it.
    #[serde(skip, default)]
    pub covariance: SparseCovariance,
}

/// What people said who came over the open link. They chose themselves, so nothing says how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OpenLinkResults {
    /// Nobody came that way.
    None,
    /// So many of the responses, which are counted in the official results: their margins are then no margins of error.
    Counted(u64),
    /// Estimates without any precision, which are no part of the official results: each unit in the plan's order, and all.
    Apart {
        /// One entry a measured unit.
        units: Vec<UnitResults>,
        /// All units together.
        overall: Box<UnitResults>,
    },
}

impl OpenLinkResults {
    /// How many answers came this way.
    #[must_use]
    pub fn answers(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Counted(answers) => *answers,
            Self::Apart { overall, .. } => overall.responses,
        }
    }

    /// How many of the answers in the official results came this way.
    #[must_use]
    pub fn counted(&self) -> u64 {
        if let Self::Counted(answers) = self { *answers } else { 0 }
    }

    /// What responses at weight 1 make, without any precision.
    #[must_use]
    pub fn apart(results: WaveResults) -> Self {
        let units = results.units.into_iter().map(|unit| Arc::unwrap_or_clone(unit).without_precision()).collect();
        Self::Apart { units, overall: Box::new(results.overall.without_precision()) }
    }
}

impl WaveResults {
    /// Why the unit at this place in the plan's order has no index although people answered.
    #[must_use]
    pub fn unanswered(&self, position: usize) -> Option<Unanswered<'_>> {
        let results = self.units.get(position)?;
        results.unanswered().filter(|_| results.index(&self.headline.id).is_none())
    }

    /// What units are ranked by: each unit with its headline index, in the plan's order and that of the covariance.
    #[must_use]
    pub fn headline_estimates(&self) -> Vec<(Code, Option<Estimate>)> {
        debug_assert!(self.units.iter().all(|results| results.unit.is_some()), "only `overall` has no unit");
        let estimate =
            |results: &Arc<UnitResults>| Some((results.unit.clone()?, results.index(&self.headline.id).copied()));
        self.units.iter().filter_map(estimate).collect()
    }
}

/// Shared results are written as what they hold.
mod shared {
    use super::{Arc, UnitResults};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(units: &[Arc<UnitResults>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(units.iter().map(AsRef::as_ref))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arc<UnitResults>>, D::Error> {
        Ok(Vec::<UnitResults>::deserialize(from)?.into_iter().map(Arc::new).collect())
    }
}

/// The results of one unit, or of all together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitResults {
    /// The unit; none for all together.
    pub unit: Option<Code>,
    /// How many people answered at least one rated item.
    pub responses: u64,
    /// Each rated item, in the questionnaire's order.
    pub items: Vec<ItemResult>,
    /// Each factor, in the questionnaire's order.
    pub factors: Vec<FactorResult>,
    /// The indices, in the method's order.
    pub indices: Vec<IndexResult>,
}

/// Why people answered and there is no index: on these items nobody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered<'a> {
    /// How many answered at least one item.
    pub answered: u64,
    /// The items that none of them answered, in the questionnaire's order.
    pub items: Vec<&'a Code>,
}

impl UnitResults {
    /// The estimate of the index with this id.
    #[must_use]
    pub fn index(&self, id: &Code) -> Option<&Estimate> {
        self.indices.iter().find(|result| result.index == *id)?.estimate.as_ref()
    }

    /// The items that nobody answered, where somebody answered others.
    #[must_use]
    pub fn unanswered(&self) -> Option<Unanswered<'_>> {
        let items: Vec<&Code> = self.items.iter().filter(|item| item.top2.is_none()).map(|item| &item.item).collect();
        (self.responses > 0 && !items.is_empty()).then_some(Unanswered { answered: self.responses, items })
    }

    /// The same estimates, saying nothing of how sure they are.
    fn without_precision(mut self) -> Self {
        let items = self.items.iter_mut().flat_map(|item| [&mut item.top2, &mut item.mean, &mut item.nps]);
        let factors = self.factors.iter_mut().map(|factor| &mut factor.top2);
        let indices = self.indices.iter_mut().map(|result| &mut result.estimate);
        items.chain(factors).chain(indices).flatten().for_each(|estimate| estimate.precision = None);
        self
    }
}

/// One rated item. Nothing where nobody answered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemResult {
    /// The item.
    pub item: Code,
    /// Its scale.
    pub scale: RatingScale,
    /// Share of satisfied answers, 0–1.
    pub top2: Option<Estimate>,
    /// Mean rating, on its scale; of a reversed item as if every answer lay opposite.
    pub mean: Option<Estimate>,
    /// Whether its answers make a net promoter score.
    pub makes_nps: bool,
    /// That score, −100 to 100.
    pub nps: Option<Estimate>,
    /// Weighted share of each point of its scale, worst first; sums to 1.
    pub distribution: Option<Vec<f64>>,
}

/// One factor. Nothing where one of its items has no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactorResult {
    /// The factor.
    pub factor: Code,
    /// Mean of its items' shares, 0–1.
    pub top2: Option<Estimate>,
}

/// One index. Nothing where one of its items has no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexResult {
    /// The index's id.
    pub index: Code,
    /// Its estimate, in its own unit: a share 0–1, or points.
    pub estimate: Option<Estimate>,
}

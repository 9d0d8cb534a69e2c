//! What a wave says: estimates of every item, factor and index, for each unit and overall.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::estimation::{EstimationError, NegativeWeights};
use crate::foundation::{Code, RatingScale};
use crate::statistics::{Estimate, SparseCovariance};

/// The ways to average items into one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKind {
    /// Mean of the items' shares of satisfied answers.
    Items,
    /// Mean over factors of the mean of their items' shares.
    Factors,
    /// All satisfied answers over all answers.
    Pooled,
    /// Mean rating, rescaled to 0–100 points.
    Score,
    /// Net promoter score: of a hundred people, how many recommend less how many advise against.
    Nps,
}

impl IndexKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Items, Self::Factors, Self::Pooled, Self::Score, Self::Nps];

    /// Whether it is a share, 0–1; else it is points.
    #[must_use]
    pub fn is_share(self) -> bool {
        matches!(self, Self::Items | Self::Factors | Self::Pooled)
    }

    /// Its name in files and URLs: `index_items`, …
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Items => "index_items",
            Self::Factors => "index_factors",
            Self::Pooled => "index_pooled",
            Self::Score => "index_score",
            Self::Nps => "nps",
        }
    }
}

/// The results of a wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaveResults {
    /// The method's name and version, such as `sipas-top2@2017`.
    pub method: String,
    /// Which index the method ranks by.
    pub headline: IndexKind,
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
        results.unanswered().filter(|_| results.indices.get(self.headline).is_none())
    }

    /// What units are ranked by: each unit with its headline index, in the plan's order and that of the covariance.
    #[must_use]
    pub fn headline_estimates(&self) -> Vec<(Code, Option<Estimate>)> {
        debug_assert!(self.units.iter().all(|results| results.unit.is_some()), "only `overall` has no unit");
        let estimate =
            |results: &Arc<UnitResults>| Some((results.unit.clone()?, results.indices.get(self.headline).copied()));
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
    /// The indices.
    pub indices: Indices,
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
        let Indices { items: by_item, factors: by_factor, pooled, score, nps } = &mut self.indices;
        let all = items.chain(factors).chain([by_item, by_factor, pooled, score, nps]);
        all.flatten().for_each(|estimate| estimate.precision = None);
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

/// The indices. Nothing where one of the items has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Indices {
    /// See [`IndexKind::Items`]; a share 0–1.
    pub items: Option<Estimate>,
    /// See [`IndexKind::Factors`]; a share 0–1.
    pub factors: Option<Estimate>,
    /// See [`IndexKind::Pooled`]; a share 0–1.
    pub pooled: Option<Estimate>,
    /// See [`IndexKind::Score`]; points 0–100.
    pub score: Option<Estimate>,
    /// See [`IndexKind::Nps`]; points −100 to 100. Nothing where no item makes one.
    pub nps: Option<Estimate>,
}

impl Indices {
    /// The index of this kind.
    #[must_use]
    pub fn get(&self, kind: IndexKind) -> Option<&Estimate> {
        match kind {
            IndexKind::Items => self.items.as_ref(),
            IndexKind::Factors => self.factors.as_ref(),
            IndexKind::Pooled => self.pooled.as_ref(),
            IndexKind::Score => self.score.as_ref(),
            IndexKind::Nps => self.nps.as_ref(),
        }
    }
}

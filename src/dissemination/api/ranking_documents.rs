//! The shapes of rankings: the list of units, and the entry of one.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::rank_set_documents::RankSetsDocument;
use super::release_documents::ReleaseNumbers;
use crate::documents::{UnitPage, UnitPageDocument};
use crate::foundation::Code;
use crate::index::{EstimateRow, Index, WaveResults};
use crate::pipeline::ShownRanking;
use crate::ranking::{Ranked, Ranking, Ties, Withheld};
use crate::survey::Wave;
use crate::tables::{Concept, Dataset, Figure, Unit, concepts, rows};

/// The ranking of a wave's units.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RankingDocument {
    /// The wave's code.
    wave: Code,
    #[serde(flatten)]
    pub(super) release: ReleaseNumbers,
    /// How the index is made.
    method: String,
    /// The statistic that units are ranked by.
    statistic: String,
    #[serde(flatten)]
    sets: RankSetsDocument,
    /// The confidence level of the intervals, and the joint level of all rank sets together.
    level: f64,
    /// How many responses came over the open link. Where there are any, margins are no margins of error.
    open_link_counted: u64,
    /// Whether the answers are invented.
    synthetic: bool,
    #[serde(flatten)]
    page: UnitPageDocument,
    /// The ranked units of the page, best first, then those that are withheld.
    rows: Vec<ListedUnit>,
}

/// A unit in the list of a ranking.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ListedUnit {
    #[serde(flatten)]
    row: RankingRow,
    /// Where it is withheld for `items_unanswered`, the codes of the items that none of its `n` answered. In CSV they stand in one
    /// column, separated by spaces.
    unanswered_items: Vec<Code>,
}

/// The most units that a unit's document names as those it cannot be told apart from.
const INDISTINCT_MAX: usize = 1_000;

/// A unit in the ranking and those that it cannot be told apart from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct RankingEntry {
    #[serde(flatten)]
    row: RankingRow,
    /// The codes of the units that it cannot be told apart from, best first; null where they are more than 1,000: then the joint
    /// intervals tell.
    indistinct_from: Option<Vec<Code>>,
}

impl RankingEntry {
    pub(super) fn new(wave: &Wave, ranking: &Ranking, ranked: &Ranked) -> Self {
        let indistinct_from = (ranked.indistinct() <= INDISTINCT_MAX)
            .then(|| ranking.indistinct_from(ranked).map(|other| other.unit.clone()).collect());
        Self { row: RankingRow::ranked(wave, ranked), indistinct_from }
    }
}

/// The columns of a ranking's table.
pub(super) type RankingColumns<'a> = (&'a RankingRow, UnansweredColumn);

rows! {
    /// The last column of the table.
    pub(super) struct UnansweredColumn {
        /// Where a unit is withheld for `items_unanswered`, the codes of the items that none of its `n` answered, separated by spaces.
        unanswered_items: String => Concept::text("UNANSWERED_ITEMS"),
    }
}

/// How many ranked units a unit cannot be told apart from.
const INDISTINCT: Concept = Concept::number("INDISTINCT_UNITS", Figure::whole(Unit::Units));
/// The lower end of a joint interval, in the unit of the index.
const JOINT_LOW: Concept = Concept::number("JOINT_CONF_LOW", Figure::OF_STATISTIC);
/// The upper end.
const JOINT_HIGH: Concept = Concept::number("JOINT_CONF_HIGH", Figure::OF_STATISTIC);

rows! {
    /// A unit in the ranking.
    #[derive(Debug, Clone, Default, Serialize, ToSchema)]
    pub(super) struct RankingRow {
        /// The unit's code.
        unit: String => concepts::REF_AREA,
        /// The unit's name in Vietnamese; `GET /waves/{wave}` has it in every language.
        name: String => concepts::AREA_NAME,
        /// Competition rank (1, 2, 2, 4); null where it is withheld.
        rank: Option<usize> => concepts::RANK,
        /// The best rank that the data allow.
        rank_low: Option<usize> => concepts::RANK_LOW,
        /// The worst rank that the data allow.
        rank_high: Option<usize> => concepts::RANK_HIGH,
        /// A tier is a chain of units each of which cannot be told apart from a neighbour; 1 is the best.
        tier: Option<usize> => concepts::TIER,
        /// How many of the ranked units it cannot be told apart from; `GET /waves/{wave}/units/{unit}` names them.
        indistinct_from_count: Option<usize> => INDISTINCT,
        /// Where `rank_method` is `kww`, the lower end of its joint interval: two units are told apart where their joint intervals do not
        /// overlap. Null for other methods, and where its error is not known, so that it is told apart from nobody.
        joint_low: Option<f64> => JOINT_LOW,
        /// The upper end.
        joint_high: Option<f64> => JOINT_HIGH,
        /// How many responses the index rests on.
        n: u64 => concepts::SAMPLE_SIZE,
        /// The index, in the unit of its statistic.
        estimate: Option<f64> => concepts::OBS_VALUE,
        /// Standard error under the sample design.
        se: Option<f64> => concepts::STD_ERR,
        /// Degrees of freedom.
        df: Option<u64> => concepts::DEGREES_OF_FREEDOM,
        /// Lower end of the confidence interval.
        ci_low: Option<f64> => concepts::CONF_LOW,
        /// Upper end of the confidence interval.
        ci_high: Option<f64> => concepts::CONF_HIGH,
        /// Design effect.
        deff: Option<f64> => concepts::DESIGN_EFFECT,
        /// Effective sample size.
        n_eff: Option<f64> => concepts::EFFECTIVE_SIZE,
        /// Why it is not ranked: `no_answers`, `items_unanswered` (`n` answered, none of them one of the index's items),
        /// `no_precision`, `too_few_answers`, `too_few_sampling_units`; null where it is.
        withheld: Option<&'static str> => concepts::OBS_STATUS,
    }
}

impl ListedUnit {
    /// The row of the table.
    fn columns(&self) -> RankingColumns<'_> {
        let codes: Vec<&str> = self.unanswered_items.iter().map(Code::as_str).collect();
        (&self.row, UnansweredColumn { unanswered_items: codes.join(" ") })
    }

    fn withheld(wave: &Wave, results: &WaveResults, withheld: &Withheld) -> Self {
        let Withheld { unit, reason } = withheld;
        let row = RankingRow::withheld(wave, unit, reason.as_str());
        let position = wave.units.position(unit.as_str());
        match position.and_then(|position| results.unanswered(position)) {
            None => Self { row, unanswered_items: Vec::new() },
            Some(found) => Self {
                row: RankingRow { n: found.answered, withheld: Some("items_unanswered"), ..row },
                unanswered_items: found.items.into_iter().cloned().collect(),
            },
        }
    }
}

impl RankingRow {
    fn ranked(wave: &Wave, ranked: &Ranked) -> Self {
        let EstimateRow { n, estimate, se, df, ci_low, ci_high, deff, n_eff, .. } =
            EstimateRow::new("", None, Some(&ranked.estimate));
        let joint = if let Ties::Interval(joint) = ranked.ties { joint } else { None };
        Self {
            rank: Some(ranked.rank),
            rank_low: Some(ranked.rank_low),
            rank_high: Some(ranked.rank_high),
            tier: Some(ranked.tier),
            indistinct_from_count: Some(ranked.indistinct()),
            joint_low: joint.map(|[low, _]| low),
            joint_high: joint.map(|[_, high]| high),
            n,
            estimate,
            se,
            df,
            ci_low,
            ci_high,
            deff,
            n_eff,
            withheld: None,
            ..Self::withheld(wave, &ranked.unit, "")
        }
    }

    fn withheld(wave: &Wave, unit: &Code, reason: &'static str) -> Self {
        Self {
            unit: unit.to_string(),
            name: wave.unit(unit.as_str()).map_or("", |unit| unit.name("vi")).to_owned(),
            withheld: Some(reason),
            ..Self::default()
        }
    }
}

impl RankingDocument {
    /// The units of a page, best first; see [`ranked_positions`].
    pub(super) fn new(wave: &Wave, results: &WaveResults, chosen: &ShownRanking, page: &UnitPage) -> Self {
        let ranking = chosen.ranking.as_ref();
        let ranked = ranking.entries.iter().map(|ranked| (ranked.unit.as_str(), Ok(ranked)));
        let withheld = ranking.withheld.iter().map(|withheld| (withheld.unit.as_str(), Err(withheld)));
        let units: HashMap<&str, Result<&Ranked, &Withheld>> = ranked.chain(withheld).collect();
        let row = |position: &usize| {
            Some(match units.get(wave.units.get(*position)?.code().as_str())? {
                Ok(ranked) => ListedUnit { row: RankingRow::ranked(wave, ranked), unanswered_items: Vec::new() },
                Err(withheld) => ListedUnit::withheld(wave, results, withheld),
            })
        };
        Self {
            wave: wave.plan.code.clone(),
            release: ReleaseNumbers::default(),
            method: results.method.clone(),
            statistic: results.headline.id.to_string(),
            sets: RankSetsDocument::new(chosen),
            level: ranking.level,
            open_link_counted: results.open_link.counted(),
            synthetic: wave.plan.synthetic,
            page: page.shown,
            rows: page.positions.iter().filter_map(row).collect(),
        }
    }

    /// The rows as a table, all of one index.
    pub(super) fn dataset(&self, headline: &Index) -> Dataset<impl Iterator<Item = RankingColumns<'_>>> {
        Dataset::new(self.rows.iter().map(ListedUnit::columns)).of_one_statistic(headline.figure())
    }
}

/// The places in the plan's order of the units of a ranking, best first, then of those that are withheld.
pub(super) fn ranked_positions(wave: &Wave, ranking: &Ranking) -> Vec<usize> {
    let ranked = ranking.entries.iter().map(|ranked| &ranked.unit);
    let units = ranked.chain(ranking.withheld.iter().map(|withheld| &withheld.unit));
    units.filter_map(|unit| wave.units.position(unit.as_str())).collect()
}

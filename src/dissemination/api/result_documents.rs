//! The shapes of results: a wave's estimates, and one unit.

use serde::Serialize;
use utoipa::ToSchema;

use super::negative_weights_document::NegativeWeightsDocument;
use super::rank_set_documents::{NeighbourDocument, RankSetsDocument};
use super::ranking_documents::RankingEntry;
use super::release_documents::ReleaseNumbers;
use super::rows::{EstimateColumns, UnitEstimate, unit_rows, wave_rows};
use super::wave_documents::MeasuredUnit;
use crate::documents::{UnitPage, UnitPageDocument};
use crate::foundation::Code;
use crate::index::{UnitResults, WaveResults};
use crate::pipeline::ShownRanking;
use crate::ranking::Neighbour;
use crate::survey::Wave;
use crate::tables::Dataset;

/// The estimates of a wave.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResultsDocument {
    /// The wave's code.
    wave: Code,
    #[serde(flatten)]
    pub(super) release: ReleaseNumbers,
    /// How the index is made.
    method: String,
    /// The statistic that units are ranked by, such as `index_items`.
    headline: String,
    /// The confidence level of the intervals.
    level: f64,
    /// What the design effects compare with, and the effective sizes with them: a simple random sample `with_replacement`
    /// (R: `deff = "replace"`) or `without_replacement` (R: `deff = TRUE`).
    design_effect_method: &'static str,
    /// How many people answered at least one rated item.
    responses: u64,
    /// Why the weights are not calibrated although the plan wants it; null where they are, or where it does not.
    uncalibrated: Option<String>,
    /// Which weights the calibration made negative, and how small: shares may then leave 0–1, and have no interval. Null where
    /// there are none.
    negative_weights: Option<NegativeWeightsDocument>,
    /// How many of the responses came over the open link. Where there are any, margins are no margins of error.
    open_link_counted: u64,
    /// Whether the answers are invented.
    synthetic: bool,
    #[serde(flatten)]
    page: UnitPageDocument,
    /// The estimates: on the first page all units together first, then each unit of the page.
    pub(super) rows: Vec<UnitEstimate>,
}

impl ResultsDocument {
    pub(super) fn new(wave: &Wave, results: &WaveResults, page: &UnitPage) -> Self {
        Self {
            wave: wave.plan.code.clone(),
            release: ReleaseNumbers::default(),
            method: results.method.clone(),
            headline: results.headline.id.to_string(),
            level: results.level,
            design_effect_method: wave.plan.estimation.design_effect.as_str(),
            responses: results.overall.responses,
            uncalibrated: results.uncalibrated.as_ref().map(ToString::to_string),
            negative_weights: NegativeWeightsDocument::new(wave, results),
            open_link_counted: results.open_link.counted(),
            synthetic: wave.plan.synthetic,
            page: page.shown,
            rows: wave_rows(results, &page.positions, page.has_overall),
        }
    }

    /// The estimates as a table.
    pub(super) fn dataset(&self) -> Dataset<impl Iterator<Item = EstimateColumns<'_>>> {
        Dataset::new(self.rows.iter().map(UnitEstimate::row))
    }
}

/// The results of one unit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitDocument {
    /// The wave's code.
    wave: Code,
    #[serde(flatten)]
    pub(super) release: ReleaseNumbers,
    /// The unit.
    unit: MeasuredUnit,
    /// How the index is made.
    method: String,
    /// The confidence level of the intervals and, jointly, of the rank sets.
    level: f64,
    /// How many people answered at least one rated item.
    responses: u64,
    #[serde(flatten)]
    sets: RankSetsDocument,
    /// Its rank and what belongs to it; null where it is not ranked.
    ranking: Option<RankingEntry>,
    /// How it differs from the unit ranked just before it; null for the first, and where it is not ranked.
    previous: Option<NeighbourDocument>,
    /// How it differs from the unit ranked just after it; null for the last, and where it is not ranked.
    next: Option<NeighbourDocument>,
    /// How many responses of all units came over the open link. Where there are any, margins are no margins of error.
    open_link_counted: u64,
    /// Whether the answers are invented.
    synthetic: bool,
    /// The unit's estimates, and the shares of the five ratings of each item.
    pub(super) rows: Vec<UnitEstimate>,
}

impl UnitDocument {
    pub(super) fn new(
        wave: &Wave,
        results: &WaveResults,
        chosen: &ShownRanking,
        code: &Code,
        unit: &UnitResults,
    ) -> Self {
        let neighbour = |neighbour: &Option<Neighbour>| neighbour.as_ref().map(|n| NeighbourDocument::new(wave, n));
        let ranked = chosen.ranking.entries.iter().find(|ranked| ranked.unit == *code);
        Self {
            wave: wave.plan.code.clone(),
            release: ReleaseNumbers::default(),
            unit: MeasuredUnit::new(wave, code),
            method: results.method.clone(),
            level: results.level,
            responses: unit.responses,
            sets: RankSetsDocument::new(chosen),
            ranking: ranked.map(|ranked| RankingEntry::new(wave, &chosen.ranking, ranked)),
            previous: ranked.and_then(|ranked| neighbour(&ranked.previous)),
            next: ranked.and_then(|ranked| neighbour(&ranked.next)),
            open_link_counted: results.open_link.counted(),
            synthetic: wave.plan.synthetic,
            rows: unit_rows(unit),
        }
    }

    /// The estimates as a table.
    pub(super) fn dataset(&self) -> Dataset<impl Iterator<Item = EstimateColumns<'_>>> {
        Dataset::new(self.rows.iter().map(UnitEstimate::row))
    }
}

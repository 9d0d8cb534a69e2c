//! The shape of what came over the open link: estimates without any precision.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use super::release_documents::ReleaseNumbers;
use crate::documents::{UnitPage, UnitPageDocument};
use crate::foundation::Code;
use crate::index::{EstimateRow, OpenLinkResults, UnitResults, WaveResults};
use crate::survey::Wave;
use crate::tables::{Dataset, concepts, rows};

/// What people said who came over the open link.
///
/// They chose themselves: no sample design stands behind them, so there is neither a standard error nor an interval.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenLinkDocument {
    /// The wave's code.
    wave: Code,
    #[serde(flatten)]
    pub(super) release: ReleaseNumbers,
    /// How the index is made.
    method: String,
    /// How many answers came this way.
    answers: u64,
    /// Whether they are counted in the official results. They are then not given apart, and the margins of the official results
    /// are no margins of error.
    counted: bool,
    /// Whether the answers are invented.
    synthetic: bool,
    #[serde(flatten)]
    page: UnitPageDocument,
    /// The estimates: on the first page all units together first, then each unit of the page.
    pub(super) rows: Vec<OpenLinkEstimate>,
}

rows! {
    /// An estimate from the answers over the open link, everybody at the same weight.
    #[derive(Debug, Clone, Serialize, ToSchema)]
    pub(super) struct OpenLinkEstimate {
        /// The unit's code; null (in CSV: empty) for all units together.
        unit: Option<String> => concepts::REF_AREA,
        /// As in the results: `top2`, `mean`, `factor`, `index_items`, `index_factors`, `index_pooled`, `index_score`, `nps`.
        #[schema(value_type = String)]
        statistic: Cow<'static, str> => concepts::STATISTIC,
        /// The code of the item or factor; null for an index.
        item: Option<String> => concepts::ITEM,
        /// How many answers it rests on.
        n: u64 => concepts::SAMPLE_SIZE,
        /// The estimate; null where nobody answered.
        estimate: Option<f64> => concepts::OBS_VALUE,
    }
}

impl OpenLinkDocument {
    pub(super) fn new(wave: &Wave, results: &WaveResults, page: &UnitPage) -> Self {
        let estimates = |unit: &UnitResults| {
            let unit_code = unit.unit.as_ref().map(Code::to_string);
            let estimate = move |row: EstimateRow| {
                let EstimateRow { statistic, item, n, estimate, .. } = row;
                OpenLinkEstimate { unit: unit_code.clone(), statistic, item, n, estimate }
            };
            unit.rows().into_iter().map(estimate).collect::<Vec<_>>()
        };
        let rows = match &results.open_link {
            OpenLinkResults::Apart { units, overall } => {
                let units = page.positions.iter().filter_map(|position| units.get(*position));
                let overall = page.has_overall.then_some(overall.as_ref());
                overall.into_iter().chain(units).flat_map(estimates).collect()
            }
            OpenLinkResults::None | OpenLinkResults::Counted(_) => Vec::new(),
        };
        Self {
            wave: wave.plan.code.clone(),
            release: ReleaseNumbers::default(),
            method: results.method.clone(),
            answers: results.open_link.answers(),
            counted: results.open_link.counted() > 0,
            synthetic: wave.plan.synthetic,
            page: page.shown,
            rows,
        }
    }

    /// The estimates as a table.
    pub(super) fn dataset(&self) -> Dataset<&[OpenLinkEstimate]> {
        Dataset::new(self.rows.as_slice())
    }
}

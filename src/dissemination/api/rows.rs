//! Results as rows: one estimate a row, the same for JSON and CSV.

use serde::Serialize;
use utoipa::ToSchema;

use crate::foundation::Code;
use crate::index::{IndexKind, UnitResults, WaveResults};
use crate::statistics::Estimate;

/// One estimate, in the unit of its statistic: a share 0–1, a rating 1–5, or points 0–100.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct EstimateRow {
    /// The unit's code; null (in CSV: empty) for all units together.
    #[schema(example = "085")]
    unit: Option<String>,
    /// `top2` (share satisfied of an item), `mean` (mean rating of an item, 1–5), `factor` (share of a factor),
    /// `index_items`, `index_factors`, `index_pooled` (shares) or `index_score` (points); for a single unit also
    /// `share_1` to `share_5`, the shares of the five ratings, worst first.
    #[schema(example = "top2")]
    statistic: &'static str,
    /// The code of the item or factor; null for an index.
    #[schema(example = "q01")]
    item: Option<String>,
    /// How many responses it rests on.
    n: u64,
    /// The estimate; null where nobody answered.
    #[schema(example = 0.849_2)]
    estimate: Option<f64>,
    /// Standard error under the sample design; null where the design does not tell.
    se: Option<f64>,
    /// Degrees of freedom.
    df: Option<u64>,
    /// Lower end of the confidence interval.
    ci_low: Option<f64>,
    /// Upper end of the confidence interval.
    ci_high: Option<f64>,
    /// Design effect.
    deff: Option<f64>,
    /// Effective sample size.
    n_eff: Option<f64>,
}

impl EstimateRow {
    fn new(unit: Option<&str>, statistic: &'static str, item: Option<&str>, estimate: Option<&Estimate>) -> Self {
        let precision = estimate.and_then(|estimate| estimate.precision);
        Self {
            unit: unit.map(str::to_owned),
            statistic,
            item: item.map(str::to_owned),
            n: estimate.map_or(0, |estimate| estimate.n),
            estimate: estimate.map(|estimate| estimate.value),
            se: precision.map(|p| p.se),
            df: precision.map(|p| p.df),
            ci_low: precision.map(|p| p.low),
            ci_high: precision.map(|p| p.high),
            deff: precision.and_then(|p| p.design_effect),
            n_eff: precision.and_then(|p| p.n_effective),
        }
    }
}

/// All estimates of a wave: all units together first, then each unit in the plan's order.
pub(super) fn wave_rows(results: &WaveResults) -> Vec<EstimateRow> {
    std::iter::once(&results.overall).chain(&results.units).flat_map(unit_rows).collect()
}

/// The estimates of one unit: items, factors, indices.
pub(super) fn unit_rows(results: &UnitResults) -> Vec<EstimateRow> {
    let unit = results.unit.as_ref().map(Code::as_str);
    let items = results.items.iter().flat_map(|result| {
        let item = Some(result.item.as_str());
        [("top2", &result.top2), ("mean", &result.mean)]
            .map(|(statistic, estimate)| EstimateRow::new(unit, statistic, item, estimate.as_ref()))
    });
    let factors = results
        .factors
        .iter()
        .map(|result| EstimateRow::new(unit, "factor", Some(result.factor.as_str()), result.top2.as_ref()));
    let indices = [IndexKind::Items, IndexKind::Factors, IndexKind::Pooled, IndexKind::Score]
        .map(|kind| EstimateRow::new(unit, kind.as_str(), None, results.indices.get(kind)));
    items.chain(factors).chain(indices).collect()
}

/// The shares of the five ratings of each item of one unit, as rows without a standard error.
pub(super) fn share_rows(results: &UnitResults) -> Vec<EstimateRow> {
    const NAMES: [&str; 5] = ["share_1", "share_2", "share_3", "share_4", "share_5"];
    let unit = results.unit.as_ref().map(Code::as_str);
    let of_item = |result: &crate::index::ItemResult| {
        let n = result.mean.as_ref().map_or(0, |estimate| estimate.n);
        let (item, distribution) = (result.item.to_string(), result.distribution);
        NAMES.into_iter().enumerate().map(move |(rating, statistic)| {
            let estimate = distribution.map(|shares| Estimate { value: shares[rating], n, precision: None });
            EstimateRow::new(unit, statistic, Some(&item), estimate.as_ref())
        })
    };
    results.items.iter().flat_map(of_item).collect()
}

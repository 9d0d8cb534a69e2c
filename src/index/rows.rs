//! Results as rows: one estimate a row, in the same columns for the API and for files.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use super::UnitResults;
use super::method::ITEM_NPS;
use crate::foundation::Code;
use crate::statistics::Estimate;
use crate::tables::{concepts, rows};

rows! {
    /// One estimate, in the unit of its statistic: a share 0–1, a rating on the scale of its item, or points.
    #[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
    pub struct EstimateRow {
        /// `top2` (share satisfied of an item), `mean` (mean rating of an item on its scale), `factor` (share of a factor),
        /// `index_items`, `index_factors`, `index_pooled` (shares), `index_score` (points 0–100) or `nps` (net promoter score, −100 to
        /// 100, of an item or of all that make one); for a single unit also the share of each rating by its value, worst first, such as
        /// `share_1` to `share_5`.
        #[schema(example = "top2", value_type = String)]
        pub statistic: Cow<'static, str> => concepts::STATISTIC,
        /// The code of the item or factor; null (in CSV: empty) for an index.
        #[schema(example = "q01")]
        pub item: Option<String> => concepts::ITEM,
        /// How many responses it rests on.
        pub n: u64 => concepts::SAMPLE_SIZE,
        /// The estimate; null where nobody answered.
        #[schema(example = 0.849_2)]
        pub estimate: Option<f64> => concepts::OBS_VALUE,
        /// Standard error under the sample design; null where the design does not tell.
        pub se: Option<f64> => concepts::STD_ERR,
        /// Degrees of freedom.
        pub df: Option<u64> => concepts::DEGREES_OF_FREEDOM,
        /// Lower end of the confidence interval; null where there is none: no interval of shares holds an estimate outside 0–1,
        /// which weights below 0 can make.
        pub ci_low: Option<f64> => concepts::CONF_LOW,
        /// Upper end of the confidence interval.
        pub ci_high: Option<f64> => concepts::CONF_HIGH,
        /// Design effect.
        pub deff: Option<f64> => concepts::DESIGN_EFFECT,
        /// Effective sample size.
        pub n_eff: Option<f64> => concepts::EFFECTIVE_SIZE,
        /// The primary sampling units that the answers come from.
        pub sampling_units: Option<u64> => concepts::SAMPLING_UNITS,
        /// Whether every unit of every stage was drawn, so that a standard error of 0 is one.
        pub exact: Option<bool> => concepts::CENSUS,
    }
}

impl EstimateRow {
    /// The row of a statistic of an item or factor, or of an index; empty but for its name where there is no estimate.
    #[must_use]
    pub fn new(statistic: impl Into<Cow<'static, str>>, item: Option<&Code>, estimate: Option<&Estimate>) -> Self {
        let precision = estimate.and_then(|estimate| estimate.precision);
        let interval = precision.and_then(|precision| precision.interval());
        Self {
            statistic: statistic.into(),
            item: item.map(Code::to_string),
            n: estimate.map_or(0, |estimate| estimate.n),
            estimate: estimate.map(|estimate| estimate.value),
            se: precision.map(|p| p.se),
            df: precision.map(|p| p.df),
            ci_low: interval.map(|(low, _)| low),
            ci_high: interval.map(|(_, high)| high),
            deff: precision.and_then(|p| p.design_effect),
            n_eff: precision.and_then(|p| p.n_effective),
            sampling_units: precision.map(|p| p.sampling_units),
            exact: precision.map(|p| p.is_census),
        }
    }
}

impl UnitResults {
    /// Every estimate as a row: each item's share and mean, and its net promoter score if it makes one, then the factors, then
    /// the indices.
    #[must_use]
    pub fn rows(&self) -> Vec<EstimateRow> {
        let items = self.items.iter().flat_map(|result| {
            let of_all = [("top2", result.top2), ("mean", result.mean)];
            let nps = result.makes_nps.then_some((ITEM_NPS, result.nps));
            let row = |(statistic, estimate): (&'static str, Option<Estimate>)| {
                EstimateRow::new(statistic, Some(&result.item), estimate.as_ref())
            };
            of_all.into_iter().chain(nps).map(row)
        });
        let factors =
            self.factors.iter().map(|result| EstimateRow::new("factor", Some(&result.factor), result.top2.as_ref()));
        let indices = self
            .indices
            .iter()
            .map(|result| EstimateRow::new(result.index.to_string(), None, result.estimate.as_ref()));
        items.chain(factors).chain(indices).collect()
    }
}

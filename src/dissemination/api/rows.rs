//! Results as rows: one estimate of one unit a row, the same in every format.

use serde::Serialize;
use utoipa::ToSchema;

use crate::foundation::Code;
use crate::index::{EstimateRow, ItemResult, UnitResults, WaveResults};
use crate::statistics::Estimate;
use crate::tables::{concepts, rows};

/// An estimate of a unit, or of all units together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct UnitEstimate {
    #[serde(flatten)]
    of: EstimateUnit,
    #[serde(flatten)]
    row: EstimateRow,
}

/// The columns of a table of estimates.
pub(super) type EstimateColumns<'a> = (&'a EstimateUnit, &'a EstimateRow);

rows! {
    /// Whose estimate it is.
    #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
    pub(super) struct EstimateUnit {
        /// The unit's code; null (in CSV: empty) for all units together.
        #[schema(value_type = Option<String>, example = "085")]
        unit: Option<Code> => concepts::REF_AREA,
    }
}

impl UnitEstimate {
    /// The row of the table.
    pub(super) fn row(&self) -> EstimateColumns<'_> {
        (&self.of, &self.row)
    }
}

/// The estimates of a wave: all units together first, where they are `with_overall`, then the units at these places in the plan's
/// order.
pub(super) fn wave_rows(results: &WaveResults, positions: &[usize], with_overall: bool) -> Vec<UnitEstimate> {
    let units = positions.iter().filter_map(|position| results.units.get(*position)).map(AsRef::as_ref);
    let all = with_overall.then_some(&results.overall).into_iter().chain(units);
    all.flat_map(|unit| of_unit(unit, unit.rows())).collect()
}

/// The estimates of one unit, and the share of each rating of each item as rows without a standard error.
pub(super) fn unit_rows(results: &UnitResults) -> Vec<UnitEstimate> {
    let shares = results.items.iter().flat_map(share_rows);
    of_unit(results, results.rows().into_iter().chain(shares)).collect()
}

fn of_unit(results: &UnitResults, rows: impl IntoIterator<Item = EstimateRow>) -> impl Iterator<Item = UnitEstimate> {
    let of = EstimateUnit { unit: results.unit.clone() };
    rows.into_iter().map(move |row| UnitEstimate { of: of.clone(), row })
}

fn share_rows(result: &ItemResult) -> impl Iterator<Item = EstimateRow> {
    let n = result.mean.as_ref().map_or(0, |estimate| estimate.n);
    (1..=result.scale.points()).map(move |rank| {
        let shares = result.distribution.as_ref();
        let share = shares.and_then(|shares| shares.get(usize::from(rank) - 1));
        let estimate = share.map(|share| Estimate { value: *share, n, precision: None });
        EstimateRow::new(format!("share_{}", result.scale.value(rank)), Some(&result.item), estimate.as_ref())
    })
}

//! A row of the output of statistics: an estimate, and what it is beyond its name.

use serde::Serialize;

use super::super::write::{Level, LevelEstimate, Told};
use super::super::write_parquet::{Cell, ParquetRow};
use crate::index::EstimateRow;

/// An estimate, and how it was made.
#[derive(Debug, Serialize)]
pub(in super::super) struct StatisticRow {
    #[serde(flatten)]
    pub estimate: LevelEstimate,
    #[serde(flatten)]
    pub more: More,
}

/// What an estimate is beyond its name, and the test that belongs to it.
#[derive(Debug, Clone, Default, Serialize)]
pub(in super::super) struct More {
    /// Which part of the item: a value of a share, the probability of a quantile; nothing where it is the whole item.
    pub part: Option<String>,
    /// The two levels whose difference it is.
    pub compared: Option<String>,
    /// How variance and interval were made.
    pub method: String,
    /// The test statistic: t of a difference, F of a table.
    pub test: Option<f64>,
    /// Degrees of freedom of F's numerator.
    pub numerator_df: Option<f64>,
    /// Degrees of freedom of F's denominator.
    pub denominator_df: Option<f64>,
    /// The probability of a test statistic as large or larger where nothing differs.
    pub p_value: Option<f64>,
}

impl StatisticRow {
    /// Whether there is an estimate, but no standard error.
    pub(super) fn lacks_error(&self) -> bool {
        let (_, row, _) = self.estimate.columns();
        row.estimate.is_some() && row.se.is_none()
    }

    /// The columns of the CSV.
    pub(in super::super) fn columns(&self) -> (Level, EstimateRow, Told, More) {
        let (level, row, told) = self.estimate.columns();
        (level, row, told, self.more.clone())
    }
}

impl ParquetRow for StatisticRow {
    fn names() -> Vec<&'static str> {
        let more = ["part", "compared", "method", "test", "numerator_df", "denominator_df", "p_value"];
        LevelEstimate::names().into_iter().chain(more).collect()
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        let more = &self.more;
        let mut cells = self.estimate.cells();
        cells.extend([
            Cell::Text(more.part.as_deref()),
            Cell::Text(more.compared.as_deref()),
            Cell::Text(Some(&more.method)),
            Cell::Number(more.test),
            Cell::Number(more.numerator_df),
            Cell::Number(more.denominator_df),
            Cell::Number(more.p_value),
        ]);
        cells
    }
}

//! A row of the output of statistics: an estimate, and what it is beyond its name.

use serde::Serialize;

use super::super::cell::{Cell, CellKind, TableRow};
use super::super::write::LevelEstimate;

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
    /// Which part of the item: a value of a share, the probability of a quantile; `None` where it is the whole item.
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
        let row = self.estimate.row();
        row.estimate.is_some() && row.se.is_none()
    }
}

/// What a statistic is told of besides its estimate.
const MORE_COLUMNS: [(&str, CellKind); 7] = [
    ("part", CellKind::Text),
    ("compared", CellKind::Text),
    ("method", CellKind::Text),
    ("test", CellKind::Number),
    ("numerator_df", CellKind::Number),
    ("denominator_df", CellKind::Number),
    ("p_value", CellKind::Number),
];

/// The columns of an estimate, then those that only statistics have.
const ALL_COLUMNS: [(&str, CellKind); LevelEstimate::COLUMNS.len() + MORE_COLUMNS.len()] = {
    let (first, mut at) = (LevelEstimate::COLUMNS, 0);
    let mut all = [MORE_COLUMNS[0]; LevelEstimate::COLUMNS.len() + MORE_COLUMNS.len()];
    while at < all.len() {
        all[at] = if at < first.len() { first[at] } else { MORE_COLUMNS[at - first.len()] };
        at += 1;
    }
    all
};

impl TableRow for StatisticRow {
    const COLUMNS: &'static [(&'static str, CellKind)] = &ALL_COLUMNS;

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

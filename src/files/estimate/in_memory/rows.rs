//! A row of the output of statistics: an estimate, and what it is beyond its name.

use super::super::write::LevelEstimate;
use crate::tables::{Cell, Column, Concept, Figure, Row, concepts, rows};

/// An estimate, and how it was made.
#[derive(Debug)]
pub(in super::super) struct StatisticRow {
    pub estimate: LevelEstimate,
    pub more: More,
}

rows! {
    /// What an estimate is beyond its name, and the test that belongs to it.
    #[derive(Debug, Clone, Default)]
    pub(in super::super) struct More {
        /// Which part of the item: a value of a share, the probability of a quantile; empty where it is the whole item.
        pub part: Option<String> => Concept::code("ITEM_PART"),
        /// The two levels whose difference it is.
        pub compared: Option<String> => Concept::text("COMPARED"),
        /// How variance and interval were made.
        pub method: String => concepts::METHOD,
        /// The test statistic: t of a difference, F of a table.
        pub test: Option<f64> => Concept::number("TEST_STATISTIC", Figure::plain(2)),
        /// Degrees of freedom of F's numerator.
        pub numerator_df: Option<f64> => Concept::number("DF_NUMERATOR", Figure::plain(1)),
        /// Degrees of freedom of F's denominator.
        pub denominator_df: Option<f64> => Concept::number("DF_DENOMINATOR", Figure::plain(1)),
        /// The probability of a test statistic as large or larger where nothing differs.
        pub p_value: Option<f64> => concepts::P_VALUE,
    }
}

impl StatisticRow {
    /// Whether there is an estimate, but no standard error.
    pub(super) fn lacks_error(&self) -> bool {
        let row = self.estimate.row();
        row.estimate.is_some() && row.se.is_none()
    }
}

/// The columns of an estimate, then those that only statistics have.
impl Row for StatisticRow {
    fn columns() -> Vec<Column> {
        [LevelEstimate::columns(), More::columns()].concat()
    }

    fn add_cells<'a>(&'a self, cells: &mut Vec<Cell<'a>>) {
        self.estimate.add_cells(cells);
        self.more.add_cells(cells);
    }
}

//! What statistics in memory are made from, and the levels they are made for.

use std::path::Path;

use super::super::design::Design;
use super::super::margin_file::AND;
use super::super::write::{LevelEstimate, Remarks};
use super::held::Held;
use super::rows::StatisticRow;
use crate::estimation::NumericSample;
use crate::index::EstimateRow;

/// The most rows that statistics may have in all.
pub(super) const ROWS_MAX: usize = 1_000_000;

/// A level of a domain, or everybody.
pub(super) struct Level {
    /// The columns, crossed.
    pub(super) domain: String,
    pub(super) name: String,
    /// Its rows that count.
    pub(super) rows: Vec<usize>,
}

impl Level {
    pub(super) fn estimate(&self, row: EstimateRow) -> LevelEstimate {
        LevelEstimate::new(&self.domain, &self.name, row, Remarks::default())
    }
}

/// What statistics are made from, and those that were made.
pub(super) struct Maker<'a> {
    pub(super) path: &'a Path,
    pub(super) design: &'a Design,
    pub(super) held: &'a Held,
    pub(super) sample: &'a NumericSample,
    pub(super) counts: &'a [bool],
    pub(super) rows: Vec<StatisticRow>,
    pub(super) notes: Vec<String>,
}

impl Maker<'_> {
    /// The levels of some columns together, in the order of their names; everybody without columns. Rows without a value in one
    /// of them, or that do not count, are in none.
    pub(super) fn levels(&self, by: &[String]) -> Vec<Level> {
        let counted = (0..self.held.count()).filter(|row| self.counts[*row]);
        if by.is_empty() {
            return vec![Level { domain: String::new(), name: String::new(), rows: counted.collect() }];
        }
        let column = self.held.crossed(by, AND);
        let mut rows = vec![Vec::new(); column.count()];
        for row in counted {
            if let Some(number) = column.number(row) {
                rows[number].push(row);
            }
        }
        let level = |number: usize| Level {
            domain: by.join(AND),
            name: column.name(number).to_owned(),
            rows: std::mem::take(&mut rows[number]),
        };
        column.in_order().into_iter().map(level).collect()
    }

    /// How variances are made, for people.
    pub(super) fn variance_name(&self) -> String {
        self.design.wishes.variance_name()
    }

    /// Whether there are more rows than one file takes.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() > ROWS_MAX
    }
}

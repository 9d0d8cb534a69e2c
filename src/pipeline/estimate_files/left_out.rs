//! Rows that lack what says where and of whom they are: how many, for people.

use super::design::Design;

/// How many rows were read, and how many of them lack what.
#[derive(Debug)]
pub(super) struct LeftOut {
    /// All rows.
    pub rows: u64,
    /// Left out: their stratum is missing.
    pub without_stratum: u64,
    /// Left out: their stratum is known and a sampling unit is missing.
    pub without_unit: u64,
    /// By domain: in the sample, and in no level of it.
    pub of_domains: Vec<u64>,
}

impl LeftOut {
    pub(super) fn new(design: &Design) -> Self {
        Self { rows: 0, without_stratum: 0, without_unit: 0, of_domains: vec![0; design.domains.len()] }
    }

    /// The sentences; none where nothing is missing.
    pub(super) fn told(&self, design: &Design) -> Vec<String> {
        let rows = self.rows;
        let mut told = Vec::new();
        for (count, what) in [(self.without_stratum, "stratum"), (self.without_unit, "sampling unit")] {
            if count > 0 {
                told.push(format!(
                    "{count} of {rows} rows are left out: their {what} is missing, so they have no place in the sample."
                ));
            }
        }
        for (domain, count) in design.domains.iter().zip(&self.of_domains).filter(|(_, count)| **count > 0) {
            told.push(format!("{count} of {rows} rows are in no level of {domain}: theirs is missing."));
        }
        told
    }
}

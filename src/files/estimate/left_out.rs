//! Rows that lack what says where and of whom they are: how many, for people.

use super::columns::Columns;
use super::design::Design;
use super::row::Row;

/// How many rows were read, and how many of them lack what.
#[derive(Debug, Default)]
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

    /// Whether the stratum or a sampling unit of the row is missing; such a row is counted and has no place in the sample.
    pub(super) fn is_nowhere(&mut self, columns: &Columns, row: &impl Row) -> bool {
        let lacks = |positions: &[usize]| positions.iter().any(|position| columns.is_missing(row, *position));
        let (lacks_stratum, lacks_unit) = (lacks(&columns.strata), lacks(&columns.stages));
        self.without_stratum += u64::from(lacks_stratum);
        self.without_unit += u64::from(lacks_unit && !lacks_stratum);
        lacks_stratum || lacks_unit
    }

    /// The sentences; empty where nothing is missing.
    pub(super) fn notes(&self, design: &Design) -> Vec<String> {
        let rows = self.rows;
        let mut notes = Vec::new();
        for (count, what) in [(self.without_stratum, "stratum"), (self.without_unit, "sampling unit")] {
            match count {
                0 => {}
                1 => notes.push(format!(
                    "1 of {rows} rows is left out: its {what} is missing, so it has no place in the sample."
                )),
                count => notes.push(format!(
                    "{count} of {rows} rows are left out: their {what} is missing, so they have no place in the sample."
                )),
            }
        }
        for (domain, count) in design.domains.iter().zip(&self.of_domains).filter(|(_, count)| **count > 0) {
            notes.push(if *count == 1 {
                format!("1 of {rows} rows is in no level of {domain}: its own is missing.")
            } else {
                format!("{count} of {rows} rows are in no level of {domain}: theirs is missing.")
            });
        }
        notes
    }
}

/// Which rows of a file are those that are held, where others between them are left out.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Behind how many held rows rows were left out, and how many were left out in all until there.
    gaps: Vec<(usize, usize)>,
}

impl Gaps {
    /// Leaves a row out, behind so many held ones.
    pub(super) fn leave_out(&mut self, held: usize) {
        match self.gaps.last_mut() {
            Some((behind, count)) if *behind == held => *count += 1,
            last => {
                let count = 1 + last.map_or(0, |(_, count)| *count);
                self.gaps.push((held, count));
            }
        }
    }

    /// The number in the file, from 1, of a held row, from 0.
    pub(super) fn row_number(&self, held: usize) -> usize {
        let before = self.gaps.partition_point(|(behind, _)| *behind <= held);
        held + 1 + before.checked_sub(1).map_or(0, |last| self.gaps[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn held_rows_know_their_number_in_the_file(are_held in proptest::collection::vec(proptest::bool::ANY, 0..40)) {
            let (mut gaps, mut numbers) = (Gaps::default(), Vec::new());
            for (number, is_held) in (1..).zip(are_held) {
                if is_held { numbers.push(number) } else { gaps.leave_out(numbers.len()) }
            }
            let found: Vec<usize> = (0..numbers.len()).map(|held| gaps.row_number(held)).collect();
            proptest::prop_assert_eq!(found, numbers);
        }
    }
}

//! Reads lineage from a CSV file: all of it or nothing.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use super::LineageRow;
use super::register_file::{Cells, find_missing_columns, read_rows};
use crate::foundation::{Findings, LimitedFindings};
use crate::tables::{Table, cell_path, did_you_mean};

const REQUIRED: [&str; 7] =
    ["from_province", "from_code", "from_name", "to_province_code", "to_code", "to_name", "effective_on"];
/// How far a share may be off by being rounded to whole per cents.
const SHARE_ROUNDING_MAX: f64 = 0.005;
const OPTIONAL: [&str; 3] = ["from_district_code", "share", "legal_basis"];

/// Reads lineage from a CSV file with the columns `from_province, from_code, from_name, to_province_code, to_code,
/// to_name, effective_on`, and where known `from_district_code, share, legal_basis`. Nothing is returned unless all of it is good.
///
/// Findings name line and column: `missing_column`, `unknown_column`, `missing`, `invalid`, `too_long`, `too_many`,
/// `not_utf8`, `out_of_range` (a share is above 0 and at most 1), `duplicate` (the same descent twice), `sum_above_one`
/// (the shares of one predecessor on one day, beyond what rounding each to whole per cents explains).
pub fn read_lineage(reader: impl Read) -> Result<Vec<LineageRow>, Findings> {
    let mut table = Table::open(reader)?;
    check_columns(&table)?;
    let mut findings = LimitedFindings::default();
    let rows = read_rows(&mut table, &mut findings, read_row);
    find_repetitions(&rows, &mut findings);
    find_too_large_sums(&rows, &mut findings);
    findings.into_result(rows.into_iter().map(|(_, row)| row).collect())
}

/// Finds descents that are in the file twice.
fn find_repetitions(rows: &[(u64, LineageRow)], findings: &mut LimitedFindings) {
    let mut first_lines = HashMap::new();
    for (line, row) in rows {
        let descent = (&row.from_province, &row.from_code, &row.to_province_code, &row.to_code, row.effective_on);
        if let Some(first) = first_lines.insert(descent, line) {
            let message = format!("the same descent is in line {first}");
            findings.push(cell_path(*line, "from_code"), "duplicate", message);
        }
    }
}

/// Finds predecessors of whom more than all went on: at the row that takes the sum above 1. Repetitions are not counted.
fn find_too_large_sums(rows: &[(u64, LineageRow)], findings: &mut LimitedFindings) {
    let mut sums: HashMap<_, (f64, f64)> = HashMap::new();
    let mut counted = HashSet::new();
    for (line, row) in rows {
        let predecessor = (&row.from_province, &row.from_code, row.effective_on);
        let Some(share) = row.share else { continue };
        if !counted.insert((predecessor, &row.to_province_code, &row.to_code)) {
            continue;
        }
        let (sum, allowed) = sums.entry(predecessor).or_insert((0.0, 1.0));
        let was_possible = *sum <= *allowed;
        *sum += share;
        *allowed += SHARE_ROUNDING_MAX;
        if was_possible && *sum > *allowed {
            let message =
                format!("the shares of {} add up to {sum:.4} with this row; at most 1 can go on", row.from_code);
            findings.push(cell_path(*line, "share"), "sum_above_one", message);
        }
    }
}

fn check_columns<R: Read>(table: &Table<R>) -> Result<(), Findings> {
    let mut findings = Findings::default();
    let known = [&REQUIRED[..], &OPTIONAL[..]].concat();
    for column in table.columns().iter().filter(|column| !column.is_empty() && !known.contains(&column.as_str())) {
        let message = format!(
            "this column is not known; known are {}{}",
            known.join(", "),
            did_you_mean(column, known.iter().copied())
        );
        findings.push(cell_path(1, column), "unknown_column", message);
    }
    find_missing_columns(table, &REQUIRED, &mut findings);
    findings.into_result(())
}

fn read_row<R: Read>(cells: &mut Cells<'_, R>) -> Option<LineageRow> {
    if !cells.has_all_columns() {
        return None;
    }
    let from_province = cells.text("from_province");
    let from_district_code = cells.optional_code("from_district_code");
    let (from_code, from_name) = (cells.code("from_code"), cells.text("from_name"));
    let (to_province_code, to_code, to_name) =
        (cells.code("to_province_code"), cells.code("to_code"), cells.text("to_name"));
    let effective_on = cells.date("effective_on");
    let share = cells.number("share", |text| {
        text.parse::<f64>().map_err(|_| format!("{text:?} is not a number; write a share like 0.25"))
    });
    let possible = share.filter(|share| *share > 0.0 && *share <= 1.0);
    if share.is_some() && possible.is_none() {
        cells.find("share", "out_of_range", "a share is above 0 and at most 1");
    }
    let legal_basis = cells.optional_text("legal_basis");
    Some(LineageRow {
        from_province: from_province?,
        from_district_code,
        from_code: from_code?,
        from_name: from_name?,
        to_province_code: to_province_code?,
        to_code: to_code?,
        to_name: to_name?,
        effective_on: effective_on?,
        share: possible,
        legal_basis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "from_province,from_district_code,from_code,from_name,to_province_code,to_code,to_name,effective_on,legal_basis,share\n";

    fn found(text: &str) -> Vec<(String, &'static str)> {
        let findings = read_lineage(text.as_bytes()).unwrap_err();
        findings.0.into_iter().map(|finding| (finding.path, finding.code)).collect()
    }

    #[test]
    fn a_unit_may_go_into_several_by_shares() {
        let text = format!(
            "{HEADER}Tỉnh Lào Cai,080,02635,Phường Duyên Hải,15,02647,Phường Lào Cai,2025-07-01,NQ 1673,0.25\n\
             Tỉnh Lào Cai,080,02635,Phường Duyên Hải,15,02671,Phường Cam Đường,2025-07-01,,\n"
        );
        let rows = read_lineage(text.as_bytes()).unwrap();
        assert_eq!(rows.iter().map(|row| row.share).collect::<Vec<_>>(), [Some(0.25), None]);
        assert_eq!(rows[0].legal_basis.as_deref(), Some("NQ 1673"));
        assert_eq!((rows[0].from_code.as_str(), rows[1].to_code.as_str()), ("02635", "02671"));
    }

    #[test]
    fn every_broken_cell_is_found_with_its_line_and_column() {
        let good = "B,,1,x,15,2,y,2025-07-01,,";
        for (row, column, code) in [
            ("A,,1,x,15,2,y,2025-07-01,,0", "share", "out_of_range"),
            ("A,,1,x,15,2,y,2025-07-01,,1.01", "share", "out_of_range"),
            ("A,,1,x,15,2,y,2025-07-01,,half", "share", "invalid"),
            (",,1,x,15,2,y,2025-07-01,,", "from_province", "missing"),
            ("A,,1,x,15,2,y,,,", "effective_on", "missing"),
            ("A,,1,x,15,ô,y,2025-07-01,,", "to_code", "invalid"),
            (good, "from_code", "duplicate"),
        ] {
            assert_eq!(
                found(&format!("{HEADER}{good}\n{row}\n")),
                [(format!("line 3, column {column}"), code)],
                "{row}"
            );
        }
    }

    /// A file in which one predecessor goes into others by these shares, from line 2 on.
    fn divided(shares: &[&str]) -> String {
        let row = |(to, share): (usize, &&str)| format!("A,,1,x,15,{to},y,2025-07-01,,{share}\n");
        format!("{HEADER}{}", shares.iter().enumerate().map(row).collect::<String>())
    }

    #[test]
    fn shares_that_add_up_to_more_than_all_are_found_where_they_do() {
        for (shares, line) in [
            (&["0.6", "0.4", "0.1"][..], 4),
            (&["1", "0.02"], 3),
            (&["0.9", "0.9", "0.9"], 3),
            (&["0.5", "", "0.52"], 4),
        ] {
            let expected = [(format!("line {line}, column share"), "sum_above_one")];
            assert_eq!(found(&divided(shares)), expected, "{shares:?}");
        }
    }

    #[test]
    fn shares_may_leave_something_out_be_rounded_and_be_of_other_predecessors_and_days() {
        for shares in [&["0.3", "0.3"][..], &["0.17"; 6], &["0.333334"; 3], &["1", ""]] {
            assert!(read_lineage(divided(shares).as_bytes()).is_ok(), "{shares:?}");
        }
        let others = ["B,,1,x,15,7,y,2025-07-01,,1", "A,,2,x,15,7,y,2025-07-01,,1", "A,,1,x,15,7,y,2026-07-01,,1"];
        assert!(read_lineage(format!("{}{}\n", divided(&["1"]), others.join("\n")).as_bytes()).is_ok());
    }

    #[test]
    fn a_header_with_missing_or_unknown_columns_is_refused() {
        let found = found("from_province,from_code,from_name,to_province_code,to_code,effective_on,note\n");
        let expected = [("line 1, column note", "unknown_column"), ("line 1, column to_name", "missing_column")];
        assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code)));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = read_lineage([HEADER.as_bytes(), &bytes].concat().as_slice());
        }
    }
}

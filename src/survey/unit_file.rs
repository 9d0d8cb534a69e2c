//! Reads units from a CSV file: all of it or nothing.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use chrono::NaiveDate;

use super::UnitRow;
use super::register_file::{Cells, built_in_missing, find_missing_columns, read_rows};
use crate::foundation::{Code, Findings, LanguageTag, LimitedFindings, Text};
use crate::tables::{Table, cell_path, did_you_mean};

const REQUIRED: [&str; 3] = ["code", "level", "kind"];
const OPTIONAL: [&str; 3] = ["parent_code", "valid_from", "valid_to"];

/// Reads units from a CSV file with the columns `code, level, kind`, at least one `name_<language>`, and where known
/// `parent_code, valid_from, valid_to`. Nothing is returned unless all of it is good.
///
/// Findings name line and column: `missing_column`, `unknown_column`, `missing`, `invalid`, `too_long`, `too_many`,
/// `not_utf8`, `order` (`valid_to` before `valid_from`), `overlap` (one code of a level twice on a day).
pub fn read_units(reader: impl Read) -> Result<Vec<UnitRow>, Findings> {
    let mut table = Table::open(reader)?;
    let columns = UnitColumns::of(&table)?;
    let mut findings = LimitedFindings::default();
    let mut rows = read_rows(&mut table, &mut findings, |cells| columns.read(cells));
    forget_missing_parents(&mut rows);
    find_overlaps(&rows, &mut findings);
    findings.into_result(rows.into_iter().map(|(_, row)| row).collect())
}

/// Where the columns are.
struct UnitColumns {
    names: Vec<(usize, LanguageTag)>,
}

impl UnitColumns {
    fn of<R: Read>(table: &Table<R>) -> Result<Self, Findings> {
        let mut findings = Findings::default();
        let mut names = Vec::new();
        for (position, column) in table.columns().iter().enumerate().filter(|(_, column)| !column.is_empty()) {
            match column.strip_prefix("name_").map(LanguageTag::new) {
                Some(Ok(language)) => names.push((position, language)),
                Some(Err(error)) => findings.push(cell_path(1, column), "unknown_column", error.to_string()),
                None if REQUIRED.contains(&column.as_str()) || OPTIONAL.contains(&column.as_str()) => {}
                None => {
                    let known = [&REQUIRED[..], &OPTIONAL[..]].concat().join(", ");
                    let names = REQUIRED.iter().chain(&OPTIONAL).copied();
                    let hint = did_you_mean(column, names);
                    let message = format!("this column is not known; known are {known} and name_<language>{hint}");
                    findings.push(cell_path(1, column), "unknown_column", message);
                }
            }
        }
        find_missing_columns(table, &REQUIRED, &mut findings);
        if names.is_empty() {
            let message = "there is no column of names; add one such as name_vi";
            findings.push(cell_path(1, "name_vi"), "missing_column", message);
        }
        findings.into_result(Self { names })
    }

    fn read<R: Read>(&self, cells: &mut Cells<'_, R>) -> Option<UnitRow> {
        if !cells.has_all_columns() {
            return None;
        }
        let (code, level, kind) = (cells.code("code"), cells.code("level"), cells.code("kind"));
        let parent_code = cells.code_or_missing("parent_code");
        let (valid_from, valid_to) = (cells.optional_date("valid_from"), cells.optional_date("valid_to"));
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to < from
        {
            cells.find("valid_to", "order", format!("the unit would end on {to}, before it begins on {from}"));
        }
        let mut names = Text::default();
        for (position, language) in &self.names {
            let column = cells.table.columns()[*position].clone();
            if let Some(name) = cells.optional_text(&column) {
                names.0.insert(language.clone(), name);
            }
        }
        if names.0.is_empty() {
            cells.find(
                &format!("name_{}", self.names[0].1),
                "missing",
                "the unit has no name in any language".to_owned(),
            );
        }
        Some(UnitRow { code: code?, level: level?, kind: kind?, parent_code, names, valid_from, valid_to })
    }
}

/// A parent that is called like a missing code is one only where a unit of the file has that code.
fn forget_missing_parents(rows: &mut [(u64, UnitRow)]) {
    let missing = built_in_missing();
    let declared: HashSet<Code> =
        rows.iter().map(|(_, row)| &row.code).filter(|code| missing.has(code.as_str())).cloned().collect();
    for (_, row) in rows {
        row.parent_code.take_if(|parent| missing.has(parent.as_str()) && !declared.contains(parent));
    }
}

/// Finds codes that two units of a level would have on one day.
fn find_overlaps(rows: &[(u64, UnitRow)], findings: &mut LimitedFindings) {
    let mut namesakes: HashMap<(&Code, &Code), Vec<usize>> = HashMap::new();
    for (position, (_, row)) in rows.iter().enumerate() {
        namesakes.entry((&row.level, &row.code)).or_default().push(position);
    }
    let mut overlaps = Vec::new();
    for positions in namesakes.values_mut().filter(|positions| positions.len() > 1) {
        positions.sort_by_key(|position| (rows[*position].1.valid_from, *position));
        // By first day, a unit overlaps an earlier one exactly when it overlaps the one that lasts longest so far.
        let last_day = |position: usize| rows[position].1.valid_to.unwrap_or(NaiveDate::MAX);
        let mut longest = positions[0];
        for position in positions.iter().skip(1).copied() {
            if rows[position].1.overlaps(&rows[longest].1) {
                overlaps.push((position.max(longest), position.min(longest)));
            }
            if last_day(position) > last_day(longest) {
                longest = position;
            }
        }
    }
    overlaps.sort_unstable();
    for (position, other) in overlaps {
        let (line, row) = &rows[position];
        let first = rows[other].0;
        let message = format!("{} {} exists already on the same days, in line {first}", row.level, row.code);
        findings.push(cell_path(*line, "code"), "overlap", message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::REGISTER_ROWS_MAX;

    const HEADER: &str = "code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to\n";

    fn found(text: &str) -> Vec<(String, &'static str)> {
        let findings = read_units(text.as_bytes()).unwrap_err();
        findings.0.into_iter().map(|finding| (finding.path, finding.code)).collect()
    }

    #[test]
    fn a_row_becomes_a_unit_with_its_names_and_validity() {
        let rows =
            read_units(format!("{HEADER}082,district,district,10,Huyện Bát Xát,,,2025-06-30\n").as_bytes()).unwrap();
        let code = |text: &str| Code::new(text).unwrap();
        let expected = UnitRow {
            code: code("082"),
            level: code("district"),
            kind: code("district"),
            parent_code: Some(code("10")),
            names: Text::from([("vi", "Huyện Bát Xát")]),
            valid_from: None,
            valid_to: NaiveDate::from_ymd_opt(2025, 6, 30),
        };
        assert_eq!(rows, [expected]);
    }

    #[test]
    fn every_broken_cell_is_found_with_its_line_and_column() {
        let text = format!(
            "{HEADER}a b,district,,1 0,,,30/06/2025,2024-13-01\n082,district,district,10,Bát Xát,,2025-01-02,2025-01-01\n1,x\n"
        );
        let expected = [
            ("line 2, column code", "invalid"),
            ("line 2, column kind", "missing"),
            ("line 2, column parent_code", "invalid"),
            ("line 2, column valid_from", "invalid"),
            ("line 2, column valid_to", "invalid"),
            ("line 2, column name_vi", "missing"),
            ("line 3, column valid_to", "order"),
            ("line 4", "invalid"),
        ];
        assert_eq!(found(&text), expected.map(|(path, code)| (path.to_owned(), code)));
    }

    #[test]
    fn a_header_with_missing_or_unknown_columns_is_refused() {
        let expected = [
            ("line 1, column name_1", "unknown_column"),
            ("line 1, column population", "unknown_column"),
            ("line 1, column kind", "missing_column"),
            ("line 1, column name_vi", "missing_column"),
        ];
        assert_eq!(found("code,level,name_1,population\n"), expected.map(|(path, code)| (path.to_owned(), code)));
    }

    #[test]
    fn a_code_stands_for_one_unit_of_a_level_on_each_day() {
        let row = |code: &str, level: &str, from: &str, to: &str| format!("{code},{level},x,,Tên,,{from},{to}\n");
        let apart = [row("1", "a", "", "2024-12-31"), row("1", "a", "2025-01-01", ""), row("1", "b", "", "")].concat();
        assert_eq!(read_units(format!("{HEADER}{apart}").as_bytes()).unwrap().len(), 3);
        let touching = [
            row("1", "a", "", "2025-01-01"),
            row("1", "a", "2024-03-01", "2024-04-01"),
            row("1", "a", "2025-01-01", ""),
        ];
        let expected = [("line 3, column code".to_owned(), "overlap"), ("line 4, column code".to_owned(), "overlap")];
        assert_eq!(found(&format!("{HEADER}{}", touching.concat())), expected);
    }

    #[test]
    fn the_limit_of_rows_and_of_a_name_is_held() {
        let rows = |count: usize| {
            let rows = (0..count).map(|n| format!("{n},a,x,,Tên,,,\n")).collect::<Vec<_>>().concat();
            read_units(format!("{HEADER}{rows}").as_bytes())
        };
        assert_eq!(rows(REGISTER_ROWS_MAX).unwrap().len(), REGISTER_ROWS_MAX);
        let finding = rows(REGISTER_ROWS_MAX + 1).unwrap_err().0.remove(0);
        assert_eq!((finding.path.as_str(), finding.code), ("line 200002", "too_many"));
        for (length, taken) in [(500, true), (501, false)] {
            let text = format!("{HEADER}1,a,x,,{},,,\n", "ă".repeat(length));
            assert_eq!(read_units(text.as_bytes()).is_ok(), taken, "{length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = read_units(&bytes[..]);
            let _ = read_units([HEADER.as_bytes(), &bytes].concat().as_slice());
        }

        #[test]
        fn an_overlap_is_found_exactly_when_two_rows_share_a_day(
            periods in proptest::collection::vec((1_u32..20, 0_u32..5), 1..6),
        ) {
            let row = |(from, days): &(u32, u32)| format!("1,a,x,,Tên,,2024-01-{from:02},2024-01-{:02}\n", from + days);
            let rows = periods.iter().map(row).collect::<Vec<_>>().concat();
            let shares = |a: &(u32, u32), b: &(u32, u32)| a.0 <= b.0 + b.1 && b.0 <= a.0 + a.1;
            let any_shared = (0..periods.len()).any(|i| (0..i).any(|j| shares(&periods[i], &periods[j])));
            proptest::prop_assert_eq!(read_units(format!("{HEADER}{rows}").as_bytes()).is_err(), any_shared);
        }
    }
}

//! The register of units: which unit a code means on a day, and what an official file adds to it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{Unit, UnitRow};
use crate::foundation::{Code, Findings, LimitedFindings};

/// The unit of a level that has this code on this day.
#[must_use]
pub fn unit_on<'a>(units: &'a [Unit], level: &str, code: &str, day: NaiveDate) -> Option<&'a Unit> {
    units
        .iter()
        .find(|unit| unit.row.code.as_str() == code && unit.row.level.as_str() == level && unit.row.is_valid_on(day))
}

/// What `new` (rows that [`super::read_units`] returned) adds to the register: rows that it holds already, word by word,
/// are left out, so that importing a file twice is importing it once.
///
/// Findings name the unit and the column: `conflict` (the register says something else of this unit), `overlap` (the code
/// belongs to another unit on some of the days), `unknown_parent` (no unit of another level has the parent's code while
/// this one exists).
pub fn check_register(existing: &[Unit], new: &[UnitRow]) -> Result<Vec<UnitRow>, Findings> {
    let mut namesakes: HashMap<(&Code, &Code), Vec<&UnitRow>> = HashMap::new();
    let mut by_code: HashMap<&Code, Vec<&UnitRow>> = HashMap::new();
    for unit in existing {
        namesakes.entry((&unit.row.level, &unit.row.code)).or_default().push(&unit.row);
        by_code.entry(&unit.row.code).or_default().push(&unit.row);
    }
    for row in new {
        by_code.entry(&row.code).or_default().push(row);
    }
    let mut findings = LimitedFindings::default();
    let mut added = Vec::new();
    for row in new {
        let known = namesakes.get(&(&row.level, &row.code)).map_or(&[][..], Vec::as_slice);
        if known.contains(&row) {
            continue;
        }
        let path = |column: &str| format!("{} {}, column {column}", row.level, row.code);
        if let Some(other) = known.iter().find(|other| other.valid_from == row.valid_from) {
            let (column, was, is) = difference(other, row);
            findings.push(path(column), "conflict", format!("the register has {was:?} here, the file {is:?}"));
        } else if let Some(other) = known.iter().find(|other| other.overlaps(row)) {
            let message = format!("the register holds {} with this code {}", other.names.get("vi"), validity(other));
            findings.push(path("valid_from"), "overlap", message);
        }
        if let Some(parent) = &row.parent_code {
            let candidates = by_code.get(parent).map_or(&[][..], Vec::as_slice);
            if !candidates.iter().any(|other| other.level != row.level && other.overlaps(row)) {
                let message = format!("no unit {parent} of another level exists {}", validity(row));
                findings.push(path("parent_code"), "unknown_parent", message);
            }
        }
        added.push(row.clone());
    }
    findings.into_result(added)
}

/// The first column in which two rows of one unit differ, with both cells.
fn difference(known: &UnitRow, row: &UnitRow) -> (&'static str, String, String) {
    let columns = |row: &UnitRow| {
        [
            ("kind", row.kind.to_string()),
            ("parent_code", row.parent_code.as_ref().map(Code::to_string).unwrap_or_default()),
            ("valid_to", row.valid_to.map(|day| day.to_string()).unwrap_or_default()),
            ("name", row.names.0.values().cloned().collect::<Vec<_>>().join(" / ")),
        ]
    };
    let pairs = columns(known).into_iter().zip(columns(row));
    let different = pairs.map(|((column, was), (_, is))| (column, was, is)).find(|(_, was, is)| was != is);
    // No column differs where the same names stand under other languages.
    different.unwrap_or_else(|| ("name", format!("{:?}", known.names.0), format!("{:?}", row.names.0)))
}

/// `from 2025-07-01`, `until 2025-06-30`, `from … until …` or `at any time`.
fn validity(row: &UnitRow) -> String {
    match (row.valid_from, row.valid_to) {
        (None, None) => "at any time".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (Some(from), Some(to)) => format!("from {from} until {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{UnitId, read_lineage, read_units};
    use super::*;

    const UNITS_2024: &str = include_str!("../app/demo/units-laocai-2024.csv");
    const UNITS_2025: &str = include_str!("../../tests/reference/units-laocai-2025.csv");
    const LINEAGE_2025: &str = include_str!("../../tests/reference/lineage-laocai-2025.csv");
    const HEADER: &str = "code,level,kind,parent_code,name_vi,valid_from,valid_to\n";

    fn rows(text: &str) -> Vec<UnitRow> {
        read_units(text.as_bytes()).unwrap()
    }

    fn register(rows: Vec<UnitRow>) -> Vec<Unit> {
        (1..).zip(rows).map(|(id, row)| Unit { id: UnitId(id), row }).collect()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_province_before_and_after_july_2025_fits_into_one_register() {
        let before = rows(UNITS_2024);
        let mut units = register(check_register(&[], &before).unwrap());
        let after = check_register(&units, &rows(UNITS_2025)).unwrap();
        assert_eq!((units.len(), after.len()), (161, 100));
        units.extend(register(after));
        let name = |level, code, on| unit_on(&units, level, code, day(on)).map(|unit| unit.name("vi"));
        assert_eq!(name("commune", "02647", "2025-06-30"), Some("Phường Kim Tân"));
        assert_eq!(name("commune", "02647", "2025-07-01"), Some("Phường Lào Cai"));
        assert_eq!(name("province", "10", "2025-07-01"), None);
        assert_eq!(name("province", "15", "2025-07-01"), Some("Tỉnh Lào Cai"));
        assert_eq!(name("district", "082", "2024-11-20"), Some("Huyện Bát Xát"));
        assert_eq!(read_lineage(LINEAGE_2025.as_bytes()).unwrap().len(), 319);
    }

    #[test]
    fn importing_a_file_twice_is_importing_it_once() {
        let units = register(rows(UNITS_2024));
        assert_eq!(check_register(&units, &rows(UNITS_2024)), Ok(Vec::new()));
    }

    #[test]
    fn a_row_that_contradicts_the_register_is_found() {
        let base = format!("{HEADER}10,province,province,,Tỉnh,,\n1,district,city,10,Một,2020-01-01,2024-12-31\n");
        let units = register(rows(&base));
        for (row, path, code) in [
            ("1,district,ward,10,Một,2020-01-01,2024-12-31", "district 1, column kind", "conflict"),
            ("1,district,city,10,Mốt,2020-01-01,2024-12-31", "district 1, column name", "conflict"),
            ("1,district,city,10,Một,2020-01-01,", "district 1, column valid_to", "conflict"),
            ("1,district,city,,Một,2020-01-01,2024-12-31", "district 1, column parent_code", "conflict"),
            ("1,district,city,10,Một,2024-12-31,", "district 1, column valid_from", "overlap"),
            ("2,district,city,11,Hai,,", "district 2, column parent_code", "unknown_parent"),
            ("10,district,city,10,Hai,,", "", ""),
            ("2,commune,city,1,Hai,2025-01-01,", "commune 2, column parent_code", "unknown_parent"),
        ] {
            let found = check_register(&units, &rows(&format!("{HEADER}{row}\n")));
            let found: Vec<_> = found.err().map(|all| all.0).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|finding| (finding.path.as_str(), finding.code)).collect();
            let expected: Vec<_> = Some((path, code)).filter(|(path, _)| !path.is_empty()).into_iter().collect();
            assert_eq!(found, expected, "{row}");
        }
    }

    #[test]
    fn a_parent_may_stand_in_the_same_file() {
        let text = format!("{HEADER}1,commune,ward,10,Một,,\n10,province,province,,Tỉnh,,\n");
        assert_eq!(check_register(&[], &rows(&text)).unwrap().len(), 2);
    }
}

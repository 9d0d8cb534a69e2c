//! Imports point down: a room uses only rooms on lower floors, and of these none that it must not know.

use crate::rooms::{MUST_NOT_KNOW, floor};
use crate::source::{SourceTree, Violation};

/// A room imports only from floors below its own.
pub(crate) fn imports_point_down(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust_files() {
        let Some(room) = file.room() else { continue };
        for named in tree.modules().named_in(&file.path) {
            let Some(path) = named.rooted() else { continue };
            let target = path.first().map_or("crate", String::as_str);
            let violation = problem(room, target).map(|problem| file.violation(named.line, "import", problem));
            // A group that names a room is one import of it.
            found.extend(violation.filter(|violation| found.last() != Some(violation)));
        }
    }
    found
}

/// Why `room` must not import `target`, if it must not.
fn problem(room: &str, target: &str) -> Option<String> {
    if room == target {
        return None;
    }
    let Some(target_floor) = floor(target) else {
        return Some(format!("`crate::{target}` is no room with a floor; name the room itself"));
    };
    if floor(room)? <= target_floor {
        return Some(format!("`{room}` must not know `{target}`, which is not on a floor below it"));
    }
    let (_, _, reason) = MUST_NOT_KNOW.iter().find(|(name, targets, _)| *name == room && targets.contains(&target))?;
    Some(format!("`{room}` must not know `{target}`: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_reports;

    #[test]
    fn an_import_of_a_room_that_is_not_below_is_reported() {
        let table = [
            ("src/survey/wave.rs", "use crate::storage::Store;"),
            ("src/survey/wave.rs", "use crate::{foundation::Code, storage::{Store, Row}};"),
            ("src/survey/wave.rs", "fn f() { let x = crate::pipeline::g(); }"),
            ("src/survey/wave.rs", "use super::super::storage::Store;"),
            ("src/survey/wave.rs", "use self::super::super::{ranking};"),
            ("src/survey/mod.rs", "use super::validation::check;"),
            ("src/chart.rs", "use super::survey::Wave;"),
            ("src/index/mod.rs", "use crate::ranking::Ranking;"),
            ("src/collection/form.rs", "use crate::dissemination::Page;"),
            ("src/app/serve.rs", "use plumbline::main::x;"),
            ("src/survey/wave.rs", "macro_rules! m { () => { $crate::storage::x() } }"),
        ];
        for (path, text) in table {
            assert_reports(imports_point_down, &[(path, text)], &[&format!("{path}:1")]);
        }
    }

    #[test]
    fn an_import_of_a_room_below_or_of_the_own_room_is_fine() {
        let table = [
            ("src/survey/wave.rs", "use crate::foundation::{Code, Text};\nuse crate::survey::Unit;"),
            ("src/survey/wave.rs", "use super::unit::Unit;\npub(super) fn f() {}\npub(crate) fn g() {}"),
            ("src/survey/plan/mod.rs", "use super::super::foundation::Code;\nuse super::wave::Wave;"),
            ("src/survey/wave.rs", "// use crate::storage::Store;\nconst X: &str = \"crate::storage\";"),
            ("src/survey/wave.rs", "#[cfg(test)]\nmod tests { use crate::storage::Store; }"),
            ("src/pipeline/mod.rs", "use crate::storage::Store;"),
            ("src/main.rs", "use plumbline::app::run;"),
            ("src/lib.rs", "pub mod storage;\nuse crate::storage::Store;"),
            ("tests/it/main.rs", "use crate::storage::Store;"),
        ];
        for (path, text) in table {
            assert_reports(imports_point_down, &[(path, text)], &[]);
        }
    }

    #[test]
    fn an_import_of_a_lower_room_that_must_not_be_known_is_reported() {
        for (room, targets, _) in MUST_NOT_KNOW {
            for target in *targets {
                let (path, text) = (format!("src/{room}/mod.rs"), format!("use crate::{target}::X;"));
                assert_reports(imports_point_down, &[(&path, &text)], &[&format!("{path}:1")]);
                assert_reports(imports_point_down, &[("src/app/mod.rs", &text)], &[]);
            }
        }
    }

    #[test]
    fn naming_the_whole_crate_is_reported_because_it_hides_the_room() {
        for text in ["use crate::*;", "use crate::{self as all};", "use crate::Store;", "use crate as all;"] {
            assert_reports(imports_point_down, &[("src/app/mod.rs", text)], &["src/app/mod.rs:1"]);
        }
    }
}

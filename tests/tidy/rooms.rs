//! The rooms of the house, their floors, and what each file says about itself.

use crate::source::{SourceTree, Violation};

/// Every room with its floor, lowest first. A room imports only from floors below its own.
pub(crate) const FLOORS: &[(&str, u8)] = &[
    ("foundation", 0),
    ("statistics", 0),
    ("tables", 1),
    ("config", 1),
    ("chart", 1),
    ("jobs", 1),
    ("release", 1),
    ("survey", 2),
    ("accounts", 3),
    ("secrets", 3),
    ("validation", 3),
    ("estimation", 3),
    ("monitoring", 3),
    ("index", 4),
    ("ranking", 4),
    ("storage", 5),
    ("files", 6),
    ("pipeline", 6),
    ("web", 6),
    ("entrance", 7),
    ("documents", 8),
    ("collection", 9),
    ("dissemination", 9),
    ("office", 9),
    ("app", 10),
    ("main", 11),
];

/// Rooms that a room must not know although they are on floors below its own, and why.
pub(crate) const MUST_NOT_KNOW: &[(&str, &[&str], &str)] = &[
    ("collection", &["storage"], "go through `pipeline`"),
    (
        "documents",
        &["storage", "statistics", "estimation", "monitoring", "index", "ranking"],
        "it knows how documents are sent, and no number in them",
    ),
    ("files", &["accounts", "storage"], "whoever checks a published number needs nothing but files"),
    ("dissemination", &["storage", "estimation"], "it shows numbers that `pipeline` gives it and makes none"),
    (
        "office",
        &["storage", "statistics", "estimation", "index", "ranking"],
        "an officer who could watch a score could steer it",
    ),
    (
        "web",
        &["survey", "chart", "validation", "estimation", "monitoring", "index", "ranking", "storage"],
        "the HTTP kit knows nothing of what is asked and told over it",
    ),
];

/// The floor of a room.
pub(crate) fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Every room that is in `src` stands in [`FLOORS`].
pub(crate) fn each_room_has_a_floor(tree: &SourceTree) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    let mut last = "";
    for file in tree.rust_files() {
        let Some(room) = file.room() else { continue };
        if floor(room).is_none() && room != last {
            found.push(file.violation(1, "floor", format!("the room `{room}` has no floor; see tests/tidy/rooms.rs")));
        }
        last = room;
    }
    found
}

/// Every Rust file opens with `//!`; that of a room says where to start reading.
pub(crate) fn each_file_says_what_it_is_for(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust_files() {
        let header: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
        if header.is_empty() {
            found.push(file.violation(1, "purpose", "the file must begin with `//!` and what it is for"));
        }
        let is_room = file.room().is_some_and(|room| file.path == format!("src/{room}/mod.rs"));
        if is_room && !header.is_empty() && !header.iter().any(|line| line.contains("tart reading")) {
            found.push(file.violation(1, "purpose", "the room's `//!` must say where to start reading"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_reports;

    #[test]
    fn a_room_without_a_floor_is_reported_once() {
        let files = [("src/attic/mod.rs", ""), ("src/attic/trunk.rs", ""), ("src/shed.rs", "")];
        assert_reports(each_room_has_a_floor, &files, &["src/attic/mod.rs:1", "src/shed.rs:1"]);
        let clean = [("src/lib.rs", ""), ("src/main.rs", ""), ("src/survey/mod.rs", ""), ("tests/attic/mod.rs", "")];
        assert_reports(each_room_has_a_floor, &clean, &[]);
    }

    #[test]
    fn a_file_that_does_not_say_what_it_is_for_is_reported() {
        let files = [
            ("migrations/src/lib.rs", "// a\n"),
            ("src/survey/mod.rs", "//! What is asked.\n"),
            ("src/survey/wave.rs", "use a;\n//! Late.\n"),
        ];
        let expected = ["migrations/src/lib.rs:1", "src/survey/mod.rs:1", "src/survey/wave.rs:1"];
        assert_reports(each_file_says_what_it_is_for, &files, &expected);
        let clean = [
            ("src/main.rs", "//! The binary.\n"),
            ("src/survey/mod.rs", "//! What is asked.\n//! Start reading at [`Wave`].\n"),
            ("src/survey/wave.rs", "//! Waves.\n"),
        ];
        assert_reports(each_file_says_what_it_is_for, &clean, &[]);
    }
}

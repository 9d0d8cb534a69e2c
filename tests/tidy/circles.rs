//! No circles of files: inside a room, a file uses nothing of a file that uses it, directly or through others.
//!
//! A file uses another one where it imports or names something that the other one *defines*: a name that is re-exported by a
//! `mod.rs` counts for the file that defines it. What a file only declares (`mod`), or re-exports from below it (`pub use`), is
//! not used by it; a private `use` is. Methods are not followed, only names. Tests are exempt.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::modules::{Modules, Named};
use crate::source::{SourceFile, SourceTree, Violation};

/// What each file of a room uses of the others, each with the line where it is named first.
type Uses<'t> = BTreeMap<&'t str, BTreeMap<&'t str, usize>>;

/// Files inside a room do not use each other in a circle.
pub(crate) fn no_circles_of_files(tree: &SourceTree) -> Vec<Violation> {
    let mut rooms: BTreeMap<&str, Vec<&SourceFile>> = BTreeMap::new();
    for file in tree.rust_files().filter(|file| !file.is_test) {
        if let Some(room) = file.room() {
            rooms.entry(room).or_default().push(file);
        }
    }
    let mut found = Vec::new();
    for files in rooms.values() {
        let uses = uses(tree.modules(), files);
        let mut reported: BTreeSet<&str> = BTreeSet::new();
        for file in files {
            let Some(circle) = shortest_circle(&uses, &file.path) else { continue };
            if circle.iter().any(|file| reported.contains(file)) {
                continue;
            }
            reported.extend(&circle);
            found.push(file.violation(uses[circle[0]][circle[1]], "circle", message(&uses, &circle)));
        }
    }
    found
}

/// What the files of one room use of each other.
fn uses<'t>(modules: &'t Modules, files: &[&'t SourceFile]) -> Uses<'t> {
    let in_room = |path: &str| files.iter().any(|file| file.path == path);
    let mut uses = Uses::new();
    for file in files {
        let of_file = uses.entry(file.path.as_str()).or_default();
        for named in modules.named_in(&file.path) {
            let Some(target) = modules.definition(named) else { continue };
            if target != file.path && in_room(target) && !is_only_reexported(named, file, target) {
                let line = of_file.entry(target).or_insert(named.line);
                *line = named.line.min(*line);
            }
        }
    }
    uses
}

/// Whether a file only re-exports what a file below it defines.
fn is_only_reexported(named: &Named, file: &SourceFile, target: &str) -> bool {
    named.is_reexport && target.starts_with(&file.children())
}

/// The shortest path from a file through those that it uses back to itself; the file is at both ends.
fn shortest_circle<'t>(uses: &Uses<'t>, start: &'t str) -> Option<Vec<&'t str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(file) = waiting.pop_front() {
        for target in uses.get(file).into_iter().flat_map(BTreeMap::keys).copied() {
            if came_from.contains_key(target) {
                continue;
            }
            came_from.insert(target, file);
            if target == start {
                let mut path = vec![start];
                let mut at = file;
                while at != start {
                    path.push(at);
                    at = came_from[at];
                }
                path.push(start);
                path.reverse();
                return Some(path);
            }
            waiting.push_back(target);
        }
    }
    None
}

fn message(uses: &Uses<'_>, circle: &[&str]) -> String {
    let steps: Vec<String> =
        circle.windows(2).map(|pair| format!("{}:{} uses {}", pair[0], uses[pair[0]][pair[1]], pair[1])).collect();
    format!("{}; move what both need to the file that it belongs to", steps.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_reports;

    #[test]
    fn a_circle_of_files_is_reported_once() {
        let table: [(&[(&str, &str)], &str); 5] = [
            (
                &[
                    ("src/office/a.rs", "use super::b::B;\nstruct A;"),
                    ("src/office/b.rs", "use super::a::A;\nstruct B;"),
                ],
                "a.rs:1",
            ),
            (
                &[
                    ("src/office/mod.rs", "mod a;\nmod b;\nmod c;"),
                    ("src/office/a.rs", "struct A(crate::office::b::B);"),
                    ("src/office/b.rs", "\nuse super::c;\nfn b() { c::c() }\nstruct B;"),
                    ("src/office/c.rs", "fn c() { vec![super::a::A] }"),
                ],
                "a.rs:1",
            ),
            // Through the parent, which only re-exports the name.
            (
                &[
                    ("src/office/mod.rs", "mod a;\nmod b;\npub(crate) use a::A;"),
                    ("src/office/a.rs", "\nuse super::b::B as Other;\nstruct A;"),
                    ("src/office/b.rs", "use super::A;\nstruct B;"),
                ],
                "a.rs:2",
            ),
            // The parent's own code uses the child, and the child the parent.
            (
                &[
                    ("src/office/mod.rs", "mod a;\npub use a::f;\nstruct M;\nimpl M {\nfn g() { f() } }"),
                    ("src/office/a.rs", "use super::M;\npub fn f() {}"),
                ],
                "a.rs:1",
            ),
            (
                &[
                    ("src/office/mod.rs", "mod a;\nstruct M;\nfn g() { a::f() }"),
                    ("src/office/a.rs", "use super::*;\npub fn f(_: M) {}"),
                ],
                "a.rs:1",
            ),
        ];
        for (files, place) in table {
            assert_reports(no_circles_of_files, files, &[&format!("src/office/{place}")]);
        }
    }

    #[test]
    fn a_circle_is_seen_through_folders_and_macros() {
        let table: [(&[(&str, &str)], &str); 4] = [
            // A `pub use` of something that is not below is a use of it.
            (
                &[
                    ("src/office/a.rs", "pub use super::b::B;\nstruct A;"),
                    ("src/office/b.rs", "use super::a::A;\nstruct B;"),
                ],
                "a.rs:1",
            ),
            // Folders make no difference.
            (
                &[
                    ("src/office/a/mod.rs", "mod deep;\nstruct A;"),
                    ("src/office/a/deep.rs", "use super::super::b::B;\nstruct Deep;"),
                    ("src/office/b.rs", "\nuse super::a::deep::Deep;\nstruct B;"),
                ],
                "a/deep.rs:1",
            ),
            // What a macro defines is its file's.
            (
                &[("src/office/a.rs", "use super::b::B;\nm!(A);"), ("src/office/b.rs", "use super::a::A;\nstruct B;")],
                "a.rs:1",
            ),
            (
                &[
                    ("src/office/a.rs", "#[error(\"{}\", super::b::f())]\nstruct A;"),
                    ("src/office/b.rs", "mod inline { fn g(_: super::super::a::A) {} }\nfn f() {}"),
                ],
                "a.rs:1",
            ),
        ];
        for (files, place) in table {
            assert_reports(no_circles_of_files, files, &[&format!("src/office/{place}")]);
        }
    }

    #[test]
    fn what_is_no_circle_is_fine() {
        let table: [&[(&str, &str)]; 6] = [
            &[("src/office/a.rs", "use super::b::B;\nstruct A;"), ("src/office/b.rs", "struct B;")],
            // The parent only declares and re-exports, and the child uses what the parent defines.
            &[
                ("src/office/mod.rs", "mod a;\npub use a::A;\npub struct M;"),
                ("src/office/a.rs", "use super::M;\nstruct A(M);"),
            ],
            // A name of the parent counts for the file that defines it.
            &[
                ("src/office/mod.rs", "mod a;\nmod b;\npub use a::A;\nfn m(_: b::B) {}"),
                ("src/office/a.rs", "struct A;"),
                ("src/office/b.rs", "use super::A;\nstruct B(A);"),
            ],
            // Tests may use what they like.
            &[
                ("src/office/a.rs", "use super::b::B;\nstruct A;"),
                (
                    "src/office/b.rs",
                    "struct B;\n#[cfg(test)]\nmod tests { use crate::office::a::A; }\n#[cfg(test)]\nmod b_tests;",
                ),
                ("src/office/b/b_tests.rs", "use crate::office::a::A;"),
            ],
            // A local name, a field and a method are no modules, and modules alone are no uses.
            &[
                (
                    "src/office/mod.rs",
                    "mod a;\nmod b;\nstruct M;\nfn f(a: u8) { g(a, x.b(), S { b: 1 }); format!(\"{a}\", x.b) }",
                ),
                ("src/office/a.rs", "use super::M;\nuse super::b;"),
                ("src/office/b.rs", "use super::a;"),
            ],
            // Other crates.
            &[
                ("src/office/a.rs", "use super::b::B;\nstruct A;"),
                ("src/office/b.rs", "use std::a::A;\nuse a::C;\nstruct B;"),
            ],
        ];
        for files in table {
            assert_reports(no_circles_of_files, files, &[]);
        }
    }
}

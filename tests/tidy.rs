//! The house style as a test: who may import whom, which words belong where, how long things may be, what the prose names.
//!
//! Each rule is a pure function over a [`source::SourceTree`]; beside it stand a planted violation that it reports and
//! the clean variant that it does not. This file runs every rule on the repository itself.

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/lengths.rs"]
mod lengths;
#[path = "tidy/modules.rs"]
mod modules;
#[path = "tidy/prose.rs"]
mod prose;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tokens.rs"]
mod tokens;
#[path = "tidy/words.rs"]
mod words;

use source::{Rule, SourceTree};

/// Every rule of the house.
const RULES: &[Rule] = &[
    rooms::each_room_has_a_floor,
    rooms::each_file_says_what_it_is_for,
    imports::imports_point_down,
    circles::no_circles_of_files,
    words::words_stay_in_their_rooms,
    words::nothing_gives_up,
    lengths::files_are_short,
    lengths::functions_are_short,
    prose::named_paths_exist,
    prose::no_machine_paths,
    prose::no_emoji,
];

#[test]
fn every_rule_holds_in_this_repository() {
    let tree = SourceTree::read(env!("CARGO_MANIFEST_DIR").as_ref()).expect("the repository can be read");
    assert!(tree.rust_files().any(|file| file.path == "src/lib.rs"), "the repository was not found");
    let violations: Vec<String> = RULES.iter().flat_map(|rule| rule(&tree)).map(|found| found.to_string()).collect();
    assert!(violations.is_empty(), "{} violations of the style:\n{}", violations.len(), violations.join("\n"));
}

//! What texts must keep to: paths that they name exist, no path of somebody's machine, no emoji where people read.

use crate::source::{SourceFile, SourceTree, Violation};

/// The top-level folders; a path that begins with one of them is a path of the repository.
const FOLDERS: &[&str] = &[".ci", "benches", "docs", "frontend", "migrations", "scripts", "src", "tests"];

/// Pictographs that differ from phone to phone and are read aloud by name. Ticks and crosses (U+2713–U+2718) are signs.
const EMOJI: &[(char, char)] =
    &[('\u{2600}', '\u{2712}'), ('\u{2719}', '\u{27BF}'), ('\u{FE0F}', '\u{FE0F}'), ('\u{1F000}', '\u{1FAFF}')];

/// Every path of the repository that the documents and the doc comments name exists.
pub(crate) fn named_paths_exist(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files() {
        for (line, text) in prose_lines(file) {
            let spans = text.split('`').skip(1).step_by(2).filter_map(repository_path).map(ToOwned::to_owned);
            let links = text.split("](").skip(1).filter_map(|rest| linked_path(&file.path, rest.split(')').next()?));
            for path in spans.chain(links).filter(|path| !tree.has(path)) {
                found.push(file.violation(line, "named path", format!("there is no {path} in the repository")));
            }
        }
    }
    found
}

/// The lines of a file that are prose: a document's outside code blocks, a Rust file's doc comments.
fn prose_lines(file: &SourceFile) -> Vec<(usize, &str)> {
    let is_document = file.path == "README.md" || (file.path.starts_with("docs/") && file.has_extension("md"));
    let is_rust = file.has_extension("rs");
    let mut is_in_block = false;
    let mut lines = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let start = line.trim_start();
        is_in_block ^= is_document && start.starts_with("```");
        let is_doc_comment = is_rust && (start.starts_with("//!") || start.starts_with("///"));
        if (is_document && !is_in_block) || is_doc_comment {
            lines.push((number + 1, line));
        }
    }
    lines
}

/// The span as a path of the repository, if it is meant as one.
fn repository_path(span: &str) -> Option<&str> {
    let is_plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let is_inside = span.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder));
    let is_top_file = ["Cargo.toml", "README.md", "clippy.toml", "LICENSE-MIT", "LICENSE-APACHE"].contains(&span);
    (is_plain && (is_inside || is_top_file)).then_some(span)
}

/// The file of the repository that a link in `document` leads to; none for links to elsewhere or within the page.
fn linked_path(document: &str, target: &str) -> Option<String> {
    let target = target.split(['#', ' ']).next().filter(|target| !target.is_empty() && !target.contains(':'))?;
    let is_document = document.rsplit_once('.').is_some_and(|(_, extension)| extension == "md");
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    is_document.then(|| parts.join("/"))
}

/// No text names a folder that exists only on somebody's machine.
pub(crate) fn no_machine_paths(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files() {
        for (number, line) in file.text.lines().enumerate() {
            for folder in ["home", "work", "tmp", "root", "Users"].map(|name| format!("/{name}/")) {
                let is_path = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-)}/".contains(c));
                if line.match_indices(&folder).any(|(at, _)| is_path(at)) {
                    found.push(file.violation(
                        number + 1,
                        "machine path",
                        format!("{folder} is a place on one machine"),
                    ));
                }
            }
        }
    }
    found
}

/// Pages, their texts and scripts hold no emoji: a face is an inline SVG with a word.
pub(crate) fn no_emoji(tree: &SourceTree) -> Vec<Violation> {
    let is_page = |file: &&SourceFile| ["html", "ftl", "css", "ts", "svg"].iter().any(|end| file.has_extension(end));
    let is_emoji = |c: char| EMOJI.iter().any(|(first, last)| (*first..=*last).contains(&c));
    let mut found = Vec::new();
    for file in tree.files().filter(is_page) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(emoji) = line.chars().find(|c| is_emoji(*c)) {
                let message = format!(
                    "U+{:04X} is drawn differently on each phone; use an inline SVG with a word",
                    u32::from(emoji)
                );
                found.push(file.violation(number + 1, "emoji", message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_reports;

    #[test]
    fn a_named_path_that_does_not_exist_is_reported() {
        let files = [
            ("README.md", "See `src/gone.rs`\nand [the map](docs/GONE.md#top).\n![picture](docs/gone.png)"),
            ("docs/MAP.md", "`tests/gone/`, `.ci/gone` and `LICENSE-MIT`"),
            ("src/lib.rs", "//! `docs/GONE.md` is the map.\n/// `src/gone.rs`\npub mod a;"),
        ];
        let expected = [
            "README.md:1",
            "README.md:2",
            "README.md:3",
            "docs/MAP.md:1",
            "docs/MAP.md:1",
            "docs/MAP.md:1",
            "src/lib.rs:1",
            "src/lib.rs:2",
        ];
        assert_reports(named_paths_exist, &files, &expected);
    }

    #[test]
    fn named_paths_that_exist_and_spans_that_are_no_paths_are_fine() {
        let files = [
            ("README.md", "`src/lib.rs`, `src/`, [map](docs/MAP.md#top), [web](https://example.org/a), [here](#top)"),
            (
                "docs/MAP.md",
                "`../x`, `/s/{wave}`, `text/csv`, `src/*/mod.rs`, [up](../README.md)\n```\n`src/gone.rs`\n```",
            ),
            ("src/lib.rs", "//! [`Wave`] and [a](b)\nconst A: &str = \"`src/gone.rs`\"; // `src/gone.rs`"),
            ("frontend/notes.md", "`src/gone.rs`"),
        ];
        assert_reports(named_paths_exist, &files, &[]);
    }

    #[test]
    fn a_path_of_somebodys_machine_is_reported() {
        for name in ["home", "work", "tmp", "root", "Users"] {
            let text = format!("a\n\"/{name}/x\"");
            assert_reports(no_machine_paths, &[("scripts/run", &text)], &["scripts/run:2"]);
            let text = format!("src/{name}/x https://example.org/{name}/ ${{A}}/{name}/ /{name} ./{name}/");
            assert_reports(no_machine_paths, &[("scripts/run", &text)], &[]);
        }
    }

    #[test]
    fn an_emoji_in_a_page_is_reported_and_letters_and_ticks_are_not() {
        for emoji in ["\u{1F600}", "\u{263A}", "\u{2764}\u{FE0F}"] {
            let text = format!("<p>\n{emoji}");
            assert_reports(no_emoji, &[("templates/form.html", &text)], &["templates/form.html:2"]);
        }
        assert_reports(no_emoji, &[("templates/form.html", "Hài lòng ✓ → – … “”")], &[]);
        assert_reports(no_emoji, &[("README.md", "\u{1F600}")], &[]);
    }
}

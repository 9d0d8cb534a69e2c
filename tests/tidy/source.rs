//! The repository as the rules see it: paths and texts, nothing else.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::modules::Modules;
use crate::tokens::{TokenSpan, spans, test_modules};

/// A rule of the style.
pub(crate) type Rule = fn(&SourceTree) -> Vec<Violation>;

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The file, from the repository's root.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The rule's name.
    pub(crate) rule: &'static str,
    /// What is wrong and what to do about it.
    pub(crate) message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.message)
    }
}

/// One file; `text` is empty where it is not UTF-8.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// The path from the repository's root, with `/`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
    /// Whether the whole file is test code: integration tests, benchmarks, modules declared under `#[cfg(test)]`.
    pub(crate) is_test: bool,
    /// Where its tokens are, once somebody has asked.
    spans: OnceCell<Vec<TokenSpan>>,
}

impl SourceFile {
    /// A file; whether it is a test is seen by its folder, as far as that says it.
    pub(crate) fn new(path: String, text: String) -> Self {
        let is_test = ["tests/", "benches/"].iter().any(|folder| path.starts_with(folder));
        Self { path, text, is_test, spans: OnceCell::new() }
    }

    /// The file as `syn` reads it.
    pub(crate) fn syntax(&self) -> syn::File {
        let parsed = syn::parse_file(&self.text).map_err(|error| format!("{}: {error}", self.path));
        parsed.expect("what is compiled is Rust")
    }

    /// Where the tokens of a Rust file are.
    pub(crate) fn token_spans(&self) -> &[TokenSpan] {
        self.spans.get_or_init(|| spans(&self.text))
    }

    /// The folder in which the file's child modules lie, ending in `/`.
    pub(crate) fn children(&self) -> String {
        let module = self.path.trim_end_matches(".rs");
        let own = ["/mod", "/lib", "/main"].iter().find_map(|name| module.strip_suffix(name));
        format!("{}/", own.unwrap_or(module))
    }

    /// Whether the name ends in `.extension`.
    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    /// The room that the file belongs to; `main` for `src/main.rs`, none for `src/lib.rs` and all outside `src`.
    pub(crate) fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let room = inside.split('/').next()?.trim_end_matches(".rs");
        (room != "lib").then_some(room)
    }

    /// A violation in this file.
    pub(crate) fn violation(&self, line: usize, rule: &'static str, message: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, rule, message: message.into() }
    }
}

/// All files of the repository, by path.
#[derive(Debug)]
pub(crate) struct SourceTree {
    files: BTreeMap<String, SourceFile>,
    /// The modules of `src`, once somebody has asked.
    modules: OnceCell<Modules>,
}

impl SourceTree {
    /// Reads the repository at `root`, without what builds and databases leave behind (see `.gitignore`).
    pub(crate) fn read(root: &Path) -> io::Result<Self> {
        let mut paths = Vec::new();
        walk(root, "", &mut paths)?;
        let read = |path: String| {
            let text = String::from_utf8(fs::read(root.join(&path))?).unwrap_or_default();
            Ok((path, text))
        };
        Ok(Self::new(paths.into_iter().map(read).collect::<io::Result<_>>()?))
    }

    /// A tree made of `(path, text)`, to plant violations in.
    pub(crate) fn planted(files: &[(&str, &str)]) -> Self {
        Self::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    fn new(files: Vec<(String, String)>) -> Self {
        let file = |(path, text): (String, String)| (path.clone(), SourceFile::new(path, text));
        let mut tree = Self { files: files.into_iter().map(file).collect(), modules: OnceCell::new() };
        let declared = |file: &SourceFile| {
            let folder = file.children();
            test_modules(file).into_iter().map(|name| format!("{folder}{name}")).collect::<Vec<_>>()
        };
        let tests: Vec<String> = tree.rust_files().flat_map(declared).collect();
        for file in tree.files.values_mut() {
            let is_of =
                |module: &String| file.path.strip_prefix(module).is_some_and(|rest| rest.starts_with(['.', '/']));
            file.is_test |= tests.iter().any(is_of);
        }
        tree
    }

    /// All files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }

    /// All Rust files.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files().filter(|file| file.has_extension("rs"))
    }

    /// The modules of `src`.
    pub(crate) fn modules(&self) -> &Modules {
        self.modules.get_or_init(|| Modules::read(self))
    }

    /// Whether there is a file or a folder at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(inside.clone()..).next().is_some_and(|(p, _)| p.starts_with(&inside))
    }
}

/// Collects the files under `folder` (relative to `root`, empty or ending in `/`).
fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_left_behind = ["target", "node_modules", ".git"].contains(&name.as_str())
            || [".db", ".db-shm", ".db-wal", ".rejected.csv"].iter().any(|end| name.ends_with(end));
        if is_left_behind {
            continue;
        }
        let path = format!("{folder}{name}");
        if entry.file_type()?.is_dir() {
            walk(root, &format!("{path}/"), paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Asserts that `rule` reports exactly the `expected` lines (`path:line`) in the planted `files`.
#[track_caller]
pub(crate) fn assert_reports(rule: Rule, files: &[(&str, &str)], expected: &[&str]) {
    let found = rule(&SourceTree::planted(files));
    let places: Vec<String> = found.iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect();
    assert_eq!(places, expected, "{found:#?}");
}

#[test]
fn a_violation_reads_like_a_compiler_error() {
    let file = SourceFile::new("src/a.rs".to_owned(), String::new());
    assert_eq!(file.violation(3, "length", "too long").to_string(), "src/a.rs:3: length: too long");
}

#[test]
fn folders_exist_when_a_file_is_in_them() {
    let tree = SourceTree::planted(&[("src/a/mod.rs", ""), ("src/ab.rs", "")]);
    for there in ["src", "src/", "src/a", "src/a/mod.rs", "src/ab.rs"] {
        assert!(tree.has(there), "{there}");
    }
    for missing in ["sr", "src/b", "src/a/mod", "src/ab"] {
        assert!(!tree.has(missing), "{missing}");
    }
}

#[test]
fn a_module_declared_for_tests_is_test_code() {
    let declaration = "#[cfg(test)]\npub(crate) mod samples;\nmod wave;";
    let files = [
        ("src/a/mod.rs", declaration),
        ("src/a/samples.rs", ""),
        ("src/a/samples/deep.rs", ""),
        ("src/a/samples_kept.rs", ""),
        ("src/a/wave.rs", declaration),
        ("src/a/wave/samples.rs", ""),
        ("src/samples.rs", ""),
        ("tests/it/main.rs", ""),
    ];
    let tree = SourceTree::planted(&files);
    let tests: Vec<&str> = tree.files().filter(|file| file.is_test).map(|file| file.path.as_str()).collect();
    assert_eq!(tests, ["src/a/samples.rs", "src/a/samples/deep.rs", "src/a/wave/samples.rs", "tests/it/main.rs"]);
}

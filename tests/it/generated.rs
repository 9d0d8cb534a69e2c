//! What is generated and committed is what its sources make, seen without the tools that make it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

#[test]
fn the_built_front_end_is_that_of_its_sources() {
    let frontend = root().join("frontend");
    let list = std::fs::read_to_string(frontend.join("dist/sources.sha256")).unwrap();
    let listed: BTreeMap<&str, &str> =
        list.lines().filter_map(|line| line.split_once("  ")).map(|(hash, file)| (file, hash)).collect();
    let mut sources: Vec<PathBuf> =
        ["src", "styles"].iter().flat_map(|folder| files_in(&frontend.join(folder))).collect();
    let single = ["package-lock.json", "package.json", "tsconfig.json", "vite.config.js"];
    sources.extend(single.iter().map(|file| frontend.join(file)));
    let hash = |file: &PathBuf| {
        let digest = Sha256::digest(std::fs::read(file).unwrap());
        digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    };
    let name = |file: &PathBuf| file.strip_prefix(&frontend).unwrap().display().to_string();
    let found: BTreeMap<String, String> = sources.iter().map(|file| (name(file), hash(file))).collect();
    let found: BTreeMap<&str, &str> = found.iter().map(|(file, hash)| (file.as_str(), hash.as_str())).collect();
    assert!(found.len() > 15);
    assert_eq!(
        listed, found,
        "frontend/dist is out of date: npm --prefix frontend ci && npm --prefix frontend run build"
    );
}

#[test]
fn the_committed_description_of_the_api_is_that_of_the_program() {
    let committed = std::fs::read_to_string(root().join("docs/openapi.json")).unwrap();
    let described = plumbline::app::openapi().to_pretty_json().unwrap();
    let line = committed.lines().zip(described.lines()).position(|(old, new)| old != new);
    assert!(
        committed.trim_end() == described,
        "docs/openapi.json is out of date, first at line {line:?}: cargo run -- openapi > docs/openapi.json"
    );
}

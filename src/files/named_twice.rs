//! Files that are named twice: results that are written over the answers would destroy them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The first of the files to write that is also one to read, or another one to write, by whatever name.
pub(super) fn named_twice<'p>(inputs: &[&'p Path], outputs: &[&'p Path]) -> Option<&'p Path> {
    let mut known: Vec<_> = inputs.iter().filter_map(|path| identity(path)).collect();
    outputs.iter().copied().find(|path| {
        let own = identity(path);
        let is_known = own.as_ref().is_some_and(|own| known.contains(own));
        known.extend(own);
        is_known
    })
}

/// What a path leads to.
#[derive(PartialEq)]
enum Identity {
    /// An existing file, by device and number.
    File(u64, u64),
    /// A name without a file.
    Name(PathBuf),
}

/// `None` for a device, such as a terminal, which may be both read and written.
fn identity(path: &Path) -> Option<Identity> {
    if let Ok(found) = fs::metadata(path) {
        return found.is_file().then(|| Identity::File(found.dev(), found.ino()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    Some(Identity::Name(folder.join(path.file_name()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_under_any_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("answers.csv"), "").unwrap();
        fs::hard_link(at("answers.csv"), at("linked.csv")).unwrap();
        std::os::unix::fs::symlink(at("answers.csv"), at("soft.csv")).unwrap();
        fs::create_dir(at("sub")).unwrap();
        let answers = at("answers.csv");
        for other in ["answers.csv", "linked.csv", "soft.csv", "sub/../answers.csv"] {
            assert_eq!(named_twice(&[&answers], &[&at(other)]), Some(at(other).as_path()), "{other}");
        }
        let (free, same, other) = (at("new.csv"), at("sub/../new.csv"), at("sub/new.csv"));
        assert_eq!(named_twice(&[&answers], &[&free, &same]), Some(same.as_path()));
        assert_eq!(named_twice(&[&answers], &[&free, &other]), None);
        let terminal = Path::new("/dev/null");
        assert_eq!(named_twice(&[terminal], &[terminal]), None, "a device is not a file that could be lost");
    }
}

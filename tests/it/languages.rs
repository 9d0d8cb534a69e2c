//! Languages that come as files, with the real binary: they are set once for a process.

use std::path::Path;

use crate::support::process::{plumbline, run};
use crate::support::{Engine, TestDatabase};

/// Runs `plumbline wave list` with this folder of languages; whether it was good, and what it said.
fn list_waves(database: &TestDatabase, languages: &Path) -> (bool, String) {
    let mut command = plumbline(database.url(), &["wave", "list"]);
    let output = command.env("PLUMBLINE_LANGUAGES", languages).output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_folder_of_languages_is_read_whole_and_refused_by_file_and_line() {
    Engine::Sqlite.run(module_path!(), async |database| {
        run(database.url(), &["migrate"]);
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("hmn.ftl", "language-name = Hmoob\nform-next = Mus ntxiv");
        write("read-me.txt", "not a language");
        let (good, said) = list_waves(&database, folder.path());
        assert!(good, "{said}");

        write("tyz.ftl", "language-name = Tày\nform-nxt = x\n\nform-back = { $");
        write("cs.ftl", "language-name = Čeština");
        let (good, said) = list_waves(&database, folder.path());
        assert!(!good, "{said}");
        for expected in ["cs.ftl: cs is built in", "tyz.ftl, form-nxt", "tyz.ftl, line 4"] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        write("HMN.ftl", "language-name = Hmoob");
        let (good, said) = list_waves(&database, folder.path());
        assert!(!good && said.contains("hmn.ftl: another file has this tag"), "{said}");
        std::fs::write(folder.path().join("HMN.ftl"), b"\xff\xfel\0a\0").unwrap();
        let (good, said) = list_waves(&database, folder.path());
        assert!(!good && said.contains("HMN.ftl: this is not UTF-8; save the file as UTF-8"), "{said}");
        std::fs::rename(folder.path().join("cs.ftl"), folder.path().join("no_tag.ftl")).unwrap();
        std::fs::remove_file(folder.path().join("HMN.ftl")).unwrap();
        let (good, said) = list_waves(&database, folder.path());
        assert!(!good && said.contains("no_tag.ftl") && said.contains("is not a language tag"), "{said}");
        let many = tempfile::tempdir().unwrap();
        for number in 0..41 {
            let name = format!("a{}{}.ftl", char::from(b'a' + number / 20), char::from(b'a' + number % 20));
            let (good, said) = if number >= 40 { list_waves(&database, many.path()) } else { (true, String::new()) };
            assert!(good, "{said}");
            std::fs::write(many.path().join(name), "language-name = A").unwrap();
        }
        let (good, said) = list_waves(&database, many.path());
        assert!(!good && said.contains("at most 40 are read"), "{said}");
        let (good, said) = list_waves(&database, &folder.path().join("nowhere"));
        assert!(!good && said.contains("nowhere"), "{said}");
    });
}

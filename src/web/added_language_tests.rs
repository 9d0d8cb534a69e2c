//! Languages that come as files: what is taken, and what is told of what is not.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::Style;
use super::added_language::*;
use crate::foundation::LanguageTag;

fn read(text: &str) -> Result<AddedLanguage, Vec<(String, &'static str)>> {
    let found = AddedLanguage::read(&LanguageTag::new("hmn").unwrap(), text);
    found.map_err(|found| found.0.into_iter().map(|finding| (finding.path, finding.code)).collect())
}

#[test]
fn every_vietnamese_file_is_known() {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("frontend/locales/vi")).unwrap();
    let mut texts: Vec<_> = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let mut known: Vec<_> = VIETNAMESE.iter().map(|(text, _)| (*text).to_owned()).collect();
    texts.sort();
    known.sort();
    assert_eq!(texts, known);
}

#[test]
fn a_file_may_say_no_more_than_the_name() {
    let hmong = read("language-name = Hmoob").unwrap();
    assert_eq!((hmong.name.as_str(), hmong.short_name.as_str()), ("Hmoob", "Hmoob"));
    assert!(hmong.missing_on(Style::Form) > 100 && hmong.message("form-next", None).is_none());
    let long = read("language-name = Hmoob Dawb (Lào Cai)").unwrap();
    assert_eq!(long.short_name, "HMN");
    assert_eq!(read("language-name = Hmoob Dawb\nlanguage-short = Hm").unwrap().short_name, "Hm");
}

#[test]
fn a_file_that_says_all_to_citizens_is_whole_on_their_pages_and_not_on_the_others() {
    let texts: Vec<_> = VIETNAMESE.iter().filter(|(_, for_citizens)| *for_citizens).map(|(text, _)| *text).collect();
    let language = read(&format!("language-name = Hmoob\n{}", texts.join("\n"))).unwrap();
    assert!(language.missing_on(Style::Form) == 0 && language.missing_on(Style::Site) > 0);
    let arguments = HashMap::from([("number".into(), 3.into()), ("count".into(), 22.into())]);
    assert_eq!(language.message("phone-step", Some(&arguments)).as_deref(), Some("Câu 3/22"));
    assert!(language.message("early-title.advice", None).is_none(), "nothing is said with a gap in it");
}

#[test]
fn the_examples_are_languages() {
    let examples = [
        (include_str!("../../docs/examples/languages/hmn.ftl"), "Hmoob", "Hmoob"),
        (include_str!("../../docs/examples/languages/ium.ftl"), "Dao (Iu Mien)", "Dao"),
        (include_str!("../../docs/examples/languages/tyz.ftl"), "Tày", "Tày"),
    ];
    for (text, name, short_name) in examples {
        let language = read(text).unwrap();
        assert_eq!((language.name.as_str(), language.short_name.as_str()), (name, short_name));
    }
}

#[test]
fn what_is_wrong_with_a_file_is_found_at_once() {
    let cases = [
        ("form-next = Mus", ("language-name", "missing")),
        ("language-name = Hmoob\nform-nxt = Mus", ("form-nxt", "unknown_key")),
        ("language-name = Hmoob\nform-next = Mus\nform-next = Mus", ("", "duplicate")),
        ("language-name = Hmoob\nform-progress = { $nmber }", ("form-progress", "invalid")),
        ("language-name = Hmoob\nform-next = { SHOUT($count) }", ("form-next", "invalid")),
        ("language-name = Hmoob\nphone-blanks = { NUMBER($count) }", ("phone-blanks", "invalid")),
        ("language-name = Hmoob\n\nform-next = { $count", ("line 3", "syntax")),
        ("language-name = Hmoob\nlanguage-short = Hmoob Dawb", ("language-short", "invalid")),
    ];
    for (text, (path, code)) in cases {
        assert!(read(text).unwrap_err().contains(&(path.to_owned(), code)), "{text}: {:?}", read(text));
    }
    let nested = |depth: usize| format!("language-name = H\nform-next = {}{}", "{".repeat(depth), "}".repeat(depth));
    assert!(!read(&nested(DEPTH_MAX)).unwrap_err().contains(&("line 2".to_owned(), "invalid")));
    assert_eq!(read(&nested(DEPTH_MAX + 1)).unwrap_err(), [("line 2".to_owned(), "invalid")]);
    let named = |length: usize| read(&format!("language-name = {}", "H".repeat(length)));
    assert!(named(NAME_LENGTH_MAX).is_ok() && named(NAME_LENGTH_MAX + 1).is_err());
    let short = |length: usize| read(&format!("language-name = H\nlanguage-short = {}", "H".repeat(length)));
    assert!(short(SHORT_NAME_LENGTH_MAX).is_ok() && short(SHORT_NAME_LENGTH_MAX + 1).is_err());
    let deep = format!("language-name = H\nform-next = {}", "{".repeat(50_000));
    assert_eq!(read(&deep).unwrap_err(), [("line 2".to_owned(), "invalid")]);
    assert!(read("\u{feff}language-name = Hmoob").is_ok(), "editors on Windows begin with a mark");
    for tag in ["api", "entry", "outbox", "hmn-a", "hmn-a1"] {
        let found = AddedLanguage::read(&LanguageTag::new(tag).unwrap(), "language-name = H").unwrap_err();
        assert_eq!(found.0[0].code, "not_allowed", "{tag}");
    }
    let long = format!("language-name = H\n#{}", "x".repeat(FILE_LENGTH_MAX));
    assert_eq!(read(&long).unwrap_err(), [(String::new(), "too_long")]);
}

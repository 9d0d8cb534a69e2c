//! The languages of the pages: names, negotiation, addresses and messages.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use super::Style;
use super::added_language::AddedLanguage;
use crate::foundation::{Finding, Findings, LanguageTag};

static_loader! {
    static MESSAGES = {
        locales: "./frontend/locales",
        fallback_language: "vi",
        // Isolation marks around arguments would be copied with the text and break codes that people paste.
        // NUMBER(…, type: "ordinal") is a built-in function: English writes 1st, 2nd, 3rd by it.
        customise: |bundle| {
            bundle.set_use_isolating(false);
            bundle.add_builtins().expect("a fresh bundle has no functions yet");
        },
    };
}

/// The languages that came as files; set once, before the first page.
static ADDED: OnceLock<Vec<AddedLanguage>> = OnceLock::new();

/// A language in which the pages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Vietnamese, the default.
    #[default]
    Vietnamese,
    /// English.
    English,
    /// Czech.
    Czech,
    /// A language that came as a file.
    Added(&'static AddedLanguage),
}

impl Language {
    /// The languages that are built in.
    pub const BUILT_IN: [Self; 3] = [Self::Vietnamese, Self::English, Self::Czech];

    /// Adds languages from files, given by their tags and texts, for as long as the process lives. To be done once, before
    /// anything asks for a language; a second time adds nothing.
    ///
    /// The findings are those of all files, with paths such as `hmn.ftl, line 12`.
    pub fn add(files: &[(LanguageTag, String)]) -> Result<(), Findings> {
        let (mut added, mut found) = (Vec::new(), Findings::default());
        for (position, (tag, text)) in files.iter().enumerate() {
            if files[..position].iter().any(|(other, _)| other.as_str().eq_ignore_ascii_case(tag.as_str())) {
                found.push(format!("{tag}.ftl"), "duplicate", "another file has this tag");
            }
            if Self::BUILT_IN.iter().any(|built_in| built_in.tag() == tag.as_str()) {
                let message = format!("{tag} is built in and cannot be replaced by a file");
                found.push(format!("{tag}.ftl"), "built_in", message);
            }
            match AddedLanguage::read(tag, text) {
                Ok(language) => added.push(language),
                Err(findings) => found.0.extend(findings.0.into_iter().map(|finding| {
                    let place = [format!("{tag}.ftl"), finding.path].into_iter().filter(|part| !part.is_empty());
                    Finding { path: place.collect::<Vec<_>>().join(", "), ..finding }
                })),
            }
        }
        found.into_result(())?;
        ADDED.get_or_init(|| added);
        Ok(())
    }

    /// All languages that there are, in the order in which the switch shows them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::BUILT_IN.into_iter().chain(ADDED.get().into_iter().flatten().map(Self::Added))
    }

    /// The built-in language whose numbers, dates and order this one goes by.
    #[must_use]
    pub(super) fn rules(self) -> Self {
        if let Self::Added(_) = self { Self::Vietnamese } else { self }
    }

    /// How many messages pages of this kind may show in Vietnamese because there are none in this language.
    #[must_use]
    pub fn missing_on(self, pages: Style) -> usize {
        if let Self::Added(added) = self { added.missing_on(pages) } else { 0 }
    }

    /// The language's tag, also the first segment of its addresses.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
            Self::Czech => "cs",
            Self::Added(added) => &added.tag,
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub fn native_name(self) -> &'static str {
        match self {
            Self::Vietnamese => "Tiếng Việt",
            Self::English => "English",
            Self::Czech => "Čeština",
            Self::Added(added) => &added.name,
        }
    }

    /// The name that fits a narrow header.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Vietnamese => "VI",
            Self::English => "EN",
            Self::Czech => "CS",
            Self::Added(added) => &added.short_name,
        }
    }

    /// The language with this tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::all().find(|language| language.tag() == tag)
    }

    /// The best language for an `Accept-Language` header; Vietnamese when none fits or the header is malformed.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (Self::default(), 0.0);
        for range in accept_language.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f64>().ok());
            let primary = tag.split('-').next().unwrap_or_default();
            let wanted = |tag: &str| Self::all().find(|language| language.tag().eq_ignore_ascii_case(tag));
            if let (Some(language), Some(quality)) = (wanted(tag).or_else(|| wanted(primary)), quality)
                && (0.0..=1.0).contains(&quality)
                && quality > best.1
            {
                best = (language, quality);
            }
        }
        best.0
    }

    /// The address of `path` (which starts with a slash and has no language) in this language.
    #[must_use]
    pub fn path(self, path: &str) -> String {
        format!("/{}{path}", self.tag())
    }

    /// The message with this key; in Vietnamese where the language's file does not have it.
    #[must_use]
    pub fn t(self, key: &str) -> String {
        self.added_message(key, None).unwrap_or_else(|| MESSAGES.lookup(&self.identifier(), key))
    }

    /// The message with this key and arguments; in Vietnamese where the language's file does not have it.
    #[must_use]
    pub fn t_with<'a, const N: usize>(self, key: &str, arguments: [(&'static str, FluentValue<'a>); N]) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue<'a>> =
            arguments.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        self.added_message(key, Some(&arguments))
            .unwrap_or_else(|| MESSAGES.lookup_with_args(&self.identifier(), key, &arguments))
    }

    /// The message with this key, if there is one that takes no arguments.
    #[must_use]
    pub fn find(self, key: &str) -> Option<String> {
        self.added_message(key, None).or_else(|| MESSAGES.try_lookup(&self.identifier(), key))
    }

    fn added_message(
        self,
        key: &str,
        arguments: Option<&HashMap<Cow<'static, str>, FluentValue<'_>>>,
    ) -> Option<String> {
        if let Self::Added(added) = self { added.message(key, arguments) } else { None }
    }

    fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::Vietnamese | Self::Added(_) => langid!("vi"),
            Self::English => langid!("en"),
            Self::Czech => langid!("cs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn the_language_with_the_highest_quality_wins() {
        let cases = [
            ("", "vi"),
            ("fr", "vi"),
            ("en", "en"),
            ("EN-us,en;q=0.5", "en"),
            ("fr, cs;q=0.4, en;q=0.8", "en"),
            ("en;q=0.3,cs;q=0.30001", "cs"),
            ("en;q=0", "vi"),
            ("en;q=9", "vi"),
            ("en;q=x,cs;q=0.1", "cs"),
            ("en,cs", "en"),
        ];
        for (header, tag) in cases {
            assert_eq!(Language::negotiate(header).tag(), tag, "{header}");
        }
    }

    #[test]
    fn only_the_first_32_ranges_of_the_header_are_read() {
        let at_limit = format!("{}en", "fr,".repeat(31));
        let past_limit = format!("{}en", "fr,".repeat(32));
        assert_eq!(Language::negotiate(&at_limit), Language::English);
        assert_eq!(Language::negotiate(&past_limit), Language::Vietnamese);
    }

    #[test]
    fn a_language_that_is_built_in_cannot_be_added() {
        let found =
            Language::add(&[(LanguageTag::new("cs").unwrap(), "language-name = Čeština".to_owned())]).unwrap_err();
        assert_eq!((found.0[0].path.as_str(), found.0[0].code), ("cs.ftl", "built_in"));
    }

    fn files_under(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files_under(&path, extension, found);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }

    fn texts(folder: &str, extension: &str) -> Vec<String> {
        let mut files = Vec::new();
        files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension, &mut files);
        files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    fn keys(language: Language) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for text in texts(&format!("frontend/locales/{}", language.tag()), "ftl") {
            let mut message = String::new();
            for line in text.lines() {
                let Some((name, _)) = line.split_once(" =") else { continue };
                match name.trim_start().strip_prefix('.') {
                    Some(attribute) => drop(keys.insert(format!("{message}.{attribute}"))),
                    None if !name.starts_with([' ', '#']) => {
                        name.clone_into(&mut message);
                        assert!(keys.insert(message.clone()), "{message} is there twice");
                    }
                    None => {}
                }
            }
        }
        keys
    }

    #[test]
    fn every_message_exists_in_every_language() {
        let expected = keys(Language::Vietnamese);
        for language in Language::BUILT_IN {
            let found = keys(language);
            let difference: Vec<_> = expected.symmetric_difference(&found).collect();
            assert!(difference.is_empty(), "{}: {difference:?}", language.tag());
        }
    }

    #[test]
    fn arguments_stand_in_the_message_as_they_are() {
        let progress = Language::Czech.t_with("form-progress", [("number", 2.into()), ("count", 6.into())]);
        assert_eq!(progress, "Část 2 z 6");
    }

    #[test]
    fn every_message_that_is_used_exists() {
        let known = keys(Language::Vietnamese);
        let sources = texts("frontend/templates", "html").into_iter().chain(texts("src", "rs"));
        for source in sources {
            for opening in [".t(\"", ".t_with(\""] {
                for after in source.split(opening).skip(1) {
                    let key = after.split('"').next().unwrap();
                    assert!(known.contains(key) || key == ", ", "{key:?} is used but not written");
                }
            }
        }
    }
}

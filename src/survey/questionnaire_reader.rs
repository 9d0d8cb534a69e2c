//! Questionnaires from TOML: everything that is wrong is found at once.

use std::collections::HashSet;

use super::scale_reader::ScaleReader;
use super::{Choice, Item, ItemKind, Part, Questionnaire, Rated, Relevance, Scale, Section};
use crate::foundation::Keys;
use crate::foundation::{Code, Findings, LanguageTag, LimitedFindings, Text};

/// Keys of the format, which therefore cannot be languages.
const RESERVED: [&str; 10] =
    ["code", "decimals", "item", "kind", "max", "min", "option", "required", "reversed", "scale"];

/// The questionnaires that come with the program, by code.
const BUILT_IN: [(&str, &str); 1] = [("sipas-2017", include_str!("templates/sipas-2017.toml"))];

impl Questionnaire {
    /// The most items, respondent questions included.
    pub const ITEMS_MAX: usize = 200;
    /// The most factors.
    pub const FACTORS_MAX: usize = 50;
    /// The most options of an item.
    pub const OPTIONS_MAX: usize = 60;
    /// The most languages.
    pub const LANGUAGES_MAX: usize = 30;

    /// Reads a questionnaire from TOML (`docs/examples/questionnaire.toml` shows every key).
    ///
    /// Findings have paths such as `factor.access.item.q02.cs` and the codes `syntax`, `missing`, `missing_language`,
    /// `wrong_type`, `unknown_key`, `unknown_item`, `unknown_option`, `not_allowed`, `duplicate`, `invalid`, `out_of_range`,
    /// `order`, `empty`, `too_long`, `too_few`, `too_many`.
    pub fn from_toml(text: &str) -> Result<Self, Findings> {
        let mut keys = Keys::document(text)?;
        let mut reader = Reader::default();
        let code = keys.required("code", &mut reader.findings);
        let title = reader.languages_and_title(&mut keys);
        reader.scales = reader.scale_reader().scales(&mut keys);
        let not_applicable = reader.not_applicable(&mut keys);
        let factors = reader.factors(&mut keys);
        let respondent_keys = keys.tables("respondent", Self::ITEMS_MAX, &mut reader.findings);
        let respondent: Vec<_> =
            respondent_keys.into_iter().filter_map(|keys| reader.item(keys, Part::Respondent)).collect();
        keys.finish(&mut reader.findings);
        reader.check_size(&factors);
        let Reader { findings, languages, partial: partial_languages, scales, .. } = reader;
        let questionnaire = code.map(|code| {
            let unversioned = Self {
                code,
                version: String::new(),
                title,
                languages,
                partial_languages,
                scales,
                not_applicable,
                factors,
                respondent,
            };
            Self { version: unversioned.content_version(), ..unversioned }
        });
        findings.into_value(questionnaire)
    }

    /// The built-in questionnaire with this code: `sipas-2017`.
    #[must_use]
    pub fn built_in(code: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(name, _)| *name == code)?;
        Self::from_toml(text).ok()
    }
}

#[derive(Default)]
struct Reader {
    findings: LimitedFindings,
    /// The declared languages, the default one first.
    languages: Vec<LanguageTag>,
    /// Those of them in which texts may be missing.
    partial: Vec<LanguageTag>,
    /// The rating scales, the default one first.
    scales: Vec<Scale>,
    /// Whether an item is to be rated, be it wrong.
    has_rated: bool,
    item_codes: HashSet<Code>,
    /// The items so far, which a relevance rule may refer to.
    earlier: Vec<Item>,
}

impl Reader {
    fn languages_and_title(&mut self, keys: &mut Keys) -> Text {
        let default = keys.optional("default_language", &mut self.findings).unwrap_or_else(LanguageTag::vietnamese);
        let mut title_keys = keys.table("title", &mut self.findings);
        self.partial = self.partial_languages(keys, &default);
        let mut languages = title_keys.languages();
        languages.extend(self.partial.iter().filter(|language| !title_keys.has(language.as_str())).cloned());
        languages.sort_by_key(|language| (*language != default, language.clone()));
        if languages.is_empty() {
            self.findings.push("title", "missing", "the title declares the languages; give it in at least one");
        } else if languages[0] != default {
            let message = format!("the title has no text in the default language {default}");
            self.findings.push("default_language", "missing_language", message);
        }
        if languages.len() > Questionnaire::LANGUAGES_MAX {
            let message = format!("at most {} languages are taken", Questionnaire::LANGUAGES_MAX);
            self.findings.push("title", "too_many", message);
        }
        for reserved in languages.iter().filter(|language| RESERVED.contains(&language.as_str())) {
            let message = "this is a key of the format and cannot be a language";
            self.findings.push(title_keys.path_of(reserved.as_str()), "not_allowed", message);
        }
        self.languages = languages;
        let title = self.text(&mut title_keys, "the title");
        title_keys.finish(&mut self.findings);
        title
    }

    fn partial_languages(&mut self, keys: &mut Keys, default: &LanguageTag) -> Vec<LanguageTag> {
        let path = keys.path_of("partial_languages");
        let tags: Vec<String> = keys.optional("partial_languages", &mut self.findings).unwrap_or_default();
        let mut partial = Vec::new();
        for tag in tags {
            match LanguageTag::new(&tag) {
                Ok(language) if language == *default => {
                    let message = format!("{language} is the default language, which stands in for the others");
                    self.findings.push(&path, "not_allowed", message);
                }
                Ok(language) if partial.contains(&language) => {
                    self.findings.push(&path, "duplicate", format!("{language} is named twice"));
                }
                Ok(language) => partial.push(language),
                Err(error) => self.findings.push(&path, "invalid", error.to_string()),
            }
        }
        partial.sort();
        partial
    }

    /// The text that stands in `keys` under each declared language.
    fn text(&mut self, keys: &mut Keys, what: &str) -> Text {
        let mut text = Text::default();
        for language in &self.languages {
            if !keys.has(language.as_str()) {
                if !self.partial.contains(language) {
                    let message = format!("{what} has no text in {language}");
                    self.findings.push(keys.path_of(language.as_str()), "missing_language", message);
                }
            } else if let Some(words) = keys.words(language.as_str(), &mut self.findings) {
                text.0.insert(language.clone(), words);
            }
        }
        text
    }

    fn scale_reader(&mut self) -> ScaleReader<'_> {
        ScaleReader { languages: &self.languages, partial: &self.partial, findings: &mut self.findings }
    }

    fn not_applicable(&mut self, keys: &mut Keys) -> Text {
        let mut keys = keys.table("not_applicable", &mut self.findings);
        let words = self.text(&mut keys, "\"no opinion\"");
        keys.finish(&mut self.findings);
        words
    }

    fn factors(&mut self, keys: &mut Keys) -> Vec<Section> {
        let mut codes = HashSet::new();
        let mut factors = Vec::new();
        for mut keys in keys.tables("factor", Questionnaire::FACTORS_MAX, &mut self.findings) {
            let code: Option<Code> = keys.required("code", &mut self.findings);
            let title = self.text(&mut keys, "the factor");
            let mut items = Vec::new();
            let item_keys = keys.tables("item", Questionnaire::ITEMS_MAX, &mut self.findings);
            if item_keys.is_empty() {
                self.findings.push(keys.path_of("item"), "empty", "a factor has at least one item");
            }
            for keys in item_keys {
                items.extend(self.item(keys, Part::Answers));
            }
            if let Some(code) = code {
                if !codes.insert(code.clone()) {
                    self.findings.push(keys.path_of("code"), "duplicate", "another factor has this code");
                }
                factors.push(Section { code, title, items });
            }
            keys.finish(&mut self.findings);
        }
        factors
    }

    fn check_size(&mut self, factors: &[Section]) {
        let count = self.earlier.len();
        if count > Questionnaire::ITEMS_MAX {
            let message = format!("{count} items are too many; at most {} are taken", Questionnaire::ITEMS_MAX);
            self.findings.push("factor", "too_many", message);
        }
        let rated: Vec<&Rated> = factors.iter().flat_map(|factor| &factor.items).filter_map(Item::rated).collect();
        let kept = rated.len() + rated.iter().filter(|rated| rated.nps).count();
        if kept > Questionnaire::ITEMS_MAX {
            let message = format!(
                "rated items, and once more those that make a net promoter score, are {kept}; at most {} are taken",
                Questionnaire::ITEMS_MAX
            );
            self.findings.push("factor", "too_many", message);
        }
        if !self.has_rated {
            self.findings.push("factor", "empty", "there must be at least one rated item (kind likert)");
        }
    }

    fn item(&mut self, mut keys: Keys, part: Part) -> Option<Item> {
        let code: Option<Code> = keys.required("code", &mut self.findings);
        let what = code.as_ref().map_or_else(|| "the item".to_owned(), |code| format!("item {code}"));
        let text = self.text(&mut keys, &what);
        let kind = self.kind(&mut keys, part);
        let required = keys.optional("required", &mut self.findings).unwrap_or(false);
        if required && kind == Some(ItemKind::Note) {
            self.findings.push(keys.path_of("required"), "not_allowed", "a note cannot be answered");
        }
        let shown_if = keys.has("shown_if").then(|| keys.table("shown_if", &mut self.findings));
        let shown_if = shown_if.and_then(|keys| self.relevance(keys));
        if let Some(code) = &code
            && !self.item_codes.insert(code.clone())
        {
            self.findings.push(keys.path_of("code"), "duplicate", "another item has this code");
        }
        keys.finish(&mut self.findings);
        let item = Item { code: code?, text, kind: kind?, required, shown_if };
        self.earlier.push(item.clone());
        Some(item)
    }

    fn kind(&mut self, keys: &mut Keys, part: Part) -> Option<ItemKind> {
        let name = keys.optional("kind", &mut self.findings).unwrap_or_else(|| "likert".to_owned());
        match (name.as_str(), part) {
            ("likert", Part::Answers) => {
                self.has_rated = true;
                let scales = std::mem::take(&mut self.scales);
                let rated = self.scale_reader().rated(keys, &scales);
                self.scales = scales;
                rated.map(ItemKind::Likert)
            }
            ("single", _) => Some(ItemKind::SingleChoice { options: self.options(keys, 2) }),
            ("multiple", _) => Some(ItemKind::MultipleChoice { options: self.options(keys, 1) }),
            ("number", _) => self.number(keys),
            ("text", _) => {
                let length_max = keys.within("length_max", 1..=2_000, &mut self.findings).unwrap_or(500);
                Some(ItemKind::ShortText { length_max: u16::try_from(length_max).ok()? })
            }
            ("note", _) => Some(ItemKind::Note),
            ("likert", Part::Respondent) => {
                let message = "a question about the respondent is not rated; give its kind, such as \"single\"";
                self.findings.push(keys.path_of("kind"), "not_allowed", message);
                None
            }
            _ => {
                let message = format!("there is no kind {name:?}; take likert, single, multiple, number, text or note");
                self.findings.push(keys.path_of("kind"), "unknown_option", message);
                None
            }
        }
    }

    fn number(&mut self, keys: &mut Keys) -> Option<ItemKind> {
        const BOUND: f64 = 1e12;
        for key in ["min", "max"].into_iter().filter(|key| !keys.has(key)) {
            self.findings.push(keys.path_of(key), "missing", "a number needs min and max");
        }
        let min = keys.within("min", -BOUND..=BOUND, &mut self.findings);
        let max = keys.within("max", -BOUND..=BOUND, &mut self.findings);
        let decimals = keys.within("decimals", 0..=6, &mut self.findings).unwrap_or(0);
        let (min, max) = (min?, max?);
        if min > max {
            self.findings.push(keys.path_of("max"), "order", format!("max is {max}, below min, which is {min}"));
        }
        Some(ItemKind::Number { min, max, decimals: u8::try_from(decimals).ok()? })
    }

    fn options(&mut self, keys: &mut Keys, count_min: usize) -> Vec<Choice> {
        let mut options: Vec<Choice> = Vec::new();
        let option_keys = keys.tables("option", Questionnaire::OPTIONS_MAX, &mut self.findings);
        if option_keys.len() < count_min {
            let message = format!("there must be at least {count_min} options, each under [[….option]]");
            self.findings.push(keys.path_of("option"), "too_few", message);
        }
        for mut keys in option_keys {
            let code: Option<Code> = keys.required("code", &mut self.findings);
            let text = self.text(&mut keys, "the option");
            if let Some(code) = code {
                if [Relevance::NO_OPINION, "-"].contains(&code.as_str()) {
                    let message = format!("{code} stands for \"no opinion\"; take another code");
                    self.findings.push(keys.path_of("code"), "not_allowed", message);
                }
                if options.iter().any(|option| option.code == code) {
                    self.findings.push(keys.path_of("code"), "duplicate", "another option has this code");
                }
                options.push(Choice { code, text });
            }
            keys.finish(&mut self.findings);
        }
        options
    }

    fn relevance(&mut self, mut keys: Keys) -> Option<Relevance> {
        let item: Option<Code> = keys.required("item", &mut self.findings);
        let is: Option<Vec<String>> = keys.required("is", &mut self.findings);
        let (item_path, is_path) = (keys.path_of("item"), keys.path_of("is"));
        keys.finish(&mut self.findings);
        let (item, is) = (item?, is?);
        let Some(decider) = self.earlier.iter().find(|earlier| earlier.code == item) else {
            self.findings.push(item_path, "unknown_item", format!("there is no item {item} before this one"));
            return None;
        };
        let Some(values) = decider.relevance_values() else {
            let message =
                format!("item {item} is a number, text or note and cannot decide; take a rated item or a choice");
            self.findings.push(item_path, "not_allowed", message);
            return None;
        };
        if is.is_empty() {
            self.findings.push(&is_path, "empty", "name at least one value");
        }
        for (position, value) in is.iter().enumerate() {
            if !values.contains(value) {
                let message = format!("item {item} cannot have the value {value:?}; it has {}", values.join(", "));
                self.findings.push(&is_path, "unknown_option", message);
            } else if is[..position].contains(value) {
                self.findings.push(&is_path, "duplicate", format!("{value} is named twice"));
            }
        }
        Some(Relevance { item, is })
    }
}

//! Languages that come as files, beside the three that are built in.
//!
//! A file says what its language is called and as much as has been translated of what the pages say. The rest is said in
//! Vietnamese, and the page says so. Numbers, dates and order are those of Vietnamese, too: the locale data of the world
//! know nothing of Hmong, Tày or Dao, and a guess would be worse than a rule.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use fluent_syntax::ast::Entry;
use fluent_templates::fluent_bundle::concurrent::FluentBundle;
use fluent_templates::fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_templates::langid;
use icu_locale::Locale;

use super::Style;
use crate::foundation::{Findings, LanguageTag, LimitedFindings};

/// What the pages say in Vietnamese, file by file, and whether citizens read it.
pub(super) const VIETNAMESE: [(&str, bool); 9] = [
    (include_str!("../../frontend/locales/vi/common.ftl"), true),
    (include_str!("../../frontend/locales/vi/entry.ftl"), false),
    (include_str!("../../frontend/locales/vi/form.ftl"), true),
    (include_str!("../../frontend/locales/vi/invitation.ftl"), true),
    (include_str!("../../frontend/locales/vi/kiosk.ftl"), true),
    (include_str!("../../frontend/locales/vi/office.ftl"), false),
    (include_str!("../../frontend/locales/vi/phone.ftl"), true),
    (include_str!("../../frontend/locales/vi/places.ftl"), false),
    (include_str!("../../frontend/locales/vi/results.ftl"), false),
];

/// The message in which a file says what its language is called.
const NAME: &str = "language-name";
/// The same for a narrow header.
const SHORT_NAME: &str = "language-short";

/// The most characters of a name, and of one that is short.
pub(super) const NAME_LENGTH_MAX: usize = 40;
pub(super) const SHORT_NAME_LENGTH_MAX: usize = 8;
/// The longest file, in bytes: some ten times what the pages say.
pub(super) const FILE_LENGTH_MAX: usize = 512 << 10;
/// How deep braces may stand in each other; the parser goes down with them.
pub(super) const DEPTH_MAX: usize = 16;
/// The longest first part of a tag, which is the first part of addresses.
const PRIMARY_LENGTH_MAX: usize = 3;
/// First parts of addresses that could be tags.
const ADDRESSES: [&str; 1] = ["api"];

/// What can be said at all.
struct Sayable {
    /// The messages, and whether citizens read them.
    keys: BTreeMap<String, bool>,
    /// What may stand in a message for a number or a word.
    arguments: BTreeSet<&'static str>,
}

static SAYABLE: LazyLock<Sayable> = LazyLock::new(|| {
    let mut sayable = Sayable { keys: BTreeMap::new(), arguments: BTreeSet::new() };
    for (text, for_citizens) in VIETNAMESE {
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(text.to_owned());
        sayable.keys.extend(keys(&resource).into_iter().map(|key| (key, for_citizens)));
        let names = text.split('$').skip(1).filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next());
        sayable.arguments.extend(names);
    }
    sayable
});

/// The messages of a file; those of attributes are `message.attribute`.
fn keys(resource: &FluentResource) -> Vec<String> {
    let mut keys = Vec::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            let name = message.id.name;
            keys.extend(message.value.is_some().then(|| name.to_owned()));
            keys.extend(message.attributes.iter().map(|attribute| format!("{name}.{}", attribute.id.name)));
        }
    }
    keys
}

/// A language that came as a file.
pub struct AddedLanguage {
    pub(super) tag: String,
    pub(super) name: String,
    pub(super) short_name: String,
    messages: FluentBundle<FluentResource>,
    missing: usize,
    missing_for_citizens: usize,
}

impl AddedLanguage {
    /// Reads a file. Findings have paths such as `line 12`, or the name of a message, and the codes `too_long`, `syntax`,
    /// `duplicate`, `missing`, `unknown_key`, `invalid`.
    pub(super) fn read(tag: &LanguageTag, text: &str) -> Result<Self, Findings> {
        let mut found = LimitedFindings::default();
        let primary = tag.as_str().split('-').next().unwrap_or_default();
        // Browsers give up on a page's numbers and dates where its tag is not well-formed.
        let is_well_formed = Locale::try_from_str(tag.as_str()).is_ok();
        if !is_well_formed || primary.len() > PRIMARY_LENGTH_MAX || ADDRESSES.contains(&primary) {
            found.push("", "not_allowed", format!("{tag} is no tag for pages; it must begin like hmn or zh-Hant"));
        }
        let text = text.trim_start_matches('\u{feff}');
        if text.len() > FILE_LENGTH_MAX {
            found.push("", "too_long", format!("at most {FILE_LENGTH_MAX} bytes are taken"));
            return found.into_value(None);
        }
        if let Some(line) = too_deep(text) {
            found.push(
                format!("line {line}"),
                "invalid",
                format!("braces stand in each other more than {DEPTH_MAX} deep"),
            );
            return found.into_value(None);
        }
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
            for error in errors {
                let line = 1 + text.bytes().take(error.pos.start).filter(|byte| *byte == b'\n').count();
                found.push(format!("line {line}"), "syntax", format!("not Fluent: {error}"));
            }
            resource
        });
        let keys = keys(&resource);
        let mut messages = empty_bundle();
        for error in messages.add_resource(resource).err().into_iter().flatten() {
            found.push("", "duplicate", error.to_string());
        }
        for key in &keys {
            check(key, &messages, &mut found);
        }
        let name = name_in(&messages, NAME, NAME_LENGTH_MAX, &mut found);
        let short_name = if messages.has_message(SHORT_NAME) {
            name_in(&messages, SHORT_NAME, SHORT_NAME_LENGTH_MAX, &mut found)
        } else {
            let fits = |name: &String| name.chars().count() <= SHORT_NAME_LENGTH_MAX;
            name.clone().filter(fits).or_else(|| Some(tag.as_str().to_ascii_uppercase()))
        };
        let missing = |(key, _): &(&String, &bool)| !keys.contains(*key);
        let missing: Vec<bool> = SAYABLE.keys.iter().filter(missing).map(|(_, for_citizens)| *for_citizens).collect();
        found.into_value(name.zip(short_name).map(|(name, short_name)| Self {
            tag: tag.to_string(),
            name,
            short_name,
            messages,
            missing: missing.len(),
            missing_for_citizens: missing.into_iter().filter(|for_citizens| *for_citizens).count(),
        }))
    }

    /// The message with this key, if the file has it and it can be said with these arguments.
    pub(super) fn message(
        &self,
        key: &str,
        arguments: Option<&HashMap<Cow<'static, str>, FluentValue<'_>>>,
    ) -> Option<String> {
        let arguments = arguments.map(|arguments| {
            arguments.iter().map(|(name, value)| (name.as_ref(), value.clone())).collect::<FluentArgs<'_>>()
        });
        lookup(&self.messages, key, arguments.as_ref())
    }

    /// How many messages pages of this kind may show that the file does not have.
    pub(super) fn missing_on(&self, pages: Style) -> usize {
        match pages {
            Style::Form => self.missing_for_citizens,
            Style::Site => self.missing,
        }
    }
}

/// The line on which braces get too deep. Braces in quoted text count, too: nobody writes so many.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut line = 1;
    for byte in text.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\n' => line += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Some(line);
        }
    }
    None
}

/// Languages are told apart by their tags.
impl PartialEq for AddedLanguage {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

impl Eq for AddedLanguage {}

impl Hash for AddedLanguage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tag.hash(state);
    }
}

impl fmt::Debug for AddedLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tag)
    }
}

/// A bundle like those of the built-in languages.
fn empty_bundle() -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![langid!("vi")]);
    bundle.set_use_isolating(false);
    bundle.add_builtins().expect("a fresh bundle has no functions yet");
    bundle
}

/// The message with this key, if it is there and nothing is wrong with it.
fn lookup(messages: &FluentBundle<FluentResource>, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
    let (name, attribute) = key.split_once('.').map_or((key, None), |(name, attribute)| (name, Some(attribute)));
    let message = messages.get_message(name)?;
    let pattern = match attribute {
        Some(attribute) => message.get_attribute(attribute)?.value(),
        None => message.value()?,
    };
    let mut errors = Vec::new();
    let said = messages.format_pattern(pattern, arguments, &mut errors).into_owned();
    errors.is_empty().then_some(said)
}

/// Notes what is wrong with a message of a file.
fn check(key: &str, messages: &FluentBundle<FluentResource>, found: &mut LimitedFindings) {
    if key == NAME || key == SHORT_NAME {
        return;
    }
    if !SAYABLE.keys.contains_key(key) {
        found.push(key, "unknown_key", "the pages have no such message; frontend/locales/vi has them all");
        return;
    }
    let said = |value: FluentValue<'static>| {
        let arguments = SAYABLE.arguments.iter().map(|name| (*name, value.clone())).collect();
        lookup(messages, key, Some(&arguments))
    };
    if said(1.into()).is_none() {
        let message = "this cannot be said: it names an argument or a function that there is not, or another message";
        found.push(key, "invalid", message);
    } else if SAYABLE.keys[key] && said("1".into()).is_none_or(|said| said.contains("NUMBER(")) {
        // The script puts numbers in as they are written.
        found.push(
            key,
            "invalid",
            "messages to citizens get numbers as text: write { $count } and not { NUMBER($count) }",
        );
    }
}

/// A name of the language out of its file.
fn name_in(
    messages: &FluentBundle<FluentResource>,
    key: &str,
    length_max: usize,
    found: &mut LimitedFindings,
) -> Option<String> {
    let Some(word) = lookup(messages, key, None) else {
        found.push(key, "missing", format!("the file must say what the language is called, like {key} = Hmoob"));
        return None;
    };
    if word.chars().count() > length_max || word.contains(char::is_control) {
        found.push(key, "invalid", format!("a name has at most {length_max} characters on one line"));
        return None;
    }
    Some(word)
}

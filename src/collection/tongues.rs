//! In which language a text is shown where there is none in the reader's, and what can be listened to instead of read.

use super::sound::sound_path;
use crate::foundation::Text;
use crate::survey::{PlacedItem, Wave};
use crate::web::Language;

/// A recording beside a question.
#[derive(Debug)]
pub(super) struct Sound {
    /// Its address.
    pub(super) path: String,
    /// How many bytes it has.
    pub(super) bytes: u32,
    /// What the button that plays it says.
    pub(super) label: String,
}

/// The attribute that tells a browser in which language a text is, where it is not that of the page.
pub(super) fn lang_attribute(text: &Text, language: Language) -> String {
    match text.find(language.tag()) {
        Some((tag, _)) if tag != language.tag() => format!(" lang=\"{tag}\""),
        _ => String::new(),
    }
}

/// The name of the language in which the title, and with it the questionnaire, is shown to the reader, if it is not theirs.
pub(super) fn shown_instead(text: &Text, language: Language) -> Option<String> {
    let (tag, _) = text.find(language.tag())?;
    (tag != language.tag()).then(|| language_name(tag))
}

/// The recording of a question in the reader's language, else in the one in which its text is shown.
pub(super) fn sound_of(placed: &PlacedItem<'_>, wave: &Wave, language: Language) -> Option<Sound> {
    let item = placed.item;
    let (tag, recording) = if let Some(own) = wave.recordings.find(language.tag(), &item.code) {
        (language.tag(), own)
    } else {
        let (tag, _) = item.text.find(language.tag())?;
        (tag, wave.recordings.find(tag, &item.code)?)
    };
    let label = if tag == language.tag() {
        language.t("form-listen")
    } else {
        language.t_with("form-listen.in", [("language", language_name(tag).into())])
    };
    Some(Sound { path: sound_path(&recording.hash), bytes: recording.length, label })
}

/// The languages in which a wave can be listened to and for which there are pages, in the order of the switch.
pub(super) fn heard_in(wave: &Wave) -> Vec<Language> {
    Language::all().filter(|language| wave.recordings.has(language.tag())).collect()
}

/// A language by its own name, or by its tag where the pages do not have it.
pub(super) fn language_name(tag: &str) -> String {
    Language::from_tag(tag).map_or_else(|| tag.to_owned(), |language| language.native_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::foundation::{Code, LanguageTag};
    use crate::survey::{FormLayout, Recording};

    fn wave(spoken: &[(&str, &str)]) -> Wave {
        let mut wave = samples::wave(FormLayout::FactorPages);
        for (tag, item) in spoken {
            let recording = Recording { hash: format!("{tag}-{item}"), length: 9 };
            wave.recordings.insert(LanguageTag::new(tag).unwrap(), Code::new(*item).unwrap(), recording);
        }
        wave
    }

    fn heard(wave: &Wave, language: Language) -> Option<(String, String)> {
        let first = wave.questionnaire.placed_items().next().unwrap();
        sound_of(&first, wave, language).map(|sound| (sound.path, sound.label))
    }

    #[test]
    fn a_question_is_heard_in_the_readers_language_else_in_that_of_its_text() {
        let told = |path: &str, label: &str| Some((path.to_owned(), label.to_owned()));
        let mut both = wave(&[("vi", "q1"), ("en", "q1"), ("hmn", "q1")]);
        assert_eq!(heard(&both, Language::English), told("/sound/en-q1", "Listen to the question"));
        assert_eq!(heard(&both, Language::Czech), None, "the text is Czech");
        both.questionnaire.factors[0].items[0].text.0.remove("cs");
        assert_eq!(heard(&both, Language::Czech), told("/sound/en-q1", "Poslechnout otázku v jazyce English"));
        assert_eq!(heard(&wave(&[("hmn", "q1"), ("vi", "q2")]), Language::Vietnamese), None);
    }

    #[test]
    fn only_languages_that_have_pages_are_offered() {
        let wave = wave(&[("en", "q1"), ("hmn", "q1"), ("vi", "q2")]);
        assert_eq!(heard_in(&wave), [Language::Vietnamese, Language::English]);
    }

    #[test]
    fn a_text_says_in_which_language_it_is_where_it_is_not_the_readers() {
        let text = Text::from([("vi", "Có ghế"), ("en", "Seats")]);
        assert_eq!(lang_attribute(&text, Language::English), "");
        assert_eq!(lang_attribute(&text, Language::Czech), " lang=\"en\"");
        assert_eq!(shown_instead(&text, Language::Vietnamese), None);
        assert_eq!(shown_instead(&text, Language::Czech).as_deref(), Some("English"));
    }
}

//! What a page says of the release that it shows, where the wave has several.

use super::asked::Kept;
use crate::foundation::Text;
use crate::release::{Published, ReleaseFacts};
use crate::web::Language;

/// Which release a page shows, and whether it was asked for by its number.
#[derive(Clone, Copy, Default)]
pub(super) struct ShownRelease<'a> {
    pub(super) published: Option<&'a Published>,
    pub(super) asked: Option<i32>,
}

/// The release that a page shows, in the reader's language; nothing is said of one that was never corrected.
pub(super) struct ReleaseView {
    pub(super) note: Option<ReleaseNote>,
    /// Leads to the same release by the official rank sets: a query, or nothing.
    pub(super) query: String,
    /// The same after another parameter.
    pub(super) further: String,
}

/// That what is shown corrects something, or was corrected.
pub(super) struct ReleaseNote {
    /// What happened when.
    pub(super) text: String,
    /// Why.
    pub(super) reason: String,
    /// The language that the reason is in.
    pub(super) reason_language: String,
    /// The words of the link to the other release.
    pub(super) link: String,
    /// Where that is, below the addresses of results.
    pub(super) address: String,
    /// Whether what is shown is out of date.
    pub(super) is_old: bool,
}

impl ReleaseView {
    pub(super) fn new(shown: ShownRelease<'_>, kept: Kept, path: &str, language: Language) -> Self {
        let note = |published: &Published| {
            let this = published.facts();
            let day = |facts: &ReleaseFacts| language.format_date(facts.released_on).into();
            if let Some(latest) = published.corrected_by() {
                let text = [("number", this.number.into()), ("day", day(this)), ("corrected", day(latest))];
                let address = format!("{path}{}", Kept { release: None, ..kept }.query());
                let text = language.t_with("release-old", text);
                return Some(ReleaseNote::new(
                    latest,
                    text,
                    (language.t("release-see-latest"), address),
                    true,
                    language,
                ));
            }
            let before = published.corrected()?;
            let text = language.t_with("release-corrected", [("number", this.number.into()), ("day", day(this))]);
            let link = [("number", before.number.into()), ("day", day(before))];
            let link = language.t_with("release-see-before", link);
            let address = format!("{path}{}", Kept { release: Some(before.number), ..kept }.query());
            Some(ReleaseNote::new(this, text, (link, address), false, language))
        };
        Self {
            note: shown.published.and_then(note),
            query: Kept { sets: None, ..kept }.query(),
            further: kept.api_query(false),
        }
    }
}

impl ReleaseNote {
    fn new(
        correction: &ReleaseFacts,
        text: String,
        (link, address): (String, String),
        is_old: bool,
        language: Language,
    ) -> Self {
        let none = Text::default();
        let reason = correction.reason.as_ref().map_or(&none, |reason| reason.text());
        let (tag, reason) = reason.find(language.tag()).unwrap_or((language.tag(), ""));
        Self { text, reason: reason.to_owned(), reason_language: tag.to_owned(), link, address, is_old }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::sample::releases;

    fn view(count: i32, asked: Option<i32>, language: Language) -> ReleaseView {
        let published = Published::among(&releases(count), asked);
        let kept = Kept { sets: Some("holm"), release: asked };
        ReleaseView::new(ShownRelease { published: published.as_ref(), asked }, kept, "w/D01", language)
    }

    #[test]
    fn nothing_is_said_of_what_was_never_corrected() {
        assert!(view(1, None, Language::English).note.is_none() && view(1, Some(1), Language::English).note.is_none());
        assert!(view(0, None, Language::English).note.is_none());
    }

    #[test]
    fn a_correction_says_why_and_leads_to_what_it_corrects_and_back_in_three_languages() {
        let told = |language: Language| {
            [(None, "old"), (Some(1), "latest")].map(|(asked, _)| {
                let note = view(3, asked, language).note.unwrap();
                assert_eq!(note.is_old, asked.is_some());
                let ReleaseNote { text, reason, reason_language, link, address, .. } = note;
                format!("{text} {reason} ({reason_language}) [{link}]({address})")
            })
        };
        insta::assert_snapshot!(Language::BUILT_IN.map(told).as_flattened().join("\n"));
    }

    #[test]
    fn on_a_page_of_an_earlier_release_all_links_stay_there() {
        let old = view(2, Some(1), Language::English);
        assert_eq!([old.query.as_str(), old.further.as_str()], ["?release=1", "&release=1"]);
        let latest = view(2, None, Language::English);
        assert_eq!([latest.query.as_str(), latest.further.as_str()], ["", ""]);
    }
}

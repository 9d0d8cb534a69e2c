//! What the script works with: the page with all questions, and the page of what waits on a phone.
//!
//! Both bring the words that the script says, so that it knows no language. Without script the first is a form on one
//! page, and the second says that nothing waits.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::journey::{Draft, Step, pages};
use super::pages::{Intro, page};
use super::view::{Control, QuestionGroup, questions};
use crate::foundation::LanguageTag;
use crate::survey::Wave;
use crate::web::{Address, Language, Page, PageError, Style, render};

/// Whether phones may put the form aside for use without a network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offline(pub(super) bool);

/// What the script says on the form.
const FORM_WORDS: &[&str] = &[
    "check-blank",
    "check-change",
    "check-lead",
    "check-send",
    "check-title",
    "finding-empty",
    "finding-required",
    "form-error",
    "form-next",
    "form-progress",
    "form-to-check",
    "outbox-title",
    "phone-blanks",
    "phone-clear",
    "phone-kept",
    "phone-known",
    "phone-known.lead",
    "phone-new",
    "phone-now",
    "phone-one",
    "phone-refused",
    "phone-sending",
    "phone-sending.lead",
    "phone-sent",
    "phone-step",
    "phone-tongue",
    "phone-waiting",
    "phone-waiting.lead",
    "refused-code_revoked",
    "refused-code_spent",
    "refused-invalid",
    "refused-invitation_needed",
    "refused-not_open",
    "refused-other",
    "thanks-close",
    "thanks-lead",
    "thanks-receipt",
    "thanks-what",
];

/// What the script says on a device at an office.
const KIOSK_WORDS: &[&str] = &["kiosk-idle", "kiosk-idle.lead", "kiosk-next", "kiosk-stay", "kiosk-waiting"];

/// What the script says where questions can be listened to.
const SOUND_WORDS: &[&str] =
    &["form-drop-sound", "form-keep-sound", "form-kept-sound", "form-keeping-sound", "form-mute", "form-silence"];

/// What the script says on the page of what waits.
const OUTBOX_WORDS: &[&str] = &[
    "outbox-delete",
    "outbox-empty",
    "outbox-export",
    "outbox-held",
    "outbox-later",
    "outbox-none",
    "outbox-sent",
    "outbox-sure",
    "outbox-waiting",
    "phone-known.lead",
    "phone-now",
    "phone-refused",
    "phone-sending",
    "refused-code_revoked",
    "refused-code_spent",
    "refused-invalid",
    "refused-invitation_needed",
    "refused-not_open",
    "refused-other",
];

/// What the script puts into the words, by the names of the arguments.
const BLANKS: [&str; 6] = ["count", "date", "number", "receipt", "size", "time"];

#[derive(Template)]
#[template(path = "form/whole.html")]
struct WholePage<'w> {
    page: Page,
    title: &'w str,
    unit: &'w str,
    unit_code: &'w str,
    wave: &'w Wave,
    action: String,
    intro: Intro<'w>,
    id: String,
    step: String,
    kept: Vec<(String, String)>,
    groups: Vec<QuestionGroup<'w>>,
    words: String,
    tag: LanguageTag,
    /// How many minutes the wave's clock is ahead of UTC.
    offset: i32,
    offline: bool,
    /// The code of the device at an office.
    device: Option<String>,
}

#[derive(Template)]
#[template(path = "form/outbox.html")]
struct OutboxPage {
    page: Page,
    words: String,
}

/// Shows all questions on one page, as the script takes them. `offset` is how many minutes the wave's clock is ahead of UTC.
pub(super) fn show_whole(
    address: &Address,
    draft: &Draft<'_>,
    offset: i32,
    offline: Offline,
) -> Result<Response, PageError> {
    let (language, wave) = (address.language, draft.wave);
    let action = draft.address();
    // The language switch leads to the form as it is opened, not to this page.
    let address = Address { language, path: action.clone() };
    let title = wave.plan.title.get(language.tag());
    let groups: Vec<_> = pages(wave).into_iter().flatten().collect();
    let mut said = FORM_WORDS.to_vec();
    if draft.device.is_some() {
        said.extend(KIOSK_WORDS);
    }
    if !wave.recordings.is_empty() {
        said.extend(SOUND_WORDS);
    }
    let template = WholePage {
        page: page(&address, wave, title),
        title,
        unit: draft.unit.name(language.tag()),
        unit_code: draft.unit.code().as_str(),
        wave,
        action,
        intro: Intro::of(draft, language),
        id: draft.id.to_string(),
        step: Step::Questions(0).name(),
        kept: Vec::new(),
        groups: questions(draft, &groups, &[], language, true),
        words: words(language, &said),
        tag: draft.language_asked_in(),
        offset,
        offline: offline.0,
        device: draft.device.as_ref().map(|device| device.code.clone()),
    };
    render(StatusCode::OK, &template)
}

/// Shows what waits on the phone that looks at it. The server knows nothing of it.
pub(super) async fn show_outbox(address: Address) -> Result<Response, PageError> {
    let page = Page::new(&address, address.language.t("outbox-title"), Style::Form);
    render(StatusCode::OK, &OutboxPage { page, words: words(address.language, OUTBOX_WORDS) })
}

/// Words as a JSON object. Where an argument stands, they have its name between percent signs.
fn words(language: Language, keys: &[&'static str]) -> String {
    let blanks = BLANKS.map(|name| (name, format!("%{name}%").into()));
    let words: BTreeMap<_, _> = keys.iter().map(|key| (*key, language.t_with(key, blanks.clone()))).collect();
    serde_json::to_value(words).unwrap_or_default().to_string()
}

//! The pages of the form as a browser receives them, in every language.

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::get;
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;
use uuid::Uuid;

use super::answers::Typed;
use super::journey::{Device, Draft, Step};
use super::pages::{show_busy, show_choice, show_conflict, show_invitation, show_not_open, show_step, show_thanks};
use super::samples::{day, fields, wave};
use super::whole::{Offline, show_outbox, show_whole};
use crate::foundation::{Code, Finding, LanguageTag};
use crate::survey::{Access, AccessKind, CodeRefusal, FormLayout, Questionnaire, Recording, TypedCode, Wave};
use crate::web::{Address, Language, PageError};

const BYTES_MAX: usize = 8 * 1024;

fn address(language: Language) -> Address {
    Address { language, path: "/s/w/082".into() }
}

fn draft<'w>(wave: &'w Wave, typed: &str, language: Language) -> Draft<'w> {
    let typed = Typed::from_fields(&fields(typed), &wave.questionnaire);
    let (id, unit) = (Uuid::from_u128(1), &wave.units[0]);
    Draft { wave, unit, id, code: None, work: None, device: None, typed, language: language.tag(), today: day(11, 20) }
}

/// The same draft on a device at an office.
fn on_a_device<'w>(draft: &Draft<'w>) -> Draft<'w> {
    let code = |text: &str| Code::new(text).unwrap();
    let (name, wave, unit) = (code("counter"), code("w"), Some(draft.unit.code().clone()));
    let access = Access { kind: AccessKind::Kiosk, name, wave, unit, revoked: false };
    Draft { device: Some(Device { code: "AB12".to_owned(), access }), ..draft.clone() }
}

async fn text(response: Result<Response, PageError>) -> String {
    let body = response.unwrap().into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Whether the page has a script besides the one that it loads from the platform.
fn has_other_script(html: &str) -> bool {
    let own = r#"<script type="module" src="/assets/"#;
    html.matches("<script").count() > html.matches(own).count() || html.matches(own).count() > 1
}

fn asks_for_itself(html: &str) -> bool {
    html.contains("src=\"http") || has_other_script(html) || html.contains("style=\"") || html.contains("localization")
}

#[tokio::test]
async fn every_page_is_rendered_in_every_language_without_inline_script_or_style() {
    for layout in [FormLayout::FactorPages, FormLayout::SinglePage] {
        let wave = wave(layout);
        for language in Language::BUILT_IN {
            let (address, draft) = (address(language), draft(&wave, "answers.q1=2&answers.visits=200", language));
            let findings = [
                Finding::new("answers.q1", "required", ""),
                Finding::new("answers.visits", "out_of_range", ""),
                Finding::new("answers.how[1]", "unknown_option", ""),
                Finding::new("answers", "empty", ""),
            ];
            let pages = [
                show_step(&address, &draft, Step::Questions(0), &[], false),
                show_step(&address, &draft, Step::Questions(1), &findings, true),
                show_step(&address, &draft, Step::Questions(2), &[], false),
                show_step(&address, &draft, Step::Check, &findings, false),
                show_busy(&address, &draft, StatusCode::SERVICE_UNAVAILABLE),
                show_choice(&address, &wave),
                show_not_open(&address, &wave, StatusCode::GONE, false),
                show_not_open(&address, &wave, StatusCode::OK, true),
                show_conflict(&address, &wave, &wave.units[0]),
                show_thanks(&address, &wave, "AB12-CD34".into()),
                show_invitation(&address, &wave, "", None),
                show_whole(&address, &draft, 420, Offline(true)),
            ];
            let refused = CodeRefusal::ALL.map(|refusal| show_invitation(&address, &wave, "<AB12>", Some(refusal)));
            let pages = pages.into_iter().chain(refused);
            for (position, page) in pages.enumerate() {
                let html = text(page).await;
                assert!(!asks_for_itself(&html), "page {position} in {}: {html}", language.tag());
                assert!(html.contains(&language.t("synthetic-notice")), "page {position} in {}", language.tag());
            }
        }
    }
}

#[tokio::test]
async fn what_was_typed_on_other_pages_travels_along() {
    let wave = wave(FormLayout::FactorPages);
    let draft = draft(&wave, "answers.q1=2&answers.how=desk&respondent.sex=F", Language::English);
    let html = text(show_step(&address(Language::English), &draft, Step::Questions(1), &[], false)).await;
    assert!(html.contains(r#"<input type="hidden" name="answers.q1" value="2">"#), "{html}");
    assert!(html.contains(r#"<input type="hidden" name="respondent.sex" value="F">"#));
    assert!(html.contains(r#"name="answers.how" value="desk" checked"#));
    assert!(!html.contains(r#"<input type="hidden" name="answers.how""#));
}

#[tokio::test]
async fn a_code_travels_with_every_page_and_keeps_the_form_at_its_unit() {
    let wave = wave(FormLayout::FactorPages);
    let code = Some(TypedCode("AB12-CD34".into()));
    let draft = Draft { code, ..draft(&wave, "answers.q1=4", Language::English) };
    for step in [Step::Questions(0), Step::Questions(1), Step::Check] {
        let html = text(show_step(&address(Language::English), &draft, step, &[], false)).await;
        assert!(html.contains(r#"<input type="hidden" name="code" value="AB12-CD34">"#), "{html}");
        assert!(!html.contains("Choose another address"));
    }
    assert_eq!(draft.submission().code, draft.code);
}

#[tokio::test]
async fn what_was_typed_cannot_become_markup() {
    let wave = wave(FormLayout::FactorPages);
    let draft = draft(&wave, "answers.q1=1&answers.why=%22%3E%3Cscript%3E", Language::English);
    for step in [Step::Questions(0), Step::Questions(1), Step::Check] {
        let html = text(show_step(&address(Language::English), &draft, step, &[], false)).await;
        assert!(!has_other_script(&html), "{html}");
    }
}

#[tokio::test]
async fn nothing_is_preselected() {
    let wave = wave(FormLayout::SinglePage);
    let draft = draft(&wave, "", Language::Vietnamese);
    let html = text(show_step(&address(Language::Vietnamese), &draft, Step::Questions(0), &[], false)).await;
    assert!(!html.contains(" checked"), "{html}");
}

#[tokio::test]
async fn findings_are_summarised_first_and_told_beside_their_question() {
    let wave = wave(FormLayout::FactorPages);
    let findings = [Finding::new("answers.q1", "required", "")];
    let draft = draft(&wave, "", Language::English);
    let shown = show_step(&address(Language::English), &draft, Step::Questions(0), &findings, false);
    assert_eq!(shown.as_ref().unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let html = text(shown).await;
    assert!(html.contains(r##"<a href="#answers.q1" autofocus>There are seats – Choose an answer</a>"##), "{html}");
    assert!(html.contains(r#"id="answers.q1" tabindex="-1" aria-describedby="answers.q1.message""#));
    assert!(html.contains("<title>Error: Survey round · Plumbline</title>"));
}

#[tokio::test]
async fn the_first_page_of_the_built_in_questionnaire_takes_at_most_8_kilobytes_compressed() {
    let handler = async |address: Address| {
        let questionnaire = Questionnaire::built_in("sipas-2017").unwrap();
        let wave = Wave { questionnaire, ..wave(FormLayout::FactorPages) };
        show_step(&address, &draft(&wave, "", address.language), Step::Questions(0), &[], false)
    };
    let routes = crate::web::wrap(Router::new().route("/", get(handler)).layer(CompressionLayer::new()));
    for language in Language::BUILT_IN {
        let request = Request::get(language.path("/")).header(ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
        let bytes = response.into_body().collect().await.unwrap().to_bytes().len();
        assert!(bytes <= BYTES_MAX, "{bytes} bytes in {}", language.tag());
    }
}

/// The words of a page for the script, by their keys.
fn words_of(html: &str) -> serde_json::Map<String, serde_json::Value> {
    let attribute = html.split("data-words=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let text = attribute.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    serde_json::from_str(&text.replace("&#38;", "&")).unwrap()
}

#[tokio::test]
async fn the_page_for_the_script_has_every_question_with_what_decides_it() {
    let wave = wave(FormLayout::OneQuestion);
    let draft = draft(&wave, "", Language::English);
    let html = text(show_whole(&address(Language::English), &draft, 420, Offline(true))).await;
    for expected in [
        r#"data-path="answers.q1" data-kind="rating" data-required"#,
        r#"data-path="answers.why" data-kind="text" data-if="answers.q1" data-is="1 2""#,
        r#"data-path="answers.note" data-kind="note""#,
        r#"data-kind="number" data-min="0" data-max="99" data-decimals="1" data-wrong="Enter a number from 0 to 99""#,
        r#"data-path="answers.how" data-kind="multiple""#,
        r#"data-path="respondent.sex" data-kind="single""#,
        r#"data-layout="one_question""#,
        r#"data-api="/api/v1/waves/w/responses""#,
        r#"data-offset="420" data-opens="2024-11-01" data-closes="2024-11-30" data-until="2024-12-03""#,
        r#"data-worker="/sw.js""#,
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    let without = text(show_whole(&address(Language::English), &draft, 420, Offline(false))).await;
    assert!(!without.contains("data-worker"), "{without}");
}

#[tokio::test]
async fn the_script_finds_every_word_about_sound_where_there_is_sound() {
    let mut wave = wave(FormLayout::FactorPages);
    let silent =
        text(show_whole(&address(Language::Vietnamese), &draft(&wave, "", Language::Vietnamese), 420, Offline(true)));
    assert!(!words_of(&silent.await).contains_key("form-mute"));
    let recording = Recording { hash: "abc".to_owned(), length: 9 };
    wave.recordings.insert(LanguageTag::vietnamese(), Code::new("q1").unwrap(), recording);
    let html =
        text(show_whole(&address(Language::Vietnamese), &draft(&wave, "", Language::Vietnamese), 420, Offline(true)))
            .await;
    assert!(html.contains(r#"<audio controls preload="none" src="/sound/abc""#), "{html}");
    let words = words_of(&html);
    for call in include_str!("../../frontend/src/sound.ts").split("words(\"").skip(1) {
        let key = call.split('"').next().unwrap();
        assert!(words.contains_key(key), "{key} is said, but not in the page");
    }
}

#[tokio::test]
async fn the_script_finds_every_word_that_it_says_in_the_page() {
    let wave = wave(FormLayout::FactorPages);
    for language in Language::BUILT_IN {
        let draft = draft(&wave, "", language);
        let form = text(show_whole(&address(language), &draft, 420, Offline(true))).await;
        let outbox = text(show_outbox(address(language)).await).await;
        let words = words_of(&form);
        assert_eq!(
            words["phone-step"],
            language.t_with("phone-step", [("number", "%number%".into()), ("count", "%count%".into())])
        );
        assert_eq!(words_of(&outbox)["outbox-empty"], language.t("outbox-empty"));
        let on_form = [
            include_str!("../../frontend/src/stage.ts"),
            include_str!("../../frontend/src/survey.ts"),
            include_str!("../../frontend/src/fate.ts"),
        ];
        let on_device = [on_form.as_slice(), &[include_str!("../../frontend/src/kiosk.ts")]].concat();
        let on_outbox = [include_str!("../../frontend/src/list.ts")];
        let device = text(show_whole(&address(language), &on_a_device(&draft), 420, Offline(true))).await;
        let cases = [(on_form.as_slice(), words), (&on_device, words_of(&device)), (&on_outbox, words_of(&outbox))];
        for (sources, words) in cases {
            let is_device = words.contains_key("kiosk-next");
            let said = sources.iter().flat_map(|source| source.split("words(").skip(1));
            for key in said.filter_map(|call| call.strip_prefix('"')?.split('"').next()) {
                let is_of_devices = key.starts_with("kiosk-");
                assert!(words.contains_key(key) || (is_of_devices && !is_device), "{key} is said, but not in the page");
            }
        }
    }
}

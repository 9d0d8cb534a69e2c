//! The form as a browser without script walks through it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use plumbline::survey::WaveState;

use crate::support::invitations::draw;
use crate::support::{Answer, Engine, World, on_both_engines};

const FORM: &str = "/en/s/w/D01";
const BODY_BYTES_MAX: usize = 1024 * 1024;
const FIELDS_MAX: usize = 1000;

async fn post(world: &World, path: &str, body: String) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    world.send(Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()).await
}

/// The fields of a page that a browser would send untouched: the hidden ones and those that are picked.
fn fields_of(page: &str) -> String {
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let inputs = page.split("<input ").skip(1).map(|rest| format!(" {}", rest.split('>').next().unwrap()));
    let sent = inputs.filter(|tag| tag.contains("type=\"hidden\"") || tag.ends_with(" checked"));
    let pairs: Vec<_> = sent.map(|tag| [attribute(&tag, "name"), attribute(&tag, "value")].join("=")).collect();
    pairs.join("&")
}

/// Presses a button on a page after filling in `typed`.
async fn press(world: &World, page: &Answer, typed: &str, button: &str) -> Answer {
    post(world, FORM, format!("{}&{typed}&action={button}", fields_of(&page.text))).await
}

/// Fills the form in, up to the list of answers.
async fn walk_to_check(world: &World) -> Answer {
    let first = world.get(FORM).await;
    let second = press(world, &first, "answers.q01=4&answers.q02=none", "next").await;
    let third = press(world, &second, "answers.q03=2&answers.why=Slow", "next").await;
    press(world, &third, "respondent.sex=F", "next").await
}

fn location(answer: &Answer) -> String {
    answer.headers[header::LOCATION].to_str().unwrap().to_owned()
}

on_both_engines! {
    async fn a_form_filled_in_page_by_page_is_kept_once_however_often_it_is_sent(database: TestDatabase) {
        let world = World::small(database).await;
        let check = walk_to_check(&world).await;
        assert_eq!(check.status, StatusCode::OK);
        for shown in ["Satisfied", "No opinion", "Dissatisfied", "Slow", "Female", "Not answered"] {
            assert!(check.text.contains(shown), "{shown}: {}", check.text);
        }
        let (sent, again) = tokio::join!(press(&world, &check, "", "send"), press(&world, &check, "", "send"));
        assert_eq!((sent.status, again.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        assert_eq!(location(&sent), location(&again));
        assert_eq!(world.platform.doctor().check_up().await.unwrap().responses, 1);

        let thanks = world.get(&location(&sent)).await;
        let receipt = location(&sent).split("receipt=").nth(1).unwrap().to_owned();
        assert!(thanks.text.contains(&receipt), "{}", thanks.text);
        assert_eq!(thanks.headers[header::CACHE_CONTROL], "no-store");
        let typed = receipt.to_lowercase().replace('-', "+");
        assert!(world.get(&format!("/en/receipt?code={typed}")).await.text.contains("Small wave"));
    }

    async fn a_form_that_was_sent_and_changed_is_not_taken_again(database: TestDatabase) {
        let world = World::small(database).await;
        let check = walk_to_check(&world).await;
        press(&world, &check, "", "send").await;
        let changed = fields_of(&check.text).replace("answers.q01=4", "answers.q01=5");
        let refused = post(&world, FORM, format!("{changed}&action=send")).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("already sent"), "{}", refused.text);
        assert_eq!(world.platform.doctor().check_up().await.unwrap().responses, 1);
    }
}

on_both_engines! {
    async fn a_code_opens_the_form_of_its_unit_travels_with_it_and_is_spent(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let card = cards.iter().find(|card| card.invitee.unit.as_str() == "D02").unwrap();
        let asked = world.get("/en/i/w").await;
        assert!(asked.text.contains("id=\"invitation\" method=\"post\" action=\"/en/i/w\""), "{}", asked.text);
        let typed = format!("code={}", card.code.to_lowercase().replace('-', "+"));
        let first = post(&world, "/en/i/w", typed.clone()).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        assert!(first.text.contains("action=\"/en/s/w/D02\"") && first.text.contains("District Two"), "{}", first.text);
        assert!(first.text.contains("formaction=\"/cs/s/w/D02\""), "the language is switched on the form: {}", first.text);
        assert_eq!(first.headers[header::CACHE_CONTROL], "no-store");
        let form = "/en/s/w/D02";
        let filled = "answers.q01=4&answers.q02=none&answers.q03=2&respondent.sex=F";
        let check = post(&world, form, format!("{}&{filled}&step=2&action=next", fields_of(&first.text))).await;
        let to_send = format!("{}&action=send", fields_of(&check.text));
        let sent = post(&world, form, to_send.clone()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(location(&post(&world, form, to_send.clone()).await), location(&sent), "a double click does no harm");
        assert!(!location(&sent).contains(&card.code[..9]));
        // Another form with the same code, and the code once more.
        let other = to_send.replace(&format!("id={}", first.text.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap()), "id=");
        for spent in [post(&world, form, other).await, post(&world, "/en/i/w", typed).await] {
            assert_eq!(spent.status, StatusCode::FORBIDDEN);
            assert!(spent.text.contains("thank you, your answers are safely kept"), "{}", spent.text);
        }
        let unknown = post(&world, "/cs/i/w", "code=%3Cb%3E".into()).await;
        assert_eq!(unknown.status, StatusCode::FORBIDDEN);
        assert!(unknown.text.contains("Tento kód neznáme") && unknown.text.contains("value=\"&#60;b&#62;\""), "{}", unknown.text);
        assert_eq!(world.platform.doctor().check_up().await.unwrap().responses, 1);
    }
}

#[test]
fn a_wave_that_takes_no_answers_says_when_it_does() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        for path in [FORM, "/en/s/w", "/en/i/w"] {
            let closed = world.get(path).await;
            assert_eq!(closed.status, StatusCode::GONE, "{path}");
            assert!(closed.text.contains("30 November 2024"), "{}", closed.text);
        }
        assert_eq!(post(&world, FORM, "action=send".into()).await.status, StatusCode::CONFLICT);
    });
}

#[test]
fn what_does_not_exist_is_a_page_too() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        for path in
            ["/en/i/nope", "/en/s/nope", "/en/s/w/D99", "/en/s/w/thanks", "/en/s/w/thanks?receipt=AAAA", "/en/nope"]
        {
            let missing = world.get(path).await;
            assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
            assert!(missing.text.contains("Page not found"), "{path}: {}", missing.text);
        }
    });
}

#[test]
fn a_form_of_a_mebibyte_is_read_and_a_longer_one_is_refused() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let body = |bytes: usize| format!("answers.why={}", "a".repeat(bytes - "answers.why=".len()));
        assert_eq!(post(&world, FORM, body(BODY_BYTES_MAX)).await.status, StatusCode::OK);
        let refused = post(&world, FORM, body(BODY_BYTES_MAX + 1)).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused.text.contains("too long"), "{}", refused.text);
    });
}

#[test]
fn a_form_of_1000_fields_is_read_and_one_of_1001_is_refused() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let body = |fields: usize| vec!["x=1"; fields].join("&");
        assert_eq!(post(&world, FORM, body(FIELDS_MAX)).await.status, StatusCode::OK);
        assert_eq!(post(&world, FORM, body(FIELDS_MAX + 1)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    });
}

#[test]
fn other_formats_and_methods_are_refused_with_a_page() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let json = Request::post(FORM).header(header::CONTENT_TYPE, "application/json").body(Body::from("{}")).unwrap();
        assert_eq!(world.send(json).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let put = world.send(Request::builder().method(Method::PUT).uri(FORM).body(Body::empty()).unwrap()).await;
        assert_eq!(put.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(put.headers.contains_key(header::ALLOW));
        assert!(put.text.contains("<h1>"), "{}", put.text);
    });
}

#[test]
fn citizens_pages_set_no_cookie_and_allow_no_script_but_their_own() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        for path in ["/en/s/w", "/en/i/w", FORM, "/en/receipt", "/en/nope"] {
            let page = world.get(path).await;
            assert!(!page.headers.contains_key(header::SET_COOKIE), "{path}");
            let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
        }
    });
}

//! Who may what, from outside: every address, every method, everybody who may come, as one table. An address that is not in
//! the table fails.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::{Request, header};
use plumbline::foundation::Code;
use plumbline::survey::{AccessKind, WaveState};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::support::{SMALL_PLAN, TestDatabase, World, on_both_engines, submission};

/// Who comes: nobody known, somebody with a token that nobody has, the device of D01, the collector of D01, the collector of all
/// units, the administrator. Each shows the same code as a token, as the collector's cookie, and as the `CODE` of an address.
const VISITORS: usize = 6;

/// An address with its method, and what each visitor is answered; whoever is sent to the clerks' sign-in counts as answered 401.
/// A wave's name says its state; devices and collectors belong to the wave `open`, and `w` is open, too. Behind `#` stands the unit
/// that is answered for, or that the answer chooses its design.
type Row = (&'static str, &'static str, [u16; VISITORS]);

const EVERYBODY: [u16; VISITORS] = [200; VISITORS];
const NOBODY: [u16; VISITORS] = [404; VISITORS];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("GET", "/", EVERYBODY),
    ("GET", "/r/draft", [404, 404, 404, 404, 404, 200]),
    ("GET", "/r/draft/D01", [404, 404, 404, 404, 404, 200]),
    ("GET", "/s/draft", NOBODY),
    ("GET", "/s/draft/D01", NOBODY),
    ("POST", "/s/draft/D01", NOBODY),
    ("GET", "/s/draft/thanks?receipt=x", NOBODY),
    ("GET", "/i/draft", NOBODY),
    ("POST", "/i/draft", NOBODY),
    ("GET", "/office/draft", [401, 401, 401, 401, 401, 200]),
    ("GET", "/api/v1/waves/draft", [404, 404, 404, 404, 404, 200]),
    ("GET", "/api/v1/waves/draft/results", [404, 404, 404, 404, 404, 200]),
    ("GET", "/api/v1/waves/draft/ranking", [404, 404, 404, 404, 404, 200]),
    ("GET", "/api/v1/waves/draft/units/D01", [404, 404, 404, 404, 404, 200]),
    ("GET", "/api/v1/waves/draft/open-link", [404, 404, 404, 404, 404, 200]),
    ("GET", "/api/v1/waves/draft/releases", [404, 404, 404, 404, 404, 200]),
    ("GET", "/api/v1/waves/draft/fieldwork", [404, 404, 404, 404, 404, 200]),
    ("POST", "/api/v1/waves/draft/responses#D01", [404, 401, 404, 404, 404, 409]),
    ("GET", "/r/open", [403, 403, 403, 403, 403, 200]),
    ("GET", "/r/open/D01", [403, 403, 403, 403, 403, 200]),
    ("GET", "/s/open", EVERYBODY),
    ("GET", "/s/open/D01", EVERYBODY),
    ("POST", "/s/open/D01", EVERYBODY),
    ("GET", "/s/open/thanks?receipt=x", NOBODY),
    ("GET", "/i/open", EVERYBODY),
    ("POST", "/i/open", EVERYBODY),
    ("GET", "/office/open", [401, 401, 401, 401, 401, 200]),
    ("GET", "/api/v1/waves/open", EVERYBODY),
    ("GET", "/api/v1/waves/open/results", [403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/waves/open/ranking", [403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/waves/open/units/D01", [403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/waves/open/open-link", [403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/waves/open/releases", [403, 403, 403, 403, 403, 200]),
    ("GET", "/api/v1/waves/open/fieldwork", [403, 403, 403, 403, 403, 200]),
    ("POST", "/api/v1/waves/open/responses#D01", [201, 401, 201, 201, 201, 201]),
    ("POST", "/api/v1/waves/open/responses#D02", [201, 401, 422, 422, 201, 201]),
    ("POST", "/api/v1/waves/open/responses#design", [422, 401, 422, 422, 422, 201]),
    ("POST", "/api/v1/waves/w/responses#D01", [201, 401, 422, 422, 422, 201]),
    ("GET", "/r/released", EVERYBODY),
    ("GET", "/r/released/D01", EVERYBODY),
    ("GET", "/s/released", [410, 410, 410, 410, 410, 410]),
    ("GET", "/s/released/D01", [410, 410, 410, 410, 410, 410]),
    ("POST", "/s/released/D01", [409, 409, 409, 409, 409, 409]),
    ("GET", "/s/released/thanks?receipt=x", NOBODY),
    ("GET", "/i/released", [410, 410, 410, 410, 410, 410]),
    ("POST", "/i/released", [409, 409, 409, 409, 409, 409]),
    ("GET", "/office/released", [401, 401, 401, 401, 401, 200]),
    ("GET", "/api/v1/waves/released", EVERYBODY),
    ("GET", "/api/v1/waves/released/results", EVERYBODY),
    ("GET", "/api/v1/waves/released/ranking", EVERYBODY),
    ("GET", "/api/v1/waves/released/units/D01", EVERYBODY),
    ("GET", "/api/v1/waves/released/open-link", EVERYBODY),
    ("GET", "/api/v1/waves/released/releases", EVERYBODY),
    ("GET", "/api/v1/waves/released/fieldwork", EVERYBODY),
    ("POST", "/api/v1/waves/released/responses#D01", [409, 401, 409, 409, 409, 409]),
    ("GET", "/jobs", [401, 401, 401, 401, 401, 200]),
    ("POST", "/jobs/1/cancel", [401, 401, 401, 401, 401, 303]),
    ("GET", "/api/v1/waves", EVERYBODY),
    ("GET", "/api/v1/openapi.json", EVERYBODY),
    ("GET", "/api", EVERYBODY),
    ("GET", "/k/CODE", [404, 404, 200, 404, 404, 404]),
    ("POST", "/k/CODE", [404, 404, 200, 404, 404, 404]),
    ("GET", "/k/CODE/thanks?receipt=x", NOBODY),
    ("GET", "/entry", [200, 403, 403, 303, 303, 403]),
    ("POST", "/entry", [403, 403, 403, 303, 303, 403]),
    ("POST", "/entry/leave", [303, 303, 303, 303, 303, 303]),
    ("GET", "/entry/batches", [401, 401, 401, 200, 200, 401]),
    ("GET", "/entry/form?unit=D01&batch=B&mode=paper&language=vi&day=2024-11-18&turn=only", [401, 401, 401, 200, 200, 401]),
    ("GET", "/entry/form?unit=D02&batch=B&mode=paper&language=vi&day=2024-11-18&turn=only", [401, 401, 401, 404, 200, 401]),
    ("POST", "/entry/form#D01", [401, 401, 401, 303, 303, 401]),
    ("POST", "/entry/form#D02", [401, 401, 401, 404, 303, 401]),
    ("GET", "/entry/differences?unit=D01", [401, 401, 401, 200, 200, 401]),
    ("GET", "/entry/differences?unit=D02", [401, 401, 401, 404, 200, 401]),
    ("POST", "/entry/differences#D01", [401, 401, 401, 303, 303, 401]),
    ("POST", "/entry/differences#D02", [401, 401, 401, 404, 303, 401]),
    ("GET", "/outbox", EVERYBODY),
    ("GET", "/sound/none", NOBODY),
    ("GET", "/receipt", EVERYBODY),
    ("GET", "/sign-in/CODE", NOBODY),
    ("POST", "/sign-in/CODE", NOBODY),
    ("GET", "/assets/none/form.js", NOBODY),
    ("GET", "/sw.js", EVERYBODY),
    ("GET", "/healthz", EVERYBODY),
    ("GET", "/readyz", EVERYBODY),
];

/// What is sent to an address.
fn body_of(path: &str, visitor: usize) -> (&'static str, String) {
    let form = "application/x-www-form-urlencoded";
    let keyed = |unit: &str| {
        format!(
            "unit={unit}&batch=B-1&mode=paper&language=vi&day=2024-11-18&turn=first&form=1&answers.q01=5&answers.q02=4&\
             answers.q03=0&respondent.sex=1"
        )
    };
    match path.rsplit_once('#').map_or((path, ""), |(path, unit)| (path, unit)) {
        (path, what) if path.starts_with("/api/") => {
            // Every visitor sends answers of their own.
            let mut sent = submission(
                1 + 10 * visitor as u128
                    + ["D01", "D02", "design"].iter().position(|w| *w == what).unwrap_or(0) as u128,
            );
            sent["unit"] = json!(if what == "D02" { "D02" } else { "D01" });
            sent["mode"] = json!(["web", "web", "kiosk", "paper", "paper", "web"][visitor]);
            if what == "design" {
                sent["design"] = json!({"stratum": "x", "weight": 1_000_000});
            }
            ("application/json", sent.to_string())
        }
        ("/entry/form" | "/entry/differences", unit) => (form, keyed(unit)),
        ("/entry", _) => (form, "code=CODE".to_owned()),
        _ => (form, "step=0&action=next".to_owned()),
    }
}

async fn world(database: TestDatabase) -> (World, [String; VISITORS]) {
    let world = World::small(database).await;
    let platform = &world.platform;
    let modes = "modes = [\"web\", \"kiosk\", \"paper\", \"interviewer\"]";
    let plan = SMALL_PLAN.replace("modes = [\"web\", \"paper\"]", modes);
    for (wave, states) in [
        ("draft", &[][..]),
        ("open", &[WaveState::Open]),
        ("released", &[WaveState::Open, WaveState::Closed, WaveState::Released]),
    ] {
        platform
            .waves()
            .create(&plan.replace("code = \"w\"", &format!("code = \"{wave}\"")), Path::new("."))
            .await
            .unwrap();
        for state in states {
            platform.waves().advance(wave, *state).await.unwrap();
        }
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut codes = Vec::new();
    for (kind, name, unit) in [
        (AccessKind::Kiosk, "counter", Some("D01")),
        (AccessKind::Collector, "lan", Some("D01")),
        (AccessKind::Collector, "mai", None),
    ] {
        let name = Code::new(name).unwrap();
        codes.push(platform.collectors().grant("open", kind, &name, unit, &mut random).await.unwrap());
    }
    let [device, lan, mai] = codes.try_into().unwrap();
    let administrator = world.administrator.clone();
    (world, [String::new(), "AAAA-BBBB-CCCC-DDDD-EEEE".to_owned(), device, lan, mai, administrator])
}

async fn answers(world: &World, codes: &[String; VISITORS], method: &str, path: &str) -> [u16; VISITORS] {
    let mut statuses = [0; VISITORS];
    for (visitor, (status, code)) in statuses.iter_mut().zip(codes).enumerate() {
        let shown = if code.is_empty() { "NONE" } else { code };
        let address = path.split('#').next().unwrap().replace("CODE", shown);
        let (kind, body) = body_of(path, visitor);
        let mut request = Request::builder().method(method).uri(address);
        if method == "POST" {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if !code.is_empty() {
            request = request
                .header(header::AUTHORIZATION, format!("Bearer {code}"))
                .header(header::COOKIE, format!("plumbline_collector={code}"));
        }
        let body = if method == "POST" { Body::from(body.replace("CODE", shown)) } else { Body::empty() };
        let answer = world.send(request.body(body).unwrap()).await;
        let is_sent_away =
            path != "/entry/leave" && answer.headers.get(header::LOCATION).is_some_and(|to| to == "/vi/entry");
        *status = if is_sent_away { 401 } else { answer.status.as_u16() };
    }
    statuses
}

on_both_engines! {
    async fn everybody_is_answered_as_the_table_says(database: TestDatabase) {
        let (world, codes) = world(database).await;
        let mut wrong = Vec::new();
        for (method, path, expected) in TABLE {
            let found = answers(&world, &codes, method, path).await;
            if found != *expected {
                wrong.push(format!("    (\"{method}\", \"{path}\", {found:?}), // not {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}

/// Every address of the product with its method: those of the API from its description, those of the pages from the sources.
fn addresses() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let description = serde_json::to_value(plumbline::app::openapi()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        found.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    for file in walk(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for route in text.split(".route(\"").skip(1) {
            let (path, handlers) = route.split_once('"').unwrap();
            let handlers = handlers.split(".route(").next().unwrap().split("\n}").next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                if [format!(" {method}("), format!(".{method}(")].iter().any(|call| handlers.contains(call)) {
                    found.insert((method.to_uppercase(), path.to_owned()));
                }
            }
        }
    }
    found
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let within = |path: std::path::PathBuf| if path.is_dir() { walk(&path) } else { vec![path] };
    entries
        .flat_map(within)
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.ends_with(".rs") && !name.ends_with("tests.rs")
        })
        .collect()
}

/// Whether a row of the table is at this address and not at a more special one.
fn is_at(address: &str, row: &str) -> bool {
    let (address, row): (Vec<_>, Vec<_>) = (address.split('/').collect(), row.split('/').collect());
    address.len() == row.len() && address.iter().zip(&row).all(|(a, b)| a.starts_with('{') || a == b)
}

fn address_of<'a>(addresses: &'a BTreeSet<(String, String)>, (method, path, _): &Row) -> Option<&'a (String, String)> {
    let path = path.split(['#', '?']).next().unwrap();
    let at = addresses.iter().filter(|(known, address)| known == method && is_at(address, path));
    at.min_by_key(|(_, address)| address.matches('{').count())
}

#[test]
fn every_address_is_in_the_table() {
    let addresses = addresses();
    assert!(addresses.len() > 25 && addresses.contains(&("POST".to_owned(), "/k/{code}".to_owned())), "{addresses:?}");
    let told: BTreeSet<_> = TABLE.iter().filter_map(|row| address_of(&addresses, row)).collect();
    let untold: Vec<_> = addresses.iter().filter(|address| !told.contains(address)).collect();
    assert!(untold.is_empty(), "no row of the table is at {untold:?}");
    let lost: Vec<_> = TABLE.iter().filter(|row| address_of(&addresses, row).is_none()).collect();
    assert!(lost.is_empty(), "there is no such address: {lost:?}");
}

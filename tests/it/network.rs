//! Networks that break, dawdle and flood: an answer is kept once, whatever byte was the last to arrive.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, Statement};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::support::fixture::{WAVE, submission, today};
use crate::support::http::{Connection, post};
use crate::support::process::{SERVE, Server, plumbline, prepare, run};
use crate::support::{Engine, TestDatabase, on_both_engines};

/// Every so many bytes the network is cut.
const STEP: usize = 7;
/// A client gives up on a server that is silent for so long.
const PATIENCE: Duration = Duration::from_secs(30);

fn request(id: Uuid, today: NaiveDate) -> Vec<u8> {
    post(&format!("/api/v1/waves/{WAVE}/responses"), &submission(id, today).to_string())
}

async fn count(database: &TestDatabase) -> i64 {
    let connection = database.connect().await;
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM received");
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Sends the first bytes and breaks the connection off: nothing is said any more, nor heard.
async fn cut_on_the_way_there(address: SocketAddr, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.set_zero_linger().unwrap();
}

/// Sends a request and breaks the connection off after so many bytes of the answer. Returns how many came.
async fn cut_on_the_way_back(address: SocketAddr, request: &[u8], bytes: usize) -> usize {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut heard = vec![0; bytes];
    let mut came = 0;
    while came < bytes {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut heard[came..])).await.expect("the server answers");
        match read.unwrap() {
            0 => break,
            read => came += read,
        }
        if heard[..came].ends_with(b"}") {
            break;
        }
    }
    stream.set_zero_linger().unwrap();
    came
}

on_both_engines! {
    async fn a_network_that_is_cut_at_any_byte_leaves_exactly_one_row(database: TestDatabase) {
        let today = today();
        prepare(database.url(), today);
        let server = Server::start(database.url());
        let mut ids = 1..;
        let mut next = || Uuid::from_u128(ids.next().unwrap());
        let mut sent = 0;
        let mut repeat = Connection::open(server.address).await.unwrap();
        let whole = request(Uuid::from_u128(0xffff), today).len();
        for bytes in (0..=whole).step_by(STEP).chain([whole - 1, whole]) {
            let request = request(next(), today);
            cut_on_the_way_there(server.address, &request[..bytes.min(request.len())]).await;
            let (status, _) = repeat.send(&request).await.unwrap();
            assert!([200, 201].contains(&status), "cut after {bytes} bytes: {status}");
            sent += 1;
            assert_eq!(repeat.send(&request).await.unwrap().0, 200, "cut after {bytes} bytes");
        }
        for bytes in (0..).step_by(STEP) {
            let request = request(next(), today);
            let came = cut_on_the_way_back(server.address, &request, bytes).await;
            let (status, _) = repeat.send(&request).await.unwrap();
            assert!(status == 200 || (status == 201 && came == 0), "cut after {bytes} bytes of the answer: {status}");
            sent += 1;
            if came < bytes {
                break;
            }
        }
        assert!(sent > 100, "{sent}");
        assert_eq!(count(&database).await, sent);
    }
}

/// A server with these limits, on a prepared store.
fn limited(database: &TestDatabase, limits: &str) -> Server {
    prepare(database.url(), today());
    let mut settings = NamedTempFile::with_suffix(".toml").unwrap();
    settings.write_all(limits.as_bytes()).unwrap();
    let path = settings.path().to_str().unwrap();
    Server::spawn(&mut plumbline(database.url(), &[SERVE, &["--config", path]].concat()))
}

/// The request as a proxy hands it on from this address.
fn forwarded(request: &[u8], address: impl AsRef<[u8]>) -> Vec<u8> {
    let head = request.windows(2).position(|end| end == b"\r\n").unwrap();
    [&request[..head], b"\r\nx-forwarded-for: ", address.as_ref(), &request[head..]].concat()
}

#[test]
fn a_network_that_sends_too_much_is_told_when_to_come_back_and_others_are_not() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let limits = "[limits]\ntrusted_proxies = [\"127.0.0.1/32\"]\nanswers = { burst = 3, per_minute = 1 }";
        let server = limited(&database, limits);
        let mut connection = Connection::open(server.address).await.unwrap();
        let today = today();
        for number in 1..=5_u128 {
            let request = request(Uuid::from_u128(number), today);
            let (status, body) = connection.send(&forwarded(&request, "203.0.113.9")).await.unwrap();
            assert_eq!(status, if number <= 3 { 201 } else { 429 }, "{}", String::from_utf8_lossy(&body));
        }
        // What the client sends of itself stands before it, and need not read.
        let hidden = forwarded(&request(Uuid::from_u128(8), today), b"\xe9, 203.0.113.9");
        assert_eq!(connection.send(&hidden).await.unwrap().0, 429);
        let mut invited = submission(Uuid::from_u128(9), today);
        invited["code"] = "AAAA-BBBB-CCCC".into();
        let invited = post(&format!("/api/v1/waves/{WAVE}/responses"), &invited.to_string());
        let (status, body) = connection.send(&forwarded(&invited, "203.0.113.9")).await.unwrap();
        assert_eq!(status, 403, "who has a code is not held up by open answers: {}", String::from_utf8_lossy(&body));
        let stranger = forwarded(&request(Uuid::from_u128(6), today), "203.0.114.9");
        assert_eq!(connection.send(&stranger).await.unwrap().0, 201);
        let mut raw = TcpStream::connect(server.address).await.unwrap();
        raw.write_all(&forwarded(&request(Uuid::from_u128(7), today), "203.0.113.77, 203.0.113.9")).await.unwrap();
        let mut heard = vec![0; 4096];
        let read = raw.read(&mut heard).await.unwrap();
        let heard = String::from_utf8_lossy(&heard[..read]).to_lowercase();
        let wait = heard.split("retry-after: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
        assert!((1..=61).contains(&wait.parse::<u32>().unwrap()), "{heard}");
        assert_eq!(count(&database).await, 4);
    });
}

#[test]
fn wrong_codes_are_slowed_and_a_good_one_is_never_held_up() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let little = "{ burst = 3, per_minute = 1 }";
        let server = limited(&database, &format!("[limits]\nguesses = {little}\ntries = {little}"));
        let grant = ["access", "grant", "kiosk", "--wave", WAVE, "--name", "counter", "--unit", "080"];
        let granted = run(database.url(), &grant);
        let code = granted.lines().next().unwrap();
        let mut connection = Connection::open(server.address).await.unwrap();
        let with = |code: &str, number: u128| {
            let mut sent = submission(Uuid::from_u128(number), today());
            (sent["mode"], sent["unit"]) = ("kiosk".into(), "080".into());
            let request = post(&format!("/api/v1/waves/{WAVE}/responses"), &sent.to_string());
            let text = String::from_utf8(request).unwrap();
            text.replacen("\r\n", &format!("\r\nauthorization: Bearer {code}\r\n"), 1).into_bytes()
        };
        for number in 1..=5_u128 {
            let (status, _) = connection.send(&with("AAAA-BBBB-CCCC-DDDD-EEEE", number)).await.unwrap();
            assert_eq!(status, if number <= 3 { 401 } else { 429 }, "guess {number}");
        }
        for number in 1..=9_u128 {
            let (status, body) = connection.send(&with(code, number)).await.unwrap();
            assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
            let mut visitor = TcpStream::connect(server.address).await.unwrap();
            let page = format!("GET /vi/k/{code} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            visitor.write_all(page.as_bytes()).await.unwrap();
            let mut heard = Vec::new();
            visitor.read_to_end(&mut heard).await.unwrap();
            assert!(heard.starts_with(b"HTTP/1.1 200"), "visitor {number}");
        }
    });
}

#[test]
fn a_client_that_dawdles_over_its_head_is_hung_up_on_and_makes_room_for_the_next() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let server = limited(&database, "[limits]\nconnections_max = 2\nhead_seconds = 1");
        let mut dawdlers = Vec::new();
        for _ in 0..2 {
            let mut dawdler = TcpStream::connect(server.address).await.unwrap();
            dawdler.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
            dawdlers.push(dawdler);
        }
        let asking = async {
            let mut connection = Connection::open(server.address).await.unwrap();
            connection.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap()
        };
        let (status, _) = tokio::time::timeout(PATIENCE, asking).await.expect("there is room after a second");
        assert_eq!(status, 200);
        for mut dawdler in dawdlers {
            let mut rest = Vec::new();
            let ended = tokio::time::timeout(PATIENCE, dawdler.read_to_end(&mut rest)).await;
            assert!(ended.is_ok(), "the connection is still open");
        }
    });
}

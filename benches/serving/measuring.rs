//! Measuring what a server needs for its pages, in a process that does nothing else.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use plumbline::app::router;
use plumbline::entrance::SignIn;
use plumbline::pipeline::{Platform, PlatformLimits};
use plumbline::survey::WaveState;
use serde_json::json;

use crate::making::{PSUS, start};

/// The pages that are read.
pub(crate) const PAGES: [(&str, &str); 3] =
    [("ranking", "/en/r/w"), ("results", "/api/v1/waves/w/results"), ("fieldwork", "/en/office/w")];

/// Those that are read once more when the wave is released.
const RELEASED_PAGES: [&str; 2] = [PAGES[0].1, PAGES[1].1];
/// How often each of them is read: one alone takes less than the clock of the process can tell.
const RELEASED_READS: u32 = 2_000;

/// Processor time and time by the clock, in milliseconds.
struct Times(Vec<(f64, f64)>);

impl Times {
    async fn of_reading(&mut self, server: &Server, page: &str) {
        let (begin, started) = (processor_time(), Instant::now());
        server.read(page).await;
        self.0.push(((processor_time() - begin) * 1e3, started.elapsed().as_secs_f64() * 1e3));
    }

    /// The medians of both.
    fn cell(self) -> String {
        let (processor, clock): (Vec<f64>, Vec<f64>) = self.0.into_iter().unzip();
        let [processor, clock] = [processor, clock].map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        format!("{processor:.1} ({clock:.1})")
    }
}

/// A server that is asked without a network.
struct Server {
    platform: Platform,
    routes: Router,
    token: String,
    units: usize,
}

/// The cells of the table after the number of answers.
pub(crate) async fn measure(url: &str, units: usize, rounds: usize, with_release: bool) -> String {
    // Every read is to count all answers, however long that takes.
    let limits = PlatformLimits { reader_patience: Duration::from_mins(1), ..PlatformLimits::default() };
    let platform = start(url, limits).await;
    let routes = router(&platform, SignIn::new().expect("random numbers"), true);
    let token = platform.administrators().renew_token([9; 16]).await.expect("the store can be written");
    let token = token.reveal().to_owned();
    let server = Server { platform, routes, token, units };
    let mut first = Times(Vec::new());
    first.of_reading(&server, PAGES[0].1).await;
    let mut cells = vec![first.cell()];
    for (_, page) in PAGES {
        let mut times = Times(Vec::new());
        for round in 0..rounds {
            server.add_answer(round).await;
            times.of_reading(&server, page).await;
        }
        cells.push(times.cell());
    }
    for (_, page) in PAGES {
        server.read(page).await;
        let mut times = Times(Vec::new());
        for _ in 0..rounds {
            times.of_reading(&server, page).await;
        }
        cells.push(times.cell());
    }
    cells.push(peak_mib());
    if with_release {
        server.release().await;
    }
    for page in RELEASED_PAGES {
        cells.push(if with_release { server.cost_of_released(page).await } else { String::new() });
    }
    server.platform.shut_down().await.expect("the store can be closed");
    cells.join(" | ")
}

impl Server {
    async fn send(&self, request: axum::http::request::Builder, body: Body) -> (StatusCode, Vec<u8>) {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = request.body(body).expect("a request");
        let answer = tower::ServiceExt::oneshot(self.routes.clone(), request).await.expect("an answer");
        let status = answer.status();
        (status, answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
    }

    async fn read(&self, page: &str) {
        let (status, _) = self.send(Request::get(page), Body::empty()).await;
        assert!(status.is_success(), "{page}: {status}");
    }

    async fn release(&self) {
        for state in [WaveState::Closed, WaveState::Released] {
            self.platform.waves().advance("w", state).await.expect("the wave can be released");
        }
    }

    /// The processor time that a browser of the public costs with a page that was released, in milliseconds.
    async fn cost_of_released(&self, page: &str) -> String {
        let read = async || {
            let request = Request::get(page).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty());
            let answer = tower::ServiceExt::oneshot(self.routes.clone(), request.expect("a request")).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK, "{page}");
            answer.into_body().collect().await.expect("a body")
        };
        read().await;
        let begin = processor_time();
        for _ in 0..RELEASED_READS {
            read().await;
        }
        format!("{:.3}", (processor_time() - begin) * 1e3 / f64::from(RELEASED_READS))
    }

    /// One more answer, whose sums are folded.
    async fn add_answer(&self, round: usize) {
        let unit = format!("D{:05}", round * 37 % self.units);
        let answers: serde_json::Map<_, _> =
            (1..=22).map(|item| (format!("q{item:02}"), json!(1 + (item + round) % 5))).collect();
        let (sex, age_band) = (["F", "M"][round % 2], ["18-29", "30-44", "45-59", "60+"][round % 4]);
        let body = json!({
            "id": another_id(),
            "unit": unit,
            "mode": "paper",
            "language": "vi",
            "answered_on": "2024-11-20",
            "answers": answers,
            "respondent": {"sex": sex, "age_band": age_band},
            "design": {"stratum": unit, "psu": format!("{unit}V{}", round % PSUS), "weight": 30},
        });
        let request = Request::post("/api/v1/waves/w/responses").header(header::CONTENT_TYPE, "application/json");
        let (status, answer) = self.send(request, body.to_string().into()).await;
        assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer));
        self.platform.counts().fold().await.expect("sums can be folded");
    }
}

/// One that no other process took, either.
fn another_id() -> uuid::Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    uuid::Uuid::from_u64_pair(std::process::id().into(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What this process has used so far, in seconds.
fn processor_time() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}

fn peak_mib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map_or_else(String::new, |kib| format!("{:.0}", kib / 1024.0))
}

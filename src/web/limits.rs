//! How much one network may ask for, in memory: no address is kept longer than its limit needs, written or logged.
//!
//! Where a request comes from is the address of its connection. An address in `X-Forwarded-For` is believed from a trusted
//! proxy only, and proxies are configured, never guessed. What is counted is the network: in mobile networks one address serves
//! many people, and one person changes addresses.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How often something may be done: so many times at once, and so many times a minute from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Times at once.
    pub burst: NonZeroU32,
    /// Times a minute.
    pub per_minute: NonZeroU32,
}

/// The limits of a server.
pub struct Limits {
    /// Answers that a network may send over the open link.
    answers: Counter<Network>,
    /// Invalid codes that a network may try.
    guesses: Counter<Network>,
    /// Times that one code may be tried.
    tries: Counter<[u8; 32]>,
    trusted_proxies: Vec<IpNet>,
}

impl Limits {
    /// What each network and each code may do, and whose word on addresses is believed.
    #[must_use]
    pub fn new(answers: Allowance, guesses: Allowance, tries: Allowance, trusted_proxies: Vec<IpNet>) -> Self {
        let (answers, guesses, tries) = (Counter::new(answers), Counter::new(guesses), Counter::new(tries));
        Self { answers, guesses, tries, trusted_proxies }
    }

    /// Forgets whoever may do everything again. To be called now and then.
    pub fn forget_old(&self) {
        self.answers.forget_old();
        self.guesses.forget_old();
        self.tries.forget_old();
    }

    /// Where a request came from, as far as that can be believed: what a trusted proxy reports last, skipping the proxies
    /// before it.
    fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        let is_trusted = |address: &IpAddr| self.trusted_proxies.iter().any(|network| network.contains(address));
        let mut origin = Origin { address: peer.to_canonical(), is_reported: false };
        // What stands further left was sent by the client, and may be anything.
        let lines = headers.get_all(FORWARDED_FOR).iter().rev().map(HeaderValue::as_bytes);
        for hop in lines.flat_map(|line| line.rsplit(|byte| *byte == b',')) {
            if !is_trusted(&origin.address) {
                break;
            }
            origin.is_reported = true;
            // Written by a proxy that is trusted; if it does not read, that proxy is as near as we get.
            let Some(hop) = read_hop(hop) else { break };
            origin.address = hop.to_canonical();
        }
        origin
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Origin {
    address: IpAddr,
    /// Whether a trusted proxy reported something, so that the address is nobody's own machine.
    is_reported: bool,
}

/// An address as proxies write it: `203.0.113.7`, `203.0.113.7:4444`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4444`.
fn read_hop(written: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(written).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// A network: 256 addresses of IPv4, or what one customer gets of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Network(IpAddr);

impl Network {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self(IpAddr::from([a, b, c, 0]))
            }
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into()),
        }
    }
}

/// For how long to wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(Duration);

impl Wait {
    /// The value of `Retry-After`: whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self) -> HeaderValue {
        HeaderValue::from(self.0.as_secs() + 1)
    }
}

struct Counter<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Counter<K> {
    fn new(allowance: Allowance) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(allowance.per_minute).allow_burst(allowance.burst)))
    }

    /// Counts one; says how long to wait if it is one too many.
    fn count(&self, key: &K) -> Result<(), Wait> {
        self.0.check_key(key).map_err(|until| Wait(until.wait_time_from(self.0.clock().now())))
    }

    fn forget_old(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}

/// Who sends a request, as far as the limits need to know. Handlers take it as an extractor.
#[derive(Clone)]
pub struct Sender(Option<(Origin, Arc<Limits>)>);

impl Sender {
    /// Counts an answer over the open link.
    ///
    /// From the machine itself any number is taken: they come from the operator, or through a proxy that nobody has
    /// configured, and then they are everybody's.
    pub fn count_answer(&self) -> Result<(), Wait> {
        match &self.0 {
            Some((origin, limits)) if origin.is_reported || !origin.address.is_loopback() => {
                limits.answers.count(&Network::of(origin.address))
            }
            _ => Ok(()),
        }
    }

    /// Counts an invalid code. A valid one is never held up by the wrong guesses of others in the same network.
    pub fn count_guess(&self) -> Result<(), Wait> {
        let Some((origin, limits)) = &self.0 else { return Ok(()) };
        limits.guesses.count(&Network::of(origin.address))
    }

    /// Counts a try of a code, told by its hash.
    pub fn count_try(&self, code: &[u8; 32]) -> Result<(), Wait> {
        self.0.as_ref().map_or(Ok(()), |(_, limits)| limits.tries.count(code))
    }
}

/// Notes who sends each request.
pub async fn recognise(State(limits): State<Arc<Limits>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let origin = limits.origin(peer.ip(), request.headers());
        request.extensions_mut().insert(Sender(Some((origin, limits))));
    }
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Sender {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(burst: u32) -> Arc<Limits> {
        let allowance = Allowance { burst: burst.try_into().unwrap(), per_minute: NonZeroU32::MIN };
        let proxies = vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.2/32".parse().unwrap()];
        Arc::new(Limits::new(allowance, allowance, allowance, proxies))
    }

    fn address(peer: &str, forwarded: &[&[u8]]) -> String {
        let lines = forwarded.iter().map(|line| (FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap()));
        limits(1).origin(peer.parse().unwrap(), &lines.collect()).address.to_string()
    }

    #[test]
    fn an_address_is_believed_from_a_trusted_proxy_only() {
        let cases: [(&str, &[&[u8]], &str); 13] = [
            ("203.0.113.7", &[], "203.0.113.7"),
            ("203.0.113.7", &[b"198.51.100.1"], "203.0.113.7"),
            ("10.0.0.1", &[b"198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &[b"198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[b"1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &[b"1.2.3.4", b"198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[b"198.51.100.1, unknown"], "10.0.0.1"),
            ("127.0.0.2", &[b"2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", &["\u{e9}, 198.51.100.1".as_bytes()], "198.51.100.1"),
            ("10.0.0.1", &[b"198.51.100.1:4444"], "198.51.100.1"),
            ("10.0.0.1", &[b"[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &[b"[2001:db8::1]:4444"], "2001:db8::1"),
            ("10.0.0.1", &[b"198.51.100.1, "], "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in cases {
            assert_eq!(address(peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }

    fn sender(limits: &Arc<Limits>, address: &str) -> Sender {
        let origin = Origin { address: address.parse().unwrap(), is_reported: false };
        Sender(Some((origin, Arc::clone(limits))))
    }

    #[test]
    fn neighbours_share_an_allowance_and_other_networks_have_their_own() {
        for (first, neighbour, stranger) in
            [("203.0.113.7", "203.0.113.200", "203.0.114.7"), ("2001:db8:1::1", "2001:db8:1:ff::2", "2001:db8:2::1")]
        {
            let limits = limits(2);
            assert_eq!(sender(&limits, first).count_answer(), Ok(()));
            assert_eq!(sender(&limits, neighbour).count_answer(), Ok(()));
            let wait = sender(&limits, first).count_answer().unwrap_err();
            assert!((1..=61).contains(&wait.retry_after().to_str().unwrap().parse().unwrap()), "{wait:?}");
            assert_eq!(sender(&limits, stranger).count_answer(), Ok(()));
        }
    }

    #[test]
    fn the_machine_itself_may_answer_for_everybody_but_not_guess() {
        let limits = limits(1);
        let local = sender(&limits, "127.0.0.1");
        for _ in 0..3 {
            assert_eq!(local.count_answer(), Ok(()));
        }
        assert_eq!(local.count_guess(), Ok(()));
        assert!(local.count_guess().is_err());
        assert_eq!(local.count_try(&[1; 32]), Ok(()));
        assert!(local.count_try(&[1; 32]).is_err());
        assert_eq!(local.count_try(&[2; 32]), Ok(()));
    }

    #[test]
    fn who_comes_through_a_trusted_proxy_on_the_machine_is_counted_even_if_its_word_does_not_read() {
        for forwarded in ["unknown", "198.51.100.1,", "127.0.0.1"] {
            let limits = limits(1);
            let headers = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static(forwarded))]);
            let origin = limits.origin("127.0.0.2".parse().unwrap(), &headers);
            assert!(origin.is_reported && origin.address.is_loopback(), "{forwarded}");
            let sender = Sender(Some((origin, limits)));
            assert!(sender.count_answer().is_ok() && sender.count_answer().is_err(), "{forwarded}");
        }
        let own = limits(1).origin("127.0.0.2".parse().unwrap(), &HeaderMap::new());
        assert!(!own.is_reported, "nobody reported anything");
    }

    #[test]
    fn who_is_still_limited_is_not_forgotten() {
        let limits = limits(1);
        let somebody = sender(&limits, "203.0.113.7");
        assert_eq!(somebody.count_answer(), Ok(()));
        limits.forget_old();
        assert!(somebody.count_answer().is_err());
    }
}

//! How much clients may ask for.

use std::net::IpAddr;
use std::num::NonZeroU32;

use ipnet::IpNet;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use validator::Validate;

/// How much clients may ask for. Networks are /24 in IPv4 and /48 in IPv6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Networks of our own proxies, whose `X-Forwarded-For` is believed; an address alone is a network of one.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Connections at once.
    #[validate(range(min = 1, max = 1_000_000, message = "must be between 1 and 1000000"))]
    pub connections_max: usize,
    /// For how long a client may take to send the head of a request.
    #[validate(range(min = 1, max = 600, message = "must be between 1 and 600 seconds"))]
    pub head_seconds: u16,
    /// For how long a client may take nothing of an answer.
    #[validate(range(min = 1, max = 600, message = "must be between 1 and 600 seconds"))]
    pub stalled_seconds: u16,
    /// Answers over the open link from one network.
    pub answers: AllowanceConfig,
    /// Invalid codes from one network.
    pub guesses: AllowanceConfig,
    /// Tries of one invitation code.
    pub tries: AllowanceConfig,
}

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowanceConfig {
    /// Times at once.
    pub burst: NonZeroU32,
    /// Times a minute from then on.
    pub per_minute: NonZeroU32,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        let read = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        read.map_err(|_| {
            D::Error::custom(format!("trusted_proxies: {text:?} is no address and no network like 10.0.0.0/8"))
        })
    };
    texts.iter().map(network).collect()
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let times = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let allowance = |burst, per_minute| AllowanceConfig { burst: times(burst), per_minute: times(per_minute) };
        Self {
            trusted_proxies: Vec::new(),
            connections_max: 20_000,
            head_seconds: 20,
            stalled_seconds: 60,
            answers: allowance(300, 600),
            guesses: allowance(20, 6),
            tries: allowance(30, 6),
        }
    }
}

//! Settings of a running server: one file, overridden by the environment, overridden by flags; validated as a whole.
//!
//! `docs/plumbline.toml` is the reference: every key with its default and its meaning, held equal to [`Config`] by a
//! test. The room knows nothing of HTTP or storage. Start reading at [`Config`].

mod limits;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use validator::Validate;

pub use limits::{AllowanceConfig, LimitsConfig};

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Where responses are kept.
    pub database_url: String,
    /// The file of the keys; empty where the database has them.
    pub keys_file: PathBuf,
    /// The keys themselves, as the file has them; empty where they are elsewhere.
    pub keys: String,
    /// Hours that the province's clock is ahead of UTC.
    #[validate(range(min = -12, max = 14, message = "must be between -12 and 14 hours"))]
    pub utc_offset_hours: i32,
    /// For how many seconds an answer may lie where the database tells when it came.
    #[validate(range(min = 1, max = 3_600, message = "must be between 1 and 3600 seconds"))]
    pub settle_seconds: u16,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged: `error`, `warn`, `info`, `debug`, or directives like `plumbline=debug`.
    pub log_level: String,
    /// Whether phones may put the form aside for use without a network.
    pub offline: bool,
    /// The folder of languages beside those that are built in; empty for none.
    pub languages: PathBuf,
    /// Connections to the database.
    #[validate(nested)]
    pub pool: PoolConfig,
    /// How submissions wait for storage.
    #[validate(nested)]
    pub intake: IntakeConfig,
    /// How much clients may ask for.
    #[validate(nested)]
    pub limits: LimitsConfig,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct PoolConfig {
    /// Those that read, at most.
    #[validate(range(min = 1, max = 1_000, message = "must be between 1 and 1000"))]
    pub readers_max: u32,
    /// Those that write to PostgreSQL, at most.
    #[validate(range(min = 1, max = 1_000, message = "must be between 1 and 1000"))]
    pub writers_max: u32,
}

/// How submissions wait for storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeConfig {
    /// Submissions that may wait; one more is answered 503 with `Retry-After`.
    #[validate(range(min = 1, max = 1_000_000, message = "must be between 1 and 1000000"))]
    pub waiting_max: usize,
    /// Submissions that share one transaction; 1 commits each on its own.
    #[validate(range(min = 1, max = 10_000, message = "must be between 1 and 10000"))]
    pub group_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database_url: "sqlite://plumbline.db".to_owned(),
            keys_file: PathBuf::new(),
            keys: String::new(),
            utc_offset_hours: 7,
            settle_seconds: 30,
            log_format: LogFormat::Human,
            log_level: "info".to_owned(),
            offline: true,
            languages: PathBuf::new(),
            pool: PoolConfig::default(),
            intake: IntakeConfig::default(),
            limits: LimitsConfig::default(),
        }
    }
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self { readers_max: 8, writers_max: 4 }
    }
}

impl Default for IntakeConfig {
    fn default() -> Self {
        Self { waiting_max: 4_096, group_max: 1_024 }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file or variable does not read.
    #[error("the settings do not read: {0}; docs/plumbline.toml lists all keys")]
    Unreadable(#[from] ::config::ConfigError),
    /// A value is out of its range.
    #[error("the settings are not valid: {0}")]
    Invalid(#[from] validator::ValidationErrors),
}

impl Config {
    /// Reads `file` (or `plumbline.toml` here, if it is there), then `PLUMBLINE_…` variables of the environment.
    ///
    /// A key inside a table takes two underscores: `PLUMBLINE_INTAKE__GROUP_MAX`.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let source = match file {
            Some(path) => ::config::File::from(path).required(true),
            None => ::config::File::new("plumbline.toml", ::config::FileFormat::Toml).required(false),
        };
        let environment =
            ::config::Environment::with_prefix("PLUMBLINE").prefix_separator("_").separator("__").try_parsing(true);
        Self::from_sources(::config::Config::builder().add_source(source).add_source(environment).build()?)
    }

    fn from_sources(sources: ::config::Config) -> Result<Self, ConfigError> {
        let config: Self = sources.try_deserialize()?;
        config.validate()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_toml(text: &str) -> Result<Config, ConfigError> {
        let source = ::config::File::from_str(text, ::config::FileFormat::Toml);
        Config::from_sources(::config::Config::builder().add_source(source).build()?)
    }

    #[test]
    fn the_reference_file_states_every_key_with_its_default() {
        let reference = include_str!("../../docs/plumbline.toml");
        assert_eq!(from_toml(reference).unwrap(), Config::default());
        let stated: toml::Table = toml::from_str(reference).unwrap();
        assert_eq!(stated, toml::Table::try_from(Config::default()).unwrap());
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = from_toml("databse_url = \"sqlite://a.db\"").unwrap_err().to_string();
        assert!(error.contains("databse_url"), "{error}");
    }

    #[test]
    fn a_value_out_of_range_is_refused() {
        for text in [
            "utc_offset_hours = 15",
            "[intake]\ngroup_max = 0",
            "[intake]\nwaiting_max = 1000001",
            "[pool]\nreaders_max = 0",
            "[pool]\nwriters_max = 1001",
            "[limits]\nhead_seconds = 0",
        ] {
            assert!(matches!(from_toml(text), Err(ConfigError::Invalid(_))), "{text}");
        }
        for text in ["[limits.answers]\nburst = 0", "[limits]\ntrusted_proxies = [\"10.0.0.0/33\"]"] {
            assert!(matches!(from_toml(text), Err(ConfigError::Unreadable(_))), "{text}");
        }
        let proxies =
            from_toml("[limits]\ntrusted_proxies = [\"10.0.0.1\", \"2001:db8::/32\"]").unwrap().limits.trusted_proxies;
        assert_eq!(proxies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.1/32", "2001:db8::/32"]);
        assert!(from_toml("utc_offset_hours = 14\n[intake]\ngroup_max = 10000").is_ok());
    }
}

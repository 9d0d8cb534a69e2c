//! What a database URL may say beside the engine, the host and the name.
//!
//! sqlx ignores an option of PostgreSQL that it does not know: `?sslmod=require` would connect without TLS. So each is checked.

use super::StorageError;

/// Options of `sqlite://`, as sqlx names them.
const OF_SQLITE: &[&str] = &["cache", "immutable", "mode", "vfs"];
/// Options of `postgres://`, as sqlx names them, and our own.
const OF_POSTGRES: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    POOLER,
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];
/// Places that are no file: SQLite keeps what is written there as long as somebody is connected.
const IN_MEMORY: &[&str] = &["sqlite:", "sqlite://", "sqlite::memory:", "sqlite://:memory:"];
/// Says that a pooler stands before PostgreSQL, and in which mode.
const POOLER: &str = "pooler";
/// The one mode of a pooler that needs to be known.
const TRANSACTION: &str = "transaction";

/// An address that is understood as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The URL for sqlx.
    pub(super) url: String,
    /// Whether it is a file.
    pub(super) is_embedded: bool,
    /// Whether a pooler gives each transaction another connection to the server.
    pub(super) is_pooled: bool,
}

impl Address {
    /// Reads a URL.
    pub(super) fn read(url: &str) -> Result<Self, StorageError> {
        let is_embedded = url.starts_with("sqlite:");
        if !is_embedded && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(StorageError::UnknownEngine);
        }
        let allowed = if is_embedded { OF_SQLITE } else { OF_POSTGRES };
        let (place, options) = url.split_once('?').unwrap_or((url, ""));
        if is_embedded && IN_MEMORY.contains(&place) {
            return Err(StorageError::NoFileNamed);
        }
        let (mut kept, mut is_named, mut is_pooled) = (Vec::new(), false, false);
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            // A setting of the session is an option of the form options[NAME].
            let of_session = ["options[", "options%5B", "options%5b"].iter().any(|begin| name.starts_with(begin));
            if !allowed.contains(&name) && (is_embedded || !of_session) {
                return Err(StorageError::UnknownOption { option: name.to_owned(), allowed: allowed.join(", ") });
            }
            if is_embedded && (name, value) == ("mode", "memory") {
                return Err(StorageError::NoFileNamed);
            }
            is_named |= name == "application_name";
            match (name, value) {
                (POOLER, TRANSACTION) => is_pooled = true,
                (POOLER, _) => return Err(StorageError::UnknownPooler { mode: value.to_owned() }),
                _ => kept.push(option),
            }
        }
        if !is_embedded && !is_named {
            kept.push("application_name=plumbline");
        }
        let mark = if kept.is_empty() { "" } else { "?" };
        Ok(Self { url: format!("{place}{mark}{}", kept.join("&")), is_embedded, is_pooled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_told_who_connects_unless_the_url_says_something_else() {
        let cases = [
            ("postgres://a/b", "postgres://a/b?application_name=plumbline", false),
            ("postgres://a/b?sslmode=require", "postgres://a/b?sslmode=require&application_name=plumbline", false),
            ("postgres://a/b?application_name=x&pooler=transaction", "postgres://a/b?application_name=x", true),
            (
                "postgres://a:1,b:2/n?options[lock_timeout]=5s&pooler=transaction",
                "postgres://a:1,b:2/n?options[lock_timeout]=5s&application_name=plumbline",
                true,
            ),
            ("sqlite://a.db", "sqlite://a.db", false),
            ("sqlite://a.db?mode=rw", "sqlite://a.db?mode=rw", false),
        ];
        for (url, expected, is_pooled) in cases {
            let address = Address::read(url).unwrap();
            assert_eq!((address.url.as_str(), address.is_pooled), (expected, is_pooled), "{url}");
        }
    }

    #[test]
    fn an_address_in_memory_is_refused_because_nothing_would_be_kept() {
        for url in [
            "sqlite:",
            "sqlite://",
            "sqlite://?mode=rwc",
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite://a.db?mode=memory",
        ] {
            assert!(matches!(Address::read(url), Err(StorageError::NoFileNamed)), "{url}");
        }
        assert!(Address::read("sqlite://memory").is_ok(), "a file may be called so");
    }

    #[test]
    fn an_option_that_does_not_exist_is_refused_and_those_that_do_are_named() {
        for (url, option, named) in [
            ("postgres://a/b?sslmod=require", "sslmod", "sslmode"),
            ("postgres://a/b?sslmode=require&optionsx=1", "optionsx", "application_name"),
            ("sqlite://a.db?mod=rw", "mod", "mode"),
            ("sqlite://a.db?pooler=transaction", "pooler", "mode"),
        ] {
            let error = Address::read(url).unwrap_err();
            let StorageError::UnknownOption { option: found, allowed } = &error else { panic!("{error}") };
            assert_eq!(found, option);
            assert!(allowed.split(", ").any(|name| name == named), "{allowed}");
        }
        assert!(matches!(Address::read("postgres://a/b?pooler=session"), Err(StorageError::UnknownPooler { .. })));
        assert!(matches!(Address::read("mysql://a/b"), Err(StorageError::UnknownEngine)));
    }
}

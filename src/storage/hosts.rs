//! A database of several hosts, of which one takes writes: the primary and its standbys.
//!
//! `postgres://user@a:5432,b:5432/name` names them all, as libpq writes it. Connections are made to the host that takes writes
//! now. When it stops to, the others are asked, and connections are made to the one that was promoted. What was acknowledged is
//! there if the primary waited for a standby before each acknowledgement (`synchronous_standby_names = 'ANY 1 (…)'`).

use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, ConnectOptions, Connection, PgPool, Row};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};

use super::StorageError;
use super::address::Address;
use super::pool::{PoolSizes, behind_pooler, open_server};

/// The most hosts of a URL.
const HOSTS_MAX: usize = 16;
/// How often the primary is asked whether it is still one.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A host that does not answer by then is passed over.
const PATIENCE: Duration = Duration::from_secs(2);

/// One URL for each host of a URL; its only host if it names one.
fn each_host(url: &str) -> Result<Vec<String>, StorageError> {
    let (scheme, rest) = url.split_once("://").ok_or(StorageError::UnknownEngine)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if user.is_empty() { "" } else { "@" };
    let hosts: Vec<&str> = hosts.split(',').map(str::trim).collect();
    if hosts.len() > 1 && hosts.iter().any(|host| host.is_empty()) || hosts.len() > HOSTS_MAX {
        return Err(StorageError::Hosts { max: HOSTS_MAX });
    }
    Ok(hosts.into_iter().map(|host| format!("{scheme}://{user}{at}{host}{tail}")).collect())
}

/// The host that takes writes; the first if none does, so that the error is of that one.
async fn primary_of(hosts: &[PgConnectOptions]) -> usize {
    for (position, host) in hosts.iter().enumerate() {
        if takes_writes(host).await {
            return position;
        }
    }
    0
}

/// The pools of the host that takes writes, among those that an address names; they follow when another one is promoted.
pub(super) async fn open_primary(
    address: &Address,
    sizes: PoolSizes,
) -> Result<(DatabaseConnection, DatabaseConnection), StorageError> {
    let urls = each_host(&address.url)?;
    let hosts = urls.iter().map(|url| options(url, address.is_pooled)).collect::<Result<Vec<_>, _>>()?;
    let primary = if hosts.len() > 1 { primary_of(&hosts).await } else { 0 };
    let (writer, db) = open_server(&urls[primary], address.is_pooled, sizes).await?;
    if hosts.len() > 1 {
        let pools = [&writer, &db].map(|connection| connection.get_postgres_connection_pool().clone());
        tokio::spawn(follow_primary(hosts, pools));
    }
    Ok((writer, db))
}

/// Keeps the pools pointed at the host that takes writes, until they are closed.
async fn follow_primary(hosts: Vec<PgConnectOptions>, pools: [PgPool; 2]) {
    let mut current = pools[0].connect_options();
    while !pools.iter().all(PgPool::is_closed) {
        tokio::time::sleep(ASK_EVERY).await;
        if takes_writes(&current).await {
            continue;
        }
        for host in &hosts {
            if takes_writes(host).await {
                tracing::warn!(host = host.get_host(), port = host.get_port(), "the database has another primary now");
                for pool in &pools {
                    pool.set_connect_options(host.clone());
                }
                current = pools[0].connect_options();
                break;
            }
        }
    }
}

fn options(url: &str, is_pooled: bool) -> Result<PgConnectOptions, StorageError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StorageError::Unreachable(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))?
        .disable_statement_logging();
    Ok(if is_pooled { behind_pooler(options) } else { options })
}

/// Whether the host answers and is no standby.
async fn takes_writes(host: &PgConnectOptions) -> bool {
    let asking = async {
        let mut connection = PgConnection::connect_with(host).await?;
        // Not prepared, so that a pooler may stand between.
        let row = sqlx::raw_sql("SELECT pg_is_in_recovery()").fetch_one(&mut connection).await?;
        let is_standby: bool = row.try_get(0)?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(!is_standby)
    };
    matches!(tokio::time::timeout(PATIENCE, asking).await, Ok(Ok(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_several_hosts_is_one_for_each() {
        let cases = [
            ("postgres://a/b", vec!["postgres://a/b"]),
            ("postgres://u:p@a:1,b:2/n?x=1,2", vec!["postgres://u:p@a:1/n?x=1,2", "postgres://u:p@b:2/n?x=1,2"]),
            ("postgres://u@[::1]:5432,b/n", vec!["postgres://u@[::1]:5432/n", "postgres://u@b/n"]),
            ("postgres:///n?host=/run/postgresql", vec!["postgres:///n?host=/run/postgresql"]),
        ];
        for (url, expected) in cases {
            assert_eq!(each_host(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn a_host_without_a_name_and_too_many_are_refused() {
        let many = |count| format!("postgres://{}/n", vec!["a"; count].join(","));
        assert!(each_host(&many(HOSTS_MAX)).is_ok());
        for url in ["postgres://a,,b/n", "postgres://a,/n", &many(HOSTS_MAX + 1)] {
            assert!(matches!(each_host(url), Err(StorageError::Hosts { .. })), "{url}");
        }
    }
}

//! Pools of connections, and the settings of each connection.
//!
//! With `hosts.rs` the only file that knows sqlx, which sea-orm is built on: sea-orm has no hook for a connection that
//! is given back.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, Connection, Executor, PgConnection, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use super::StorageError;

/// How many connections there are at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSizes {
    /// Those that read.
    pub readers: u32,
    /// Those that write to a server: a group of submissions, folds, imports. To a file there is one.
    pub writers: u32,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self { readers: 8, writers: 4 }
    }
}

/// How long to wait for a connection: whoever waits delays others, and can come back later.
const ACQUIRE_PATIENCE: Duration = Duration::from_secs(5);
/// How many milliseconds SQLite waits for others.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// The same where nothing is lost by coming back later, and everybody else waits.
const GENTLE_TIMEOUT_MS: u32 = 50;

/// The file that a URL of an embedded store names. An invalid URL is refused when it is opened.
pub(super) fn path_in(url: &str) -> String {
    let read = SqliteConnectOptions::from_str(url);
    read.map_or_else(|_| url.to_owned(), |read| read.get_filename().display().to_string())
}

/// Opens one connection to an embedded store, which gives up early while others are working.
pub(super) async fn open_file_gently(url: &str) -> Result<DatabaseConnection, StorageError> {
    open(options(url, 1, GENTLE_TIMEOUT_MS)).await
}

/// Opens the two pools of an embedded store: the first writes, the second reads. `found_read_only` says that the connection that
/// writes found the file read-only; it is then not used again.
pub(super) async fn open_file(
    url: &str,
    found_read_only: Arc<AtomicBool>,
    sizes: PoolSizes,
) -> Result<(DatabaseConnection, DatabaseConnection), StorageError> {
    let mut writer = options(url, 1, BUSY_TIMEOUT_MS);
    writer.map_sqlx_sqlite_before_acquire(move |_, _| {
        let may_write = may_write(&found_read_only);
        Box::pin(async move { Ok(may_write) })
    });
    Ok((open(writer).await?, open(options(url, sizes.readers, BUSY_TIMEOUT_MS)).await?))
}

/// Opens the two pools of a server, as [`open_file`] does.
pub(super) async fn open_server(
    url: &str,
    is_pooled: bool,
    sizes: PoolSizes,
) -> Result<(DatabaseConnection, DatabaseConnection), StorageError> {
    let of_server = |connections| {
        let mut options = options(url, connections, BUSY_TIMEOUT_MS);
        options.map_sqlx_postgres_opts(move |options| if is_pooled { behind_pooler(options) } else { options });
        options
    };
    let mut writer = of_server(sizes.writers);
    if !is_pooled {
        writer.map_sqlx_postgres_pool_opts(|pool| {
            pool.after_connect(|connection, _| Box::pin(async { plan_anew(connection).await }))
        });
    }
    Ok((open(writer).await?, open(of_server(sizes.readers)).await?))
}

/// Has each statement planned for the table as it is now. A plan that was made when the table of responses was nearly empty walks
/// through all of it, and a prepared statement would keep that plan for as long as the field lasts. (Behind a pooler nothing is
/// prepared.) It is no option of the connection: a pooler that is not named would refuse it.
async fn plan_anew(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute("SET plan_cache_mode = force_custom_plan").await.map(|_| ())
}

/// Options for a connection to a pooler: it refuses a setting that it does not know, and a statement that was prepared once is not
/// there the next time.
pub(super) fn behind_pooler(options: PgConnectOptions) -> PgConnectOptions {
    options.extra_float_digits(None).statement_cache_capacity(0)
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, StorageError> {
    Database::connect(options).await.map_err(StorageError::Unreachable)
}

fn options(url: &str, connections: u32, busy_timeout_ms: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(ACQUIRE_PATIENCE)
        .sqlx_logging(false)
        // A connection that was used a moment ago is alive; one that was idle is asked first.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .map_sqlx_sqlite_pool_opts(|pool| {
            // While one connection of the process can write the index of the log, others that are opened then can, too. So
            // they are kept: one that is opened alone while the file is read-only would keep all others from writing.
            let pool = pool.idle_timeout(None).max_lifetime(None);
            pool.after_release(|connection, _| Box::pin(is_whole(connection)))
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", busy_timeout_ms.to_string())
                // What is deleted is overwritten, so that neither a spent code nor a sheaf as it was before an answer came to it
                // lingers in the file. Not `FAST`, which leaves pages as they are that are given up whole.
                .pragma("secure_delete", "ON")
                .pragma("cache_size", "-65536")
                // Pages in the log before they are moved to the file: 64 MB.
                .pragma("wal_autocheckpoint", "16384")
                .statement_cache_capacity(64)
        });
    options
}

/// Whether the writing connection may be used again: not after it found its file read-only.
///
/// A file that cannot be opened for writing SQLite opens for reading, and a connection that was opened so never writes, even
/// when the file has become writable. It is closed; the next one sees the file as it then is.
fn may_write(found_read_only: &AtomicBool) -> bool {
    !found_read_only.swap(false, Ordering::AcqRel)
}

/// Whether a connection may be used again: not while it counts itself in a transaction.
///
/// Where a commit fails (a full disk) SQLite may roll back by itself. The rollback that follows then fails, sqlx 0.9 goes on
/// counting the transaction, and makes the next one a part of it, whose commit would acknowledge what is never written. Such a
/// connection is closed; the pool opens another one.
async fn is_whole(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The rollback is waiting in the queue of the connection's thread; the ping comes after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

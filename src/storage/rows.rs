//! Rows as one parameter: a statement whose text is the same however many there are.
//!
//! A multi-row insert with parameters has a different text for each number of rows, which the engine parses again each time.
//! Here the rows are a JSON array of arrays, which both engines can unpack; so the text is prepared once a connection.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use serde::Serialize;

use super::StorageError;

/// Rows per statement to an embedded store.
const ROWS_EMBEDDED: usize = 2_000;
/// Rows per statement to a server: about 16 KiB. A longer message leaves in several TLS records, and because sqlx does not
/// set `TCP_NODELAY`, the last one then waits 40 ms for the acknowledgement of the others.
const ROWS_TO_SERVER: usize = 64;
/// Rows per statement to a server where there are [`MANY`]: the wait then costs less than so many short statements.
const ROWS_OF_MANY: usize = 10_000;
/// From this many rows on they come from a file, and not from people who wait.
const MANY: usize = 4_000;

/// How many of `rows` rows go into one statement.
pub(super) fn rows_per_statement(transaction: &DatabaseTransaction, rows: usize) -> usize {
    match transaction.get_database_backend() {
        DbBackend::Sqlite => ROWS_EMBEDDED,
        _ if rows >= MANY => ROWS_OF_MANY,
        _ => ROWS_TO_SERVER,
    }
}

/// The name of each column with its PostgreSQL type, in the order of the values in a row.
pub(super) type Columns = &'static [(&'static str, &'static str)];

/// A statement on `rows`. `text` writes it around "the columns FROM the rows", which comes after a `SELECT`.
pub(super) fn json_statement(
    backend: DbBackend,
    columns: Columns,
    rows: &[impl Serialize],
    text: impl FnOnce(&str) -> String,
) -> Result<Statement, StorageError> {
    let rows = serde_json::to_string(rows).map_err(|error| StorageError::damaged("response", error))?;
    Ok(Statement::from_sql_and_values(backend, text(&select(backend, columns)), [rows.into()]))
}

fn select(backend: DbBackend, columns: Columns) -> String {
    let mut select = String::new();
    for (position, (name, kind)) in columns.iter().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        let value = match (backend, *kind) {
            (DbBackend::Sqlite, "uuid") => format!("unhex(value->>{position}, '-')"),
            (DbBackend::Sqlite, _) => format!("value->>{position}"),
            _ => format!("(value->>{position})::{kind}"),
        };
        write!(select, "{comma}{value} AS {name}").expect("writing to a string does not fail");
    }
    select.push_str(match backend {
        DbBackend::Sqlite => " FROM jsonb_each(?)",
        _ => " FROM jsonb_array_elements($1::jsonb) AS rows(value)",
    });
    select
}

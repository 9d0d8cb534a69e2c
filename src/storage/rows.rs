//! Many rows in one statement, whose text is the same however many there are.
//!
//! A multi-row insert with a parameter a value has a different text for each number of rows, which the engine parses again each
//! time. Here PostgreSQL gets an array a column, which it unpacks in a fifth of the time that the same rows take as JSON; SQLite,
//! which has no arrays, gets one JSON array of arrays. So the text is prepared once a connection.

use std::fmt::Write as _;

use sea_orm::sea_query::ArrayType;
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, DbBackend, Statement, Value};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::StorageError;

/// Rows per statement to an embedded store.
const ROWS_EMBEDDED: usize = 2_000;
/// Rows per statement to a server: about 16 KiB. A longer message leaves in several TLS records, and because sqlx does not
/// set `TCP_NODELAY`, the last one then waits 40 ms for the acknowledgement of the others.
const ROWS_TO_SERVER: usize = 64;
/// Rows per statement to a server where there are [`MANY`]: the wait then costs less than so many short statements.
const ROWS_OF_MANY: usize = 30_000;
/// From this many rows on they come from a file, and not from people who wait.
const MANY: usize = 4_000;

/// How many of `rows` rows go into one statement.
pub(super) fn rows_per_statement(backend: DbBackend, rows: usize) -> usize {
    match backend {
        DbBackend::Sqlite => ROWS_EMBEDDED,
        _ if rows >= MANY => ROWS_OF_MANY,
        _ => ROWS_TO_SERVER,
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number of 32 bits.
    Integer,
    /// A number of 64 bits.
    Bigint,
    /// Sixteen bytes.
    Uuid,
    /// A text.
    Text,
    /// A day.
    Date,
    /// Bytes.
    Bytes,
}

impl Kind {
    /// PostgreSQL's name of the type.
    fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Date => "date",
            Self::Bytes => "bytea",
        }
    }

    fn array(self) -> ArrayType {
        match self {
            Self::Integer => ArrayType::Int,
            Self::Bigint => ArrayType::BigInt,
            Self::Uuid => ArrayType::Uuid,
            Self::Text => ArrayType::String,
            Self::Date => ArrayType::ChronoDate,
            Self::Bytes => ArrayType::Bytes,
        }
    }
}

/// The name of each column with what it holds, in the order of the values in a row.
pub(super) type Columns<const N: usize> = [(&'static str, Kind); N];

/// The names of the columns with commas between them.
pub(super) fn names<const N: usize>(columns: &Columns<N>) -> String {
    columns.map(|(name, _)| name).join(", ")
}

/// A statement on `rows`. `text` writes it around "the columns FROM the rows", which comes after a `SELECT`.
pub(super) fn rows_statement<const N: usize>(
    backend: DbBackend,
    columns: &Columns<N>,
    rows: impl IntoIterator<Item = [Value; N]>,
    text: impl FnOnce(&str) -> String,
) -> Result<Statement, StorageError> {
    let text = text(&select(backend, columns));
    let values = if backend == DbBackend::Sqlite { vec![to_json(rows)?.into()] } else { to_arrays(columns, rows) };
    Ok(Statement::from_sql_and_values(backend, text, values))
}

fn to_arrays<const N: usize>(columns: &Columns<N>, rows: impl IntoIterator<Item = [Value; N]>) -> Vec<Value> {
    let rows = rows.into_iter();
    let mut arrays: [Vec<Value>; N] = std::array::from_fn(|_| Vec::with_capacity(rows.size_hint().0));
    for row in rows {
        for (array, value) in arrays.iter_mut().zip(row) {
            array.push(value);
        }
    }
    let array = |((_, kind), values): (&(_, Kind), _)| Value::Array(kind.array(), Some(Box::new(values)));
    columns.iter().zip(arrays).map(array).collect()
}

fn to_json<const N: usize>(rows: impl IntoIterator<Item = [Value; N]>) -> Result<String, StorageError> {
    let mut json = String::from("[");
    for (position, row) in rows.into_iter().enumerate() {
        let row: Vec<Json> = row.into_iter().map(Json).collect();
        let row = serde_json::to_string(&row).map_err(|error| StorageError::damaged("a row", error))?;
        json.push_str(if position > 0 { "," } else { "" });
        json.push_str(&row);
    }
    json.push(']');
    Ok(json)
}

/// A value as SQLite finds it in JSON.
struct Json(Value);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Int(number) => number.serialize(serializer),
            Value::BigInt(number) => number.serialize(serializer),
            Value::String(text) => text.serialize(serializer),
            Value::Uuid(bytes) => bytes.serialize(serializer),
            Value::ChronoDate(day) => day.serialize(serializer),
            Value::Bytes(Some(bytes)) => hex(bytes).serialize(serializer),
            other => Err(serde::ser::Error::custom(format_args!("{other:?} is no value of a row"))),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn select(backend: DbBackend, columns: &[(&'static str, Kind)]) -> String {
    let (mut select, mut arrays, mut names) = (String::new(), String::new(), String::new());
    for (position, (name, kind)) in columns.iter().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        let value = match (backend, kind) {
            (DbBackend::Sqlite, Kind::Uuid) => format!("unhex(value->>{position}, '-')"),
            (DbBackend::Sqlite, Kind::Bytes) => format!("unhex(value->>{position})"),
            (DbBackend::Sqlite, _) => format!("value->>{position}"),
            _ => (*name).to_owned(),
        };
        let written = write!(select, "{comma}{value} AS {name}")
            .and_then(|()| write!(arrays, "{comma}${}::{}[]", position + 1, kind.name()))
            .and_then(|()| write!(names, "{comma}{name}"));
        written.expect("writing to a string does not fail");
    }
    match backend {
        DbBackend::Sqlite => format!("{select} FROM jsonb_each(?)"),
        _ => format!("{select} FROM unnest({arrays}) AS rows({names})"),
    }
}

/// A statement that looks rows up. `text` writes it around "= any of `keys`", which comes after a column. Not as a join with the
/// keys: both engines then at times prefer a walk through the table, and a distributed one refuses more of them.
pub(super) fn keys_statement(
    backend: DbBackend,
    keys: &[Uuid],
    text: impl FnOnce(&str) -> String,
) -> Result<Statement, StorageError> {
    let keys = keys.iter().map(|key| Value::from(*key));
    Ok(if backend == DbBackend::Sqlite {
        let any = "IN (SELECT unhex(value->>0, '-') FROM jsonb_each(?))";
        Statement::from_sql_and_values(backend, text(any), [to_json(keys.map(|key| [key]))?.into()])
    } else {
        let keys = Value::Array(ArrayType::Uuid, Some(Box::new(keys.collect())));
        Statement::from_sql_and_values(backend, text("= ANY($1::uuid[])"), [keys])
    })
}

/// That a column has one of these values.
pub(super) fn is_one_of<V: Into<Value>>(
    backend: DbBackend,
    column: impl ColumnTrait,
    kind: Kind,
    values: impl IntoIterator<Item = V>,
) -> SimpleExpr {
    let values = values.into_iter().map(Into::into);
    if backend == DbBackend::Sqlite {
        return column.is_in(values);
    }
    let array = Value::Array(kind.array(), Some(Box::new(values.collect())));
    Expr::col((column.entity_name(), column)).eq(PgFunc::any(Expr::val(array)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns<3> = [("a", Kind::Integer), ("b", Kind::Text), ("c", Kind::Bytes)];

    fn statement(backend: DbBackend, rows: Vec<[Value; 3]>) -> Result<Statement, StorageError> {
        rows_statement(backend, &COLUMNS, rows, |selected| format!("SELECT {selected}"))
    }

    fn values(statement: Statement) -> Vec<Value> {
        statement.values.unwrap().0
    }

    #[test]
    fn from_four_thousand_rows_on_a_server_gets_them_in_long_statements() {
        for (rows, to_server) in [(0, 64), (3_999, 64), (4_000, 30_000), (usize::MAX, 30_000)] {
            assert_eq!(rows_per_statement(DbBackend::Postgres, rows), to_server, "{rows}");
            assert_eq!(rows_per_statement(DbBackend::Sqlite, rows), 2_000, "{rows}");
        }
    }

    #[test]
    fn the_text_is_the_same_for_no_row_and_for_many() {
        let row = || [1.into(), "x".into(), vec![0_u8, 255].into()];
        for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
            let text = |count: usize| statement(backend, (0..count).map(|_| row()).collect()).unwrap().sql;
            assert_eq!(text(0), text(3), "{backend:?}");
        }
        assert_eq!(values(statement(DbBackend::Sqlite, Vec::new()).unwrap()), ["[]".into()]);
    }

    #[test]
    fn a_value_that_no_column_holds_is_an_error_and_no_row() {
        let rows = vec![[Value::Double(Some(0.5)), "x".into(), vec![0_u8].into()]];
        let refused = statement(DbBackend::Sqlite, rows).unwrap_err().to_string();
        assert!(refused.contains("is no value of a row"), "{refused}");
    }
}

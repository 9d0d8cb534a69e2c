//! What a store keeps of responses, read as somebody does who has a copy of it.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::TestDatabase;

/// A response, be it settled or not.
#[derive(Debug, Clone)]
pub(crate) struct KeptLine {
    pub(crate) unit: i64,
    /// The number of the transaction that wrote it, where the engine keeps one.
    pub(crate) transaction: String,
    fields: Vec<String>,
}

macro_rules! fields {
    ($($number:literal $name:ident),+ $(,)?) => {
        impl KeptLine {
            $(pub(crate) fn $name(&self) -> &str {
                &self.fields[$number]
            })+
        }
    };
}

fields! { 0 key, 1 stratum, 2 psu, 3 weight, 4 mode, 5 source, 6 collector, 9 minutes, 10 answers, 11 respondent }

/// The responses of a table, in the order in which the engine has them.
pub(crate) async fn lines_of(database: &TestDatabase, table: &str) -> Vec<KeptLine> {
    let connection = database.connect().await;
    let (transaction, order) = match connection.get_database_backend() {
        DbBackend::Postgres => ("CAST(xmin AS TEXT)", "ORDER BY ctid"),
        _ => ("''", ""),
    };
    let query = format!("SELECT unit_id, {transaction}, entries FROM {table} {order}");
    let rows =
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), query)).await.unwrap();
    let mut lines = Vec::new();
    for row in rows {
        let (unit, transaction, entries): (i64, String, String) = row.try_get_many_by_index().unwrap();
        let entries = entries.strip_prefix("1~").unwrap();
        let fields = |line: &str| line.split('\t').map(str::to_owned).collect();
        let kept = |line| KeptLine { unit, transaction: transaction.clone(), fields: fields(line) };
        lines.extend(entries.lines().map(kept));
    }
    assert!(lines.iter().all(|line| line.fields.len() == 12), "{lines:?}");
    lines
}

/// All responses, by their keys.
pub(crate) async fn kept(database: &TestDatabase) -> Vec<KeptLine> {
    let mut lines = lines_of(database, "sheaf").await;
    lines.extend(lines_of(database, "inbox").await);
    lines.sort_by(|a, b| a.key().cmp(b.key()));
    lines
}

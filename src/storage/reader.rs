//! Reading: a pool of connections that refuses whatever would write.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use super::StorageError;

/// Connections that read. Writing has one way, [`Work`](super::writer::Work), and this is not it.
#[derive(Debug, Clone)]
pub(super) struct Reader(DatabaseConnection);

/// What a reader is told who would write: a fault of the program.
fn refused(statement: &str) -> DbErr {
    DbErr::Custom(format!("a reader would write: {statement}"))
}

/// Whether a statement only reads. `WITH` may write on PostgreSQL, and is not needed.
fn only_reads(statement: &str) -> bool {
    let first = statement.split_whitespace().next().unwrap_or_default();
    first.eq_ignore_ascii_case("SELECT")
}

impl Reader {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        Self(connection)
    }

    /// What is committed now, unmoved by what is committed while it is read.
    pub(super) async fn snapshot(&self) -> Result<DatabaseTransaction, StorageError> {
        let is_embedded = self.get_database_backend() == DbBackend::Sqlite;
        let options = TransactionOptions {
            // On SQLite a transaction that only reads sees one state of the file.
            isolation_level: Some(IsolationLevel::RepeatableRead).filter(|_| !is_embedded),
            access_mode: Some(AccessMode::ReadOnly).filter(|_| !is_embedded),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
        };
        Ok(self.0.begin_with_options(options).await?)
    }

    pub(super) async fn ping(&self) -> Result<(), StorageError> {
        Ok(self.0.ping().await?)
    }

    pub(super) async fn close(self) -> Result<(), StorageError> {
        Ok(self.0.close().await?)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        Err(refused(&statement.sql))
    }

    async fn execute_unprepared(&self, statement: &str) -> Result<ExecResult, DbErr> {
        Err(refused(statement))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if only_reads(&statement.sql) { self.0.query_one_raw(statement).await } else { Err(refused(&statement.sql)) }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if only_reads(&statement.sql) { self.0.query_all_raw(statement).await } else { Err(refused(&statement.sql)) }
    }
}

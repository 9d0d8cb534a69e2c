//! Reading: a pool of connections that refuses whatever would write.

use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::StorageError;
use super::connections::Connections;

/// Connections that read. Writing has one way, [`Work`](super::writer::Work), and this is not it.
#[derive(Debug, Clone)]
pub(super) struct Reader(Connections);

/// What a reader is told who would write: a fault of the program.
fn refused(statement: &str) -> DbErr {
    DbErr::Custom(format!("a reader would write: {statement}"))
}

/// Whether a statement only reads. `WITH` may write on PostgreSQL, and is not needed.
fn only_reads(statement: &str) -> bool {
    let first = statement.split_whitespace().next().unwrap_or_default();
    first.eq_ignore_ascii_case("SELECT") || statement.starts_with("PRAGMA integrity_check")
}

impl Reader {
    pub(super) fn new(connections: Connections) -> Self {
        Self(connections)
    }

    /// What is committed now, unmoved by what is committed while it is read.
    pub(super) async fn snapshot(&self) -> Result<DatabaseTransaction, StorageError> {
        Ok(self.0.begin_snapshot().await?)
    }

    /// Writes what an embedded store keeps now to another file.
    pub(super) async fn write_copy(&self, file: &str) -> Result<(), StorageError> {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [file.into()]);
        self.0.execute_raw(statement).await?;
        Ok(())
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

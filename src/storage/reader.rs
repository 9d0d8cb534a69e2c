//! Reading: a pool of connections that refuses whatever would write.

use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};

use super::StorageError;
use super::connections::Connections;
use super::file::EmbeddedFile;

/// Connections that read. Writing has one way, [`Work`](super::writer::Work), and this is not it.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    connections: Connections,
    /// The file of an embedded store.
    file: Option<EmbeddedFile>,
}

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
    pub(super) fn new(connections: Connections, file: Option<EmbeddedFile>) -> Self {
        Self { connections, file }
    }

    /// An error says that the file was removed or replaced where it was: a connection that is opened then finds no file.
    fn explained<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        result.map_err(|error| match self.file.as_ref().map(EmbeddedFile::check_in_place) {
            Some(Err(moved)) => DbErr::Conn(RuntimeErr::Internal(moved.to_string())),
            _ => error,
        })
    }

    /// What is committed now, unmoved by what is committed while it is read.
    pub(super) async fn snapshot(&self) -> Result<DatabaseTransaction, StorageError> {
        Ok(self.explained(self.connections.begin_snapshot().await)?)
    }

    /// Writes what an embedded store keeps now to another file.
    pub(super) async fn write_copy(&self, file: &str) -> Result<(), StorageError> {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [file.into()]);
        self.connections.execute_raw(statement).await?;
        Ok(())
    }

    pub(super) async fn ping(&self) -> Result<(), StorageError> {
        Ok(self.connections.ping().await?)
    }

    pub(super) async fn close(self) -> Result<(), StorageError> {
        Ok(self.connections.close().await?)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        Err(refused(&statement.sql))
    }

    async fn execute_unprepared(&self, statement: &str) -> Result<ExecResult, DbErr> {
        Err(refused(statement))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if !only_reads(&statement.sql) {
            return Err(refused(&statement.sql));
        }
        self.explained(self.connections.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !only_reads(&statement.sql) {
            return Err(refused(&statement.sql));
        }
        self.explained(self.connections.query_all_raw(statement).await)
    }
}

//! The one way to write.
//!
//! The connection that writes is private to this file, and [`Reader`](super::reader::Reader) refuses every statement that
//! would write. So whatever is written is a [`Work`]: checked to go into the file that was opened, tried again when the engine
//! asks for it, and committed as a whole.

use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel, SqliteTransactionMode,
    StatementBuilder, TransactionOptions,
};

use super::StorageError;
use super::connections::Connections;
use super::entities::setting;
use super::file::EmbeddedFile;
use super::reader::Reader;

/// How often a transaction is tried before its error is reported.
pub(super) const TRIES_MAX: u32 = 6;

/// What is done in one transaction; it may be done again from the start. A trait and not a closure, because the compiler
/// cannot prove that the future of an `AsyncFn` is `Send`.
pub(super) trait Work: Sync {
    /// What comes out of it.
    type Output: Send;

    /// How far it is kept from what others commit in the meantime; as far as the engine does by itself, unless it says so.
    fn isolation(&self) -> Option<IsolationLevel> {
        None
    }

    /// Does it.
    fn run(&self, transaction: &DatabaseTransaction)
    -> impl Future<Output = Result<Self::Output, StorageError>> + Send;
}

/// Waits before work is tried once more, longer each time.
pub(super) async fn pause_after(tries: u32) {
    tokio::time::sleep(Duration::from_millis(5 << tries)).await;
}

/// One statement.
struct Execute<'a, S>(&'a S);

impl<S: StatementBuilder + Sync> Work for Execute<'_, S> {
    type Output = u64;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, StorageError> {
        Ok(transaction.execute(self.0).await?.rows_affected())
    }
}

/// Writes what is there already.
struct Touch;

impl Work for Touch {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        setting::Entity::update_many()
            .col_expr(setting::Column::Value, Expr::col(setting::Column::Value))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

/// Where transactions that write run, so that no crowd of readers keeps them waiting for a connection. SQLite takes one writer at
/// a time: one connection queues them fairly and keeps its pages in memory, which several would have to read anew after each
/// other's commits.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    connections: Connections,
    /// The file of an embedded store.
    file: Option<EmbeddedFile>,
}

impl Writer {
    pub(super) fn new(connections: Connections, file: Option<EmbeddedFile>) -> Self {
        Self { connections, file }
    }

    /// The connections that write, for what is looked up before a transaction: those of SQLite then keep its pages in memory.
    pub(super) fn before(&self) -> Reader {
        Reader::new(self.connections.clone(), self.file.clone())
    }

    /// The file of an embedded store.
    pub(super) fn file(&self) -> Option<&EmbeddedFile> {
        self.file.as_ref()
    }

    /// Does `work` in one transaction and commits it. A busy file or a lost race is tried again after a pause.
    pub(super) async fn transaction<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        let mut tries = 1;
        loop {
            match self.once(work).await {
                Err(error) if error.is_transient() && tries < TRIES_MAX => {
                    pause_after(tries).await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Does one statement as a transaction of its own. Returns how many rows it wrote.
    pub(super) async fn execute(&self, statement: &impl StatementBuilder) -> Result<u64, StorageError> {
        self.transaction(&Execute(statement)).await
    }

    /// Commits a change that changes nothing, so that it is known whether something can be committed.
    pub(super) async fn try_to_commit(&self) -> Result<(), StorageError> {
        self.once(&Touch).await
    }

    /// Does `work` in one transaction and commits it, or reports what is in the way.
    ///
    /// On SQLite the transaction takes the write lock at its start, so that nothing it has read can change under it.
    pub(super) async fn once<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        self.explained(self.commit(work).await)
    }

    async fn commit<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        self.check_in_place()?;
        let transaction = self.begin(work.isolation()).await?;
        let output = work.run(&transaction).await?;
        transaction.commit().await?;
        // Again: nothing is acknowledged that went into a file which was taken away in the meantime.
        self.check_in_place()?;
        Ok(output)
    }

    async fn begin(&self, isolation: Option<IsolationLevel>) -> Result<DatabaseTransaction, StorageError> {
        let options = TransactionOptions {
            // On SQLite whoever writes is alone.
            isolation_level: isolation.filter(|_| !self.is_embedded()),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.connections.begin_with_options(options).await?)
    }

    /// What a server does for its own upkeep, which takes no transaction: `ANALYZE`, `VACUUM`. SQLite is asked for nothing.
    pub(super) async fn tidy_up(&self, statement: &str) -> Result<(), StorageError> {
        if !self.is_embedded() {
            self.connections.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    /// Takes the steps of the schema that are missing.
    pub(super) async fn migrate(&self) -> Result<(), StorageError> {
        self.check_in_place()?;
        self.explained(self.take_steps().await)?;
        self.check_in_place()
    }

    async fn take_steps(&self) -> Result<(), StorageError> {
        if let Some(connection) = self.connections.direct() {
            return Ok(Migrator::up(connection, None).await?);
        }
        let transaction = self.begin(None).await?;
        Migrator::up(&transaction, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Whether an embedded store's file can be written.
    pub(super) async fn try_to_write(&self) -> Result<(), StorageError> {
        if self.is_embedded() { self.explained(self.write_nothing().await) } else { Ok(()) }
    }

    async fn write_nothing(&self) -> Result<(), StorageError> {
        let transaction = self.begin(None).await?;
        // To begin is not enough: on a read-only file SQLite begins a transaction that reads.
        transaction.execute_unprepared("PRAGMA user_version = 0").await?;
        Ok(transaction.rollback().await?)
    }

    fn is_embedded(&self) -> bool {
        self.connections.get_database_backend() == DbBackend::Sqlite
    }

    fn explained<T>(&self, result: Result<T, StorageError>) -> Result<T, StorageError> {
        result.map_err(|error| match &self.file {
            Some(file) => file.explain(error),
            None => error,
        })
    }

    /// Fails where an embedded store's file was removed or replaced.
    pub(super) fn check_in_place(&self) -> Result<(), StorageError> {
        self.file.as_ref().map_or(Ok(()), EmbeddedFile::check_in_place)
    }

    pub(super) async fn close(self) -> Result<(), StorageError> {
        Ok(self.connections.close().await?)
    }
}

//! The one way to write: a transaction that is tried again when the engine asks for it.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, IsolationLevel, SqliteTransactionMode, TransactionOptions,
};

use super::entities::setting;
use super::file::EmbeddedFile;
use super::{StorageError, Store};

/// How often a transaction is tried before its error is reported.
const TRIES_MAX: u32 = 6;

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

impl Store {
    /// Does `work` in one transaction and commits it. A busy file or a lost race is tried again after a pause.
    ///
    /// On SQLite the transaction takes the write lock at its start, so that nothing it has read can change under it.
    pub(super) async fn transaction<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        let mut tries = 1;
        loop {
            match self.transaction_once(work).await {
                Err(error) if error.is_transient() && tries < TRIES_MAX => {
                    tokio::time::sleep(Duration::from_millis(5 << tries)).await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Does `work` in one transaction and commits it, or reports what is in the way.
    pub(super) async fn transaction_once<W: Work>(&self, work: &W) -> Result<W::Output, StorageError> {
        self.explained(self.commit(work).await)
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

    fn explained<T>(&self, result: Result<T, StorageError>) -> Result<T, StorageError> {
        result.map_err(|error| match &self.file {
            Some(file) => file.explain(error),
            None => error,
        })
    }

    /// Whether something can be committed, and is not only said to be.
    pub async fn try_to_commit(&self) -> Result<(), StorageError> {
        self.transaction_once(&Touch).await
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

    /// Fails where an embedded store's file was removed or replaced.
    pub(super) fn check_in_place(&self) -> Result<(), StorageError> {
        self.file.as_ref().map_or(Ok(()), EmbeddedFile::check_in_place)
    }

    async fn begin(&self, isolation: Option<IsolationLevel>) -> Result<DatabaseTransaction, StorageError> {
        let options = TransactionOptions {
            // On SQLite whoever writes is alone.
            isolation_level: isolation.filter(|_| !self.is_embedded()),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }
}

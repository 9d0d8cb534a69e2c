//! A pool of connections that may lie behind a pooler of its own.
//!
//! A pooler in transaction mode (pgbouncer) gives each transaction whichever connection to the server is free. sqlx prepares every
//! statement under a name that counts from 1 on each of its connections, and sends it in one step and its values in the next. So
//! names that another client left there are in the way, and without a transaction the two steps may reach two servers. Here each
//! statement then has a transaction, which begins with forgetting what others prepared.

use sea_orm::prelude::async_trait;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, Statement, TransactionOptions, TransactionTrait,
};

/// Connections of one purpose.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    pool: DatabaseConnection,
    is_pooled: bool,
}

impl Connections {
    /// `is_pooled`: a pooler gives each transaction another connection to the server.
    pub(super) fn new(pool: DatabaseConnection, is_pooled: bool) -> Self {
        Self { pool, is_pooled }
    }

    /// Begins a transaction.
    pub(super) async fn begin_with_options(&self, options: TransactionOptions) -> Result<DatabaseTransaction, DbErr> {
        if !self.is_pooled {
            return self.pool.begin_with_options(options).await;
        }
        let transaction = self.pool.begin().await?;
        // Without values a statement is sent in one step, and needs no name.
        if let Some(level) = options.isolation_level {
            transaction.execute_unprepared(&format!("SET TRANSACTION ISOLATION LEVEL {level}")).await?;
        }
        if let Some(mode) = options.access_mode {
            transaction.execute_unprepared(&format!("SET TRANSACTION {mode}")).await?;
        }
        transaction.execute_unprepared("DEALLOCATE ALL").await?;
        Ok(transaction)
    }

    /// Begins a transaction that sees one state of the database.
    pub(super) async fn begin_snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.get_database_backend() {
            // A transaction that only reads sees one state of the file.
            DbBackend::Sqlite => TransactionOptions::default(),
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        self.begin_with_options(options).await
    }

    /// The pool itself, for whoever begins its own transactions; nothing where they would not do.
    pub(super) fn direct(&self) -> Option<&DatabaseConnection> {
        (!self.is_pooled).then_some(&self.pool)
    }

    /// Whether a connection answers.
    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.pool.ping().await
    }

    /// Closes all connections after their work.
    pub(super) async fn close(self) -> Result<(), DbErr> {
        self.pool.close().await
    }

    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.begin_with_options(TransactionOptions::default()).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Connections {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        if !self.is_pooled {
            return self.pool.execute_raw(statement).await;
        }
        let transaction = self.begin().await?;
        let done = transaction.execute_raw(statement).await?;
        transaction.commit().await?;
        Ok(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if !self.is_pooled {
            return self.pool.query_one_raw(statement).await;
        }
        let transaction = self.begin().await?;
        let row = transaction.query_one_raw(statement).await?;
        transaction.commit().await?;
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !self.is_pooled {
            return self.pool.query_all_raw(statement).await;
        }
        let transaction = self.begin().await?;
        let rows = transaction.query_all_raw(statement).await?;
        transaction.commit().await?;
        Ok(rows)
    }
}

//! What tells in the engine's files which code was spent with which answers, and when answers came; and getting rid of it.
//!
//! PostgreSQL keeps a deleted or changed row, with the number of the transaction, until the table is vacuumed: a spent code, a batch
//! that was settled, a sheaf or a sum as it was before. SQLite writes all of it into the pages of its log in the order of the transactions, until
//! the log is emptied. `docs/PRIVACY.md` says what is left for whoever records more than that.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TryGetable};

use super::parts::sum_over_parts;
use super::{StorageError, Store};

/// The tables in which rows are deleted or changed that were written with an answer.
const TRACES: [&str; 5] = ["invitation", "inbox", "sheaf", "tally", "product"];

impl Store {
    /// Makes the engine forget which codes were spent with which answers, and when those came that are settled. Returns whether
    /// nothing is left; else it is to be asked again: SQLite cannot while somebody reads, nor PostgreSQL while a snapshot from
    /// before is in use.
    pub async fn forget_traces(&self) -> Result<bool, StorageError> {
        match self.writer.file() {
            Some(file) => {
                file.check_in_place()?;
                empty_the_log(file.open_gently().await?).await
            }
            None => self.vacuum().await,
        }
    }

    async fn vacuum(&self) -> Result<bool, StorageError> {
        let mut left = 0;
        for table in TRACES {
            // Whoever may not vacuum a table is not told so by an error.
            let owns = format!("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = '{table}'::regclass");
            if !ask::<bool>(&self.reader, &owns).await? {
                return Err(StorageError::NotOwner { table });
            }
            // A statement of its own: there is no vacuum inside a transaction. Indexes are cleaned however little there is to clean,
            // and no lock is waited for that would be needed to make the file shorter.
            self.writer.tidy_up(&format!("VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) {table}")).await?;
            let dead = |table: &str| format!("SELECT pg_stat_get_dead_tuples('{table}'::regclass)");
            left += sum_over_parts(&self.reader, table, dead).await?;
        }
        Ok(left == 0)
    }
}

async fn empty_the_log(connection: DatabaseConnection) -> Result<bool, StorageError> {
    let busy: i32 = ask(&connection, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
    connection.close().await?;
    Ok(busy == 0)
}

/// The one value that a query gives.
async fn ask<T: TryGetable>(db: &impl ConnectionTrait, query: &str) -> Result<T, StorageError> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    let row = row.ok_or_else(|| StorageError::damaged("the schema", "a table is gone"))?;
    Ok(row.try_get_by_index(0)?)
}

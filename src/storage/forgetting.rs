//! What a spent code leaves behind in the engine, and getting rid of it.
//!
//! PostgreSQL keeps a deleted row, with the number of the transaction that deleted it, until the table is vacuumed; the
//! answer that the transaction kept has the same number. SQLite writes both into the pages of its log in the order of the
//! transactions, until the log is emptied. `docs/ARCHITECTURE.md` says what is left for whoever records more than that.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TryGetable};

use super::parts::sum_over_parts;
use super::{StorageError, Store};

impl Store {
    /// Makes the engine forget which codes were spent with which answers. Returns whether nothing is left; else it is to be
    /// asked again: SQLite cannot while somebody reads, nor PostgreSQL while a snapshot from before is in use.
    pub async fn forget_spent_codes(&self) -> Result<bool, StorageError> {
        match self.writer.file() {
            Some(file) => {
                file.check_in_place()?;
                empty_the_log(file.open_gently().await?).await
            }
            None => self.vacuum().await,
        }
    }

    async fn vacuum(&self) -> Result<bool, StorageError> {
        // Whoever may not vacuum a table is not told so by an error.
        let owns = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'invitation'::regclass";
        if !ask::<bool>(&self.reader, owns).await? {
            return Err(StorageError::NotOwner { table: "invitation" });
        }
        // A statement of its own: there is no vacuum inside a transaction. Indexes are cleaned however little there is to clean,
        // and no lock is waited for that would be needed to make the file shorter.
        self.writer.tidy_up("VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) invitation").await?;
        let dead = |table: &str| format!("SELECT pg_stat_get_dead_tuples('{table}'::regclass)");
        let left = sum_over_parts(&self.reader, "invitation", dead).await?;
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
    let row = row.ok_or_else(|| StorageError::damaged("invitation", "the table is gone"))?;
    Ok(row.try_get_by_index(0)?)
}

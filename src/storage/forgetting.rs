//! What a spent code leaves behind in the engine, and getting rid of it.
//!
//! PostgreSQL keeps a deleted row, with the number of the transaction that deleted it, until the table is vacuumed; the
//! answer that the transaction kept has the same number. SQLite writes both into the pages of its log in the order of the
//! transactions, until the log is emptied. `docs/ARCHITECTURE.md` says what is left for whoever records more than that.

use sea_orm::{ConnectionTrait, Statement};

use super::{StorageError, Store, open_file_gently};

impl Store {
    /// Makes the engine forget which codes were spent with which answers. Returns whether it could: SQLite cannot while
    /// somebody reads, and is to be asked again.
    pub async fn forget_spent_codes(&self) -> Result<bool, StorageError> {
        let Some(url) = &self.file else {
            // A statement of its own: there is no vacuum inside a transaction. Indexes are cleaned however little there is
            // to clean, and no lock is waited for that would be needed to make the file shorter.
            self.db.execute_unprepared("VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) invitation").await?;
            return Ok(true);
        };
        let connection = open_file_gently(url).await?;
        let empty_the_log =
            Statement::from_string(connection.get_database_backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = connection.query_one_raw(empty_the_log).await?;
        let busy: i32 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        connection.close().await?;
        Ok(busy == 0)
    }
}

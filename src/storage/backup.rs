//! A copy of an embedded store as one file.

use std::path::Path;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{StorageError, Store};

impl Store {
    /// The address of an embedded store in this file.
    #[must_use]
    pub fn address_of(file: &Path) -> String {
        // What an address would read as something else.
        let path = file.display().to_string().replace('%', "%25").replace('?', "%3F");
        format!("sqlite://{path}")
    }

    /// Writes what an embedded store keeps now to `file`, which is empty or not there, while others read and write.
    ///
    /// The engine writes every table anew, row by row. So nothing comes along that was deleted, and no order but that of the keys.
    /// What was written is not flushed.
    pub async fn back_up_file(&self, file: &Path) -> Result<(), StorageError> {
        self.reader.write_copy(&file.display().to_string()).await
    }

    /// What the engine finds wrong with the structure of an embedded store's file; nothing where it is whole.
    pub async fn damage(&self) -> Result<Option<String>, StorageError> {
        let query = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(1)");
        let row = self.reader.query_one_raw(query).await?;
        let said = row.map_or_else(|| Ok("nothing".to_owned()), |row| row.try_get_by_index(0))?;
        Ok(Some(said).filter(|said| said != "ok"))
    }
}

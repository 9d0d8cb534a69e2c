//! Migrating the schema, and refusing to work on one that does not fit.

use migrations::{Migrator, MigratorTrait, SchemaManager, applied};
use sea_orm::{EntityTrait, TransactionOptions};

use super::{StorageError, Store};

impl Store {
    /// Brings the schema up to this program's; harmless when it is already there. Returns how many steps were taken.
    pub async fn migrate(&self) -> Result<usize, StorageError> {
        let missing = match self.check_schema().await {
            Ok(()) => 0,
            Err(StorageError::SchemaTooOld { missing }) => missing,
            Err(error) => return Err(error),
        };
        if let Some(connection) = self.db.direct() {
            Migrator::up(connection, None).await?;
        } else {
            let transaction = self.db.begin_with_options(TransactionOptions::default()).await?;
            Migrator::up(&transaction, None).await?;
            transaction.commit().await?;
        }
        Ok(missing)
    }

    /// Fails unless the schema is exactly this program's.
    pub async fn check_schema(&self) -> Result<(), StorageError> {
        let reading = self.db.begin_with_options(TransactionOptions::default()).await?;
        let has_log = SchemaManager::new(&reading).has_table("seaql_migrations").await?;
        let taken = if has_log { applied::Entity::find().all(&reading).await? } else { Vec::new() };
        reading.rollback().await?;
        let known = Migrator::get_migration_files();
        if let Some(newer) = taken.iter().find(|step| known.iter().all(|file| file.name() != step.version)) {
            return Err(StorageError::SchemaTooNew { step: newer.version.clone() });
        }
        match known.len() - taken.len() {
            0 => Ok(()),
            missing => Err(StorageError::SchemaTooOld { missing }),
        }
    }
}

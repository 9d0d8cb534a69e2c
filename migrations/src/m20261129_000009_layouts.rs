//! Layouts: what is packed says from now on in which version. Upwards nothing is written, for what has no version is of the first
//! one; downwards the versions are taken off, for the program of before knows none.

use sea_orm_migration::prelude::*;

/// The ninth step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Where the first version stands before a text.
const PACKED: [(&str, &str); 3] = [("response", "answers"), ("response", "respondent"), ("pending_batch", "entries")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in PACKED {
            let bare = format!("UPDATE {table} SET {column} = substr({column}, 3) WHERE {column} LIKE '1~%'");
            manager.get_connection().execute_unprepared(&bare).await?;
        }
        Ok(())
    }
}

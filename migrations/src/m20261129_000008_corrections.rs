//! Corrections: a further release says why, and so does the job that makes it.

use sea_orm_migration::prelude::*;

use super::columns::column;

/// The eighth step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What gets a text that is empty for what is there already.
const TEXTS: [(&str, &str); 2] = [("release", "reason"), ("job", "argument")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in TEXTS {
            if !manager.has_column(table, name).await? {
                let text = column(name).text().default("").to_owned();
                manager.alter_table(Table::alter().table(table).add_column(text).to_owned()).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in TEXTS {
            if manager.has_column(table, name).await? {
                manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
            }
        }
        Ok(())
    }
}

//! Who sends answers for others: devices and collectors, what they entered once and not yet twice, and who sent a response.

use sea_orm_migration::prelude::*;

use super::columns::{column, create_large, key, nullable, table};

/// The third step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(access()).await?;
        let by_hash =
            Index::create().name("access_by_hash").table("access").col("hash").unique().if_not_exists().to_owned();
        manager.create_index(by_hash).await?;
        create_large(manager, form_entry()).await?;
        if !manager.has_column("response", "collector").await? {
            let collector = Table::alter().table("response").add_column(nullable("collector").text()).to_owned();
            manager.alter_table(collector).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let collector = Table::alter().table("response").drop_column("collector").to_owned();
        manager.alter_table(collector).await?;
        for name in ["access", "form_entry"] {
            manager.drop_table(Table::drop().table(name).if_exists().to_owned()).await?;
        }
        Ok(())
    }
}

fn access() -> TableCreateStatement {
    table("access")
        .col(column("wave_id").integer())
        .col(column("name").text())
        .col(column("kind").text())
        .col(nullable("unit_id").big_integer())
        .col(column("hash").uuid())
        .col(column("revoked").boolean())
        .primary_key(&mut key(&["wave_id", "name"]))
        .to_owned()
}

fn form_entry() -> TableCreateStatement {
    table("form_entry")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("batch").text())
        .col(column("form").integer())
        .col(column("pass").integer())
        .col(column("collector").text())
        .col(column("mode").text())
        .col(column("answered_on").date())
        .col(column("answers").text())
        .primary_key(&mut key(&["wave_id", "unit_id", "batch", "form", "pass"]))
        .to_owned()
}

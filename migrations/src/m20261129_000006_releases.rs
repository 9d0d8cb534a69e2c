//! Releases: what a wave published, computed once and kept.

use sea_orm_migration::prelude::*;

use super::columns::{column, key, table};

/// The sixth step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(release()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("release").if_exists().to_owned()).await
    }
}

/// What was published stands last: whoever lists releases does not read past it.
fn release() -> TableCreateStatement {
    table("release")
        .col(column("wave_id").integer())
        .col(column("number").integer())
        .col(column("released_on").date())
        .col(column("program").text())
        .col(column("method").text())
        .col(column("plan_hash").text())
        .col(column("questionnaire_hash").text())
        .col(column("register_hash").text())
        .col(column("content_hash").text())
        .col(column("content").binary())
        .primary_key(&mut key(&["wave_id", "number"]))
        .to_owned()
}

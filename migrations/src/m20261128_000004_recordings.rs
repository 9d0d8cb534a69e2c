//! Recordings of questions, so that a wave can be listened to.

use sea_orm_migration::prelude::*;

use super::columns::{column, key, table};

/// The fourth step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(recording()).await?;
        let by_hash =
            Index::create().name("recording_by_hash").table("recording").col("hash").if_not_exists().to_owned();
        manager.create_index(by_hash).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("recording").if_exists().to_owned()).await
    }
}

/// The sound stands last: whoever lists recordings does not read past it.
fn recording() -> TableCreateStatement {
    table("recording")
        .col(column("wave_id").integer())
        .col(column("language").text())
        .col(column("item").text())
        .col(column("hash").text())
        .col(column("length").integer())
        .col(column("kind").text())
        .col(column("sound").blob())
        .primary_key(&mut key(&["wave_id", "language", "item"]))
        .to_owned()
}

//! Invitations: what was drawn, and the codes that are not spent yet.
//!
//! `invitation` holds only codes that can still be spent, or were revoked: a code that is spent is deleted, in the
//! transaction that keeps the answer. Nothing marks it as spent, because the mark would tell when.

use sea_orm_migration::prelude::*;

use super::columns::{column, create_large, key, nullable, table};

/// The second step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            create_large(manager, table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in tables().into_iter().filter_map(|table| table.get_table_name().cloned()) {
            manager.drop_table(Table::drop().table(name).if_exists().to_owned()).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("invitation")
            .col(column("wave_id").integer())
            .col(column("unit_id").big_integer())
            .col(column("hash").uuid())
            .col(column("stratum").text())
            .col(nullable("psu").text())
            .col(column("weight").big_integer())
            .col(column("state").text())
            .col(column("reserve").integer())
            // The hash before the unit: a code is found by it whatever unit its form names.
            .primary_key(&mut key(&["wave_id", "hash", "unit_id"]))
            .to_owned(),
        table("invitation_draw")
            .col(column("wave_id").integer())
            .col(column("number").integer())
            .col(column("drawn_on").date())
            .col(column("seed").big_integer())
            .col(column("frame_hash").text())
            .col(column("design").text())
            .primary_key(&mut key(&["wave_id", "number"]))
            .to_owned(),
        table("invitation_count")
            .col(column("wave_id").integer())
            .col(column("unit_id").big_integer())
            .col(column("number").integer())
            .col(column("stratum").text())
            // Empty where the respondent is the sampling unit: a key cannot hold nothing.
            .col(column("psu").text())
            .col(column("invited").big_integer())
            .col(column("reserves").big_integer())
            .primary_key(&mut key(&["wave_id", "unit_id", "number", "stratum", "psu"]))
            .to_owned(),
    ]
}

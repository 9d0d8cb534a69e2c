//! Jobs: long work, kept so that another server can finish it.

use sea_orm_migration::prelude::*;

use super::columns::{column, table};

/// The seventh step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(job()).await?;
        manager.create_table(job_progress()).await?;
        // What is wanted twice at once is done once.
        let unfinished = "CREATE UNIQUE INDEX IF NOT EXISTS job_unfinished ON job (kind, object) \
                          WHERE state IN ('waiting', 'running')";
        manager.get_connection().execute_unprepared(unfinished).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("job_progress").if_exists().to_owned()).await?;
        manager.drop_table(Table::drop().table("job").if_exists().to_owned()).await
    }
}

/// Jobs are few and their numbers are typed by people: they count from 1.
fn job() -> TableCreateStatement {
    table("job")
        .col(ColumnDef::new("id").integer().not_null().auto_increment().primary_key())
        .col(column("kind").text())
        .col(column("object").text())
        .col(column("state").text())
        .col(column("tries").integer())
        .col(column("wanted_by").text())
        .col(column("wanted_on").date())
        .col(column("message").text())
        .to_owned()
}

/// A table of its own: whoever works on a job writes here while the transaction that will finish it is open, and the two must not
/// meet.
fn job_progress() -> TableCreateStatement {
    table("job_progress")
        .col(column("job_id").integer().primary_key())
        .col(column("beat").integer())
        .col(column("done").big_integer())
        .col(column("total").big_integer())
        .to_owned()
}

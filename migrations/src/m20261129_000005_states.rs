//! States: everything that estimates need of the responses, as sums, so that no reading goes through the responses.
//!
//! Sums of another layout than those of the first step take their place. They are formed anew from the responses: `recount_due`
//! names the waves whose sums are yet to be formed, which the program does when it first works on this schema.

use sea_orm_migration::prelude::*;

use super::columns::{column, create_large, key, table};
use super::m20261123_000001_main_job::tally_of_the_first_step;

/// The fifth step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.has_column("tally", "cell").await? {
            manager.drop_table(Table::drop().table("tally").if_exists().to_owned()).await?;
        }
        create_large(manager, tally()).await?;
        create_large(manager, product()).await?;
        let due = table("recount_due").col(column("wave_id").integer().primary_key()).to_owned();
        manager.create_table(due).await?;
        let named = Query::select().column("wave_id").from("recount_due").to_owned();
        let waves =
            Query::select().column("id").from("wave").and_where(Expr::col("id").not_in_subquery(named)).to_owned();
        let all = Query::insert()
            .into_table("recount_due")
            .columns(["wave_id"])
            .select_from(waves)
            .map_err(|error| DbErr::Migration(error.to_string()))?
            .to_owned();
        manager.execute(all).await
    }

    /// The sums of the first step come back empty: the program that knows them forms none from responses, so go back by a copy
    /// of the database from before the step, or with no answers.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["tally", "product", "recount_due"] {
            manager.drop_table(Table::drop().table(name).if_exists().to_owned()).await?;
        }
        create_large(manager, tally_of_the_first_step()).await
    }
}

fn tally() -> TableCreateStatement {
    table("tally")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("part").text())
        .col(column("stratum").text())
        // Empty where the respondent is the sampling unit: a key cannot hold nothing.
        .col(column("psu").text())
        .col(column("cell").text())
        .col(column("sums").binary())
        .primary_key(&mut key(&["wave_id", "unit_id", "part", "stratum", "psu", "cell"]))
        .to_owned()
}

fn product() -> TableCreateStatement {
    table("product")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("cell").text())
        .col(column("sums").binary())
        .primary_key(&mut key(&["wave_id", "unit_id", "cell"]))
        .to_owned()
}

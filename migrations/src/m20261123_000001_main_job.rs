//! Register, questionnaires, waves; responses with their tallies.

use sea_orm_migration::prelude::*;

use super::columns::{column, create_large, key, nullable, table};

/// The first step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in reference_tables() {
            manager.create_table(table).await?;
        }
        for table in large_tables() {
            create_large(manager, table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let names =
            reference_tables().into_iter().chain(large_tables()).filter_map(|table| table.get_table_name().cloned());
        for name in names {
            manager.drop_table(Table::drop().table(name).if_exists().to_owned()).await?;
        }
        Ok(())
    }
}

/// Small tables that every node may hold a copy of.
fn reference_tables() -> Vec<TableCreateStatement> {
    vec![
        table("setting").col(column("name").text().primary_key()).col(column("value").text()).to_owned(),
        table("unit")
            .col(column("id").big_integer().auto_increment().primary_key())
            .col(column("code").text())
            .col(column("level").text())
            .col(column("kind").text())
            .col(nullable("parent_code").text())
            .col(column("names").text())
            .col(column("valid_from").date())
            .col(column("valid_to").date())
            .to_owned(),
        table("lineage")
            .col(column("id").big_integer().auto_increment().primary_key())
            .col(column("from_province").text())
            .col(nullable("from_district_code").text())
            .col(column("from_code").text())
            .col(column("from_name").text())
            .col(column("to_province_code").text())
            .col(column("to_code").text())
            .col(column("to_name").text())
            .col(column("effective_on").date())
            .col(nullable("share").double())
            .col(nullable("legal_basis").text())
            .to_owned(),
        table("questionnaire")
            .col(column("code").text())
            .col(column("version").text())
            .col(column("content").text())
            .primary_key(&mut key(&["code", "version"]))
            .to_owned(),
        table("wave")
            .col(column("id").integer().auto_increment().primary_key())
            .col(column("code").text().unique_key())
            .col(column("state").text())
            .col(column("plan").text())
            .col(column("questionnaire_code").text())
            .col(column("questionnaire_version").text())
            .to_owned(),
        table("wave_unit")
            .col(column("wave_id").integer())
            .col(column("position").integer())
            .col(column("unit_id").big_integer())
            .primary_key(&mut key(&["wave_id", "position"]))
            .to_owned(),
    ]
}

/// Tables that grow with the answers; each key contains the unit.
fn large_tables() -> Vec<TableCreateStatement> {
    vec![
        response(),
        table("free_text")
            .col(column("wave_id").integer())
            .col(column("unit_id").big_integer())
            .col(column("key").uuid())
            .col(column("item").text())
            .col(column("words").text())
            .primary_key(&mut key(&["wave_id", "unit_id", "key"]))
            .to_owned(),
        pending_batch(),
        tally_of_the_first_step(),
        table("daily_count")
            .col(column("wave_id").integer())
            .col(column("unit_id").big_integer())
            .col(column("answered_on").date())
            .col(column("mode").text())
            .col(column("responses").big_integer())
            .primary_key(&mut key(&["wave_id", "unit_id", "answered_on", "mode"]))
            .to_owned(),
        table("tally_version")
            .col(column("wave_id").integer())
            .col(column("unit_id").big_integer())
            .col(column("version").big_integer())
            .primary_key(&mut key(&["wave_id", "unit_id"]))
            .to_owned(),
    ]
}

pub(crate) fn response() -> TableCreateStatement {
    table("response")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("key").uuid())
        .col(column("content_hash").uuid())
        .col(column("stratum").text())
        .col(nullable("psu").text())
        .col(column("weight").big_integer())
        .col(column("mode").text())
        .col(column("source").text())
        .col(column("language").text())
        .col(column("answered_on").date())
        .col(nullable("duration_minutes").integer())
        .col(column("answers").text())
        .col(column("respondent").text())
        // The key before the unit: a repeat is found by it whatever unit it names, without a second index.
        .primary_key(&mut key(&["wave_id", "key", "unit_id"]))
        .to_owned()
}

pub(crate) fn pending_batch() -> TableCreateStatement {
    table("pending_batch")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("id").uuid())
        .col(column("entries").text())
        .primary_key(&mut key(&["wave_id", "unit_id", "id"]))
        .to_owned()
}

pub(crate) fn tally_of_the_first_step() -> TableCreateStatement {
    table("tally")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("stratum").text())
        .col(column("psu").text())
        .col(column("sums").binary())
        .primary_key(&mut key(&["wave_id", "unit_id", "stratum", "psu"]))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(name).table(table).if_not_exists().to_owned();
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("unit_once", "unit", &["level", "code", "valid_from"]).unique().to_owned(),
        index("lineage_once", "lineage", &["from_province", "from_code", "to_code", "effective_on"])
            .unique()
            .to_owned(),
    ]
}

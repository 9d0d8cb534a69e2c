//! The schema of Plumbline's store, one migration a step, the same on SQLite and PostgreSQL.
//!
//! The tables are ready to be distributed (Citus), by unit: every key of a large table contains the unit, but for `received`, which
//! does not know it. Large tables have no foreign keys and no triggers, and nothing moves a row to another unit. A step must be
//! harmless when it is run twice. Start reading at [`Migrator`]; `src/storage` holds the queries.

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations as applied};

mod columns;
mod m20261123_000001_main_job;
mod m20261124_000002_invitations;
mod m20261124_000003_access;
mod m20261128_000004_recordings;
mod m20261129_000005_states;
mod m20261129_000006_releases;
mod m20261129_000007_jobs;
mod m20261129_000008_corrections;
mod m20261129_000009_layouts;
mod m20261130_000010_sheaves;

/// All steps in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_main_job::Migration),
            Box::new(m20261124_000002_invitations::Migration),
            Box::new(m20261124_000003_access::Migration),
            Box::new(m20261128_000004_recordings::Migration),
            Box::new(m20261129_000005_states::Migration),
            Box::new(m20261129_000006_releases::Migration),
            Box::new(m20261129_000007_jobs::Migration),
            Box::new(m20261129_000008_corrections::Migration),
            Box::new(m20261129_000009_layouts::Migration),
            Box::new(m20261130_000010_sheaves::Migration),
        ]
    }
}

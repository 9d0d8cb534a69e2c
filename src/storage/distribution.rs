//! Spreading the large tables over several servers, where PostgreSQL has the extension citus.

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::parts::{has_citus, is_listed};
use super::writer::Work;
use super::{StorageError, Store};

/// Tables that grow with answers, codes or units. Each lies on the server of its row's unit, and all rows of a unit on one.
const BY_UNIT: &[&str] = &[
    "daily_count",
    "form_entry",
    "free_text",
    "inbox",
    "invitation",
    "invitation_count",
    "product",
    "sheaf",
    "tally",
    "tally_version",
];
/// The table that knows submissions, of whatever unit, by their keys.
const BY_KEY: &str = "received";
/// Small tables, which stay with the coordinator, to which Plumbline is connected: a copy on every server would make each write to
/// them a transaction of all servers, and none of them is read together with many rows.
#[cfg(test)]
const COORDINATOR: &[&str] = &[
    "access",
    "invitation_draw",
    "job",
    "job_progress",
    "lineage",
    "questionnaire",
    "recording",
    "recount_due",
    "release",
    "seaql_migrations",
    "setting",
    "unit",
    "wave",
    "wave_unit",
];
/// One connection to a server for each of ours, so that a transaction is committed once on each, and whoever reads a unit reads
/// everything of it as of one moment: each connection would have a moment of its own.
const ONE_CONNECTION: &str = "DO $plumbline$ BEGIN EXECUTE format(\
     'ALTER DATABASE %I SET citus.max_adaptive_executor_pool_size = 1', current_database()); END $plumbline$";

impl Store {
    /// Distributes the tables that are not distributed yet; harmless when all are. Returns how many it distributed.
    ///
    /// How many connections lead to each server is then a setting of the database, which connections have that are opened later.
    pub async fn distribute(&self) -> Result<usize, StorageError> {
        self.check_schema().await?;
        self.transaction(&Distribute).await
    }

    /// Whether large tables are distributed: a table that a step of the schema adds is then to be distributed, too.
    pub async fn is_distributed(&self) -> Result<bool, StorageError> {
        Ok(has_citus(&self.reader).await? && is_listed(&self.reader, "received").await?)
    }
}

/// One transaction, so that no table is left half way.
struct Distribute;

impl Work for Distribute {
    type Output = usize;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<usize, StorageError> {
        if !has_citus(transaction).await? {
            return Err(StorageError::NoCitus);
        }
        let mut distributed = 0;
        for (table, column) in BY_UNIT.iter().map(|table| (*table, "unit_id")).chain([(BY_KEY, "key")]) {
            if !is_listed(transaction, table).await? {
                let statement = format!("SELECT create_distributed_table('{table}', '{column}')");
                transaction.execute_unprepared(&statement).await?;
                distributed += 1;
            }
        }
        transaction.execute_unprepared(ONE_CONNECTION).await?;
        Ok(distributed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sea_orm::{DbBackend, Statement};

    use super::*;

    async fn texts(store: &Store, query: &str) -> Vec<String> {
        let statement = Statement::from_string(DbBackend::Sqlite, query);
        let rows = store.reader.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    #[tokio::test]
    async fn every_table_has_its_place_and_every_key_of_a_distributed_one_the_unit() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("plumbline.db").display());
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let tables: BTreeSet<String> = texts(&store, tables).await.into_iter().collect();
        let placed: Vec<String> = [BY_UNIT, &[BY_KEY], COORDINATOR].concat().into_iter().map(str::to_owned).collect();
        assert_eq!(placed.len(), tables.len(), "a table has one place");
        assert_eq!(placed.into_iter().collect::<BTreeSet<_>>(), tables, "a new table needs a place here");
        for table in BY_UNIT {
            let keys = format!("SELECT name FROM pragma_index_list('{table}') WHERE \"unique\"");
            let keys = texts(&store, &keys).await;
            assert!(!keys.is_empty(), "{table}");
            for key in keys {
                let columns = texts(&store, &format!("SELECT name FROM pragma_index_info('{key}')")).await;
                assert!(columns.iter().any(|column| column == "unit_id"), "{table}: {columns:?}");
            }
        }
        store.close().await.unwrap();
    }
}

//! Spreading the large tables over several servers, where PostgreSQL has the extension citus.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use super::reader::Reader;
use super::writer::Work;
use super::{StorageError, Store};

/// Tables that grow with answers, codes or units. Each lies on the server of its row's unit, and all rows of a unit on one.
const BY_UNIT: &[&str] = &[
    "daily_count",
    "form_entry",
    "free_text",
    "invitation",
    "invitation_count",
    "pending_batch",
    "product",
    "response",
    "tally",
    "tally_version",
];
/// Small tables, of which every server has a copy.
const EVERYWHERE: &[&str] = &[
    "access",
    "invitation_draw",
    "job_progress",
    "lineage",
    "questionnaire",
    "recording",
    "recount_due",
    "release",
    "setting",
    "unit",
    "wave_unit",
];
/// Small tables that stay with the coordinator, to which Plumbline is connected: citus copies no table that counts its rows by
/// an `integer`, and the steps of the schema are the coordinator's.
#[cfg(test)]
const COORDINATOR: &[&str] = &["job", "seaql_migrations", "wave"];

impl Store {
    /// Distributes the tables that are not distributed yet; harmless when all are. Returns how many it distributed.
    pub async fn distribute(&self) -> Result<usize, StorageError> {
        self.check_schema().await?;
        self.transaction(&Distribute).await
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
        for (table, statement) in statements() {
            if !is_listed(transaction, table).await? {
                transaction.execute_unprepared(&statement).await?;
                distributed += 1;
            }
        }
        Ok(distributed)
    }
}

/// What distributes each table, by its name. Small tables come first.
fn statements() -> Vec<(&'static str, String)> {
    let copied = EVERYWHERE.iter().map(|table| (*table, format!("SELECT create_reference_table('{table}')")));
    let spread = BY_UNIT.iter().map(|table| (*table, format!("SELECT create_distributed_table('{table}', 'unit_id')")));
    copied.chain(spread).collect()
}

async fn has_citus(connection: &impl ConnectionTrait) -> Result<bool, StorageError> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        return Ok(false);
    }
    is_any(connection, "SELECT 1 FROM pg_extension WHERE extname = 'citus'").await
}

async fn is_listed(connection: &impl ConnectionTrait, table: &str) -> Result<bool, StorageError> {
    is_any(connection, &format!("SELECT 1 FROM pg_dist_partition WHERE logicalrelid = '{table}'::regclass")).await
}

async fn is_any(connection: &impl ConnectionTrait, query: &str) -> Result<bool, StorageError> {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    Ok(connection.query_one_raw(statement).await?.is_some())
}

/// What asks for the rows of `invitation` that were deleted and are still there. The coordinator has none of a distributed table,
/// so the servers that have them are asked; where one does not answer, its answer is no number, and that is an error.
pub(super) async fn dead_invitations(reader: &Reader) -> Result<String, StorageError> {
    let dead = |table: &str| format!("SELECT pg_stat_get_dead_tuples('{table}'::regclass)");
    let is_distributed = has_citus(reader).await? && is_listed(reader, "invitation").await?;
    Ok(if is_distributed { on_placements(&dead("%s")) } else { dead("invitation") })
}

fn on_placements(query: &str) -> String {
    format!(
        "SELECT coalesce(sum(result::bigint), 0)::bigint FROM run_command_on_placements('invitation', $plumbline${query}$plumbline$)"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
        let placed: Vec<String> = [BY_UNIT, EVERYWHERE, COORDINATOR].concat().into_iter().map(str::to_owned).collect();
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
        assert_eq!(statements().len(), BY_UNIT.len() + EVERYWHERE.len());
        store.close().await.unwrap();
    }

    #[test]
    fn the_servers_are_asked_each_by_the_name_of_its_part() {
        let asked = on_placements("SELECT pg_stat_get_dead_tuples('%s'::regclass)");
        assert!(asked.ends_with("'invitation', $plumbline$SELECT pg_stat_get_dead_tuples('%s'::regclass)$plumbline$)"));
    }
}

//! A database of an earlier release is brought up, and answers the same numbers.

use std::path::Path;
use std::sync::Arc;

use migrations::{Migrator, MigratorTrait};
use plumbline::storage::Store;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::reference::path;
use crate::reference_calibrated::{prepare, results};
use crate::support::process::{plumbline, run};
use crate::support::{World, on_both_engines, platform_on};

/// From the step that brought the states to the last one.
const STEPS: u32 = 6;

on_both_engines! {
    async fn counts_that_the_schema_newly_keeps_are_formed_from_the_answers(database: TestDatabase) {
        let world = World::empty(database).await;
        prepare(&world).await;
        let file = path("responses.csv");
        let imported = world.platform.imports().responses("reference", &file, Arc::default()).await.unwrap();
        let before = results(&world).await;
        let connection = world.database().connect().await;
        // As the release before the states left it, with a batch that its fold had not reached.
        Migrator::down(&connection, Some(STEPS)).await.unwrap();
        assert_eq!(packed(&connection, "%").await, imported.stored.cast_signed());
        assert_eq!(packed(&connection, "%~%").await, 0, "the program of before knows no layouts");
        let store = Store::connect(world.url()).await.unwrap();
        let pending = "INSERT INTO pending_batch (wave_id, unit_id, id, entries) SELECT wave_id, unit_id, key, \
                       'D01' || chr(9) || chr(9) || '1' FROM response LIMIT 1";
        let pending = if store.is_embedded() { pending.replace("chr(", "char(") } else { pending.to_owned() };
        connection.execute_unprepared(&pending).await.unwrap();
        assert!(store.check_schema().await.is_err());
        assert_eq!(store.migrate().await.unwrap(), STEPS as usize);

        let platform = platform_on(world.url()).await;
        let checkup = platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (imported.stored, vec![]));
        assert_eq!(store.waves_to_recount().await.unwrap(), []);
        assert_eq!(results(&world).await, before);
    }

    async fn tables_are_distributed_only_where_the_extension_is(database: TestDatabase) {
        if database.is_spread() {
            for arguments in [&["migrate", "--distribute"][..], &["migrate"]] {
                let said = run(database.url(), arguments);
                assert_eq!(said, "The schema is up to date.\nThe tables are distributed.\n");
            }
            return;
        }
        let output = plumbline(database.url(), &["migrate", "--distribute"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(said.contains("does not have the extension citus"), "{said}");
        assert_eq!(run(database.url(), &["migrate"]).trim(), "The schema is up to date.", "the steps were taken all the same");
    }
}

/// How many responses have packed answers like this.
async fn packed(connection: &DatabaseConnection, like: &str) -> i64 {
    let query = format!("SELECT COUNT(*) FROM response WHERE answers LIKE '{like}' AND respondent LIKE '{like}'");
    let query = Statement::from_string(connection.get_database_backend(), query);
    connection.query_one_raw(query).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// What a database that is spread over several servers refuses is in no statement: there is none here to try.
#[test]
fn no_statement_locks_what_it_reads_or_asks_a_subquery_for_each_row() {
    let sources = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/storage")).unwrap();
    let sources: Vec<_> = sources.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    assert!(sources.len() > 30);
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        for refused in
            ["FOR UPDATE", "FOR SHARE", "LATERAL", ".lock_exclusive(", ".lock_shared(", "WHERE (SELECT", ", (SELECT"]
        {
            assert!(!text.contains(refused), "{}: {refused}", path.display());
        }
        // It does not say how many rows it wrote, and what was read before in the same transaction makes it no durable one.
        if ["responses.rs", "inbox.rs"].iter().any(|file| path.ends_with(file)) {
            for refused in ["ON CONFLICT (", ".all(transaction)", "transaction.query"] {
                assert!(!text.contains(refused), "{}: {refused}", path.display());
            }
        }
    }
}

//! A database of an earlier release is brought up, and answers the same numbers.

use std::sync::Arc;

use migrations::{Migrator, MigratorTrait};
use plumbline::storage::Store;
use sea_orm::ConnectionTrait;

use crate::reference::path;
use crate::reference_calibrated::{prepare, results};
use crate::support::{World, on_both_engines, platform_on};

/// From the step that brought the states to the last one.
const STEPS: u32 = 3;

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
}

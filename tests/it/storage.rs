//! The store: its schema, its register, and responses that are kept once whoever sends them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use plumbline::estimation::Shape;
use plumbline::foundation::RatingScale;
use plumbline::storage::{CountedResponse, KeptResponse, StorageError, Store, WaveCounter};
use plumbline::survey::{Channel, unit_on};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::support::kept::{KeptLine, lines_of};
use crate::support::{Engine, World, on_both_engines, platform_on, submission};

const UNITS_2024: &[u8] = include_bytes!("../../src/app/demo/units-laocai-2024.csv");
const UNITS_2025: &[u8] = include_bytes!("../reference/units-laocai-2025.csv");
const LINEAGE: &[u8] = include_bytes!("../reference/lineage-laocai-2025.csv");

/// Yên Bái had the code 15 until the new Lào Cai took it over.
const YEN_BAI: &[u8] = "\
code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to
15,province,province,,Tỉnh Yên Bái,Yen Bai Province,,2025-06-30
"
.as_bytes();

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

on_both_engines! {
    async fn an_unmigrated_store_is_refused_with_what_to_do(database: TestDatabase) {
        if !database.is_empty() {
            return;
        }
        let store = Store::connect(database.url()).await.unwrap();
        let error = store.check_schema().await.unwrap_err();
        assert!(matches!(error, StorageError::SchemaTooOld { .. }));
        assert!(error.to_string().contains("plumbline migrate"));
    }

    async fn migrating_twice_changes_nothing(database: TestDatabase) {
        if !database.is_empty() {
            return;
        }
        let store = Store::connect(database.url()).await.unwrap();
        assert!(store.migrate().await.unwrap() > 0);
        assert_eq!(store.migrate().await.unwrap(), 0);
        store.check_schema().await.unwrap();
    }

    async fn a_store_of_a_newer_version_is_refused(database: TestDatabase) {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let connection = database.connect().await;
        let insert = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_future', 0)";
        connection.execute_unprepared(insert).await.unwrap();
        for error in [store.check_schema().await.unwrap_err(), store.migrate().await.unwrap_err()] {
            assert!(matches!(error, StorageError::SchemaTooNew { .. }), "{error}");
        }
    }

    async fn every_key_of_a_large_table_contains_the_unit(database: TestDatabase) {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let connection = database.connect().await;
        let backend = connection.get_database_backend();
        for table in ["sheaf", "free_text", "inbox", "tally", "product", "daily_count", "tally_version"] {
            let query = if backend == sea_orm::DbBackend::Sqlite {
                format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE name = 'unit_id' AND pk > 0")
            } else {
                format!(
                    "SELECT count(*) FROM information_schema.key_column_usage k JOIN information_schema.table_constraints c \
                     USING (constraint_name) WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_name = '{table}' \
                     AND k.column_name = 'unit_id'"
                )
            };
            let row = connection.query_one_raw(Statement::from_string(backend, query)).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1, "{table}");
        }
    }

    async fn a_register_imported_twice_is_imported_once(database: TestDatabase) {
        let world = World::empty(database).await;
        assert_eq!(world.platform.register().import_units(UNITS_2024).await.unwrap(), 161);
        assert_eq!(world.platform.register().import_units(UNITS_2024).await.unwrap(), 0);
        assert_eq!(world.platform.register().import_units(UNITS_2025).await.unwrap(), 100);
        assert_eq!(world.platform.register().import_lineage(LINEAGE).await.unwrap(), 319);
        assert_eq!(world.platform.register().import_lineage(LINEAGE).await.unwrap(), 0);
        assert_eq!(world.platform.store().units().await.unwrap().len(), 261);
        assert_eq!(world.platform.store().lineage().await.unwrap().len(), 319);
    }

    async fn a_code_is_not_an_identity(database: TestDatabase) {
        let world = World::empty(database).await;
        for file in [UNITS_2024, UNITS_2025, YEN_BAI] {
            world.platform.register().import_units(file).await.unwrap();
        }
        let units = world.platform.store().units().await.unwrap();
        let name = |on: &str| unit_on(&units, "province", "15", day(on)).map(|unit| unit.name("vi").to_owned());
        assert_eq!(name("2025-06-30").as_deref(), Some("Tỉnh Yên Bái"));
        assert_eq!(name("2025-07-01").as_deref(), Some("Tỉnh Lào Cai"));
        assert!(unit_on(&units, "district", "082", day("2025-07-01")).is_none());
    }

    async fn a_broken_row_keeps_the_whole_file_out(database: TestDatabase) {
        let world = World::empty(database).await;
        let broken = "code,level,kind,parent_code,name_vi,valid_from,valid_to\n\
                      1,district,district,,Một,,\n2,district,district,,Hai,2024-13-01,\n";
        let error = world.platform.register().import_units(broken.as_bytes()).await.unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("valid_from"), "{error}");
        assert!(world.platform.store().units().await.unwrap().is_empty());
    }

    async fn two_servers_fold_the_same_batches_once(database: TestDatabase) {
        let world = World::small(database).await;
        let other = platform_on(world.url()).await;
        for number in 1..=30 {
            world.submit(&submission(number)).await;
        }
        let (here, there) = (world.platform.counts(), other.counts());
        let (ours, theirs) = tokio::join!(here.fold(), there.fold());
        ours.unwrap();
        theirs.unwrap();
        let checkup = other.doctor().check_up().await.unwrap();
        assert_eq!(checkup.mismatches, []);
        assert_eq!(checkup.responses, 30);
    }

    async fn a_round_folds_all_that_its_units_have_however_many_batches_that_are(database: TestDatabase) {
        let world = World::small(database).await;
        world.platform.shut_down().await.unwrap();
        let store = Store::connect(world.url()).await.unwrap();
        let connection = world.database().connect().await;
        // A line as a commit puts it there, and one batch more than a transaction takes.
        let line = "D01\t\t1000000000\tweb\topen\t\tvi\t2024-11-20\t\t5;5;5;5;\tF\n";
        let (rows, (id, key), batches) = match connection.get_database_backend() {
            DbBackend::Sqlite => (
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2001)",
                ("randomblob(16)", "printf('%032x', i)"),
                2_001,
            ),
            _ => (
                "WITH n AS (SELECT generate_series(1, 40001) AS i)",
                ("gen_random_uuid()", "lpad(to_hex(i), 32, '0')"),
                40_001,
            ),
        };
        let insert = format!(
            "{rows} INSERT INTO inbox (wave_id, unit_id, id, is_counted, entries, words) \
             SELECT wave.id, unit.id, {id}, false, '1~' || {key} || '\t{line}', '[]' FROM n, wave, unit WHERE wave.code = 'w' AND unit.code = 'D01'"
        );
        connection.execute_unprepared(&insert).await.unwrap();
        let (wave, _) = store.pending_waves().await.unwrap().remove(0);
        let shape = Shape::new::<[usize; 0]>(&[RatingScale::FIVE; 4], &[]).unwrap();
        assert!(!store.fold_largest(wave, &CountsStrata(shape)).await.unwrap(), "nothing is left");
        assert_eq!(store.pending_waves().await.unwrap(), []);
        store.settle(wave).await.unwrap();
        assert_eq!(store.unsettled_waves().await.unwrap(), []);
        let settled = lines_of(world.database(), "sheaf").await;
        assert_eq!(settled.len(), usize::try_from(batches).unwrap());
        assert_eq!(settled.iter().map(KeptLine::key).collect::<BTreeSet<_>>().len(), settled.len());
        let days = Statement::from_string(connection.get_database_backend(), "SELECT responses FROM daily_count");
        let days: i64 = connection.query_one_raw(days).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(days, batches);
    }

    async fn a_wave_goes_one_way_only(database: TestDatabase) {
        use plumbline::survey::WaveState::{Closed, Draft, Open, Released};
        let world = World::small(database).await;
        for (to, good) in [(Draft, false), (Released, false), (Closed, true), (Open, false), (Released, true), (Open, false)] {
            assert_eq!(world.platform.waves().advance("w", to).await.is_ok(), good, "{to:?}");
        }
    }

    async fn a_wave_is_never_replaced(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = include_str!("support/small-plan.toml");
        let error = world.platform.waves().create(plan, std::path::Path::new(".")).await.unwrap_err().to_string();
        assert!(error.contains("already a wave"), "{error}");
    }

    async fn secrets_are_made_once_for_all_servers(database: TestDatabase) {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(store.setting_or_insert("secret", "first").await.unwrap(), "first");
        assert_eq!(store.setting_or_insert("secret", "second").await.unwrap(), "first");
    }
}

/// Counts how many answers each stratum has, and no rating.
struct CountsStrata(Shape);

impl WaveCounter for CountsStrata {
    fn shape(&self) -> &Shape {
        &self.0
    }

    fn counted<'r>(&self, response: &KeptResponse<'r>) -> Result<CountedResponse<'r>, StorageError> {
        Ok(CountedResponse {
            stratum: response.stratum,
            psu: "",
            cell: String::new(),
            weight: response.weight,
            channel: Channel::Mode(response.mode),
            is_open: false,
            answered_on: response.answered_on,
            ratings: vec![0; 4],
        })
    }
}

/// What PostgreSQL says of a query, in lines.
async fn plan_of(connection: &DatabaseConnection, query: &str) -> String {
    let explain = Statement::from_string(DbBackend::Postgres, format!("EXPLAIN {query}"));
    let lines = connection.query_all_raw(explain).await.unwrap();
    lines.iter().map(|line| line.try_get_by_index::<String>(0).unwrap() + "\n").collect()
}

/// Without a look at the answers a group's keys are sought by a walk through the wave, which gets longer with each answer.
#[test]
fn repeats_are_sought_by_their_keys_from_the_first_answers_on() {
    Engine::Postgres.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let connection = world.database().connect().await;
        // So that nobody but the platform looks.
        connection.execute_unprepared("ALTER TABLE received SET (autovacuum_enabled = off)").await.unwrap();
        for number in 1..=200 {
            assert_eq!(world.submit(&submission(number)).await.status, StatusCode::CREATED);
        }
        let more = "INSERT INTO received (wave_id, key, content_hash) SELECT wave_id, gen_random_uuid(), content_hash \
                    FROM received, generate_series(1, 1000)";
        connection.execute_unprepared(more).await.unwrap();
        let keys: Vec<String> = (0..256_u128).map(|key| format!("'{}'", uuid::Uuid::from_u128(key << 64))).collect();
        let keys = keys.join(", ");
        let sought =
            format!("SELECT key, content_hash FROM received WHERE wave_id = 1 AND key = ANY(ARRAY[{keys}]::uuid[])");
        let plan = plan_of(&connection, &sought).await;
        assert!(plan.contains("Index Cond: ((wave_id = 1) AND (key = ANY"), "{plan}");
    });
}

//! Everything that is kept, once more: in one file while it is in use, or in a database of the other engine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use axum::http::StatusCode;
use plumbline::storage::{CopyProgress, StorageError, Store};
use plumbline::survey::WaveState;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use uuid::Uuid;

use crate::releases::{closed, published};
use crate::support::fixture::today;
use crate::support::invitations::{draw, invited};
use crate::support::load::{Load, assert_whole, runtime};
use crate::support::process::{Server, plumbline, prepare, run};
use crate::support::{Engine, SMALL_PLAN, TestDatabase, World, on_both_engines, or_skip, platform_on, submission};
use plumbline::accounts::Actor;

/// Looks at no progress.
struct Unseen;

impl CopyProgress for Unseen {
    fn begin(&self, _rows: u64) {}
    fn advance(&self, _rows: u64) {}
}

async fn number(connection: &DatabaseConnection, query: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// An empty database of the other engine than this one is of.
async fn of_the_other_engine(database: &TestDatabase) -> Option<TestDatabase> {
    let other = if database.url().starts_with("sqlite:") { Engine::Postgres } else { Engine::Sqlite };
    or_skip("a copy between engines", other.fresh_database().await.map_err(|error| error.to_string()))
}

async fn copy(from: &str, to: &TestDatabase) -> Result<u64, StorageError> {
    let (source, target) = (Store::open(from).await.unwrap(), Store::connect(to.url()).await.unwrap());
    target.migrate().await.unwrap();
    source.copy_into(&target, &Unseen).await
}

on_both_engines! {
    async fn a_copy_on_the_other_engine_answers_the_same_to_the_last_byte(database: TestDatabase) {
        let world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let before = published(&world).await;
        let Some(other) = of_the_other_engine(world.database()).await else { return };
        assert!(copy(world.url(), &other).await.unwrap() > 40);
        let administrator = platform_on(other.url()).await.recognise(&world.administrator).await.unwrap().unwrap();
        assert_eq!(*administrator.actor(), Actor::Administrator, "whoever has the token has it for the copy, too");
        let copied = World::empty(other).await;
        let checkup = copied.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (40, vec![]));
        assert_eq!(published(&copied).await, before);
        // What comes next gets a number of its own.
        copied.platform.waves().create(&SMALL_PLAN.replace("\"w\"", "\"next\""), Path::new(".")).await.unwrap();
        let units = "code,level,kind,parent_code,name_vi,valid_from,valid_to\nD09,district,district,,Chín,,\n";
        assert_eq!(copied.platform.register().import_units(units.as_bytes()).await.unwrap(), 1);
    }

    async fn a_wave_in_the_field_goes_on_in_its_copy(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        for (number, card) in (1..).zip(&cards[..10]) {
            assert_eq!(world.submit(&invited(number, card)).await.status, StatusCode::CREATED);
        }
        let Some(other) = of_the_other_engine(world.database()).await else { return };
        copy(world.url(), &other).await.unwrap();
        let copied = World::empty(other).await;
        assert_eq!(copied.submit(&invited(1, &cards[0])).await.status, StatusCode::OK, "a repeat");
        assert_eq!(copied.submit(&invited(11, &cards[0])).await.status, StatusCode::FORBIDDEN, "a spent code");
        assert_eq!(copied.submit(&invited(11, &cards[10])).await.status, StatusCode::CREATED);
        let checkup = copied.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (11, vec![]));
    }

    async fn a_copy_that_breaks_off_leaves_its_target_empty(database: TestDatabase) {
        let world = closed(database).await;
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let Some(other) = of_the_other_engine(world.database()).await else { return };
        let target = Store::connect(other.url()).await.unwrap();
        target.migrate().await.unwrap();
        let connection = other.connect().await;
        // Releases are copied last.
        connection.execute_unprepared("ALTER TABLE release RENAME COLUMN content TO other").await.unwrap();
        copy(world.url(), &other).await.unwrap_err();
        for table in ["setting", "unit", "received", "sheaf", "release"] {
            assert_eq!(number(&connection, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        connection.execute_unprepared("ALTER TABLE release RENAME COLUMN other TO content").await.unwrap();
        copy(world.url(), &other).await.unwrap();
        let again = copy(world.url(), &other).await.unwrap_err();
        assert!(matches!(&again, StorageError::NotEmpty { table } if table == "setting"), "{again}");
    }

    async fn a_backup_of_a_store_in_use_is_whole_and_its_own(database: TestDatabase) {
        let (url, today) = (database.url().to_owned(), today());
        prepare(&url, today);
        let server = Server::start(&url);
        let load = Load::start(&[server.address], today);
        load.more(200).await;
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("copy 100%?.db");
        let said = run(&url, &["backup", file.to_str().unwrap()]);
        assert!(said.contains("All agree.") && said.contains("is whole"), "{said}");
        load.more(50).await;
        let acknowledged = load.finish().await.len();
        let found: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(found, [file.as_path()], "nothing else is left");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let responses = recounted(&run(&Store::address_of(&file), &["doctor"]));
        assert!((200..=acknowledged).contains(&responses), "{responses} of {acknowledged}");
        assert_whole(&url, acknowledged).await;

        let bytes = fs::read(&file).unwrap();
        let again = plumbline(&url, &["backup", file.to_str().unwrap()]).output().unwrap();
        assert!(!again.status.success() && told(&again).contains("is there already"), "{}", told(&again));
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }

    async fn a_backup_knows_nothing_of_codes_that_were_spent(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let connection = world.database().connect().await;
        let all = hashes(&connection).await;
        for (number, card) in (1..).zip(&cards[..10]) {
            assert_eq!(world.submit(&invited(number, card)).await.status, StatusCode::CREATED);
        }
        let left = hashes(&connection).await;
        assert_eq!(all.len() - left.len(), 10);
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("copy.db");
        run(world.url(), &["backup", file.to_str().unwrap()]);
        let bytes = fs::read(&file).unwrap();
        let is_in = |hash: &Uuid| bytes.windows(16).any(|window| window == hash.as_bytes());
        assert!(left.iter().all(is_in), "what is kept is found like this");
        assert!(!all.iter().any(|hash| !left.contains(hash) && is_in(hash)));
    }

    async fn a_backup_that_does_not_agree_is_no_backup(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        world.platform.counts().fold().await.unwrap();
        world.database().connect().await.execute_unprepared("UPDATE daily_count SET responses = 7").await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("copy.db");
        let output = plumbline(world.url(), &["backup", file.to_str().unwrap()]).output().unwrap();
        assert!(!output.status.success() && told(&output).contains("do not agree"), "{}", told(&output));
        assert!(!file.exists() && folder.path().join("copy.db.failed").exists());
    }

    async fn the_command_copies_between_databases_and_recounts_the_copy(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        let Some(other) = of_the_other_engine(world.database()).await else { return };
        let arguments = ["copy", "--from", world.url(), "--to", other.url()];
        let said = run("sqlite://not-used.db", &arguments);
        assert!(said.contains("1 responses recounted") && said.contains("rows copied"), "{said}");
        let again = plumbline("sqlite://not-used.db", &arguments).output().unwrap();
        assert!(!again.status.success() && told(&again).contains("is not empty"), "{}", told(&again));
    }
}

async fn hashes(connection: &DatabaseConnection) -> Vec<Uuid> {
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT hash FROM invitation");
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn recounted(said: &str) -> usize {
    said.split(' ').next().unwrap().parse().unwrap()
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_database_file_is_its_owners_from_the_start_and_whole_after_each_command() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("plumbline.db");
    let url = format!("sqlite://{}", file.display());
    let [log, index] = ["-wal", "-shm"].map(|end| folder.path().join(format!("plumbline.db{end}")));
    let command = plumbline(&url, &["migrate"]);
    let arguments: Vec<_> = command.get_args().collect();
    // A mask that hides nothing.
    let script = Command::new("/bin/sh")
        .env_clear()
        .args(["-c", "umask 0; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(arguments)
        .output();
    let made = script.unwrap();
    assert!(made.status.success(), "{}", told(&made));
    assert_eq!(mode(&file), 0o600);
    prepare(&url, today());
    assert!(!log.exists() && !index.exists(), "what a command kept is in the file");
    let server = Server::start(&url);
    runtime().block_on(async {
        let load = Load::start(&[server.address], today());
        load.more(10).await;
        drop(load.finish().await);
    });
    assert_eq!([&file, &log, &index].map(|file| mode(file)), [0o600; 3]);
    drop(server);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let warned = plumbline(&url, &["wave", "list"]).output().unwrap();
    assert!(warned.status.success() && told(&warned).contains("others on this machine may read"), "{}", told(&warned));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let silent = plumbline(&url, &["wave", "list"]).output().unwrap();
    assert!(silent.status.success() && told(&silent).is_empty(), "{}", told(&silent));
}
